"""One topic, one colleague or one server against the connection that everything shares; and secrets in logs."""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections.abc import AsyncIterator
from typing import Any

import pytest
from tests.sdk.fake_realtime import FakeRealtime, Recorder, fake_realtime, fast_retries, hub_for, until
from tests.sdk.test_hub import nothing_is_left as nothing_is_left
from tests.sdk.test_sessions import jwt
from websockets.asyncio.server import ServerConnection
from websockets.frames import Frame

from helpdesk_sdk._http.session import session_from_token
from helpdesk_sdk._live import presence_quarantine, reconnect, subscriptions, transport
from helpdesk_sdk._live.subscriptions import Signal, SignalKind, Topic

LIMIT = 2**16


@pytest.fixture
async def server() -> AsyncIterator[FakeRealtime]:
    async with fake_realtime() as server:
        yield server


def send_presence_on_join(server: FakeRealtime, **big: int) -> None:
    """Have the server send a presence message after each join; ``big`` is its size in bytes, by topic."""

    async def send(socket: ServerConnection, topic: str, config: dict[str, Any]) -> None:
        if config["presence"]["enabled"]:
            meta = {"phx_ref": "1", "user_id": "bob", "name": "x" * big.get(topic, 3)}
            payload = {"bob": {"metas": [meta]}}
            frame = {"topic": f"realtime:{topic}", "event": "presence_state", "payload": payload, "ref": None}
            await socket.send(json.dumps(frame))

    server.after_join = send


def joined_with_presence(server: FakeRealtime, topic: str) -> list[bool]:
    """For each join of a topic, whether it was with presence."""
    return [config["config"]["presence"]["enabled"] for name, config in server.received("phx_join") if name == topic]


async def test_a_presence_message_may_be_megabytes_large(server: FakeRealtime) -> None:
    send_presence_on_join(server, t=8 * 2**20)
    recorder = Recorder(hub_for(server.url))
    recorder.listener.set_topics({Topic("t", "ada")})
    await until(lambda: SignalKind.PRESENCE in recorder.kinds())
    assert len(recorder.listener.presences("t")[0]["name"]) == 8 * 2**20
    assert server.connections == 1
    await recorder.listener.close()


