"""One attempt to deliver to a webhook: look at the target, sign, send, and judge the answer."""

from __future__ import annotations

import asyncio
import json
import re
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Any, Literal, Self

import httpx

from .._version import __version__
from ..errors import ConfigurationError
from ..webhooks import sign
from .bounded import BoundedTransport
from .lookups import SYSTEM, Lookups
from .retry_after import retry_after_seconds
from .targets import Resolve, Target, TargetError, parse

SECONDS = 15.0
"""How long an attempt may take: the name, the connection, the request and the answer."""

_CONNECT_SECONDS = 5.0
_BYTES_MAX = 64 * 1024
_HEAD_BYTES_MAX = 32 * 1024
# The database keeps 1,000 characters.
_ANSWER_BYTES = 4000
_WAITS = {429, 502, 503, 504}
# Of an attempt's time, the part for the name.
_LOOKUP_PART = 1 / 3
_ID = re.compile(r"[A-Za-z0-9_-]{1,100}")


@dataclass(frozen=True)
class Attempt:
    """How an attempt ended."""

    outcome: Literal["done", "retry", "refused", "gone"]
    """What it means for the delivery."""
    status: int | None = None
    """The HTTP status; None if there was no answer."""
    answer: str | None = None
    """The beginning of what the target answered."""
    problem: str | None = None
    """Why it failed, in a sentence that names no address and no secret."""
    milliseconds: int = 0
    """How long it took."""
    retry_after_seconds: int | None = None
    """How long the target wants to be left alone."""
    result: Mapping[str, Any] | None = None
    """What else the database is to know."""


class Sender:
    """Sends to webhooks. As an async context manager, with an event loop of its own."""

    def __init__(
        self,
        *,
        resolve: Resolve | None = None,
        transport: httpx.AsyncBaseTransport | None = None,
        seconds: float = SECONDS,
    ) -> None:
        self._seconds = seconds
        self._lookups = SYSTEM if resolve is None else Lookups(resolve)
        # Without the proxies and certificates of the environment. A connection is used once: the next request to the
        # same address may be for another name.
        self._client = httpx.AsyncClient(
            transport=transport
            or BoundedTransport(_tls(), head_bytes_max=_HEAD_BYTES_MAX, body_bytes_max=2 * _BYTES_MAX),
            trust_env=False,
            follow_redirects=False,
            # Two webhooks may have one address: what a target wants to be told again would go to the other one.
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
            timeout=httpx.Timeout(seconds, connect=min(seconds, _CONNECT_SECONDS), pool=None),
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._client.aclose()

    async def send(self, payload: Mapping[str, Any]) -> Attempt:
        """Make one attempt. It never raises: each end of it is an outcome.

        Args:
            payload: What ``lease_deliveries()`` gave.
        """
        begun = time.monotonic()
        # What was learned before the time was over counts.
        answered: list[Attempt] = []
        try:
            async with asyncio.timeout(self._seconds):
                await self._attempt(payload, answered)
        except TimeoutError:
            answered = answered or [Attempt("retry", problem=f"It did not answer within {self._seconds:.0f} seconds")]
        except TargetError as error:
            answered = [Attempt("retry", problem=str(error))]
        except httpx.HTTPError as error:
            answered = answered or [Attempt("retry", problem=_problem(error))]
        except (ConfigurationError, KeyError, TypeError, ValueError) as error:
            answered = [Attempt("retry", problem=f"It cannot be sent: {type(error).__name__}")]
        return replace(answered[-1], milliseconds=int((time.monotonic() - begun) * 1000))

    async def _attempt(self, payload: Mapping[str, Any], answered: list[Attempt]) -> None:
        if not _is_whole(payload):
            raise ValueError("a part is missing")
        try:
            target = parse(payload["url"], allow_loopback=payload.get("allow_loopback") is True)
        except TargetError as error:
            # It will not be another URL the next time.
            answered.append(Attempt("refused", problem=str(error)))
            return
        found = await self._lookups.addresses(target, self._seconds * _LOOKUP_PART)
        body = json.dumps(payload["body"], ensure_ascii=False, separators=(",", ":")).encode()
        headers = {
            "host": target.authority,
            "content-type": "application/json",
            "user-agent": f"helpdesk-webhooks/{__version__}",
            # A small body may be a large one when it is unpacked.
            "accept-encoding": "identity",
            "connection": "close",
            **sign(payload["id"], int(time.time()), body, payload["secrets"]),
        }
        for number, address in enumerate(found, 1):
            try:
                await self._request(target, address, headers, body, answered)
                return
            except (httpx.ConnectError, httpx.ConnectTimeout):
                # Nothing was sent: the next address may be reachable.
                if number == len(found):
                    raise

    async def _request(
        self, target: Target, address: str, headers: Mapping[str, str], body: bytes, answered: list[Attempt]
    ) -> None:
        url = httpx.URL(scheme=target.scheme, host=address, port=target.port, path="/")
        # The path goes as it is, and the certificate must be of the name.
        extensions = {"sni_hostname": target.host, "target": target.path.encode("ascii")}
        async with self._client.stream("POST", url, headers=headers, content=body, extensions=extensions) as response:
            status = response.status_code
            wait = retry_after_seconds(response.headers.get("retry-after")) if status in _WAITS else None
            answered.append(judge(status, "", wait))
            head, size = b"", 0
            async for piece in response.aiter_raw():
                size += len(piece)
                head = (head + piece)[:_ANSWER_BYTES]
                answered.append(judge(status, _text(head), wait))
                if size > _BYTES_MAX:
                    break


def judge(status: int, answer: str, retry_after_seconds: int | None = None) -> Attempt:
    """What an answer means.

    Args:
        status: The HTTP status.
        answer: The beginning of the body.
        retry_after_seconds: How long the target wants to be left alone.
    """
    text = answer or None
    if 200 <= status < 300:
        return Attempt("done", status, text)
    if status == 410:
        return Attempt("gone", status, text, "It answered 410: the webhook is not wanted any more")
    if 300 <= status < 400:
        return Attempt("retry", status, text, f"It answered {status}: redirects are not followed")
    return Attempt("retry", status, text, f"It answered {status}", retry_after_seconds=retry_after_seconds)


def _is_whole(payload: Mapping[str, Any]) -> bool:
    """Whether it has all parts, and an id that may stand in a header."""
    id, url = payload.get("id"), payload.get("url")
    is_id = isinstance(id, str) and _ID.fullmatch(id) is not None
    return is_id and isinstance(url, str) and bool(payload.get("secrets")) and isinstance(payload.get("body"), dict)


@cache
def _tls() -> ssl.SSLContext:
    """What httpx trusts by default, whatever the environment says. To read it takes long."""
    return httpx.create_ssl_context(trust_env=False)


def _text(head: bytes) -> str:
    # PostgreSQL keeps no NUL in a text.
    return head.decode("utf-8", "replace").replace("\0", "\ufffd")


def _problem(error: httpx.HTTPError) -> str:
    """A sentence about a request without an answer. The error's own text may name an address."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return "Its certificate is not accepted"
        if isinstance(cause, ssl.SSLError):
            return "It does not speak TLS as it should"
        cause = cause.__cause__ or cause.__context__
    if isinstance(error, httpx.ConnectError | httpx.ConnectTimeout):
        return "It cannot be reached"
    if isinstance(error, httpx.TimeoutException):
        return "It did not answer in time"
    if isinstance(error, httpx.RemoteProtocolError):
        return "It closed the connection, or its answer is not HTTP"
    return "The connection broke"
