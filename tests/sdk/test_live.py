"""The hub: one socket for all, joined again after every loss, quiet where there is none, and nothing left behind."""

from __future__ import annotations

import asyncio
import logging
import re
import socket
import time
from collections.abc import AsyncIterator

import pytest
from tests.sdk.phoenix import DENIED, Ear, Phoenix, hub_for, phoenix, until
from tests.sdk.test_sessions import jwt

from helpdesk_sdk import AuthenticationError
from helpdesk_sdk._http.session import SessionStore, session_from_token
from helpdesk_sdk._live import hub as live
from helpdesk_sdk._live import transport as _realtime
from helpdesk_sdk._live.subscriptions import Kind, Topic
from helpdesk_sdk.errors import HelpdeskError


@pytest.fixture
async def server() -> AsyncIterator[Phoenix]:
    async with phoenix() as made:
        yield made


@pytest.fixture(autouse=True)
async def nothing_is_left() -> AsyncIterator[None]:
    before = asyncio.all_tasks()
    yield
    # The server's own tasks end with its sockets.
    await until(
        lambda: not [one for one in map(repr, asyncio.all_tasks() - before) if re.search("helpdesk:|realtime", one)]
    )


async def test_one_socket_serves_all_and_closes_with_the_last(server: Phoenix) -> None:
    hub = hub_for(server.url)
    one, other = Ear(hub), Ear(hub)
    one.want("a", "b")
    other.want("b")
    await until(lambda: one.listening.live and other.listening.live)
    await server.news("b", cursor="7.1", type="ticket.created")
    await until(lambda: Kind.NEWS in one.kinds("b") and Kind.NEWS in other.kinds("b"))
    assert one.heard[-1].content == {"cursor": "7.1", "type": "ticket.created"}
    assert server.connections == 1
    assert sorted(topic for topic, _ in server.of("phx_join")) == ["a", "b"]
    config = server.of("phx_join")[0][1]["config"]
    assert config["private"] is True
    assert config["presence"]["enabled"] is False
    one.want("b")
    await until(lambda: server.of("phx_leave") == [("a", {})])
    await one.listening.close()
    await server.news("b", cursor="7.2")
    await until(lambda: other.kinds("b").count(Kind.NEWS) == 2)
    assert one.kinds("b").count(Kind.NEWS) == 1
    await other.listening.close()
    await until(lambda: not server.sockets)
    assert server.connections == 1


async def test_a_topic_that_is_left_can_be_joined_again_at_once(server: Phoenix) -> None:
    server.last_word_after = 0.05
    ear = Ear(hub_for(server.url))
    ear.want("stays", "a")
    await until(lambda: ear.listening.live)
    for _ in range(3):
        ear.want("stays")
        ear.want("stays", "a")
        await until(lambda: ear.listening.live)
    await asyncio.sleep(0.5)
    assert ear.listening.live
    assert server.connections == 1
    await server.news("a", cursor="7.1")
    await until(lambda: Kind.NEWS in ear.kinds("a"))
    await ear.listening.close()


async def test_a_lost_socket_comes_back_with_all_its_topics(server: Phoenix) -> None:
    ear = Ear(hub_for(server.url))
    ear.want("a", "b")
    await until(lambda: ear.listening.live)
    for end in (server.cut, lambda: server.sockets[0].close(1000), lambda: server.sockets[0].close(1012)):
        ear.heard.clear()
        await end()
        await until(lambda: ear.kinds("a") == ear.kinds("b") == [Kind.LOST, Kind.JOINED])
    assert server.connections == 4
    await ear.listening.close()


async def test_a_refused_topic_does_not_hold_up_the_others_and_is_asked_for_more_and_more_rarely(
    server: Phoenix, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "_pause", lambda failures: 0.01 * 2**failures)
    server.answer = lambda topic: DENIED if topic == "theirs" else None
    ear = Ear(hub_for(server.url))
    ear.want("theirs", "mine")
    await until(lambda: ear.kinds("theirs") == [Kind.DENIED] and ear.listening.live)
    begun = time.monotonic()
    await until(lambda: len(server.of("phx_join")) >= 6)
    assert time.monotonic() - begun > 0.2
    assert ear.kinds("theirs") == [Kind.DENIED], "it is told once"
    assert ear.listening.live
    server.answer = lambda topic: None
    await until(lambda: ear.kinds("theirs") == [Kind.DENIED, Kind.JOINED])
    assert server.connections == 1
    await ear.listening.close()


@pytest.mark.parametrize("status", [404, 501, 401, 429, 500])
async def test_where_there_is_no_realtime_it_says_so_once_and_tries_again(
    server: Phoenix, status: int, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "_pause", lambda failures: 0.02)
    server.status = status
    ear = Ear(hub_for(server.url))
    ear.want("a")
    await until(lambda: server.connections >= 4)
    assert not ear.listening.live
    assert str(status) in (ear.listening.problem or "")
    told = [record for record in caplog.records if record.levelno >= logging.WARNING]
    assert [record.name for record in told] == ["helpdesk_sdk"]
    assert "no live events" in told[0].message
    server.status = 101
    await until(lambda: ear.listening.live)
    assert ear.listening.problem is None
    await ear.listening.close()


