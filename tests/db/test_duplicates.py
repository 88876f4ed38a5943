"""Tickets that were sent twice: proposed for a merge after their classification, and nothing else is."""

from __future__ import annotations

from typing import Any

import pytest
from tests.db.assisting import accept, finish, start
from tests.db.people import ADMIN, AGENT, CUSTOMER, Db, Person, be, one, value
from tests.db.world import World


def opened(db: Db, title: str, text: str, person: Person = CUSTOMER) -> dict[str, Any]:
    with be(db, person):
        return one(db, "select * from helpdesk.create_ticket(%s, %s)", title, text)


def merges(db: Db, second: dict[str, Any], state: str = "done", **more: Any) -> list[dict[str, Any]]:
    """The merges that are proposed after the ticket's classification."""
    run_id, _ = start(db, str(second["ticket_id"]), "classification", ADMIN, **more)
    finish(db, run_id, state)
    return db.execute("select * from helpdesk.proposals where kind = 'merge' and run_id = %s", (run_id,)).fetchall()


TEXT = ("Router is broken", "The light of my router stays red since Monday, and nothing helps.")


@pytest.mark.parametrize("ends", ["done", "fallback", "needs_human"])
def test_a_ticket_that_was_sent_twice_is_proposed_for_a_merge(db: Db, world: World, ends: str) -> None:
    first, second = opened(db, *TEXT), opened(db, TEXT[0], TEXT[1].replace("helps.", "helps!"))
    (proposal,) = merges(db, second, ends)
    assert proposal["payload"] == {"into": str(first["ticket_id"]), "because": [first["number"]]}
    assert (proposal["mode"], proposal["confidence"]) == ("neighbours", 1)
    accept(db, AGENT, proposal)
    merged = "select merged_into from helpdesk.tickets where ticket_id = %s"
    assert value(db, merged, second["ticket_id"]) == first["ticket_id"]


@pytest.mark.parametrize(
    "statement",
    [
        "update helpdesk.tickets set status = 'closed' where ticket_id = %s",
        "update helpdesk.tickets set team_id = (select team_id from helpdesk.teams where name = 'Vault') "
        "where ticket_id = %s",
        "update helpdesk.tickets set created_by = (select user_id from helpdesk.users where email = "
        "'other@example.com') where ticket_id = %s",
        "update helpdesk.tickets set description = 'Where is my parcel? I paid for it.' where ticket_id = %s",
        "update helpdesk.tickets set created_at = now() - interval '8 days' where ticket_id = %s",
    ],
    ids=["closed", "another team", "another requester", "other words", "long ago"],
)
def test_other_tickets_are_not(db: Db, world: World, statement: str) -> None:
    first, second = opened(db, *TEXT), opened(db, *TEXT)
    db.execute("set local session_replication_role = replica")
    db.execute(statement.encode(), (first["ticket_id"],))
    db.execute("set local session_replication_role = origin")
    assert merges(db, second) == []


def test_nothing_is_merged_for_a_test_or_a_run_that_was_cancelled(db: Db, world: World) -> None:
    opened(db, *TEXT)
    second = opened(db, *TEXT)
    assert merges(db, second, is_test=True) == []
    assert merges(db, second, "cancelled") == []
    assert len(merges(db, second)) == 1


@pytest.mark.parametrize(
    ("a", "b", "share"),
    [("a b c d", "d c b a", 1), ("a b", "a c", 1 / 3), ("", "", 0), ("a", None, 0), ("A!", "a?", 1)],
)
def test_the_words_that_two_texts_share(db: Db, a: str, b: str | None, share: float) -> None:
    assert value(db, "select helpdesk_private.shared_words(%s, %s)", a, b) == pytest.approx(share)
