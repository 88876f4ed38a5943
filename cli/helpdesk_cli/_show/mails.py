"""Mails that arrived: a table, or one mail with what was weighed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import TYPE_CHECKING, Any, NamedTuple

from .._base.json import jsonable
from .._base.output import Column, age, console, local_time, print_fields, print_json, table
from .._base.settings import settings
from .timeline import print_body

if TYPE_CHECKING:
    from helpdesk_sdk import Helpdesk, InboundEmail

_STYLES = {"quarantined": "magenta", "failed": "red", "bounce": "red", "complaint": "red", "spam": "dim"}
_VIA = {
    "token": "a reply address",
    "in_reply_to": "In-Reply-To",
    "references": "References",
    "body_token": "a reference in the text",
}
_REFUSED = {
    "not_a_participant": "no: the sender had no part in that mail",
    "not_a_participant_of_a_reference": "no: the sender had no part in that conversation",
    "forwarded": "no: the mail is forwarded",
    "other_mailbox": "no: it came to the address of another team",
}
_VERDICTS = {
    "pass": "the domain of the sender vouches for it",
    "fail": "the domain of the sender refuses it",
    "none": "nobody vouches for the sender",
}
MAIL_COLUMNS: list[Column[InboundEmail]] = [
    Column("Mail", lambda row: row.inbound_id),
    Column("From", lambda row: row.from_address or "unknown", flexible=True),
    Column("Subject", lambda row: row.subject, flexible=True, from_width=100),
    Column("Outcome", lambda row: row.outcome or "not parsed", style=lambda text: _STYLES.get(text, "")),
    Column("#", lambda row: row.ticket and row.ticket.number, right=True),
    Column("Age", lambda row: age(row.received_at), right=True),
]
REASON_COLUMN: Column[InboundEmail] = Column(
    "Reason", lambda row: (row.reason or "").replace("_", " "), flexible=True, from_width=80
)


class Weighed(NamedTuple):
    """A line of the evidence."""

    what: str
    value: str
    counts: str


def show_mail(hd: Helpdesk, mail: InboundEmail, explanation: str) -> None:
    """Print a mail with the explanation of its outcome, all that was weighed, and its text."""
    if settings().json:
        print_json({**jsonable(mail), "explanation": explanation})
        return
    ticket = mail.ticket
    fields: list[tuple[str, object]] = [
        ("from", f"{mail.from_name} <{mail.from_address}>" if mail.from_name else mail.from_address or "unknown"),
        ("to", ", ".join(mail.recipients)),
        ("subject", mail.subject),
        ("received", f"{local_time(mail.received_at)} ({age(mail.received_at)} ago)"),
        ("outcome", mail.outcome or "not parsed"),
        ("ticket", ticket and f"#{ticket.number}  {ticket.title}"),
        ("message", mail.post_id),
        ("note", mail.note_id),
        ("bytes", f"{mail.size:,}, {mail.raw_key}"),
        ("redacted", mail.redacted_at and local_time(mail.redacted_at)),
        ("id", mail.inbound_id),
    ]
    print_fields(explanation, fields, json=None)
    rows = list(_weighed(hd, mail))
    columns: list[Column[Weighed]] = [
        Column("Weighed", lambda row: row.what, style="dim"),
        Column("Value", lambda row: row.value, flexible=True),
        Column("Counts", lambda row: row.counts, flexible=True),
    ]
    out = console()
    if rows:
        out.print()
        out.print(table(rows, columns, out.width))
    if mail.body and mail.body.strip():
        out.print()
        print_body(mail.body[: mail.trimmed_from], "  ")
        if mail.trimmed_from is not None:
            print_body("[quoted text: --json has it]", "  ", "dim")


def _weighed(hd: Helpdesk, mail: InboundEmail) -> Iterator[Weighed]:
    evidence = mail.evidence
    for hit in _objects(evidence.get("hits")):
        via, refused = str(hit.get("via")), hit.get("refused")
        counts = _REFUSED.get(str(refused), f"no: {str(refused).replace('_', ' ')}") if refused else "yes"
        yield Weighed(_VIA.get(via, via.replace("_", " ")), _number(hd, mail, hit.get("ticket_id")), counts)
    if mail.verdict is not None:
        verdict = evidence.get("verdict")
        source = verdict.get("source") if isinstance(verdict, dict) else None
        yield Weighed("sender", _VERDICTS.get(mail.verdict, mail.verdict), f"said by {source}" if source else "")
    found = evidence.get("envelope")
    envelope = found if isinstance(found, dict) else {}
    for label, value in (
        ("Sender", evidence.get("sender")),
        ("Reply-To", evidence.get("reply_to")),
        ("first delivery", evidence.get("first_delivery")),
        ("envelope from", envelope.get("from")),
        ("envelope to", envelope.get("to")),
    ):
        shown = ", ".join(map(str, value)) if isinstance(value, list) else str(value or "")
        if shown:
            yield Weighed(label, shown, "")
    if evidence.get("quarantined_for"):
        yield Weighed("quarantined for", str(evidence["quarantined_for"]).replace("_", " "), "")
    for flag in mail.flags:
        yield Weighed("flag", flag.replace("_", " "), "")


def _objects(value: object) -> list[dict[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _number(hd: Helpdesk, mail: InboundEmail, ticket_id: object) -> str:
    from helpdesk_sdk.errors import HelpdeskError

    if mail.ticket is not None and str(mail.ticket_id) == ticket_id:
        return f"ticket {mail.ticket.number}"
    with suppress(HelpdeskError):
        return f"ticket {hd.tickets.get(str(ticket_id)).number}"
    return "a ticket that you do not see"
