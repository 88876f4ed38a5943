"""A message becomes a ticket of its own, in both colours."""

from __future__ import annotations

import pytest
from tests.sdk.support import Scenario, both
from tests.sdk.world import World

from helpdesk_sdk import ForbiddenError, IdConflictError, InvalidValueError, MessageNotFoundError, new_id


@both
def test_a_message_becomes_a_ticket_once(world: World) -> Scenario:
    ticket = yield world.customer.tickets.create("No sound", team="Billing")
    message = yield world.customer.messages.reply(ticket, "And no picture.\nNone at all.")
    key = new_id()
    made = yield world.agent.tickets.split(message, id=key)
    assert (made.ticket_id, made.title, made.description) == (key, "And no picture.", message.body)
    assert (made.created_by, made.team_id) == (ticket.created_by, ticket.team_id)
    assert (yield world.agent.tickets.split(message.message_id, id=key)) == made
    with pytest.raises(IdConflictError):
        yield world.agent.tickets.split(message, "Another", id=key)
    links = yield world.customer.tickets.links(made).all()
    assert [(link.kind, link.target_id) for link in links] == [("follow_up_of", ticket.ticket_id)]
    with pytest.raises(ForbiddenError):
        yield world.customer.tickets.split(message)
    with pytest.raises(MessageNotFoundError):
        yield world.agent.tickets.split(new_id())
    with pytest.raises(InvalidValueError):
        yield world.agent.tickets.split(message, "")
