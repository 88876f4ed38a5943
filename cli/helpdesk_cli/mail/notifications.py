"""Which notifications somebody of staff receives by mail."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from .._base.app import Commands
from .._base.errors import CliError, ExitCode
from .._base.output import print_fields
from .._connect.connection import connect
from .app import app

if TYPE_CHECKING:
    from helpdesk_sdk import NotificationPreferences

notifications = Commands(name="notifications", help="Which notifications you receive by mail; for staff.")
app.add_typer(notifications)

Switch = Literal["on", "off", "default"]
_VALUES: dict[Switch, bool | None] = {"on": True, "off": False, "default": None}
_KINDS = ("assigned", "customer_replied", "team_customer_replied", "mentioned", "bounced")


@notifications.command()
def show() -> None:
    """Show your switches, and which of them you have chosen yourself."""
    with connect() as hd:
        found = hd.mail.notifications.get()
    _print(found)


@notifications.command("set")
def set_(
    assigned: Annotated[Switch | None, typer.Option(help="A ticket was assigned to you.", show_default=False)] = None,
    customer_replied: Annotated[
        Switch | None, typer.Option(help="A customer replied on a ticket of yours.", show_default=False)
    ] = None,
    team_customer_replied: Annotated[
        Switch | None, typer.Option(help="A customer replied on an unassigned ticket of your team.", show_default=False)
    ] = None,
    mentioned: Annotated[
        Switch | None, typer.Option(help="Somebody mentioned you in a note, like @anna.", show_default=False)
    ] = None,
    bounced: Annotated[
        Switch | None, typer.Option(help="A reply on a ticket of yours did not arrive.", show_default=False)
    ] = None,
    locale: Annotated[
        str | None,
        typer.Option(metavar="LANGUAGE", help="The language of these mails, like en or de; or default."),
    ] = None,
) -> None:
    """Change your switches. What is not named stays; default goes back to the settings of the helpdesk."""
    given: dict[str, Any] = {
        name: _VALUES[switch]
        for name, switch in zip(
            _KINDS, (assigned, customer_replied, team_customer_replied, mentioned, bounced), strict=True
        )
        if switch is not None
    }
    if not given and locale is None:
        raise CliError("Nothing to change", "See: helpdesk mail notifications set --help", ExitCode.USAGE)
    language: dict[str, Any] = {} if locale is None else {"locale": None if locale == "default" else locale}
    with connect() as hd:
        done = hd.mail.notifications.update(**given, **language)
    _print(done)


def _print(found: NotificationPreferences) -> None:
    def shown(name: str) -> str:
        value = getattr(found, name)
        said = ("on" if value else "off") if isinstance(value, bool) else str(value)
        return said if name in found.chosen else f"{said} (default)"

    fields: list[tuple[str, object]] = [(name.replace("_", "-"), shown(name)) for name in (*_KINDS, "locale")]
    print_fields("Notifications by mail", fields, json=found)
