"""How an answer goes out: in one body or as a stream, whole, slowly, endlessly or cut."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from typing import Any

from ._behaviours import Play
from ._prompt import CapturedRequest

_PIECE = 24
_ENDLESS_PAUSE = 0.002


class ConnectionEndedError(Exception):
    """The connection is to be closed without an end of the body."""


class Wire:
    """Writes one answer to a connection."""

    def __init__(self, handler: BaseHTTPRequestHandler, closing: threading.Event) -> None:
        self._handler = handler
        self._closing = closing

    def wait(self, seconds: float) -> None:
        """Wait, or until the provider closes."""
        if seconds and self._closing.wait(seconds):
            raise ConnectionEndedError

    def json(self, status: int, body: object, headers: dict[str, str] | None = None) -> None:
        """A whole body of JSON."""
        self._whole(status, json.dumps(body), "application/json", headers)

    def answer(self, request: CapturedRequest, play: Play) -> None:
        """Play an answer."""
        self.wait(play.wait)
        if play.status != 200:
            self.json(play.status, {"error": play.error}, play.headers)
        elif play.body is not None:
            self._whole(200, play.body, "text/html", play.headers)
        elif request.is_stream:
            self._pieces("text/event-stream", _stream(request, play), play)
        elif play.is_endless or play.is_cut or play.pause:
            body = json.dumps(_completion(request, play))
            # The text begins before the end of the message: that is where an endless one goes on.
            start = body.index('"content"') + len('"content": "')
            begun = [body[:start], *([play.content or ""] if play.is_endless else [body[start:-40], body[-40:]])]
            self._pieces("application/json", iter(begun), play)
        else:
            self.json(200, _completion(request, play), play.headers)

    def _whole(self, status: int, text: str, kind: str, headers: dict[str, str] | None = None) -> None:
        content = text.encode()
        self._head(status, {"content-type": kind, "content-length": str(len(content))} | (headers or {}))
        self._handler.wfile.write(content)

    def _head(self, status: int, headers: dict[str, str]) -> None:
        self._handler.send_response(status)
        for name, value in headers.items():
            self._handler.send_header(name, value)
        self._handler.end_headers()

    def _pieces(self, kind: str, pieces: Iterator[str], play: Play) -> None:
        self._head(200, {"content-type": kind, "transfer-encoding": "chunked"} | play.headers)
        last = ""
        for number, piece in enumerate(pieces):
            if number == 2:
                if play.is_cut:
                    raise ConnectionEndedError
                self.wait(play.pause)
            self._piece(piece)
            last = piece
        while play.is_endless and not self._closing.is_set():
            time.sleep(_ENDLESS_PAUSE)
            self._piece(last * 20)
        self._handler.wfile.write(b"0\r\n\r\n")

    def _piece(self, text: str) -> None:
        content = text.encode()
        self._handler.wfile.write(f"{len(content):x}\r\n".encode() + content + b"\r\n")
        self._handler.wfile.flush()


def _usage(request: CapturedRequest, play: Play) -> dict[str, int] | None:
    if play.usage == "none":
        return None
    # As the database estimates: four bytes are a token. By characters, a prompt in Chinese would seem to be cut.
    prompt = len(request.prompt.encode("utf-8", "surrogatepass")) // 4 + 1
    prompt = prompt // 3 if play.usage == "cut" else prompt
    answer = len(play.content or "") // 4 + 1
    return {"prompt_tokens": prompt, "completion_tokens": answer, "total_tokens": prompt + answer}


def _message(play: Play) -> dict[str, Any]:
    message: dict[str, Any] = {"role": "assistant", "content": play.content, "refusal": play.refusal}
    if play.tool_call:
        call = {"name": "close_ticket", "arguments": '{"ticket_id": 17}'}
        message["tool_calls"] = [{"id": "call_1", "type": "function", "function": call}]
    return message


def _completion(request: CapturedRequest, play: Play) -> dict[str, Any]:
    choice = {"index": 0, "message": _message(play), "finish_reason": play.finish}
    answer = {"id": "chatcmpl-1", "object": "chat.completion", "created": 0, "model": request.body.get("model")}
    usage = _usage(request, play)
    return answer | {"choices": [choice]} | ({"usage": usage} if usage else {})


def _stream(request: CapturedRequest, play: Play) -> Iterator[str]:
    head = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 0, "model": request.body.get("model")}

    def event(delta: dict[str, Any], finish: str | None = None) -> str:
        return f"data: {json.dumps(head | {'choices': [{'index': 0, 'delta': delta, 'finish_reason': finish}]})}\n\n"

    yield event({"role": "assistant", "content": ""})
    text = play.content or ""
    for start in range(0, len(text), _PIECE):
        yield event({"content": text[start : start + _PIECE]})
    if play.is_endless:
        return
    if play.refusal:
        yield event({"refusal": play.refusal})
    if play.tool_call:
        yield event({"tool_calls": [{"index": 0, **_message(play)["tool_calls"][0]}]})
    yield event({}, play.finish)
    options = request.body.get("stream_options")
    usage = _usage(request, play)
    if usage and isinstance(options, dict) and options.get("include_usage") is True:
        yield f"data: {json.dumps(head | {'choices': [], 'usage': usage})}\n\n"
    yield "data: [DONE]\n\n"
