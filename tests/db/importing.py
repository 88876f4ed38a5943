"""What the tests of imports share: a batch and its results, a ticket of another helpdesk."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from psycopg.types.json import Jsonb
from tests.db.people import AGENT, SERVICE, Db, Person, be, value


def start(db: Db, person: Person = SERVICE, source: str = "zendesk:acme") -> str:
    """The id of a new run."""
    with be(db, person):
        return str(value(db, "select helpdesk.start_import(%s, %s) ->> 'run_id'", uuid4(), source))


def send(db: Db, run: str, kind: str, *items: dict[str, Any], person: Person = SERVICE) -> list[dict[str, Any]]:
    """The results of a batch."""
    with be(db, person):
        found: list[dict[str, Any]] = value(
            db, "select helpdesk.import_batch(%s, %s, %s)", run, kind, Jsonb(list(items))
        )
    return found


def outcomes(results: list[dict[str, Any]]) -> list[str]:
    """The outcome of each item, or the reason why it was refused."""
    return [
        str(one["error"]["details"] or one["error"]["code"]) if "error" in one else one["outcome"] for one in results
    ]


def comment(external_id: str, **values: Any) -> dict[str, Any]:
    """A public message of the requester."""
    return {
        "external_id": external_id,
        "hash": "1",
        "public": True,
        "author": "u1",
        "author_kind": "customer",
        "author_name": "Ann",
        "body": f"Body of {external_id}",
        "created_at": "2020-01-02T03:04:05Z",
    } | values


STAFF: dict[str, Any] = {"author": "u2", "author_kind": "staff"}


def ticket(external_id: str = "t1", **values: Any) -> dict[str, Any]:
    """A resolved ticket with a message and a note."""
    return {
        "external_id": external_id,
        "hash": "1",
        "title": "Broken printer",
        "description": "It smokes.",
        "status": "resolved",
        "priority": "high",
        "channel": "email",
        "requester": "u1",
        "tags": ["Printer", "printer", "smoke"],
        "created_at": "2020-01-02T03:04:05Z",
        "updated_at": "2020-02-03T04:05:06Z",
        "comments": [
            comment(f"{external_id}c2", public=False, created_at="2020-01-03T00:00:00Z", **STAFF),
            comment(f"{external_id}c1"),
            comment(f"{external_id}c3", created_at="2020-01-04T00:00:00Z", **STAFF),
        ],
    } | values


PEOPLE = (
    {
        "external_id": "u1",
        "hash": "1",
        "name": "Ann",
        "email": " Ann@Example.com",
        "created_at": "2019-01-01T00:00:00Z",
    },
    {"external_id": "u2", "hash": "1", "name": "Agent", "email": AGENT.email, "email_verified": True},
)


def imported(db: Db, result: dict[str, Any]) -> dict[str, Any]:
    """The ticket of a result."""
    row = db.execute("select * from helpdesk.tickets where ticket_id = %s", (result["id"],)).fetchone()
    assert row is not None
    return row


def with_people(db: Db) -> str:
    """The id of a new run whose people are there."""
    run = start(db)
    assert outcomes(send(db, run, "person", *PEOPLE)) == ["created", "created"]
    return run
