"""Mails that wait for a person."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

import typer

from .._base.app import Commands
from .._base.input import confirm
from .._base.options import LimitOption
from .._base.output import one_more, print_note, print_result, print_up_to
from .._connect.connection import connect
from .._show.mails import MAIL_COLUMNS, REASON_COLUMN
from .app import app
from .inbound import MailArgument

if TYPE_CHECKING:
    from helpdesk_sdk import InboundEmail

quarantine = Commands(name="quarantine", help="Mails that wait for a person.")
app.add_typer(quarantine)

ReasonOption = Annotated[
    str | None,
    typer.Option(metavar="REASON", help="Only those that wait for this reason, like channel_per_hour."),
]
Decision = Literal["accept", "ticket", "spam"]


@quarantine.command("list")
def list_(
    team: Annotated[str | None, typer.Option(metavar="TEAM", help="Only those to this team, by name or id.")] = None,
    reason: ReasonOption = None,
    limit: LimitOption = 50,
) -> None:
    """List the mails in quarantine that are yours to decide on."""
    with connect() as hd:
        pager = hd.mail.quarantine.list(team=team, reason=reason, page_size=500)
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
    # Whoever forges staff has not written from the address: to block it would block the person.
    if done.from_address and done.reason != "staff_not_verified":
        print_note(f"To block its sender: helpdesk mail blocks add {done.from_address}")


@quarantine.command("all")
def all_(
    decision: Annotated[Decision, typer.Argument(help="What becomes of them.", show_default=False)],
    team: Annotated[str | None, typer.Option(metavar="TEAM", help="Only those to this team, by name or id.")] = None,
    reason: ReasonOption = None,
    sender: Annotated[
        str | None, typer.Option("--from", metavar="SENDER", help="Only those of this address or domain.")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
) -> None:
    """Decide on many mails at once.

    accept adds each to the ticket that it names, ticket opens a ticket of each, spam ends them as spam.
    """
    with connect() as hd:
        waiting = hd.mail.quarantine.list(team=team, reason=reason, page_size=500)
        chosen = [mail for mail in waiting if sender is None or _is_from(mail, sender)]
        if not chosen:
            print_note("No such mail waits in quarantine.")
            return
        confirm(f"Decide on {len(chosen):,} mails: {decision}?", yes, "This cannot be undone.")
        done = hd.mail.quarantine.decide_many(chosen, decision, raise_on_failure=False)
    said = {"accept": "added to their tickets", "ticket": "opened a ticket each", "spam": "are spam"}[decision]
    kept = f" {len(done.failed):,} stay in quarantine: {done.failed[0].error}" if done.failed else ""
    print_result(
        f"{len(done.succeeded):,} mails {said}.{kept}",
        json=[{"inbound_id": one.id, "ok": one.ok, "error": one.error and str(one.error)} for one in done],
    )


def _is_from(mail: InboundEmail, sender: str) -> bool:
    address, wanted = mail.from_address or "", sender.lower().lstrip("@")
    return address == wanted or ("@" not in wanted and address.rpartition("@")[2] == wanted)
