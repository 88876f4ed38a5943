"""Files on their way: the body of an upload and the target of a download, each a piece at a time and hashed."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator, Callable, Iterator
from typing import BinaryIO, Protocol

import httpx

from ..errors import LocalFileError

CHUNK = 256 * 1024
"""Bytes in memory at a time."""

Progress = Callable[[int, int], object]
"""Called with the bytes that were transferred so far, and their total."""


class FileBody(httpx.SyncByteStream, httpx.AsyncByteStream):
    """The body of an upload. Each attempt to send it begins at its start."""

    def __init__(self, file: BinaryIO, size: int, progress: Progress | None = None) -> None:
        self._file = file
        self._start = file.tell()
        self.size = size
        self._progress = progress

    def __iter__(self) -> Iterator[bytes]:
        sent = self._begin()
        while chunk := self._next(sent):
            yield chunk
            sent = self._count(sent, chunk)

    async def __aiter__(self) -> AsyncIterator[bytes]:
        sent = self._begin()
        while chunk := await asyncio.to_thread(self._next, sent):
            yield chunk
            sent = self._count(sent, chunk)

    def _begin(self) -> int:
        try:
            self._file.seek(self._start)
        except (OSError, ValueError) as error:
            raise LocalFileError(f"The file cannot be read: {error}") from None
        return 0

    def _next(self, sent: int) -> bytes:
        try:
            chunk = self._file.read(min(CHUNK, self.size - sent))
        except (OSError, ValueError) as error:
            raise LocalFileError(f"The file cannot be read: {error}") from None
        if not chunk and sent < self.size:
            raise LocalFileError("The file became shorter while it was read", hint="Try again.")
        return chunk

    def _count(self, sent: int, chunk: bytes) -> int:
        sent += len(chunk)
        if self._progress is not None:
            self._progress(sent, self.size)
        return sent


class Target(Protocol):
    """What receives the body of a response, a piece at a time."""

    chunk: int | None
    """Bytes of a piece; None for pieces as they come."""

    def begin(self) -> None:
        """Forget what an earlier attempt has received."""

    def write(self, chunk: bytes) -> None:
        """Receive the next bytes."""


class Sink:
    """The target of a download. Each attempt begins at its start."""

    chunk: int | None = CHUNK

    def __init__(self, file: BinaryIO, size: int, progress: Progress | None = None) -> None:
        self._file = file
        self._size = size
        self._progress = progress
        self.begin()

    def begin(self) -> None:
        """Forget what an earlier attempt has written."""
        self.received = 0
        self._hash = hashlib.sha256()
        try:
            self._file.seek(0)
            self._file.truncate()
        except OSError as error:
            raise LocalFileError(f"The file cannot be written: {error}") from None

    def write(self, chunk: bytes) -> None:
        """Write the next bytes."""
        self._hash.update(chunk)
        try:
            self._file.write(chunk)
        except OSError as error:
            raise LocalFileError(f"The file cannot be written: {error}") from None
        self.received += len(chunk)
        if self._progress is not None:
            self._progress(self.received, self._size)

    @property
    def sha256(self) -> str:
        """The hash of the bytes that were written, in hexadecimal."""
        return self._hash.hexdigest()


def receive(http: httpx.Client, request: httpx.Request, sink: Target) -> httpx.Response:
    """Send a request, and write the body of a success to the sink."""
    response = http.send(request, stream=True)
    try:
        if response.is_success:
            sink.begin()
            for chunk in response.iter_bytes(sink.chunk):
                sink.write(chunk)
        else:
            response.read()
    finally:
        response.close()
    return response


async def receive_async(http: httpx.AsyncClient, request: httpx.Request, sink: Target) -> httpx.Response:
    """Send a request, and write the body of a success to the sink."""
    response = await http.send(request, stream=True)
    try:
        if response.is_success:
            sink.begin()
            async for chunk in response.aiter_bytes(sink.chunk):
                await asyncio.to_thread(sink.write, chunk)
        else:
            await response.aread()
    finally:
        await response.aclose()
    return response
