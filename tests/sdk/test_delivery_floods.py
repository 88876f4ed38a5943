"""A target that floods its sender: what comes before an answer has a bound, as its head and its body have."""

from __future__ import annotations

import asyncio
import socket
from pathlib import Path

import httpx
import pytest
from tests.sdk import test_delivery_sending as sending
from tests.sdk.test_delivery_sending import Send, payload
from tests.sdk.webhook_receiver import certificate, raw_server, receiver, server_tls, trusting

from helpdesk_sdk.delivery.bounded import BoundedTransport

deno, send = sending.deno, sending.send

_HINT = b"HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\n"


def test_hints_before_an_answer_have_an_end(send: Send) -> None:
    def flood(connection: socket.socket) -> None:
        connection.recv(65536)
        while True:
            connection.sendall(_HINT * 1000)

    with raw_server(flood) as port:
        attempt, _ = send(payload(f"http://127.0.0.1:{port}/"))
    assert (attempt.outcome, attempt.status) == ("retry", None)
    assert attempt.problem == "It closed the connection, or its answer is not HTTP", "not: it did not answer in time"


def test_a_few_hints_are_passed_over(send: Send) -> None:
    def talk(connection: socket.socket) -> None:
        connection.recv(65536)
        connection.sendall(_HINT * 3 + b"HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\ngood")

    with raw_server(talk) as port:
        attempt, _ = send(payload(f"http://127.0.0.1:{port}/"))
    assert (attempt.outcome, attempt.status, attempt.answer) == ("done", 200, "good")


@pytest.mark.parametrize("part", ["head", "body"])
def test_the_bounds_are_those_of_what_is_inside_tls(tmp_path: Path, part: str) -> None:
    pem = certificate(tmp_path, "localhost")

    async def ask(url: str) -> int:
        transport = BoundedTransport(trusting(pem), head_bytes_max=2000, body_bytes_max=2000)
        async with httpx.AsyncClient(transport=transport) as client:
            return len((await client.post(url)).content)

    with receiver(server_tls(pem)) as target:
        url = f"https://localhost:{target.port}/"
        target.answer = lambda _: (200, {"x-head": "h" * 1000}, b"b" * 1000)
        assert asyncio.run(ask(url)) == 1000
        target.answer = lambda _: (200, {"x-head": "h" * (3000 if part == "head" else 0)}, b"b" * 3000)
        with pytest.raises(httpx.RemoteProtocolError):
            asyncio.run(ask(url))
