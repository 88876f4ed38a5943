"""One attempt to deliver to a webhook: real servers, real TLS, and name servers that change their mind.

Each test runs in Python, as `helpdesk worker --deliver` sends, and in TypeScript, as the function `deliver` does.
"""

from __future__ import annotations

import asyncio
import json
import os
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from deno import find_deno_bin  # type: ignore[import-untyped]
from tests.sdk.webhook_receiver import Network, certificate, raw_server, receiver, server_tls, trusting

from helpdesk_sdk.delivery import Attempt, Sender
from helpdesk_sdk.webhooks import verify_webhook

SECRETS = ["whsec_" + "A" * 43 + "=", "whsec_" + "B" * 43 + "="]
BODY = {"type": "message.created", "timestamp": "2026-11-29T10:15:02+00:00", "data": {"event_id": 7, "name": "Żółć"}}
PUBLIC, OTHER = "93.184.216.34", "2606:2800:220:1:248:1893:25c8:1946"
TYPESCRIPT = Path(__file__).with_name("webhook_sender_ts")


@dataclass(frozen=True)
class Surroundings:
    """Where an attempt is made."""

    found: Sequence[str] = ()
    """What the name server answers, one after the other: addresses with a blank between them."""
    servers: Mapping[str, int] | None = None
    """A network in which these addresses are ports on loopback; None: the real one."""
    pem: Path | None = None
    """The certificate that is trusted."""
    seconds: float = 15
    """How long an attempt may take."""


Send = Callable[..., tuple[Attempt, list[tuple[str, int]]]]


def python(given: dict[str, Any], around: Surroundings = Surroundings()) -> tuple[Attempt, list[tuple[str, int]]]:
    network, left = Network(around.servers or {}), list(around.found)

    def resolve(host: str, port: int) -> Sequence[str]:
        said = left.pop(0)
        if said == "never":
            threading.Event().wait()
        return said.split()

    async def once() -> Attempt:
        transport = network.transport(trusting(around.pem)) if around.pem else None
        async with Sender(resolve=resolve, transport=transport, seconds=around.seconds) as sender:
            return await sender.send(given)

    return asyncio.run(once()), network.connected


@pytest.fixture(scope="module")
def deno() -> Iterator[subprocess.Popen[str]]:
    words = ["run", "--quiet", "--no-prompt", "--no-lock", "--allow-net", "sender.ts"]
    with subprocess.Popen(
        [os.fsdecode(find_deno_bin()), *words],
        cwd=TYPESCRIPT,
        text=True,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=os.environ | {"HTTP_PROXY": "http://127.0.0.1:9"},
    ) as process:
        yield process
        assert process.stdin
        process.stdin.close()


@pytest.fixture(params=["python", "typescript"])
def send(request: pytest.FixtureRequest) -> Send:
    """Make one attempt; its end, and where it connected to."""
    if request.param == "python":
        return python
    process: subprocess.Popen[str] = request.getfixturevalue("deno")
    assert process.stdin
    assert process.stdout
    write, read = process.stdin, process.stdout

    def typescript(given: dict[str, Any], around: Surroundings = Surroundings()) -> tuple[Attempt, Any]:
        task: dict[str, Any] = {"payload": given, "found": list(around.found), "servers": around.servers}
        task |= {"ca": around.pem and around.pem.read_text().partition("-----BEGIN PRIVATE")[0]}
        write.write(json.dumps(task | {"timeout_ms": around.seconds * 1000}) + "\n")
        write.flush()
        said = json.loads(read.readline())
        return Attempt(**said["attempt"]), [tuple(one) for one in said["connected"]]

    return typescript


def payload(to: str, **changed: Any) -> dict[str, Any]:
    return {"url": to, "secrets": SECRETS, "id": "msg_7", "body": BODY, "allow_loopback": True} | changed


def test_a_request_is_signed_with_each_secret(send: Send) -> None:
    with receiver() as target:
        attempt, _ = send(payload(target.url))
    assert (attempt.outcome, attempt.status, attempt.answer, attempt.problem) == ("done", 200, "ok", None)
    (request,) = target.received
    assert request.path == "/hooks?token=t"
    assert json.loads(request.body) == BODY
    for secret in SECRETS:
        assert verify_webhook(request.headers, request.body, secret).data == BODY["data"]
    assert request.headers["host"] == f"127.0.0.1:{target.port}"
    assert request.headers["content-type"] == "application/json"


