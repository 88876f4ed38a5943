"""Connections that are read up to a bound: a target that never ends its answer must not keep the sender busy."""

from __future__ import annotations

import ssl
from collections.abc import Iterable
from typing import Any

import httpcore
import httpx

# Between two pieces, others have their turn.
_PIECE = 4 * 1024


class BoundedTransport(httpx.AsyncHTTPTransport):
    """httpx's transport for connections that are used once, and end after so many bytes.

    Before an answer there may be any number of answers like 103, each of which costs the sender more than the target.

    Args:
        tls: Whom to trust.
        head_bytes_max: How much is read up to the end of the head, and of what comes before it.
        body_bytes_max: How much is read of the body, as it is sent.
    """

    def __init__(self, tls: ssl.SSLContext, *, head_bytes_max: int, body_bytes_max: int) -> None:
        super().__init__(verify=tls, trust_env=False)
        self._body_bytes_max = body_bytes_max
        # httpx has no argument for the backend.
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=tls, max_connections=None, max_keepalive_connections=0, network_backend=_Backend(head_bytes_max)
        )

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request; when it returns, the head of the answer was read.

        Args:
            request: The request.
        """
        response = await super().handle_async_request(request)
        stream = response.extensions.get("network_stream")
        if isinstance(stream, _Stream):
            stream.left = self._body_bytes_max
        return response


class _Backend(httpcore.AsyncNetworkBackend):
    def __init__(self, bytes_max: int) -> None:
        self._bytes_max = bytes_max
        self._backend = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        stream = await self._backend.connect_tcp(host, port, timeout, local_address, socket_options)
        return _Stream(stream, self._bytes_max)

    async def sleep(self, seconds: float) -> None:
        await self._backend.sleep(seconds)


class _Stream(httpcore.AsyncNetworkStream):
    def __init__(self, stream: httpcore.AsyncNetworkStream, bytes_max: int) -> None:
        self._stream, self.left = stream, bytes_max

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        piece = await self._stream.read(min(max_bytes, _PIECE), timeout)
        self.left -= len(piece)
        if self.left < 0:
            raise httpcore.RemoteProtocolError("The answer is too long")
        return piece

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        await self._stream.write(buffer, timeout)

    async def aclose(self) -> None:
        await self._stream.aclose()

    async def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.AsyncNetworkStream:
        return _Stream(await self._stream.start_tls(ssl_context, server_hostname, timeout), self.left)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)
