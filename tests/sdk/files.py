"""Files of the tests, and a project that does not check them by itself."""

from __future__ import annotations

import base64
import struct
import zlib

import httpx

_COMMENT = b"tEXt" + bytes(range(1, 256)) * 2000
PNG = (
    base64.b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNoAAAAggCBd81ytgAAAABJRU5ErkJggg==")[
        :-12
    ]
    + struct.pack(">L", len(_COMMENT) - 4)
    + _COMMENT
    + struct.pack(">L", zlib.crc32(_COMMENT))
    + b"\0\0\0\0IEND\xaeB`\x82"
)
"""A picture of one pixel, with half a megabyte of comment."""


class WithoutFunctions(httpx.BaseTransport, httpx.AsyncBaseTransport):
    """A way to a project in which the edge function is not deployed."""

    def __init__(self) -> None:
        self._plain = httpx.HTTPTransport()
        self._awaitable = httpx.AsyncHTTPTransport()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        return self._missing(request) or self._plain.handle_request(request)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        return self._missing(request) or await self._awaitable.handle_async_request(request)

    def _missing(self, request: httpx.Request) -> httpx.Response | None:
        return httpx.Response(404, json={"code": "NOT_FOUND"}) if "/functions/" in str(request.url) else None

    def close(self) -> None:
        self._plain.close()

    async def aclose(self) -> None:
        await self._awaitable.aclose()
