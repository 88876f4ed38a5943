"""Hostile announcements: they wake a stream at most, and cost little."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Generator
from contextlib import asynccontextmanager
from typing import Any, cast

import pytest
from tests.sdk.fake_realtime import FakeRealtime, fake_realtime, hub_for, until
from tests.sdk.stream_support import Reader
from tests.sdk.support import NOW

from helpdesk_sdk import Announcement, AsyncStream, Event
from helpdesk_sdk._http.drivers import AsyncDriver
from helpdesk_sdk._live.hub import Hub
from helpdesk_sdk._live.hubs import Hubs
from helpdesk_sdk._live.stream_state import StreamSource
from helpdesk_sdk._live.subscriptions import Topic
from helpdesk_sdk.models.events import EventPage, parse_cursor

TOPIC = "helpdesk:admin"


class Log:
    """An event log in memory with a fake Realtime server; it takes the place of a driver."""

    def __init__(self, server: FakeRealtime) -> None:
        self.server = server
        self.events: list[Event] = []
        self.requests: list[str] = []
        self.hub = hub_for(server.url)

    def current(self) -> Hub:
        return self.hub

    async def run(self, flow: Generator[Any, Any, Any]) -> Any:
        try:
            next(flow)
        except StopIteration as done:
            await asyncio.sleep(0)
            return done.value
        raise AssertionError("the flows of this log send no request")

    def head(self) -> Any:
        self.requests.append("head")
        return f"{len(self.events) + 10}.0"
        yield

    def since(self, cursor: str) -> Any:
        self.requests.append("since")
        after = parse_cursor(cursor) or (0, 0)
        found = [event for event in self.events if (parse_cursor(event.cursor) or (0, 0)) > after]
        return EventPage(items=tuple(found), cursor=found[-1].cursor if found else cursor, more=False)
        yield

    def topics(self) -> Any:
        self.requests.append("topics")
        return frozenset({Topic(TOPIC)})
        yield

    def stream(self) -> AsyncStream:
        source = StreamSource(None, 60.0, None, self.head, self.since, self.topics)
        return AsyncStream(cast(AsyncDriver, self), cast(Hubs, self), source)

    async def add_event(self) -> None:
        number = len(self.events)
        cursor = f"{10 + number}.{number + 1}"
        event = {"event_id": number + 1, "cursor": cursor, "type": "note.created", "audience": "staff"}
        more = {"actor_kind": "agent", "actor_name": "Ada", "data": {}, "created_at": NOW}
        self.events.append(Event.model_validate(event | more))
        await self.server.announce(TOPIC, **event)


@asynccontextmanager
async def live_reader() -> AsyncIterator[tuple[Log, Reader]]:
    async with fake_realtime() as server:
        log = Log(server)
        reader = Reader(log.stream())
        try:
            yield log, await reader.live()
        finally:
            await reader.end()
            await log.hub.wait_closed()


DEEP: dict[str, Any] = {}
for _ in range(150):
    DEEP = {"a": DEEP}
ODD: list[dict[str, Any]] = [
    {},
    {"type": ["x"], "cursor": {"a": 1}, "event_id": "z"},
    {"type": {"a": []}, "cursor": []},
    {"type": None, "cursor": None, "ticket_id": 7},
    {"type": "team.member_added", "changes_access": ["true"], "cursor": 10**400, "event_id": 10**400},
    {"cursor": "9" * 5000 + ".1", "event_id": "9" * 5000},
    {"cursor": "999999999999999999.1", "type": "note.created", "event_id": 1},
    {"cursor": "10.1\x00", "type": "\ud83d\ude00" * 1000, "event_id": -1, "ticket_id": "\x00"},
    {"cursor": True, "type": True, "event_id": True, "more": [[[{}]]]},
    DEEP,
]


def _fail(received: object) -> None:
    raise RuntimeError(f"cannot handle {received}")


async def test_no_content_of_an_announcement_ends_the_connection(caplog: pytest.LogCaptureFixture) -> None:
    async with live_reader() as (log, reader):
        received: list[Announcement | None] = []
        reader.stream.on_wake(received.append)
        for content in ODD:
            await log.server.push(TOPIC, "broadcast", {"type": "broadcast", "event": "x", "payload": content})
        await asyncio.sleep(0.1)
        await log.add_event()
        await reader.has(1)
        assert log.server.connections == 1
        assert [announcement.cursor for announcement in received if announcement] == ["999999999999999999.1", "10.1"]
        assert [record for record in caplog.records if record.levelno >= logging.WARNING] == []


async def test_a_callback_that_fails_is_logged_and_the_others_are_called(caplog: pytest.LogCaptureFixture) -> None:
    async with live_reader() as (log, reader):
        received: list[Announcement | None] = []
        reader.stream.on_wake(_fail)
        reader.stream.on_wake(received.append)
        await log.add_event()
        await log.add_event()
        await reader.has(2)
        assert len(received) == 2
        assert log.server.connections == 1
        assert caplog.text.count("a callback of on_wake failed") == 2


async def test_a_listener_that_fails_is_logged_and_the_others_are_notified(caplog: pytest.LogCaptureFixture) -> None:
    async with live_reader() as (log, reader):
        other = log.hub.listen(_fail)
        other.set_topics({Topic(TOPIC)})
        await log.add_event()
        await reader.has(1)
        assert log.server.connections == 1
        assert f"a message on the live topic {TOPIC} could not be handled" in caplog.text
        await other.close()


@pytest.mark.parametrize("content", [{}, {"cursor": "1.1.1"}, {"cursor": "5.1", "changes_access": True}])
async def test_a_flood_costs_ten_reads_and_ten_look_ups_of_topics_a_second(content: dict[str, Any]) -> None:
    async with live_reader() as (log, reader):
        log.requests.clear()
        begun = time.monotonic()
        while time.monotonic() - begun < 1 or log.requests.count("since") < 5:
            await log.server.announce(TOPIC, **content)
            await asyncio.sleep(0.002)
        most = 10 * (time.monotonic() - begun) + 4
        assert log.requests.count("since") <= most
        assert log.requests.count("topics") <= most - 1
        assert ("topics" in log.requests) is ("changes_access" in content)
        await log.add_event()
        await reader.has(1)
        await asyncio.sleep(0.25)
        # The last announcement of the flood has been handled too.
        assert log.requests.count("topics") <= 10 * (time.monotonic() - begun) + 4
        await until(lambda: not reader.stream._topics_outdated)
