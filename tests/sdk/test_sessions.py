"""Sessions begin when they are needed, renew themselves, and are shared; nothing of them shows where it should not."""

from __future__ import annotations

import asyncio
import base64
import io
import json
import logging
import pickle
import threading
import time
import traceback
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
from tests.sdk.support import FAST, Scenario, Server, both, ok, refused, ticket_row, user_row

from helpdesk_sdk import (
    AsyncHelpdesk,
    AuthenticationError,
    ConnectionFailedError,
    Helpdesk,
    RateLimitedError,
    UserExistsError,
)

EXPIRED = {"code": "PGRST303", "message": "JWT expired"}


def jwt(name: str, expires_in: float = 3600, **claims: Any) -> str:
    def part(value: object) -> str:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")

    return f"{part({'alg': 'HS256'})}.{part({'sub': name, 'exp': time.time() + expires_in} | claims)}.c2lnbmF0dXJl"


def session(name: str, expires_in: int = 3600) -> httpx.Response:
    user = {
        "id": user_row()["user_id"],
        "aud": "authenticated",
        "created_at": user_row()["created_at"],
        "app_metadata": {},
        "user_metadata": {},
    }
    body = {"access_token": f"access-{name}", "refresh_token": f"refresh-{name}", "token_type": "bearer", "user": user}
    return ok(body | {"expires_in": expires_in})


def bearer(request: httpx.Request) -> str | None:
    found: str | None = request.headers.get("Authorization")
    return found


@both
def test_credentials_sign_in_when_a_session_is_needed(connect: Any, server: Server) -> Scenario:
    hd = connect(email="ada@example.com", password="horse")
    assert server.requests == []
    server.answers(session("1"), ok([ticket_row()]), ok([ticket_row()]))
    yield hd.tickets.get(42)
    yield hd.tickets.get(42)
    assert server.requests[0].url.path == "/auth/v1/token"
    assert server.body(0) == {
        "email": "ada@example.com",
        "password": "horse",
        "data": {},
        "gotrue_meta_security": {"captcha_token": None},
    }
    assert [bearer(request) for request in server.requests[1:]] == ["Bearer access-1"] * 2


@both
def test_a_session_is_renewed_before_it_runs_out(connect: Any, server: Server) -> Scenario:
    seen: list[Any] = []
    hd = connect(access_token=jwt("ada", expires_in=5), refresh_token="refresh-0", on_session=seen.append)
    server.answers(session("1"), ok([ticket_row()]))
    yield hd.tickets.get(42)
    assert server.body(0) == {"refresh_token": "refresh-0"}
    assert bearer(server.requests[1]) == "Bearer access-1"
    assert [one.refresh_token.get_secret_value() for one in seen] == ["refresh-1"]


@both
def test_a_refused_token_is_renewed_once(connect: Any, server: Server) -> Scenario:
    hd = connect(access_token="access-0", refresh_token="refresh-0")
    server.answers(refused(401, **EXPIRED), session("1"), ok(ticket_row()))
    yield hd.tickets.create("Cannot log in")
    assert [bearer(request) for request in server.requests] == ["Bearer access-0", None, "Bearer access-1"]
    # The write itself is the same, with the same id.
    assert server.requests[0].content == server.requests[2].content
    server.answers(refused(401, **EXPIRED), session("2"), refused(401, **EXPIRED))
    with pytest.raises(AuthenticationError):
        yield hd.tickets.get(42)


@both
def test_a_token_that_cannot_be_renewed_says_so(connect: Any, server: Server) -> Scenario:
    hd = connect(access_token=jwt("ada", expires_in=-5))
    server.answers(refused(401, **EXPIRED))
    with pytest.raises(AuthenticationError, match="has run out, and there is no refresh token"):
        yield hd.tickets.get(42)
    assert len(server.requests) == 1


