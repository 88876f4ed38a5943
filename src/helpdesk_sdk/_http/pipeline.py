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
from .error_mapping import exception_for, parse_error
from .flow import AuthCall, AuthReply, Flow, Reply, Request
from .retry import Backoff, Outcome, outcome_of_error, outcome_of_response, pause
from .session import SessionStore

T = TypeVar("T")

logger = logging.getLogger("helpdesk_sdk")


@dataclass(frozen=True, slots=True)
class Send:
    """Send it; the outcome is the response, or the exception when there was none."""

    http: httpx.Request


@dataclass(frozen=True, slots=True)
class CallAuth:
    """Make the auth call; the outcome is an AuthReply, the response of a refusal, or the exception instead."""

    call: AuthCall


@dataclass(frozen=True, slots=True)
class Sleep:
    """Wait for so many seconds."""

    seconds: float


@dataclass(frozen=True, slots=True)
class RenewSession:
    """Get a new session, unless this token has been replaced already; the outcome is the error, if there was one."""

    token: str | None


Step = Send | CallAuth | Sleep | RenewSession
SendResult = httpx.Response | httpx.RequestError | AuthReply


@dataclass(slots=True)
class ClientContext:
    """What all resources of one client share. It has no colour."""

    url: str
    key: SecretStr
    rest: SyncPostgrestClient
    session_store: SessionStore
    backoff: Backoff
    max_retries: int
    timeout: float | None = None
    """Seconds, where they differ from the HTTP client's own."""

    def __repr__(self) -> str:
        return self.url


def run_flow(context: ClientContext, flow: Flow[T]) -> Generator[Step, Any, T]:
    """All steps of a flow."""
    reply: Reply | AuthReply | None = None
    while True:
        try:
            request = flow.send(reply)
        except StopIteration as stop:
            value: T = stop.value
            return value
        if isinstance(request, Request):
            reply = yield from _send_with_auth(context, request)
        else:
            reply = yield from _call_auth(context, request)


def _send_with_auth(context: ClientContext, request: Request) -> Generator[Step, Any, Reply]:
    store = context.session_store
    if store.needs_renewal(time.time()):
        error = yield RenewSession(store.token)
        # A token that still holds is good enough for now, unless the helpdesk says otherwise.
        if error is not None and (store.session is None or store.expired(time.time())):
            raise error
    token = _authorize(store, request.http)
    outcome, attempts = yield from _send_with_retries(context, Send(request.http), request.repeatable)
    if _status(outcome) == 401 and token and store.renewable:
        error = yield RenewSession(token)
        if error is not None:
            raise error
        _authorize(store, request.http)
        outcome, more = yield from _send_with_retries(context, Send(request.http), request.repeatable)
        attempts += more - 1
    if isinstance(outcome, httpx.Response) and outcome.is_success:
        headers = outcome.headers
        return Reply(outcome.content, attempts, None, headers.get("sb-request-id") or headers.get("x-request-id"))
    assert not isinstance(outcome, AuthReply)
    problem = _error(context, outcome, write=request.write, request=request)
    if isinstance(problem, request.accepts):
        return Reply(b"", attempts, problem)
    raise problem


def _call_auth(context: ClientContext, call: AuthCall) -> Generator[Step, Any, AuthReply]:
    outcome, _ = yield from _send_with_retries(context, CallAuth(call), call.repeatable)
    if isinstance(outcome, AuthReply):
        return outcome
    problem = _error(context, outcome, write=not call.repeatable)
    if isinstance(problem, call.accepts):
        return AuthReply(error=problem)
    raise problem


def _send_with_retries(
    context: ClientContext, step: Send | CallAuth, repeatable: bool
) -> Generator[Step, Any, tuple[SendResult, int]]:
    """Send until there is an answer that counts; returns it with the number of attempts."""
    attempt = 1
    while True:
        outcome: SendResult = yield step
        if isinstance(outcome, AuthReply) or (isinstance(outcome, httpx.Response) and outcome.is_success):
            return outcome, attempt
        fate, retry_after = _outcome_of(outcome)
        wait = pause(
            context.backoff,
            fate,
            repeatable=repeatable,
            attempt=attempt,
            max_retries=context.max_retries,
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


def _outcome_of(outcome: httpx.Response | httpx.RequestError) -> tuple[Outcome, float | None]:
    if isinstance(outcome, httpx.Response):
        failure = parse_error(outcome)
        return outcome_of_response(failure.status, failure.code), failure.retry_after
    return outcome_of_error(outcome), None


def _status(outcome: SendResult) -> int | None:
    return outcome.status_code if isinstance(outcome, httpx.Response) else None


def _authorize(store: SessionStore, http: httpx.Request) -> str | None:
    """Write the token into the request; returns it if it is a session's."""
    token = store.token
    bearer = token or store.key_token
    if bearer:
        http.headers["Authorization"] = f"Bearer {bearer}"
    return token


def _error(
    context: ClientContext, outcome: httpx.Response | httpx.RequestError, *, write: bool, request: Request | None = None
) -> HelpdeskError:
    """The error that stands for this outcome."""
    fate, _ = _outcome_of(outcome)
    key = request.id if request else None
    if write and fate is Outcome.UNKNOWN:
        hint = (
            f"Repeat the call with id={key}: it is carried out at most once."
            if key
            else "Read it before you try again."
        )
        return UnknownOutcomeError(hint=hint, id=key, status=_status(outcome))
    if isinstance(outcome, httpx.Response):
        store = context.session_store
        error = exception_for(parse_error(outcome), signed_in=bool(store.session or store.key_is_secret))
        if isinstance(error, AuthenticationError) and store.expired(time.time()) and not store.renewable:
            error.message = "The access token has run out, and there is no refresh token to renew it with"
            error.hint = "Sign in again, or give the refresh token as well."
        return error
    why = str(outcome) or type(outcome).__name__
    if isinstance(outcome, httpx.TimeoutException):
        return RequestTimeoutError(
            f"{context.url} did not answer in time", hint="Try again, or give the client a longer timeout."
        )
    return ConnectionFailedError(
        f"Cannot reach {context.url}: {why}", hint="Is it the right URL, and does the stack run?"
    )


def renew_session(store: SessionStore) -> Flow[None]:
    """Get a new session: by the refresh token, else by signing in again with the credentials the client was given."""
    session = store.session
    if session is not None and session.refresh_token is not None:
        token = session.refresh_token.get_secret_value()
        refused = (AuthenticationError, InvalidValueError)
        reply: AuthReply = yield AuthCall(lambda auth: auth.refresh_session(token), repeatable=True, accepts=refused)
        if reply.error is None:
            store.replace(session_of(reply.value), same_person=True)
            return
        # Nobody else needs to try this token.
        store.replace(Session(access_token=session.access_token, expires_at=session.expires_at), same_person=True)
    if store.credentials is None:
        raise AuthenticationError(
            "The session has ended: its refresh token is not accepted any more", hint="Sign in again."
        )
    store.replace((yield from sign_in(store.credentials.email, store.credentials.password)))


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
