"""The process that serves `POST /v1/embeddings` on loopback. The supervisor starts it at the first connection.

Standard input is the socket that listens: the supervisor keeps it too, so that a connection waits while nobody serves.
It ends after some minutes without a request, which gives its memory back; the next connection starts it again.
"""

from __future__ import annotations

import json
import os
import re
import socket
import sys
import threading
import time
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, cast

from helpdesk_sdk.embedding_models import MODEL_NAMES, Model, UnavailableError, load
from helpdesk_sdk.local._embedding_answers import MAX_BODY, RefusalError, embeddings, models

_MAX_REQUESTS = 64
_SOCKET_SECONDS = 60
_LOOK_SECONDS = 1.0
# A page of the web may make its own name mean 127.0.0.1: then the browser sends that name.
_LOOPBACK = re.compile(r"(127\.0\.0\.1|localhost|\[::1\])(:\d+)?", re.I)


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, listening: socket.socket, choice: str) -> None:
        super().__init__(("127.0.0.1", 0), _Handler, bind_and_activate=False)
        self.socket.close()
        self.socket = listening
        self.server_address = listening.getsockname()
        self.name = MODEL_NAMES[choice]
        self.free = threading.Semaphore(_MAX_REQUESTS)
        self.used_at = time.monotonic()
        self.busy = 0
        self.lock = threading.Lock()
        self.model: Model | None = None
        self.problem = ""
        try:
            self.model = load(choice)
        except UnavailableError as error:
            self.problem = f"{error}. {error.hint}"
            sys.stderr.write(f"embeddings: {self.problem}\n")

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that has left is no error of ours."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)

    def is_idle(self, seconds: float) -> bool:
        """Whether nobody has asked for so long."""
        with self.lock:
            return not self.busy and time.monotonic() - self.used_at > seconds


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = _SOCKET_SECONDS
    # The answer in one piece: no waiting for the acknowledgement of its head.
    wbufsize = -1
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        self._answer(lambda server: models(server.name), "/v1/models")

    def do_POST(self) -> None:
        self._answer(self._embeddings, "/v1/embeddings")

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:  # noqa: ARG002
        """Refuse what the library refuses, in OpenAI's shape, too."""
        self.close_connection = True
        status = HTTPStatus(code)
        self._send(status, RefusalError(status, message or status.phrase).body)

    def log_message(self, format: str, *args: Any) -> None:
        """Texts are nobody's business: no request is logged."""

    def _embeddings(self, server: _Server) -> dict[str, Any]:
        body = self._body()
        if server.model is None:
            raise RefusalError(HTTPStatus.SERVICE_UNAVAILABLE, server.problem, code="model_unavailable")
        if not server.free.acquire(blocking=False):
            raise RefusalError(HTTPStatus.TOO_MANY_REQUESTS, "Too many requests at once.", code="rate_limit_exceeded")
        try:
            return embeddings(server.model, body)
        finally:
            server.free.release()

    def _body(self) -> bytes:
        length = self.headers.get("content-length", "")
        if not length.isascii() or not length.isdigit():
            self.close_connection = True
            raise RefusalError(HTTPStatus.LENGTH_REQUIRED, "The request must have a content-length.")
        if len(length) > 12 or int(length) > MAX_BODY:
            self.close_connection = True
            raise RefusalError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"The body may have at most {MAX_BODY} bytes.")
        return self.rfile.read(int(length))

    def _answer(self, answer: Any, path: str) -> None:
        server = cast("_Server", self.server)
        with server.lock:
            server.busy += 1
        try:
            self._send(HTTPStatus.OK, self._checked(answer, path, server))
        except RefusalError as refusal:
            self._send(refusal.status, refusal.body)
        finally:
            with server.lock:
                server.busy -= 1
                server.used_at = time.monotonic()

    def _checked(self, answer: Any, path: str, server: _Server) -> dict[str, Any]:
        if not _LOOPBACK.fullmatch(self.headers.get("host", "")):
            self.close_connection = True
            raise RefusalError(HTTPStatus.MISDIRECTED_REQUEST, "This endpoint is for programs on this machine.")
        if self.path.partition("?")[0] != path:
            self.close_connection = True
            raise RefusalError(HTTPStatus.NOT_FOUND, "There is POST /v1/embeddings and GET /v1/models.")
        try:
            result: dict[str, Any] = answer(server)
        except (RefusalError, OSError):
            raise
        except Exception as error:
            sys.stderr.write(f"embeddings: {type(error).__name__}: {error}\n")
            raise RefusalError(HTTPStatus.INTERNAL_SERVER_ERROR, "The model failed.", code="model_failed") from error
        return result

    def _send(self, status: HTTPStatus, body: dict[str, Any]) -> None:
        content = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(content)))
        if self.close_connection:
            self.send_header("connection", "close")
        self.end_headers()
        self.wfile.write(content)
        self.wfile.flush()


def main(choice: str, idle_seconds: float) -> None:
    """Serve until nobody has asked for `idle_seconds`, or the supervisor has ended."""
    parent = os.getppid()
    server = _Server(socket.socket(fileno=0), choice)
    threading.Thread(target=server.serve_forever, args=(_LOOK_SECONDS,), daemon=True).start()
    while os.getppid() == parent and not server.is_idle(idle_seconds):
        time.sleep(_LOOK_SECONDS)
    server.shutdown()
