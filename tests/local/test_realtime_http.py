"""Broadcasts over HTTP: in batches and one by one."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from tests.local.realtime_support import Person, Rooms

BLANK = "can't be blank"
LARGE = {"x": "y" * 3_001_000}


@pytest.fixture
async def http(rooms: Rooms) -> AsyncIterator[httpx.AsyncClient]:
    headers = {"apikey": rooms.key}
    async with httpx.AsyncClient(base_url=f"{rooms.url}/api/", headers=headers, timeout=60) as client:
        yield client


def bearer(person: Person) -> dict[str, str]:
    return {"authorization": f"Bearer {person.token()}"}


def item(room: str, payload: Any, **more: Any) -> dict[str, Any]:
    return {"topic": room, "event": "hello", "payload": payload} | more


async def test_a_batch_goes_to_all_rooms(rooms: Rooms, http: httpx.AsyncClient) -> None:
    room, other = rooms.room(), rooms.room()
    person = rooms.member(room, writes="broadcast")
    async with rooms.socket() as public, rooms.socket() as private, rooms.socket("2.0.0") as modern:
        await public.joined(other)
        await modern.joined(other)
        await private.joined(room, person.token())
        batch = [item(room, {"n": 1}, private=True), item(other, {"n": 2}), item(other, {"n": 3}, id="7", private=True)]
        answer = await http.post("broadcast", json={"messages": batch}, headers=bearer(person))
        assert (answer.status_code, answer.content) == (202, b"")
        assert answer.headers["access-control-allow-origin"] == "*"
        assert (await private.event("broadcast")).payload == {
            "type": "broadcast",
            "event": "hello",
            "payload": {"n": 1},
        }
        for socket in (public, modern):
            assert (await socket.event("broadcast")).payload["payload"] == {"n": 2}
        for socket in (public, private, modern):
            await socket.alive()


async def test_an_id_is_passed_on(rooms: Rooms, http: httpx.AsyncClient) -> None:
    room, id = rooms.room(), "0b9ecc4e-4d6b-4f0e-9a0a-111111111111"
    async with rooms.socket() as socket, rooms.socket("2.0.0") as modern:
        for each in (socket, modern):
            await each.joined(room)
        assert (await http.post("broadcast", json={"messages": [item(room, {}, id=id)]})).status_code == 202
        for each in (socket, modern):
            assert (await each.event("broadcast")).payload["meta"] == {"id": id}


async def test_what_may_not_be_said_is_dropped_from_a_batch(rooms: Rooms, http: httpx.AsyncClient) -> None:
    room, other = rooms.room(), rooms.room()
    reader, writer = rooms.member(room), rooms.member(other, writes="broadcast")
    async with rooms.socket() as socket:
        await socket.joined(room, reader.token())
        await socket.joined(other, writer.token())
        batch = {"messages": [item(room, {"n": 1}, private=True), item(other, {"n": 2}, private=True)]}
        assert (await http.post("broadcast", json=batch, headers=bearer(writer))).status_code == 202
        frame = await socket.event("broadcast")
        assert (frame.topic, frame.payload["payload"]) == (f"realtime:{other}", {"n": 2})
        assert (await http.post("broadcast", json=batch)).status_code == 202
        await socket.alive()
        assert (await http.post("broadcast", json=batch, headers={"apikey": rooms.secret_key})).status_code == 202
        assert {(await socket.event("broadcast")).topic for _ in range(2)} == {f"realtime:{room}", f"realtime:{other}"}


INVALID: list[tuple[Any, dict[str, list[str]]]] = [
    ({"event": "e", "payload": {}}, {"topic": [BLANK]}),
    ({"topic": "t", "payload": {}}, {"event": [BLANK]}),
    ({"topic": "t", "event": "e"}, {"payload": [BLANK]}),
    ({"topic": "t", "event": "e", "payload": [1]}, {"payload": []}),
    (
        {"topic": "t", "event": "e", "payload": {"x": "y" * 3_001_000}},
        {"payload": ["Payload size exceeds tenant limit"]},
    ),
    ({}, {"topic": [BLANK], "event": [BLANK], "payload": [BLANK]}),
]


@pytest.mark.parametrize(("message", "errors"), INVALID)
async def test_a_batch_with_a_bad_message_is_refused(
    rooms: Rooms, http: httpx.AsyncClient, message: Any, errors: dict[str, list[str]]
) -> None:
    room = rooms.room()
    async with rooms.socket() as socket:
        await socket.joined(room)
        answer = await http.post("broadcast", json={"messages": [item(room, {"n": 1}), message]})
        assert answer.status_code == 422
        told = [entry for entry in answer.json()["errors"]["messages"] if entry]
        assert [set(entry) for entry in told] == [set(errors)]
        for field, texts in errors.items():
            assert texts == [] or told[0][field] == texts
        await socket.alive()


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"null", b'{"messages": 1}', b"{}", b"\xff"])
async def test_a_body_that_is_no_batch_is_refused(http: httpx.AsyncClient, content: bytes) -> None:
    answer = await http.post("broadcast", content=content, headers={"content-type": "application/json"})
    assert answer.status_code in {400, 422}


@pytest.mark.parametrize("path", ["broadcast", "broadcast/t/events/e"])
async def test_a_token_that_is_no_good_is_refused(rooms: Rooms, http: httpx.AsyncClient, path: str) -> None:
    person = rooms.member("room:x")
    body = {"messages": [item("t", {})]}
    tokens = [
        person.token(-5),
        "nonsense",
        rooms.sign({"role": "anon"}),
        rooms.sign({"role": "anon", "exp": 9e9}, "x" * 40),
    ]
    for headers in [*({"authorization": f"Bearer {token}"} for token in tokens), {"apikey": ""}, {"apikey": "sb_x"}]:
        answer = await http.post(path, headers=headers, json=body)
        assert (answer.status_code, answer.json()) == (401, {"message": "Unauthorized"}), headers
        assert answer.headers["access-control-allow-origin"] == "*"


async def test_one_message(rooms: Rooms, http: httpx.AsyncClient) -> None:
    room = f"{rooms.room()}/ü ?#%"
    person = rooms.member(room, writes="broadcast")
    path = "broadcast/{}/events/{}".format(*(quote(part, safe="") for part in (room, "jön/x")))
    async with rooms.socket() as public, rooms.socket("2.0.0") as private:
        await public.joined(room)
        await private.joined(room, person.token())
        for query, socket in (("", public), ("?private=true", private), ("?private=false", public)):
            answer = await http.post(path + query, json={"n": 1}, headers=bearer(person))
            assert (answer.status_code, answer.content) == (202, b"")
            expected = {"type": "broadcast", "event": "jön/x", "payload": {"n": 1}}
            assert (await socket.event("broadcast")).payload == expected
        octets = bearer(person) | {"content-type": "application/octet-stream"}
        assert (await http.post(f"{path}?private=true", content=b"\x00\xff", headers=octets)).status_code == 202
        assert (await private.event("broadcast")).payload["payload"] == b"\x00\xff"
        assert (await http.post(path, content=b"\x00\xff", headers=octets)).status_code == 202
        await public.alive()


async def test_one_message_that_may_not_be_said(rooms: Rooms, http: httpx.AsyncClient) -> None:
    room = rooms.room()
    person = rooms.member(room)
    async with rooms.socket() as socket:
        await socket.joined(room, person.token())
        for headers in (bearer(person), {"apikey": rooms.key}):
            answer = await http.post(f"broadcast/{room}/events/e?private=true", json={}, headers=headers)
            assert (answer.status_code, answer.json()) == (403, {"message": "Unauthorized"})
        await socket.alive()


async def test_one_message_of_another_kind(http: httpx.AsyncClient) -> None:
    answer = await http.post("broadcast/t/events/e", content=b"x", headers={"content-type": "text/plain"})
    supported = "Unsupported Media Type. Use application/json or application/octet-stream"
    assert (answer.status_code, answer.json()) == (415, {"error": supported})
    broken = await http.post("broadcast/t/events/e", content=b"{", headers={"content-type": "application/json"})
    assert broken.status_code in {400, 422}
    large = await http.post("broadcast/t/events/e", json=LARGE)
    assert large.status_code in {413, 422}


async def test_other_paths_and_methods(http: httpx.AsyncClient) -> None:
    assert (await http.get("broadcast")).status_code in {404, 405}
    assert (await http.post("broadcast/t")).status_code == 404
    assert (await http.post("else", json={})).status_code == 404
    preflight = await http.options("broadcast", headers={"origin": "https://x.example"})
    assert preflight.is_success
    assert preflight.headers["access-control-allow-origin"] == "*"
