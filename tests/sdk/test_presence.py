"""Two agents who open the same ticket see each other; customers see nobody; no task is left behind."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from tests.local.realtime_support import Socket
from tests.sdk.fake_realtime import until
from tests.sdk.stream_support import client, proxy, reading, short_token
from tests.sdk.world import Staffed, email
from websockets.asyncio.client import connect

from helpdesk_sdk import (
    AsyncHelpdesk,
    AuthenticationError,
    ConfigurationError,
    ConnectionFailedError,
    ForbiddenError,
    Ticket,
    TicketNotFoundError,
    Viewer,
    new_id,
)
from helpdesk_sdk._live import transport
from helpdesk_sdk.resources.presence import viewers_of

NOON = datetime(2026, 1, 2, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def staffed(live_staffed: Staffed) -> Staffed:
    return live_staffed


@pytest.fixture(autouse=True)
async def nothing_is_left() -> AsyncIterator[None]:
    before = asyncio.all_tasks()
    yield
    await until(lambda: not asyncio.all_tasks() - before - {asyncio.current_task()}, 3)


@pytest.fixture
async def agent(staffed: Staffed) -> AsyncIterator[AsyncHelpdesk]:
    async with client(staffed) as made:
        yield made


@pytest.fixture
async def colleague(staffed: Staffed) -> AsyncIterator[AsyncHelpdesk]:
    async with client(staffed, "colleague") as made:
        yield made


@pytest.fixture
async def ticket(agent: AsyncHelpdesk) -> Ticket:
    return await agent.tickets.create("Open on two desks", team="Billing", requester=email("customer"))


def names(viewers: tuple[Viewer, ...]) -> list[tuple[str, str]]:
    return [(viewer.name, viewer.state) for viewer in viewers]


async def test_two_agents_see_each_other_come_type_and_go(
    agent: AsyncHelpdesk, colleague: AsyncHelpdesk, ticket: Ticket
) -> None:
    async with agent.presence.on(ticket) as here:
        assert names(here.viewers) == [("Agent", "viewing")]
        assert names(here.others) == []
        assert here.live
        async with colleague.presence.on(ticket.number) as there:
            await until(lambda: here.others)
            assert names(there.viewers) == [("Agent", "viewing"), ("Colleague", "viewing")]
            assert names(here.others) == [("Colleague", "viewing")]
            since = [viewer.since for viewer in here.others]
            await there.typing()
            await until(lambda: names(here.others) == [("Colleague", "typing")])
            await there.typing(False)
            await until(lambda: names(here.others) == [("Colleague", "viewing")])
            assert [viewer.since for viewer in here.others] == since
        await until(lambda: not here.others)
        assert names(here.viewers) == [("Agent", "viewing")]


async def test_each_change_is_returned_and_a_slow_reader_gets_the_newest(
    agent: AsyncHelpdesk, colleague: AsyncHelpdesk, ticket: Ticket
) -> None:
    seen: list[list[tuple[str, str]]] = []

    async def watch(here: Any) -> None:
        async for viewers in here:
            seen.append(names(viewers))

    async with agent.presence.on(ticket) as here:
        watching = asyncio.create_task(watch(here))
        await until(lambda: seen == [[("Agent", "viewing")]])
        async with colleague.presence.on(ticket) as there:
            await until(lambda: len(seen) == 2)
            slow = aiter(here)
            assert len(await anext(slow)) == 2
            await there.typing()
            await until(lambda: len(seen) >= 3)
            await there.typing(False)
            await until(lambda: seen[-1] == [("Agent", "viewing"), ("Colleague", "viewing")] and len(seen) >= 4)
            assert names(await anext(slow)) == seen[-1]
        await until(lambda: seen[-1] == [("Agent", "viewing")])
    await asyncio.wait_for(watching, 30)


async def test_a_stream_and_two_windows_share_one_topic(
    agent: AsyncHelpdesk, colleague: AsyncHelpdesk, ticket: Ticket
) -> None:
    async with agent.events.stream(ticket=ticket, poll_interval=60) as stream:
        events: list[str] = []

        async def read() -> None:
            async for event in stream:
                events.append(str(event.type))

        reading = asyncio.create_task(read())
        await until(lambda: stream.live)
        async with colleague.presence.on(ticket) as there, agent.presence.on(ticket) as one:
            async with agent.presence.on(ticket) as two:
                await two.typing()
                await until(lambda: names(there.others) == [("Agent", "typing")])
                assert len(two.viewers) == 2
            await until(lambda: names(there.others) == [("Agent", "viewing")])
            await colleague.notes.add(ticket, "Seen?")
            await until(lambda: events == ["note.created"])
            assert one.live
        await stream.close()
        await reading


async def test_presence_survives_a_lost_connection(staffed: Staffed, colleague: AsyncHelpdesk, ticket: Ticket) -> None:
    async with (
        proxy(staffed.info.port) as net,
        client(staffed, url=net.url) as agent,
        colleague.presence.on(ticket) as there,
        agent.presence.on(ticket) as here,
    ):
        await until(lambda: there.others)
        net.cut()
        await until(lambda: not there.others and not here.live)
        await here.typing()
        net.restore()
        await until(lambda: names(there.others) == [("Agent", "typing")], 10)
        assert here.live


async def test_people_who_do_not_work_the_ticket_are_refused_at_once(staffed: Staffed, ticket: Ticket) -> None:
    requested = new_id()
    async with (
        client(staffed, "customer") as customer,
        client(staffed, "outsider") as outsider,
        client(staffed, "system") as system,
    ):
        await outsider.tickets.create("My own printer", team="Billing", id=requested)
        refusals: list[tuple[AsyncHelpdesk, Any, type[Exception]]] = [
            (customer, ticket, ForbiddenError),
            (outsider, ticket, TicketNotFoundError),
            (outsider, ticket.number, TicketNotFoundError),
            (outsider, requested, ForbiddenError),
            (outsider, new_id(), TicketNotFoundError),
            (system, ticket, ForbiddenError),
        ]
        for who, which, error in refusals:
            with pytest.raises(error):
                await who.presence.on(which).__aenter__()


async def test_without_a_live_connection_entering_fails_with_the_reason(staffed: Staffed, ticket: Ticket) -> None:
    async with proxy(staffed.info.port) as net, client(staffed, url=net.url) as agent:
        net.cut(sockets_only=True)
        with pytest.raises(ConnectionFailedError, match="needs the live connection, and there is none"):
            await agent.presence.on(ticket).__aenter__()
        net.restore()
        async with agent.presence.on(ticket) as here:
            assert here.viewers
    async with client(staffed, transport=httpx.AsyncHTTPTransport()) as agent:
        with pytest.raises(ConfigurationError, match="WebSocket"):
            await agent.presence.on(ticket).__aenter__()
        with pytest.raises(ConfigurationError, match="async with"):
            await agent.presence.on(ticket).typing()


async def test_the_end_of_the_session_is_raised(staffed: Staffed, ticket: Ticket) -> None:
    async with (
        client(staffed, access_token=short_token(staffed, "agent", 2)) as agent,
        agent.presence.on(ticket) as here,
    ):
        with pytest.raises(AuthenticationError):
            await asyncio.wait_for(_watch(here), 30)
        with pytest.raises(AuthenticationError):
            await here.typing()


async def test_closing_the_client_ends_the_iteration(staffed: Staffed, ticket: Ticket) -> None:
    agent = client(staffed)
    async with agent.presence.on(ticket) as here:
        watching = asyncio.create_task(_watch(here))
        await asyncio.sleep(0.05)
        await agent.close()
        with pytest.raises(ConfigurationError, match="closed"):
            await asyncio.wait_for(watching, 30)


@asynccontextmanager
async def large_presence(staffed: Staffed, ticket: Ticket, size: int) -> AsyncIterator[None]:
    """A colleague whose presence on a ticket is so many bytes, sent over a hand-made connection."""
    address = f"{staffed.info.api_url.replace('http', 'ws')}/realtime/v1/websocket"
    async with connect(f"{address}?apikey={staffed.info.publishable_key}&vsn=1.0.0", max_size=None) as connection:
        socket, topic = Socket(connection, "1.0.0"), f"helpdesk:ticket:{ticket.ticket_id}:staff"
        await socket.joined(topic, staffed.tokens["colleague"][0])
        meta = {"user_id": str(new_id()), "name": "x" * size, "state": "viewing", "since": NOON.isoformat()}
        await socket.push(topic, "presence", {"event": "track", "payload": meta})
        await socket.find(lambda frame: frame.event == "presence_diff")
        yield


async def test_a_colleague_with_an_invalid_large_presence_is_not_a_viewer(
    staffed: Staffed, agent: AsyncHelpdesk, ticket: Ticket
) -> None:
    async with reading(agent.events.stream(poll_interval=60)) as queue:
        wakes: list[object] = []
        queue.stream.on_wake(wakes.append)
        async with large_presence(staffed, ticket, 2_000_000), agent.presence.on(ticket) as here:
            assert names(here.viewers) == [("Agent", "viewing")]
            assert queue.stream.live
        assert wakes == [], "the connection was never lost"


async def test_a_colleague_with_too_large_a_presence_turns_off_presence_on_that_ticket_only(
    staffed: Staffed, agent: AsyncHelpdesk, ticket: Ticket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transport, "_MAX_MESSAGE_BYTES", 500_000)
    other = await agent.tickets.create("In peace", team="Billing")
    async with reading(agent.events.stream(poll_interval=60)) as queue, agent.presence.on(ticket) as here:
        watching = asyncio.create_task(_watch(here))
        async with large_presence(staffed, ticket, 600_000):
            with pytest.raises(ConnectionFailedError, match="turned off for some minutes"):
                await asyncio.wait_for(watching, 30)
            with pytest.raises(ConnectionFailedError, match="turned off for some minutes"):
                await here.typing()
            assert not here.live
            with pytest.raises(ConnectionFailedError, match="turned off for some minutes"):
                await asyncio.wait_for(agent.presence.on(ticket).__aenter__(), 30)
            await queue.live()
            wakes: list[object] = []
            queue.stream.on_wake(wakes.append)
            async with agent.presence.on(other) as there, reading(agent.events.stream(ticket=ticket)) as one:
                assert names(there.viewers) == [("Agent", "viewing")]
                await agent.notes.add(ticket, "Announced at once.")
                await queue.has(1, 2)
                await one.has(1, 2)
            assert queue.stream.live
            assert None not in wakes, "the connection was not lost again"


async def _watch(here: Any) -> None:
    async for _ in here:
        pass


def test_invalid_presence_of_others_is_skipped() -> None:
    ada, bob = new_id(), new_id()
    first = {"user_id": str(ada), "name": "Ada", "state": "viewing", "since": NOON.isoformat()}
    later = (NOON + timedelta(minutes=1)).isoformat()
    rubbish: list[dict[str, Any]] = [
        {},
        first | {"user_id": "me"},
        first | {"state": "dancing"},
        first | {"since": "2026-01-02T12:00:00"},
        first | {"name": None},
    ]
    other = first | {"user_id": str(bob), "since": later, "presence_ref": "x"}
    found = viewers_of([other, *rubbish, first | {"state": "typing", "since": later}, first])
    assert [(viewer.user_id, viewer.state, viewer.since) for viewer in found] == [
        (ada, "typing", NOON),
        (bob, "viewing", NOON + timedelta(minutes=1)),
    ]


async def test_a_presence_is_entered_once(agent: AsyncHelpdesk, ticket: Ticket) -> None:
    async with agent.presence.on(ticket) as here:
        with pytest.raises(ConfigurationError, match="entered already"):
            await here.__aenter__()
        assert [viewer.name for viewer in here.viewers] == [(await agent.users.me()).name]
