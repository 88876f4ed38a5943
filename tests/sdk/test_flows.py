"""Flows are pure: driven by hand here, with no driver, no client and no network."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

import httpx
import pytest
from tests.sdk.support import ticket_row, user_row

from helpdesk_sdk import ConversationMovedError, Helpdesk, StaleRevisionError, Ticket, TicketNotFoundError
from helpdesk_sdk._http.flow import Reply, Request
from helpdesk_sdk.resources.messages import Messages
from helpdesk_sdk.resources.tickets import Tickets


@pytest.fixture
def hd() -> Helpdesk:
    """Its resources make the flows' requests; nothing is ever sent."""
    return Helpdesk("http://helpdesk.test", "sb_publishable_test", access_token="token")


def reply(body: Any, **more: Any) -> Reply:
    return Reply(json.dumps(body).encode(), **more)


def returned(flow: Any, answer: Reply) -> Any:
    with pytest.raises(StopIteration) as stop:
        flow.send(answer)
    return stop.value.value


def refused_after_no_own_reply(flow: Any, current: Any) -> Any:
    """The error, when the ticket is at another revision and none since then is a reply of one's own."""
    assert flow.send(reply([current])).http.url.path.endswith("/rpc/whoami")
    events = flow.send(reply(user_row()))
    assert events.http.url.path.endswith("/events")
    with pytest.raises(StaleRevisionError) as caught:
        flow.send(reply([]))
    return caught.value


def query(request: Request) -> dict[str, str]:
    return dict(httpx.QueryParams(request.http.url.query))


def test_get_asks_once_and_by_number(hd: Helpdesk) -> None:
    flow = Tickets.get(hd.tickets, 42)
    request = next(flow)
    assert isinstance(request, Request)
    assert request.http.method == "GET"
    assert request.http.url.path == "/rest/v1/tickets"
    assert query(request)["number"] == "eq.42"
    assert (request.repeatable, request.write) == (True, False)
    assert returned(flow, reply([ticket_row()])).number == 42


def test_get_of_nothing_is_an_error(hd: Helpdesk) -> None:
    flow = Tickets.get(hd.tickets, "#7")
    next(flow)
    with pytest.raises(TicketNotFoundError, match="no ticket 7"):
        flow.send(reply([]))


def test_create_makes_the_id_that_makes_it_repeatable(hd: Helpdesk) -> None:
    flow = Tickets.create(hd.tickets, "Cannot log in")
    request = next(flow)
    assert isinstance(request, Request)
    body = json.loads(request.http.content)
    assert request.repeatable
    assert request.id == UUID(body["ticket_id"])
    assert request.id.version == 7
    assert body["title"] == "Cannot log in"
    # What is not said is left to the database.
    assert "priority" not in body
    assert "team_id" not in body


def test_update_carries_the_revision_that_was_read(hd: Helpdesk) -> None:
    flow = Tickets.update(hd.tickets, Ticket.model_validate(ticket_row(revision=3)), title="New")
    request = next(flow)
    assert isinstance(request, Request)
    assert request.http.method == "PATCH"
    assert query(request)["revision"] == "eq.3"
    assert json.loads(request.http.content) == {"title": "New"}
    assert returned(flow, reply([ticket_row(title="New", revision=4)])).revision == 4


def test_a_stale_update_brings_the_current_row(hd: Helpdesk) -> None:
    flow = Tickets.update(hd.tickets, Ticket.model_validate(ticket_row()), title="Mine")
    next(flow)
    flow.send(reply([]))
    error = refused_after_no_own_reply(flow, ticket_row(title="Theirs", revision=2))
    assert error.current.title == "Theirs"


def test_an_update_that_touched_nothing_visible_is_not_found(hd: Helpdesk) -> None:
    flow = Tickets.update(hd.tickets, Ticket.model_validate(ticket_row()), title="Mine")
    next(flow)
    flow.send(reply([]))
    with pytest.raises(TicketNotFoundError):
        flow.send(reply([]))


@pytest.mark.parametrize(
    ("attempts", "now", "ours"),
    [
        (2, {"title": "Mine", "revision": 2}, True),
        # Nothing was repeated: somebody else wrote the same.
        (1, {"title": "Mine", "revision": 2}, False),
        (2, {"title": "Theirs", "revision": 2}, False),
        (2, {"title": "Mine", "revision": 3}, False),
    ],
)
def test_a_repeated_update_recognises_its_own_work(
    hd: Helpdesk, attempts: int, now: dict[str, Any], ours: bool
) -> None:
    flow = Tickets.update(hd.tickets, Ticket.model_validate(ticket_row()), title="Mine")
    next(flow)
    flow.send(reply([], attempts=attempts))
    if ours:
        assert returned(flow, reply([ticket_row(**now)])).title == "Mine"
    else:
        refused_after_no_own_reply(flow, ticket_row(**now))


