"""Messages, notes and the timeline on a real stack: nobody answers over somebody else, and notes stay inside."""

from __future__ import annotations

from typing import Any

import pytest
from tests.sdk.support import Scenario, both
from tests.sdk.world import World

from helpdesk_sdk import (
    LATEST,
    ConversationMovedError,
    ForbiddenError,
    IdConflictError,
    InvalidValueError,
    MessageNotFoundError,
    NoteNotFoundError,
    StaleRevisionError,
    Status,
    TicketClosedError,
    TicketNotFoundError,
    TransitionNotAllowedError,
    new_id,
)


@both
def test_a_conversation(world: World) -> Scenario:
    ticket = yield world.customer.tickets.create("Talk", team="Billing")
    said = yield world.agent.messages.reply((yield world.agent.tickets.get(ticket)), "Looking into it. 👩‍💻")
    assert (said.author_kind, said.author_name) == ("staff", "Agent")
    answer = yield world.customer.messages.reply(ticket.number, "Thanks!")
    assert answer.author_kind == "customer"
    ticket = yield world.agent.tickets.get(ticket)
    assert (ticket.status, ticket.last_message_id) == ("open", answer.message_id)
    assert ticket.first_response_at == said.created_at
    for client in (world.customer, world.agent, world.admin):
        bodies = [message.body for message in (yield client.messages.list(ticket, page_size=1))]
        assert bodies == ["Looking into it. 👩‍💻", "Thanks!"]


@both
def test_two_answers_at_once(world: World) -> Scenario:
    ticket = yield world.customer.tickets.create("Race", team="Billing")
    seen = yield world.colleague.tickets.get(ticket)
    first = yield world.agent.messages.reply(ticket, "I was faster.")
    with pytest.raises(ConversationMovedError) as caught:
        yield world.colleague.messages.reply(seen, "Me too.")
    assert [message.message_id for message in caught.value.new_messages] == [first.message_id]
    assert caught.value.current is not None
    assert caught.value.current.last_message_id == first.message_id
    # Having read it, one may answer.
    yield world.colleague.messages.reply(caught.value.current, "To add to that …")
    assert len((yield world.customer.messages.list(ticket))) == 2


@both
def test_two_answers_in_a_row(world: World) -> Scenario:
    ticket = yield world.agent.tickets.create("Again", team="Billing")
    first = yield world.agent.messages.reply(ticket, "One.")
    with pytest.raises(ConversationMovedError):
        yield world.agent.messages.reply(ticket, "Two.")
    second = yield world.agent.messages.reply(ticket, "Two.", expected_last_message=first)
    yield world.agent.messages.reply(ticket, "Three.", expected_last_message=second.message_id)
    ticket = yield world.agent.tickets.get(ticket)
    yield world.agent.messages.reply(ticket, "Four.")
    assert len((yield world.agent.messages.list(ticket))) == 4


@both
def test_staff_say_what_they_saw(world: World) -> Scenario:
    ticket = yield world.customer.tickets.create("Blind", team="Billing")
    # By number or id, staff have seen nothing: the first reply goes through, any other brings the conversation.
    first = yield world.agent.messages.reply(ticket.number, "First.")
    for reference in (ticket.number, ticket.ticket_id):
        for options in ({}, {"expected_last_message": None}):
            with pytest.raises(ConversationMovedError, match=r"hd\.messages\.reply\(error\.current, …\)") as moved:
                yield world.agent.messages.reply(reference, "Still first?", **options)
            assert moved.value.new_messages == (first,)
    yield world.agent.messages.reply(ticket.number, "Whatever was said.", expected_last_message=LATEST)
    yield world.customer.messages.reply(ticket.number, "Customers need not.")
    assert len((yield world.agent.messages.list(ticket.number))) == 3
    with pytest.raises(ConversationMovedError) as moved:
        yield world.agent.messages.reply(ticket.number, "By number.")
    yield world.agent.messages.reply(moved.value.current, "By number, after reading.")


@both
def test_the_same_message_id_is_the_same_message(world: World) -> Scenario:
    ticket = yield world.customer.tickets.create("Once", team="Billing")
    id = new_id()
    first = yield world.agent.messages.reply(ticket, "Once.", id=id)
    assert (yield world.agent.messages.reply(ticket, "Once.", id=id)) == first
    with pytest.raises(IdConflictError):
        yield world.agent.messages.reply(ticket, "Twice.", id=id)


