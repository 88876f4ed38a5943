"""`helpdesk uninstall`: remove the helpdesk from a database, after showing the plan and asking."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ._base.errors import CliError, ExitCode
from ._base.output import print_json, print_note, print_result
from ._base.secrets import register_secret
from ._base.settings import settings
from ._base.text import one_line

if TYPE_CHECKING:
    from helpdesk_sdk.install.uninstall import UninstallPlan


_UNEXPOSE_FIRST = (
    "First take helpdesk off the exposed schemas (Project Settings, Data API; also schemas under [api] in "
    "supabase/config.toml): an exposed schema that is gone can stop the Data API of the whole project."
)


def register(app: typer.Typer) -> None:
    """Add the command to the program."""
    app.command("uninstall", help="Remove the helpdesk from a database; asks first.")(uninstall)


def uninstall(
    context: typer.Context,
    db_url: Annotated[
        str | None,
        typer.Option(
            "--db-url",
            metavar="URL",
            envvar="HELPDESK_DB_URL",
            show_envvar=True,
            help="The project's PostgreSQL URL. In the environment it is hidden from other users.",
            show_default=False,
        ),
    ] = None,
    local: Annotated[bool, typer.Option("--local", help="Use the database of the running local stack.")] = False,
    data: Annotated[
        Path | None, typer.Option(metavar="PATH", help="With --local: the stack's data directory.", show_default=False)
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what would be removed.")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
) -> None:
    """Show the plan; after confirmation, remove the helpdesk in one transaction."""
    from helpdesk_sdk.install import uninstall as uninstaller

    if local and _on_command_line(context, "db_url"):
        raise CliError("--local and --db-url are two different databases", "Give one of them.", ExitCode.USAGE)
    db_url = _database(db_url, local, data)
    _register_secrets(db_url)
    found = uninstaller.plan(db_url)
    if not settings().json:
        _print_plan(found)
    if not local:
        print_note(_UNEXPOSE_FIRST)
    if dry_run:
        if settings().json:
            print_json(asdict(found) | {"removed": False})
        return
    if found.blockers:
        raise uninstaller.UninstallBlockedError(found.blockers)
    if not yes:
        if settings().json:
            # Programs cannot be asked: without --yes, nothing is removed.
            print_json(asdict(found) | {"removed": False})
            return
        try:
            confirmed = typer.confirm("Remove all of this permanently?", default=False)
        except typer.Abort:
            typer.echo()
            print_note("Nothing was removed: the question was not answered. Without a question: --yes.")
            raise
        if not confirmed:
            typer.echo("Nothing was removed.")
            return
    done = uninstaller.run(db_url)
    print_result("The helpdesk is removed.", json=asdict(done) | {"removed": True})


def _on_command_line(context: typer.Context, name: str) -> bool:
    """Whether an option was given on the command line, and not by the environment."""
    source = context.get_parameter_source(name)
    return source is not None and source.name == "COMMANDLINE"


def _database(db_url: str | None, local: bool, data: Path | None) -> str:
    """The given URL; with ``--local`` the URL of the local stack, even if HELPDESK_DB_URL is set."""
    if data is not None and not local:
        raise CliError("--data is the data directory of a local stack", "Add --local.", ExitCode.USAGE)
    if local:
        from helpdesk_sdk.local import Stack

        return Stack.find(data).info.db_url
    if db_url is None:
        hint = "Give --db-url, or set HELPDESK_DB_URL; for the local stack: --local."
        raise CliError("No database is given", hint, ExitCode.USAGE)
    return db_url


def _register_secrets(db_url: str) -> None:
    register_secret(db_url)
    credentials, _, _ = db_url.partition("://")[2].rpartition("@")
    register_secret(credentials.partition(":")[2])


def _print_plan(found: UninstallPlan) -> None:
    typer.echo("Uninstalling removes:")
    width = max((len(name) for name in found.tables), default=0)
    for name, rows in found.tables.items():
        typer.echo(f"  table      {one_line(name):<{width}}  {rows:>9,} rows")
    for name in found.triggers:
        typer.echo(f"  trigger    {one_line(name)}")
    for name in found.policies:
        typer.echo(f"  policy     {one_line(name)}")
    if found.bucket:
        typer.echo(f"  bucket     {one_line(found.bucket)}")
    for version in found.migrations:
        typer.echo(f"  migration  {one_line(version)}")
    if found.blockers:
        typer.echo("\nThis prevents it:")
        for sentence in found.blockers:
            typer.echo(f"  {one_line(sentence)}")