async def test_a_port_that_nobody_serves_and_one_that_never_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "_TIMEOUT", 0.1)
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        for listening in (False, True):
            if listening:
                silent.listen()
            ear = Ear(hub_for(f"http://127.0.0.1:{silent.getsockname()[1]}"))
            ear.want("a")
            await until(lambda: ear.listening.problem is not None)  # noqa: B023
            await ear.listening.close()


async def test_a_topic_that_gives_no_answer_or_closes_is_joined_on_a_new_socket(
    server: Phoenix, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "_TIMEOUT", 0.1)
    server.answer = lambda topic: False
    ear = Ear(hub_for(server.url))
    ear.want("a")
    await until(lambda: server.connections >= 2)
    server.answer = lambda topic: None
    await until(lambda: ear.listening.live)
    before = server.connections
    await server.push("a", "phx_close", {})
    await until(lambda: ear.kinds()[-2:] == [Kind.LOST, Kind.JOINED])
    assert server.connections == before + 1
    await ear.listening.close()


async def test_a_topic_that_closes_again_and_again_is_joined_more_and_more_rarely(server: Phoenix) -> None:
    server.closes = lambda topic: True
    ear = Ear(hub_for(server.url))
    ear.want("a")
    await asyncio.sleep(2)
    assert server.connections <= 6
    await until(lambda: server.connections >= 3)
    await ear.listening.close()


async def test_leaving_does_not_wait_for_a_connection_that_does_not_come() -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        ear = Ear(hub_for(f"http://127.0.0.1:{silent.getsockname()[1]}"))
        ear.want("a")
        await asyncio.sleep(0.05)
        begun = time.monotonic()
        await ear.listening.close()
        assert time.monotonic() - begun < 5


async def test_who_comes_while_the_socket_closes_gets_a_new_one(server: Phoenix) -> None:
    ear = Ear(hub_for(server.url))
    for _ in range(3):
        ear.want("a")
        await until(lambda: ear.listening.live)
        ear.want()
    ear.want("b")
    await until(lambda: ear.listening.live)
    await server.news("b", cursor="7.1")
    await until(lambda: Kind.NEWS in ear.kinds("b"))
    assert len(server.sockets) == 1
    await ear.listening.close()


async def test_a_server_that_does_not_close_its_end_holds_up_nobody(
    server: Phoenix, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "_CLOSING", 0.1)
    ear = Ear(hub_for(server.url))
    ear.want("a")
    await until(lambda: ear.listening.live)
    server.sockets[0].transport.pause_reading()
    begun = time.monotonic()
    await ear.listening.close()
    assert time.monotonic() - begun < 5
    server.sockets[0].transport.resume_reading()
    await until(lambda: not server.sockets)


async def test_leaving_in_the_middle_of_a_reconnection_leaves_nothing(server: Phoenix) -> None:
    for seconds in (0, 0.001, 0.05, 0.15, 0.2, 0.25, 0.3):
        ear = Ear(hub_for(server.url))
        ear.want("a")
        await until(lambda: ear.listening.live)  # noqa: B023
        await (server.cut() if seconds else server.expire("a"))
        await asyncio.sleep(seconds)
        await ear.listening.close()


async def test_the_token_is_renewed_before_it_runs_out_and_told_to_the_server(server: Phoenix) -> None:
    tokens = [jwt("ada", expires_in=31.5, n=number) for number in range(2)] + [jwt("ada", n=2)]

    def renew(store: SessionStore) -> None:
        store.replace(session_from_token(tokens[renewals.pop(0)], "refresh"), same_person=True)

    renewals = [1, 2]
    hub = hub_for(server.url, tokens[0], renew)
    ear = Ear(hub)
    ear.want("a")
    await until(lambda: len(server.of("access_token")) == 2, seconds=8)
    assert server.of("phx_join")[0][1]["access_token"] == tokens[0]
    assert [payload["access_token"] for _, payload in server.of("access_token")] == tokens[1:]
    assert ear.kinds() == [Kind.JOINED]
    # A session that was renewed elsewhere is told as well.
    hub._context.session_store.replace(session_from_token(jwt("ada", n=3), "refresh"), same_person=True)
    await until(lambda: len(server.of("access_token")) == 3)
    await ear.listening.close()


