"""The limits of a hosted plan, when the stack is told to keep them."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from contextlib import AsyncExitStack

import httpx
import pytest
from tests.local.realtime_support import Rooms, Socket
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from helpdesk_sdk.local import Stack


@pytest.fixture(scope="module")
def free() -> Iterator[Rooms]:
    """A stack with the limits of the free plan."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HELPDESK_REALTIME_PLAN", "free")
        with Stack.start(ephemeral=True) as stack:
            yield Rooms(stack)


async def ended(socket: Socket, room: str) -> str:
    """The message that a channel ends with; what else comes before is dropped."""
    told = await socket.find(lambda frame: frame.event == "system")
    assert (told.payload["status"], told.payload["channel"]) == ("error", room)
    await socket.find(lambda frame: frame.event == "phx_close")
    return str(told.payload["message"])


async def test_a_refusal_takes_its_time(free: Rooms) -> None:
    """Clients that hammer at a closed door are slowed down; other sockets and channels are not."""
    room = free.room()
    async with free.socket() as socket:
        began = time.monotonic()
        await socket.push(room, "phx_join", {"config": {"private": True}})
        # The reply to a heartbeat comes first.
        await socket.alive()
        frame = await socket.event("phx_reply")
        assert frame.payload["response"]["reason"].startswith("Unauthorized: ")
        assert time.monotonic() - began > 4.5


async def test_a_refused_handshake_takes_its_time(free: Rooms) -> None:
    began = time.monotonic()
    with pytest.raises(InvalidStatus):
        await connect(f"{free.url.replace('http', 'ws')}/websocket?apikey=nonsense", proxy=None)
    assert time.monotonic() - began > 1.8


async def test_a_broadcast_may_have_256_kilobytes(free: Rooms) -> None:
    room = free.room()
    async with free.socket() as one, free.socket() as two:
        await one.joined(room, broadcast={"ack": True})
        await two.joined(room)
        reply = await one.reply(await one.broadcast(room, {"x": "y" * 257_000}))
        assert reply == {"status": "error", "response": {"error": "payload_size_exceeded"}}
        await one.broadcast(room, {"x": "y" * 250_000})
        await two.event("broadcast")
        free.send(room, {"x": "y" * 257_000}, private=False)
        free.send(room, {"id": "after it"}, private=False)
        assert (await two.event("broadcast")).payload["payload"] == {"id": "after it"}
        batch = {"messages": [{"topic": room, "event": "e", "payload": {"x": "y" * 257_000}}]}
        async with httpx.AsyncClient(headers={"apikey": free.key}) as http:
            answer = await http.post(f"{free.url}/api/broadcast", json=batch)
        assert answer.status_code == 422
        assert answer.json()["errors"]["messages"] == [{"payload": ["Payload size exceeds tenant limit"]}]
        await two.alive()


async def test_a_presence_may_have_256_kilobytes(free: Rooms) -> None:
    room = free.room()
    async with free.socket() as socket:
        await socket.joined(room)
        await socket.push(room, "presence", {"event": "track", "payload": {"x": "y" * 257_000}})
        assert await ended(socket, room) == "Track message size exceeded"


async def test_who_tracks_too_often_loses_the_channel(free: Rooms) -> None:
    room, other = free.room(), free.room()
    async with free.socket() as socket:
        await socket.joined(room)
        await socket.joined(other)
        for n in range(6):
            await socket.push(room, "presence", {"event": "track", "payload": {"n": n}})
        assert await ended(socket, room) == "Client presence rate limit exceeded"
        await socket.alive()


async def test_two_hundred_may_be_connected(free: Rooms) -> None:
    async with AsyncExitStack() as stack:
        for number in range(200):
            socket = await stack.enter_async_context(free.socket())
            await socket.joined(f"crowd:{number}")
        with pytest.raises(InvalidStatus) as caught:
            await stack.enter_async_context(free.socket())
        assert caught.value.response.status_code == 429
        assert caught.value.response.body == b'{"error":"Too many connected users"}'
        await socket.connection.close()
        await asyncio.sleep(0.1)
        late = await stack.enter_async_context(free.socket())
        await late.joined("crowd:late")


async def test_too_many_messages_end_their_channels(free: Rooms) -> None:
    """A hundred a second, on the average of a minute, counting what is delivered. The last tests: it lasts a minute."""
    room, other = free.room(), free.room()
    async with free.socket() as one, free.socket() as two, free.socket() as bystander:
        await one.joined(room)
        await two.joined(room)
        await bystander.joined(other)
        for n in range(3_500):
            await one.broadcast(room, {"n": n})
        assert await ended(two, room) == "Too many messages per second"
        await bystander.alive()


async def test_too_many_joins_end_the_socket(free: Rooms) -> None:
    async with free.socket() as socket:
        with pytest.raises(ConnectionClosed) as caught:
            await _join_for_ever(socket)
        assert caught.value.rcvd is not None
        assert caught.value.rcvd.code == 1001


async def _join_for_ever(socket: Socket) -> None:
    for number in range(7_000):
        await socket.push(f"{number % 50}", "phx_join", {})
    reason = "ClientJoinRateLimitReached: Too many joins per second"
    await socket.find(lambda frame: frame.payload.get("response", {}).get("reason") == reason)
    await socket.receive()
