"""Changes of tables are not streamed on the local stack; who asks for them is told, and keeps the channel."""

from __future__ import annotations

from typing import Any

import pytest
from realtime import AsyncRealtimeClient, RealtimePostgresChangesListenEvent, RealtimeSubscribeStates
from tests.local.realtime_support import Rooms

BINDINGS: list[dict[str, Any]] = [
    {"event": "*", "schema": "helpdesk", "table": "tickets"},
    {"event": "INSERT", "schema": "public", "table": "t", "filter": "id=eq.1", "select": ["id"], "More": {"kept": 1}},
    {"event": "*", "schema": "helpdesk", "table": "tickets"},
]


@pytest.mark.parametrize("vsn", ["1.0.0", "2.0.0"])
async def test_the_bindings_come_back_with_ids(rooms: Rooms, vsn: str) -> None:
    room = rooms.room()
    async with rooms.socket(vsn) as socket, rooms.socket(vsn) as other:
        seen = []
        for one in (socket, other):
            reply = await one.join(room, postgres_changes=[None, *BINDINGS])
            assert reply["status"] == "ok"
            seen.append(reply["response"]["postgres_changes"])
        assert seen[0] == seen[1]
        ids = [binding.pop("id") for binding in seen[0]]
        assert seen[0] == BINDINGS
        assert [list(binding) for binding in seen[0]] == [list(binding) for binding in BINDINGS]
        assert ids[0] == ids[2] != ids[1]
        assert all(type(id) is int and 0 < id < 2**27 for id in ids)


async def test_the_reason_is_told_and_the_channel_stays(rooms: Rooms) -> None:
    room = rooms.room()
    async with rooms.socket() as socket:
        await socket.join(room, postgres_changes=BINDINGS[:1])
        told = (await socket.event("system")).payload
        assert told == {
            "extension": "postgres_changes",
            "status": "error",
            "channel": room,
            "message": "Unable to subscribe to changes with given parameters. Please check Realtime is enabled for the "
            "given connect parameters: [event: *, schema: helpdesk, table: tickets, filters: [], select: nil]",
        }
        rooms.send(room, {"id": 1}, private=False)
        assert (await socket.event("broadcast")).payload["payload"] == {"id": 1}
        await socket.alive()


async def test_nothing_to_subscribe_to(rooms: Rooms) -> None:
    async with rooms.socket() as socket:
        await socket.join(rooms.room(), postgres_changes=[{"event": "*"}])
        message = (await socket.event("system")).payload["message"]
        assert message.startswith("No subscription params provided. Please provide at least a `schema` or `table`")


async def test_the_python_client_accepts_the_bindings(rooms: Rooms) -> None:
    client = AsyncRealtimeClient(rooms.url, rooms.key, auto_reconnect=False)
    states: list[RealtimeSubscribeStates] = []
    channel = client.channel(rooms.room())
    channel.on_postgres_changes(
        RealtimePostgresChangesListenEvent.Update,
        lambda change: None,
        table="tickets",
        schema="helpdesk",
        filter="id=eq.1",
    )
    channel.on_postgres_changes(RealtimePostgresChangesListenEvent.All, lambda change: None)
    await channel.subscribe(lambda state, error: states.append(state))
    assert states[0] == RealtimeSubscribeStates.SUBSCRIBED
    await client.remove_all_channels()
