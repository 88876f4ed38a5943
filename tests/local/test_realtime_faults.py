"""What breaks under open sockets: the database, the gateway, the listening connection, a client that does not read."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import psutil
import psycopg
import pytest
from realtime import AsyncRealtimeClient, RealtimeSubscribeStates
from tests.local.realtime_support import SECONDS, Rooms, Socket
from tests.local.support import answers, eventually
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from helpdesk_sdk.local import Stack

AWAY = ("UnableToConnectToProject: ", "InitializingProjectConnection: ")


@pytest.fixture(scope="module")
def rooms(reachable: Path) -> Iterator[Rooms]:
    """A stack that may be broken: durable, and nobody else's."""
    with Stack.start(reachable / "realtime") as stack:
        yield Rooms(stack)


async def closed(socket: Socket) -> int | None:
    """The code with which the server closes a socket; what comes before is dropped."""
    with pytest.raises(ConnectionClosed) as caught:
        await socket.find(lambda frame: False)
    received = caught.value.rcvd
    return received.code if received else None


def stop_listening(rooms: Rooms) -> None:
    with rooms.database() as db:
        listening = (
            "select pg_terminate_backend(pid) from pg_stat_activity where query like 'listen helpdesk_realtime%'"
        )
        assert db.execute(listening).fetchall() == [(True,)]


async def heard_again(rooms: Rooms, room: str, token: str) -> None:
    """Whoever comes back hears the database, and what they missed when they ask."""
    replay = {"since": int(time.time() * 1000) - 60_000}
    async with asyncio.timeout(60), rooms.socket() as socket:
        while (reply := await socket.join(room, token, broadcast={"replay": replay}))["status"] != "ok":
            assert reply["response"]["reason"].startswith(AWAY)
            await asyncio.sleep(0.1)
        assert (await socket.event("broadcast")).payload["payload"] == {"id": "missed"}
        rooms.send(room, {"id": "later"})
        assert (await socket.event("broadcast")).payload["payload"] == {"id": "later"}


async def test_a_listener_that_was_cut_off_sends_everybody_back(rooms: Rooms) -> None:
    """Nobody can tell what was committed meanwhile, so nobody goes on as if nothing was."""
    room = rooms.room()
    token = rooms.member(room).token()
    async with rooms.socket() as socket, rooms.socket() as other:
        await socket.joined(room, token)
        await other.joined(rooms.room())
        with rooms.database() as db:
            stop_listening(rooms)
            db.execute("""select realtime.send('{"id": "missed"}', 'e', %s)""", (room,))
        assert await closed(socket) == 1012
        assert await closed(other) == 1012
    await heard_again(rooms, room, token)


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT], ids=["killed", "restarted"])
async def test_the_database_goes_and_comes_back(rooms: Rooms, how: signal.Signals) -> None:
    room = rooms.room()
    token = rooms.member(room).token()
    async with rooms.socket() as socket:
        await socket.joined(room, token)
        os.kill(rooms.stack.refresh().pids["postgres"], how)
        assert await closed(socket) == 1012
    rooms.send(room, {"id": "missed"})
    await heard_again(rooms, room, token)


async def test_while_the_database_is_away(rooms: Rooms) -> None:
    """Clients still reach one another, and joins are refused in words; the supervisor is held still to have a look."""
    room, public = rooms.room(), rooms.room()
    person = rooms.member(room, writes="broadcast")
    supervisor = psutil.Process(rooms.stack.refresh().pids["supervisor"])
    async with rooms.socket() as one, rooms.socket() as two, rooms.socket() as late:
        await one.joined(public)
        await two.joined(public)
        supervisor.suspend()
        try:
            os.kill(rooms.stack.info.pids["postgres"], signal.SIGINT)
            eventually(lambda: not is_up(rooms), "the database is gone")
            await one.broadcast(public, {"n": 1})
            assert (await two.event("broadcast")).payload["payload"] == {"n": 1}
            reason = await late.refused(room, person.token())
            assert reason.startswith(AWAY)
            batch = {"messages": [{"topic": room, "event": "e", "payload": {}, "private": True}]}
            headers = {"authorization": f"Bearer {person.token()}"}
            async with httpx.AsyncClient(base_url=rooms.url, headers=headers, timeout=60) as http:
                answer = await http.post("/api/broadcast", json=batch)
                assert answer.status_code in {202, 422, 503}
                answer = await http.post(f"/api/broadcast/{room}/events/e?private=true", json={})
                assert answer.status_code in {422, 503}
                assert "message" in answer.json()
        finally:
            supervisor.resume()
        assert await closed(one) == 1012


