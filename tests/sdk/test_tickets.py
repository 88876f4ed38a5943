"""Tickets on a real stack: what people do with them, and what each may not."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tests.sdk.support import Scenario, both
from tests.sdk.world import World, email

from helpdesk_sdk import (
    LATEST,
    AlreadyAnsweredError,
    AlreadyAssignedError,
    AuthenticationError,
    ExternalIdTakenError,
    ForbiddenError,
    IdConflictError,
    InvalidValueError,
    StaleRevisionError,
    TeamNotFoundError,
    TicketClosedError,
    TicketNotFoundError,
    TooManyError,
    TransitionNotAllowedError,
    UserNotFoundError,
    new_id,
)


@both
def test_a_customer_opens_a_ticket_and_finds_it(world: World) -> Scenario:
    ticket = yield world.customer.tickets.create("Cannot log in", "It says 403 since this morning. Ω 👩‍💻")
    assert (ticket.status, ticket.priority, ticket.channel, ticket.revision) == ("open", "medium", "api", 1)
    assert ticket.created_at.tzinfo is not None
    for reference in (ticket, ticket.number, f"#{ticket.number}", str(ticket.ticket_id), ticket.ticket_id):
        found = yield world.customer.tickets.get(reference)
        assert (found.ticket_id, found.description) == (ticket.ticket_id, ticket.description)
    mine = yield world.customer.tickets.list(page_size=2)
    assert mine[0].ticket_id == ticket.ticket_id
    assert {one.created_by for one in mine} == {ticket.created_by}


@both
def test_absent_and_not_yours_look_the_same(world: World) -> Scenario:
    ticket = yield world.customer.tickets.create("Mine alone", team="Billing")
    seen: list[str] = []
    for reference in (ticket.number, new_id(), ticket.ticket_id):
        for client in (world.stranger, world.outsider):
            for use in (client.tickets.get, client.tickets.resolve, client.tickets.tags):
                with pytest.raises(TicketNotFoundError) as caught:
                    yield use(reference)
                seen.append(str(caught.value).replace(str(reference), "…"))
        for use in (world.outsider.tickets.claim, world.outsider.tickets.unassign):
            with pytest.raises(TicketNotFoundError):
                yield use(reference)
        with pytest.raises(TicketNotFoundError):
            yield world.outsider.tickets.tag(reference, "mine")
        with pytest.raises(TicketNotFoundError):
            yield world.stranger.messages.list(reference)
    assert len(set(seen)) == 1


@both
def test_everything_that_staff_may_say_about_a_ticket(world: World) -> Scenario:
    key = f"crm-{new_id()}"
    fields = {"plan": "pro", "seats": 12, "langs": ["de", "fr"]}
    ticket = yield world.agent.tickets.create(
        "Invoice",
        priority="urgent",
        team="billing",
        requester=email("customer"),
        channel="phone",
        external_id=key,
        custom_fields=fields,
        tags=["VIP", "churn risk, maybe", 'quote"d'],
    )
    found = yield world.agent.tickets.get_by_external_id(key)
    assert found.tags == ("churn risk, maybe", 'quote"d', "vip")
    assert (found.priority, found.channel, found.custom_fields) == ("urgent", "phone", fields)
    assert (yield world.customer.tickets.get(ticket.number)).tags in {(), None}
    with pytest.raises(ExternalIdTakenError) as caught:
        yield world.agent.tickets.create("Another", team="Billing", external_id=key)
    assert caught.value.current is not None
    assert caught.value.current.ticket_id == ticket.ticket_id
    assert [one.number for one in (yield world.agent.tickets.list(external_id=key))] == [ticket.number]


@both
def test_what_customers_may_not_say(world: World) -> Scenario:
    for said in ({"priority": "urgent"}, {"external_id": str(new_id())}, {"channel": "phone"}, {"tags": ["vip"]}):
        with pytest.raises(ForbiddenError):
            yield world.customer.tickets.create("Please", **said)
    with pytest.raises(TeamNotFoundError):
        yield world.customer.tickets.create("Please", team="Tech")
    with pytest.raises(UserNotFoundError):
        yield world.customer.tickets.create("Please", requester=email("stranger"))
    with pytest.raises(AuthenticationError, match="Sign in first"):
        yield world.connect().tickets.create("Please")


@both
def test_the_same_id_is_the_same_ticket_and_other_content_a_conflict(world: World) -> Scenario:
    id = new_id()
    first = yield world.customer.tickets.create("Once", id=id)
    again = yield world.customer.tickets.create("Once", id=id)
    assert again == first
    with pytest.raises(IdConflictError) as caught:
        yield world.customer.tickets.create("Twice", id=id)
    assert caught.value.status == 409
    assert caught.value.current is not None
    assert caught.value.current.title == "Once"
    with pytest.raises(IdConflictError) as theirs:
        yield world.stranger.tickets.create("Once", id=id)
    assert theirs.value.current is None


@both
def test_an_edit_needs_the_revision_that_was_read(world: World) -> Scenario:
    ticket = yield world.customer.tickets.create("Typo", team="Billing")
    changed = yield world.customer.tickets.update(ticket, title="Fixed")
    assert (changed.title, changed.revision) == ("Fixed", 2)
    with pytest.raises(StaleRevisionError) as caught:
        yield world.agent.tickets.update(ticket, priority="high")
    assert caught.value.current is not None
    assert (caught.value.current.title, caught.value.current.revision) == ("Fixed", 2)
    assert (yield world.agent.tickets.update(caught.value.current, priority="high")).revision == 3
    assert (yield world.agent.tickets.update(ticket.number, priority="low", revision=LATEST)).priority == "low"
    # By number or id: a state needs no revision, a text does.
    for reference in (ticket.number, ticket.ticket_id):
        changed = yield world.agent.tickets.update(reference, priority="high", status="pending")
        assert (changed.priority, changed.status) == ("high", "pending")
        for text in ({"title": "Blind"}, {"description": "Blind", "priority": "low"}):
            with pytest.raises(InvalidValueError, match="revision is missing") as refused:
                yield world.agent.tickets.update(reference, **text)
            shown = reference if isinstance(reference, int) else f'"{reference}"'
            assert f"hd.tickets.update(hd.tickets.get({shown}), {next(iter(text))}=…)" in str(refused.value)
        assert (yield world.agent.tickets.update(reference, priority="low", status="open")).priority == "low"
    # What changes nothing is no change.
    now = yield world.agent.tickets.get(ticket)
    assert (yield world.agent.tickets.update(now, priority="low")).revision == now.revision


@both
def test_every_field_can_be_edited_and_taken_back(world: World) -> Scenario:
    ticket = yield world.agent.tickets.create("Fields", team="Billing")
    until = datetime.now(UTC) + timedelta(days=1)
    key = str(new_id())
    ticket = yield world.agent.tickets.update(
        ticket, description="New", custom_fields={"seats": 1}, external_id=key, snoozed_until=until
    )
    assert (ticket.description, ticket.custom_fields, ticket.external_id) == ("New", {"seats": 1}, key)
    assert ticket.snoozed_until == until
    ticket = yield world.agent.tickets.update(
        ticket, external_id=None, snoozed_until=None, custom_fields={"seats": None}
    )
    assert (ticket.external_id, ticket.snoozed_until, ticket.custom_fields) == (None, None, {})


@both
def test_the_life_of_a_ticket(world: World) -> Scenario:
    ticket = yield world.customer.tickets.create("Life", team="Billing")
    ticket = yield world.agent.tickets.claim(ticket)
    assert (yield world.agent.tickets.claim(ticket)).assigned_to == ticket.assigned_to
    with pytest.raises(AlreadyAssignedError) as taken:
        yield world.colleague.tickets.claim(ticket)
    assert taken.value.current == (yield world.agent.tickets.get(ticket))
    ticket = yield world.agent.tickets.resolve(ticket)
    assert ticket.resolved_at is not None
    with pytest.raises(TransitionNotAllowedError):
        yield world.customer.tickets.update(ticket, status="pending")
    ticket = yield world.customer.tickets.reopen(ticket)
    ticket = yield world.customer.tickets.close(ticket.number)
    assert ticket.status == "closed"
    with pytest.raises(TicketClosedError) as closed:
        yield world.agent.tickets.assign(ticket, "me")
    assert closed.value.current is not None


@both
def test_customers_do_not_rewrite_what_was_answered(world: World) -> Scenario:
    ticket = yield world.customer.tickets.create("Before", team="Billing")
    yield world.agent.messages.reply(ticket, "An answer.")
    with pytest.raises(AlreadyAnsweredError) as caught:
        yield world.customer.tickets.update(ticket.number, title="After", revision=LATEST)
    assert caught.value.current is not None
    assert caught.value.current.title == "Before"


@both
def test_assigning_and_moving(world: World) -> Scenario:
    ticket = yield world.customer.tickets.create("Move me", team="Billing")
    ticket = yield world.agent.tickets.assign(ticket, email("colleague"))
    mine = yield world.colleague.tickets.list(assigned_to="me")
    assert ticket.number in {one.number for one in mine}
    with pytest.raises(StaleRevisionError) as stale:
        yield world.agent.tickets.unassign(ticket, revision=1)
    assert stale.value.current is not None
    ticket = yield world.agent.tickets.unassign(ticket)
    assert ticket.assigned_to is None
    moved = yield world.agent.tickets.transfer(ticket, "Tech")
    assert moved.team_id != ticket.team_id
    with pytest.raises(TicketNotFoundError):
        yield world.agent.tickets.get(ticket)
    assert (yield world.outsider.tickets.get(ticket)).revision == moved.revision


@both
def test_an_agent_finds_what_they_have_outside_their_teams(world: World) -> Scenario:
    ticket = yield world.customer.tickets.create("Help out", team="Billing")
    yield world.agent.tickets.assign(ticket, email("outsider"))
    mine = yield world.outsider.tickets.list(assigned_to="me", status=["open", "pending"])
    assert ticket.number in {one.number for one in mine}
    assert all(one.tags is not None for one in mine)


@both
def test_claiming_the_next_one(world: World) -> Scenario:
    yield from _empty_queue(world)
    assert (yield world.outsider.tickets.claim_next("Tech")) is None
    low = yield world.outsider.tickets.create("Low", team="Tech", priority="low")
    high = yield world.outsider.tickets.create("High", team="Tech", priority="high")
    id = new_id()
    first = yield world.outsider.tickets.claim_next(id=id)
    again = yield world.outsider.tickets.claim_next(id=id)
    assert (first.number, again.number) == (high.number, high.number)
    assert (yield world.outsider.tickets.claim_next("Tech")).number == low.number
    with pytest.raises(TeamNotFoundError):
        yield world.agent.tickets.claim_next("Tech")
    with pytest.raises(ForbiddenError):
        yield world.customer.tickets.claim_next()


def _empty_queue(world: World) -> Any:
    while (yield world.outsider.tickets.claim_next("Tech")) is not None:
        pass


@both
def test_tags(world: World) -> Scenario:
    ticket = yield world.agent.tickets.create("Tagged", team="Billing")
    label = f"label {ticket.number}"
    yield world.agent.tickets.tag(ticket, label, "Ünïcode", "a,b(c)", 'd"e')
    yield world.agent.tickets.tag(ticket, label.upper())
    assert (yield world.agent.tickets.tags(ticket)) == ("a,b(c)", 'd"e', label, "ünïcode")
    assert [one.number for one in (yield world.agent.tickets.list(tag=label.upper()))] == [ticket.number]
    assert (yield world.customer.tickets.list(tag=label)) == []
    own = yield world.customer.tickets.create("Mine to see, not to tag")
    with pytest.raises(ForbiddenError):
        yield world.customer.tickets.tag(own, "vip")
    yield world.agent.tickets.untag(ticket.number, "A,B(C)", 'd"e', "never there")
    assert (yield world.agent.tickets.tags(ticket)) == (label, "ünïcode")
    yield world.agent.tickets.tag(ticket, *[f"t{number}" for number in range(48)])
    with pytest.raises(TooManyError):
        yield world.agent.tickets.tag(ticket, "one more")
