"""A proxy that carries requests out and then loses some of the answers, as networks do."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx

_HOP_BY_HOP = {
    "connection",
    "content-length",
    "content-encoding",
    "transfer-encoding",
    "host",
    "keep-alive",
    "accept-encoding",
}


class Proxy(ThreadingHTTPServer):
    """Forwards to a server; loses the answer of every ``lose_every``-th POST, after the server has done the work."""

    daemon_threads = True

    def __init__(self, upstream: str, lose_every: int) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.upstream = httpx.Client(base_url=upstream, timeout=60)
        self.lose_every = lose_every
        self.posts = 0
        self.lost = 0
        self.lock = threading.Lock()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def loses(self) -> bool:
        with self.lock:
            self.posts += 1
            lost = self.posts % self.lose_every == 0
            self.lost += lost
            return lost


class _Handler(BaseHTTPRequestHandler):
    server: Proxy

    def _forward(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        headers = [(name, value) for name, value in self.headers.items() if name.lower() not in _HOP_BY_HOP]
        answer = self.server.upstream.request(self.command, self.path, content=body, headers=headers)
        if self.command == "POST" and self.server.loses():
            self.close_connection = True
            return
        self.send_response(answer.status_code)
        for name, value in answer.headers.items():
            if name.lower() not in _HOP_BY_HOP:
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer.content)))
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(answer.content)

    do_GET = do_POST = do_PATCH = do_DELETE = _forward

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing."""


@contextmanager
def losing_answers(upstream: str, every: int) -> Iterator[Proxy]:
    """A proxy in a thread of its own."""
    with Proxy(upstream, every) as proxy:
        thread = threading.Thread(target=proxy.serve_forever, daemon=True)
        thread.start()
        try:
            yield proxy
        finally:
            proxy.shutdown()
            thread.join()
            proxy.upstream.close()
