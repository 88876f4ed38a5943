"""Replies, and the mails that they queue."""

from __future__ import annotations

from typing import Any

from tests.db.delivering import lease, settle
from tests.db.mailing import Json, ticket
from tests.db.people import AGENT, Db, Person, be, one

LINE = "##- Please reply above this line -##\n\n"
"""What each mail begins with."""
PART = "part@example.com"
"""Who takes part in a ticket, and has no login."""


def reply(db: Db, ticket_id: object, body: str = "It works again.", person: Person = AGENT) -> Json:
    """A public reply that follows what was said last."""
    last = ticket(db, ticket_id)["last_message_id"]
    with be(db, person):
        return one(db, "select * from helpdesk.send_reply(%s, %s, %s)", ticket_id, body, last)


def mails(db: Db) -> list[Json]:
    """What is or was to be sent, oldest first."""
    return db.execute("select * from helpdesk.outbound_emails order by created_at, recipient").fetchall()


def leased(db: Db) -> list[Json]:
    """What a sender is given now."""
    return lease(db, kind="email")


def sent(db: Db, **more: Any) -> Json:
    """The one mail that waits, after it was sent."""
    (given,) = leased(db)
    settle(db, given, status=250, **more)
    return given
