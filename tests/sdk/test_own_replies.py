"""A change after one's own reply: the Ticket from before the reply serves, unless the ticket changed otherwise too."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest
from tests.sdk.support import Scenario, Server, both, ok, refused, ticket_row, user_row
from tests.sdk.world import World, email

from helpdesk_sdk import LATEST, StaleRevisionError, Ticket, TicketNotFoundError

Step = Callable[[World, Ticket], Any]
CHANGES: dict[str, Step] = {
    "resolve": lambda world, ticket: world.agent.tickets.resolve(ticket),
    "close": lambda world, ticket: world.agent.tickets.close(ticket),
    "reopen": lambda world, ticket: world.agent.tickets.reopen(ticket),
    "update": lambda world, ticket: world.agent.tickets.update(ticket, priority="high"),
    "assign": lambda world, ticket: world.agent.tickets.assign(ticket, email("colleague")),
    "unassign": lambda world, ticket: world.agent.tickets.unassign(ticket),
    "transfer": lambda world, ticket: world.agent.tickets.transfer(ticket, "Tech"),
}


def opened(world: World) -> Any:
    ticket = yield world.customer.tickets.create("Answered", team="Billing")
    return (yield world.agent.tickets.assign(ticket, "me"))


@pytest.mark.parametrize("name", CHANGES)
@both
def test_whatever_carries_the_revision_works_after_ones_own_reply(world: World, name: str) -> Scenario:
    ticket = yield from opened(world)
    yield world.agent.messages.reply(ticket, "Done.")
    changed = yield CHANGES[name](world, ticket)
    assert changed.revision == ticket.revision + 2


@both
def test_after_several_own_replies_and_after_one_with_a_status(world: World) -> Scenario:
    ticket = yield from opened(world)
    first = yield world.agent.messages.reply(ticket, "One.")
    second = yield world.agent.messages.reply(ticket, "Two.", expected_last_message=first)
    yield world.agent.messages.reply(ticket, "Three.", expected_last_message=second, status="resolved")
    closed = yield world.agent.tickets.close(ticket)
    assert (closed.status, closed.revision) == ("closed", ticket.revision + 4)


@both
def test_a_customer_closes_after_writing(world: World) -> Scenario:
    ticket = yield world.customer.tickets.create("Never mind", team="Billing")
    yield world.customer.messages.reply(ticket, "It works now.")
    closed = yield world.customer.tickets.close(ticket)
    assert closed.status == "closed"


OTHERS: dict[str, Step] = {
    "a colleague's reply": lambda world, ticket: world.colleague.messages.reply(
        ticket.number, "Me too.", expected_last_message=LATEST
    ),
    "the customer's reply": lambda world, ticket: world.customer.messages.reply(ticket.number, "It is on fire."),
    "a colleague's edit": lambda world, ticket: world.colleague.tickets.update(
        ticket.number, priority="urgent", revision=LATEST
    ),
    "my own edit": lambda world, ticket: world.agent.tickets.update(ticket.number, priority="low", revision=LATEST),
    "an edit of the system": lambda world, ticket: world.system.tickets.update(
        ticket.number, priority="low", revision=LATEST
    ),
}


@pytest.mark.parametrize("when", ["before", "between", "after"])
@pytest.mark.parametrize("name", OTHERS)
@both
def test_any_other_change_before_between_or_after_is_not_overwritten(world: World, name: str, when: str) -> Scenario:
    ticket = yield from opened(world)
    for place in ("before", "between", "after"):
        if place == when:
            yield OTHERS[name](world, ticket)
        if place != "after":
            yield world.agent.messages.reply(ticket.number, f"Mine, {place}.", expected_last_message=LATEST)
    for change in ("resolve", "assign"):
        with pytest.raises(StaleRevisionError) as caught:
            yield CHANGES[change](world, ticket)
        assert caught.value.current == (yield world.agent.tickets.get(ticket))
        assert caught.value.current is not None
        assert caught.value.current.revision == ticket.revision + 3


@both
def test_a_revision_given_as_a_number_is_taken_at_its_word(world: World) -> Scenario:
    ticket = yield from opened(world)
    yield world.agent.messages.reply(ticket, "Done.")
    with pytest.raises(StaleRevisionError):
        yield world.agent.tickets.update(ticket, status="resolved", revision=ticket.revision)
    with pytest.raises(StaleRevisionError):
        yield world.agent.tickets.unassign(ticket, revision=ticket.revision)


@both
def test_the_secret_key_is_nobody_whose_replies_could_be_told_apart(world: World) -> Scenario:
    ticket = yield world.customer.tickets.create("System", team="Billing")
    yield world.system.messages.reply(ticket, "We are on it.")
    with pytest.raises(StaleRevisionError):
        yield world.system.tickets.resolve(ticket)


@both
def test_a_lost_answer_is_repaired_at_the_revision_after_the_reply(world: World) -> Scenario:
    ticket = yield from opened(world)
    yield world.agent.messages.reply(ticket, "Done.")
    writes = 0

    def second_write(request: httpx.Request, sent: int) -> bool:
        nonlocal writes
        writes += request.method == "PATCH"
        return request.method == "PATCH" and writes == 2

    lossy = world.with_faults("agent", second_write)
    resolved = yield lossy.tickets.resolve(ticket)
    assert (resolved.status, resolved.revision, writes) == ("resolved", ticket.revision + 2, 3)
    # The first write's answer is lost too, and the ticket is not at its revision: no harm either.
    yield world.agent.messages.reply(resolved, "Really.")
    lossy = world.with_faults("agent", lambda request, sent: sent == 1)
    assert (yield lossy.tickets.close(resolved)).revision == resolved.revision + 2


@both
def test_it_costs_one_request_more_and_only_then(hd: Any, server: Server) -> Scenario:
    ticket = Ticket.model_validate(ticket_row(revision=4))
    server.answers(ok(user_row()))
    me = yield hd.users.me()
    # Not stale: the write alone.
    server.answers(ok([ticket_row(revision=5, status="resolved")]))
    yield hd.tickets.resolve(ticket)
    assert len(server.requests) == 2
    # Stale by a reply of one's own: the write, the ticket, its events, and the write again.
    server.answers(ok([]), ok([ticket_row(revision=6)]), ok([{"ticket_revision": 6}, {"ticket_revision": 5}]))
    server.answers(ok([ticket_row(revision=7, status="resolved")]))
    assert (yield hd.tickets.resolve(ticket)).revision == 7
    _, _, events, again = server.requests[2:]
    asked = httpx.QueryParams(events.url.query)
    assert events.url.path == "/rest/v1/events"
    assert (asked["type"], asked["actor_id"]) == ("eq.message.created", f"eq.{me.user_id}")
    assert asked.get_list("ticket_revision") == ["gte.5", "lte.6"]
    assert httpx.QueryParams(again.url.query)["revision"] == "eq.6"


@pytest.mark.parametrize("events", [[], [5], [6], [5, 7]])
@both
def test_a_revision_without_a_reply_of_ones_own_is_refused(hd: Any, server: Server, events: list[int]) -> Scenario:
    ticket = Ticket.model_validate(ticket_row(revision=4))
    server.answers(ok([]), ok([ticket_row(revision=6)]), ok(user_row()), ok([{"ticket_revision": n} for n in events]))
    with pytest.raises(StaleRevisionError) as caught:
        yield hd.tickets.resolve(ticket)
    assert caught.value.current is not None
    assert caught.value.current.revision == 6
    assert server.script == []


@both
def test_somebody_who_changes_it_while_we_look_is_not_overwritten(hd: Any, server: Server) -> Scenario:
    ticket = Ticket.model_validate(ticket_row(revision=4))
    server.answers(ok([]), ok([ticket_row(revision=5)]), ok(user_row()), ok([{"ticket_revision": 5}]))
    server.answers(ok([]), ok([ticket_row(revision=6)]))
    with pytest.raises(StaleRevisionError) as caught:
        yield hd.tickets.resolve(ticket)
    assert caught.value.current is not None
    assert (caught.value.current.revision, server.script) == (6, [])


@pytest.mark.parametrize("revision", [3, 105])
@both
def test_a_ticket_that_went_back_or_far_ahead_asks_for_no_events(hd: Any, server: Server, revision: int) -> Scenario:
    ticket = Ticket.model_validate(ticket_row(revision=4))
    server.answers(ok([]), ok([ticket_row(revision=revision)]))
    with pytest.raises(StaleRevisionError):
        yield hd.tickets.resolve(ticket)
    assert len(server.requests) == 2
    server.answers(refused(409, "stale_revision"), ok([]))
    with pytest.raises((StaleRevisionError, TicketNotFoundError)):
        yield hd.tickets.unassign(ticket)
    assert len(server.requests) == 4