def test_a_repeated_update_recognises_times_whatever_their_zone(hd: Helpdesk) -> None:
    from datetime import datetime, timedelta, timezone

    until = datetime(2026, 5, 1, 12, tzinfo=timezone(timedelta(hours=2)))
    flow = Tickets.update(hd.tickets, Ticket.model_validate(ticket_row()), snoozed_until=until)
    request = next(flow)
    assert isinstance(request, Request)
    assert json.loads(request.http.content) == {"snoozed_until": "2026-05-01T10:00:00+00:00"}
    flow.send(reply([], attempts=2))
    assert returned(flow, reply([ticket_row(revision=2, snoozed_until="2026-05-01T10:00:00+00:00")])).revision == 2


def test_a_refused_reply_brings_what_was_said_since(hd: Helpdesk) -> None:
    seen = "0190d6a0-0000-7000-8000-0000000000aa"
    said = {
        "message_id": "0190d6a0-0000-7000-8000-0000000000bb",
        "ticket_id": ticket_row()["ticket_id"],
        "author_kind": "customer",
        "author_name": "Ada",
        "body": "Never mind!",
        "sequence": 7,
        "created_at": ticket_row()["created_at"],
    }
    flow = Messages.reply(hd.messages, Ticket.model_validate(ticket_row(last_message_id=seen)), "Looking into it.")
    request = next(flow)
    assert isinstance(request, Request)
    assert json.loads(request.http.content)["expected_last_message"] == seen
    flow.send(Reply(b"", error=ConversationMovedError()))
    flow.send(reply([ticket_row(last_message_id=said["message_id"])]))
    with pytest.raises(ConversationMovedError) as caught:
        flow.send(reply([said, said | {"message_id": seen, "body": "Hello?"}]))
    assert [message.body for message in caught.value.new_messages] == ["Never mind!"]
    assert caught.value.current is not None


@pytest.mark.parametrize(
    ("answered", "seen", "kept", "more"),
    [
        # The reply asks for 101 messages, newest first; the one that was seen stands at this place.
        (101, 100, 100, False),
        (101, 99, 99, False),
        (101, None, 100, True),
        # A project caps responses at 100 rows.
        (100, 99, 99, False),
        (100, None, 100, True),
        (99, None, 99, False),
    ],
)
def test_a_refused_reply_says_when_it_brings_not_all(
    hd: Helpdesk, answered: int, seen: int | None, kept: int, more: bool
) -> None:
    at = ticket_row()["created_at"]
    messages = [
        {"message_id": str(UUID(int=1000 - place)), "ticket_id": ticket_row()["ticket_id"], "author_kind": "customer"}
        | {"author_name": "Ada", "body": str(place), "sequence": 1000 - place, "created_at": at}
        for place in range(answered)
    ]
    last_seen = UUID(int=7) if seen is None else UUID(messages[seen]["message_id"])
    flow = Messages.reply(hd.messages, Ticket.model_validate(ticket_row(last_message_id=last_seen)), "Text")
    next(flow)
    flow.send(Reply(b"", error=ConversationMovedError()))
    request = flow.send(reply([ticket_row()]))
    assert isinstance(request, Request)
    assert query(request)["limit"] == "101"
    with pytest.raises(ConversationMovedError) as caught:
        flow.send(reply(messages))
    assert [message.body for message in caught.value.new_messages] == [str(n) for n in reversed(range(kept))]
    assert caught.value.has_more is more


def test_a_number_is_looked_up_once(hd: Helpdesk) -> None:
    flow = Tickets.claim(hd.tickets, 42)
    request = next(flow)
    assert isinstance(request, Request)
    assert query(request)["select"] == "ticket_id,last_message_id"
    claim = flow.send(reply([{"ticket_id": ticket_row()["ticket_id"]}]))
    assert isinstance(claim, Request)
    assert claim.http.url.path.endswith("/rpc/claim_ticket")
    again = next(Tickets.claim(hd.tickets, "#42"))
    assert isinstance(again, Request)
    assert again.http.url.path.endswith("/rpc/claim_ticket")
