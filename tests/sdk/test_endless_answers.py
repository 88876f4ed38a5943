"""Endpoints of models and of vectors that write without end, or a little that becomes much: each answer has a limit."""

from __future__ import annotations

import gzip
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from helpdesk_sdk.assistant import Chat, Endpoint, ModelError, Prompt
from helpdesk_sdk.embeddings import EmbeddingEndpoint, EmbeddingError

_PROMPT = Prompt("Answer in JSON.", "Where is it?", "next_steps", {"type": "object"}, 50, 20, 12)
_MEGABYTE = 1_000_000


class Endless:
    """A server that answers each POST with the same piece, over and over.

    Attributes:
        url: the base URL.
        sent: how many bytes it could send.
    """

    def __init__(self, status: int, piece: bytes, pause: float, **headers: str) -> None:
        server = self
        self.sent = 0
        self.closing = threading.Event()

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                self.rfile.read(int(self.headers["content-length"]))
                self.send_response(status)
                for name, value in {"content-type": "application/json", **headers}.items():
                    self.send_header(name.replace("_", "-"), value)
                self.end_headers()
                try:
                    while not server.closing.wait(pause):
                        self.wfile.write(piece)
                        server.sent += len(piece)
                except OSError:
                    self.close_connection = True

            def log_message(self, *_: object) -> None:
                pass

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.http.server_address[1]}/v1"


@contextmanager
def endless(status: int, piece: bytes = b" " * 10_000, pause: float = 0, **headers: str) -> Iterator[Endless]:
    """A server like that, while the block runs."""
    made = Endless(status, piece, pause, **headers)
    thread = threading.Thread(target=made.http.serve_forever, daemon=True)
    thread.start()
    try:
        yield made
    finally:
        made.closing.set()
        made.http.shutdown()
        made.http.server_close()
        thread.join()


def embed(url: str, timeout: float = 30) -> None:
    with EmbeddingEndpoint(url, "m", timeout=timeout) as endpoint:
        endpoint.embed(["a"])


def ask(url: str, within: float = 30) -> None:
    with Chat() as chat:
        chat.ask(Endpoint(url, "key", "m"), _PROMPT, within=within)


@pytest.mark.parametrize(
    ("try_it", "error", "problem"),
    [
        (embed, EmbeddingError, "The embeddings' endpoint answered with more than 250000 bytes"),
        (ask, ModelError, "The model's answer is too large"),
    ],
)
def test_an_answer_without_end_is_read_up_to_its_limit(
    try_it: Callable[[str], None], error: type[Exception], problem: str
) -> None:
    with endless(200) as server, pytest.raises(error, match=problem):
        try_it(server.url)
    # What the network between the two holds was sent, too.
    assert server.sent < 20 * _MEGABYTE


@pytest.mark.parametrize("status", [302, 400, 401, 500])
@pytest.mark.parametrize(("try_it", "error"), [(embed, EmbeddingError), (ask, ModelError)], ids=["embeddings", "chat"])
def test_an_error_without_end_is_an_error_of_its_status(
    try_it: Callable[[str], None], error: type[Exception], status: int
) -> None:
    begun = time.monotonic()
    with endless(status) as server, pytest.raises(error, match=f"endpoint answered {status}"):
        try_it(server.url)
    assert server.sent < 60 * _MEGABYTE
    assert time.monotonic() - begun < 15


@pytest.mark.parametrize("status", [200, 400])
@pytest.mark.parametrize(("try_it", "error"), [(embed, EmbeddingError), (ask, ModelError)], ids=["embeddings", "chat"])
def test_compressed_bytes_do_not_become_gigabytes(
    try_it: Callable[[str], None], error: type[Exception], status: int
) -> None:
    bomb = gzip.compress(bytes(100 * _MEGABYTE), 9)
    begun = time.monotonic()
    with endless(status, bomb, content_encoding="gzip") as server, pytest.raises(error):
        try_it(server.url)
    assert time.monotonic() - begun < 15
    assert server.sent < 20 * _MEGABYTE


@pytest.mark.parametrize(("try_it", "error"), [(embed, EmbeddingError), (ask, ModelError)], ids=["embeddings", "chat"])
def test_an_answer_that_comes_in_drops_has_its_time(
    try_it: Callable[[str, float], None], error: type[Exception]
) -> None:
    begun = time.monotonic()
    with endless(200, b" ", 0.05) as server, pytest.raises(error):
        try_it(server.url, 1)
    assert 0.9 < time.monotonic() - begun < 10
