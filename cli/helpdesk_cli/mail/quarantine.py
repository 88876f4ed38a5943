"""Mails that wait for a person."""

from __future__ import annotations

from typing import Annotated

import typer

from .._base.app import Commands
from .._base.options import LimitOption
from .._base.output import one_more, print_note, print_result, print_up_to
from .._connect.connection import connect
from .._show.mails import MAIL_COLUMNS, REASON_COLUMN
from .app import app
from .inbound import MailArgument

quarantine = Commands(name="quarantine", help="Mails that wait for a person.")
app.add_typer(quarantine)


@quarantine.command("list")
def list_(
    team: Annotated[str | None, typer.Option(metavar="TEAM", help="Only those to this team, by name or id.")] = None,
    limit: LimitOption = 50,
) -> None:
    """List the mails in quarantine that are yours to decide on."""
    with connect() as hd:
        pager = hd.mail.quarantine.list(team=team, page_size=500)
        found = one_more(pager, limit, "mails")
    columns = [column for column in MAIL_COLUMNS if column.title != "Outcome"]
    print_up_to(found, limit, [*columns, REASON_COLUMN], "mails", empty="Quarantine is empty.")
    if found:
        print_note("Why: helpdesk mail inbound show MAIL. Then accept, ticket or spam.")


@quarantine.command()
def accept(mail: MailArgument) -> None:
    """Add a mail to the ticket that it names."""
    with connect() as hd:
        done = hd.mail.quarantine.accept(mail)
        number = hd.tickets.get(done.ticket_id).number if done.ticket_id else None
    kind = "an internal note on" if done.note_id and not done.post_id else "a message of"
    print_result(f"The mail is {kind} ticket {number}.", json=done)


@quarantine.command()
def ticket(
    mail: MailArgument,
    requester: Annotated[
        str | None, typer.Option(metavar="WHO", help="Who needs something: an address or id. By default the sender.")
    ] = None,
) -> None:
    """Open a new ticket from a mail."""
    with connect() as hd:
        done = hd.mail.quarantine.to_ticket(mail, requester=requester)
        number = hd.tickets.get(done.ticket_id).number if done.ticket_id else None
    print_result(f"The mail opened ticket {number}.", json=done)


@quarantine.command()
def spam(mail: MailArgument) -> None:
    """End a mail as spam. It is kept; its sender is not blocked."""
    with connect() as hd:
        done = hd.mail.quarantine.spam(mail)
    print_result("The mail is spam.", json=done)
    if done.from_address:
        print_note(f"To block its sender: helpdesk mail blocks add {done.from_address}")
