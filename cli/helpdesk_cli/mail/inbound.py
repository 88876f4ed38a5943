"""Mails that arrived."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

import typer

from .._base.app import Commands
from .._base.choices import EmailOutcome, words
from .._base.errors import CliError, ExitCode
from .._base.input import confirm
from .._base.options import LimitOption
from .._base.output import one_more, print_result, print_up_to
from .._connect.connection import connect
from .._show.mails import MAIL_COLUMNS, show_mail
from .app import app

inbound = Commands(name="inbound", help="Mails that arrived, and what became of each.")
app.add_typer(inbound)

MailArgument = Annotated[UUID, typer.Argument(metavar="MAIL", help="The mail's id.", show_default=False)]


@inbound.command("list")
def list_(
    outcome: Annotated[
        list[EmailOutcome] | None,
        typer.Option(metavar=words(EmailOutcome), help="Only this outcome; may be repeated."),
    ] = None,
    team: Annotated[str | None, typer.Option(metavar="TEAM", help="Only those to this team, by name or id.")] = None,
    ticket: Annotated[
        str | None, typer.Option(metavar="TICKET", help="Only those of this ticket, by number or id.")
    ] = None,
    sender: Annotated[
        str | None, typer.Option("--from", metavar="ADDRESS", help="Only those from this address.")
    ] = None,
    limit: LimitOption = 50,
) -> None:
    """List the mails that arrived, newest first."""
    with connect() as hd:
        pager = hd.mail.inbound.list(outcome=outcome or None, team=team, ticket=ticket, sender=sender, page_size=500)
        found = one_more(pager, limit, "mails")
    print_up_to(found, limit, MAIL_COLUMNS, "mails", empty="No mails.")


@inbound.command()
def show(mail: MailArgument) -> None:
    """Show a mail: what became of it, why, and all that was weighed."""
    with connect() as hd:
        show_mail(hd, hd.mail.inbound.get(mail), hd.mail.inbound.explain(mail))


@inbound.command()
def redact(
    mail: Annotated[UUID | None, typer.Argument(metavar="[MAIL]", help="The mail's id.", show_default=False)] = None,
    ticket: Annotated[
        str | None, typer.Option(metavar="TICKET", help="Instead: the mail that opened this ticket, by number or id.")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
) -> None:
    """Remove the text of a mail for good; asks first.

    With the text of what it became: a message, a note, or the description of the ticket that it opened. Its HTML is not
    shown any more, and its bytes are deleted. The ticket's title and the files of the mail stay.
    """
    if (mail is None) == (ticket is None):
        raise CliError("Name a mail by its id, or --ticket", None, ExitCode.USAGE)
    named = f"that opened ticket {ticket}" if mail is None else str(mail)
    confirm(f"Remove the text of the mail {named} for good?", yes, "The text would be lost for good")
    with connect() as hd:
        done = hd.mail.inbound.redact(mail, ticket=ticket)
    print_result("The text of the mail is gone.", json=done)
