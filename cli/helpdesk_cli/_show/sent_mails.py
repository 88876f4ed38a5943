"""Mails that are sent, or not written: tables, or one line on a ticket."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from .._base.output import Column, age

if TYPE_CHECKING:
    from helpdesk_sdk import AutomaticEmail, OutboundEmail

_STYLES = {"sent": "green", "failed": "red", "suppressed": "magenta", "unknown": "magenta", "bounced": "bold red"}
_RECIPIENTS_SHOWN = 3


def _state(mail: OutboundEmail) -> str:
    if mail.bounced_at is not None:
        return "bounced"
    return "complained" if mail.complained_at is not None else mail.state


SENT_COLUMNS: list[Column[OutboundEmail]] = [
    Column("Mail", lambda row: row.email_id, from_width=110),
    Column("To", lambda row: row.recipient, flexible=True),
    Column("Kind", lambda row: row.kind, from_width=70),
    Column("Subject", lambda row: row.subject, flexible=True, from_width=100),
    Column("State", _state, style=lambda text: _STYLES.get(text, "")),
    Column("Problem", lambda row: row.bounce_reason or row.problem, flexible=True, from_width=80),
    Column("Age", lambda row: age(row.created_at), right=True),
]


AUTOMATIC_COLUMNS: list[Column[AutomaticEmail]] = [
    Column("To", lambda row: row.recipient, flexible=True),
    Column("Kind", lambda row: row.kind.replace("_", " ")),
    Column("State", lambda row: row.state, style=lambda text: "" if text == "queued" else "magenta"),
    Column("Reason", lambda row: (row.reason or "").replace("_", " "), flexible=True),
    Column("Mail", lambda row: row.email_id, from_width=130),
    Column("Ticket", lambda row: row.ticket_id, from_width=170),
    Column("Age", lambda row: age(row.created_at), right=True),
]


def summary(mails: Sequence[OutboundEmail]) -> str | None:
    """Who was mailed, and what did not arrive, in one line; None when nobody was."""
    if not mails:
        return None
    ended = Counter(_state(mail) for mail in mails)
    parts = [f"{len(mails)} to {_named(mail.recipient for mail in mails)}"]
    for state, count in ended.items():
        if state in ("sent", "queued"):
            continue
        concerned = [mail for mail in mails if _state(mail) == state]
        why = next((mail.bounce_reason or mail.problem for mail in concerned if mail.bounce_reason or mail.problem), "")
        told = f"{count} {state}: {_named(mail.recipient for mail in concerned)}"
        parts.append(f"{told} ({why})" if why else told)
    if ended["queued"]:
        parts.append(f"{ended['queued']} not sent yet")
    return "; ".join(parts)


def _named(addresses: Iterable[str]) -> str:
    found = list(dict.fromkeys(addresses))
    shown = ", ".join(found[:_RECIPIENTS_SHOWN])
    return shown if len(found) <= _RECIPIENTS_SHOWN else f"{shown} and {len(found) - _RECIPIENTS_SHOWN} more"
