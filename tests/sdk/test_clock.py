"""A database whose clock stepped back: lists, pages and conflicts keep the order of writing, on a real stack."""

from __future__ import annotations

from uuid import UUID

import psycopg
import pytest
from tests.sdk.support import Scenario, both
from tests.sdk.world import World

from helpdesk_sdk import LATEST, ConversationMovedError


def _step_back(world: World, ticket_id: UUID) -> None:
    """Write the times that a clock would have given that goes back an hour before each row."""
    with psycopg.connect(world.info.db_url) as db:
        # Past the triggers that keep rows as they are.
        db.execute("set local session_replication_role = replica")
        for table, place in (("messages", "sequence"), ("notes", "sequence"), ("events", "event_id")):
            db.execute(
                f"update helpdesk.{table} as x set created_at = now() - n.n * interval '1 hour' "
                f"from (select {place}, row_number() over (order by {place}) as n from helpdesk.{table} "
                f"where ticket_id = %s) as n where x.{place} = n.{place}".encode(),
                [ticket_id],
            )


@both
def test_what_is_written_later_stands_later_whatever_the_clock_says(world: World) -> Scenario:
    ticket = yield world.agent.tickets.create("Clock", team="Billing")
    first = yield world.agent.messages.reply(ticket, "Said 0", expected_last_message=LATEST)
    for number in range(1, 5):
        yield world.agent.messages.reply(ticket, f"Said {number}", expected_last_message=LATEST)
        yield world.agent.notes.add(ticket, f"Noted {number}")
    _step_back(world, ticket.ticket_id)
    said, noted = [f"Said {number}" for number in range(5)], [f"Noted {number}" for number in range(1, 5)]
    for resource, bodies in ((world.agent.messages, said), (world.agent.notes, noted)):
        for size in (1, 2, 100):
            assert [row.body for row in (yield resource.list(ticket, page_size=size))] == bodies
            newest = yield resource.list(ticket, order="-created_at", page_size=size)
            assert [row.body for row in newest] == bodies[::-1]
            assert [row.created_at for row in newest] == sorted(row.created_at for row in newest)
    whole = yield world.agent.tickets.timeline(ticket)
    texts = [entry.body for entry in whole if entry.body]
    assert texts == ["Said 0", *(text for pair in zip(said[1:], noted, strict=True) for text in pair)]
    assert (yield world.agent.tickets.timeline(ticket, page_size=1)) == whole
    assert (yield world.agent.messages.list(ticket))[-1].message_id == (
        yield world.agent.tickets.get(ticket)
    ).last_message_id
    with pytest.raises(ConversationMovedError) as caught:
        yield world.agent.messages.reply(ticket, "Late", expected_last_message=first)
    assert [message.body for message in caught.value.new_messages] == said[1:]
    revisions = [event.ticket_revision for event in (yield world.agent.events.since(None, ticket=ticket))]
    assert revisions == sorted(revisions)
