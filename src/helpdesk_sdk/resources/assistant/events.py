"""The stream of a suggestion: pieces of the draft while the model writes, the result at its end."""

from __future__ import annotations

import codecs
import json
from collections.abc import Callable
from typing import Any

import httpx

from ..._http.error_mapping import exception_for, parse_error
from ...errors import ApiError, UnexpectedResponseError

OnText = Callable[[str | None], object]
"""Called with each piece of the draft; with None, what came so far is void and the draft begins again."""

# A draft has at most a few thousand characters; a line of the stream that has more is no event of ours.
_LINE_MAX = 4_000_000


class EventSink:
    """Receives the bytes of the stream and reads its events: run, text, discard, result, error."""

    chunk: int | None = None

    def __init__(self, on_text: OnText | None) -> None:
        self._on_text = on_text
        self._began = False
        self.begin()

    def begin(self) -> None:
        """Forget what an earlier attempt has received."""
        if self._began and self._on_text is not None:
            self._on_text(None)
        self._began = False
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._rest = ""
        self._event = ""
        self._data: list[str] = []
        self.result: Any = None
        self.error: ApiError | None = None

    def write(self, chunk: bytes) -> None:
        """Receive the next bytes."""
        lines = (self._rest + self._decoder.decode(chunk)).split("\n")
        self._rest = lines.pop()
        if len(self._rest) > _LINE_MAX:
            raise UnexpectedResponseError("The answer of the function is too long")
        for line in lines:
            self._read(line.removesuffix("\r"))

    def _read(self, line: str) -> None:
        if not line:
            event, data = self._event, "\n".join(self._data)
            self._event, self._data = "", []
            if event and data:
                self._receive(event, data)
            return
        name, _, value = line.partition(":")
        if name == "event":
            self._event = value.strip()
        elif name == "data":
            self._data.append(value.removeprefix(" "))

    def _receive(self, event: str, data: str) -> None:
        try:
            value = json.loads(data)
        except (ValueError, RecursionError):
            raise UnexpectedResponseError("The answer of the function cannot be read") from None
        if not isinstance(value, dict):
            return
        if event == "text" and isinstance(value.get("text"), str):
            self._began = True
            if self._on_text is not None:
                self._on_text(value["text"])
        elif event == "discard" and self._began:
            self._began = False
            if self._on_text is not None:
                self._on_text(None)
        elif event == "result":
            self.result = value
        elif event == "error":
            self.error = _refusal(value)


def _refusal(body: dict[str, Any]) -> ApiError:
    """The error for a refusal that came as an event: its code says the status."""
    code = str(body.get("code") or "")
    status = int(code[2:]) if code.startswith("PT") and code[2:].isdigit() else 500
    return exception_for(parse_error(httpx.Response(status, json=body)), signed_in=True)
