"""Several people and one proposal at the same time: it is carried out once."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest
from tests.db.assisting import add_robot, draft, make, start
from tests.db.conftest import Server
from tests.db.people import ADMIN, AGENT, CUSTOMER, Db, be, one, refused, value
from tests.db.test_embedding_races import while_open
from tests.db.test_races import call, together
from tests.db.world import World, ticket

ACCEPT = "select * from helpdesk.accept_proposal(%s)"
ARTICLE = (
    "select k.article_id from helpdesk.citations as c join helpdesk.article_chunks as k using (chunk_id) "
    "where c.proposal_id = %s limit 1"
)


def reasons(results: list[Any]) -> list[str]:
    return sorted(r.diag.message_detail or str(r) for r in results if isinstance(r, psycopg.Error))


def test_one_person_accepting_many_times_at_once_sends_once(pg: Server, own: str, world: World) -> None:
    with pg.connect(own) as db:
        proposal = draft(db, world)
        before = value(db, "select count(*) from helpdesk.messages")
    results = together([call(pg, own, AGENT, ACCEPT, proposal["proposal_id"]) for _ in range(8)])
    assert len({str(rows) for rows in results}) == 1
    with pg.connect(own) as db:
        assert value(db, "select count(*) from helpdesk.messages") == before + 1


def test_of_two_people_one_wins(pg: Server, own: str, world: World) -> None:
    with pg.connect(own) as db:
        proposal = draft(db, world)
        before = value(db, "select count(*) from helpdesk.messages")
    people = (AGENT, ADMIN) * 4
    results = together([call(pg, own, person, ACCEPT, proposal["proposal_id"]) for person in people])
    assert reasons(results) == ["helpdesk.proposal_decided"] * 4
    with pg.connect(own) as db:
        assert value(db, "select count(*) from helpdesk.messages") == before + 1


def test_accepting_while_the_customer_writes(pg: Server, own: str, world: World) -> None:
    with pg.connect(own) as db:
        proposal = draft(db, world)
    reply = "select * from helpdesk.send_reply(%s, 'Wait')"
    results = together(
        [
            call(pg, own, AGENT, ACCEPT, proposal["proposal_id"]),
            call(pg, own, CUSTOMER, reply, world["answered"]),
        ]
    )
    with pg.connect(own) as db:
        state = value(db, "select state from helpdesk.proposals where proposal_id = %s", proposal["proposal_id"])
    assert (reasons(results), state) in (
        ([], "accepted"),
        (["helpdesk.conversation_moved"], "superseded"),
    )


def test_an_acceptance_waits_for_the_withdrawal_of_the_article(pg: Server, own: str, world: World) -> None:
    count = "select count(*) from helpdesk.messages"
    with pg.connect(own) as first, pg.connect(own) as second:
        proposal = draft(first, world)
        first.commit()
        article, before = value(first, ARTICLE, proposal["proposal_id"]), value(first, count)
        with be(first, ADMIN):
            first.execute("select helpdesk.archive_article(%s)", (article,))

        def accept_it() -> None:
            with be(second, AGENT):
                second.execute(ACCEPT, (proposal["proposal_id"],))

        with while_open(first, second, accept_it) as result, refused("proposal_expired"):
            result()
        second.rollback()
        assert value(second, count) == before


def test_accepting_while_the_article_is_withdrawn(pg: Server, own: str, world: World) -> None:
    for _ in range(5):
        with pg.connect(own) as db:
            proposal = draft(db, world)
            article = value(db, ARTICLE, proposal["proposal_id"])
        results = together(
            [
                call(pg, own, AGENT, ACCEPT, proposal["proposal_id"]),
                call(pg, own, ADMIN, "select * from helpdesk.archive_article(%s)", article),
            ]
        )
        with pg.connect(own) as db:
            state = value(db, "select state from helpdesk.proposals where proposal_id = %s", proposal["proposal_id"])
            if state == "accepted":
                db.execute("update helpdesk.tickets set status = 'open' where ticket_id = %s", (world["answered"],))
        assert (reasons(results), state) in (([], "accepted"), (["helpdesk.proposal_expired"], "expired"))


def test_the_assistant_applies_labels_in_its_own_name(db: Db, world: World) -> None:
    run_id, _ = start(db, world["answered"], "classification")
    proposal = make(
        db, run_id, "classification", {"priority": "urgent", "team_id": world["vault"], "add_tags": ["vip"]}
    )
    with be(db, ADMIN):
        robot = value(db, "select user_id from helpdesk.users where role = 'assistant'")
    _become_robot(db)
    done = one(db, "select * from helpdesk_private.apply_as_assistant(%s)", proposal["proposal_id"])
    assert (done["state"], done["decided_by"]) == ("accepted", robot)
    now = ticket(db, world, "answered")
    assert (now["priority"], str(now["team_id"])) == ("urgent", world["vault"])
    actors = db.execute(
        "select distinct actor_kind from helpdesk.events where ticket_id = %s and type in "
        "('ticket.updated', 'ticket.transferred', 'ticket.tagged', 'proposal.decided') and actor_id = %s",
        (world["answered"], robot),
    ).fetchall()
    assert [row["actor_kind"] for row in actors] == ["assistant"]
    # The right is gone with the function.
    assert value(db, "select count(*) from helpdesk_private.applied_proposals") == 0
    with refused("ticket_not_found"):
        db.execute("select helpdesk_private.transfer_ticket(%s, %s, null)", (world["answered"], world["desk"]))


@pytest.mark.parametrize("kind", ["reply", "classification"])
def test_the_assistant_applies_nothing_that_a_model_made(db: Db, world: World, kind: str) -> None:
    run_id, _ = start(db, world["answered"])
    payload = '{"body": "x"}' if kind == "reply" else '{"priority": "low"}'
    proposal = one(
        db, "select * from helpdesk_private.make_proposal(%s, %s, %s::jsonb, 'model')", *(run_id, kind, payload)
    )
    with refused("forbidden"):
        db.execute("select helpdesk_private.apply_as_assistant(%s)", (proposal["proposal_id"],))


def _become_robot(db: Db) -> None:
    """The token of the assistant, as its functions see it; the test goes on as the owner, as those functions do."""
    add_robot(db)
    db.execute(
        "select set_config('request.jwt.claims', jsonb_build_object('role', 'authenticated', 'sub', id)::text, true) "
        "from auth.users where email = 'robot@example.com'"
    )
    db.execute("select set_config('role', 'none', true)")
    db.execute(
        "create or replace function helpdesk_private.is_service() returns boolean language sql as 'select false'"
    )
