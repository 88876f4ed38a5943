"""`helpdesk verify`: prove against a running project that the helpdesk keeps its promises."""

from __future__ import annotations

import os
import tomllib
from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ._base.app import Commands
from ._base.errors import CliError, ExitCode
from ._base.input import read_secret
from ._base.output import print_json, print_note
from ._base.secrets import redact, register_secret
from ._base.settings import settings
from ._base.text import one_line
from ._connect import known_stacks, profiles
from ._connect.target import target, validated_url

if TYPE_CHECKING:
    from helpdesk_sdk.verification import Cleaning, Verification

_PUBLISHABLE = "HELPDESK_PUBLISHABLE_KEY"
_SECRET = "HELPDESK_SECRET_KEY"


class _Area(StrEnum):
    """What is tried."""

    DATA = "data"
    LIVE = "live"
    FILES = "files"
    FUNCTIONS = "functions"


def register(app: Commands) -> None:
    """Add the command to the program."""
    app.command("verify", profile=True)(verify)


def verify(
    url: Annotated[
        str | None,
        typer.Option(metavar="URL", help="The project [default: that of the profile].", show_default=False),
    ] = None,
    publishable_key: Annotated[
        str | None,
        typer.Option(
            metavar="KEY",
            help=f"Its publishable key [default: {_PUBLISHABLE}; a local stack's own].",
            show_default=False,
        ),
    ] = None,
    secret_key_stdin: Annotated[
        bool,
        typer.Option(
            "--secret-key-stdin",
            help=f"Read its secret key from standard input; otherwise it comes from {_SECRET} or a system profile.",
        ),
    ] = False,
    staging: Annotated[bool, typer.Option("--staging", help="Confirm that the project is not production.")] = False,
    production: Annotated[
        bool, typer.Option("--production", help="Verify production: throw-away teams are seen there for minutes.")
    ] = False,
    only: Annotated[
        list[_Area] | None,
        typer.Option(help="Try only this part; may be repeated.", show_default=False),
    ] = None,
    sample: Annotated[
        bool, typer.Option("--sample", help="Try one row of each kind instead of every row of the matrix: quicker.")
    ] = False,
    cleanup: Annotated[
        bool, typer.Option("--cleanup", help="Only remove what a killed verification has left behind.")
    ] = False,
) -> None:
    """Prove that a running project keeps the promises.

    It makes throw-away people, teams and tickets, tries as each of them what they can and cannot do (over HTTP, at
    Realtime, Storage and the functions), and removes everything. Each broken promise is named. The exit code is 1 when
    a promise is broken or something is left behind. Events stay in the log.

    For example: helpdesk verify --url https://REF.supabase.co --profile system --staging
    """
    from helpdesk_sdk import verification

    found, secret = _project(url, secret_key_stdin)
    may_write = _may_write(found, staging, production)
    if cleanup:
        cleaning = verification.remove_leftovers(found, secret, may_write=may_write)
        _print_cleaning(cleaning)
        raise typer.Exit(ExitCode.REFUSED if cleaning.left else ExitCode.OK)
    result = verification.verify(
        found,
        publishable_key or os.environ.get(_PUBLISHABLE) or _own_key(found),
        secret,
        areas=[one.value for one in only] if only else verification.AREAS,
        sample=sample,
        may_write=may_write,
        on_progress=print_note,
    )
    _print(result)
    if not result.ok:
        raise typer.Exit(ExitCode.REFUSED)


def _project(url: str | None, from_stdin: bool) -> tuple[str, str]:
    """The URL and the secret key."""
    given = read_secret("Secret key") if from_stdin else os.environ.get(_SECRET)
    register_secret(given)
    if given and url:
        return validated_url(url), given
    hint = f"Give it: --secret-key-stdin, {_SECRET}, or a profile that has it: --profile system"
    missing = CliError("Throw-away people are made with the secret key", hint, ExitCode.USAGE)
    try:
        known = target()
    except CliError:
        if url is None or settings().profile is not None:
            raise
        raise missing from None
    if url is not None and validated_url(url) != known.url:
        hint = f"Give its secret key: --secret-key-stdin, or {_SECRET}."
        raise CliError(f"{known.source} is of {known.url}, not of {url}", hint, ExitCode.USAGE)
    if not given and not profiles.is_secret_key(known.key):
        raise missing
    return known.url, given or known.key


def _own_key(url: str) -> str:
    """The publishable key of the local stack that runs there."""
    for stack in known_stacks.running():
        if stack.api_url == url:
            return stack.publishable_key
    raise CliError("The publishable key is missing", f"Give it: --publishable-key, or {_PUBLISHABLE}.", ExitCode.USAGE)


def _may_write(url: str, staging: bool, production: bool) -> bool:
    """Whether somebody has said that the project may be written to: here, or by its name in helpdesk.toml."""
    name = _environment(url)
    if name is not None and name.startswith("prod") and not production:
        hint = "Verify staging instead. Or, if throw-away teams may be seen for minutes: --production"
        raise CliError(f"{url} is the environment {name} in helpdesk.toml", hint, ExitCode.USAGE)
    return staging or production or name is not None


def _environment(url: str) -> str | None:
    """The project's environment in the helpdesk.toml of this directory or one above."""
    from helpdesk_sdk.errors import ConfigurationError
    from helpdesk_sdk.install import environments

    for directory in (Path.cwd(), *Path.cwd().parents):
        folder = directory / "supabase"
        if (folder / environments.FILE).is_file():
            try:
                known = environments.read(folder).environments
            except (ConfigurationError, tomllib.TOMLDecodeError):
                return None
            return next((name for name, one in known.items() if one.api_url == url), None)
    return None


def _print(result: Verification) -> None:
    if settings().json:
        print_json({"ok": result.ok, **asdict(result)})
        return
    for one in result.broken:
        typer.echo(f"BROKEN   {one.area}: {redact(one_line(str(one)))}")
    tried = ", ".join(f"{area} {number:,}" for area, number in result.tried.items())
    many = len(result.broken)
    typer.echo(f"{many} broken {'promise' if many == 1 else 'promises'}. Tried: {tried}.")
    if result.cleaning is not None:
        _print_cleaning(result.cleaning)


def _print_cleaning(found: Cleaning) -> None:
    if settings().json:
        print_json(asdict(found))
        return
    typer.echo(
        f"Removed {found.people} people, {found.tickets} tickets, {found.files} files, {found.teams} teams, "
        f"{found.logins} logins."
    )
    for sentence in found.left:
        typer.echo(f"LEFT     {redact(one_line(sentence))}")
