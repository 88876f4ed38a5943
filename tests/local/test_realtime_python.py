"""The `realtime` package, as supabase-py uses it, against the local stack."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import psycopg
import pytest
from realtime import AsyncRealtimeChannel, AsyncRealtimeClient, RealtimeSubscribeStates
from realtime.exceptions import RealtimeHTTPError
from realtime.types import RealtimeAcknowledgementStatus
from tests.local.realtime_support import SECONDS, Rooms

Connect = Callable[..., Awaitable[AsyncRealtimeClient]]


@pytest.fixture
async def client(rooms: Rooms) -> AsyncIterator[Connect]:
    """Makes clients, each with a socket of its own; closed at the end."""
    made: list[AsyncRealtimeClient] = []

    async def make(token: str | None = None) -> AsyncRealtimeClient:
        client = AsyncRealtimeClient(rooms.url, rooms.key)
        made.append(client)
        await client.connect()
        if token is not None:
            await client.set_auth(token)
        return client

    yield make
    for one in made:
        await one.remove_all_channels()


class Heard:
    """What a channel was told, in order."""

    def __init__(self, channel: AsyncRealtimeChannel) -> None:
        self.queue: asyncio.Queue[Any] = asyncio.Queue()
        self.states: asyncio.Queue[tuple[RealtimeSubscribeStates, Exception | None]] = asyncio.Queue()
        self.channel = channel.on_broadcast("*", self.queue.put_nowait)

    async def subscribed(self) -> Heard:
        await self.channel.subscribe(lambda state, error: self.states.put_nowait((state, error)))
        assert await self.state() == RealtimeSubscribeStates.SUBSCRIBED
        return self

    async def state(self) -> RealtimeSubscribeStates:
        async with asyncio.timeout(SECONDS):
            return (await self.states.get())[0]

    async def next(self) -> Any:
        async with asyncio.timeout(SECONDS):
            return await self.queue.get()


def private(**broadcast: Any) -> Any:
    return {"config": {"private": True, "broadcast": broadcast or None, "presence": None}}


async def test_clients_talk_in_public(rooms: Rooms, client: Connect) -> None:
    room = rooms.room()
    config: Any = {"config": {"broadcast": {"ack": True, "self": True}, "presence": None, "private": False}}
    one = await Heard((await client()).channel(room, config)).subscribed()
    two = await Heard((await client()).channel(room)).subscribed()
    await one.channel.send_broadcast("hello", {"n": 1})
    for heard in (one, two):
        message = await heard.next()
        assert (message["event"], message["payload"], message.get("meta")) == ("hello", {"n": 1}, None)
    await two.channel.send_broadcast("back", {"n": 2})
    assert (await one.next())["payload"] == {"n": 2}
    assert two.queue.empty()


async def test_members_talk_in_private(rooms: Rooms, client: Connect) -> None:
    room = rooms.room()
    writer = await client(rooms.member(room, writes="broadcast").token())
    one = await Heard(writer.channel(room, private(ack=True))).subscribed()
    two = await Heard((await client(rooms.member(room).token())).channel(room, private())).subscribed()
    push = await one.channel.push("broadcast", {"type": "broadcast", "event": "hello", "payload": {"n": 1}})
    assert (await two.next())["payload"] == {"n": 1}
    acknowledged = asyncio.Event()
    push.receive(RealtimeAcknowledgementStatus.Ok, lambda _: acknowledged.set())
    await asyncio.wait_for(acknowledged.wait(), SECONDS)


async def test_a_stranger_is_told_why(rooms: Rooms, client: Connect) -> None:
    room = rooms.room()
    stranger = await client(rooms.member("room:else").token())
    errors: list[str] = []
    channel = stranger.channel(room, private())
    await channel.subscribe(lambda state, error: errors.append(f"{state.value} {error}"))
    assert len(errors) == 1
    assert f"You do not have permissions to read from this Channel topic: {room}" in errors[0]


async def test_the_database_speaks_when_it_commits(rooms: Rooms, client: Connect) -> None:
    room = rooms.room()
    heard = await Heard((await client(rooms.member(room).token())).channel(room, private())).subscribed()
    with psycopg.connect(rooms.stack.info.db_url) as db:
        for n, end in enumerate((db.rollback, db.commit)):
            db.execute("select realtime.send(jsonb_build_object('n', %s::int), 'e', %s)", (n, room))
            await asyncio.sleep(0.1)
            assert heard.queue.empty()
            end()
    message = await heard.next()
    assert message["payload"]["n"] == 1
    assert message["meta"]["id"] == message["payload"]["id"]
    assert heard.queue.empty()


async def test_changes_of_a_table(rooms: Rooms, client: Connect) -> None:
    room = rooms.room()
    heard = await Heard((await client(rooms.member(room).token())).channel(room, private())).subscribed()
    with rooms.database() as db:
        db.execute(
            """
            create table if not exists rooms.things (id int, room text, name text);
            create or replace function rooms.tell() returns trigger language plpgsql as $$ begin
              perform realtime.broadcast_changes(
                coalesce(new.room, old.room), tg_op, tg_op, tg_table_name, tg_table_schema, new, old
              );
              return null;
            end $$;
            create or replace trigger tell after insert or update or delete on rooms.things
            for each row execute function rooms.tell();
            """
        )
        db.execute("insert into rooms.things values (1, %s, 'one')", (room,))
        db.execute("update rooms.things set name = 'two' where room = %s", (room,))
        db.execute("delete from rooms.things where room = %s", (room,))
    one, two = ({"id": 1, "room": room, "name": name} for name in ("one", "two"))
    for operation, record, old in (("INSERT", one, None), ("UPDATE", two, one), ("DELETE", None, two)):
        message = await heard.next()
        assert message["event"] == operation
        assert message["payload"] == {
            "id": message["meta"]["id"],
            "schema": "rooms",
            "table": "things",
            "operation": operation,
            "record": record,
            "old_record": old,
        }


async def test_large_messages_keep_their_place(rooms: Rooms, client: Connect) -> None:
    """More than a notification holds; a megabyte is more than this client takes."""
    room = rooms.room()
    heard = await Heard((await client(rooms.member(room).token())).channel(room, private())).subscribed()
    sizes = [10, 7_300, 7_400, 7_500, 8_000, 10, 900_000, 10, 8_000, 10]
    with rooms.database() as db, db.transaction():
        for size in sizes:
            payload = '{"text": "' + "ü" * (size // 2) + '"}'
            db.execute("select realtime.send(%s::jsonb, 'e', %s)", (payload, room))
    assert [len((await heard.next())["payload"]["text"]) * 2 for _ in sizes] == sizes


async def test_ten_thousand_in_one_transaction_arrive_in_order(rooms: Rooms, client: Connect) -> None:
    room = rooms.room()
    heard = await Heard((await client(rooms.member(room).token())).channel(room, private())).subscribed()
    with rooms.database() as db:
        send = "select realtime.send(jsonb_build_object('n', n), 'e', %s) from generate_series(1, 10000) as n"
        db.execute(send, (room,))
    assert [(await heard.next())["payload"]["n"] for _ in range(10_000)] == list(range(1, 10_001))


async def test_a_replay(rooms: Rooms, client: Connect) -> None:
    room = rooms.room()
    for n in range(4):
        rooms.send(room, {"n": n})
    await rooms.delivered()
    replay = {"since": int(time.time() * 1000) - 60_000, "limit": 3}
    member = await client(rooms.member(room).token())
    heard = await Heard(member.channel(room, private(replay=replay))).subscribed()
    seen = [await heard.next() for _ in range(3)]
    assert [message["payload"]["n"] for message in seen] == [1, 2, 3]
    assert all(message["meta"]["replayed"] for message in seen)


async def test_presence(rooms: Rooms, client: Connect) -> None:
    room = rooms.room()
    seen: asyncio.Queue[tuple[str, str]] = asyncio.Queue()

    def here(key: str) -> Any:
        return {"config": {"private": True, "broadcast": None, "presence": {"key": key, "enabled": True}}}

    token = rooms.member(room, writes="presence").token()
    watcher = (await client(token)).channel(room, here("watcher"))
    watcher.on_presence_join(lambda key, old, new: seen.put_nowait(("join", key)))
    watcher.on_presence_leave(lambda key, old, new: seen.put_nowait(("leave", key)))
    await watcher.subscribe()
    other = (await client(token)).channel(room, here("other"))
    await other.subscribe()

    async def happened(*wanted: tuple[str, str]) -> None:
        async with asyncio.timeout(SECONDS):
            assert [await seen.get() for _ in wanted] == list(wanted)

    await other.track({"state": "viewing"})
    await happened(("join", "other"))
    await other.track({"state": "typing"})
    await happened(("join", "other"), ("leave", "other"))
    assert ["typing" in meta.values() for meta in watcher.presence_state()["other"]] == [True]
    await other.untrack()
    await happened(("leave", "other"))
    assert watcher.presence_state() == {}
    await other.track({})
    await happened(("join", "other"))
    await other.socket.close()
    await happened(("leave", "other"))


async def test_a_new_token_is_told_to_every_channel(rooms: Rooms, client: Connect) -> None:
    room = rooms.room()
    person = rooms.member(room)
    member = await client(person.token(2))
    heard = await Heard(member.channel(room, private())).subscribed()
    await member.set_auth(person.token(600))
    rooms.send(room, {"id": 1})
    await heard.next()
    rooms.expel(person)
    await member.set_auth(person.token(700))
    assert await heard.state() == RealtimeSubscribeStates.CHANNEL_ERROR
    assert await heard.state() == RealtimeSubscribeStates.CLOSED


async def test_http_send(rooms: Rooms, client: Connect) -> None:
    room = f"{rooms.room()}/with ü"
    writer = await client(rooms.member(room, writes="broadcast").token())
    heard = await Heard((await client(rooms.member(room).token())).channel(room, private())).subscribed()
    await writer.channel(room, private()).http_send("hällo", {"n": 1})
    message = await heard.next()
    assert (message["event"], message["payload"]) == ("hällo", {"n": 1})
    with pytest.raises(RealtimeHTTPError, match="Unauthorized"):
        await heard.channel.http_send("hello", {"n": 2})


async def test_leaving_and_coming_back(rooms: Rooms, client: Connect) -> None:
    room = rooms.room()
    member = await client(rooms.member(room).token())
    for n in range(3):
        heard = await Heard(member.channel(room, private())).subscribed()
        rooms.send(room, {"id": n})
        assert (await heard.next())["payload"] == {"id": n}
        await heard.channel.unsubscribe()
        assert await heard.state() == RealtimeSubscribeStates.CLOSED
        # Only when the server's own close has come too: this client would take it for that of the next channel.
        await Heard(member.channel(rooms.room())).subscribed()
