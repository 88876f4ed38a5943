"""Routing: the next ticket in order, each to one person only, and nothing that leaves one's sight comes back."""

from __future__ import annotations

from uuid import uuid4

from tests.db.people import (
    ADMIN,
    AGENT,
    CUSTOMER,
    SERVICE,
    STRANGER,
    Db,
    as_person,
    be,
    one,
    refused,
    value,
)
from tests.db.world import World, ticket

NEXT = "select * from helpdesk.claim_next_ticket(%s, %s)"


def queue(db: Db, world: World, *priorities: str, team: str = "empty") -> list[str]:
    """Open tickets of these priorities, one after the other; their ids."""
    with be(db, SERVICE):
        return [
            str(
                value(
                    db,
                    "select ticket_id from helpdesk.create_ticket("
                    "%s, priority => %s, team_id => %s, requester_id => %s)",
                    priority,
                    priority,
                    world[team],
                    world["customer"],
                )
            )
            for priority in priorities
        ]


def test_the_oldest_of_the_highest_priority_comes_first(db: Db, world: World) -> None:
    low, first, second, urgent, high = queue(db, world, "low", "medium", "medium", "urgent", "high")
    with as_person(db, ADMIN):
        claimed = [
            str(value(db, "select ticket_id from helpdesk.claim_next_ticket(%s)", world["empty"])) for _ in range(5)
        ]
        assert db.execute(NEXT, (world["empty"], None)).fetchall() == []
    assert claimed == [urgent, high, first, second, low]


def test_what_is_snoozed_assigned_or_not_open_is_passed_over(db: Db, world: World) -> None:
    snoozed, assigned, closed, due, free = queue(db, world, "urgent", "urgent", "urgent", "medium", "low")
    with be(db, ADMIN):
        db.execute(
            "update helpdesk.tickets set snoozed_until = now() + interval '1 hour' where ticket_id = %s", (snoozed,)
        )
        db.execute("update helpdesk.tickets set snoozed_until = now() - interval '1 hour' where ticket_id = %s", (due,))
        db.execute("select helpdesk.assign_ticket(%s, %s)", (assigned, world["agent"]))
        db.execute("update helpdesk.tickets set status = 'closed' where ticket_id = %s", (closed,))
    with as_person(db, ADMIN):
        assert [str(one(db, NEXT, world["empty"], None)["ticket_id"]) for _ in range(2)] == [due, free]


def test_without_a_team_it_is_the_best_of_all_of_ones_queues(db: Db, world: World) -> None:
    urgent = queue(db, world, "urgent", team="vault")[0]
    with be(db, ADMIN):
        db.execute(
            "insert into helpdesk.team_members (team_id, user_id) values (%s, %s)", (world["vault"], world["agent"])
        )
    with as_person(db, AGENT):
        assert str(one(db, NEXT, None, None)["ticket_id"]) == urgent
        assert str(one(db, NEXT, None, None)["ticket_id"]) == world["mine"]


def test_a_claim_repeated_with_its_id_is_the_same_ticket(db: Db, world: World) -> None:
    claim = uuid4()
    queue(db, world, "high", "high")
    with be(db, ADMIN):
        first = one(db, NEXT, world["empty"], claim)
        assert one(db, NEXT, world["empty"], claim) == first
    with refused("id_conflict"), as_person(db, STRANGER):
        db.execute(NEXT, (None, claim))
    with refused("id_conflict"), as_person(db, ADMIN):
        db.execute(NEXT, (world["vault"], claim))


def test_a_claim_that_found_nothing_may_find_something_later(db: Db, world: World) -> None:
    claim = uuid4()
    with be(db, ADMIN):
        assert db.execute(NEXT, (world["empty"], claim)).fetchall() == []
    new = queue(db, world, "low")[0]
    with be(db, ADMIN):
        assert str(one(db, NEXT, world["empty"], claim)["ticket_id"]) == new


def test_a14_a_repeated_claim_does_not_show_a_ticket_that_left_ones_sight(db: Db, world: World) -> None:
    claim = uuid4()
    with be(db, AGENT):
        mine = one(db, NEXT, None, claim)
        db.execute("select helpdesk.transfer_ticket(%s, %s)", (mine["ticket_id"], world["vault"]))
    with refused("ticket_not_found"), as_person(db, AGENT):
        db.execute(NEXT, (None, claim))


def test_a14_unassigned_or_transferred_it_is_out_of_sight_at_once(db: Db, world: World) -> None:
    with be(db, AGENT):
        db.execute("select helpdesk.unassign_ticket(%s)", (world["lent"],))
        assert value(db, "select count(*) from helpdesk.tickets where ticket_id = %s", world["lent"]) == 0
        moved = one(db, "select * from helpdesk.transfer_ticket(%s, %s)", world["answered"], world["vault"])
        assert value(db, "select count(*) from helpdesk.tickets where ticket_id = %s", world["answered"]) == 0
    assert moved["assigned_to"] is None
    with refused("ticket_not_found"), as_person(db, AGENT):
        db.execute("select helpdesk.transfer_ticket(%s, %s)", (world["answered"], world["desk"]))
    with as_person(db, CUSTOMER):
        assert value(db, "select count(*) from helpdesk.tickets where ticket_id = %s", world["answered"]) == 1


def test_a_transfer_within_the_team_keeps_the_assignee(db: Db, world: World) -> None:
    with as_person(db, AGENT):
        same = one(db, "select * from helpdesk.transfer_ticket(%s, %s)", world["answered"], world["desk"])
    assert (str(same["assigned_to"]), same["revision"]) == (world["agent"], ticket(db, world, "answered")["revision"])


def test_assigned_to_an_agent_of_another_team_both_see_it(db: Db, world: World) -> None:
    with be(db, AGENT):
        db.execute("select helpdesk.assign_ticket(%s, %s, 1)", (world["mine"], world["stranger"]))
    for person in (AGENT, STRANGER, CUSTOMER):
        with as_person(db, person):
            assert value(db, "select count(*) from helpdesk.tickets where ticket_id = %s", world["mine"]) == 1
    with as_person(db, STRANGER):
        db.execute("select helpdesk.send_reply(%s, 'Hello')", (world["mine"],))
