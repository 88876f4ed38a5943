"""`helpdesk demo`: a support story on the local stack, with every claim checked."""

from __future__ import annotations

import json
import shlex
import sys
import time
from collections.abc import Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ._base.output import console
from ._base.text import one_line

if TYPE_CHECKING:
    from collections.abc import Iterator

    from helpdesk_sdk.demo.stage import Check
    from helpdesk_sdk.demo.story import Story
    from helpdesk_sdk.embeddings import EmbeddingEndpoint
    from helpdesk_sdk.local import Stack
    from helpdesk_sdk.models.tickets import TimelineEntry


def register(app: typer.Typer) -> None:
    """Add the command to the program."""
    app.command("demo", help="Play a support story on a local stack, and check every claim.")(demo)


def demo(
    keep: Annotated[bool, typer.Option("--keep", help="Keep the helpdesk running after the story.")] = False,
    data: Annotated[
        Path | None,
        typer.Option(
            "--data", metavar="PATH", help="With --keep: the data directory [default: .helpdesk].", show_default=False
        ),
    ] = None,
    port: Annotated[
        int | None,
        typer.Option(
            min=0,
            max=65535,
            help="Port on 127.0.0.1 [default: any; with --keep: the previous port, else 54321].",
            show_default=False,
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object instead of the story.")] = False,
) -> None:
    """Play the story. The exit code is 1 when a claim did not hold."""
    from helpdesk_sdk.demo.stage import seed
    from helpdesk_sdk.demo.story import Story

    if data and not keep:
        raise typer.BadParameter("needs --keep: otherwise no data is kept", param_hint="--data")
    began = time.monotonic()
    reporter = _SilentReporter() if as_json else _ConsoleReporter()
    stack = _start(keep, data, port)
    try:
        started = time.monotonic() - began
        seed(stack.info.db_url)
        story = Story(stack.info.api_url, stack.info.publishable_key, stack.info.secret_key, reporter)
        with _embeddings(stack) as endpoint:
            story.play(endpoint)
    finally:
        if not keep:
            stack.stop()
    seconds = time.monotonic() - began
    if as_json:
        typer.echo(json.dumps(_result(story, stack, keep, seconds)))
    else:
        reporter.end(story, started, seconds)
        _print_next_steps(story, stack, keep, data)
    if story.failed:
        raise typer.Exit(1)


def _start(keep: bool, data: Path | None, port: int | None) -> Stack:
    from helpdesk_sdk.local import AlreadyRunningError, Stack

    if not keep:
        return Stack.start(port=port or 0, ephemeral=True, report=_progress)
    try:
        return Stack.start(data, port=port, detach=True, report=_progress)
    except AlreadyRunningError:
        found = Stack.find(data)
        _progress(
            f"The stack on {found.info.data_dir} is already running: the story adds its people and tickets to it."
        )
        return found


@contextmanager
def _embeddings(stack: Stack) -> Iterator[EmbeddingEndpoint | None]:
    """The stack's own model for vectors, where it has one."""
    from helpdesk_sdk.embeddings import EmbeddingEndpoint

    url, model = stack.info.embeddings.get("url"), stack.info.embeddings.get("model")
    if not url or not model:
        yield None
        return
    with EmbeddingEndpoint(url, model) as endpoint:
        yield endpoint


def _progress(text: str) -> None:
    typer.echo(text, err=True)


class _SilentReporter:
    """Prints nothing."""

    def scene(self, title: str) -> None: ...

    def say(self, text: str) -> None: ...

    def check(self, check: Check) -> None: ...

    def timeline(self, title: str, entries: Sequence[TimelineEntry]) -> None: ...

    def end(self, story: Story, started: float, seconds: float) -> None: ...


class _ConsoleReporter(_SilentReporter):
    """Prints the story, with colors on a terminal."""

    def __init__(self) -> None:
        self._out = console()
        encoding = (sys.stdout.encoding or "").lower()
        self._marks = ("✓", "✗") if encoding.startswith("utf") else ("ok", "WRONG:")
        self._scenes = 0

    def scene(self, title: str) -> None:
        self._scenes += 1
        self._out.print(f"\n{self._scenes}. {title}", style="bold")

    def say(self, text: str) -> None:
        self._out.print(f"   {one_line(text)}")

    def check(self, check: Check) -> None:
        mark, style = (self._marks[0], "green") if check.holds else (self._marks[1], "bold red")
        self._out.print(f"   {mark} {one_line(check.claim)}", style=style)

    def timeline(self, title: str, entries: Sequence[TimelineEntry]) -> None:
        from rich.table import Table
        from rich.text import Text

        self._out.print(f"\n   {title}:")
        table = Table(box=None, show_header=False, padding=(0, 2, 0, 0), pad_edge=False)
        for entry in entries:
            what = entry.type or entry.kind
            style = "magenta" if entry.kind == "note" else "" if entry.kind == "message" else "dim"
            row = (
                "  ",
                f"{entry.at.astimezone():%H:%M:%S}",
                entry.author_name,
                what,
                one_line(entry.body or _describe_change(entry)),
            )
            table.add_row(*(Text(cell, style=style) for cell in row))
        self._out.print(table)

    def end(self, story: Story, started: float, seconds: float) -> None:
        held = len(story.checks) - len(story.failed)
        verdict = f"{held} of {len(story.checks)} claims checked and true" + (
            "." if not story.failed else "; these were false:"
        )
        self._out.print(f"\n{verdict}", style="bold red" if story.failed else "bold green")
        for check in story.failed:
            self._out.print(f"   {self._marks[1]} {check.claim}", style="red")
        self._out.print(f"{seconds:.1f} s in total, {started:.1f} s of it to start the helpdesk.")


def _describe_change(entry: TimelineEntry) -> str:
    """The changes of an event, for example "status: open → pending"."""
    data = entry.data or {}
    if changes := data.get("changes"):
        values = {
            field: ["none" if value is None else str(value)[:24] for value in pair] for field, pair in changes.items()
        }
        # Ids mean nothing to a reader: only the name of the field is printed.
        return ", ".join(
            field if field.endswith(("_to", "_id")) else f"{field}: {old} → {new}"
            for field, (old, new) in values.items()
        )
    return str(data.get("title") or data.get("tag") or "")


def _print_next_steps(story: Story, stack: Stack, keep: bool, data: Path | None) -> None:
    if not keep:
        typer.echo("\nThe helpdesk of this story was deleted. Next steps:")
        typer.echo("  helpdesk demo --keep      the same story, with a helpdesk and logins that stay")
        typer.echo("  helpdesk up --detach      an empty helpdesk, for your own code")
        typer.echo("  helpdesk --help           everything else")
        return
    there = f" --data {shlex.quote(str(data))}" if data else ""
    typer.echo(f"\nThe helpdesk runs on {stack.info.api_url}, with these logins:")
    for login in story.logins:
        typer.echo(f"  {login.role:<9} {login.email:<32} {login.password}")
    typer.echo("Next steps:")
    agent = next(login for login in story.logins if login.role == "agent")
    typer.echo(f"  helpdesk login --local{there} --email {agent.email}")
    typer.echo("  helpdesk tickets list --status open")
    typer.echo("  helpdesk watch                    the queue as it changes; then, in a second window:")
    typer.echo("  helpdesk tickets create Hello     adds a row in the first window")
    typer.echo("  helpdesk events tail --follow     every event, one on each line")
    typer.echo(f"  {f'helpdesk status{there}':<33} its URLs, keys and database")
    typer.echo(f"  {f'helpdesk down{there}':<33} stop it; its data stays")


def _result(story: Story, stack: Stack, keep: bool, seconds: float) -> dict[str, Any]:
    made: dict[str, Any] = {
        "ok": not story.failed,
        "seconds": round(seconds, 1),
        "checks": [{"claim": check.claim, "holds": check.holds} for check in story.checks],
    }
    if keep:
        made["stack"] = stack.info.as_dict()
        made["logins"] = [
            {"role": login.role, "email": login.email, "password": login.password} for login in story.logins
        ]
    return made
