"""The hub: one connection for all topics, restored after every loss, and no task left behind."""

from __future__ import annotations

import asyncio
import logging
import re
import socket
import time
from collections.abc import AsyncIterator

import pytest
from tests.sdk.fake_realtime import DENIED, FakeRealtime, Recorder, fake_realtime, fast_retries, hub_for, until

from helpdesk_sdk._live import hub as hub_module
from helpdesk_sdk._live import transport
from helpdesk_sdk._live.subscriptions import SignalKind, Topic


@pytest.fixture
async def server() -> AsyncIterator[FakeRealtime]:
    async with fake_realtime() as server:
        yield server


@pytest.fixture(autouse=True)
async def nothing_is_left() -> AsyncIterator[None]:
    before = asyncio.all_tasks()
    yield
    # The server's own tasks end with its connections.
    await until(
        lambda: not [task for task in map(repr, asyncio.all_tasks() - before) if re.search("helpdesk:|realtime", task)]
    )


async def test_one_connection_serves_all_listeners_and_closes_with_the_last(server: FakeRealtime) -> None:
    hub = hub_for(server.url)
    one, other = Recorder(hub), Recorder(hub)
    one.set_topics("a", "b")
    other.set_topics("b")
    await until(lambda: one.listener.live and other.listener.live)
    await server.announce("b", cursor="7.1", type="ticket.created")
    await until(lambda: SignalKind.ANNOUNCEMENT in one.kinds("b") and SignalKind.ANNOUNCEMENT in other.kinds("b"))
    assert one.signals[-1].content == {"cursor": "7.1", "type": "ticket.created"}
    assert server.connections == 1
    assert sorted(topic for topic, _ in server.received("phx_join")) == ["a", "b"]
    config = server.received("phx_join")[0][1]["config"]
    assert config["private"] is True
    assert config["presence"]["enabled"] is False
    one.set_topics("b")
    await until(lambda: server.received("phx_leave") == [("a", {})])
    await one.listener.close()
    await server.announce("b", cursor="7.2")
    await until(lambda: other.kinds("b").count(SignalKind.ANNOUNCEMENT) == 2)
    assert one.kinds("b").count(SignalKind.ANNOUNCEMENT) == 1
    await other.listener.close()
    await until(lambda: not server.sockets)
    assert server.connections == 1


async def test_a_topic_can_be_joined_again_right_after_leaving_it(server: FakeRealtime) -> None:
    server.close_delay = 0.05
    recorder = Recorder(hub_for(server.url))
    recorder.set_topics("stays", "a")
    await until(lambda: recorder.listener.live)
    for _ in range(3):
        recorder.set_topics("stays")
        recorder.set_topics("stays", "a")
        await until(lambda: recorder.listener.live)
    await asyncio.sleep(0.5)
    assert recorder.listener.live
    assert server.connections == 1
    await server.announce("a", cursor="7.1")
    await until(lambda: SignalKind.ANNOUNCEMENT in recorder.kinds("a"))
    await recorder.listener.close()


async def test_a_lost_connection_is_restored_with_all_its_topics(server: FakeRealtime) -> None:
    recorder = Recorder(hub_for(server.url))
    recorder.set_topics("a", "b")
    await until(lambda: recorder.listener.live)
    for end in (server.drop_connections, lambda: server.sockets[0].close(1000), lambda: server.sockets[0].close(1012)):
        recorder.signals.clear()
        await end()
        await until(lambda: recorder.kinds("a") == recorder.kinds("b") == [SignalKind.LOST, SignalKind.JOINED])
    assert server.connections == 4
    await recorder.listener.close()


