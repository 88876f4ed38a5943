"""Shared by the tests of live streams: a reader, a proxy that can be cut, and writers that commit out of order."""

from __future__ import annotations

import asyncio
import contextlib
import json
import random
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Self
from uuid import UUID

import jwt
import psycopg
from tests.sdk.fake_realtime import until
from tests.sdk.support import FAST
from tests.sdk.world import Staffed

from helpdesk_sdk import AsyncHelpdesk, AsyncStream, Event

SOCKET = b"/realtime/v1/websocket"


def client(staffed: Staffed, name: str = "agent", *, url: str | None = None, **options: Any) -> AsyncHelpdesk:
    """The client of a person; ``system`` uses the secret key."""
    key = staffed.info.secret_key if name == "system" else staffed.info.publishable_key
    if name != "system":
        options = {"access_token": staffed.tokens[name][0]} | options
    return AsyncHelpdesk(url or staffed.info.api_url, key, **{"backoff": FAST, **options})


def topics_of(hd: AsyncHelpdesk) -> list[str]:
    """The topics that a client is subscribed to."""
    assert hd._hubs is not None
    return [subscription.topic.name for subscription in hd._hubs.current().subscriptions]


def short_token(staffed: Staffed, name: str, seconds: float) -> str:
    """A person's token that expires after so many seconds."""
    secret = json.loads((Path(staffed.info.data_dir) / "secrets.json").read_text())["jwt_secret"]
    claims = jwt.decode(staffed.tokens[name][0], options={"verify_signature": False})
    return jwt.encode(claims | {"exp": time.time() + seconds}, secret, "HS256")


class Reader:
    """Reads a stream in a task of its own."""

    def __init__(self, stream: AsyncStream, seconds_each: float = 0.0) -> None:
        self.stream = stream
        self.events: list[Event] = []
        self.error: Exception | None = None
        self._seconds_each = seconds_each
        self._task = asyncio.create_task(self._read())

    async def _read(self) -> None:
        try:
            async for event in self.stream:
                self.events.append(event)
                if self._seconds_each:
                    await asyncio.sleep(self._seconds_each)
        except Exception as error:
            self.error = error

    @property
    def ids(self) -> list[int]:
        return [event.event_id for event in self.events]

    async def live(self) -> Self:
        await until(lambda: self.stream.live or self.error)
        assert self.error is None
        return self

    async def has(self, count: int, seconds: float = 60) -> None:
        await until(lambda: len(self.events) >= count or self.error, seconds)
        assert self.error is None

    async def end(self) -> None:
        self._task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._task


@asynccontextmanager
async def reading(stream: AsyncStream, **how: Any) -> AsyncIterator[Reader]:
    """A reader whose stream is live."""
    reader = Reader(stream, **how)
    try:
        yield await reader.live()
    finally:
        await reader.end()


class Proxy:
    """A TCP proxy that can be cut, for WebSockets only or for every connection."""

    def __init__(self, port: int) -> None:
        self._upstream = port
        self._open: set[tuple[bytes, asyncio.StreamWriter, asyncio.StreamWriter]] = set()
        self.down = self.sockets_down = False
        self.url = ""

    async def forward(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = b""
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            head = await reader.readuntil(b"\r\n\r\n")
        if not head or self.down or (self.sockets_down and SOCKET in head):
            writer.transport.abort()
            return
        try:
            theirs, ours = await asyncio.open_connection("127.0.0.1", self._upstream)
        except ConnectionError:
            writer.transport.abort()
            return
        ours.write(head)
        connection = (head, writer, ours)
        self._open.add(connection)
        await asyncio.gather(_pump(reader, ours), _pump(theirs, writer))
        self._open.discard(connection)

    def cut(self, *, sockets_only: bool = False) -> None:
        """Break the open connections, and accept none until ``restore``."""
        self.sockets_down, self.down = True, not sockets_only
        for head, *ends in tuple(self._open):
            if SOCKET in head or not sockets_only:
                for end in ends:
                    end.transport.abort()

    def restore(self) -> None:
        self.down = self.sockets_down = False


async def _pump(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    with contextlib.suppress(ConnectionError):
        while data := await source.read(65_536):
            target.write(data)
            await target.drain()
    target.close()


@asynccontextmanager
async def proxy(port: int) -> AsyncIterator[Proxy]:
    made = Proxy(port)
    server = await asyncio.start_server(made.forward, "127.0.0.1", 0)
    made.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    async with server:
        yield made
        made.cut()
        server.close()
        # The tasks end with their connections.
        await asyncio.sleep(0.05)


class Database:
    """The stack's database: for transactions that stay open, and to read the log directly."""

    def __init__(self, staffed: Staffed) -> None:
        self.url = staffed.info.db_url
        with self.connect() as db:
            row = db.execute("select user_id from helpdesk.users where email = 'customer@example.com'").fetchone()
            team = db.execute("select team_id from helpdesk.teams where name = 'Billing'").fetchone()
        assert row is not None
        assert team is not None
        self.customer: UUID = row[0]
        self.billing: UUID = team[0]

    def connect(self) -> psycopg.Connection[Any]:
        return psycopg.connect(self.url)

    def create(self, db: psycopg.Connection[Any], title: str, count: int = 1) -> None:
        """Open tickets, in a transaction that the caller ends."""
        db.execute(
            "select helpdesk.create_ticket(%s, requester_id => %s, team_id => %s) from generate_series(1, %s)",
            (title, self.customer, self.billing, count),
        )

    def write(self, title: str, count: int, seed: int) -> None:
        """Open tickets in transactions that commit out of order with those of others."""
        dice = random.Random(seed)
        with self.connect() as db:
            for number in range(count):
                self.create(db, f"{title} {seed}-{number}")
                time.sleep(dice.random() * 0.004)
                db.commit()

    async def write_many(self, title: str, writers: int, each: int) -> None:
        await asyncio.gather(*[asyncio.to_thread(self.write, title, each, seed) for seed in range(writers)])

    def log(self, after: str) -> list[int]:
        """The ids of all events of Billing after a cursor, in the order of the log."""
        transaction, _, number = after.partition(".")
        with self.connect() as db:
            rows = db.execute(
                "select event_id from helpdesk.events where (xid, event_id) > (%s::xid8, %s) and team_id = %s "
                "order by xid, event_id",
                (transaction, int(number), self.billing),
            )
            return [row[0] for row in rows]