@both
def test_a_reply_may_resolve_the_ticket_in_the_same_change(world: World) -> Scenario:
    ticket = yield world.customer.tickets.create("Both", team="Billing")
    id = new_id()
    message = yield world.agent.messages.reply(ticket, "Done.", status="resolved", id=id)
    now = yield world.agent.tickets.get(ticket)
    assert (now.status, now.revision, now.last_message_id) == ("resolved", ticket.revision + 1, message.message_id)
    assert message.chosen_status == "resolved"
    assert (yield world.agent.messages.reply(ticket, "Done.", status=Status.RESOLVED, id=id)) == message
    for status in (None, "open"):
        with pytest.raises(IdConflictError):
            yield world.agent.messages.reply(ticket, "Done.", status=status, id=id)
    yield world.agent.messages.reply(ticket.number, "Or not.", status="open", expected_last_message=LATEST)
    assert (yield world.agent.tickets.get(ticket)).status == "open"


@both
def test_the_requester_may_close_with_a_reply_and_not_resolve(world: World) -> Scenario:
    ticket = yield world.customer.tickets.create("Enough", team="Billing")
    with pytest.raises(TransitionNotAllowedError):
        yield world.customer.messages.reply(ticket, "It works.", status="resolved")
    assert (yield world.customer.messages.list(ticket)) == []
    yield world.customer.messages.reply(ticket, "It works.", status="closed")
    closed = yield world.agent.tickets.get(ticket)
    assert closed.status == "closed"
    with pytest.raises(TicketClosedError):
        yield world.agent.messages.reply(closed, "Thanks.", status="closed")
    message = yield world.agent.messages.reply(closed, "One more question.", status="open")
    assert (yield world.customer.tickets.get(ticket)).status == "open"
    assert message.chosen_status == "open"
    with pytest.raises(InvalidValueError, match="status must be one of"):
        yield world.agent.messages.reply(closed, "Text", status="opne")


@both
def test_closed_tickets_and_other_peoples(world: World) -> Scenario:
    ticket = yield world.customer.tickets.create("Closed", team="Billing")
    ticket = yield world.customer.tickets.close(ticket)
    with pytest.raises(TicketClosedError):
        yield world.agent.messages.reply(ticket, "Too late.")
    with pytest.raises(TicketNotFoundError):
        yield world.stranger.messages.reply(ticket.ticket_id, "May I?")
    # A customer who writes opens it again.
    yield world.customer.messages.reply(ticket.number, "One more thing.")
    assert (yield world.customer.tickets.get(ticket)).status == "open"


@both
def test_a_stale_resolve_does_not_bury_a_new_message(world: World) -> Scenario:
    ticket = yield world.customer.tickets.create("Bury", team="Billing")
    seen = yield world.agent.tickets.get(ticket)
    yield world.customer.messages.reply(ticket.number, "It is on fire now.")
    with pytest.raises(StaleRevisionError):
        yield world.agent.tickets.resolve(seen)


@both
def test_redaction(world: World) -> Scenario:
    ticket = yield world.customer.tickets.create("Secret", team="Billing")
    message = yield world.customer.messages.reply(ticket, "My password is horse.")
    with pytest.raises(ForbiddenError):
        yield world.customer.messages.redact(message)
    with pytest.raises(MessageNotFoundError):
        yield world.outsider.messages.redact(message.message_id)
    redacted = yield world.agent.messages.redact(message)
    assert redacted.redacted_at is not None
    assert "horse" not in redacted.body
    assert (yield world.agent.messages.redact(message)) == redacted


@both
def test_one_message_is_read_by_those_who_see_its_ticket(world: World) -> Scenario:
    ticket = yield world.customer.tickets.create("One", team="Billing")
    said = yield world.customer.messages.reply(ticket, "Hello?")
    for client in (world.customer, world.agent, world.colleague, world.admin, world.system):
        assert (yield client.messages.get(said.message_id)) == said
    assert (yield world.agent.messages.get(str(said.message_id))) == said
    redacted = yield world.agent.messages.redact(said)
    assert (yield world.customer.messages.get(said)) == redacted != said
    for client in (world.stranger, world.outsider):
        with pytest.raises(MessageNotFoundError, match=str(said.message_id)):
            yield client.messages.get(said)
    with pytest.raises(MessageNotFoundError):
        yield world.admin.messages.get(new_id())


