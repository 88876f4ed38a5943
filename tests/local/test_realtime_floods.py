"""Clients that ask for too much: whatever they pile up is bounded, and is theirs to wait for, not everybody's."""

from __future__ import annotations

import asyncio
from pathlib import Path

import httpx
import pytest
from tests.local.realtime_support import SECONDS, Rooms, Socket
from websockets.exceptions import ConnectionClosed


def log_lines(rooms: Rooms) -> list[str]:
    """The gateway's log."""
    return (Path(rooms.stack.info.data_dir) / "gateway.log").read_text().splitlines()


async def logged(rooms: Rooms, text: str, known: int = 0) -> list[str]:
    """The lines with a text, once there are more of them than were known."""
    async with asyncio.timeout(SECONDS):
        while len(found := [line for line in log_lines(rooms) if text in line]) <= known:
            await asyncio.sleep(0.05)
    return found


async def test_who_joins_again_and_again_waits_alone(rooms: Rooms) -> None:
    """The rights of a channel that another one replaced are nobody's business; a socket asks for two at a time."""
    room = rooms.room()
    slow = {"config": {"private": True}, "access_token": rooms.member("room:slow").token()}
    member = rooms.member(room).token()
    async with rooms.socket() as flood, rooms.socket() as other:
        # One after the other they would take minutes, two at a time more than anybody here waits.
        for _ in range(200):
            last = await flood.push("room:slow", "phx_join", slow)
        await other.joined(room, member)
        assert (await flood.reply(last))["status"] == "ok"
        await flood.alive()


async def test_what_a_socket_asked_ends_with_it(rooms: Rooms) -> None:
    token = rooms.member("room:slow").token()
    slow = {"config": {"private": True}, "access_token": token}
    for _ in range(4):
        async with rooms.socket() as flood:
            for _ in range(100):
                await flood.push("room:slow", "phx_join", slow)
            flood.connection.transport.abort()
    async with rooms.socket() as socket:
        await socket.joined("room:slow", token)


async def test_a_topic_cannot_write_lines_of_the_log(rooms: Rooms) -> None:
    before = len(log_lines(rooms))
    room = f"{rooms.room()}\nINJECTED error: the database was dropped\x1b[31m\x00"
    async with rooms.socket() as socket:
        await socket.refused(room, rooms.key)
        await socket.alive()
    await logged(rooms, "Unauthorized: ")
    text = "\n".join(log_lines(rooms)[before:])
    assert "\nINJECTED" not in text
    assert "\x1b" not in text
    assert "\x00" not in text


@pytest.mark.parametrize("vsn", ["1.0.0", "2.0.0"])
async def test_bad_frames_are_logged_once_for_a_socket(rooms: Rooms, vsn: str) -> None:
    kind = "MalformedWebSocketMessage"
    before = sum(kind in line for line in log_lines(rooms))
    async with rooms.socket(vsn) as socket:
        for _ in range(500):
            await socket.connection.send("x")
        await socket.alive()
    assert len(await logged(rooms, kind, before)) == before + 1


async def test_a_batch_has_an_end(rooms: Rooms) -> None:
    message = {"topic": rooms.room(), "event": "e", "payload": {}, "private": True}
    headers = {"apikey": rooms.secret_key}
    async with httpx.AsyncClient(base_url=f"{rooms.url}/api/", headers=headers, timeout=60) as http:
        answer = await http.post("broadcast", json={"messages": [message] * 1001})
        expected = {"message": "Too many messages to broadcast, please reduce the batch size"}
        assert (answer.status_code, answer.json()) == (422, expected)
        assert (await http.post("broadcast", json={"messages": [message] * 1000})).status_code == 202


async def test_what_is_said_before_the_join_is_answered_is_heard_after_it(rooms: Rooms) -> None:
    slow = rooms.member("room:slow", writes="broadcast").token()
    async with rooms.socket() as socket, rooms.socket() as other:
        await other.joined("room:slow", slow)
        joining = await socket.push("room:slow", "phx_join", {"config": {"private": True}, "access_token": slow})
        await socket.broadcast("room:slow", {"n": 1})
        assert (await socket.reply(joining))["status"] == "ok"
        await socket.broadcast("room:slow", {"n": 2})
        assert [(await other.event("broadcast")).payload["payload"] for _ in range(2)] == [{"n": 1}, {"n": 2}]


async def test_what_waits_for_a_join_is_bounded(rooms: Rooms) -> None:
    """A client that sends megabytes before it is let in is refused; it was told nothing, so it may come again."""
    slow = rooms.member("room:slow").token()
    large = {"event": "track", "payload": {"x": "y" * 4_000_000}}
    async with rooms.socket() as socket:
        joining = await socket.push("room:slow", "phx_join", {"config": {"private": True}, "access_token": slow})
        for _ in range(3):
            await socket.push("room:slow", "presence", large)
        reply = (await socket.find(lambda frame: frame.ref == joining)).payload
        assert reply["response"]["reason"] == "ChannelRateLimitReached: Too many channels"
        await socket.joined("room:slow", slow)


async def test_what_waits_for_a_right_is_bounded(rooms: Rooms) -> None:
    """The bound is the socket's, not the channel's: here ten of them wait for the same slow answer."""
    slow = rooms.member("room:slow").token()
    async with rooms.socket() as socket:
        await socket.joined("room:slow", slow)
        again = rooms.member("room:slow").token(900)
        await socket.push("room:slow", "access_token", {"access_token": again})
        for _ in range(3):
            await socket.broadcast("room:slow", {"x": "y" * 2_900_000})
        told = await socket.find(lambda frame: frame.event == "system")
        assert told.payload["message"] == "Too many messages per second"
        await socket.event("phx_close")
        await socket.joined("room:slow", slow)


async def fill(socket: Socket, room: str) -> None:
    """Join with 290 MB of names."""
    for number in range(60):
        await socket.joined(f"{room}:{number}", presence={"key": "x" * 4_900_000})


async def test_what_channels_keep_is_bounded(rooms: Rooms) -> None:
    """Names and presence stay in memory for as long as a channel does: the socket that has most of them goes."""
    room = rooms.room()
    async with rooms.socket() as socket, rooms.socket() as other:
        await other.joined(room)
        with pytest.raises(ConnectionClosed) as caught:
            await fill(socket, room)
        assert caught.value.rcvd is not None
        assert caught.value.rcvd.code == 1013
        await other.alive()
