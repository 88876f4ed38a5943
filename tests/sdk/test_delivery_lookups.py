"""What a sender keeps from one webhook to the next, and what a name server that does not answer holds up: nothing."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Sequence
from pathlib import Path

from tests.sdk.test_delivery_sending import PUBLIC, Send, Surroundings, deno, payload, send
from tests.sdk.webhook_receiver import Network, certificate, receiver, server_tls, trusting

from helpdesk_sdk.delivery import Attempt, Sender

__all__ = ["deno", "send"]


def test_a_name_without_an_answer_has_a_third_of_the_time(send: Send) -> None:
    attempt, connected = send(payload("https://hooks.example.com/"), Surroundings(["never"], {}, seconds=3))
    assert (attempt.outcome, attempt.status, connected) == ("retry", None, [])
    assert attempt.problem == "Nobody said in time which address the name hooks.example.com has"
    assert attempt.milliseconds >= 900


def test_names_without_an_answer_hold_up_no_other_webhook(tmp_path: Path) -> None:
    pem = certificate(tmp_path, "hooks.example.com")
    ended = threading.Event()
    asked: list[str] = []

    def resolve(host: str, port: int) -> Sequence[str]:
        asked.append(host)
        if host != "hooks.example.com":
            ended.wait(60)
        return [PUBLIC]

    async def both(port: int) -> tuple[list[Attempt], Attempt, bool]:
        transport = Network({PUBLIC: port}).transport(trusting(pem))
        async with Sender(resolve=resolve, transport=transport, seconds=30) as sender:
            # More names than any pool has threads, and each of them more than once.
            urls = [f"https://gone{number % 50}.example.com/" for number in range(150)]
            waiting = [asyncio.create_task(sender.send(payload(url))) for url in urls]
            while len(asked) < 50:
                await asyncio.sleep(0.01)
            attempt = await sender.send(payload("https://hooks.example.com/"))
            is_first = not any(task.done() for task in waiting)
            for task in waiting:
                task.cancel()
            return [task.result() for task in waiting if task.done() and not task.cancelled()], attempt, is_first

    try:
        with receiver(server_tls(pem)) as target:
            done, attempt, is_first = asyncio.run(both(target.port))
    finally:
        ended.set()
    assert (done, attempt.outcome, is_first) == ([], "done", True)
    assert len(asked) == 51, "each name once at a time"


def test_a_cookie_of_one_webhook_is_not_sent_to_the_next(tmp_path: Path) -> None:
    pem = certificate(tmp_path, "hooks.example.com", "other.example.com")

    async def both(port: int) -> None:
        transport = Network({PUBLIC: port}).transport(trusting(pem))
        async with Sender(resolve=lambda *_: [PUBLIC], transport=transport) as sender:
            for name in ("hooks", "other", "hooks"):
                attempt = await sender.send(payload(f"https://{name}.example.com/"))
                assert attempt.outcome == "done"

    with receiver(server_tls(pem)) as target:
        target.answer = lambda _: (200, {"set-cookie": "session=secret; Path=/"}, b"ok")
        asyncio.run(both(target.port))
    assert [request.headers.get("cookie") for request in target.received] == [None, None, None]


def test_a_target_that_nobody_serves_cannot_be_reached(send: Send) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    attempt, _ = send(payload(f"http://127.0.0.1:{port}/"))
    assert (attempt.outcome, attempt.problem) == ("retry", "It cannot be reached")