@both
def test_a_dead_refresh_token_ends_the_session_and_is_not_tried_again(connect: Any, server: Server) -> Scenario:
    hd = connect(access_token="access-0", refresh_token="refresh-0")
    dead = refused(400, code="refresh_token_not_found", message="Invalid Refresh Token")
    server.answers(refused(401, **EXPIRED), dead, refused(401, **EXPIRED))
    with pytest.raises(AuthenticationError, match="session has ended"):
        yield hd.tickets.get(42)
    with pytest.raises(AuthenticationError):
        yield hd.tickets.get(42)
    assert len(server.requests) == 3


@both
def test_a_dead_refresh_token_signs_in_again_with_credentials(connect: Any, server: Server) -> Scenario:
    hd = connect(access_token="access-0", refresh_token="refresh-0", email="ada@example.com", password="horse")
    dead = refused(400, code="refresh_token_already_used", message="Invalid Refresh Token")
    server.answers(refused(401, **EXPIRED), dead, session("1"), ok([ticket_row()]))
    assert (yield hd.tickets.get(42)).number == 42


@both
def test_a_failing_renewal_does_not_matter_while_the_token_holds(connect: Any, server: Server) -> Scenario:
    token = jwt("ada", expires_in=20)
    hd = connect(access_token=token, refresh_token="refresh-0", max_retries=0)
    server.answers(httpx.ConnectError("down"), ok([ticket_row()]))
    yield hd.tickets.get(42)
    assert bearer(server.requests[-1]) == f"Bearer {token}"
    hd = connect(access_token=jwt("ada", expires_in=-1), refresh_token="refresh-0", max_retries=0)
    server.answers(httpx.ConnectError("down"))
    with pytest.raises(ConnectionFailedError):
        yield hd.tickets.get(42)


@both
def test_sign_in_and_out(connect: Any, server: Server) -> Scenario:
    seen: list[Any] = []
    hd = connect(on_session=seen.append)
    server.answers(session("1"), ok(user_row(role="customer")), httpx.Response(204))
    made = yield hd.auth.sign_in("Ada@Example.com", "horse")
    assert made == hd.auth.session
    assert (yield hd.users.me()).role == "customer"
    yield hd.auth.sign_out()
    assert server.requests[-1].url.path == "/auth/v1/logout"
    assert bearer(server.requests[-1]) == "Bearer access-1"
    assert hd.auth.session is None
    assert seen == [made, None]
    server.answers(refused(401, code="42501"))
    with pytest.raises(AuthenticationError, match="Sign in first"):
        yield hd.tickets.get(42)
    assert bearer(server.requests[-1]) is None


@both
def test_what_supabase_auth_refuses(connect: Any, server: Server) -> Scenario:
    hd = connect()
    wrong = {"code": 400, "error_code": "invalid_credentials", "msg": "Invalid login credentials"}
    server.answers(httpx.Response(400, json=wrong, headers={"sb-request-id": "r-9"}))
    with pytest.raises(AuthenticationError, match="Invalid login credentials") as caught:
        yield hd.auth.sign_in("ada@example.com", "wrong")
    assert (caught.value.request_id, caught.value.code) == ("r-9", "invalid_credentials")
    assert caught.value.hint == "Check the e-mail address and the password."
    server.answers(httpx.Response(422, json={"error_code": "user_already_exists", "msg": "User already registered"}))
    with pytest.raises(UserExistsError):
        yield hd.auth.sign_up("ada@example.com", "horse-horse", name="Ada")
    limited = {"error_code": "over_request_rate_limit", "msg": "Slow down"}
    server.answers(httpx.Response(429, json=limited, headers={"Retry-After": "60"}))
    with pytest.raises(RateLimitedError) as slow:
        yield hd.auth.sign_in("ada@example.com", "horse")
    assert slow.value.retry_after == 60


