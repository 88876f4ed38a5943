"""`helpdesk uninstall`: remove the helpdesk from a database, after a look and a question."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ._base.errors import CliError, ExitCode
from ._base.output import print_json, tell
from ._base.secrets import keep_secret
from ._base.settings import settings
from ._base.text import one_line

if TYPE_CHECKING:
    from helpdesk_sdk.install.uninstall import UninstallPlan


def register(app: typer.Typer) -> None:
    """Add the command to the program."""
    app.command("uninstall", help="Remove the helpdesk from a database: shows what would go, and asks.")(uninstall)


def uninstall(
    context: typer.Context,
    db_url: Annotated[
        str | None,
        typer.Option(
            "--db-url",
            metavar="URL",
            envvar="HELPDESK_DB_URL",
            show_envvar=True,
            help="The PostgreSQL URL of the project; from the environment it stays out of the list of processes.",
            show_default=False,
        ),
    ] = None,
    local: Annotated[
        bool, typer.Option("--local", help="Take the database of the local stack that runs here.")
    ] = False,
    data: Annotated[Path | None, typer.Option(help="With --local: its data directory.", show_default=False)] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would go, and leave it.")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
) -> None:
    """Show what would go; when told to, remove it, all or nothing."""
    from helpdesk_sdk.install import uninstall as _uninstall

    if local and _is_typed(context, "db_url"):
        raise CliError("--local and --db-url name two databases", "Give one of them.", ExitCode.USAGE)
    db_url = _database(db_url, local, data)
    _keep_secrets(db_url)
    found = _uninstall.plan(db_url)
    if not settings().json:
        _show(found)
    if dry_run:
        if settings().json:
            print_json(asdict(found) | {"removed": False})
        return
    if found.blockers:
        raise _uninstall.UninstallBlockedError(found.blockers)
    if not yes:
        if settings().json:
            # A look only: programs that mean it say --yes.
            print_json(asdict(found) | {"removed": False})
            return
        if not typer.confirm("Remove all of this for good?", default=False):
            typer.echo("Nothing was removed.")
            return
    done = _uninstall.run(db_url)
    tell("The helpdesk is removed.", json=asdict(done) | {"removed": True})


def _is_typed(context: typer.Context, name: str) -> bool:
    """Whether an option stands on the command line; it may also come from the environment."""
    source = context.get_parameter_source(name)
    return source is not None and source.name == "COMMANDLINE"


def _database(db_url: str | None, local: bool, data: Path | None) -> str:
    """The URL that was given or, when so told, that of the local stack; what is in the environment then counts less."""
    if data is not None and not local:
        raise CliError("--data is the data directory of a local stack", "Add --local.", ExitCode.USAGE)
    if local:
        from helpdesk_sdk.local import Stack

        return Stack.find(data).info.db_url
    if db_url is None:
        hint = "Give --db-url, or set HELPDESK_DB_URL; for the local stack: --local."
        raise CliError("It is not said from which database", hint, ExitCode.USAGE)
    return db_url


def _keep_secrets(db_url: str) -> None:
    keep_secret(db_url)
    credentials, _, _ = db_url.partition("://")[2].rpartition("@")
    keep_secret(credentials.partition(":")[2])


def _show(found: UninstallPlan) -> None:
    typer.echo("Uninstalling removes:")
    width = max((len(name) for name in found.tables), default=0)
    for name, rows in found.tables.items():
        typer.echo(f"  table      {one_line(name):<{width}}  {rows:>9,} rows")
    for name in found.triggers:
        typer.echo(f"  trigger    {one_line(name)}")
    for name in found.policies:
        typer.echo(f"  policy     {one_line(name)}")
    for version in found.migrations:
        typer.echo(f"  migration  {one_line(version)}")
    if found.blockers:
        typer.echo("\nIn the way:")
        for sentence in found.blockers:
            typer.echo(f"  {one_line(sentence)}")
