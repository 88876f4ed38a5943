"""Streams of events: each event once, in order, through failures, until they are stopped."""

from __future__ import annotations

import asyncio
import threading
import time
from typing import Any

import httpx
import pytest
from tests.sdk.support import NOW, Scenario, Server, both, ok, refused

from helpdesk_sdk import AsyncStream, ConnectionFailedError, EventType, ForbiddenError, Stream
from helpdesk_sdk._live import stream_state

DOWN = httpx.ConnectError("down")


def event(number: int, kind: str = "ticket.created") -> dict[str, Any]:
    return {
        "event_id": number,
        "cursor": f"7.{number}",
        "type": kind,
        "audience": "customer",
        "actor_kind": "staff",
        "actor_name": "Ada",
        "data": {},
        "created_at": NOW,
    }


def page(*events: dict[str, Any], cursor: str | None = None, more: bool = False) -> Any:
    """What events_page() returns; by default a page that ends at its last event."""
    return ok({"items": events, "cursor": cursor or events[-1]["cursor"], "more": more})


def after(request: httpx.Request) -> str | None:
    given: str | None = httpx.QueryParams(request.url.query).get("after")
    return given


async def _take(stream: AsyncStream, count: int) -> list[str]:
    found: list[str] = []
    async for one in stream:
        found.append(one.cursor)
        if len(found) == count:
            stream.stop()
    return found


def take(stream: Stream | AsyncStream, count: int) -> Any:
    """The first events, then a stop from within the loop; in the stream's own colour."""
    if isinstance(stream, AsyncStream):
        return _take(stream, count)
    found: list[str] = []
    for one in stream:
        found.append(one.cursor)
        if len(found) == count:
            stream.stop()
    return found


@both
def test_since_gives_a_page_and_where_to_go_on(hd: Any, server: Server) -> Scenario:
    server.answers(page(event(1), event(2), more=True), page(cursor="9.0"))
    full = yield hd.events.since(limit=2)
    assert [one.type for one in full] == [EventType.TICKET_CREATED] * 2
    assert (len(full), full.cursor, full.more) == (2, "7.2", True)
    assert server.requests[0].method == "GET"
    assert after(server.requests[0]) is None
    empty = yield hd.events.since(full.cursor)
    assert (len(empty), empty.cursor, empty.more) == (0, "9.0", False)
    assert after(server.requests[1]) == "7.2"


@both
def test_the_newest_events_up_to_the_horizon_page_by_page(hd: Any, server: Server) -> Scenario:
    def row(number: int) -> dict[str, Any]:
        return {key: value for key, value in event(number).items() if key != "cursor"} | {"xid": "7"}

    newest = [row(number) for number in range(300, 200, -1)]
    server.answers(ok("9.0"), page(cursor="9.0"), ok(newest), ok([row(200)]))
    found = yield hd.events.list(types="ticket.created").all()
    assert [one.cursor for one in found] == [f"7.{number}" for number in range(300, 199, -1)]
    assert "xid" not in found[0].model_dump()
    first, second = (httpx.QueryParams(request.url.query) for request in server.requests[2:])
    # An older transaction may still be running: its events come before those beyond the horizon.
    assert (first["xid"], first["order"]) == ("lt.9", "xid.desc,event_id.desc")
    assert second.get_list("xid") == ["lt.9", "lte.7"]
    assert second["or"] == '(xid.lt."7",event_id.lt.201)'


@both
def test_a_stream_begins_now_and_reads_the_events_that_follow(hd: Any, server: Server) -> Scenario:
    server.answers(ok("6.0"), page(cursor="7.0"), page(event(1), event(2), more=True), page(event(3), cursor="8.0"))
    stream = hd.events.stream(poll_interval=0.05)
    assert (yield take(stream, 3)) == ["7.1", "7.2", "7.3"]
    assert [after(request) for request in server.requests[1:]] == ["6.0", "7.0", "7.2"]
    # Where the reader stopped, though the page went further.
    assert stream.cursor == "7.3"