@both
def test_a_sign_up_that_waits_for_its_e_mail_has_no_session(connect: Any, server: Server) -> Scenario:
    hd = connect()
    pending = {"id": user_row()["user_id"], "aud": "authenticated", "created_at": user_row()["created_at"]}
    server.answers(ok(pending | {"app_metadata": {}, "user_metadata": {}}))
    assert (yield hd.auth.sign_up("ada@example.com", "horse-horse", name="Ada")) is None
    assert server.body()["data"] == {"name": "Ada"}
    assert hd.auth.session is None


@both
def test_keys_go_where_the_gateway_wants_them(connect: Any, server: Server) -> Scenario:
    legacy = jwt("key", role="service_role")
    for key, authorization in (("sb_secret_x", None), ("sb_publishable_x", None), (legacy, f"Bearer {legacy}")):
        server.answers(ok([ticket_row()]))
        yield connect(key).tickets.get(42)
        assert server.requests[-1].headers["apikey"] == key
        assert bearer(server.requests[-1]) == authorization
    server.answers(ok([ticket_row()]))
    yield connect("sb_secret_x", access_token="access").tickets.get(42)
    assert bearer(server.requests[-1]) == "Bearer access"


class Renewing:
    """Refuses the old token, slowly; counts how often it is renewed."""

    def __init__(self) -> None:
        self.renewals = 0
        self._lock = threading.Lock()

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if request.url.path == "/auth/v1/token":
            with self._lock:
                self.renewals += 1
            time.sleep(0.02)
            return session("1")
        return ok([ticket_row()]) if bearer(request) == "Bearer access-1" else refused(401, **EXPIRED)


def test_threads_share_one_renewal() -> None:
    server = Renewing()
    transport = httpx.MockTransport(server)
    hd = Helpdesk("http://helpdesk.test", "k", access_token="old", refresh_token="r", transport=transport)
    with hd, ThreadPoolExecutor(16) as pool:
        found = list(pool.map(lambda _: hd.tickets.get(42).number, range(32)))
    assert found == [42] * 32
    assert server.renewals == 1


async def test_tasks_share_one_renewal() -> None:
    server = Renewing()
    transport = httpx.MockTransport(server)
    async with AsyncHelpdesk(
        "http://helpdesk.test", "k", access_token="old", refresh_token="r", transport=transport
    ) as hd:
        found = await asyncio.gather(*[hd.tickets.get(42) for _ in range(32)])
    assert {ticket.number for ticket in found} == {42}
    assert server.renewals == 1


@both
def test_no_secret_shows(connect: Any, server: Server, caplog: pytest.LogCaptureFixture) -> Scenario:
    caplog.set_level(logging.DEBUG)
    secrets = ["sb_secret_hidden", "access-hidden", "refresh-hidden", "horse-hidden"]
    hd = connect("sb_secret_hidden", email="ada@example.com", password="horse-hidden", backoff=FAST)
    server.answers(session("hidden"), refused(503), ok([ticket_row()]), *[httpx.ConnectError("down")] * 4)
    yield hd.tickets.get(42)
    shown = io.StringIO()
    try:
        yield hd.tickets.get(42)
    except ConnectionFailedError as error:
        traceback.print_exception(error, file=shown)
        shown.write(f"{error!r} {vars(error)} {pickle.dumps(error)!r}")
    parts = [hd, hd.auth, hd.tickets, hd.auth.session, hd._driver.context, hd._driver.context.session_store.credentials]
    shown.write(" ".join(f"{part!r} {part!s}" for part in parts) + caplog.text)
    assert "attempt 1 failed (503)" in shown.getvalue()
    for secret in secrets:
        assert secret not in shown.getvalue()


@both
def test_nothing_is_left_running(connect: Any, server: Server) -> Scenario:
    before = threading.active_count()
    hd = connect(email="ada@example.com", password="horse")
    server.answers(session("1", expires_in=31), ok([ticket_row()]))
    yield hd.tickets.get(42)
    yield hd.close()
    assert threading.active_count() == before
