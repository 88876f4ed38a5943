"""Many subscribers in one thread: sockets that join one private channel each and note when which event came.

It speaks just enough of the protocol (vsn 2.0.0) with as little work as Python allows: at 100,000 frames a second a
client library would be what is measured.
"""

from __future__ import annotations

import base64
import json
import os
import re
import selectors
import socket
import struct
import time
from array import array
from collections.abc import Callable, Sequence
from multiprocessing.connection import Connection
from types import TracebackType
from typing import Self
from urllib.parse import quote, urlsplit

_EVENT = re.compile(rb'"event_id":\s*(\d+)')
_TEXT, _BINARY, _CLOSE, _PING, _PONG = 1, 2, 8, 9, 10
_AT_ONCE = 40
_READ = 1 << 18
_SECONDS = 30.0


class _Subscriber:
    """One socket."""

    def __init__(self, crowd: Crowd) -> None:
        self.crowd = crowd
        self.rest = b""
        self.replied = b""
        host, port = crowd.address
        self.socket = socket.create_connection((host, port), _SECONDS)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        key = base64.b64encode(os.urandom(16)).decode()
        self.socket.sendall(
            f"GET {crowd.path} HTTP/1.1\r\nHost: {host}:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
        )

    def opened(self) -> None:
        """Wait for the response to the handshake."""
        answer = b""
        while b"\r\n\r\n" not in answer:
            part = self.socket.recv(4096)
            assert part, "the gateway closed the connection"
            answer += part
        head, _, self.rest = answer.partition(b"\r\n\r\n")
        assert b" 101 " in head.splitlines()[0], head.decode()

    def ask_to_join(self, topic: str, token: str) -> None:
        """Send a join of a private channel."""
        payload = {"config": {"private": True, "broadcast": {}, "presence": {}}, "access_token": token}
        self.send_message(["1", "1", f"realtime:{topic}", "phx_join", payload])

    def joined(self) -> None:
        """Wait until the channel is joined."""
        while not self.replied:
            self.receive()
        assert b'"status":"ok"' in self.replied, self.replied.decode()

    def send_message(self, frame: Sequence[object]) -> None:
        """Send a text frame."""
        self.send(_TEXT, json.dumps(frame).encode())

    def send(self, opcode: int, data: bytes) -> None:
        """Send a frame. A client's frame must have a mask; a mask of zeros leaves the data as they are."""
        size = bytes([0x80 | len(data)]) if len(data) < 126 else struct.pack("!BH", 0x80 | 126, len(data))
        self.socket.sendall(bytes([0x80 | opcode]) + size + bytes(4) + data)

    def receive(self) -> None:
        """Read the frames that have arrived. When the connection has ended, the crowd removes this subscriber."""
        try:
            data = self.socket.recv(_READ)
        except ConnectionError:
            data = b""
        if not data:
            self.crowd.lose(self)
            return
        now = time.monotonic_ns()
        if self.rest:
            data = self.rest + data
        position, size = 0, len(data)
        while size - position >= 2:
            length, start = data[position + 1], position + 2
            if length == 126:
                if size - position < 4:
                    break
                length, start = data[position + 2] << 8 | data[position + 3], position + 4
            assert length < 65536, "a frame this large was not asked for"
            end = start + length
            if end > size:
                break
            opcode = data[position] & 15
            if opcode == _BINARY:
                found = _EVENT.search(data, start, end)
                if found:
                    self.crowd.events.append(int(found[1]))
                    self.crowd.times.append(now)
            else:
                self._control(opcode, data[start:end])
            position = end
        self.rest = data[position:]

    def _control(self, opcode: int, payload: bytes) -> None:
        if opcode == _PING:
            self.send(_PONG, payload)
        elif opcode == _TEXT and b'"phx_reply"' in payload and b'"phoenix"' not in payload:
            self.replied = payload


class Crowd:
    """Subscribers, each with a socket of its own.

    Attributes:
        events, times: For each frame, its event and when it arrived (`time.monotonic_ns`).
        lost: How many sockets the gateway has closed.
    """

    def __init__(self, api_url: str, key: str) -> None:
        parts = urlsplit(api_url)
        self.address = (parts.hostname or "127.0.0.1", parts.port or 80)
        self.path = f"/realtime/v1/websocket?apikey={quote(key)}&vsn=2.0.0"
        self.events, self.times = array("q"), array("q")
        self.lost = 0
        self._subscribers: set[_Subscriber] = set()
        self._selector = selectors.DefaultSelector()

    def __len__(self) -> int:
        return len(self._subscribers)

    def join(self, topics: Sequence[str], token: str) -> float:
        """Add a subscriber for each topic; returns the seconds that this took."""
        began = time.monotonic()
        for start in range(0, len(topics), _AT_ONCE):
            some = topics[start : start + _AT_ONCE]
            new = [_Subscriber(self) for _ in some]
            self._subscribers.update(new)
            for subscriber in new:
                subscriber.opened()
            for subscriber, topic in zip(new, some, strict=True):
                subscriber.ask_to_join(topic, token)
            for subscriber in new:
                subscriber.joined()
                self._selector.register(subscriber.socket, selectors.EVENT_READ, subscriber)
        return time.monotonic() - began

    def reset(self) -> None:
        """Forget all frames so far, and send heartbeats: a silent socket is closed after a minute."""
        self.events, self.times = array("q"), array("q")
        for subscriber in self._subscribers:
            subscriber.send_message([None, "2", "phoenix", "heartbeat", {}])

    def listen(
        self, seconds: float, until: Connection | None = None, enough: Callable[[], bool] = lambda: False
    ) -> None:
        """Read frames for so many seconds, or until a pipe has data, or until `enough()`."""
        deadline = time.monotonic() + seconds
        if until:
            self._selector.register(until, selectors.EVENT_READ, None)
        try:
            while (left := deadline - time.monotonic()) > 0 and not enough():
                for key, _ in self._selector.select(min(left, 0.5)):
                    if key.data is None:
                        return
                    key.data.receive()
        finally:
            if until:
                self._selector.unregister(until)

    def lose(self, subscriber: _Subscriber) -> None:
        """Remove a subscriber whose socket the gateway has closed."""
        assert subscriber.replied, "the gateway closed a connection that was to join"
        self.lost += 1
        self._selector.unregister(subscriber.socket)
        self._subscribers.discard(subscriber)
        subscriber.socket.close()

    def leave(self) -> None:
        """Close all sockets."""
        for subscriber in self._subscribers:
            if subscriber.socket.fileno() in self._selector.get_map():
                self._selector.unregister(subscriber.socket)
            subscriber.socket.close()
        self._subscribers.clear()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.leave()
        self._selector.close()
