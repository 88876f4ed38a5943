"""What is announced to a stream, as a hostile sender might put it: it wakes at most, and costs little."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Generator
from contextlib import asynccontextmanager
from typing import Any, cast

import pytest
from tests.sdk.live import Reader
from tests.sdk.phoenix import Phoenix, hub_for, phoenix, until
from tests.sdk.support import NOW

from helpdesk_sdk import Announcement, AsyncStream, Event
from helpdesk_sdk._http.drivers import AsyncDriver
from helpdesk_sdk._live.stream_state import Course
from helpdesk_sdk._live.subscriptions import Topic
from helpdesk_sdk.models.events import EventPage, parse_cursor

TOPIC = "helpdesk:admin"


class Log:
    """A log behind a Realtime server that does what a test tells it; both stand in for a driver."""

    def __init__(self, server: Phoenix) -> None:
        self.server = server
        self.events: list[Event] = []
        self.asked: list[str] = []
        self.hub = hub_for(server.url)

    async def run(self, flow: Generator[Any, Any, Any]) -> Any:
        try:
            next(flow)
        except StopIteration as done:
            await asyncio.sleep(0)
            return done.value
        raise AssertionError("a flow of this log asks for nothing")

    def head(self) -> Any:
        self.asked.append("head")
        return f"{len(self.events) + 10}.0"
        yield

    def since(self, cursor: str) -> Any:
        self.asked.append("since")
        after = parse_cursor(cursor) or (0, 0)
        found = [event for event in self.events if (parse_cursor(event.cursor) or (0, 0)) > after]
        return EventPage(items=tuple(found), cursor=found[-1].cursor if found else cursor)
        yield

    def topics(self) -> Any:
        self.asked.append("topics")
        return frozenset({Topic(TOPIC)})
        yield

    def stream(self) -> AsyncStream:
        course = Course(None, 60.0, None, self.head, self.since, self.topics)
        return AsyncStream(cast(AsyncDriver, self), self.hub, course)

    async def happens(self) -> None:
        number = len(self.events)
        cursor = f"{10 + number}.{number + 1}"
        event = {"event_id": number + 1, "cursor": cursor, "type": "note.created", "audience": "staff"}
        more = {"actor_kind": "agent", "actor_name": "Ada", "data": {}, "created_at": NOW}
        self.events.append(Event.model_validate(event | more))
        await self.server.news(TOPIC, **event)


@asynccontextmanager
async def listening() -> AsyncIterator[tuple[Log, Reader]]:
    async with phoenix() as server:
        log = Log(server)
        reader = Reader(log.stream())
        try:
            yield log, await reader.live()
        finally:
            await reader.end()
            await log.hub.settled()


DEEP: dict[str, Any] = {}
for _ in range(150):
    DEEP = {"a": DEEP}
ODD: list[dict[str, Any]] = [
    {},
    {"type": ["x"], "cursor": {"a": 1}, "event_id": "z"},
    {"type": {"a": []}, "cursor": []},
    {"type": None, "cursor": None, "ticket_id": 7},
    {"type": "team.member_added", "cursor": 10**400, "event_id": 10**400},
    {"cursor": "9" * 5000 + ".1", "event_id": "9" * 5000},
    {"cursor": "999999999999999999.1", "type": "note.created", "event_id": 1},
    {"cursor": "10.1\x00", "type": "\ud83d\ude00" * 1000, "event_id": -1, "ticket_id": "\x00"},
    {"cursor": True, "type": True, "event_id": True, "more": [[[{}]]]},
    DEEP,
]


def _fail(heard: object) -> None:
    raise RuntimeError(f"cannot take in {heard}")


async def test_whatever_an_announcement_holds_the_connection_stays(caplog: pytest.LogCaptureFixture) -> None:
    async with listening() as (log, reader):
        heard: list[Announcement | None] = []
        reader.stream.on_wake(heard.append)
        for content in ODD:
            await log.server.push(TOPIC, "broadcast", {"type": "broadcast", "event": "x", "payload": content})
        await asyncio.sleep(0.1)
        await log.happens()
        await reader.has(1)
        assert log.server.connections == 1
        assert [one.cursor for one in heard if one] == ["999999999999999999.1", "10.1"]
        assert [record for record in caplog.records if record.levelno >= logging.WARNING] == []


async def test_a_callback_that_fails_is_logged_and_the_others_are_called(caplog: pytest.LogCaptureFixture) -> None:
    async with listening() as (log, reader):
        heard: list[Announcement | None] = []
        reader.stream.on_wake(_fail)
        reader.stream.on_wake(heard.append)
        await log.happens()
        await log.happens()
        await reader.has(2)
        assert len(heard) == 2
        assert log.server.connections == 1
        assert caplog.text.count("a callback of on_wake failed") == 2


async def test_a_listener_that_fails_is_logged_and_the_others_hear(caplog: pytest.LogCaptureFixture) -> None:
    async with listening() as (log, reader):
        other = log.hub.listen(_fail)
        other.want({Topic(TOPIC)})
        await log.happens()
        await reader.has(1)
        assert log.server.connections == 1
        assert f"what came on the live topic {TOPIC} could not be taken in" in caplog.text
        await other.close()


@pytest.mark.parametrize("content", [{}, {"cursor": "1.1.1"}, {"cursor": "5.1", "type": "team.member_added"}])
async def test_a_flood_costs_ten_reads_and_ten_looks_at_the_topics_a_second(content: dict[str, Any]) -> None:
    async with listening() as (log, reader):
        log.asked.clear()
        begun = time.monotonic()
        while time.monotonic() - begun < 1 or log.asked.count("since") < 5:
            await log.server.news(TOPIC, **content)
            await asyncio.sleep(0.002)
        most = 10 * (time.monotonic() - begun) + 4
        assert log.asked.count("since") <= most
        assert log.asked.count("topics") <= most - 1
        assert ("topics" in log.asked) is ("type" in content)
        await log.happens()
        await reader.has(1)
        await asyncio.sleep(0.25)
        # The last of the flood is gone by as well.
        assert log.asked.count("topics") <= 10 * (time.monotonic() - begun) + 4
        await until(lambda: not reader.stream._moved)