@both
def test_one_note_is_read_by_those_who_work_its_ticket(world: World) -> Scenario:
    ticket = yield world.customer.tickets.create("One", team="Billing")
    note = yield world.agent.notes.add(ticket, "Between us.")
    for client in (world.agent, world.colleague, world.admin, world.system):
        assert (yield client.notes.get(note.note_id)) == note
    assert (yield world.colleague.notes.get(note)) == note
    for client in (world.customer, world.stranger, world.outsider):
        with pytest.raises(NoteNotFoundError, match=str(note.note_id)):
            yield client.notes.get(note)
    with pytest.raises(NoteNotFoundError):
        yield world.admin.notes.get(new_id())


@both
def test_what_an_event_names_is_read_by_its_id(world: World) -> Scenario:
    begun = yield world.agent.events.head()
    ticket = yield world.customer.tickets.create("Named", team="Billing")
    said = yield world.customer.messages.reply(ticket, "Hello?")
    note = yield world.agent.notes.add(ticket, "Hm.")
    named = {event.type: event for event in (yield world.agent.events.since(begun, ticket=ticket))}
    assert (yield world.agent.messages.get(named["message.created"].message_id)) == said
    assert (yield world.agent.notes.get(named["note.created"].note_id)) == note
    assert (yield world.customer.messages.get(named["message.created"].message_id)) == said


@both
def test_the_newest_comes_first_when_asked_for(world: World) -> Scenario:
    ticket = yield world.agent.tickets.create("Long", team="Billing")
    for number in range(5):
        yield world.agent.messages.reply(ticket, f"Said {number}", expected_last_message=LATEST)
        yield world.agent.notes.add(ticket, f"Noted {number}")
    for resource in (world.agent.messages, world.agent.notes):
        oldest = yield resource.list(ticket)
        for size in (1, 2, 5, 100):
            assert (yield resource.list(ticket, order="-created_at", page_size=size)) == oldest[::-1]
    with pytest.raises(TicketNotFoundError):
        yield world.stranger.messages.list(ticket, order="-created_at")


@both
def test_notes_are_for_those_who_work_the_ticket(world: World) -> Scenario:
    ticket = yield world.customer.tickets.create("Notes", team="Billing")
    id = new_id()
    note = yield world.agent.notes.add(ticket.number, "Careful, lawyer.", id=id)
    assert (yield world.agent.notes.add(ticket.number, "Careful, lawyer.", id=id)) == note
    with pytest.raises(IdConflictError):
        yield world.agent.notes.add(ticket.number, "Something else.", id=id)
    assert [one.body for one in (yield world.colleague.notes.list(ticket))] == ["Careful, lawyer."]
    assert (yield world.customer.notes.list(ticket)) == []
    with pytest.raises(ForbiddenError):
        yield world.customer.notes.add(ticket, "Me too.")
    with pytest.raises(TicketNotFoundError):
        yield world.outsider.notes.list(ticket)


@both
def test_the_timeline_shows_each_what_they_may_see(world: World) -> Scenario:
    ticket = yield world.customer.tickets.create("History", team="Billing")
    ticket = yield world.agent.tickets.claim(ticket)
    yield world.agent.notes.add(ticket, "A note.")
    yield world.agent.messages.reply(ticket, "An answer.")
    yield world.agent.tickets.resolve(ticket.number)

    def shown(entries: list[Any]) -> list[str]:
        return [entry.body or entry.type for entry in entries]

    staff = yield world.agent.tickets.timeline(ticket.number, page_size=2)
    assert shown(staff) == [
        "ticket.created",
        "ticket.assigned",
        "A note.",
        "An answer.",
        "ticket.status_changed",
        "ticket.status_changed",
    ]
    assert [entry.kind for entry in staff[:4]] == ["event", "event", "note", "message"]
    assert staff[-1].data == {"changes": {"status": ["pending", "resolved"]}}
    assert [entry.at for entry in staff] == sorted(entry.at for entry in staff)
    public = yield world.customer.tickets.timeline(ticket)
    assert shown(public) == ["ticket.created", "An answer.", "ticket.status_changed", "ticket.status_changed"]
