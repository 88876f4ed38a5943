"""Requests that change several tickets, in opposite orders at the same moment: none of them ends in a deadlock."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from psycopg.types.json import Jsonb
from tests.db.conftest import Server
from tests.db.people import ADMIN, AGENT, SERVICE, Person, value
from tests.db.test_races import call, together
from tests.db.world import World

_ROUNDS = 6


def deadlocks(jobs: Callable[[int], list[Callable[[], Any]]]) -> int:
    """How many of the jobs PostgreSQL ended to break a circle; any other error fails the test."""
    found = 0
    for round_ in range(_ROUNDS):
        for outcome in together(jobs(round_)):
            if isinstance(outcome, psycopg.errors.DeadlockDetected):
                found += 1
            elif isinstance(outcome, psycopg.Error):
                raise outcome
    return found


@pytest.mark.parametrize("who", [ADMIN, SERVICE], ids=str)
def test_tags_of_one_ticket_by_several_people(pg: Server, own: str, world: World, who: Person) -> None:
    tag = "insert into helpdesk.ticket_tags (ticket_id, tag) values (%s, %s) returning tag"
    assert not deadlocks(lambda n: [call(pg, own, who, tag, world["mine"], f"{n} {i}") for i in range(6)])
    with pg.connect(own) as db:
        tags = "select count(*) from helpdesk.ticket_tags where ticket_id = %s and tag like '_ _'"
        tagged = "select count(*) from helpdesk.events where ticket_id = %s and data ->> 'tag' like '_ _'"
        assert value(db, tags, world["mine"]) == value(db, tagged, world["mine"]) == 6 * _ROUNDS


@pytest.mark.parametrize("who", [ADMIN, SERVICE], ids=str)
def test_tags_of_several_tickets_in_opposite_orders(pg: Server, own: str, world: World, who: Person) -> None:
    tag = (
        "insert into helpdesk.ticket_tags (ticket_id, tag) "
        "select t, %s from unnest(%s::uuid[]) with ordinality as x (t, n) order by n returning tag"
    )
    untag = "delete from helpdesk.ticket_tags where tag = %s and ticket_id = any(%s) returning tag"
    several = [world["mine"], world["answered"], world["lent"]]

    def jobs(n: int) -> list[Callable[[], Any]]:
        made = [call(pg, own, who, tag, f"{n} {i}", several[:: 1 if i % 2 else -1]) for i in range(4)]
        if n:
            made += [call(pg, own, who, untag, f"{n - 1} {i}", several[:: -1 if i % 2 else 1]) for i in range(4)]
        return made

    assert not deadlocks(jobs)
    with pg.connect(own) as db:
        left = "select count(*) from helpdesk.ticket_tags where tag like '_ _'"
        assert value(db, left) == 4 * len(several)


def test_a_tag_and_an_edit_of_the_same_tickets(pg: Server, own: str, world: World) -> None:
    """An edit of an external id changes a column that a foreign key could refer to: PostgreSQL's strongest row lock."""
    tag = "insert into helpdesk.ticket_tags (ticket_id, tag) values (%s, %s) returning tag"
    edit = "update helpdesk.tickets set external_id = %s where ticket_id = %s returning 1"
    reply = "select helpdesk.add_note(%s, %s)"
    ticket = world["mine"]
    assert not deadlocks(
        lambda n: [
            call(pg, own, (ADMIN, AGENT)[i % 2], query, *values)
            for i in range(2)
            for query, values in (
                (tag, (ticket, f"{n} {i}")),
                (edit, (f"{n} {i}", ticket)),
                (reply, (ticket, f"{n} {i}")),
            )
        ]
    )


def test_somebody_leaves_while_their_tickets_are_tagged_in_bulk(pg: Server, own: str, world: World) -> None:
    several = [world["mine"], world["answered"], world["lent"]]
    tag = (
        "insert into helpdesk.ticket_tags (ticket_id, tag) "
        "select t, %s from unnest(%s::uuid[]) with ordinality as x (t, n) order by n returning tag"
    )

    def jobs(n: int) -> list[Callable[[], Any]]:
        with pg.connect(own) as db:
            db.execute("update helpdesk.users set is_active = true where user_id = %s", (world["agent"],))
            for ticket in several:
                db.execute("select helpdesk.assign_ticket(%s, %s)", (ticket, world["agent"]))
        made = [call(pg, own, ADMIN, tag, f"{n} {i}", several[:: 1 if i % 2 else -1]) for i in range(4)]
        return [*made, call(pg, own, ADMIN, "select helpdesk.deactivate_user(%s)", world["agent"])]

    assert not deadlocks(jobs)


def test_a_tag_of_several_tickets_writes_one_event_for_each(pg: Server, own: str, world: World) -> None:
    several = sorted([world["mine"], world["answered"]], reverse=True)
    with pg.connect(own) as db:
        db.execute(
            "insert into helpdesk.ticket_tags (ticket_id, tag) select t, g from unnest(%s::uuid[]) as t, "
            "unnest(array['b', 'a']) as g",
            (several,),
        )
        events = db.execute(
            "select ticket_id, data from helpdesk.events where type = 'ticket.tagged' order by event_id desc limit 4"
        ).fetchall()
        assert sorted((str(row["ticket_id"]), row["data"]["tag"]) for row in events) == sorted(
            (str(ticket), tag) for ticket in several for tag in ("a", "b")
        )


def test_bulk_changes_of_the_same_tickets_in_opposite_orders(pg: Server, own: str, world: World) -> None:
    query = "select helpdesk.bulk_tickets(%s) -> 0"
    several = [world["mine"], world["answered"], world["closed"]]

    def items(order: int) -> Jsonb:
        change = {"action": "update", "changes": {"priority": "high" if order == 1 else "low"}}
        return Jsonb([{**change, "ticket_id": ticket} for ticket in several[::order]])

    assert not deadlocks(lambda n: [call(pg, own, ADMIN, query, items(1 if i % 2 else -1)) for i in range(6)])
