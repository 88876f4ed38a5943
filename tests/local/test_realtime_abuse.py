"""Odd and hostile use that must harm nobody: strange values, spoofed events, hurry, and other people's databases."""

from __future__ import annotations

import asyncio
import json
import threading
import time
from typing import TYPE_CHECKING

import httpx
import psycopg
import pytest
from tests.local.realtime_support import Frame, Rooms, Socket
from websockets.asyncio.client import connect

if TYPE_CHECKING:
    from helpdesk_sdk.testing import Project

JOINED = {"status": "ok", "response": {"postgres_changes": []}}


@pytest.mark.parametrize("room", ["room:\x00", "room:\ud800", "room:\u202e", " ", "room:%00", "room:\\", "room:'\""])
async def test_topics_that_sql_would_not_like(rooms: Rooms, room: str) -> None:
    async with rooms.socket() as socket:
        member = rooms.member(rooms.room())
        assert (await socket.refused(room, member.token())).startswith("Unauthorized: ")
        await socket.joined(room)
        await socket.broadcast(room, {"x": "\x00\ud800"})
        await socket.alive()
        await socket.joined("room:else", rooms.member("room:else").token())


DEEP = 200_000


@pytest.mark.parametrize("vsn", ["1.0.0", "2.0.0"])
@pytest.mark.parametrize("event", ["broadcast", "presence", "phx_join", "access_token", "anything"])
async def test_values_of_great_depth(rooms: Rooms, event: str, vsn: str) -> None:
    """What cannot be passed on is dropped; everybody else goes on."""
    room = rooms.room()
    deep = "[" * DEEP + "]" * DEEP
    payloads = {
        "broadcast": '{"type": "broadcast", "event": "e", "payload": {"deep": %s}}',
        "presence": '{"type": "presence", "event": "track", "payload": {"deep": %s}}',
        "phx_join": '{"config": {"postgres_changes": [{"table": "t", "deep": %s}], "presence": {"key": %s}}}',
        "access_token": '{"access_token": %s}',
        "anything": '{"deep": %s}',
    }
    payload = payloads[event].replace("%s", deep)
    async with rooms.socket(vsn) as socket, rooms.socket() as other:
        await socket.joined(room, presence={"key": "deep"})
        await other.joined(room)
        topic = f"realtime:{room}"
        if socket.binary:
            await socket.connection.send(f'["1", "9", "{topic}", "{event}", {payload}]')
        else:
            frame = f'{{"topic": "{topic}", "event": "{event}", "payload": {payload}, "ref": "9"}}'
            await socket.connection.send(frame)
        await socket.push("phoenix", "heartbeat", {}, ref="after")
        await _read_to(socket, '"after"')
        rooms.send(room, {"id": "last"}, private=False)
        await _read_to(other, '"last"')


async def _read_to(socket: Socket, text: str) -> None:
    """Drop frames up to one with a text. Others may be of great depth, at which Python's own parser gives up."""
    async with asyncio.timeout(60):
        while text not in str(await socket.connection.recv()):
            pass


async def test_a_client_cannot_speak_as_the_server(rooms: Rooms) -> None:
    room = rooms.room()
    async with rooms.socket() as spoofer, rooms.socket() as victim:
        await spoofer.joined(room)
        await victim.joined(room)
        for event in ("system", "presence_state", "presence_diff", "postgres_changes", "phx_reply", "phx_close"):
            await spoofer.push(room, event, {"status": "error", "joins": {"x": {"metas": []}}, "leaves": {}})
        await spoofer.push(room, "phx_error", {})
        await spoofer.alive()
        await victim.alive()


async def test_hurried_clients(rooms: Rooms) -> None:
    """Joined twice, tracked and left before any answer: the last word counts, and nothing is left behind."""
    room = rooms.room()
    member = rooms.member(room, writes="broadcast presence")
    config = {"private": True, "presence": {"enabled": True, "key": "hurried"}}
    payload = {"config": config, "access_token": member.token()}
    async with rooms.socket() as socket, rooms.socket() as other:
        await other.joined(room, member.token(), presence={"enabled": True})
        await other.event("presence_state")
        await socket.push(room, "phx_join", payload)
        second = await socket.push(room, "phx_join", payload)
        await socket.push(room, "presence", {"event": "track", "payload": {}})
        left = await socket.push(room, "phx_leave", {})
        frames: list[Frame] = []
        while not frames or frames[-1].event != "phx_close" or frames[-1].ref != second:
            frames.append(await socket.receive())
        replies = {frame.ref: frame.payload for frame in frames if frame.event == "phx_reply"}
        assert (replies[second], replies[left]["status"]) == (JOINED, "ok")
        assert list((await other.event("presence_diff")).payload["joins"]) == ["hurried"]
        assert list((await other.event("presence_diff")).payload["leaves"]) == ["hurried"]
        rooms.send(room, {})
        await other.event("broadcast")
        await socket.alive()


async def test_sockets_that_die_while_they_join(rooms: Rooms) -> None:
    room = rooms.room()
    token = rooms.member(room).token()
    url = f"{rooms.url.replace('http', 'ws')}/websocket?apikey={rooms.key}"
    config = {"private": True, "presence": {"enabled": True}, "broadcast": {"replay": {"since": 1}}}
    payload = {"config": config, "access_token": token}
    frame = json.dumps({"topic": f"realtime:{room}", "event": "phx_join", "ref": "1", "payload": payload})

    async def die() -> None:
        async with connect(url, proxy=None) as connection:
            await connection.send(frame)
            connection.transport.abort()

    await asyncio.gather(*(die() for _ in range(100)))
    async with rooms.socket() as socket:
        await socket.joined(room, token, presence={"enabled": True})
        assert (await socket.event("presence_state")).payload == {}
        rooms.send(room, {})
        await socket.event("broadcast")