def is_up(rooms: Rooms) -> bool:
    """Whether the database takes connections."""
    try:
        rooms.database().close()
    except psycopg.OperationalError:
        return False
    return True


# The client's own, when a connection breaks.
@pytest.mark.filterwarnings("ignore:ConnectionClosed:DeprecationWarning")
async def test_the_python_client_survives_a_gateway_that_is_killed(rooms: Rooms) -> None:
    room = rooms.room()
    client = AsyncRealtimeClient(rooms.url, rooms.key, initial_backoff=0.2, max_retries=20)
    await client.connect()
    await client.set_auth(rooms.member(room).token())
    states: asyncio.Queue[RealtimeSubscribeStates] = asyncio.Queue()
    heard: asyncio.Queue[object] = asyncio.Queue()
    channel = client.channel(room, {"config": {"private": True, "broadcast": None, "presence": None}})
    channel.on_broadcast("*", lambda message: heard.put_nowait(message["payload"]))
    await channel.subscribe(lambda state, error: states.put_nowait(state))
    assert await states.get() == RealtimeSubscribeStates.SUBSCRIBED
    os.kill(rooms.stack.refresh().pids["gateway"], signal.SIGKILL)
    async with asyncio.timeout(60):
        assert await states.get() == RealtimeSubscribeStates.CHANNEL_ERROR
        while await states.get() != RealtimeSubscribeStates.SUBSCRIBED:
            pass
    rooms.send(room, {"id": 1})
    assert await asyncio.wait_for(heard.get(), SECONDS) == {"id": 1}
    await client.remove_all_channels()
    eventually(lambda: answers(rooms.stack.refresh()), "the gateway is back")


@asynccontextmanager
async def idle(rooms: Rooms) -> AsyncIterator[Socket]:
    """A socket whose owner does not read what arrives."""
    url = f"{rooms.url.replace('http', 'ws')}/websocket?apikey={rooms.key}"
    async with connect(url, max_size=None, max_queue=1, proxy=None, ping_interval=None, close_timeout=1) as connection:
        yield Socket(connection, "1.0.0")


async def test_who_does_not_read_is_given_up_and_holds_up_nobody(rooms: Rooms) -> None:
    room = rooms.room()
    gateway = psutil.Process(rooms.stack.refresh().pids["gateway"])
    async with idle(rooms) as slow, rooms.socket() as quick:
        await slow.joined(room)
        await quick.joined(room)
        before = gateway.memory_info().rss
        largest = 0
        with rooms.database() as db:
            for n in range(120):
                payload = "jsonb_build_object('n', %s::int, 'text', repeat('x', 500000))"
                db.execute(f"select realtime.send({payload}, 'e', %s, false)".encode(), (n, room))
                assert (await quick.event("broadcast")).payload["payload"]["n"] == n
                largest = max(largest, gateway.memory_info().rss)
        assert largest - before < 250e6
        await quick.alive()
        assert await closed(slow) in {1013, 1006, None}


async def test_a_day_without_its_partition(rooms: Rooms) -> None:
    room = rooms.room()
    token = rooms.member(room).token()
    async with rooms.socket() as socket:
        with rooms.database() as db:
            db.execute("do $$ begin execute 'drop table realtime.messages_' || to_char(now(), 'YYYY_MM_DD'); end $$")
            db.execute("select realtime.send('{}', 'e', %s)", (room,))
            assert (await socket.refused(room, token)).startswith("MissingPartition: ")
            db.execute("select realtime.local_partitions()")
        await socket.joined(room, token)
        rooms.send(room, {})
        await socket.event("broadcast")


async def test_a_slow_policy_holds_up_its_own_channel_only(rooms: Rooms) -> None:
    room = rooms.room()
    async with rooms.socket() as socket:
        slow = rooms.member("room:slow").token()
        ref = await socket.push("room:slow", "phx_join", {"config": {"private": True}, "access_token": slow})
        await socket.joined(room, rooms.member(room).token())
        assert (await socket.reply(ref))["status"] == "ok"


async def test_two_hundred_join_at_once(rooms: Rooms) -> None:
    """However many ask for their rights, requests still get connections."""
    room = rooms.room()
    token = rooms.member(room).token()

    async def one() -> None:
        async with rooms.socket() as socket:
            await socket.joined(room, token)
            await asyncio.wait_for(everybody.wait(), SECONDS)

    async with asyncio.TaskGroup() as group:
        everybody = asyncio.Barrier(200)
        for _ in range(200):
            group.create_task(one())
        headers = {"apikey": rooms.secret_key}
        async with httpx.AsyncClient(base_url=rooms.stack.info.api_url, headers=headers, timeout=SECONDS) as http:
            (await http.get("/rest/v1/tickets?limit=1")).raise_for_status()
