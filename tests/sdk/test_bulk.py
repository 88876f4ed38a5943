"""Many tickets at once, on a real stack: results that cannot be overlooked, progress, repetition."""

from __future__ import annotations

import pytest
from tests.sdk.support import Scenario, both
from tests.sdk.world import World

from helpdesk_sdk import (
    BulkFailedError,
    IdConflictError,
    InvalidValueError,
    StaleRevisionError,
    TeamNotFoundError,
    TicketNotFoundError,
    new_id,
)


@both
def test_many_tickets_are_opened_changed_and_answered(world: World) -> Scenario:
    items = [{"title": f"Ticket {n}", "team": "Billing", "id": new_id()} for n in range(450)]
    steps: list[tuple[int, int]] = []
    opened = yield world.customer.tickets.create_many(items, on_progress=lambda *step: steps.append(step))
    assert steps == [(200, 450), (400, 450), (450, 450)]
    assert [one.id for one in opened] == [item["id"] for item in items]
    again = yield world.customer.tickets.create_many(items)
    assert [one.value for one in again] == [one.value for one in opened]

    tickets = [one.value for one in opened][:5]
    yield world.agent.tickets.update_many({"ticket": ticket, "priority": "high"} for ticket in tickets)
    yield world.agent.tickets.tag_many([ticket.number for ticket in tickets], "bulk")
    yield world.agent.tickets.assign_many(tickets, "me")
    said = yield world.agent.tickets.reply_many(
        {"ticket": ticket.number, "body": "Fixed", "status": "resolved"} for ticket in tickets
    )
    assert [one.value.body for one in said] == ["Fixed"] * 5
    now = yield world.agent.tickets.get(tickets[0])
    assert (now.priority, now.status, now.tags) == ("high", "resolved", ("bulk",))
    assert now.assigned_to is not None
    yield world.agent.tickets.assign_many(tickets, None)
    yield world.agent.tickets.untag_many(tickets, "Bulk", "never there")
    assert (yield world.agent.tickets.get(tickets[0])).tags == ()
    yield world.agent.tickets.transfer_many(tickets, "Billing")
    with pytest.raises(TeamNotFoundError):
        yield world.agent.tickets.transfer_many(tickets, "No such team")


@both
def test_a_failure_is_an_error_and_the_others_stand(world: World) -> Scenario:
    ticket = yield world.customer.tickets.create("Before", team="Billing")
    yield world.agent.tickets.update(ticket, priority="low")
    changes = [
        {"ticket": ticket, "title": "Stale"},
        {"ticket": ticket.number, "priority": "high"},
        {"ticket": new_id(), "priority": "high"},
        {"ticket": ticket.number, "colour": "red"},
        {"ticket": ticket.number},
        {"priority": "high"},
        "x",
    ]
    with pytest.raises(BulkFailedError, match="6 of 7 items failed; the first is item 0") as caught:
        yield world.agent.tickets.update_many(changes)
    failed = caught.value.results.failed
    assert [type(one.error) for one in failed] == [
        *(StaleRevisionError, TicketNotFoundError, InvalidValueError, InvalidValueError, InvalidValueError),
        InvalidValueError,
    ]
    assert (yield world.agent.tickets.get(ticket)).priority == "high"
    results = yield world.agent.tickets.update_many(changes, raise_on_failure=False)
    assert len(results.failed) == 6
    with pytest.raises(BulkFailedError):
        results.raise_for_failures()


@both
def test_what_cannot_be_opened_says_why(world: World) -> Scenario:
    key = new_id()
    results = yield world.customer.tickets.create_many(
        [
            {"title": "Good", "id": key},
            {"title": ""},
            {"title": "x", "team": "No such team"},
            {"title": "Other", "id": key},
            {},
        ],
        raise_on_failure=False,
    )
    assert [type(one.error) for one in results] == [
        *(type(None), InvalidValueError, TeamNotFoundError, IdConflictError, InvalidValueError),
    ]