@both
def test_a_stream_moves_past_events_that_it_does_not_return(hd: Any, server: Server) -> Scenario:
    """An empty page moves it, a page of other types moves it, and it reads on at once while there is more."""
    empty, others = page(cursor="6.9", more=True), page(event(1), cursor="9.0", more=True)
    server.answers(empty, others, page(cursor="12.0"), page(event(2, "note.created"), cursor="13.0"))
    stream = hd.events.stream("5.0", types="note.created", poll_interval=0.2)
    begun = time.monotonic()
    assert (yield take(stream, 1)) == ["7.2"]
    assert [after(request) for request in server.requests] == ["5.0", "6.9", "9.0", "12.0"]
    assert 0.15 < time.monotonic() - begun < 30


@both
def test_a_stream_resumes_after_the_last_event_that_was_returned(hd: Any, server: Server) -> Scenario:
    server.answers(page(event(1), event(2), event(3)))
    stream = hd.events.stream("7.0", poll_interval=0.05)
    assert (yield take(stream, 2)) == ["7.1", "7.2"]
    server.answers(page(event(3)))
    assert (yield take(hd.events.stream(stream.cursor), 1)) == ["7.3"]
    assert after(server.requests[-1]) == "7.2"


@both
def test_only_events_of_the_given_types_are_returned(hd: Any, server: Server) -> Scenario:
    server.answers(page(event(1), event(2, "note.created"), event(3, "sla.breached")))
    wanted = hd.events.stream("7.0", types={"note.created", EventType("sla.breached")})
    assert (yield take(wanted, 2)) == ["7.2", "7.3"]


@both
def test_transient_failures_are_retried_with_growing_pauses(
    connect: Any, server: Server, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> Scenario:
    monkeypatch.setattr(stream_state, "equal_jitter", lambda: 0.5)
    hd = connect(access_token="t", max_retries=0)
    stream = hd.events.stream("7.0", poll_interval=0.05)
    waits = _shorten_pauses(stream)
    server.answers(page(event(1)), DOWN, refused(500), refused(429, headers={"Retry-After": "9"}), page(event(2)))
    assert (yield take(stream, 2)) == ["7.1", "7.2"]
    assert [after(request) for request in server.requests] == ["7.0", "7.1", "7.1", "7.1", "7.1"]
    assert [round(wait, 1) for wait in waits] == [0.5, 1.0, 9.0]
    assert "Cannot reach" in caplog.text


def _shorten_pauses(stream: Any) -> list[float]:
    """The seconds of the pauses that the stream wants; it makes each one a millisecond."""
    waits: list[float] = []
    pause_until = stream._schedule.pause_until

    def shortened(until: float) -> None:
        waits.append(until - time.monotonic())
        pause_until(time.monotonic() + 0.001)

    stream._schedule.pause_until = shortened
    return waits


@both
def test_other_failures_and_a_failure_of_the_first_read_are_raised(connect: Any, server: Server) -> Scenario:
    hd = connect(access_token="t", max_retries=0)
    server.answers(DOWN)
    with pytest.raises(ConnectionFailedError):
        yield take(hd.events.stream("7.0"), 1)
    server.answers(page(event(1)), refused(403, "inactive_user"))
    with pytest.raises(ForbiddenError):
        yield take(hd.events.stream("7.0"), 2)


@both
def test_stop_ends_a_long_wait(hd: Any, server: Server) -> Scenario:
    server.answers(page(cursor="7.0"))
    stream = hd.events.stream("7.0", poll_interval=60)
    begun = time.monotonic()
    if isinstance(stream, AsyncStream):
        asyncio.get_running_loop().call_later(0.05, stream.stop)
    else:
        threading.Timer(0.05, stream.stop).start()
    assert (yield take(stream, 1)) == []
    assert time.monotonic() - begun < 30
