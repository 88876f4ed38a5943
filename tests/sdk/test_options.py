"""What a client is made with: keys and tokens as they come from files, and other options for some calls."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
import supabase_auth
from pydantic import SecretStr
from tests.sdk.support import Scenario, Server, both, ok, ticket_row, user_row

from helpdesk_sdk import ConfigurationError, Helpdesk, HelpdeskError, InvalidValueError, RequestTimeoutError, errors


class Timeouts:
    """Answers every request, and keeps the timeout that each was sent with."""

    def __init__(self) -> None:
        self.seen: list[float] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.seen.append(request.extensions["timeout"]["read"])
        if "/auth/" in request.url.path:
            user = {"id": "x", "aud": "authenticated", "created_at": "2026-01-02T03:04:05Z"}
            tokens = {"access_token": "a", "refresh_token": "r", "token_type": "bearer", "expires_in": 3600}
            return ok(tokens | {"user": {**user, "app_metadata": {}, "user_metadata": {}}})
        return ok(user_row() if "whoami" in request.url.path else [ticket_row()])


@both
def test_a_timeout_for_some_calls(connect: Callable[..., Any]) -> Scenario:
    timeouts = Timeouts()
    options = {"email": "ada@example.com", "password": "secret", "timeout": 7}
    hd = connect(transport=httpx.MockTransport(timeouts), **options)
    quick = hd.with_options(timeout=0.5)
    yield quick.tickets.get(42)
    yield hd.tickets.get(42)
    # Signing in, too: it is part of the first call.
    assert timeouts.seen == [0.5, 0.5, 7]
    yield quick.auth.sign_in("ada@example.com", "secret")
    assert timeouts.seen[3] == 0.5


@both
def test_retries_for_some_calls(hd: Any, server: Server) -> Scenario:
    server.answers(httpx.ConnectTimeout("slow"), ok([ticket_row()]))
    with pytest.raises(RequestTimeoutError):
        yield hd.with_options(max_retries=0).tickets.get(42)
    assert len(server.requests) == 1
    assert (yield hd.tickets.get(42)).number == 42


@both
def test_a_client_with_other_options_shares_the_session_and_closes_nothing(hd: Any, server: Server) -> Scenario:
    other = hd.with_options(max_retries=1)
    assert type(other) is type(hd)
    yield other.close()
    server.answers(ok([ticket_row()]), ok([ticket_row()]))
    yield other.tickets.get(42)
    yield hd.tickets.get(42)
    assert [request.headers["Authorization"] for request in server.requests] == ["Bearer token-of-somebody"] * 2


@pytest.mark.parametrize(
    "options", [{"timeout": 0}, {"timeout": "2"}, {"max_retries": 11}, {"max_retries": -1}], ids=str
)
def test_other_options_are_checked(hd: Any, options: dict[str, Any]) -> None:
    with pytest.raises(InvalidValueError, match=f"^{next(iter(options))} must be"):
        hd.with_options(**options)


@both
def test_keys_and_tokens_as_files_and_sessions_have_them(connect: Callable[..., Any], server: Server) -> Scenario:
    for token in ("token-x\n", SecretStr("token-x")):
        server.answers(ok([ticket_row()]))
        yield connect("sb_publishable_x\n", access_token=token).tickets.get(42)
        assert server.requests[-1].headers["Authorization"] == "Bearer token-x"
        assert server.requests[-1].headers["apikey"] == "sb_publishable_x"


@both
def test_a_session_of_supabase_or_of_another_client(connect: Callable[..., Any], server: Server) -> Scenario:
    user = supabase_auth.User(
        id="x", aud="a", created_at=datetime(2026, 1, 2, tzinfo=UTC), app_metadata={}, user_metadata={}
    )
    foreign = supabase_auth.Session(
        access_token="token-x", refresh_token="refresh-x", expires_in=3600, token_type="bearer", user=user
    )
    hd = connect(session=foreign)
    for client in (hd, connect(session=hd.auth.session)):
        server.answers(ok([ticket_row()]))
        yield client.tickets.get(42)
        assert server.requests[-1].headers["Authorization"] == "Bearer token-x"
        assert client.auth.session.refresh_token.get_secret_value() == "refresh-x"


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        (
            {"session": SimpleNamespace(access_token="t", refresh_token="r"), "access_token": "t"},
            "together with a token",
        ),
        ({"session": SimpleNamespace(session=None, user=None)}, "response.session"),
        ({"session": {"access_token": "t"}}, "is not a session but a dict"),
        ({"session": SimpleNamespace(access_token="t t", refresh_token=None)}, "access_token is malformed"),
        ({"session": SimpleNamespace(access_token=None, refresh_token="r")}, "without access_token"),
    ],
    ids=["two ways", "a response", "a dict", "malformed", "half"],
)
def test_what_is_no_session_is_refused(connect: Callable[..., Any], options: dict[str, Any], problem: str) -> None:
    with pytest.raises(ConfigurationError, match=problem):
        connect(**options)


def test_who_is_named_in_the_call_wins_over_the_environment() -> None:
    environ = {
        "HELPDESK_URL": "https://abc.supabase.co",
        "HELPDESK_KEY": "sb_publishable_x",
        "HELPDESK_ACCESS_TOKEN": "of-the-environment",
        "HELPDESK_EMAIL": "somebody@example.com",
        "HELPDESK_PASSWORD": "secret",
    }
    with Helpdesk.from_env(environ, session=SimpleNamespace(access_token="mine", refresh_token=None)) as hd:
        assert hd.auth.session is not None
        assert hd.auth.session.access_token.get_secret_value() == "mine"
        assert hd._driver.context.session_store.credentials is None
    with Helpdesk.from_env(environ, timeout=2) as hd:
        assert hd.auth.session is not None
        assert hd.auth.session.access_token.get_secret_value() == "of-the-environment"


def test_which_errors_are_transient() -> None:
    kinds: list[type[HelpdeskError]] = [getattr(errors, name) for name in errors.__all__]
    found = {kind.__name__ for kind in kinds if kind.is_transient}
    assert found == {
        "ConnectionFailedError",
        "RequestTimeoutError",
        "RateLimitedError",
        "ServerError",
        "StatementTimeoutError",
    }
