"""Links between tickets on a real stack."""

from __future__ import annotations

import pytest
from tests.sdk.support import Scenario, both
from tests.sdk.world import World

from helpdesk_sdk import ForbiddenError, InvalidValueError, LinkCycleError, TicketNotFoundError, new_id


@both
def test_tickets_are_linked_listed_and_unlinked(world: World) -> Scenario:
    first = yield world.customer.tickets.create("Outage", team="Billing")
    second = yield world.customer.tickets.create("Login fails", team="Billing")
    third = yield world.customer.tickets.create("Refund", team="Billing")
    link = yield world.agent.tickets.link(second.number, "child_of", first)
    assert link == (yield world.agent.tickets.link(second, "child_of", first.number))
    assert (link.source_id, link.kind, link.target_id) == (second.ticket_id, "child_of", first.ticket_id)
    yield world.agent.tickets.link(third, "follow_up_of", first)
    found = yield world.agent.tickets.links(first, page_size=1)
    assert [(one.kind, one.source.title, one.target.number, one.target.status) for one in found] == [
        ("child_of", "Login fails", first.number, "open"),
        ("follow_up_of", "Refund", first.number, "open"),
    ]
    assert [one.kind for one in (yield world.customer.tickets.links(first))] == ["follow_up_of"]
    with pytest.raises(LinkCycleError):
        yield world.agent.tickets.link(first, "child_of", second)
    yield world.agent.tickets.unlink(second, "child_of", first)
    yield world.agent.tickets.unlink(second, "child_of", first)
    yield world.agent.tickets.unlink(second, "blocks", first)
    assert [one.kind for one in (yield world.agent.tickets.links(first))] == ["follow_up_of"]
    yield world.agent.tickets.link(first, "child_of", second)


@both
def test_what_cannot_be_linked(world: World) -> Scenario:
    mine = yield world.customer.tickets.create("Mine", team="Billing")
    other = yield world.customer.tickets.create("Other", team="Billing")
    with pytest.raises(InvalidValueError, match="kind"):
        yield world.agent.tickets.link(mine, "parent_of", other)
    with pytest.raises(InvalidValueError, match="another ticket"):
        yield world.agent.tickets.link(mine, "blocks", mine)
    with pytest.raises(ForbiddenError):
        yield world.customer.tickets.link(mine, "blocks", other)
    with pytest.raises(TicketNotFoundError):
        yield world.agent.tickets.link(mine, "blocks", new_id())
    with pytest.raises(TicketNotFoundError):
        yield world.stranger.tickets.links(mine)
    assert (yield world.agent.tickets.links(mine)) == []


@both
def test_duplicates_are_suggested(world: World) -> Scenario:
    word = f"w{new_id().hex}"
    first = yield world.customer.tickets.create(f"No paper {word}", team="Billing")
    second = yield world.customer.tickets.create(f"Again no paper {word}, order AB-77", team="Billing")
    yield world.agent.tickets.create(
        "Order AB-77", team="Billing", requester=(yield world.stranger.users.me()), external_id=f"{word}"
    )
    found = yield world.agent.tickets.duplicates(second.number, limit=50)
    ours = [one for one in found if one.number in (first.number, first.number + 1, second.number + 1)]
    assert ours[0].ticket_id == first.ticket_id
    assert ours[0].same_requester
    assert 0 < ours[0].similarity < 1
    assert next(one.identifiers for one in found if not one.same_requester) == ("ab77",)
    assert len((yield world.agent.tickets.duplicates(second, limit=1))) == 1
    with pytest.raises(InvalidValueError, match="limit"):
        yield world.agent.tickets.duplicates(second, limit=51)
    with pytest.raises(ForbiddenError):
        yield world.customer.tickets.duplicates(second)
    yield world.agent.tickets.link(first, "duplicate_of", second)
    left = yield world.agent.tickets.duplicates(second, limit=50)
    assert first.number not in [one.number for one in left]
