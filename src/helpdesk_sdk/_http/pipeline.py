"""From a request to its reply: sign in, send, wait and send again, renew the session, map failures to errors.

The pipeline does no I/O. It is a generator that yields four kinds of steps; the sync or async driver carries out each
step and sends the result back. So the pipeline is written, and tested, once.
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
from .flow import AuthCall, AuthReply, Flow, Pause, Reply, Request
from .proxies import shown
from .request_ids import id_headers, next_id
from .retry import Backoff, Outcome, outcome_of_error, outcome_of_response, retry_delay
from .session import SessionStore
from .transfers import Target

T = TypeVar("T")

logger = logging.getLogger("helpdesk_sdk")


@dataclass(frozen=True, slots=True)
class Send:
    """Send a request. The result is the response, or the exception when there was no response."""

    http: httpx.Request
    sink: Target | None = None


@dataclass(frozen=True, slots=True)
class CallAuth:
    """Call Supabase Auth. The result is an AuthReply, the response that refused the call, or the exception."""

    call: AuthCall
    headers: dict[str, str]


@dataclass(frozen=True, slots=True)
class Sleep:
    """Wait for this many seconds."""

    seconds: float


@dataclass(frozen=True, slots=True)
class RenewSession:
    """Get a new session, unless this token was replaced meanwhile. The result is the error, or None."""

    token: str | None
    request_id: str


Step = Send | CallAuth | Sleep | RenewSession
SendResult = httpx.Response | httpx.RequestError | AuthReply
"""The result of Send and CallAuth."""


@dataclass(slots=True)
class ClientContext:
    """What all resources of one client share; the same for the sync and the async client."""

    url: str
    key: SecretStr
    rest: SyncPostgrestClient
    session_store: SessionStore
    backoff: Backoff
    max_retries: int
    proxy: str | None = None
    """The URL of the proxy between client and helpdesk."""
    timeout: float | None = None
    """Seconds; None for the HTTP client's own timeout."""

    def __repr__(self) -> str:
        return self.url


def run_flow(context: ClientContext, flow: Flow[T], request_id: str | None = None) -> Generator[Step, Any, T]:
    """The steps that carry out a flow; the generator returns the flow's result. All its requests carry one id."""
    request_id, is_sent = request_id or next_id(), False
    reply: Reply | AuthReply | None = None
    try:
        while True:
            try:
                request = flow.send(reply)
            except StopIteration as stop:
                value: T = stop.value
                return value
            is_sent = is_sent or not isinstance(request, Pause)
            if isinstance(request, Request):
                reply = yield from _send_with_auth(context, request, request_id)
            elif isinstance(request, Pause):
                reply = yield Sleep(request.seconds)
            else:
                reply = yield from _call_auth(context, request, request_id)
    except HelpdeskError as error:
        if is_sent:
            error.client_request_id = error.client_request_id or request_id
        raise
    finally:
        # A flow may have files open.
        flow.close()


def _send_with_auth(context: ClientContext, request: Request, request_id: str) -> Generator[Step, Any, Reply]:
    store = context.session_store
    request.http.headers.update(id_headers(request_id))
    if store.needs_renewal(time.time()):
        failed = yield RenewSession(store.token, request_id)
        # The renewal failed, but the old token may still be valid: use it until the helpdesk refuses it.
        if failed is not None and (store.session is None or store.expired(time.time())):
            raise failed
    token = _authorize(store, request.http)
    step = Send(request.http, request.sink)
    result, attempts = yield from _send_with_retries(context, step, request.repeatable)
    if _status(result) == 401 and token and store.renewable:
        failed = yield RenewSession(token, request_id)
        if failed is not None:
            raise failed
        _authorize(store, request.http)
        result, more = yield from _send_with_retries(context, step, request.repeatable)
        attempts += more - 1
    if isinstance(result, httpx.Response) and result.is_success:
        headers = result.headers
        content = b"" if request.sink else result.content
        return Reply(content, attempts, None, headers.get("sb-request-id") or headers.get("x-request-id"))
    assert not isinstance(result, AuthReply)
    error = _error(context, result, write=request.write, request=request)
    if isinstance(error, request.accepts):
        return Reply(b"", attempts, error)
    if request.best_effort:
        return Reply(b"", attempts, failed=True)
    raise error


