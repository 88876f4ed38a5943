"""What one topic, one colleague or one server can do to the socket that everything shares; and what the log is told."""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections.abc import AsyncIterator
from typing import Any

import pytest
from tests.sdk.phoenix import Ear, Phoenix, hub_for, phoenix, until
from tests.sdk.test_live import nothing_is_left as nothing_is_left
from tests.sdk.test_sessions import jwt
from websockets.asyncio.server import ServerConnection
from websockets.frames import Frame

from helpdesk_sdk._http.session import session_from_token
from helpdesk_sdk._live import hub as _live
from helpdesk_sdk._live import presence_quarantine as _caution
from helpdesk_sdk._live import subscriptions as _rooms
from helpdesk_sdk._live import transport as _realtime
from helpdesk_sdk._live.subscriptions import Kind, Signal, Topic

LIMIT = 2**16


@pytest.fixture
async def server() -> AsyncIterator[Phoenix]:
    async with phoenix() as made:
        yield made


def presences(server: Phoenix, **big: int) -> None:
    """Have a server tell the presences on each topic, that are so many bytes on some."""

    async def tell(socket: ServerConnection, topic: str, config: dict[str, Any]) -> None:
        if config["presence"]["enabled"]:
            meta = {"phx_ref": "1", "user_id": "bob", "name": "x" * big.get(topic, 3)}
            payload = {"bob": {"metas": [meta]}}
            frame = {"topic": f"realtime:{topic}", "event": "presence_state", "payload": payload, "ref": None}
            await socket.send(json.dumps(frame))

    server.after_join = tell


def with_presences(server: Phoenix, topic: str) -> list[bool]:
    """For each join of a topic, whether it was with presences."""
    return [config["config"]["presence"]["enabled"] for name, config in server.of("phx_join") if name == topic]


async def test_presences_may_weigh_megabytes(server: Phoenix) -> None:
    presences(server, t=8 * 2**20)
    ear = Ear(hub_for(server.url))
    ear.listening.want({Topic("t", "ada")})
    await until(lambda: Kind.PRESENCE in ear.kinds())
    assert len(ear.listening.presences("t")[0]["name"]) == 8 * 2**20
    assert server.connections == 1
    await ear.listening.close()


