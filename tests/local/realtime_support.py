"""What the tests of Realtime share: frames as they go over the wire, people with tokens, and a host's policies."""

from __future__ import annotations

import asyncio
import itertools
import json
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, LiteralString, NamedTuple
from urllib.parse import quote
from uuid import uuid4

import jwt
import psycopg
from websockets.asyncio.client import ClientConnection, connect

from helpdesk_sdk.local import Stack

# Only a hang takes so long, on a machine that is overloaded as well.
SECONDS = 40.0


class Frame(NamedTuple):
    """A frame of the server's, whichever version it came in."""

    topic: str
    event: str
    payload: Any
    ref: str | None = None
    join_ref: str | None = None


@dataclass(frozen=True)
class Person:
    """Somebody with a login; the tests sign their tokens."""

    world: Rooms = field(repr=False)
    id: str = field(default_factory=lambda: str(uuid4()))

    def token(self, seconds: float = 600, **claims: Any) -> str:
        """A token that is good for so long."""
        return self.world.sign({"sub": self.id, "role": "authenticated", "exp": int(time.time() + seconds)} | claims)


class Rooms:
    """A stack whose host lets the members of `room:…` listen, and some of them speak; nobody else."""

    def __init__(self, stack: Stack) -> None:
        self.stack = stack
        with self.database() as db:
            db.execute(_POLICIES)

    @property
    def key(self) -> str:
        return self.stack.info.publishable_key

    @property
    def secret_key(self) -> str:
        return self.stack.info.secret_key

    @property
    def url(self) -> str:
        """Where Realtime is, for HTTP."""
        return f"{self.stack.info.api_url}/realtime/v1"

    @cached_property
    def jwt_secret(self) -> str:
        path = Path(self.stack.info.data_dir) / "secrets.json"
        return str(json.loads(path.read_text())["jwt_secret"])

    def sign(self, claims: dict[str, Any], secret: str | None = None, algorithm: str = "HS256") -> str:
        """A token, signed by the stack unless another secret is given."""
        return jwt.encode(claims, secret or self.jwt_secret, algorithm)

    def database(self) -> psycopg.Connection:
        """A superuser's connection; what is written is there at once."""
        return psycopg.connect(self.stack.info.db_url, autocommit=True)

    def room(self) -> str:
        """A topic that nobody else uses."""
        return f"room:{uuid4()}"

    def member(self, room: str, reads: str = "broadcast presence", writes: str = "") -> Person:
        """A new person who may read and write the named extensions in a room."""
        person = Person(self)
        with self.database() as db:
            db.execute(
                "insert into rooms.members values (%s, %s, %s, %s)", (room, person.id, reads.split(), writes.split())
            )
        return person

    def expel(self, person: Person) -> None:
        """Take all rights of a person away."""
        with self.database() as db:
            db.execute("delete from rooms.members where user_id = %s", (person.id,))

    def send(self, room: str, payload: Any, event: str = "news", private: bool = True) -> str:
        """Broadcast from the database; the id of the message."""
        with self.database() as db:
            db.execute("select realtime.send(%s::jsonb, %s, %s, %s)", (json.dumps(payload), event, room, private))
            row = db.execute(
                "select id::text from realtime.messages where topic = %s order by inserted_at desc limit 1", (room,)
            ).fetchone()
        assert row
        return str(row[0])

    async def delivered(self) -> None:
        """Wait until what the database sent so far is delivered: whoever joins now receives it from a replay only."""
        room = self.room()
        async with self.socket() as socket:
            await socket.joined(room)
            self.send(room, {}, private=False)
            await socket.event("broadcast")

    @asynccontextmanager
    async def socket(self, vsn: str = "1.0.0", key: str | None = None, **headers: str) -> AsyncIterator[Socket]:
        """A raw socket, closed in the end. Headers are named as in Python: `x_team`."""
        url = f"{self.url.replace('http', 'ws')}/websocket?apikey={quote(key or self.key)}&vsn={vsn}"
        extra = {name.replace("_", "-"): value for name, value in headers.items()}
        async with connect(url, max_size=None, proxy=None, additional_headers=extra) as connection:
            yield Socket(connection, vsn)