@pytest.mark.parametrize(
    ("status", "headers", "outcome", "wait"),
    [
        *[(status, {}, "done", None) for status in (200, 201, 202, 204, 299)],
        *[(status, {"location": "http://169.254.169.254/"}, "retry", None) for status in (301, 302, 303, 307, 308)],
        (304, {}, "retry", None),
        *[(status, {"retry-after": "7"}, "retry", None) for status in (400, 401, 403, 404, 500, 501)],
        *[(status, {"retry-after": "7"}, "retry", 7) for status in (429, 502, 503, 504)],
        (429, {}, "retry", None),
        (429, {"retry-after": "soon"}, "retry", None),
        (429, {"retry-after": "-5"}, "retry", None),
        (429, {"retry-after": "99999999999"}, "retry", 86_400),
        (503, {"retry-after": "Sun, 06 Nov 1994 08:49:37 GMT"}, "retry", 0),
        (410, {}, "gone", None),
    ],
)
def test_what_an_answer_means(send: Send, status: int, headers: dict[str, str], outcome: str, wait: int | None) -> None:
    with receiver() as target:
        target.answer = lambda _: (status, headers, b"" if status in (204, 304) else b"said")
        attempt, _ = send(payload(target.url))
    assert (attempt.outcome, attempt.status, attempt.retry_after_seconds) == (outcome, status, wait)
    assert (attempt.problem is None) == (outcome == "done")
    assert len(target.received) == 1


def test_the_certificate_must_be_of_the_name_and_the_request_goes_to_the_address(send: Send, tmp_path: Path) -> None:
    pem, other = certificate(tmp_path, "hooks.example.com"), certificate(tmp_path, "elsewhere.example.com")
    with receiver(server_tls(pem)) as target:
        servers = {PUBLIC: target.port}
        around = Surroundings([PUBLIC], servers, pem)
        attempt, connected = send(payload("https://hooks.example.com/in?a=[1]&b=%2F"), around)
        assert (attempt.outcome, attempt.status, connected) == ("done", 200, [(PUBLIC, 443)])
        wrong, connected = send(payload("https://other.example.com/in"), around)
        assert (wrong.outcome, wrong.status, wrong.problem) == ("retry", None, "Its certificate is not accepted")
        assert connected == [(PUBLIC, 443)]
        stranger, _ = send(payload("https://hooks.example.com/in"), Surroundings([PUBLIC], servers, other))
        assert stranger.problem == "Its certificate is not accepted"
    assert [one.path for one in target.received] == ["/in?a=[1]&b=%2F"]
    assert target.received[0].headers["host"] == "hooks.example.com"


def test_a_name_that_leads_inside_the_second_time_leads_nowhere(send: Send, tmp_path: Path) -> None:
    """Rebinding: the name server's first answer is public, all others are this computer."""
    pem = certificate(tmp_path, "hooks.example.com")
    with receiver(server_tls(pem)) as target, receiver(server_tls(pem)) as inside:
        servers = {PUBLIC: target.port, "127.0.0.1": inside.port}
        given = payload("https://hooks.example.com:8443/in", allow_loopback=False)
        # A second look within the attempt would be answered, too.
        first, connected = send(given, Surroundings([PUBLIC, "127.0.0.1", "127.0.0.1"], servers, pem))
        assert (first.outcome, connected) == ("done", [(PUBLIC, 8443)])
        second, connected = send(given, Surroundings(["127.0.0.1", PUBLIC], servers, pem))
        assert (second.outcome, second.status, connected) == ("retry", None, [])
        assert second.problem == "The name hooks.example.com leads to a private or reserved address"
    assert (len(target.received), inside.received) == (1, [])


@pytest.mark.parametrize("found", ["10.0.0.1", f"{PUBLIC} 169.254.169.254", f"{OTHER} ::1", "::ffff:127.0.0.1", ""])
def test_nobody_connects_where_one_address_is_private(send: Send, tmp_path: Path, found: str) -> None:
    pem = certificate(tmp_path, "hooks.example.com")
    attempt, connected = send(payload("https://hooks.example.com/"), Surroundings([found], {}, pem))
    assert (attempt.outcome, attempt.status, connected) == ("retry", None, [])


def test_the_next_address_is_tried_when_nobody_answers(send: Send, tmp_path: Path) -> None:
    pem = certificate(tmp_path, "hooks.example.com")
    with receiver(server_tls(pem)) as target:
        around = Surroundings([f"{PUBLIC} {OTHER}"], {OTHER: target.port}, pem)
        attempt, connected = send(payload("https://hooks.example.com/"), around)
    assert (attempt.outcome, connected) == ("done", [(PUBLIC, 443), (OTHER, 443)])


def test_the_name_of_a_program_without_tls_is_no_secret(send: Send, tmp_path: Path) -> None:
    pem = certificate(tmp_path, "hooks.example.com")
    with receiver() as target:
        attempt, _ = send(payload("https://hooks.example.com/"), Surroundings([PUBLIC], {PUBLIC: target.port}, pem))
    assert (attempt.outcome, attempt.problem) == ("retry", "It does not speak TLS as it should")