async def test_presences_that_are_too_big_are_left_out_and_nothing_else(
    server: Phoenix, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(_realtime, "_MOST_BYTES", LIMIT)
    presences(server, t=LIMIT)
    hub = hub_for(server.url)
    queue, ticket = Ear(hub), Ear(hub)
    queue.want("queue")
    await until(lambda: queue.listening.live)
    ticket.listening.want({Topic("t", "ada")})
    ticket.listening.track("t", {"state": "viewing"})
    await until(lambda: ticket.listening.barred("t"))
    assert ticket.kinds()[-1] is Kind.LOST
    await until(lambda: queue.listening.live and ticket.listening.live)
    await asyncio.sleep(0.5)
    assert server.connections == 2
    assert with_presences(server, "t") == [True, False]
    assert server.of("presence")[1:] == [], "nobody is told of oneself where one sees nobody"
    for topic, ear in (("t", ticket), ("queue", queue)):
        await server.news(topic, cursor="7.1")
        await until(lambda: Kind.NEWS in ear.kinds(topic))  # noqa: B023
    assert [one.message for one in caplog.records if one.levelno >= logging.WARNING] == [
        "the presences on t broke the live connection: left out for now"
    ]
    # When that is over, whoever is there is told of again.
    presences(server)
    monkeypatch.setattr(hub.caution, "_barred", {})
    hub.stir()
    await until(lambda: Kind.PRESENCE in ticket.kinds())
    assert ticket.kinds()[-3:] == [Kind.LOST, Kind.JOINED, Kind.PRESENCE]
    await until(lambda: ("t", {"event": "track", "payload": {"state": "viewing"}}) in server.of("presence")[-1:])
    assert server.connections == 2
    await queue.listening.close()
    await ticket.listening.close()


async def test_who_waits_for_presences_hears_that_they_are_left_out(
    server: Phoenix, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_realtime, "_MOST_BYTES", LIMIT)
    presences(server, t=LIMIT)
    server.answers_first = False
    ear = Ear(hub_for(server.url))
    ear.listening.want({Topic("t", "ada")})
    await until(lambda: ear.kinds() == [Kind.LOST, Kind.JOINED])
    assert ear.listening.barred("t")
    await ear.listening.close()


async def test_among_many_tickets_the_one_is_found(server: Phoenix, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_realtime, "_MOST_BYTES", LIMIT)
    monkeypatch.setattr(_caution, "_TRIAL", 0.2)
    presences(server, b=LIMIT)
    ear = Ear(hub_for(server.url))
    ear.listening.want({Topic("queue"), *(Topic(name, "ada") for name in "abc")})
    await until(lambda: ear.listening.barred("b"))
    await until(lambda: ear.listening.live)
    assert [ear.listening.barred(name) for name in "abc"] == [False, True, False]
    assert server.connections == 3
    assert with_presences(server, "b") == [True, True, False]
    assert with_presences(server, "c")[-1]
    await ear.listening.close()


async def test_presences_that_the_package_cannot_take_in_are_passed_over(server: Phoenix) -> None:
    ear = Ear(hub_for(server.url))
    ear.listening.want({Topic("t", "ada")})
    await until(lambda: ear.listening.live)
    await server.push("t", "presence_state", {"bob": {"metas": [{"state": "typing"}]}})
    await server.push("t", "presence_state", {"bob": {"metas": [{"phx_ref": "1", "presence_ref": ["x"]}]}})
    for number in range(3):
        metas = [{"phx_ref": str(number), "presence_ref": [number]}]
        await server.push("t", "presence_diff", {"joins": {"bob": {"metas": metas}}, "leaves": {}})
    await server.news("t", cursor="7.1")
    await until(lambda: Kind.NEWS in ear.kinds())
    assert server.connections == 1
    await ear.listening.close()


async def test_a_reader_that_fails_after_each_join_costs_fewer_and_fewer_connections(server: Phoenix) -> None:
    hub = hub_for(server.url)

    def fail(signal: Signal) -> None:
        if signal.kind is Kind.JOINED and hub._client is not None and hub._client._listen_task is not None:
            asyncio.get_running_loop().call_later(0.02, hub._client._listen_task.cancel)

    listening = hub.listen(fail)
    listening.want({Topic("a")})
    begun = time.monotonic()
    await asyncio.sleep(3)
    assert server.connections <= 6
    await until(lambda: hub._failures >= 5)
    assert time.monotonic() - begun > 3
    await listening.close()


async def test_a_connection_that_held_for_a_while_is_made_again_at_once(
    server: Phoenix, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_live, "STABLE", 0.3)
    hub = hub_for(server.url)
    ear = Ear(hub)
    ear.want("a")
    for _ in range(4):
        await until(lambda: ear.listening.live)
        await asyncio.sleep(0.4)
        await server.cut()
        await until(lambda: not ear.listening.live)
        assert hub._failures == 1
        assert hub._connect_at - time.time() <= 0.25
    await ear.listening.close()


async def test_a_topic_that_always_closes_does_not_take_the_others_along(
    server: Phoenix, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_live, "_pause", lambda failures: 0.01 * 2.0 ** min(failures, 8))
    for module in (_live, _rooms):
        monkeypatch.setattr(module, "STABLE", 0.3)
    server.closes = lambda topic: topic == "bad"
    hub = hub_for(server.url)
    good, bad = Ear(hub), Ear(hub)
    good.want("good")
    bad.want("bad")
    await asyncio.sleep(3)
    before, live = server.connections, []
    for _ in range(150):
        live.append(good.listening.live)
        await asyncio.sleep(0.02)
    assert sum(live) > 0.9 * len(live)
    assert server.connections - before <= 4
    assert len([topic for topic, _ in server.of("phx_join") if topic == "bad"]) >= 4
    await good.listening.close()
    await bad.listening.close()


async def test_no_key_and_no_token_comes_into_the_log(
    server: Phoenix, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Frame, "MAX_LOG_SIZE", 10**6)
    caplog.set_level(logging.DEBUG)
    token, other = jwt("ada"), jwt("ada", n=1)
    hub = hub_for(server.url, token)
    ear = Ear(hub)
    ear.want("a")
    await until(lambda: ear.listening.live)
    hub._token._context.session_store.replace(session_from_token(other, "refresh"), same_person=True)
    await until(lambda: server.of("access_token"))
    await ear.listening.close()
    # The server of this test has a log as well.
    told = "\n".join(record.getMessage() for record in caplog.records if record.name != "websockets.server")
    assert "GET /realtime/v1/websocket?apikey=***&vsn=" in told
    assert '"access_token":"***"' in told
    for secret in ("sb_publishable_test", token, other):
        assert secret not in told


async def test_no_key_comes_into_the_reason_that_there_is_no_connection(caplog: pytest.LogCaptureFixture) -> None:
    ear = Ear(hub_for("http://"))
    ear.want("a")
    await until(lambda: ear.listening.problem)
    assert "isn't a valid URI" in caplog.text
    assert "sb_publishable_test" not in caplog.text + str(ear.listening.problem)
    await ear.listening.close()
