"""The sync and the async driver: each carries out the steps of the pipeline, and decides nothing."""

from __future__ import annotations

import asyncio
import copy
import time
from functools import partial
from typing import Any, TypeVar

import httpx

from ..errors import AuthenticationError, HelpdeskError, UnexpectedResponseError
from .connections import AsyncConnections, Connections, closed
from .flow import AuthReply, Flow
from .pipeline import CallAuth, ClientContext, RenewSession, Send, Sleep, Step, renew_session, run_flow
from .request_ids import next_id
from .transfers import receive, receive_async

T = TypeVar("T")


class SyncDriver:
    """Runs flows in the calling thread. Any number of threads may share it."""

    def __init__(self, connections: Connections, context: ClientContext) -> None:
        self.connections = connections
        self.context = context

    def with_context(self, context: ClientContext) -> SyncDriver:
        """A driver with another context, on the same connections and the same session."""
        other = copy.copy(self)
        other.context = context
        return other

    def run(self, flow: Flow[T], request_id: str | None = None) -> T:
        """Run a flow to its end."""
        todo = run_flow(self.context, flow, request_id)
        outcome: Any = None
        try:
            while True:
                try:
                    step = todo.send(outcome)
                except StopIteration as stop:
                    value: T = stop.value
                    return value
                outcome = self._do(step)
        finally:
            todo.close()

    def _do(self, step: Step) -> Any:
        http = self.connections.http
        match step:
            case Send():
                try:
                    return http.send(step.http) if step.sink is None else receive(http, step.http, step.sink)
                except httpx.RequestError as error:
                    return error
                except RuntimeError:
                    if http.is_closed:
                        raise closed() from None
                    raise
            case Sleep():
                time.sleep(step.seconds)
            case CallAuth():
                from supabase_auth import SyncGoTrueClient

                with _auth_errors() as caught:
                    return AuthReply(step.call.run(SyncGoTrueClient(**_auth_options(self.context, http, step.headers))))
                return caught.outcome
            case RenewSession():
                with self.connections.renewing:
                    if self.context.session_store.token == step.token:
                        try:
                            self.run(renew_session(self.context.session_store), step.request_id)
                        except HelpdeskError as error:
                            return error
        return None


class AsyncDriver:
    """Runs flows on the running event loop. Any number of tasks may share it."""

    def __init__(self, connections: AsyncConnections, context: ClientContext) -> None:
        self.connections = connections
        self.context = context

    def with_context(self, context: ClientContext) -> AsyncDriver:
        """A driver with another context, on the same connections and the same session."""
        other = copy.copy(self)
        other.context = context
        return other

    async def run(self, flow: Flow[T], request_id: str | None = None) -> T:
        """Run a flow to its end."""
        todo = run_flow(self.context, flow, request_id)
        outcome: Any = None
        try:
            while True:
                try:
                    step = todo.send(outcome)
                except StopIteration as stop:
                    value: T = stop.value
                    return value
                outcome = await self._do(step)
        finally:
            todo.close()

    async def renew(self) -> HelpdeskError | None:
        """Get a new session. Returns the error, or None."""
        error: HelpdeskError | None = await self._do(RenewSession(self.context.session_store.token, next_id()))
        return error

    async def _do(self, step: Step) -> Any:
        connections = await self.connections.current()
        match step:
            case Send():
                try:
                    if step.sink is not None:
                        return await receive_async(connections.http, step.http, step.sink)
                    return await connections.http.send(step.http)
                except httpx.RequestError as error:
                    return error
                except RuntimeError:
                    if connections.http.is_closed:
                        raise closed() from None
                    raise
            case Sleep():
                await asyncio.sleep(step.seconds)
            case CallAuth():
                from supabase_auth import AsyncGoTrueClient

                with _auth_errors() as caught:
                    options = _auth_options(self.context, connections.http, step.headers)
                    return AuthReply(await step.call.run(AsyncGoTrueClient(**options)))
                return caught.outcome
            case RenewSession():
                async with connections.renewing:
                    if self.context.session_store.token == step.token:
                        try:
                            await self.run(renew_session(self.context.session_store), step.request_id)
                        except HelpdeskError as error:
                            return error
        return None


class _WithTimeout:
    """Stands where the Auth client expects its HTTP client, and gives each request another timeout."""

    def __init__(self, http: httpx.Client | httpx.AsyncClient, timeout: float) -> None:
        self.request = partial(http.request, timeout=timeout)


def _auth_options(
    context: ClientContext, http: httpx.Client | httpx.AsyncClient, sent: dict[str, str]
) -> dict[str, Any]:
    """Arguments of the Auth client. It is made for each call: it keeps no session and starts no timer."""
    key = context.key.get_secret_value()
    headers = sent | {"apikey": key} | ({"Authorization": f"Bearer {key}"} if context.session_store.key_token else {})
    return {
        "url": f"{context.url}/auth/v1",
        "headers": headers,
        "auto_refresh_token": False,
        "persist_session": False,
        "http_client": http if context.timeout is None else _WithTimeout(http, context.timeout),
    }


class _auth_errors:
    """Turns an exception of the Auth client back into the response, or the network error, that caused it."""

    outcome: httpx.Response | httpx.RequestError | None = None

    def __enter__(self) -> _auth_errors:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> bool:
        from pydantic import ValidationError
        from supabase_auth.errors import AuthError

        if isinstance(error, ValidationError):
            raise UnexpectedResponseError("The answer of Supabase Auth cannot be read") from None
        if not isinstance(error, AuthError):
            return False
        match error.__cause__:
            case httpx.HTTPStatusError() as refused:
                self.outcome = refused.response
            case httpx.RequestError() as failed:
                self.outcome = failed
            case RuntimeError():
                raise closed() from None
            case _:
                raise AuthenticationError(error.message) from None
        return True
