"""Broadcasts: between clients of both versions, from the database, private and public apart, and what is kept back."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.local.realtime_support import Frame, Rooms, Socket

OK: dict[str, Any] = {"status": "ok", "response": {}}
ASKING = {"ack": True}


def message(payload: Any, event: str = "hello", **extra: Any) -> dict[str, Any]:
    return {"type": "broadcast", "event": event, "payload": payload} | extra


async def test_others_get_it_and_the_sender_does_not(rooms: Rooms) -> None:
    room = rooms.room()
    async with rooms.socket() as one, rooms.socket() as two, rooms.socket() as elsewhere:
        await one.joined(room)
        await two.joined(room, broadcast={"self": True})
        await elsewhere.joined(f"{room}:x")
        await one.broadcast(room, {"n": 1})
        assert await two.receive() == Frame(f"realtime:{room}", "broadcast", message({"n": 1}))
        await two.broadcast(room, {"n": 2})
        for socket in (one, two):
            assert (await socket.event("broadcast")).payload == message({"n": 2})
        for socket in (one, two, elsewhere):
            await socket.alive()


async def test_an_acknowledgement_is_for_who_asked(rooms: Rooms) -> None:
    room = rooms.room()
    async with rooms.socket() as one, rooms.socket() as two:
        await one.joined(room, broadcast=ASKING)
        await two.joined(room)
        assert await one.reply(await one.broadcast(room, {"n": 1})) == OK
        assert (await two.event("broadcast")).payload == message({"n": 1})
        await two.broadcast(room, {"n": 2})
        await two.alive()
        assert (await one.event("broadcast")).payload == message({"n": 2})


async def test_what_a_text_frame_carries_arrives_as_it_was(rooms: Rooms) -> None:
    room = rooms.room()
    async with rooms.socket() as one, rooms.socket() as two, rooms.socket("2.0.0") as modern:
        for socket in (one, two, modern):
            await socket.joined(room)
        payloads: list[Any] = [{"ümläut": "🎉\u2028\u0000"}, [1, "two"], "text", None, 1.5, {}]
        for payload in payloads:
            await one.broadcast(room, payload, trace="kept", event="Ünï")
            for socket in (two, modern):
                assert (await socket.event("broadcast")).payload == message(payload, "Ünï", trace="kept")
        await two.alive()


async def test_binary_frames_reach_both_versions(rooms: Rooms) -> None:
    room = rooms.room()
    async with rooms.socket("2.0.0") as one, rooms.socket("2.0.0") as modern, rooms.socket() as old:
        await one.joined(room, broadcast={"ack": True, "self": True})
        await modern.joined(room)
        await old.joined(room)
        ref = await one.push_binary(room, "jsön", '{"a": ["ü"]}'.encode(), json=True, meta='{"x": 1}')
        mine = {(await one.receive()).event, (await one.receive()).event}
        assert mine == {"broadcast", "phx_reply"}, ref
        for socket in (modern, old):
            assert (await socket.event("broadcast")).payload == message({"a": ["ü"]}, "jsön")
        await one.push_binary(room, "bytes", b"\x00\xff\xfe", json=False)
        assert (await modern.event("broadcast")).payload == message(b"\x00\xff\xfe", "bytes")
        await old.alive()


async def test_text_frames_reach_both_versions(rooms: Rooms) -> None:
    room = rooms.room()
    async with rooms.socket() as old, rooms.socket("2.0.0") as modern:
        await old.joined(room)
        await modern.joined(room)
        await old.broadcast(room, {"n": 1})
        frame = json.loads(await modern.connection.recv())
        assert frame == [None, None, f"realtime:{room}", "broadcast", message({"n": 1})]
        await modern.broadcast(room, {"n": 2})
        assert (await old.event("broadcast")).payload == message({"n": 2})


async def test_private_and_public_are_two_rooms(rooms: Rooms) -> None:
    room = rooms.room()
    member = rooms.member(room, writes="broadcast")
    async with rooms.socket() as public, rooms.socket() as private, rooms.socket() as speaker:
        await public.joined(room)
        await private.joined(room, member.token())
        await speaker.joined(room, member.token())
        await public.broadcast(room, {"from": "public"})
        rooms.send(room, {"id": 1}, private=False)
        assert (await public.event("broadcast")).payload["payload"] == {"id": 1}
        await speaker.broadcast(room, {"from": "private"})
        assert (await private.event("broadcast")).payload == message({"from": "private"})
        rooms.send(room, {"id": 2})
        assert (await private.event("broadcast")).payload["payload"] == {"id": 2}
        await public.alive()
        await private.alive()


@pytest.mark.parametrize("vsn", ["1.0.0", "2.0.0"])
async def test_the_database_speaks(rooms: Rooms, vsn: str) -> None:
    room = rooms.room()
    async with rooms.socket(vsn) as socket:
        await socket.joined(room, rooms.member(room).token())
        id = rooms.send(room, {"n": 1}, "ticket.created")
        expected = message({"n": 1, "id": id}, "ticket.created", meta={"id": id})
        frame = await socket.receive()
        assert (frame.topic, frame.payload) == (f"realtime:{room}", expected)
        # A payload's own id is left alone; the message has one all the same.
        id = rooms.send(room, {"id": "mine"})
        assert (await socket.event("broadcast")).payload == message({"id": "mine"}, "news", meta={"id": id})
        with rooms.database() as db:
            db.execute("select realtime.send_binary('\\x00ff', 'raw', %s)", (room,))
            # Whatever is inserted is sent, unless a part is missing.
            db.execute(
                "insert into realtime.messages (topic, extension, event, payload, private) values "
                "(%(room)s, 'own', 'direct', '[1]', true), (%(room)s, 'broadcast', null, '{}', true), "
                "(%(room)s, 'broadcast', 'nothing', null, true), (%(room)s, 'broadcast', 'public', '{}', false)",
                {"room": room},
            )
        if socket.binary:
            assert (await socket.event("broadcast")).payload["payload"] == b"\x00\xff"
        direct = (await socket.event("broadcast")).payload
        assert (direct["event"], direct["payload"]) == ("direct", [1])
        assert direct["meta"]["id"]
        await socket.alive()


async def test_who_reads_only_presence_hears_nothing(rooms: Rooms) -> None:
    room = rooms.room()
    async with rooms.socket() as deaf, rooms.socket() as listening:
        await deaf.joined(room, rooms.member(room, reads="presence").token(), presence={"enabled": True})
        await deaf.event("presence_state")
        await listening.joined(room, rooms.member(room).token())
        rooms.send(room, {})
        await listening.event("broadcast")
        await deaf.alive()


@pytest.mark.parametrize("ack", [True, False])
@pytest.mark.parametrize("vsn", ["1.0.0", "2.0.0"])
async def test_who_may_not_speak_is_not_heard_and_not_told(rooms: Rooms, ack: bool, vsn: str) -> None:
    room = rooms.room()
    async with rooms.socket(vsn) as socket, rooms.socket() as other:
        await socket.joined(room, rooms.member(room, writes="presence").token(), broadcast={"ack": ack, "self": True})
        await other.joined(room, rooms.member(room).token())
        await socket.broadcast(room, {"n": 1})
        if socket.binary:
            await socket.push_binary(room, "x", b"{}", json=True)
        await left_in_silence(socket, room)
        rooms.send(room, {"id": 1})
        assert (await other.event("broadcast")).payload["payload"] == {"id": 1}


async def left_in_silence(socket: Socket, room: str) -> None:
    """Leave a room: what was pushed before has been dealt with by then, and was not answered."""
    ref = await socket.push(room, "phx_leave", {})
    assert await socket.reply(ref) == OK
    await socket.event("phx_close")


async def test_a_policy_that_fails_keeps_the_message_back(rooms: Rooms) -> None:
    room = "room:mute"
    member = rooms.member(room, writes="broadcast")
    async with rooms.socket() as socket, rooms.socket() as other:
        await socket.joined(room, member.token(), broadcast={"ack": True})
        await other.joined(room, member.token())
        await socket.broadcast(room, {"n": 1})
        await left_in_silence(socket, room)
        await other.alive()


async def test_who_may_speak_is_asked_once(rooms: Rooms) -> None:
    """Rights live as long as the channel; nothing that clients say is stored."""
    room = rooms.room()
    member = rooms.member(room, writes="broadcast")
    async with rooms.socket() as socket:
        await socket.joined(room, member.token(), broadcast={"ack": True, "self": True})
        assert await _echo(socket, room, 1)
        rooms.expel(member)
        assert await _echo(socket, room, 2)
    with rooms.database() as db:
        assert db.execute("select from realtime.messages where topic = %s", (room,)).rowcount == 0


async def _echo(socket: Socket, room: str, n: int) -> bool:
    await socket.broadcast(room, {"n": n})
    seen = [await socket.receive(), await socket.receive()]
    return {frame.event for frame in seen} == {"broadcast", "phx_reply"}


@pytest.mark.parametrize("vsn", ["1.0.0", "2.0.0"])
async def test_a_payload_that_is_too_large(rooms: Rooms, vsn: str) -> None:
    room = rooms.room()
    large = {"text": "x" * 3_001_000}
    async with rooms.socket(vsn) as asking, rooms.socket() as other:
        await asking.joined(room, broadcast=ASKING)
        await other.joined(room)
        error = {"status": "error", "response": {"error": "payload_size_exceeded"}}
        assert await asking.reply(await asking.broadcast(room, large)) == error
        if asking.binary:
            ref = await asking.push_binary(room, "x", b'"' + b"x" * 3_001_000 + b'"', json=True)
            assert await asking.reply(ref) == error
        await other.broadcast(room, large)
        await other.alive()
        await asking.broadcast(room, {"text": "x" * 2_900_000})
        assert len((await other.event("broadcast")).payload["payload"]["text"]) == 2_900_000


async def test_a_message_without_an_event_or_type(rooms: Rooms) -> None:
    """Forwarded or dropped, it harms nobody."""
    room = rooms.room()
    async with rooms.socket() as one, rooms.socket() as two, rooms.socket("2.0.0") as modern:
        for socket in (one, two, modern):
            await socket.joined(room)
        odd: list[Any] = [{}, {"type": "broadcast"}, {"event": 7, "payload": {}}, {"event": "e"}, None, [], "x", 1]
        for payload in odd:
            await one.push(room, "broadcast", payload)
        await one.alive()
        await one.broadcast(room, {"last": 1})
        for socket in (two, modern):
            await socket.find(lambda frame: frame.payload == message({"last": 1}))


async def test_names_that_no_binary_frame_holds(rooms: Rooms) -> None:
    room, event = f"room:{'x' * 300}", "e" * 300
    async with rooms.socket() as old, rooms.socket("2.0.0") as modern:
        token = rooms.member(room).token()
        await old.joined(room, token)
        await modern.joined(room, token)
        rooms.send(room, {"id": 1}, event)
        for socket in (old, modern):
            assert (await socket.event("broadcast")).payload["event"] == event
