"""A Realtime server on a real WebSocket that misbehaves as a test tells it to, and a listener that records signals."""

from __future__ import annotations

import asyncio
import http
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any

import httpx
import pytest
from pydantic import SecretStr
from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.http11 import Request, Response

from helpdesk_sdk._http.pipeline import ClientContext
from helpdesk_sdk._http.query_builder import builders
from helpdesk_sdk._http.retry import Backoff
from helpdesk_sdk._http.session import SessionStore, session_from_token
from helpdesk_sdk._live import reconnect
from helpdesk_sdk._live.hub import Hub
from helpdesk_sdk._live.hubs import Hubs
from helpdesk_sdk._live.subscriptions import Listener, Signal, SignalKind, Topic
from helpdesk_sdk.errors import HelpdeskError

DENIED = "Unauthorized: You do not have permissions to read from this Channel topic: x"


class FakeRealtime:
    """Replies to joins as ``answer_join`` says: a reason to refuse, None to accept, or False for no reply."""

    def __init__(self) -> None:
        self.answer_join: Callable[[str], str | bool | None] = lambda topic: None
        self.status = 101
        self.closes: Callable[[str], bool] = lambda topic: False
        self.reply_first = True
        self.after_join: Callable[[ServerConnection, str, Any], Awaitable[None]] | None = None
        self.close_delay = 0.0
        self.sockets: list[ServerConnection] = []
        self.connections = 0
        self.messages: list[tuple[str, str, Any]] = []
        self.port = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def received(self, event: str) -> list[tuple[str, Any]]:
        """The topics and payloads of the received messages with this event."""
        return [(topic, payload) for kind, topic, payload in self.messages if kind == event]

    async def push(self, topic: str, event: str, payload: dict[str, Any]) -> None:
        for socket in self.sockets:
            frame = {"topic": f"realtime:{topic}", "event": event, "payload": payload, "ref": None}
            await socket.send(json.dumps(frame))

    async def announce(self, topic: str, **content: Any) -> None:
        message = {"type": "broadcast", "event": content.get("type", "x"), "payload": content}
        await self.push(topic, "broadcast", message)

    async def expire_token(self, topic: str) -> None:
        message = {
            "extension": "system",
            "status": "error",
            "message": "Token has expired 0 seconds ago",
            "channel": topic,
        }
        await self.push(topic, "system", message)
        await self.push(topic, "phx_close", {})

    async def drop_connections(self) -> None:
        for socket in tuple(self.sockets):
            socket.transport.abort()

    def check_request(self, connection: ServerConnection, request: Request) -> Response | None:
        self.connections += 1
        if self.status == 101:
            return None
        return connection.respond(http.HTTPStatus(self.status), '{"error":"no"}')

    async def serve(self, socket: ServerConnection) -> None:
        self.sockets.append(socket)
        with suppress(Exception):
            async with asyncio.TaskGroup() as tasks:
                async for text in socket:
                    tasks.create_task(self._handle(socket, json.loads(text)))
        self.sockets.remove(socket)

    async def _handle(self, socket: ServerConnection, message: dict[str, Any]) -> None:
        topic, event = message["topic"].removeprefix("realtime:"), message["event"]
        self.messages.append((event, topic, message["payload"]))
        if event == "phx_join" and self.after_join is not None and not self.reply_first:
            await self.after_join(socket, topic, message["payload"]["config"])
        answer = self.answer_join(topic) if event == "phx_join" else None
        if answer is False or event == "access_token":
            return
        status = "error" if answer else "ok"
        payload = {"status": status, "response": {"reason": answer} if answer else {}}
        reply = {"topic": message["topic"], "event": "phx_reply", "ref": message["ref"], "payload": payload}
        await socket.send(json.dumps(reply))
        if event == "phx_join" and self.after_join is not None and self.reply_first:
            await self.after_join(socket, topic, message["payload"]["config"])
        if event == "phx_leave" or (event == "phx_join" and self.closes(topic)):
            await asyncio.sleep(self.close_delay)
            await self.push(topic, "phx_close", {})


@asynccontextmanager
async def fake_realtime() -> AsyncIterator[FakeRealtime]:
    fake = FakeRealtime()
    server: Server
    async with serve(fake.serve, "127.0.0.1", 0, process_request=fake.check_request) as server:
        fake.port = next(iter(server.sockets)).getsockname()[1]
        yield fake


class Recorder:
    """A listener that records its signals."""

    def __init__(self, hub: Hub) -> None:
        self.signals: list[Signal] = []
        self.listener: Listener = hub.listen(self.signals.append)

    def set_topics(self, *topics: str) -> None:
        self.listener.set_topics(Topic(topic) for topic in topics)

    def kinds(self, topic: str | None = None) -> list[SignalKind]:
        return [signal.kind for signal in self.signals if topic in {None, signal.topic}]


def hub_for(
    url: str, token: str | None = None, renew: Callable[[SessionStore], HelpdeskError | None] | None = None
) -> Hub:
    """A hub without a client around it; ``renew`` may put another session into the session store."""
    session = session_from_token(token, "refresh" if renew else None) if token else None
    store = SessionStore("sb_publishable_test", session, None, None)
    rest = builders(httpx.Client(headers={"X-Client-Info": "test"}), url)
    context = ClientContext(url, SecretStr("sb_publishable_test"), rest, store, Backoff(), 0)

    async def renew_session() -> HelpdeskError | None:
        return renew(store) if renew else None

    return Hubs(context, renew_session).current()


def fast_retries(monkeypatch: pytest.MonkeyPatch, first: float, longest: float = 60.0) -> None:
    """Shorter waits between the attempts of a hub, without randomness."""
    monkeypatch.setattr(reconnect, "_BACKOFF", Backoff(base=first, cap=longest))
    monkeypatch.setattr(reconnect, "equal_jitter", lambda: 1.0)


async def until(condition: Callable[[], object], seconds: float = 60) -> None:
    """Wait until a condition holds."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "the condition did not come true in time"
        await asyncio.sleep(0.005)