async def test_pings_are_answered(rooms: Rooms) -> None:
    async with rooms.socket() as socket:
        await asyncio.wait_for(await socket.connection.ping(), 30)


async def test_who_joins_in_the_middle_misses_and_repeats_nothing(rooms: Rooms) -> None:
    """The past and the present meet: whatever is committed while a channel joins comes once, one way or the other."""
    room = rooms.room()
    token = rooms.member(room).token()
    stop = threading.Event()

    def speak() -> None:
        n = 0
        with rooms.database() as db:
            while not stop.is_set() and n < 5000:
                db.execute("select realtime.send(jsonb_build_object('n', %s::int), 'e', %s)", (n, room))
                n += 1
                time.sleep(0.002)

    speaker = threading.Thread(target=speak)
    speaker.start()
    try:
        since = int(time.time() * 1000) - 5000
        for _ in range(12):
            async with rooms.socket() as socket:
                await socket.joined(room, token, broadcast={"replay": {"since": since}})
                seen = [(await socket.event("broadcast")).payload["payload"]["n"] for _ in range(60)]
            assert seen == list(range(seen[0], seen[0] + 60))
    finally:
        stop.set()
        speaker.join()


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("broadcast/%E0%A4/events/e", b"{}"),
        ("broadcast/t/events/%ff", b"{}"),
        ("broadcast/room%3A%00/events/e?private=true", b"{}"),
        ("broadcast/%2e%2e/events/%2e", b"{}"),
        ("broadcast", b'{"messages": ' + b"[" * 100_000 + b"]" * 100_000 + b"}"),
        ("broadcast", b'{"messages": [null, 1, "x", [], {}]}'),
        ("broadcast", b'{"messages": [{"topic": "room:\\u0000", "event": "e", "payload": {}, "private": true}]}'),
        ("broadcast", b'{"messages": [{"topic": {}, "event": [], "payload": {}, "private": "yes", "id": {}}]}'),
        ("broadcast", b'{"messages": []}'),
        ("broadcast/t/events/e", b"[" * 100_000 + b"]" * 100_000),
        ("broadcast/t/events/e", b"x" * 9_000_000),
    ],
)
async def test_requests_that_make_no_sense(rooms: Rooms, path: str, body: bytes) -> None:
    headers = {"apikey": rooms.key, "content-type": "application/json"}
    async with httpx.AsyncClient(base_url=f"{rooms.url}/api/", headers=headers, timeout=60) as http:
        answer = await http.post(path, content=body)
        assert answer.status_code < 500, answer.text
        assert answer.headers["access-control-allow-origin"] == "*"
        assert (await http.post("broadcast/t/events/e", json={})).status_code == 202


async def test_whoever_notifies_gets_nobodys_messages_and_spoils_none(rooms: Rooms) -> None:
    """A notice by SQL reaches nobody; on the gateway's own channel it brings no stored message to another topic."""
    mine, theirs = rooms.room(), rooms.room()
    async with rooms.socket() as socket:
        await socket.joined(mine, rooms.member(mine).token())
        secret = rooms.send(theirs, {"text": "s" * 9_000})
        with rooms.database() as db:
            at = db.execute("select inserted_at from realtime.messages where id = %s", (secret,)).fetchone()
            assert at is not None
            notice = {"id": secret, "inserted_at": at[0].isoformat(), "event": "e", "private": True, "fetch": True}
            own = {"id": secret, "inserted_at": notice["inserted_at"], "topic": mine, "event": "e", "private": True}
            db.execute("select pg_notify('helpdesk_realtime', %s)", (json.dumps(own | {"payload": {"n": -1}}),))
            with db.transaction():
                for forged in (
                    {"topic": mine},
                    {"topic": mine, "id": "not-a-uuid"},
                    {"topic": mine, "inserted_at": "-"},
                ):
                    notify = "select pg_notify(channel, %s) from realtime.local_feed"
                    db.execute(notify, (json.dumps(notice | forged),))
                for n in range(3):
                    db.execute("select realtime.send(%s, 'news', %s)", (json.dumps({"n": n, "x": "y" * 9_000}), mine))
        assert [(await socket.event("broadcast")).payload["payload"]["n"] for _ in range(3)] == [0, 1, 2]


async def test_two_projects_are_two_worlds(rooms: Rooms, helpdesk_project: Project) -> None:
    """Databases of one server, served by one gateway or another: nothing crosses."""
    project = helpdesk_project
    url = f"{project.url.replace('http', 'ws')}/realtime/v1/websocket?apikey={project.secret_key}"
    here = rooms.room()
    join = {"topic": f"realtime:{here}", "event": "phx_join", "ref": "1", "payload": {"config": {"private": True}}}
    async with rooms.socket(key=rooms.secret_key) as socket, connect(url, proxy=None) as other:
        await socket.joined(here, rooms.secret_key)
        await other.send(json.dumps(join))
        assert json.loads(await other.recv())["payload"] == JOINED
        rooms.send(here, {"id": "here"})
        with psycopg.connect(project.db_url) as db:
            db.execute("""select realtime.send('{"id": "there"}', 'e', %s)""", (here,))
        assert (await socket.event("broadcast")).payload["payload"] == {"id": "here"}
        assert json.loads(await other.recv())["payload"]["payload"] == {"id": "there"}
        await socket.alive()
    answer = httpx.post(f"{project.url}/realtime/v1/api/broadcast", headers={"apikey": "nonsense"}, json={})
    assert answer.status_code == 401
