"""`helpdesk init`: put the migrations and functions into a Supabase project, and say what to run next."""

from __future__ import annotations

import shlex
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ._base.app import Commands
from ._base.errors import CliError, ExitCode
from ._base.output import print_json
from ._base.settings import settings
from ._base.text import one_line

if TYPE_CHECKING:
    from helpdesk_sdk.install.config import Setting
    from helpdesk_sdk.install.files import FilesPlan


def register(app: Commands) -> None:
    """Add the command to the program."""
    app.command("init")(init)


def init(
    directory: Annotated[
        Path | None,
        typer.Argument(
            help="Your project: the directory with supabase/ [default: here, or above].", show_default=False
        ),
    ] = None,
    functions: Annotated[bool, typer.Option("--functions/--no-functions", help="Also copy the edge functions.")] = True,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what would be written.")] = False,
) -> None:
    """Put the helpdesk's files into your Supabase project.

    These are its migrations and functions; what to run next is shown. A file of yours is never replaced: if one is in
    the way, nothing is written. After an upgrade of this program, run it again: it replaces the files that have not
    been changed since.
    """
    from helpdesk_sdk.install import config, files

    supabase_dir = files.find_supabase_dir(directory)
    with files.locked(supabase_dir):
        found = files.plan(supabase_dir, functions=functions)
        missing = config.missing_settings(supabase_dir, functions=functions)
        if found.clashes:
            _refuse(found)
        if not dry_run:
            files.write(found)
    steps = _steps(found.supabase_dir.parent, config.function_names() if functions else [])
    if settings().json:
        print_json(_as_json(found, missing, steps, written=not dry_run))
        return
    _print_files(found, dry_run)
    _print_settings(missing)
    _print_steps(steps)


def _refuse(found: FilesPlan) -> None:
    from helpdesk_sdk.install.files import ClashError

    if settings().json:
        raise CliError(ClashError(found.clashes).message, code=ExitCode.CONFLICT)
    for clash in found.clashes:
        typer.echo(one_line(f"{found.supabase_dir / clash.path} {clash.reason}: {clash.way_out}."), err=True)
    count = "One file of your project is" if len(found.clashes) == 1 else f"{len(found.clashes)} files are"
    raise CliError(f"{count} in the way; nothing was written", "Then run it again.", ExitCode.CONFLICT)


# A step: what it is for, and the commands.
_Step = tuple[str, list[str]]


def _steps(directory: Path, functions: list[str]) -> list[_Step]:
    """What is left to do after the files, in order. The schema is exposed only once it exists."""
    here = [] if directory == Path.cwd() else [f"cd {shlex.quote(str(directory))}"]
    push = "supabase db push --remote --include-all"
    deploy: list[_Step] = [("Deploy the functions.", [f"supabase functions deploy {' '.join(functions)} --use-api"])]
    url = "https://REF.supabase.co"
    return [
        (
            "Sign in to Supabase, and say which project it is (REF is in its URL).",
            [*here, "supabase login", "supabase link --project-ref REF"],
        ),
        (
            "Push the migrations: look first. --include-all because some may be older than your newest. "
            "(Before version 3 of the Supabase CLI: --linked instead of --remote.)",
            [f"{push} --dry-run", push],
        ),
        *(deploy if functions else []),
        (
            "Only now expose the schema helpdesk, never helpdesk_private: Project Settings, Data API, Exposed schemas.",
            [],
        ),
        (
            "Make yourself the first admin, with the project's secret key, and sign in as yourself.",
            [
                f"helpdesk login --profile system --url {url} --secret-key-stdin < secret-key",
                "helpdesk users bootstrap-admin you@example.com --profile system",
                f"helpdesk sign-up --profile prod --url {url} --key sb_publishable_… --email you@example.com",
            ],
        ),
        ("Check everything.", ["helpdesk doctor --profile prod"]),
    ]


def _as_json(found: FilesPlan, missing: list[Setting], steps: list[_Step], *, written: bool) -> dict[str, Any]:
    lists = ("new", "updated", "unchanged", "leftover", "changed_migrations")
    return {
        "supabase_dir": str(found.supabase_dir),
        "written": written,
        **{name: list(getattr(found, name)) for name in lists},
        "settings": [asdict(setting) for setting in missing],
        "next": [{"step": step, "commands": commands} for step, commands in steps],
    }


def _print_files(found: FilesPlan, dry_run: bool) -> None:
    for what, paths in (("new", found.new), ("updated", found.updated), ("no longer ours", found.leftover)):
        for path in paths:
            typer.echo(f"{what:<8}  {one_line(path)}")
    changed = len(found.new) + len(found.updated)
    where = one_line(found.supabase_dir)
    if not changed:
        typer.echo(f"All {len(found.unchanged)} files are in {where} already.")
    else:
        files = "1 file" if changed == 1 else f"{changed} files"
        typer.echo(f"{files} {'would be written' if dry_run else 'written'} to {where}.")
    if found.changed_migrations:
        typer.echo("A database that has run an updated migration does not run it again: uninstall there first.")


def _print_settings(missing: list[Setting]) -> None:
    if not missing:
        return
    typer.echo("\nPaste into supabase/config.toml, or change it there:\n")
    for setting in missing:
        typer.echo(f"  [{setting.section}]")
        for line in setting.lines:
            typer.echo(f"  {one_line(line)}")


def _print_steps(steps: list[_Step]) -> None:
    typer.echo("\nNext (leave out what is done):")
    for number, (step, commands) in enumerate(steps, 1):
        typer.echo(f"\n{number}. {step}")
        for command in commands:
            typer.echo(f"   {command}")
