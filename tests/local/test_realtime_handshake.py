"""Who gets a socket, what else than a key is refused, and what a socket survives."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest
from tests.local.realtime_support import Frame, Rooms
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

Make = Callable[[Rooms], str]

FRAME = {"topic": "phoenix", "event": "heartbeat", "payload": {}, "ref": "9"}


async def refusal(rooms: Rooms, query: dict[str, str], headers: dict[str, str] | None = None) -> tuple[int, Any]:
    """Status and body of a handshake that is refused."""
    url = f"{rooms.url.replace('http', 'ws')}/websocket?{urlencode(query)}"
    with pytest.raises(InvalidStatus) as caught:
        await connect(url, proxy=None, additional_headers=headers or {})
    response = caught.value.response
    return response.status_code, json.loads(response.body or b"null")


def soon() -> int:
    return int(time.time()) + 600


REFUSED: dict[str, tuple[Make, str]] = {
    "expired": (lambda rooms: rooms.member("x").token(-5), "Token has expired"),
    "no role": (lambda rooms: rooms.sign({"exp": soon()}), "Fields `role` and `exp` are required in JWT"),
    "no end": (lambda rooms: rooms.sign({"role": "anon"}), "Fields `role` and `exp` are required in JWT"),
    "no token": (lambda rooms: "nonsense", "The token provided is not a valid JWT"),
    "unknown key": (lambda rooms: "sb_publishable_unknown", "The token provided is not a valid JWT"),
    "forged": (
        lambda rooms: rooms.sign({"role": "service_role", "exp": soon()}, "somebody else's secret, long enough"),
        "Failed to validate JWT signature",
    ),
    "unsigned": (
        lambda rooms: "eyJhbGciOiJub25lIn0.eyJyb2xlIjoic2VydmljZV9yb2xlIiwiZXhwIjo5OTk5OTk5OTk5fQ.",
        "",
    ),
}


@pytest.mark.parametrize("what", REFUSED)
async def test_a_token_that_is_no_good_gets_no_socket(rooms: Rooms, what: str) -> None:
    make, message = REFUSED[what]
    status, body = await refusal(rooms, {"apikey": make(rooms), "vsn": "1.0.0"})
    assert (status, list(body)) == (401, ["error"])
    assert message in body["error"]


async def test_without_a_key_there_is_no_socket(rooms: Rooms) -> None:
    assert await refusal(rooms, {"vsn": "1.0.0"}) == (401, {"error": "API key is missing"})


async def test_the_key_of_the_header_wins(rooms: Rooms) -> None:
    status, body = await refusal(rooms, {"apikey": rooms.key}, {"x-api-key": "nonsense"})
    assert (status, body) == (401, {"error": "The token provided is not a valid JWT"})
    url = f"{rooms.url.replace('http', 'ws')}/websocket"
    async with connect(url, proxy=None, additional_headers={"x-api-key": rooms.key}) as connection:
        await connection.send(json.dumps(FRAME))
        assert json.loads(await connection.recv())["ref"] == "9"


@pytest.mark.parametrize("vsn", ["3.0.0", "0.9.0", "two"])
async def test_an_unknown_version_is_refused(rooms: Rooms, vsn: str) -> None:
    status, _ = await refusal(rooms, {"apikey": rooms.key, "vsn": vsn})
    assert 400 <= status < 500


def test_a_request_that_is_no_socket_is_refused(rooms: Rooms) -> None:
    answer = httpx.get(f"{rooms.url}/websocket", params={"apikey": rooms.key})
    assert 400 <= answer.status_code < 500


WEBSOCKET = {
    "Host": "127.0.0.1",
    "Upgrade": "websocket",
    "Connection": "keep-alive, Upgrade",
    "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA==",
    "Sec-WebSocket-Version": "13",
}
HANDSHAKES: dict[str, tuple[str, dict[str, str], int]] = {
    "as it should be": ("GET", {}, 101),
    "no connection": ("GET", {"Connection": ""}, 400),
    "no key": ("GET", {"Sec-WebSocket-Key": ""}, 400),
    "no version": ("GET", {"Sec-WebSocket-Version": ""}, 426),
    "another version": ("GET", {"Sec-WebSocket-Version": "99"}, 426),
    "another method": ("POST", {}, 400),
    "a host that is none": ("GET", {"Host": "]["}, 400),
}


@pytest.mark.parametrize("what", HANDSHAKES)
def test_a_handshake_that_is_none_is_refused_in_words(rooms: Rooms, what: str) -> None:
    method, other, status = HANDSHAKES[what]
    lines = [f"{method} /realtime/v1/websocket?apikey={rooms.key} HTTP/1.1"]
    lines += [f"{name}: {value}" for name, value in (WEBSOCKET | other).items() if value]
    host, _, port = rooms.stack.info.api_url.removeprefix("http://").partition(":")
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        connection.sendall("\r\n".join([*lines, "", ""]).encode())
        assert connection.recv(64).startswith(f"HTTP/1.1 {status} ".encode())


KEYS: dict[str, Make] = {
    "publishable": lambda rooms: rooms.key,
    "secret": lambda rooms: rooms.secret_key,
    "a person's": lambda rooms: rooms.member("x").token(),
    "HS384": lambda rooms: rooms.sign({"role": "anon", "exp": soon()}, algorithm="HS384"),
    "HS512": lambda rooms: rooms.sign({"role": "anon", "exp": soon()}, algorithm="HS512"),
    "spaces": lambda rooms: f" {rooms.member('x').token()}\n",
}


@pytest.mark.parametrize("which", KEYS)
@pytest.mark.parametrize("vsn", ["1.0.0", "2.0.0"])
async def test_keys_and_tokens_get_a_socket(rooms: Rooms, which: str, vsn: str) -> None:
    async with rooms.socket(vsn, KEYS[which](rooms)) as socket:
        await socket.alive()


async def test_a_heartbeat_needs_no_ref(rooms: Rooms) -> None:
    async with rooms.socket() as socket:
        await socket.push("phoenix", "heartbeat", {}, ref=None)
        assert await socket.receive() == Frame("phoenix", "phx_reply", {"status": "ok", "response": {}}, None)


MALFORMED: dict[str, str | bytes] = {
    "no JSON": "{",
    "no text": "",
    "a number": "1",
    "null": "null",
    "the other version": json.dumps([None, "1", "realtime:x", "phx_join", {}]),
    "nothing in it": "{}",
    "no topic": json.dumps({"event": "heartbeat", "payload": {}, "ref": "1"}),
    "no event": json.dumps({"topic": "phoenix", "payload": {}, "ref": "1"}),
    "no payload": json.dumps({"topic": "phoenix", "event": "heartbeat", "ref": "1"}),
    "no ref": json.dumps({"topic": "phoenix", "event": "heartbeat", "payload": {}}),
    "a topic that is none": json.dumps({"topic": ["x"], "event": "heartbeat", "payload": {}, "ref": "1"}),
    "an event that is none": json.dumps({"topic": "realtime:x", "event": {}, "payload": {}, "ref": "1"}),
    "deep": "[" * 100_000,
    "half a character": '{"topic": "\ud800", "event": "x", "payload": {}}'.encode("utf-8", "surrogatepass"),
    "no bytes": b"",
    "unknown kind": b"\x09\x01\x01",
    "the server's kind": b"\x04\x01\x01\x00\x01tepayload",
    "too short": b"\x03\xff\xff\xff\xff\xff\x01abc",
    "only its kind": b"\x03",
    "no UTF-8": b"\x03\x00\x01\x01\x01\x00\x01\xff\xff\xff{}",
    "JSON that is none": b"\x03\x00\x01\x0a\x01\x00\x011realtime:xe{",
    "bytes for a topic that is none": b"\x03\x00\x01\x03\x01\x00\x001xyze\x00\x01",
    "garbage": bytes(range(256)) * 64,
}


@pytest.mark.parametrize("vsn", ["1.0.0", "2.0.0"])
async def test_malformed_frames_are_dropped(rooms: Rooms, vsn: str) -> None:
    """A frame that can be read, but is for no channel, may be answered as such."""
    async with rooms.socket(vsn) as socket:
        for what, frame in MALFORMED.items():
            if vsn.startswith("2") and what == "the other version":
                frame = json.dumps({"topic": "realtime:x", "event": "phx_join", "payload": {}, "ref": "1"})
            await socket.connection.send(frame)
            await socket.connection.send("\x00")
        ref = await socket.push("phoenix", "heartbeat", {}, ref="the last")
        seen = []
        while (frame_seen := await socket.receive()).ref != ref:
            seen.append(frame_seen)
        assert all(frame.payload["response"] == {"reason": "unmatched topic"} for frame in seen), seen
        await socket.joined(rooms.room())


async def test_a_frame_that_is_too_large_costs_the_socket_and_nobody_else(rooms: Rooms) -> None:
    room = rooms.room()
    async with rooms.socket() as other, rooms.socket() as socket:
        await other.joined(room)
        await socket.joined(room)
        with suppress(ConnectionClosed):
            await socket.broadcast(room, {"text": "x" * 5_100_000})
        with pytest.raises(ConnectionClosed):
            await socket.receive()
        await other.alive()
