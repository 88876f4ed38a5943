"""`helpdesk uninstall`: remove the helpdesk from a database, after a look and a question."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from ._errors import CliError, ExitCode
from ._output import print_json, tell
from ._secrets import keep_secret
from ._settings import settings
from ._text import one_line

if TYPE_CHECKING:
    from helpdesk_sdk._uninstall import UninstallPlan


def register(app: typer.Typer) -> None:
    """Add the command to the program."""
    app.command("uninstall", help="Remove the helpdesk from a database: shows what would go, and asks.")(uninstall)


def uninstall(
    db_url: Annotated[
        str,
        typer.Option(
            "--db-url",
            metavar="URL",
            envvar="HELPDESK_DB_URL",
            show_envvar=True,
            help="The PostgreSQL URL of the project; from the environment it stays out of the list of processes.",
        ),
    ],
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
) -> None:
    """Show what would go; when told to, remove it, all or nothing."""
    from helpdesk_sdk import _uninstall

    _keep_secrets(db_url)
    found = _uninstall.plan(db_url)
    if not settings().json:
        _show(found)
    if found.blockers:
        raise _uninstall.UninstallBlocked(found.blockers)
    if not yes:
        if settings().json:
            # A look only: programs that mean it say --yes.
            print_json(asdict(found) | {"removed": False})
            return
        if not typer.confirm("Remove all of this for good?", default=False):
            raise CliError("Nothing was removed", None, ExitCode.REFUSED)
    done = _uninstall.run(db_url)
    tell("The helpdesk is removed.", json=asdict(done) | {"removed": True})


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
    for version in found.migrations:
        typer.echo(f"  migration  {one_line(version)}")
    if found.blockers:
        typer.echo("\nIn the way:")
        for sentence in found.blockers:
            typer.echo(f"  {one_line(sentence)}")
