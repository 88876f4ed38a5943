"""Merging on a real stack: two tickets become one, and two again; replies find their way."""

from __future__ import annotations

import pytest
from tests.sdk.support import Scenario, both
from tests.sdk.world import World

from helpdesk_sdk import (
    LATEST,
    ConversationMovedError,
    ForbiddenError,
    IdConflictError,
    InvalidValueError,
    NotMergedError,
    OtherRequesterError,
    TicketMergedError,
    new_id,
)


@both
def test_two_tickets_become_one_and_two_again(world: World) -> Scenario:
    first = yield world.customer.tickets.create("Broken", team="Billing")
    second = yield world.customer.tickets.create("Broken, as I said", team="Billing")
    yield world.customer.messages.reply(first, "Since Monday")
    yield world.customer.messages.reply(second, "Hello?")
    yield world.agent.tickets.tag(second, "angry")
    key = new_id()
    merge = yield world.agent.tickets.merge(second.number, first, id=key)
    assert merge == (yield world.agent.tickets.merge(second, first, id=key))
    assert (merge.merge_id, merge.added_tags, merge.is_undone) == (key, ("angry",), False)
    for client in (world.agent, world.customer):
        assert [m.body for m in (yield client.messages.list(first, page_size=1))] == ["Since Monday", "Hello?"]
    entries = yield world.agent.tickets.timeline(first, page_size=3)
    assert [entry.body for entry in entries if entry.kind == "message"] == ["Since Monday", "Hello?"]
    assert [one.merge_id for one in (yield world.agent.tickets.merges(first))] == [key]

    said = yield world.customer.messages.reply(second.number, "Anybody?")
    assert (said.ticket_id, said.via_ticket_id) == (first.ticket_id, second.ticket_id)
    with pytest.raises(ConversationMovedError) as moved:
        yield world.agent.messages.reply((yield world.agent.tickets.get(second)), "Late")
    assert moved.value.current is not None
    assert moved.value.current.ticket_id == first.ticket_id
    assert moved.value.new_messages[-1].body == "Anybody?"
    yield world.agent.messages.reply(moved.value.current, "Here we are")
    yield world.agent.messages.reply(second.number, "And again", expected_last_message=LATEST)

    undone = yield world.agent.tickets.unmerge(second)
    assert undone.is_undone
    assert undone == (yield world.agent.tickets.unmerge(second))
    again = yield world.agent.tickets.get(second)
    assert (again.status, again.merged_into, again.tags) == ("open", None, ("angry",))
    assert [m.body for m in (yield world.customer.messages.list(second))] == ["Hello?"]
    with pytest.raises(IdConflictError):
        yield world.agent.tickets.merge(second, first, id=key)
    merges = [(yield world.agent.tickets.merge(second, first)), (yield world.agent.tickets.unmerge(second))]
    found = yield world.agent.tickets.merges(first, page_size=1)
    assert [one.merge_id for one in found] == [merges[1].merge_id, key]


@both
def test_what_cannot_be_merged(world: World) -> Scenario:
    mine = yield world.customer.tickets.create("Mine", team="Billing")
    theirs = yield world.agent.tickets.create("Theirs", team="Billing", requester=(yield world.stranger.users.me()))
    with pytest.raises(OtherRequesterError):
        yield world.agent.tickets.merge(mine, theirs)
    with pytest.raises(InvalidValueError, match="another ticket"):
        yield world.agent.tickets.merge(mine, mine)
    with pytest.raises(ForbiddenError):
        yield world.customer.tickets.merge(mine, mine.number)
    with pytest.raises(NotMergedError):
        yield world.agent.tickets.unmerge(mine)
    yield world.agent.tickets.merge(theirs, mine, other_requester=True)
    with pytest.raises(TicketMergedError):
        yield world.agent.tickets.update(theirs.number, title="New", revision=LATEST)
    yield world.agent.tickets.unmerge(theirs)
