"""Faults on a real stack: answers that get lost after the commit, everybody at once, and text from hell."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
from tests.sdk.support import Scenario, both
from tests.sdk.world import Staffed, World

from helpdesk_sdk import (
    AsyncHelpdesk,
    ConversationMovedError,
    Helpdesk,
    IdConflictError,
    InvalidValueError,
    StaleRevisionError,
    UnknownOutcomeError,
    new_id,
)
from helpdesk_sdk._names import clean_name


def first_write(request: httpx.Request, sent: int) -> bool:
    """The answer to the very first request is lost, if it wrote something."""
    return sent == 1 and request.method != "GET"


@both
def test_f3_a_create_whose_answer_was_lost_makes_one_ticket(world: World) -> Scenario:
    hd = world.with_faults("customer", first_write)
    title = f"Lost {new_id()}"
    ticket = yield hd.tickets.create(title)
    found = [one for one in (yield world.customer.tickets.list()) if one.title == title]
    assert found[0].number == ticket.number
    assert len(found) == 1


@both
def test_f3_every_other_write_survives_a_lost_answer(world: World) -> Scenario:
    def lossy() -> Any:
        return world.with_faults("agent", first_write)

    ticket = yield world.customer.tickets.create("Lossy", team="Billing")
    ticket = yield lossy().tickets.update(ticket, title="Changed", custom_fields={"seats": 1, "risk": "low"})
    assert ticket.revision == 2
    ticket = yield lossy().tickets.claim(ticket)
    ticket = yield lossy().tickets.unassign(ticket)
    assert ticket.revision == 4
    ticket = yield lossy().tickets.assign(ticket, (yield world.agent.users.me()))
    assert ticket.revision == 5
    message = yield lossy().messages.reply(ticket, "Once.")
    yield lossy().notes.add(ticket, "Once.")
    yield lossy().tickets.tag(ticket, "lossy")
    yield lossy().tickets.untag(ticket, "lossy")
    yield lossy().messages.redact(message)
    ticket = yield lossy().tickets.resolve((yield world.agent.tickets.get(ticket)))
    assert ticket.status == "resolved"
    assert len((yield world.agent.messages.list(ticket))) == 1
    assert len((yield world.agent.notes.list(ticket))) == 1
    # Each change happened once: no event is doubled.
    types = [entry.type for entry in (yield world.agent.tickets.timeline(ticket)) if entry.kind == "event"]
    assert types.count("ticket.assigned") == 2
    assert types.count("ticket.updated") == 2


@both
def test_f3_claiming_and_transferring_survive_a_lost_answer(world: World) -> Scenario:
    yield world.agent.tickets.create("Claim me once", team="Billing", priority="urgent")
    claimed = yield world.with_faults("agent", first_write).tickets.claim_next()
    assert claimed is not None
    again = yield world.agent.tickets.claim_next()
    assert again is None or again.number != claimed.number
    tech = next(team for team in (yield world.agent.teams.list()) if team.name == "Tech")
    own = yield world.agent.tickets.create("I asked for it", team="Billing")
    assert (yield world.with_faults("agent", first_write).tickets.transfer(own, tech)).team_id == tech.team_id
    # It left the sender's sight: the SDK cannot know, and says so.
    ticket = yield world.customer.tickets.create("Out of sight", team="Billing")
    with pytest.raises(UnknownOutcomeError, match="now you may not see the ticket"):
        yield world.with_faults("agent", first_write).tickets.transfer(ticket.ticket_id, tech)
    assert (yield world.outsider.tickets.get(ticket)).team_id == tech.team_id


@both
def test_f3_an_answer_that_is_always_lost_can_be_asked_for_later(world: World) -> Scenario:
    hd = world.with_faults("customer", lambda request, sent: True)
    with pytest.raises(UnknownOutcomeError) as caught:
        yield hd.tickets.create("Where did it go?")
    ticket = yield world.customer.tickets.create("Where did it go?", id=caught.value.id)
    assert ticket.ticket_id == caught.value.id
    assert (ticket.revision, ticket.title) == (1, "Where did it go?")


async def test_f4_fifty_creates_with_one_id_make_one_ticket(staffed: Staffed) -> None:
    id = new_id()
    token = staffed.tokens["customer"][0]
    async with AsyncHelpdesk(staffed.info.api_url, staffed.info.publishable_key, access_token=token) as hd:
        answers = await asyncio.gather(*[hd.tickets.create("All at once", id=id) for _ in range(50)])
        assert len({answer.model_dump_json() for answer in answers}) == 1
        assert sum([1 async for one in hd.tickets.list() if one.ticket_id == id]) == 1


@both
def test_f5_an_id_with_other_content_changes_nothing(world: World) -> Scenario:
    id = new_id()
    yield world.customer.tickets.create("This", id=id)
    with pytest.raises(IdConflictError):
        yield world.customer.tickets.create("That", id=id)
    ticket = yield world.customer.tickets.get(id)
    assert (ticket.title, ticket.revision) == ("This", 1)


async def test_f6_of_many_edits_at_one_revision_one_wins(staffed: Staffed) -> None:
    token = staffed.tokens["agent"][0]
    async with AsyncHelpdesk(staffed.info.api_url, staffed.info.publishable_key, access_token=token) as hd:
        ticket = await hd.tickets.create("Contended", team="Billing")
        edits = [hd.tickets.update(ticket, title=f"By {number}") for number in range(20)]
        results = await asyncio.gather(*edits, return_exceptions=True)
        won = [result for result in results if not isinstance(result, BaseException)]
        lost = [result for result in results if isinstance(result, StaleRevisionError)]
        assert (len(won), len(lost)) == (1, 19)
        assert {error.current.title for error in lost if error.current} == {won[0].title}
        assert (await hd.tickets.get(ticket)).revision == 2


def test_f6_of_many_answers_at_once_one_is_sent(staffed: Staffed) -> None:
    token = staffed.tokens["agent"][0]
    with Helpdesk(staffed.info.api_url, staffed.info.publishable_key, access_token=token) as hd:
        ticket = hd.tickets.create("Everybody answers", team="Billing")

        def answer(number: int) -> str:
            try:
                return hd.messages.reply(ticket, f"Answer {number}").body
            except ConversationMovedError as moved:
                return moved.new_messages[0].body

        with ThreadPoolExecutor(10) as pool:
            seen = set(pool.map(answer, range(10)))
        assert [message.body for message in hd.messages.list(ticket)] == list(seen)


HELL = [
    "‮right to left‬",
    "e\u0301 and é",
    "\u200bzero\u200dwidth\ufeff",
    "\U0010ffff\ufffe",
    "\x01\x1b[31m\x7f",
    "'; drop table tickets; --",
    '\\u0000 "quoted" \\ {json}',
    "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f" * 20,
    "ﷺ" * 300,
]


@pytest.mark.parametrize("text", HELL, ids=range(len(HELL)))
@both
def test_f25_text_comes_back_as_it_was_said(world: World, text: str) -> Scenario:
    fields = {"story": text}
    key = f"{text[:100]} {new_id()}"
    ticket = yield world.agent.tickets.create(text[:300], text, team="Billing", external_id=key, custom_fields=fields)
    found = yield world.agent.tickets.get_by_external_id(key)
    assert (found.title, found.description, found.custom_fields) == (clean_name(text[:300]), text, fields)
    yield world.agent.messages.reply(found, text)
    assert [message.body for message in (yield world.agent.messages.list(ticket))] == [text]


@both
def test_f25_f26_what_the_sdk_would_refuse_the_database_refuses_too(world: World) -> Scenario:
    """The same bad values past the SDK's checks: 4xx, and nothing changed."""
    hd = world.agent
    deep_enough: Any = {"a": [[[[[[[[1]]]]]]]]}
    deep: Any = deep_enough
    for _ in range(900):
        deep = {"a": deep}
    for arguments, field in (
        ({"title": "a\0b"}, None),
        ({"title": ""}, "title"),
        ({"title": "x" * 301}, "title"),
        ({"title": "T", "priority": "asap"}, "priority"),
        ({"title": "T", "custom_fields": {"a": "\0"}}, None),
        ({"title": "T", "custom_fields": {"a": "x" * 17_000}}, "custom_fields"),
        ({"title": "T", "custom_fields": deep}, None),
        ({"title": "T", "custom_fields": deep_enough}, "custom_fields"),
        ({"title": "T", "ticket_id": "not-a-uuid"}, None),
    ):
        with pytest.raises(InvalidValueError) as caught:
            yield _raw(hd, "create_ticket", arguments)
        assert caught.value.status == 400
        assert field is None or caught.value.field == field


def _raw(hd: Any, function: str, arguments: dict[str, Any]) -> Any:
    """A call of a function without the SDK's checks."""

    def flow() -> Any:
        return (yield hd.tickets._rpc_write(function, arguments))

    return hd._driver.run(flow())
