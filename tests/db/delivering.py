"""What the tests of webhooks and the outbox do again and again."""

from __future__ import annotations

from typing import Any

from tests.db.people import ADMIN, AGENT, SERVICE, Db, Person, be, one, value
from tests.db.world import World

URL = "https://example.com/hooks"


def add_webhook(db: Db, *event_types: str, **more: Any) -> str:
    """A new webhook, by an admin."""
    given = {"url": URL, "event_types": list(event_types) or ["*"], "team_id": None, "audience": "staff"} | more
    with be(db, ADMIN):
        made = value(
            db,
            "select helpdesk.create_webhook(%s, '', %s, %s, %s)",
            *(given[name] for name in ("url", "event_types", "team_id", "audience")),
        )
    return str(made["webhook_id"])


def deliveries(db: Db, webhook: str) -> list[dict[str, Any]]:
    """Its deliveries with the type of each event, in the order of the log."""
    return db.execute(
        "select o.*, e.type from helpdesk.outbox as o left join helpdesk.events as e using (event_id) "
        "where o.target_id = %s order by o.sequence",
        (webhook,),
    ).fetchall()


def types(db: Db, webhook: str) -> list[str]:
    """The types of its deliveries."""
    return [row["type"] for row in deliveries(db, webhook)]


def lease(db: Db, *, seconds: int = 60, rows: int = 50, kind: str = "webhook") -> list[dict[str, Any]]:
    """What a sender is given."""
    with be(db, SERVICE):
        return db.execute("select * from helpdesk.lease_deliveries(%s, %s, %s)", (kind, rows, seconds)).fetchall()


def settle(db: Db, leased: dict[str, Any], outcome: str = "done", **more: Any) -> dict[str, Any]:
    """The delivery after its attempt."""
    given = {"status": 200, "answer": "ok", "problem": None, "ms": 7, "retry_after": None, "result": None} | more
    with be(db, SERVICE):
        return one(
            db,
            "select * from helpdesk.settle_delivery(%s, %s, %s, %s, %s, %s, %s, %s, result => %s::jsonb)",
            leased["delivery_id"],
            leased["lease"],
            outcome,
            *given.values(),
        )


def make_due(db: Db) -> None:
    """Time passes: what waits between attempts can be sent, and leases have run out."""
    db.execute(
        "update helpdesk.outbox set next_at = clock_timestamp(), leased_until = case when leased_until is not null "
        "then clock_timestamp() end where next_at > clock_timestamp()"
    )


def change(db: Db, world: World, ticket: str = "mine", title: str = "New", person: Person = AGENT) -> None:
    """An event ticket.updated of a ticket."""
    with be(db, person):
        db.execute("update helpdesk.tickets set title = %s where ticket_id = %s", (title, world[ticket]))