async def test_a_token_that_the_server_takes_for_expired_is_renewed(server: Phoenix) -> None:
    """Clocks differ."""
    good = jwt("ada", n=1)
    server.answer = lambda topic: (
        None
        if server.of("phx_join")[-1][1]["access_token"] == good
        else "InvalidJWTToken: Token has expired 2 seconds ago"
    )

    def renew(store: SessionStore) -> None:
        store.replace(session_from_token(good, "refresh"), same_person=True)

    ear = Ear(hub_for(server.url, jwt("ada"), renew))
    ear.want("a")
    await until(lambda: ear.listening.live)
    await ear.listening.close()


async def test_a_token_that_runs_out_for_good_is_an_error_until_somebody_signs_in(server: Phoenix) -> None:
    hub = hub_for(server.url, jwt("ada", expires_in=-60))
    ear = Ear(hub)
    ear.want("a")
    await until(lambda: ear.listening.live)
    await asyncio.sleep(0.2)
    assert ear.listening.live, "clocks differ: it is the server that knows"
    await server.expire("a")
    await until(lambda: ear.listening.error)
    assert ear.kinds()[-1] is Kind.LOST
    assert isinstance(ear.listening.error, AuthenticationError)
    await until(lambda: not server.sockets)
    hub._context.session_store.replace(session_from_token(jwt("ada"), None))
    await until(lambda: ear.listening.live)
    assert ear.listening.error is None
    await ear.listening.close()


async def test_a_refused_renewal_is_an_error_once_the_token_has_run_out(server: Phoenix) -> None:
    def renew(store: SessionStore) -> HelpdeskError:
        return AuthenticationError("The session has ended")

    ear = Ear(hub_for(server.url, jwt("ada", expires_in=1), renew))
    ear.want("a")
    await until(lambda: ear.listening.live)
    await asyncio.sleep(0.2)
    assert ear.listening.live, "it holds still"
    await server.expire("a")
    await until(lambda: ear.listening.error is not None)
    assert "session has ended" in str(ear.listening.error)
    await ear.listening.close()


async def test_presences_are_told_again_after_a_loss_and_not_too_often(
    server: Phoenix, monkeypatch: pytest.MonkeyPatch
) -> None:
    ear = Ear(hub_for(server.url))
    ear.listening.want({Topic("t:staff", "ada")})
    ear.listening.track("t:staff", {"state": "viewing"})
    await until(lambda: len(server.of("presence")) == 1)
    assert server.of("phx_join")[0][1]["config"]["presence"] == {"key": "ada", "enabled": True}
    await server.push("t:staff", "presence_state", {"bob": {"metas": [{"phx_ref": "1", "state": "typing"}]}})
    await until(lambda: Kind.PRESENCE in ear.kinds())
    assert [one["state"] for one in ear.listening.presences("t:staff")] == ["typing"]
    await server.cut()
    await until(lambda: len(server.of("presence")) == 2)
    for number in range(20):
        ear.listening.track("t:staff", {"state": number})
        await asyncio.sleep(0.01)
    assert [payload["payload"]["state"] for _, payload in server.of("presence")] == ["viewing", "viewing", 0, 1]
    room = next(iter(ear.listening._home.rooms))
    assert room.track_at() - time.time() == pytest.approx(30, abs=5)
    room._tracks.clear()
    ear.listening._home.stir()
    await until(lambda: len(server.of("presence")) == 5)
    assert server.of("presence")[-1][1]["payload"]["state"] == 19
    await ear.listening.close()


async def test_rubbish_from_the_server_harms_nothing(server: Phoenix, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_realtime, "_MOST_BYTES", 2**20)
    ear = Ear(hub_for(server.url))
    ear.want("a")
    await until(lambda: ear.listening.live)
    for text in ("", "{", "[]", '{"topic":"realtime:a"}', '{"topic":"realtime:a","event":"broadcast","ref":null}'):
        await server.sockets[0].send(text)
    await server.push("a", "broadcast", {"type": "broadcast", "event": "x", "payload": [1]})
    await server.push("elsewhere", "broadcast", {"type": "broadcast", "event": "x", "payload": {}})
    await server.news("a", cursor="7.1")
    await until(lambda: Kind.NEWS in ear.kinds())
    assert ear.kinds() == [Kind.JOINED, Kind.NEWS]
    await server.sockets[0].send("x" * 2**20 + "x")
    await until(lambda: ear.kinds()[-2:] == [Kind.LOST, Kind.JOINED])
    await ear.listening.close()


async def test_the_packages_own_use_by_the_host_is_not_silenced(
    server: Phoenix, caplog: pytest.LogCaptureFixture
) -> None:
    from realtime import AsyncRealtimeClient

    ear = Ear(hub_for(server.url))
    ear.want("a")
    await until(lambda: ear.listening.live)
    server.status = 404
    host = AsyncRealtimeClient(f"{server.url}/realtime/v1", "key", auto_reconnect=False, max_retries=1)
    with pytest.raises(Exception, match="404"):
        await host.connect()
    assert any(record.name.startswith("realtime") for record in caplog.records)
    await ear.listening.close()
