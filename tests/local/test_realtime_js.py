"""supabase-js under Deno, the client of browsers, against the local stack: the other version of the protocol."""

from __future__ import annotations

import json
import os
import subprocess
import threading
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from deno import find_deno_bin  # type: ignore[import-untyped]
from tests.local.realtime_support import Rooms

HERE = Path(__file__).with_name("supabase_js")
DENO = os.fsdecode(find_deno_bin())


def converse(rooms: Rooms, task: dict[str, Any]) -> dict[str, Any]:
    """Run the program, doing what it asks for; what it saw. It may reach nothing but the stack."""
    subprocess.run([DENO, "install", "--quiet", "--frozen"], cwd=HERE, check=True, timeout=120)
    net = f"--allow-net={urlsplit(rooms.url).netloc}"
    command = [DENO, "run", "--quiet", "--no-prompt", "--cached-only", "--frozen", net, "realtime.ts"]
    with subprocess.Popen(command, cwd=HERE, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as program:
        assert program.stdin
        assert program.stdout
        watchdog = threading.Timer(90, program.kill)
        watchdog.start()
        try:
            message: dict[str, Any] = task
            while True:
                program.stdin.write(json.dumps(message) + "\n")
                program.stdin.flush()
                asked: dict[str, Any] = json.loads(program.stdout.readline())
                if "seen" in asked:
                    seen: dict[str, Any] = asked["seen"]
                    return seen
                message = obey(rooms, task["room"], asked)
        finally:
            watchdog.cancel()
            program.kill()


def obey(rooms: Rooms, room: str, asked: dict[str, Any]) -> dict[str, Any]:
    if "send" in asked:
        rooms.send(room, asked["send"])
    else:
        with rooms.database() as db:
            ended = db.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity where query like 'listen helpdesk_realtime%%'"
            ).fetchall()
        assert ended == [(True,)]
    return {"done": True}


@pytest.fixture(scope="module")
def seen(rooms: Rooms) -> dict[str, Any]:
    room = rooms.room()
    writer = rooms.member(room, writes="broadcast presence")
    reader = rooms.member(room)
    with rooms.database() as db:
        db.execute("insert into rooms.members select room || ':here', user_id, reads, writes from rooms.members")
    task = {"url": rooms.stack.info.api_url, "key": rooms.key, "room": room, "public_room": rooms.room()}
    tokens = {"writer": writer, "reader": reader, "stranger": rooms.member(rooms.room())}
    return converse(rooms, task | {name: person.token() for name, person in tokens.items()}) | {"room": room}


def test_members_join_and_strangers_are_told_why(seen: dict[str, Any]) -> None:
    assert seen["version"] == "2.0.0"
    assert seen["joined"] == ["SUBSCRIBED", "SUBSCRIBED"]
    reason = f"You do not have permissions to read from this Channel topic: {seen['room']}"
    assert seen["refused"].startswith("CHANNEL_ERROR")
    assert reason in seen["refused"]


def test_the_database_speaks(seen: dict[str, Any]) -> None:
    for message in seen["from_database"]:
        id = message["meta"]["id"]
        assert message["payload"] == {"n": 1, "id": id}
        assert (message["type"], message["event"]) == ("broadcast", "news")
    assert seen["large"] == 6000


def test_clients_speak_in_json_and_in_bytes(seen: dict[str, Any]) -> None:
    assert seen["sent"] == ["ok", "ok"]
    expected = [{"type": "broadcast", "event": "hällo", "payload": payload} for payload in ({"n": 2}, [0, 255, 7])]
    assert seen["from_client"] == expected
    assert seen["to_self"] == expected


def test_messages_are_posted(seen: dict[str, Any]) -> None:
    assert [message["payload"] for message in seen["posted"]] == [{"n": 3}, [1, 2]]
    assert seen["may_not_post"] == "Unauthorized"
    assert seen["unheard"] == 0
    assert seen["without_joining"] == "ok"
    assert seen["in_public"] == {"type": "broadcast", "event": "hello", "payload": {"n": 4}}


def test_presence(seen: dict[str, Any]) -> None:
    assert seen["tracked"] == ["ok", "ok"]
    assert seen["happened"] == ["join typist viewing", "join typist typing", "leave typist"]
    assert seen["here"] == [["typist", ["typing"]]]
    assert seen["may_not_track"] == "error"
    assert (seen["untracked"], seen["gone"]) == ("ok", "leave typist")


def test_the_client_comes_back_by_itself(seen: dict[str, Any]) -> None:
    assert seen["came_back"][-1] == "SUBSCRIBED"
    assert seen["after"]["payload"]["n"] == 5
    assert seen["left"] == ["ok", "CLOSED"]
