"""Joining and leaving: the envelope of each answer, who is refused and why, and how many channels a socket has."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from tests.local.realtime_support import Frame, Person, Rooms

NO_RIGHT = "Unauthorized: You do not have permissions to read from this Channel topic: {}"
NO_FIELDS = "InvalidJWTToken: Fields `role` and `exp` are required in JWT"
JOINED = {"status": "ok", "response": {"postgres_changes": []}}


@pytest.mark.parametrize("vsn", ["1.0.0", "2.0.0"])
async def test_a_member_joins_and_leaves(rooms: Rooms, vsn: str) -> None:
    room = rooms.room()
    topic = f"realtime:{room}"
    async with rooms.socket(vsn) as socket:
        payload = {"config": {"private": True}, "access_token": rooms.member(room).token()}
        ref = await socket.push(room, "phx_join", payload)
        both = {"join_ref": ref} if socket.binary else {}
        assert await socket.receive() == Frame(topic, "phx_reply", JOINED, ref, **both)
        left = await socket.push(room, "phx_leave", {})
        assert await socket.receive() == Frame(topic, "phx_reply", {"status": "ok", "response": {}}, left, **both)
        assert await socket.receive() == Frame(topic, "phx_close", {}, ref, **both)
        await socket.alive()


async def test_who_is_no_member_is_refused(rooms: Rooms) -> None:
    room = rooms.room()
    stranger = rooms.member(rooms.room())
    async with rooms.socket() as socket:
        assert await socket.refused(room, stranger.token()) == NO_RIGHT.format(room)
        assert await socket.refused(room, rooms.key) == NO_RIGHT.format(room)
        assert await socket.refused(room, rooms.member(room).token(role="authenticated2")) == NO_RIGHT.format(room)
        await socket.alive()
        # No close comes with it, and there is no channel.
        ref = await socket.broadcast(room, {})
        assert (await socket.reply(ref))["response"] == {"reason": "unmatched topic"}


async def test_the_secret_key_joins_everything(rooms: Rooms) -> None:
    async with rooms.socket(key=rooms.secret_key) as socket:
        await socket.joined(rooms.room(), rooms.secret_key)


async def test_a_policy_that_fails_refuses(rooms: Rooms) -> None:
    async with rooms.socket() as socket:
        person = rooms.member("room:broken")
        assert await socket.refused("room:broken", person.token()) == NO_RIGHT.format("room:broken")


async def test_policies_see_the_headers(rooms: Rooms) -> None:
    token = rooms.member("room:blue").token()
    async with rooms.socket(x_team="blue") as blue, rooms.socket(x_team="red") as red:
        await blue.joined("room:blue", token)
        assert await red.refused("room:blue", token) == NO_RIGHT.format("room:blue")


async def test_reading_presence_is_enough_to_join(rooms: Rooms) -> None:
    room = rooms.room()
    token = rooms.member(room, reads="presence").token()
    async with rooms.socket() as socket:
        assert await socket.refused(room, token) == NO_RIGHT.format(room)
        await socket.joined(room, token, presence={"enabled": True})
        assert (await socket.event("presence_state")).payload == {}


BAD_TOKENS: dict[str, tuple[Callable[[Person], str], str]] = {
    "expired": (lambda person: person.token(-5), "InvalidJWTToken: Token has expired "),
    "forged": (
        lambda person: person.world.sign({"role": "authenticated", "exp": 9e9}, "another secret that is long enough"),
        "JwtSignatureError: Failed to validate JWT signature",
    ),
    "no token": (lambda person: "a.b.c", "MalformedJWT: The token provided is not a valid JWT"),
    "empty": (lambda person: "", "MalformedJWT: The token provided is not a valid JWT"),
    "no role": (lambda person: person.world.sign({"sub": person.id, "exp": 9e9}), NO_FIELDS),
    "no end": (lambda person: person.world.sign({"sub": person.id, "role": "authenticated"}), NO_FIELDS),
    "an end that is none": (
        lambda person: person.world.sign({"role": "authenticated", "exp": -1}),
        "InvalidJWTToken: Token",
    ),
}


@pytest.mark.parametrize("what", BAD_TOKENS)
async def test_a_token_that_is_no_good_joins_nothing(rooms: Rooms, what: str) -> None:
    room = rooms.room()
    make, reason = BAD_TOKENS[what]
    token = make(rooms.member(room))
    async with rooms.socket() as socket:
        assert (await socket.refused(room, token)).startswith(reason)
        payload = {"config": {"private": False}, "access_token": token}
        public = await socket.reply(await socket.push(room, "phx_join", payload))
        assert public["response"]["reason"].startswith(reason)


async def test_an_old_token_says_since_when(rooms: Rooms) -> None:
    room = rooms.room()
    async with rooms.socket() as socket:
        reason = await socket.refused(room, rooms.member(room).token(-90))
    assert reason in {f"InvalidJWTToken: Token has expired {seconds} seconds ago" for seconds in range(89, 95)}


async def test_which_token_counts(rooms: Rooms) -> None:
    room = rooms.room()
    good, stranger = rooms.member(room).token(), rooms.member("room:other").token()
    private: dict[str, Any] = {"config": {"private": True}}
    cases: list[tuple[str, dict[str, Any], bool]] = [
        (good, {"access_token": stranger, "user_token": good}, True),
        (good, {"access_token": good, "user_token": stranger}, False),
        (good, {}, True),
        (good, {"access_token": None}, True),
        # A key of the new kind is no token: the connection's own counts.
        (good, {"access_token": "sb_publishable_x"}, True),
        (stranger, {"access_token": "sb_secret_x"}, False),
    ]
    for key, tokens, welcome in cases:
        async with rooms.socket(key=key) as socket:
            reply = await socket.reply(await socket.push(room, "phx_join", private | tokens))
            assert (reply["status"] == "ok") is welcome, tokens


@pytest.mark.parametrize(
    "config",
    [
        {"private": "true"},
        {"private": "TRUE", "broadcast": None, "presence": None, "postgres_changes": None},
        {"private": True, "broadcast": {"self": "false", "ack": "False"}, "presence": {"key": None}},
        {"private": True, "broadcast": [], "presence": 7, "postgres_changes": [None]},
        {"private": True, "broadcast": {"self": [], "ack": {}, "replay": None}, "unknown": {"x": 1}},
    ],
)
async def test_odd_configurations_are_cast(rooms: Rooms, config: dict[str, Any]) -> None:
    room = rooms.room()
    stranger, member = rooms.member("room:other").token(), rooms.member(room).token()
    async with rooms.socket() as socket:
        ref = await socket.push(room, "phx_join", {"config": config, "access_token": stranger})
        assert (await socket.reply(ref))["response"] == {"reason": NO_RIGHT.format(room)}
        ref = await socket.push(room, "phx_join", {"config": config, "access_token": member})
        assert (await socket.reply(ref)) == JOINED


@pytest.mark.parametrize("payload", [{}, {"config": {}}, {"config": None}, None, [], "x"])
async def test_a_join_without_configuration_is_public(rooms: Rooms, payload: Any) -> None:
    room = rooms.room()
    async with rooms.socket() as one, rooms.socket() as other:
        await other.joined(room)
        assert (await one.reply(await one.push(room, "phx_join", payload))) == JOINED
        await other.broadcast(room, {"n": 1})
        assert (await one.event("broadcast")).payload["payload"] == {"n": 1}


async def test_topics(rooms: Rooms) -> None:
    async with rooms.socket() as socket:
        assert await socket.refused("") == "TopicNameRequired: You must provide a topic name"
        for room in ("a:b:c:d", "*", "ümläut 🎉", "x" * 3000, "room:' or 1=1 --"):
            await socket.joined(room)
        for topic in ("room", "phoenix2", "", "realtime"):
            frame = f'{{"topic": "{topic}", "event": "phx_join", "payload": {{}}, "ref": "7"}}'
            await socket.connection.send(frame)
            reply = {"status": "error", "response": {"reason": "unmatched topic"}}
            assert await socket.receive() == Frame(topic, "phx_reply", reply, "7")


async def test_what_is_for_no_channel(rooms: Rooms) -> None:
    room = rooms.room()
    async with rooms.socket() as socket:
        for event in ("broadcast", "presence", "access_token", "anything"):
            ref = await socket.push(room, event, {"type": event, "event": "x", "payload": {}})
            assert await socket.reply(ref) == {"status": "error", "response": {"reason": "unmatched topic"}}
        ref = await socket.push(room, "phx_leave", {})
        assert await socket.reply(ref) == {"status": "ok", "response": {}}
        await socket.joined(room)
        await socket.push(room, "anything", {"x": 1})
        await socket.alive()


async def test_a_second_join_replaces_the_first(rooms: Rooms) -> None:
    """The close of the old channel never comes after the reply: one client would take it for the new one's."""
    room = rooms.room()
    async with rooms.socket() as socket, rooms.socket() as other:
        await other.joined(room)
        await socket.joined(room)
        ref = await socket.push(room, "phx_join", {"config": {"broadcast": {"self": True}}})
        frame = await socket.receive()
        if frame.event == "phx_close":
            assert (frame.ref, frame.payload) == ("1", {})
            frame = await socket.receive()
        assert (frame.event, frame.ref, frame.payload) == ("phx_reply", ref, JOINED)
        await socket.broadcast(room, {"once": True})
        assert (await socket.event("broadcast")).payload["payload"] == {"once": True}
        await socket.alive()
        assert (await other.event("broadcast")).payload["payload"] == {"once": True}