@pytest.mark.parametrize(
    "url", ["http://example.com/", "https://example.com:22/", "https://10.0.0.1/", "https://a.local/"]
)
def test_a_url_that_is_not_permitted_is_refused_for_good(send: Send, url: str) -> None:
    attempt, _ = send(payload(url))
    assert (attempt.outcome, attempt.status) == ("refused", None)


def test_this_computer_only_with_permission(send: Send) -> None:
    with receiver() as target:
        assert send(payload(target.url, allow_loopback=False))[0].outcome == "refused"
        assert send({**payload(target.url), "allow_loopback": "yes"})[0].outcome == "refused"
        assert target.received == []
        assert send(payload(f"http://localhost:{target.port}/"))[0].outcome == "done"


def test_no_proxy_of_the_environment_is_asked(send: Send, monkeypatch: pytest.MonkeyPatch) -> None:
    with receiver() as target, receiver() as proxy:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "HTTPS_PROXY"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
        assert send(payload(target.url))[0].outcome == "done"
    assert proxy.received == []


@pytest.mark.parametrize(
    "said",
    [b"", b"nonsense\r\n\r\n", b"HTTP/1.1 banana\r\n\r\n", b"HTTP/1.1 200 OK\r\nno colon\r\n\r\n", b"\x15\x03\x01\x00"],
)
def test_what_is_no_http_is_a_failure(send: Send, said: bytes) -> None:
    def talk(connection: socket.socket) -> None:
        connection.recv(65536)
        connection.sendall(said)

    with raw_server(talk) as port:
        attempt, _ = send(payload(f"http://127.0.0.1:{port}/"))
    assert (attempt.outcome, attempt.status) == ("retry", None)
    assert attempt.problem


def test_a_target_that_drips_has_its_time_and_no_more(send: Send) -> None:
    def drip(connection: socket.socket) -> None:
        for byte in b"HTTP/1.1 200 OK\r\nx-slow: " + b"a" * 10_000:
            connection.sendall(bytes([byte]))
            time.sleep(0.05)

    with raw_server(drip) as port:
        begun = time.monotonic()
        attempt, _ = send(payload(f"http://127.0.0.1:{port}/"), Surroundings(seconds=0.6))
    assert (attempt.outcome, attempt.status) == ("retry", None)
    assert time.monotonic() - begun < 3
    assert attempt.milliseconds >= 500


def test_a_body_that_does_not_end_changes_no_status(send: Send) -> None:
    def drip(connection: socket.socket) -> None:
        connection.recv(65536)
        connection.sendall(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n4\r\ngood\r\n")
        time.sleep(5)

    with raw_server(drip) as port:
        attempt, _ = send(payload(f"http://127.0.0.1:{port}/"), Surroundings(seconds=0.6))
    assert (attempt.outcome, attempt.status, attempt.answer) == ("done", 200, "good")


def test_a_large_answer_is_not_read_to_its_end(send: Send) -> None:
    sent: list[int] = []

    def talk(connection: socket.socket) -> None:
        connection.recv(65536)
        connection.sendall(b"HTTP/1.1 500 No\r\ncontent-length: 100000000\r\n\r\n")
        for _ in range(1600):
            sent.append(connection.send(b"x" * 65536))

    with raw_server(talk) as port:
        attempt, _ = send(payload(f"http://127.0.0.1:{port}/"))
    assert (attempt.outcome, attempt.status) == ("retry", 500)
    assert attempt.answer == "x" * 4000
    # What fits into the buffers of the machine, not a hundred megabytes.
    assert sum(sent) < 30_000_000


def test_a_packed_answer_is_not_unpacked(send: Send) -> None:
    with receiver() as target:
        target.answer = lambda _: (500, {"content-encoding": "gzip"}, b"\x1f\x8b\0\0")
        attempt, _ = send(payload(target.url))
    assert (attempt.outcome, attempt.status) == ("retry", 500)
    assert attempt.answer == "\x1f\ufffd\ufffd\ufffd"


@pytest.mark.parametrize(
    "changed",
    [{"secrets": []}, {"secrets": ["whsec_short"]}, {"id": None}, {"id": "a\r\nb: c"}, {"url": None}, {"body": None}],
)
def test_what_cannot_be_sent_is_a_failure_of_its_own(send: Send, changed: dict[str, Any]) -> None:
    with receiver() as target:
        attempt, _ = send(payload(target.url, **changed))
        assert (attempt.outcome, attempt.status, target.received) == ("retry", None, [])
    assert "whsec" not in (attempt.problem or "")
