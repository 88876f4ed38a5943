"""Rights that change while a channel is open: new tokens, lost rights, the end of a token. And replays."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest
from tests.local.realtime_support import Frame, Person, Rooms, Socket

NO_LONGER = "You no longer have permission to read from this Channel topic: {}"
NO_RIGHT = "You do not have permissions to read from this Channel topic: {}"
NO_FIELDS = "Fields `role` and `exp` are required in JWT"
OK: dict[str, Any] = {"status": "ok", "response": {}}


async def closed_with(socket: Socket, room: str) -> str:
    """The message of the error that a channel ends with."""
    frame = await socket.event("system")
    assert (frame.topic, frame.ref) == (f"realtime:{room}", None)
    message = str(frame.payload.pop("message"))
    assert frame.payload == {"extension": "system", "status": "error", "channel": room}
    closed = await socket.event("phx_close")
    assert (closed.topic, closed.ref, closed.payload) == (f"realtime:{room}", "1", {})
    await socket.alive()
    reply = await socket.reply(await socket.broadcast(room, {}))
    assert reply["response"] == {"reason": "unmatched topic"}
    return message


@pytest.mark.parametrize("vsn", ["1.0.0", "2.0.0"])
async def test_a_new_token_is_taken_in_silence(rooms: Rooms, vsn: str) -> None:
    room = rooms.room()
    person = rooms.member(room)
    async with rooms.socket(vsn) as socket:
        await socket.joined(room, token := person.token(), broadcast={"ack": True})
        for same in (token, None, rooms.key, rooms.secret_key, person.token(900)):
            await socket.push(room, "access_token", {"access_token": same})
        await socket.push(room, "access_token", {})
        await socket.push(room, "access_token", None)
        await socket.alive()
        rooms.send(room, {})
        await socket.event("broadcast")


async def test_a_new_token_brings_new_rights(rooms: Rooms) -> None:
    """What was written about the right to speak is forgotten with the old token."""
    room = rooms.room()
    reader, writer = rooms.member(room), rooms.member(room, writes="broadcast")
    async with rooms.socket() as socket, rooms.socket() as other:
        await socket.joined(room, reader.token(), broadcast={"ack": True})
        await other.joined(room, reader.token())
        await socket.broadcast(room, {"n": 1})
        await socket.push(room, "access_token", {"access_token": writer.token()})
        ref = await socket.broadcast(room, {"n": 2})
        assert await socket.reply(ref) == OK
        assert (await other.event("broadcast")).payload["payload"] == {"n": 2}


async def test_lost_rights_end_the_channel_with_the_next_token(rooms: Rooms) -> None:
    room = rooms.room()
    person = rooms.member(room)
    async with rooms.socket() as socket:
        await socket.joined(room, person.token())
        rooms.expel(person)
        # Until then they are those of the join, as on a hosted project.
        rooms.send(room, {"id": 1})
        assert (await socket.event("broadcast")).payload["payload"] == {"id": 1}
        await socket.push(room, "access_token", {"access_token": person.token(900)})
        assert await closed_with(socket, room) == NO_RIGHT.format(room)
        rooms.send(room, {"id": 2})
        await socket.alive()
        assert await socket.refused(room, person.token()) == f"Unauthorized: {NO_RIGHT.format(room)}"


async def test_a_part_of_the_rights_lost_ends_the_channel_too(rooms: Rooms) -> None:
    room = rooms.room()
    person = rooms.member(room)
    async with rooms.socket() as socket:
        await socket.joined(room, person.token(), presence={"enabled": True})
        await socket.event("presence_state")
        with rooms.database() as db:
            db.execute("update rooms.members set reads = '{broadcast}' where user_id = %s", (person.id,))
        await socket.push(room, "access_token", {"access_token": person.token(900)})
        assert await closed_with(socket, room) == NO_LONGER.format(room)


TOKENS: dict[str, tuple[Callable[[Person], str], str]] = {
    "somebody else's": (lambda person: Person(person.world).token(), NO_RIGHT.format("room:")),
    "expired": (lambda person: person.token(-30), "Token has expired "),
    "no role": (lambda person: person.world.sign({"sub": person.id, "exp": 9e9}), NO_FIELDS),
    "nonsense": (lambda person: "a.b.c", "The token provided is not a valid JWT"),
    "forged": (lambda person: person.world.sign({"role": "service_role", "exp": 9e9}, "x" * 40), ""),
}


@pytest.mark.parametrize("what", TOKENS)
async def test_a_bad_token_ends_the_channel(rooms: Rooms, what: str) -> None:
    room = rooms.room()
    make, message = TOKENS[what]
    person = rooms.member(room)
    async with rooms.socket() as socket:
        await socket.joined(room, person.token())
        await socket.push(room, "access_token", {"access_token": make(person)})
        assert (await closed_with(socket, room)).startswith(message)


async def test_a_token_that_runs_out_ends_its_channels_only(rooms: Rooms) -> None:
    room, public = rooms.room(), rooms.room()
    person = rooms.member(room)
    async with rooms.socket() as socket:
        await socket.joined(room, person.token(1.5))
        await socket.joined(public)
        assert (await closed_with(socket, room)).startswith("Token has expired ")
        await socket.joined(room, person.token())


async def test_a_renewed_token_lives_on(rooms: Rooms) -> None:
    room, other = rooms.room(), rooms.room()
    person, measure = rooms.member(room), rooms.member(other)
    async with rooms.socket() as socket, rooms.socket() as watch:
        await socket.joined(room, person.token(1))
        await socket.push(room, "access_token", {"access_token": person.token(600)})
        await watch.joined(other, measure.token(2))
        await closed_with(watch, other)
        await socket.alive()
        rooms.send(room, {})
        await socket.event("broadcast")


def replay(since: Any, **more: Any) -> dict[str, Any]:
    return {"broadcast": {"replay": {"since": since} | more}}


def milliseconds() -> int:
    return int(time.time() * 1000)


async def replayed(rooms: Rooms, room: str, token: str, config: dict[str, Any], vsn: str = "1.0.0") -> list[Frame]:
    """What a new channel is told of the past."""
    await rooms.delivered()
    async with rooms.socket(vsn) as socket:
        await socket.joined(room, token, **config)
        frames: list[Frame] = []
        # The present comes after the past.
        last = rooms.send(room, {"id": "last"})
        while True:
            frame = await socket.event("broadcast")
            if frame.payload["meta"] == {"id": last}:
                return frames
            frames.append(frame)


@pytest.mark.parametrize("vsn", ["1.0.0", "2.0.0"])
async def test_a_replay_is_the_newest_in_order(rooms: Rooms, vsn: str) -> None:
    room = rooms.room()
    token = rooms.member(room).token()
    rooms.send(room, {"n": "too old"})
    with rooms.database() as db:
        db.execute(
            "update realtime.messages set inserted_at = inserted_at - interval '1 minute' where topic = %s", (room,)
        )
    since = milliseconds() - 1000
    ids = [rooms.send(room, {"n": n}) for n in range(30)]
    rooms.send(room, {"n": "public"}, private=False)
    seen = await replayed(rooms, room, token, replay(since), vsn)
    assert [frame.payload["payload"]["n"] for frame in seen] == list(range(5, 30))
    assert [frame.payload["meta"] for frame in seen] == [{"id": id, "replayed": True} for id in ids[5:]]
    assert {frame.topic for frame in seen} == {f"realtime:{room}"}


@pytest.mark.parametrize(("limit", "number"), [(3, 3), (1, 1), (0, 1), (-5, 1), (1000, 25)])
async def test_a_replay_has_a_limit(rooms: Rooms, limit: int, number: int) -> None:
    room = rooms.room()
    token = rooms.member(room).token()
    with rooms.database() as db:
        db.execute(
            "select realtime.send(jsonb_build_object('n', n), 'e', %s) from generate_series(1, 26) as n", (room,)
        )
    seen = await replayed(rooms, room, token, replay(milliseconds() - 60_000, limit=limit))
    assert len(seen) == number


async def test_a_replay_is_for_who_may_read(rooms: Rooms) -> None:
    room = rooms.room()
    rooms.send(room, {})
    async with rooms.socket() as socket:
        config = replay(0)
        await socket.refused(room, rooms.member("room:else").token(), **config)
        refused = "UnableToReplayMessages: Replay is not allowed for public channels"
        assert await socket.refused(room, **config) == refused
        await socket.alive()


@pytest.mark.parametrize(
    "parameters", [{"since": "yesterday"}, {"limit": 3}, {"since": 1.5}, {"since": 1, "limit": "x"}]
)
async def test_a_replay_needs_numbers(rooms: Rooms, parameters: dict[str, Any]) -> None:
    room = rooms.room()
    async with rooms.socket() as socket:
        config = {"broadcast": {"replay": parameters}}
        reply = await socket.join(room, rooms.member(room).token(), **config)
        if reply["status"] == "error":
            assert reply["response"] == {"reason": "UnableToReplayMessages: Replay params are not valid"}
        await socket.alive()
