"""From a request to its reply: sign in, send, wait and send again, renew the session, turn failures into errors.

All of it is a generator of four kinds of steps, which a driver carries out in its colour: written, and tested, once.
"""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Generator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import httpx
from postgrest import SyncPostgrestClient
from pydantic import SecretStr

from ..errors import (
    AuthenticationError,
    ConnectionFailedError,
    HelpdeskError,
    InvalidValueError,
    RequestTimeoutError,
    UnknownOutcomeError,
)
from ..models.session import Session
from .error_mapping import error_for, read_failure
from .flow import AuthCall, AuthReply, Flow, Reply, Request
from .retry import Backoff, Fate, fate_of_answer, fate_of_failure, pause
from .session import Keeper

T = TypeVar("T")

logger = logging.getLogger("helpdesk_sdk")


@dataclass(frozen=True, slots=True)
class Send:
    """Send it; the outcome is the response, or the exception when there was none."""

    http: httpx.Request


@dataclass(frozen=True, slots=True)
class Invoke:
    """Make the auth call; the outcome is an AuthReply, the response of a refusal, or the exception instead."""

    call: AuthCall


@dataclass(frozen=True, slots=True)
class Sleep:
    """Wait for so many seconds."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Renew:
    """Get a new session, unless this token has been replaced already; the outcome is the error, if there was one."""

    token: str | None


Step = Send | Invoke | Sleep | Renew
Outcome = httpx.Response | httpx.RequestError | AuthReply


@dataclass(slots=True)
class Kernel:
    """What all resources of one client share. It has no colour."""

    url: str
    key: SecretStr
    rest: SyncPostgrestClient
    keeper: Keeper
    backoff: Backoff
    max_retries: int

    def __repr__(self) -> str:
        return self.url


def steps(kernel: Kernel, flow: Flow[T]) -> Generator[Step, Any, T]:
    """All steps of a flow."""
    reply: Reply | AuthReply | None = None
    while True:
        try:
            request = flow.send(reply)
        except StopIteration as stop:
            value: T = stop.value
            return value
        if isinstance(request, Request):
            reply = yield from _exchange(kernel, request)
        else:
            reply = yield from _exchange_auth(kernel, request)


def _exchange(kernel: Kernel, request: Request) -> Generator[Step, Any, Reply]:
    keeper = kernel.keeper
    if keeper.due(time.time()):
        error = yield Renew(keeper.token)
        # A token that still holds is good enough for now, unless the helpdesk says otherwise.
        if error is not None and (keeper.session is None or keeper.expired(time.time())):
            raise error
    token = _authorize(keeper, request.http)
    outcome, attempts = yield from _persist(kernel, Send(request.http), request.repeatable)
    if _status(outcome) == 401 and token and keeper.renewable:
        error = yield Renew(token)
        if error is not None:
            raise error
        _authorize(keeper, request.http)
        outcome, more = yield from _persist(kernel, Send(request.http), request.repeatable)
        attempts += more - 1
    if isinstance(outcome, httpx.Response) and outcome.is_success:
        headers = outcome.headers
        return Reply(outcome.content, attempts, None, headers.get("sb-request-id") or headers.get("x-request-id"))
    assert not isinstance(outcome, AuthReply)
    problem = _error(kernel, outcome, write=request.write, request=request)
    if isinstance(problem, request.accepts):
        return Reply(b"", attempts, problem)
    raise problem


def _exchange_auth(kernel: Kernel, call: AuthCall) -> Generator[Step, Any, AuthReply]:
    outcome, _ = yield from _persist(kernel, Invoke(call), call.repeatable)
    if isinstance(outcome, AuthReply):
        return outcome
    problem = _error(kernel, outcome, write=not call.repeatable)
    if isinstance(problem, call.accepts):
        return AuthReply(error=problem)
    raise problem


def _persist(kernel: Kernel, step: Send | Invoke, repeatable: bool) -> Generator[Step, Any, tuple[Outcome, int]]:
    """Send until there is an answer that counts; returns it with the number of attempts."""
    attempt = 1
    while True:
        outcome: Outcome = yield step
        if isinstance(outcome, AuthReply) or (isinstance(outcome, httpx.Response) and outcome.is_success):
            return outcome, attempt
        fate, retry_after = _judge(outcome)
        wait = pause(
            kernel.backoff,
            fate,
            repeatable=repeatable,
            attempt=attempt,
            max_retries=kernel.max_retries,
            retry_after=retry_after,
            jitter=random.random(),
        )
        if wait is None:
            return outcome, attempt
        logger.debug(
            "attempt %d failed (%s), next in %.2f s", attempt, _status(outcome) or type(outcome).__name__, wait
        )
        yield Sleep(wait)
        attempt += 1


def _judge(outcome: httpx.Response | httpx.RequestError) -> tuple[Fate, float | None]:
    if isinstance(outcome, httpx.Response):
        failure = read_failure(outcome)
        return fate_of_answer(failure.status, failure.code), failure.retry_after
    return fate_of_failure(outcome), None


def _status(outcome: Outcome) -> int | None:
    return outcome.status_code if isinstance(outcome, httpx.Response) else None


def _authorize(keeper: Keeper, http: httpx.Request) -> str | None:
    """Write the token into the request; returns it if it is a session's."""
    token = keeper.token
    bearer = token or keeper.key_token
    if bearer:
        http.headers["Authorization"] = f"Bearer {bearer}"
    return token


