"""The HTTP client beneath ``openai``, which reads the body of an error to its end: here the end comes early."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx2
import openai

_ERROR_BYTES_MAX = 100_000


class _Beginning(httpx2.AsyncByteStream):
    """The beginning of another stream."""

    def __init__(self, whole: httpx2.AsyncByteStream) -> None:
        self._whole = whole

    async def __aiter__(self) -> AsyncIterator[bytes]:
        size = 0
        async for piece in self._whole:
            size += len(piece)
            if size > _ERROR_BYTES_MAX:
                return
            yield piece

    async def aclose(self) -> None:
        await self._whole.aclose()


async def _cut_error(response: httpx2.Response) -> None:
    if response.is_success:
        return
    # Nobody asked for compression, and a few compressed bytes could become gigabytes.
    response.headers.pop("content-encoding", None)
    assert isinstance(response.stream, httpx2.AsyncByteStream)
    response.stream = _Beginning(response.stream)


def bounded_http() -> httpx2.AsyncClient:
    """A client for one endpoint. It asks for no compression and follows no redirect: the prompt goes nowhere else."""
    return openai.DefaultAsyncHttpxClient(
        follow_redirects=False,
        headers={"accept-encoding": "identity"},
        event_hooks={"response": [_cut_error]},
    )