def _call_auth(context: ClientContext, call: AuthCall, request_id: str) -> Generator[Step, Any, AuthReply]:
    result, _ = yield from _send_with_retries(context, CallAuth(call, id_headers(request_id)), call.repeatable)
    if isinstance(result, AuthReply):
        return result
    problem = _error(context, result, write=not call.repeatable)
    if isinstance(problem, call.accepts):
        return AuthReply(error=problem)
    raise problem


def _send_with_retries(
    context: ClientContext, step: Send | CallAuth, repeatable: bool
) -> Generator[Step, Any, tuple[SendResult, int]]:
    """Send until an attempt succeeds or no more are allowed. Returns the result and the number of attempts."""
    attempt = 1
    while True:
        result: SendResult = yield step
        if isinstance(result, AuthReply) or (isinstance(result, httpx.Response) and result.is_success):
            return result, attempt
        outcome, retry_after = _outcome_of(result)
        wait = retry_delay(
            context.backoff,
            outcome,
            repeatable=repeatable,
            attempt=attempt,
            max_retries=context.max_retries,
            retry_after=retry_after,
            jitter=random.random(),
        )
        if wait is None:
            return result, attempt
        logger.debug("attempt %d failed (%s), next in %.2f s", attempt, _status(result) or type(result).__name__, wait)
        yield Sleep(wait)
        attempt += 1


def _outcome_of(result: httpx.Response | httpx.RequestError) -> tuple[Outcome, float | None]:
    """What became of the request, and the seconds that the server asked to wait."""
    if isinstance(result, httpx.Response):
        refusal = parse_error(result)
        return outcome_of_response(refusal.status, refusal.code, refusal.message), refusal.retry_after
    return outcome_of_error(result), None


def _status(result: SendResult) -> int | None:
    return result.status_code if isinstance(result, httpx.Response) else None


def _authorize(store: SessionStore, http: httpx.Request) -> str | None:
    """Set the Authorization header. Returns the token if it is the session's, None if it is the key's."""
    if store.authorization:
        http.headers["Authorization"] = f"Bearer {store.authorization}"
    return store.token


def _error(
    context: ClientContext, result: httpx.Response | httpx.RequestError, *, write: bool, request: Request | None = None
) -> HelpdeskError:
    """The exception to raise for a failed request."""
    outcome, _ = _outcome_of(result)
    key = request.id if request else None
    if write and outcome is Outcome.UNKNOWN:
        hint = (
            f"Repeat the call with id={key}: it is carried out at most once."
            if key
            else "Read it before you try again."
        )
        return UnknownOutcomeError(hint=hint, id=key, status=_status(result))
    if isinstance(result, httpx.Response):
        store = context.session_store
        error = exception_for(parse_error(result), signed_in=bool(store.session or store.key_is_secret))
        if isinstance(error, AuthenticationError) and store.expired(time.time()) and not store.renewable:
            error.message = "The access token has run out, and there is no refresh token to renew it with"
            error.hint = "Sign in again, or give the refresh token as well."
        return error
    way = f" through the proxy {shown(context.proxy)}" if context.proxy else ""
    if isinstance(result, httpx.TimeoutException):
        hint = "Try again, or give the client a longer timeout."
        return RequestTimeoutError(f"{context.url} did not answer in time{way}", hint=hint)
    why = str(result) or type(result).__name__
    hint = "Is it the right URL, and does the stack run?"
    if way:
        hint = "Check HTTPS_PROXY, HTTP_PROXY and ALL_PROXY, or name the helpdesk's host in NO_PROXY."
    return ConnectionFailedError(f"Cannot reach {context.url}{way}: {why}", hint=hint)


def renew_session(store: SessionStore) -> Flow[None]:
    """Get a new session: with the refresh token, or by signing in again with the credentials of the client."""
    session = store.session
    if session is not None and session.refresh_token is not None:
        token = session.refresh_token.get_secret_value()
        refused = (AuthenticationError, InvalidValueError)
        reply: AuthReply = yield AuthCall(lambda auth: auth.refresh_session(token), repeatable=True, accepts=refused)
        if reply.error is None:
            store.replace(session_of(reply.value), same_person=True)
            return
        # The refresh token is used up: drop it, so that nothing tries it again.
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
    """A session from an answer of the Auth client. Its end is computed with this machine's clock, which may differ from
    the server's."""
    session = answer.session
    return Session(
        access_token=SecretStr(session.access_token),
        refresh_token=SecretStr(session.refresh_token),
        expires_at=datetime.now(UTC) + timedelta(seconds=session.expires_in),
    )
