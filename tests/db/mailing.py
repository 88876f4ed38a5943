"""Mails as the parser hands them over, and what becomes of them."""

from __future__ import annotations

import hashlib
import itertools
import json
from typing import Any, LiteralString

from tests.db.people import ADMIN, AGENT, CUSTOMER, OTHER, SERVICE, Db, be, one, value
from tests.db.world import World

Json = dict[str, Any]

_COUNT = itertools.count(1)
SUPPORT = "support@desk.example"
BILLING = "billing@desk.example"
CUSTOMER_ADDRESS = str(CUSTOMER.email)
OTHER_ADDRESS = str(OTHER.email)
AGENT_ADDRESS = str(AGENT.email)
STRANGER = "stranger@elsewhere.example"
PASS = {"result": "pass", "source": "own", "detail": ""}
NONE = {"result": "none", "source": "own", "detail": ""}
FAIL = {"result": "fail", "source": "own", "detail": ""}


def mail(sender: str | None = CUSTOMER_ADDRESS, *, authors: list[Json] | None = None, **fields: Any) -> Json:
    """A mail: new, verified, to the support address, with an id of its own; `fields` change that."""
    number = next(_COUNT)
    made: Json = {
        "message_id": f"m{number}@mail.example",
        "in_reply_to": [],
        "references": [],
        "from": authors if authors is not None else [{"name": "", "address": sender}] if sender else [],
        "sender": None,
        "reply_to": [],
        "to": [{"name": "", "address": SUPPORT}],
        "cc": [],
        "subject": "The printer",
        "date": None,
        "text": f"Text {number}",
        "html": None,
        "trimmed_from": None,
        "headers": {},
        "verdict": PASS,
        "bounce": None,
        "report": None,
        "is_calendar_reply": False,
        "forwarded": None,
        "attachments": [],
        "encoding_repaired": False,
        "flags": [],
    }
    made |= {key: _addresses(item) if key in ("to", "cc", "reply_to") else item for key, item in fields.items()}
    made.setdefault("content_sha256", _hash([made[k] for k in ("from", "date", "subject", "text")]))
    return made


def _addresses(given: list[str]) -> list[Json]:
    return [{"name": "", "address": address} for address in given]


def _hash(content: object) -> str:
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()


def receive(db: Db, made: Json, *envelope: str) -> Json:
    """What the two calls of a receiver return, together with the row of the mail and its explanation."""
    to = list(envelope) or [entry["address"] for entry in made["to"] if entry["address"].endswith("desk.example")]
    with be(db, SERVICE):
        arrived = value(
            db,
            "select helpdesk.receive_email('raw', %s, 100, %s)",
            _hash([next(_COUNT), to]),
            json.dumps({"from": "", "to": to}),
        )
        given = value(db, "select helpdesk.ingest_email(%s, %s)", arrived["inbound_id"], json.dumps(made))
        said = value(db, "select helpdesk.explain_email(%s)", arrived["inbound_id"])
    row = one(db, "select * from helpdesk.inbound_emails where inbound_id = %s", arrived["inbound_id"])
    return {**row, "answer": given, "explained": said}


def add_channels(db: Db, world: World) -> None:
    """Support for the team of most tickets, billing for another one."""
    with be(db, ADMIN):
        for address, team in ((SUPPORT, _team_of(db, world["mine"])), (BILLING, _team_of(db, world["theirs"]))):
            db.execute("insert into helpdesk.email_channels (address, team_id) values (%s, %s)", (address, team))


def _team_of(db: Db, ticket_id: str) -> str:
    return str(value(db, "select team_id from helpdesk.tickets where ticket_id = %s", ticket_id))


def token(db: Db, ticket_id: str, user_id: str, kind: str = "reply") -> str:
    """The reply address of a person for a ticket."""
    made = value(db, "select helpdesk_private.reply_token(%s, %s)", ticket_id, user_id)
    return f"{kind}+{made}@desk.example"


def minted(db: Db, ticket_id: str, kind: str = "minted") -> str:
    """The Message-ID of a mail that we sent about the ticket."""
    made = f"m.{next(_COUNT)}@desk.example"
    db.execute("select helpdesk_private.remember_email_id(%s, %s, %s, null)", (made, kind, ticket_id))
    return made


def ticket(db: Db, ticket_id: object) -> Json:
    """A ticket's row."""
    return one(db, "select * from helpdesk.tickets where ticket_id = %s", ticket_id)


def message(db: Db, row: Json) -> Json:
    """The message that the mail became."""
    return one(db, "select * from helpdesk.messages where message_id = %s", row["post_id"])


def count(db: Db, table: LiteralString) -> int:
    """How many rows there are, read by the owner."""
    queries: dict[str, LiteralString] = {
        "tickets": "select count(*) from helpdesk.tickets",
        "messages": "select count(*) from helpdesk.messages",
        "notes": "select count(*) from helpdesk.notes",
        "participants": "select count(*) from helpdesk.ticket_participants",
        "links": "select count(*) from helpdesk.ticket_links",
    }
    return int(value(db, queries[table]))
