"""Live streams on a real stack: every event once, in the order of the log, pushed; and no task left behind."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import AsyncIterator

import pytest
from tests.sdk.fake_realtime import until
from tests.sdk.stream_support import Database, Reader, client, proxy, reading, topics_of
from tests.sdk.world import Staffed

from helpdesk_sdk import (
    AsyncStream,
    ConfigurationError,
    Event,
)
from helpdesk_sdk._live.subscriptions import Signal, SignalKind


@pytest.fixture(scope="module")
def database(staffed: Staffed) -> Database:
    return Database(staffed)


@pytest.fixture(scope="module")
def staffed(live_staffed: Staffed) -> Staffed:
    return live_staffed


@pytest.fixture(autouse=True)
async def nothing_is_left() -> AsyncIterator[None]:
    """No test leaves a task of the SDK behind."""
    before = asyncio.all_tasks()
    yield
    await until(lambda: not asyncio.all_tasks() - before - {asyncio.current_task()})


async def test_news_is_pushed(staffed: Staffed) -> None:
    async with (
        client(staffed) as agent,
        client(staffed, "customer") as customer,
        # Not pushed, it would come after an hour.
        reading(agent.events.stream(types={"ticket.created"}, poll_interval=3600)) as reader,
    ):
        for number in range(10):
            ticket = await customer.tickets.create(f"Pushed {number}", team="Billing")
            await reader.has(number + 1)
            assert reader.events[-1].ticket_id == ticket.ticket_id
            assert reader.events[-1].ticket_revision == ticket.revision


async def test_f13_a_cut_with_five_hundred_events_out_of_order_and_a_slow_transaction(
    staffed: Staffed, database: Database
) -> None:
    async with proxy(staffed.info.port) as net, client(staffed, url=net.url, max_retries=0) as agent:
        cursor = await agent.events.head()
        async with reading(agent.events.stream(cursor, poll_interval=0.2)) as reader:
            await database.write_many("Before", 2, 5)
            net.cut()
            with database.connect() as slow:
                database.create(slow, "The slow one")
                await database.write_many("Meanwhile", 4, 125)
                net.restore()
                await reader.live()
                await database.write_many("Behind the slow one", 2, 5)
                await asyncio.sleep(0.3)
                held_back = len(reader.events)
                slow.commit()
            await reader.has(521)
        log = await asyncio.to_thread(database.log, cursor)
        assert len(log) == 521
        assert reader.ids == log
        assert held_back == 10


async def test_f13_without_a_connection_it_polls_and_with_a_new_one_it_is_live(
    staffed: Staffed, database: Database
) -> None:
    async with proxy(staffed.info.port) as net, client(staffed, url=net.url) as agent:
        cursor = await agent.events.head()
        async with reading(agent.events.stream(cursor, poll_interval=0.1)) as reader:
            net.cut(sockets_only=True)
            await until(lambda: not reader.stream.live)
            await database.write_many("Polled", 2, 5)
            await reader.has(10)
            assert not reader.stream.live
            net.restore()
            await reader.live()
            await database.write_many("Pushed", 2, 5)
            await reader.has(20)
        assert reader.ids == await asyncio.to_thread(database.log, cursor)


async def test_f14_nothing_is_missed_between_joining_and_reading(staffed: Staffed, database: Database) -> None:
    """Streams begin one after the other while events are being written."""
    async with client(staffed) as agent:
        cursor = await agent.events.head()
        writing = asyncio.create_task(database.write_many("Racing", 3, 60))
        readers: list[Reader] = []
        for _ in range(12):
            readers.append(Reader(agent.events.stream(cursor, poll_interval=60)))
            await asyncio.sleep(0.02)
        await writing
        log = await asyncio.to_thread(database.log, cursor)
        for reader in readers:
            await reader.has(180)
            assert reader.ids == log
            await reader.end()


@pytest.mark.night
async def test_a_slow_reader_holds_one_page_however_much_happens(staffed: Staffed, database: Database) -> None:
    async with client(staffed) as agent:
        cursor = await agent.events.head()
        stream = agent.events.stream(cursor, poll_interval=60)
        seen: list[int] = []
        most = 0
        gc.collect()
        others = _events_in_memory()
        async with asyncio.timeout(60), stream:
            reading_all = asyncio.create_task(_burst(database))
            async for event in stream:
                seen.append(event.event_id)
                if len(seen) % 250 == 1:
                    await asyncio.sleep(0.02)
                    most = max(most, _events_in_memory())
                if len(seen) == 5000:
                    break
            await reading_all
        assert most - others <= 501
        assert seen == (await asyncio.to_thread(database.log, cursor))[:5000]


def _events_in_memory() -> int:
    return sum(isinstance(thing, Event) for thing in gc.get_objects())


async def _read(stream: AsyncStream) -> None:
    async for _ in stream:
        pass


async def _burst(database: Database) -> None:
    def write() -> None:
        for _ in range(5):
            with database.connect() as db:
                database.create(db, "Burst", 1000)

    await asyncio.to_thread(write)


@pytest.mark.parametrize("taken", [0, 1, 7, 19])
async def test_after_a_crash_at_any_point_the_remaining_events_come_once(
    staffed: Staffed, database: Database, taken: int
) -> None:
    async with client(staffed) as agent:
        cursor: str | None = await agent.events.head()
        begin = cursor or ""
        await asyncio.to_thread(database.write, "Crash", 20, taken)
        seen: list[int] = []
        while len(seen) < 20:
            count = 0
            async with asyncio.timeout(60):
                async for event in agent.events.stream(cursor):
                    if count == taken + 1:
                        break
                    seen.append(event.event_id)
                    cursor = event.cursor
                    count += 1
                    if len(seen) == 20:
                        break
        assert seen == await asyncio.to_thread(database.log, begin)


async def test_however_a_stream_ends_it_leaves_nothing_open(staffed: Staffed) -> None:
    before = asyncio.all_tasks()
    async with client(staffed) as agent, client(staffed, "customer") as customer:

        async def ended() -> None:
            await until(lambda: asyncio.all_tasks() == before, 3)
            assert topics_of(agent) == []

        async with reading(agent.events.stream(poll_interval=60)):
            pass
        await ended()
        stream = agent.events.stream()
        asyncio.get_running_loop().call_later(0.1, stream.stop)
        async for _ in stream:
            pass
        await ended()
        async with agent.events.stream() as stream:
            await customer.tickets.create("One", team="Billing")
            async for _ in stream:
                break
        await ended()
        cursor = await agent.events.head()
        await customer.tickets.create("Two", team="Billing")
        async for _ in agent.events.stream(cursor):
            break
        await ended()
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(_read(agent.events.stream()), 0.1)
        await ended()


async def test_a_stream_that_is_cancelled_at_the_moment_of_an_announcement_ends(staffed: Staffed) -> None:
    async with client(staffed) as agent:
        stream = agent.events.stream(poll_interval=60)
        async with reading(stream) as reader:
            await asyncio.sleep(0.1)
            stream._handle_signal(Signal(SignalKind.ANNOUNCEMENT, "", {"cursor": "1.1"}))
            await asyncio.wait_for(reader.end(), 30)


async def test_closing_the_client_ends_its_streams_with_an_error(staffed: Staffed) -> None:
    agent = client(staffed)
    reader = await Reader(agent.events.stream(poll_interval=60)).live()
    await agent.close()
    await until(lambda: reader.error is not None)
    assert "closed" in str(reader.error)


async def test_one_stream_has_one_reader(staffed: Staffed) -> None:
    async with client(staffed) as agent, agent.events.stream() as stream, reading(stream):
        with pytest.raises(ConfigurationError, match="being iterated over already"):
            await anext(aiter(stream))
