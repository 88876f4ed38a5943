"""The hub and its token: sent, renewed before it expires and when the server refuses it, and the end of the session."""

from __future__ import annotations

import asyncio

from tests.sdk.fake_realtime import FakeRealtime, Recorder, hub_for, until
from tests.sdk.test_hub import nothing_is_left as nothing_is_left
from tests.sdk.test_hub import server as server
from tests.sdk.test_sessions import jwt

from helpdesk_sdk import AuthenticationError
from helpdesk_sdk._http.session import SessionStore, session_from_token
from helpdesk_sdk._live.subscriptions import SignalKind
from helpdesk_sdk.errors import HelpdeskError


async def test_the_token_is_renewed_before_it_expires_and_sent_to_the_server(server: FakeRealtime) -> None:
    tokens = [jwt("ada", expires_in=31.5, n=number) for number in range(2)] + [jwt("ada", n=2)]

    def renew(store: SessionStore) -> None:
        store.replace(session_from_token(tokens[renewals.pop(0)], "refresh"), same_person=True)

    renewals = [1, 2]
    hub = hub_for(server.url, tokens[0], renew)
    recorder = Recorder(hub)
    recorder.set_topics("a")
    await until(lambda: len(server.received("access_token")) == 2, seconds=8)
    assert server.received("phx_join")[0][1]["access_token"] == tokens[0]
    assert [payload["access_token"] for _, payload in server.received("access_token")] == tokens[1:]
    assert recorder.kinds() == [SignalKind.JOINED]
    # A session that was renewed elsewhere is sent too.
    hub._context.session_store.replace(session_from_token(jwt("ada", n=3), "refresh"), same_person=True)
    await until(lambda: len(server.received("access_token")) == 3)
    await recorder.listener.close()


async def test_a_token_that_the_server_calls_expired_is_renewed(server: FakeRealtime) -> None:
    """The server's clock may differ from ours."""
    good = jwt("ada", n=1)
    server.answer_join = lambda topic: (
        None
        if server.received("phx_join")[-1][1]["access_token"] == good
        else "InvalidJWTToken: Token has expired 2 seconds ago"
    )

    def renew(store: SessionStore) -> None:
        store.replace(session_from_token(good, "refresh"), same_person=True)

    recorder = Recorder(hub_for(server.url, jwt("ada"), renew))
    recorder.set_topics("a")
    await until(lambda: recorder.listener.live)
    await recorder.listener.close()


async def test_an_expired_token_without_a_refresh_token_is_an_error_until_somebody_signs_in(
    server: FakeRealtime,
) -> None:
    hub = hub_for(server.url, jwt("ada", expires_in=-60))
    recorder = Recorder(hub)
    recorder.set_topics("a")
    await until(lambda: recorder.listener.live)
    await asyncio.sleep(0.2)
    assert recorder.listener.live, "clocks differ: only the server decides that a token has expired"
    await server.expire_token("a")
    await until(lambda: recorder.listener.error)
    assert recorder.kinds()[-1] is SignalKind.LOST
    assert isinstance(recorder.listener.error, AuthenticationError)
    await until(lambda: not server.sockets)
    hub._context.session_store.replace(session_from_token(jwt("ada"), None))
    await until(lambda: recorder.listener.live)
    assert recorder.listener.error is None
    await recorder.listener.close()


async def test_a_failed_renewal_is_an_error_once_the_token_has_expired(server: FakeRealtime) -> None:
    def renew(store: SessionStore) -> HelpdeskError:
        return AuthenticationError("The session has ended")

    recorder = Recorder(hub_for(server.url, jwt("ada", expires_in=1), renew))
    recorder.set_topics("a")
    await until(lambda: recorder.listener.live)
    await asyncio.sleep(0.2)
    assert recorder.listener.live, "the token is still valid"
    await server.expire_token("a")
    await until(lambda: recorder.listener.error is not None)
    assert "session has ended" in str(recorder.listener.error)
    await recorder.listener.close()
