"""Presence as it goes over the wire: states, differences, who may be seen, and who may not."""

from __future__ import annotations

from typing import Any

import pytest
from tests.local.realtime_support import Frame, Rooms, Socket

OK: dict[str, Any] = {"status": "ok", "response": {}}
DENIED: dict[str, Any] = {"status": "error", "response": {}}
BOTH = "broadcast presence"


def presence(key: str = "", enabled: Any = True) -> dict[str, Any]:
    return {"key": key, "enabled": enabled}


async def track(socket: Socket, room: str, payload: Any, event: str = "track") -> list[Frame]:
    """Push a presence; the reply, which is ok, and the difference, in either order."""
    ref = await socket.push(room, "presence", {"type": "presence", "event": event, "payload": payload})
    frames = sorted([await socket.receive(), await socket.receive()], key=lambda frame: frame.event)
    assert [frame.event for frame in frames] == ["phx_reply", "presence_diff"]
    assert (frames[0].ref, frames[0].payload) == (ref, OK)
    return frames


def fields(members: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """What is tracked, by key, without references."""
    return {
        key: [{name: value for name, value in meta.items() if not name.startswith("phx_")} for meta in entry["metas"]]
        for key, entry in members.items()
    }


@pytest.mark.parametrize("vsn", ["1.0.0", "2.0.0"])
async def test_a_life_in_a_room(rooms: Rooms, vsn: str) -> None:
    room = rooms.room()
    member = rooms.member(room, writes=BOTH)
    async with rooms.socket(vsn) as one, rooms.socket(vsn) as two:
        await one.joined(room, member.token(), presence=presence("one"))
        assert (await one.event("presence_state")).payload == {}
        _, came = await track(one, room, {"name": "One"})
        assert came.payload["leaves"] == {}
        assert fields(came.payload["joins"]) == {"one": [{"name": "One"}]}
        assert came.ref is None
        first = came.payload["joins"]["one"]["metas"][0]["phx_ref"]

        await two.joined(room, member.token(), presence=presence("two"))
        state = (await two.event("presence_state")).payload
        assert state == {"one": {"metas": [{"phx_ref": first, "name": "One"}]}}

        _, changed = await track(one, room, {"name": "One", "typing": True})
        meta = changed.payload["joins"]["one"]["metas"][0]
        assert meta["phx_ref_prev"] == first != meta["phx_ref"]
        assert changed.payload["leaves"]["one"]["metas"][0]["phx_ref"] == first
        assert (await two.event("presence_diff")).payload == changed.payload

        ref = await one.push(room, "presence", {"event": "TRACK", "payload": {"typing": True, "name": "One"}})
        assert await one.reply(ref) == OK
        await two.alive()

        _, gone = await track(one, room, {}, "untrack")
        assert (fields(gone.payload["joins"]), list(gone.payload["leaves"])) == ({}, ["one"])
        assert (await two.event("presence_diff")).payload == gone.payload


@pytest.mark.parametrize("how", ["leave", "close", "kill", "join again"])
async def test_who_goes_is_seen_to_go(rooms: Rooms, how: str) -> None:
    room = rooms.room()
    async with rooms.socket() as watcher, rooms.socket() as one:
        await watcher.joined(room, presence=presence())
        await watcher.event("presence_state")
        await one.joined(room, presence=presence("one"))
        await one.event("presence_state")
        await track(one, room, {"n": 1})
        await watcher.event("presence_diff")
        if how == "leave":
            await one.push(room, "phx_leave", {})
        elif how == "close":
            await one.connection.close()
        elif how == "kill":
            one.connection.transport.abort()
        else:
            await one.push(room, "phx_join", {"config": {"presence": presence("one")}})
        gone = (await watcher.event("presence_diff")).payload
        assert (gone["joins"], fields(gone["leaves"])) == ({}, {"one": [{"n": 1}]})


async def test_two_sockets_with_one_key(rooms: Rooms) -> None:
    room = rooms.room()
    async with rooms.socket() as one, rooms.socket() as two, rooms.socket() as watcher:
        for socket, key in ((one, "same"), (two, "same"), (watcher, "")):
            await socket.joined(room, presence=presence(key))
            await socket.event("presence_state")
        await track(one, room, {"tab": 1})
        await two.event("presence_diff")
        await track(two, room, {"tab": 2})
        await watcher.event("presence_diff")
        await watcher.event("presence_diff")
        await two.push(room, "phx_leave", {})
        gone = (await watcher.event("presence_diff")).payload
        assert fields(gone["leaves"]) == {"same": [{"tab": 2}]}
        async with rooms.socket() as late:
            await late.joined(room, presence=presence())
            assert fields((await late.event("presence_state")).payload) == {"same": [{"tab": 1}]}


async def test_without_a_key_each_has_their_own(rooms: Rooms) -> None:
    room = rooms.room()
    async with rooms.socket() as one, rooms.socket() as two:
        for socket in (one, two):
            await socket.joined(room, presence=presence())
            await socket.event("presence_state")
        first = (await track(one, room, {}))[1].payload["joins"]
        await two.event("presence_diff")
        second = (await track(two, room, {}))[1].payload["joins"]
        assert len(first) == len(second) == 1
        assert set(first) != set(second)


async def test_presence_that_was_not_asked_for(rooms: Rooms) -> None:
    """No state is told on joining; tracking asks for it, and from then on differences are told."""
    room = rooms.room()
    async with rooms.socket() as one, rooms.socket() as two:
        await one.joined(room, presence=presence("one", enabled=False))
        await two.joined(room)
        await one.alive()
        await one.push(room, "presence", {"type": "presence", "event": "track", "payload": {"n": 1}})
        frames = {frame.event: frame.payload for frame in [await one.receive() for _ in range(3)]}
        assert set(frames) == {"phx_reply", "presence_diff", "presence_state"}
        assert fields(frames["presence_state"]) == {"one": [{"n": 1}]}
        assert fields((await two.event("presence_diff")).payload["joins"]) == {"one": [{"n": 1}]}
        await track(one, room, {"n": 2})


async def test_private_and_public_presences_are_apart(rooms: Rooms) -> None:
    room = rooms.room()
    member = rooms.member(room, writes=BOTH)
    async with rooms.socket() as public, rooms.socket() as private:
        await public.joined(room, presence=presence())
        await public.event("presence_state")
        await private.joined(room, member.token(), presence=presence("secret"))
        await private.event("presence_state")
        await track(private, room, {"n": 1})
        await public.alive()
        await track(public, room, {})
        await private.alive()


async def test_who_may_not_be_present(rooms: Rooms) -> None:
    room = rooms.room()
    async with rooms.socket() as silent, rooms.socket() as watcher, rooms.socket() as blind:
        await watcher.joined(room, rooms.member(room, writes=BOTH).token(), presence=presence("watcher"))
        await watcher.event("presence_state")
        await silent.joined(room, rooms.member(room, writes="broadcast").token(), presence=presence("silent"))
        await silent.event("presence_state")
        # May speak as one who is present, but not see who is.
        await blind.joined(room, rooms.member(room, reads="broadcast", writes=BOTH).token(), presence=presence("blind"))
        for event in ("track", "untrack"):
            ref = await silent.push(room, "presence", {"event": event, "payload": {}})
            reply = await silent.reply(ref)
            assert reply == DENIED if event == "track" else reply["response"] == {}
        await watcher.alive()
        await track(watcher, room, {})
        await silent.event("presence_diff")
        await blind.alive()


@pytest.mark.parametrize("payload", [[1], "x", 7])
async def test_what_is_tracked_is_an_object(rooms: Rooms, payload: Any) -> None:
    room = rooms.room()
    async with rooms.socket() as socket:
        await socket.joined(room, presence=presence("me"))
        await socket.event("presence_state")
        ref = await socket.push(room, "presence", {"event": "track", "payload": payload})
        reason = "Presence track payload must be a map"
        assert await socket.reply(ref) == {"status": "error", "response": {"reason": reason}}
        ref = await socket.push(room, "presence", {"event": "dance", "payload": {}})
        assert await socket.reply(ref) == DENIED
        # What names no event does nothing.
        odd: list[Any] = [{"payload": {}}, {}, None, []]
        for push in odd:
            assert await socket.reply(await socket.push(room, "presence", push)) == OK
        await track(socket, room, {"__proto__": {"x": 1}, "phx_ref": "mine"})


@pytest.mark.parametrize("key", ["__proto__", "constructor", "ü 🎉", "a" * 1000])
async def test_a_key_may_be_anything(rooms: Rooms, key: str) -> None:
    room = rooms.room()
    async with rooms.socket() as socket:
        await socket.joined(room, presence=presence(key))
        await socket.event("presence_state")
        _, diff = await track(socket, room, {"n": 1})
        assert fields(diff.payload["joins"]) == {key: [{"n": 1}]}
