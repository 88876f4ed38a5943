"""Two drivers, one for each colour: they carry out steps, and know nothing else."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from typing import Any, TypeVar, cast

import httpx
from postgrest import SyncPostgrestClient

from ._course import Course
from ._exchange import Invoke, Kernel, Renew, Send, Sleep, Step, renewal, steps
from ._flow import AsyncPager, AuthReply, Flow, Page, Pager
from ._live import Hub
from ._stream import AsyncStream, Stream
from .errors import AuthenticationError, ConfigurationError, HelpdeskError, UnexpectedResponseError

T = TypeVar("T")


class _Recorder:
    """Stands where a PostgREST builder expects its HTTP client, and makes requests without sending them."""

    auth = None

    def __init__(self, build: Callable[..., httpx.Request]) -> None:
        self._build = build

    def request(self, method: str, url: str, *, auth: object = None, **parts: Any) -> httpx.Request:
        del auth
        return self._build(method, url, **parts)


def builders(http: httpx.Client | httpx.AsyncClient, url: str) -> SyncPostgrestClient:
    """PostgREST's query builders for schema helpdesk. Only sending has a colour, and they do not send."""
    session = cast(httpx.Client, _Recorder(http.build_request))
    # Our name among the headers, where the builders would put their library's.
    headers = {"X-Client-Info": http.headers["X-Client-Info"]}
    return SyncPostgrestClient(
        f"{url}/rest/v1", schema="helpdesk", headers=headers, http_client=session, retry_enabled=False
    )


class SyncDriver:
    """Runs flows in the calling thread. Any number of threads may share it."""

    def __init__(self, http: httpx.Client, kernel: Kernel) -> None:
        self.http = http
        self.kernel = kernel
        # Whoever is told of a new session may use the client at once.
        self._renewing = threading.RLock()

    def run(self, flow: Flow[T]) -> T:
        """Run a flow to its end."""
        todo = steps(self.kernel, flow)
        outcome: Any = None
        while True:
            try:
                step = todo.send(outcome)
            except StopIteration as stop:
                value: T = stop.value
                return value
            outcome = self._do(step)

    def pager(self, first: Callable[[], Flow[Page[T]]]) -> Pager[T]:
        """A pager that runs on this driver."""
        return Pager(self, first)

    def stream(self, course: Course) -> Stream:
        """A stream of events that runs on this driver."""
        return Stream(self, course)

    def _do(self, step: Step) -> Any:
        match step:
            case Send():
                try:
                    return self.http.send(step.http)
                except httpx.RequestError as error:
                    return error
                except RuntimeError as error:
                    raise _closed(self.http, error) from None
            case Sleep():
                time.sleep(step.seconds)
            case Invoke():
                from supabase_auth import SyncGoTrueClient

                with _auth_errors() as caught:
                    return AuthReply(
                        step.call.run(SyncGoTrueClient(http_client=self.http, **_auth_options(self.kernel)))
                    )
                return caught.outcome
            case Renew():
                with self._renewing:
                    if self.kernel.keeper.token == step.token:
                        try:
                            self.run(renewal(self.kernel.keeper))
                        except HelpdeskError as error:
                            return error
        return None


class AsyncDriver:
    """Runs flows on the event loop. Any number of tasks of one loop may share it.

    Args:
        may_be_live: Whether it may open a WebSocket beside the requests.
    """

    def __init__(self, http: httpx.AsyncClient, kernel: Kernel, *, may_be_live: bool = True) -> None:
        self.http = http
        self.kernel = kernel
        self._renewing = asyncio.Lock()
        self._may_be_live = may_be_live
        self._hub: Hub | None = None

    async def run(self, flow: Flow[T]) -> T:
        """Run a flow to its end."""
        todo = steps(self.kernel, flow)
        outcome: Any = None
        while True:
            try:
                step = todo.send(outcome)
            except StopIteration as stop:
                value: T = stop.value
                return value
            outcome = await self._do(step)

    def pager(self, first: Callable[[], Flow[Page[T]]]) -> AsyncPager[T]:
        """A pager that runs on this driver."""
        return AsyncPager(self, first)

    def stream(self, course: Course) -> AsyncStream:
        """A stream of events that runs on this driver."""
        return AsyncStream(self, course)

    def hub(self) -> Hub | None:
        """What keeps the WebSocket of this driver; None when there can be none."""
        if self._hub is None and self._may_be_live:
            self._hub = Hub(self.kernel, self._renew)
        return self._hub

    async def close(self) -> None:
        """Close all connections."""
        if self._hub is not None:
            await self._hub.close()
        await self.http.aclose()

    async def _renew(self) -> HelpdeskError | None:
        error: HelpdeskError | None = await self._do(Renew(self.kernel.keeper.token))
        return error

    async def _do(self, step: Step) -> Any:
        match step:
            case Send():
                try:
                    return await self.http.send(step.http)
                except httpx.RequestError as error:
                    return error
                except RuntimeError as error:
                    raise _closed(self.http, error) from None
            case Sleep():
                await asyncio.sleep(step.seconds)
            case Invoke():
                from supabase_auth import AsyncGoTrueClient

                with _auth_errors() as caught:
                    return AuthReply(
                        await step.call.run(AsyncGoTrueClient(http_client=self.http, **_auth_options(self.kernel)))
                    )
                return caught.outcome
            case Renew():
                async with self._renewing:
                    if self.kernel.keeper.token == step.token:
                        try:
                            await self.run(renewal(self.kernel.keeper))
                        except HelpdeskError as error:
                            return error
        return None


def _auth_options(kernel: Kernel) -> dict[str, Any]:
    """The Auth client is made anew for each call: it keeps no session, starts no timer, and leaves nothing behind."""
    key = kernel.key.get_secret_value()
    headers = {"apikey": key} | ({"Authorization": f"Bearer {key}"} if kernel.keeper.key_token else {})
    return {"url": f"{kernel.url}/auth/v1", "headers": headers, "auto_refresh_token": False, "persist_session": False}


class _auth_errors:
    """Turns what the Auth client raises back into the response, or the failure, that it came from."""

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
                raise ConfigurationError("The client is closed") from None
            case _:
                raise AuthenticationError(error.message) from None
        return True


def _closed(http: httpx.Client | httpx.AsyncClient, error: RuntimeError) -> Exception:
    return ConfigurationError("The client is closed", hint="Make a new one.") if http.is_closed else error