async def test_a_presence_message_that_is_too_big_turns_off_presence_on_its_topic_only(
    server: FakeRealtime, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(transport, "_MAX_MESSAGE_BYTES", LIMIT)
    send_presence_on_join(server, t=LIMIT)
    hub = hub_for(server.url)
    queue, ticket = Recorder(hub), Recorder(hub)
    queue.set_topics("queue")
    await until(lambda: queue.listener.live)
    ticket.listener.set_topics({Topic("t", "ada")})
    ticket.listener.set_presence("t", {"state": "viewing"})
    await until(lambda: ticket.listener.is_quarantined("t"))
    assert ticket.kinds()[-1] is SignalKind.LOST
    await until(lambda: queue.listener.live and ticket.listener.live)
    await asyncio.sleep(0.5)
    assert server.connections == 2
    assert joined_with_presence(server, "t") == [True, False]
    assert server.received("presence")[1:] == [], "our presence is not sent to a topic joined without presence"
    for topic, recorder in (("t", ticket), ("queue", queue)):
        await server.announce(topic, cursor="7.1")
        await until(lambda: SignalKind.ANNOUNCEMENT in recorder.kinds(topic))  # noqa: B023
    assert [record.message for record in caplog.records if record.levelno >= logging.WARNING] == [
        "presence on t broke the live connection: turned off for a while"
    ]
    # After the quarantine the topic is joined with presence again.
    send_presence_on_join(server)
    monkeypatch.setattr(hub.quarantine, "_quarantined_until", {})
    hub.wake()
    await until(lambda: SignalKind.PRESENCE in ticket.kinds())
    assert ticket.kinds()[-3:] == [SignalKind.LOST, SignalKind.JOINED, SignalKind.PRESENCE]
    await until(lambda: ("t", {"event": "track", "payload": {"state": "viewing"}}) in server.received("presence")[-1:])
    assert server.connections == 2
    await queue.listener.close()
    await ticket.listener.close()


async def test_a_listener_that_waits_for_presence_is_notified_of_the_quarantine(
    server: FakeRealtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transport, "_MAX_MESSAGE_BYTES", LIMIT)
    send_presence_on_join(server, t=LIMIT)
    server.reply_first = False
    recorder = Recorder(hub_for(server.url))
    recorder.listener.set_topics({Topic("t", "ada")})
    await until(lambda: recorder.kinds() == [SignalKind.LOST, SignalKind.JOINED])
    assert recorder.listener.is_quarantined("t")
    await recorder.listener.close()


async def test_among_many_tickets_the_one_that_breaks_the_connection_is_found(
    server: FakeRealtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transport, "_MAX_MESSAGE_BYTES", LIMIT)
    monkeypatch.setattr(presence_quarantine, "_TRIAL_SECONDS", 0.2)
    send_presence_on_join(server, b=LIMIT)
    recorder = Recorder(hub_for(server.url))
    recorder.listener.set_topics({Topic("queue"), *(Topic(name, "ada") for name in "abc")})
    await until(lambda: recorder.listener.is_quarantined("b"))
    await until(lambda: recorder.listener.live)
    assert [recorder.listener.is_quarantined(name) for name in "abc"] == [False, True, False]
    assert server.connections == 3
    assert joined_with_presence(server, "b") == [True, True, False]
    assert joined_with_presence(server, "c")[-1]
    await recorder.listener.close()


async def test_presence_messages_that_the_package_cannot_handle_are_skipped(server: FakeRealtime) -> None:
    recorder = Recorder(hub_for(server.url))
    recorder.listener.set_topics({Topic("t", "ada")})
    await until(lambda: recorder.listener.live)
    await server.push("t", "presence_state", {"bob": {"metas": [{"state": "typing"}]}})
    await server.push("t", "presence_state", {"bob": {"metas": [{"phx_ref": "1", "presence_ref": ["x"]}]}})
    for number in range(3):
        metas = [{"phx_ref": str(number), "presence_ref": [number]}]
        await server.push("t", "presence_diff", {"joins": {"bob": {"metas": metas}}, "leaves": {}})
    await server.announce("t", cursor="7.1")
    await until(lambda: SignalKind.ANNOUNCEMENT in recorder.kinds())
    assert server.connections == 1
    await recorder.listener.close()


async def test_a_reading_task_that_fails_after_each_join_reconnects_with_growing_delays(server: FakeRealtime) -> None:
    hub = hub_for(server.url)

    def fail(signal: Signal) -> None:
        if signal.kind is SignalKind.JOINED and hub._client is not None and hub._client._listen_task is not None:
            asyncio.get_running_loop().call_later(0.02, hub._client._listen_task.cancel)

    listener = hub.listen(fail)
    listener.set_topics({Topic("a")})
    begun = time.monotonic()
    await asyncio.sleep(3)
    assert server.connections <= 6
    await until(lambda: hub._reconnection.failures >= 5)
    assert time.monotonic() - begun > 3
    await listener.close()


async def test_a_connection_that_was_stable_is_restored_at_once(
    server: FakeRealtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reconnect, "STABLE_SECONDS", 0.3)
    hub = hub_for(server.url)
    recorder = Recorder(hub)
    recorder.set_topics("a")
    for _ in range(4):
        await until(lambda: recorder.listener.live)
        await asyncio.sleep(0.4)
        await server.drop_connections()
        await until(lambda: not recorder.listener.live)
        assert hub._reconnection.failures == 1
        assert hub._reconnection.connect_at - time.time() <= 0.25
    await recorder.listener.close()


async def test_a_topic_that_always_closes_does_not_interrupt_the_others(
    server: FakeRealtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    fast_retries(monkeypatch, 0.01, 2.56)
    for module in (reconnect, subscriptions):
        monkeypatch.setattr(module, "STABLE_SECONDS", 0.3)
    server.closes = lambda topic: topic == "bad"
    hub = hub_for(server.url)
    good, bad = Recorder(hub), Recorder(hub)
    good.set_topics("good")
    bad.set_topics("bad")
    await asyncio.sleep(3)
    before, live = server.connections, []
    for _ in range(150):
        live.append(good.listener.live)
        await asyncio.sleep(0.02)
    assert sum(live) > 0.9 * len(live)
    assert server.connections - before <= 4
    assert len([topic for topic, _ in server.received("phx_join") if topic == "bad"]) >= 4
    await good.listener.close()
    await bad.listener.close()


async def test_no_key_and_no_token_is_logged(
    server: FakeRealtime, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Frame, "MAX_LOG_SIZE", 10**6)
    caplog.set_level(logging.DEBUG)
    token, other = jwt("ada"), jwt("ada", n=1)
    hub = hub_for(server.url, token)
    recorder = Recorder(hub)
    recorder.set_topics("a")
    await until(lambda: recorder.listener.live)
    hub._token._context.session_store.replace(session_from_token(other, "refresh"), same_person=True)
    await until(lambda: server.received("access_token"))
    await recorder.listener.close()
    # The test's server logs too.
    logged = "\n".join(record.getMessage() for record in caplog.records if record.name != "websockets.server")
    assert "GET /realtime/v1/websocket?apikey=***&vsn=" in logged
    assert '"access_token":"***"' in logged
    for secret in ("sb_publishable_test", token, other):
        assert secret not in logged


async def test_the_reason_of_a_failed_connection_contains_no_key(caplog: pytest.LogCaptureFixture) -> None:
    recorder = Recorder(hub_for("http://"))
    recorder.set_topics("a")
    await until(lambda: recorder.listener.problem)
    assert "isn't a valid URI" in caplog.text
    assert "sb_publishable_test" not in caplog.text + str(recorder.listener.problem)
    await recorder.listener.close()