async def test_a_refused_topic_does_not_delay_the_others_and_is_retried_with_growing_delays(
    server: FakeRealtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    fast_retries(monkeypatch, 0.01)
    server.answer_join = lambda topic: DENIED if topic == "theirs" else None
    recorder = Recorder(hub_for(server.url))
    recorder.set_topics("theirs", "mine")
    await until(lambda: recorder.kinds("theirs") == [SignalKind.DENIED] and recorder.listener.live)
    begun = time.monotonic()
    await until(lambda: len(server.received("phx_join")) >= 6)
    assert time.monotonic() - begun > 0.2
    assert recorder.kinds("theirs") == [SignalKind.DENIED], "one signal, however many refusals"
    assert recorder.listener.live
    server.answer_join = lambda topic: None
    await until(lambda: recorder.kinds("theirs") == [SignalKind.DENIED, SignalKind.JOINED])
    assert server.connections == 1
    await recorder.listener.close()


@pytest.mark.parametrize("status", [404, 501, 401, 429, 500])
async def test_without_realtime_there_is_one_warning_and_the_connection_is_retried(
    server: FakeRealtime, status: int, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    fast_retries(monkeypatch, 0.02, 0.02)
    server.status = status
    recorder = Recorder(hub_for(server.url))
    recorder.set_topics("a")
    await until(lambda: server.connections >= 4)
    assert not recorder.listener.live
    assert str(status) in (recorder.listener.problem or "")
    warnings = [record for record in caplog.records if record.levelno >= logging.WARNING]
    assert [record.name for record in warnings] == ["helpdesk_sdk"]
    assert "no live events" in warnings[0].message
    server.status = 101
    await until(lambda: recorder.listener.live)
    assert recorder.listener.problem is None
    await recorder.listener.close()


async def test_a_closed_port_and_a_server_that_never_responds_are_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hub_module, "_TIMEOUT", 0.1)
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        for listening in (False, True):
            if listening:
                silent.listen()
            recorder = Recorder(hub_for(f"http://127.0.0.1:{silent.getsockname()[1]}"))
            recorder.set_topics("a")
            await until(lambda: recorder.listener.problem is not None)  # noqa: B023
            await recorder.listener.close()


async def test_a_topic_without_a_reply_or_that_closes_is_joined_on_a_new_connection(
    server: FakeRealtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    timeout = hub_module._TIMEOUT
    monkeypatch.setattr(hub_module, "_TIMEOUT", 0.1)
    server.answer_join = lambda topic: False
    recorder = Recorder(hub_for(server.url))
    recorder.set_topics("a")
    await until(lambda: server.connections >= 2)
    # A busy machine may need longer for a connection than a join may take here.
    monkeypatch.setattr(hub_module, "_TIMEOUT", timeout)
    server.answer_join = lambda topic: None
    await until(lambda: recorder.listener.live, seconds=30)
    before, seen = server.connections, len(recorder.kinds())
    await server.push("a", "phx_close", {})
    await until(lambda: recorder.kinds()[seen:] == [SignalKind.LOST, SignalKind.JOINED], seconds=30)
    assert server.connections == before + 1
    await recorder.listener.close()


async def test_a_topic_that_keeps_closing_is_joined_with_growing_delays(server: FakeRealtime) -> None:
    server.closes = lambda topic: True
    recorder = Recorder(hub_for(server.url))
    recorder.set_topics("a")
    await asyncio.sleep(2)
    assert server.connections <= 6
    await until(lambda: server.connections >= 3)
    await recorder.listener.close()


async def test_closing_does_not_wait_for_a_server_that_never_responds() -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        recorder = Recorder(hub_for(f"http://127.0.0.1:{silent.getsockname()[1]}"))
        recorder.set_topics("a")
        await asyncio.sleep(0.05)
        begun = time.monotonic()
        await recorder.listener.close()
        assert time.monotonic() - begun < 5


async def test_a_topic_that_is_wanted_while_the_connection_closes_gets_a_new_one(server: FakeRealtime) -> None:
    recorder = Recorder(hub_for(server.url))
    for _ in range(3):
        recorder.set_topics("a")
        await until(lambda: recorder.listener.live)
        recorder.set_topics()
    recorder.set_topics("b")
    await until(lambda: recorder.listener.live)
    await server.announce("b", cursor="7.1")
    await until(lambda: SignalKind.ANNOUNCEMENT in recorder.kinds("b"))
    assert len(server.sockets) == 1
    await recorder.listener.close()


async def test_a_server_that_does_not_close_its_end_delays_nobody(
    server: FakeRealtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub_module, "_CLOSE_TIMEOUT", 0.1)
    recorder = Recorder(hub_for(server.url))
    recorder.set_topics("a")
    await until(lambda: recorder.listener.live)
    server.sockets[0].transport.pause_reading()
    begun = time.monotonic()
    await recorder.listener.close()
    assert time.monotonic() - begun < 5
    server.sockets[0].transport.resume_reading()
    await until(lambda: not server.sockets)


async def test_closing_during_a_reconnection_leaves_nothing_behind(server: FakeRealtime) -> None:
    for seconds in (0, 0.001, 0.05, 0.15, 0.2, 0.25, 0.3):
        recorder = Recorder(hub_for(server.url))
        recorder.set_topics("a")
        await until(lambda: recorder.listener.live)  # noqa: B023
        await (server.drop_connections() if seconds else server.expire_token("a"))
        await asyncio.sleep(seconds)
        await recorder.listener.close()


async def test_presence_is_sent_again_after_a_reconnection_and_within_the_rate_limit(
    server: FakeRealtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    recorder = Recorder(hub_for(server.url))
    recorder.listener.set_topics({Topic("t:staff", "ada")})
    recorder.listener.set_presence("t:staff", {"state": "viewing"})
    await until(lambda: len(server.received("presence")) == 1)
    assert server.received("phx_join")[0][1]["config"]["presence"] == {"key": "ada", "enabled": True}
    await server.push("t:staff", "presence_state", {"bob": {"metas": [{"phx_ref": "1", "state": "typing"}]}})
    await until(lambda: SignalKind.PRESENCE in recorder.kinds())
    assert [entry["state"] for entry in recorder.listener.presences("t:staff")] == ["typing"]
    await server.drop_connections()
    await until(lambda: len(server.received("presence")) == 2)
    for number in range(20):
        recorder.listener.set_presence("t:staff", {"state": number})
        await asyncio.sleep(0.01)
    assert [payload["payload"]["state"] for _, payload in server.received("presence")] == ["viewing", "viewing", 0, 1]
    subscription = next(iter(recorder.listener._hub.subscriptions))
    assert subscription.may_send_presence_at() - time.time() == pytest.approx(30, abs=5)
    subscription._presence_sent_at.clear()
    recorder.listener._hub.wake()
    await until(lambda: len(server.received("presence")) == 5)
    assert server.received("presence")[-1][1]["payload"]["state"] == 19
    await recorder.listener.close()


async def test_invalid_messages_from_the_server_are_skipped(
    server: FakeRealtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transport, "_MAX_MESSAGE_BYTES", 2**20)
    recorder = Recorder(hub_for(server.url))
    recorder.set_topics("a")
    await until(lambda: recorder.listener.live)
    for text in ("", "{", "[]", '{"topic":"realtime:a"}', '{"topic":"realtime:a","event":"broadcast","ref":null}'):
        await server.sockets[0].send(text)
    await server.push("a", "broadcast", {"type": "broadcast", "event": "x", "payload": [1]})
    await server.push("elsewhere", "broadcast", {"type": "broadcast", "event": "x", "payload": {}})
    await server.announce("a", cursor="7.1")
    await until(lambda: SignalKind.ANNOUNCEMENT in recorder.kinds())
    assert recorder.kinds() == [SignalKind.JOINED, SignalKind.ANNOUNCEMENT]
    await server.sockets[0].send("x" * 2**20 + "x")
    await until(lambda: recorder.kinds()[-2:] == [SignalKind.LOST, SignalKind.JOINED])
    await recorder.listener.close()


async def test_the_host_applications_own_use_of_the_package_is_still_logged(
    server: FakeRealtime, caplog: pytest.LogCaptureFixture
) -> None:
    from realtime import AsyncRealtimeClient

    recorder = Recorder(hub_for(server.url))
    recorder.set_topics("a")
    await until(lambda: recorder.listener.live)
    server.status = 404
    host = AsyncRealtimeClient(f"{server.url}/realtime/v1", "key", auto_reconnect=False, max_retries=1)
    with pytest.raises(Exception, match="404"):
        await host.connect()
    assert any(record.name.startswith("realtime") for record in caplog.records)
    await recorder.listener.close()