async def test_a_second_join_may_be_refused(rooms: Rooms) -> None:
    room = rooms.room()
    async with rooms.socket() as socket:
        member = rooms.member(room)
        await socket.joined(room, member.token())
        rooms.expel(member)
        await socket.push(room, "phx_join", {"config": {"private": True}, "access_token": member.token()})
        reply = await socket.find(lambda frame: frame.event == "phx_reply")
        assert reply.payload["response"] == {"reason": NO_RIGHT.format(room)}
        rooms.send(room, {})
        await asyncio.sleep(0.2)
        await socket.alive()


async def test_a_socket_has_a_hundred_channels(rooms: Rooms) -> None:
    too_many = "ChannelRateLimitReached: Too many channels"
    async with rooms.socket() as socket:
        for number in range(100):
            await socket.joined(f"many:{number}")
        assert await socket.refused("many:100") == too_many
        # One that is there is no further one.
        await socket.push("many:7", "phx_join", {"config": {}})
        assert (await socket.find(lambda frame: frame.event == "phx_reply")).payload == JOINED
        await socket.push("many:7", "phx_leave", {})
        await socket.find(lambda frame: frame.event == "phx_close")
        await socket.joined("many:100")
        assert await socket.refused("many:101") == too_many


async def test_ten_thousand_joins_harm_nobody_else(rooms: Rooms) -> None:
    room = rooms.room()
    async with rooms.socket() as other, rooms.socket() as socket:
        await other.joined(room)
        sending = asyncio.create_task(_join_all(socket.connection.send))
        while not sending.done():
            await other.alive()
        # None of the replies to the flood has been read yet.
        await other.alive()
        replies = [await socket.event("phx_reply") for _ in range(10_000)]
        assert len({reply.ref for reply in replies}) == 10_000
        welcome = {reply.ref for reply in replies if reply.payload["status"] == "ok"}
        assert welcome == {str(number) for number in range(100)}
        await socket.alive()


async def _join_all(send: Any) -> None:
    for number in range(10_000):
        await send(f'{{"topic": "realtime:{number}", "event": "phx_join", "payload": {{}}, "ref": "{number}"}}')
