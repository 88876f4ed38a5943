"""PostgREST's query builders, without sending."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, cast

import httpx
from postgrest import SyncPostgrestClient


class _Recorder:
    """Stands where a PostgREST builder expects its HTTP client, and makes requests without sending them."""

    auth = None

    def __init__(self, build: Callable[..., httpx.Request]) -> None:
        self._build = build

    def request(self, method: str, url: str, *, auth: object = None, **parts: Any) -> httpx.Request:
        del auth
        return self._build(method, url, **parts)


def builders(http: httpx.Client | httpx.AsyncClient, url: str, timeout: float | None = None) -> SyncPostgrestClient:
    """PostgREST's query builders for schema helpdesk. They build requests for both kinds of client and send none.

    Args:
        http: Whose headers and base settings the requests get.
        url: The project's URL.
        timeout: Seconds to wait for each part of an answer; None for the client's own.
    """
    build = http.build_request if timeout is None else partial(http.build_request, timeout=timeout)
    session = cast(httpx.Client, _Recorder(build))
    # Our name among the headers, where the builders would put their library's.
    headers = {"X-Client-Info": http.headers["X-Client-Info"]}
    return SyncPostgrestClient(
        f"{url}/rest/v1", schema="helpdesk", headers=headers, http_client=session, retry_enabled=False
    )