def _error(
    kernel: Kernel, outcome: httpx.Response | httpx.RequestError, *, write: bool, request: Request | None = None
) -> HelpdeskError:
    """The error that stands for this outcome."""
    fate, _ = _judge(outcome)
    key = request.id if request else None
    if write and fate is Fate.UNKNOWN:
        hint = (
            f"Repeat the call with id={key}: it is carried out at most once."
            if key
            else "Read it before you try again."
        )
        return UnknownOutcomeError(hint=hint, id=key, status=_status(outcome))
    if isinstance(outcome, httpx.Response):
        keeper = kernel.keeper
        error = error_for(read_failure(outcome), signed_in=bool(keeper.session or keeper.key_is_secret))
        if isinstance(error, AuthenticationError) and keeper.expired(time.time()) and not keeper.renewable:
            error.message = "The access token has run out, and there is no refresh token to renew it with"
            error.hint = "Sign in again, or give the refresh token as well."
        return error
    why = str(outcome) or type(outcome).__name__
    if isinstance(outcome, httpx.TimeoutException):
        return RequestTimeoutError(
            f"{kernel.url} did not answer in time", hint="Try again, or give the client a longer timeout."
        )
    return ConnectionFailedError(
        f"Cannot reach {kernel.url}: {why}", hint="Is it the right URL, and does the stack run?"
    )


def renewal(keeper: Keeper) -> Flow[None]:
    """Get a new session: by the refresh token, else by signing in again with the credentials the client was given."""
    session = keeper.session
    if session is not None and session.refresh_token is not None:
        token = session.refresh_token.get_secret_value()
        refused = (AuthenticationError, InvalidValueError)
        reply: AuthReply = yield AuthCall(lambda auth: auth.refresh_session(token), repeatable=True, accepts=refused)
        if reply.error is None:
            keeper.adopt(session_of(reply.value), same_person=True)
            return
        # Nobody else needs to try this token.
        keeper.adopt(Session(access_token=session.access_token, expires_at=session.expires_at), same_person=True)
    if keeper.credentials is None:
        raise AuthenticationError(
            "The session has ended: its refresh token is not accepted any more", hint="Sign in again."
        )
    keeper.adopt((yield from sign_in(keeper.credentials.email, keeper.credentials.password)))


def sign_in(email: str, password: SecretStr) -> Flow[Session]:
    """Sign in with a password."""
    body = {"email": email, "password": password.get_secret_value()}
    reply: AuthReply = yield AuthCall(lambda auth: auth.sign_in_with_password(body), repeatable=True)
    return session_of(reply.value)


def session_of(answer: Any) -> Session:
    """Our session from the Auth client's. Its end is counted by our own clock, which may differ from the server's."""
    session = answer.session
    return Session(
        access_token=SecretStr(session.access_token),
        refresh_token=SecretStr(session.refresh_token),
        expires_at=datetime.now(UTC) + timedelta(seconds=session.expires_in),
    )