class Socket:
    """A client that only says what it is told to."""

    def __init__(self, connection: ClientConnection, vsn: str) -> None:
        self.connection = connection
        self.binary = vsn.startswith("2")
        self._refs = map(str, itertools.count(1))
        self._joins: dict[str, str] = {}

    async def push(self, topic: str, event: str, payload: Any, ref: str | None = "", **other: Any) -> str:
        """Send a text frame; the ref that it carries. Topics without `realtime:` get it."""
        ref = next(self._refs) if ref == "" else ref
        topic = topic if topic == "phoenix" else f"realtime:{topic}"
        join_ref = other.pop("join_ref", self._joins.get(topic))
        if event == "phx_join":
            join_ref = self._joins[topic] = ref or ""
        frame: Any = {"topic": topic, "event": event, "payload": payload, "ref": ref, "join_ref": join_ref}
        if self.binary:
            frame = [join_ref, ref, topic, event, payload]
        await self.connection.send(json.dumps(frame))
        return ref or ""

    async def push_binary(self, room: str, event: str, payload: bytes, *, json: bool, meta: str = "") -> str:
        """Send a broadcast as a binary frame."""
        ref, topic = next(self._refs), f"realtime:{room}"
        names = [name.encode() for name in (self._joins.get(topic, ""), ref, topic, event, meta)]
        head = bytes([3, *map(len, names), 1 if json else 0])
        await self.connection.send(head + b"".join(names) + payload)
        return ref

    async def receive(self) -> Frame:
        """The next frame."""
        async with asyncio.timeout(SECONDS):
            return decode(await self.connection.recv())

    async def find(self, wanted: Callable[[Frame], bool]) -> Frame:
        """The next frame that is wanted; others are dropped."""
        while not wanted(frame := await self.receive()):
            pass
        return frame

    async def event(self, event: str) -> Frame:
        """The next frame, which must be of this event."""
        frame = await self.receive()
        assert frame.event == event, frame
        return frame

    async def reply(self, ref: str) -> dict[str, Any]:
        """The next frame, which must be the reply to a push; its payload."""
        frame = await self.event("phx_reply")
        assert frame.ref == ref
        payload: dict[str, Any] = frame.payload
        return payload

    async def join(self, room: str, token: str | None = None, **config: Any) -> dict[str, Any]:
        """Join a room; the payload of the reply."""
        payload: dict[str, Any] = {"config": {"private": token is not None} | config}
        if token is not None:
            payload["access_token"] = token
        return await self.reply(await self.push(room, "phx_join", payload))

    async def joined(self, room: str, token: str | None = None, **config: Any) -> None:
        """Join a room, which must succeed."""
        assert await self.join(room, token, **config) == {"status": "ok", "response": {"postgres_changes": []}}

    async def refused(self, room: str, token: str | None = None, **config: Any) -> str:
        """Join a room, which must fail; the reason."""
        reply = await self.join(room, token, **config)
        assert reply["status"] == "error"
        return str(reply["response"]["reason"])

    async def broadcast(self, room: str, payload: Any, event: str = "hello", **extra: Any) -> str:
        """Broadcast in a text frame; the ref."""
        message = {"type": "broadcast", "event": event, "payload": payload} | extra
        return await self.push(room, "broadcast", message)

    async def alive(self) -> None:
        """Everything received so far has been answered: nothing but the reply to a heartbeat comes."""
        ref = await self.push("phoenix", "heartbeat", {})
        assert await self.receive() == Frame("phoenix", "phx_reply", {"status": "ok", "response": {}}, ref)


def decode(data: str | bytes) -> Frame:
    """Read a frame of the server's."""
    if isinstance(data, bytes):
        assert data[0] == 4, data[:40]
        *sizes, encoding = data[1:5]
        names, start = [], 5
        for size in sizes:
            names.append(data[start : start + size].decode())
            start += size
        topic, event, meta = names
        payload = json.loads(data[start:]) if encoding else data[start:]
        message = {"type": "broadcast", "event": event, "payload": payload}
        return Frame(topic, "broadcast", message | ({"meta": json.loads(meta)} if meta else {}))
    frame = json.loads(data)
    if isinstance(frame, list):
        join_ref, ref, topic, event, payload = frame
        return Frame(topic, event, payload, ref, join_ref)
    assert set(frame) == {"topic", "event", "payload", "ref"}
    return Frame(**frame)


_POLICIES: LiteralString = """
create schema if not exists rooms;
create table if not exists rooms.members (
  room text, user_id uuid, reads text[] not null, writes text[] not null, primary key (room, user_id)
);
grant usage on schema rooms to authenticated;
grant select on rooms.members to authenticated;

drop policy if exists "rooms: members listen" on realtime.messages;
create policy "rooms: members listen" on realtime.messages for select to authenticated using (
  exists (
    select from rooms.members as m
    where m.room = (select realtime.topic()) and m.user_id::text = (select auth.jwt() ->> 'sub')
      and extension = any (m.reads)
  )
  and case (select realtime.topic())
    when 'room:broken' then 1 / (length(topic) - length(topic)) = 0
    when 'room:blue' then current_setting('request.headers')::json ->> 'x-team' = 'blue'
    when 'room:slow' then pg_sleep(length(topic) / 9.0) is not null
    else true
  end
);
drop policy if exists "rooms: some speak" on realtime.messages;
create policy "rooms: some speak" on realtime.messages for insert to authenticated with check (
  exists (
    select from rooms.members as m
    where m.room = (select realtime.topic()) and m.user_id = (select auth.uid()) and extension = any (m.writes)
  )
  and case when (select realtime.topic()) = 'room:mute' then 1 / (length(topic) - length(topic)) = 0 else true end
);
"""
