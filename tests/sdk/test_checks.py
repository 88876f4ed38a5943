"""The check of files in Python: the table of samples, a virus scanner that answers or does not, and the worker."""

from __future__ import annotations

import base64
import contextlib
import io
import json
import socket
import struct
import threading
from collections.abc import Iterator
from itertools import chain, repeat
from pathlib import Path
from typing import Any

import pytest
from tests.sdk.files import PNG, WithoutFunctions
from tests.sdk.world import Staffed

from helpdesk_sdk import Helpdesk, errors
from helpdesk_sdk.checks import ScannerUnavailableError, check_waiting, parse_address
from helpdesk_sdk.checks.scanner import Scan
from helpdesk_sdk.checks.worker import Inspector

CASES = json.loads((Path(__file__).parents[1] / "functions" / "file_cases.json").read_text())
EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['name']} as {case['content_type']}")
@pytest.mark.parametrize("piece", [1 << 20, 1000])
def test_a_file_is_what_it_says(case: dict[str, Any], piece: int) -> None:
    content = base64.b64decode(case["base64"])
    inspector = Inspector(case["content_type"], None)
    inspector.begin()
    for start in range(0, len(content), piece):
        inspector.write(content[start : start + piece])
    assert inspector.reason() == case["reason"]
    assert inspector.size == len(content)


class Clamd:
    """Speaks the protocol of clamd, as far as INSTREAM: finds the test file of the antivirus makers, and no more."""

    def __init__(self, reply: bytes | None = None, limit: int | None = None) -> None:
        self.reply, self.limit = reply, limit
        self.streams: list[bytes] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.address: tuple[str, int] = self._listener.getsockname()[:2]
        threading.Thread(target=self._serve, daemon=True).start()

    def close(self) -> None:
        self._listener.close()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            with connection, contextlib.suppress(OSError, struct.error):
                self._answer(connection)

    def _answer(self, connection: socket.socket) -> None:
        file = connection.makefile("rb")
        command = b""
        while not command.endswith(b"\0"):
            command += file.read(1)
        if command == b"zVERSION\0":
            connection.sendall(b"ClamAV 1.4.3/27900/Fri Nov 27 2026\0")
            return
        assert command == b"zINSTREAM\0"
        content = b""
        while length := struct.unpack(">L", file.read(4))[0]:
            content += file.read(length)
            if self.limit is not None and len(content) > self.limit:
                connection.sendall(b"INSTREAM size limit exceeded. ERROR\0")
                return
        self.streams.append(content)
        found = b"stream: Eicar-Signature FOUND\0" if EICAR in content else b"stream: OK\0"
        connection.sendall(found if self.reply is None else self.reply)


@pytest.fixture
def clamd() -> Iterator[Clamd]:
    running = Clamd()
    yield running
    running.close()


def scanned(address: tuple[str, int], content: bytes) -> str | None:
    with Scan(address, timeout=5) as scan:
        for start in range(0, len(content), 7):
            scan.send(content[start : start + 7])
        return scan.result()


def test_the_scanner_sees_every_byte(clamd: Clamd) -> None:
    assert scanned(clamd.address, b"hello " * 1000) is None
    assert clamd.streams == [b"hello " * 1000]
    assert scanned(clamd.address, EICAR) == "Eicar-Signature"


@pytest.mark.parametrize("reply", [b"", b"stream: OK", b"stream: OK \0", b"ERROR\0", b"stream: FOUND\0", b"\xff\0"])
def test_what_is_no_verdict_is_none(reply: bytes) -> None:
    running = Clamd(reply)
    expected = None if reply.startswith(b"stream: OK") else ScannerUnavailableError
    with contextlib.ExitStack() as stack:
        stack.callback(running.close)
        if expected is not None:
            stack.enter_context(pytest.raises(expected, match="no verdict"))
        assert scanned(running.address, b"hello") is None


def test_a_file_too_big_for_the_scanner_has_no_verdict() -> None:
    running = Clamd(limit=10)
    with pytest.raises(ScannerUnavailableError):
        scanned(running.address, b"hello " * 100_000)
    running.close()


def test_an_address_is_host_and_port() -> None:
    assert parse_address("localhost:3310") == ("localhost", 3310)
    assert parse_address("[::1]:3310") == ("::1", 3310)
    for wrong in ("localhost", ":3310", "localhost:", "localhost:x", "localhost:70000"):
        with pytest.raises(errors.ConfigurationError, match="host:port"):
            parse_address(wrong)


@pytest.fixture
def system(staffed: Staffed) -> Iterator[Helpdesk]:
    """The secret key; no edge function checks what it uploads, and nothing waits."""
    with Helpdesk(staffed.info.api_url, staffed.info.secret_key, transport=WithoutFunctions()) as hd:
        check_waiting(hd)
        yield hd


def uploaded(hd: Helpdesk, content: bytes, name: str) -> Any:
    ticket = hd.tickets.create("x", requester="customer@example.com")
    made = hd.attachments.upload(ticket, io.BytesIO(content), name=name)
    assert made.state == "uploaded"
    return made


def test_the_worker_settles_what_waits(system: Helpdesk, clamd: Clamd) -> None:
    good, lie = uploaded(system, PNG, "a.png"), uploaded(system, b"MZ\0\0", "b.png")
    bad = uploaded(system, EICAR, "c.txt")
    report = check_waiting(system, clamd.address)
    assert (report.clean, report.rejected, report.postponed) == (1, 2, 0)
    assert system.attachments.get(good).state == "clean"
    assert system.attachments.read(good) == PNG
    assert system.attachments.get(lie).reason == "type_mismatch"
    found = system.attachments.get(bad)
    assert (found.state, found.reason) == ("rejected", "infected: Eicar-Signature")
    with pytest.raises(errors.AttachmentRejectedError):
        system.attachments.read(bad)
    assert check_waiting(system).clean == 0


def test_without_the_scanner_a_file_waits_and_is_never_clean(system: Helpdesk) -> None:
    gone = Clamd()
    gone.close()
    file = uploaded(system, b"hello", "a.txt")
    for _ in range(2):
        report = check_waiting(system, gone.address)
        assert report.clean == report.rejected == 0
    assert system.attachments.get(file).state == "uploaded"
    with pytest.raises(errors.AttachmentNotReadyError):
        system.attachments.read(file)
    # Nobody leases it before its time, and a checker that has a scanner settles it.
    assert system.checks.lease(attachment=file.attachment_id) == ()
    system.checks.settle(file, "clean", sha256="0" * 64, size=5)
    assert system.attachments.get(file).is_available


def test_a_file_that_storage_lost_is_never_clean(system: Helpdesk) -> None:
    file = uploaded(system, b"hello", "a.txt")
    system.attachments.delete_all_files()
    assert check_waiting(system).postponed >= 1
    assert system.attachments.get(file).state == "uploaded"
    assert "attachment_without_file" in {one.kind for one in system.attachments.sweep(dry_run=False)}
    assert system.attachments.get(file).reason == "file_lost"


def test_only_the_secret_key_checks(staffed: Staffed) -> None:
    with (
        Helpdesk(staffed.info.api_url, staffed.info.publishable_key, access_token=staffed.tokens["admin"][0]) as admin,
        pytest.raises(errors.ForbiddenError),
    ):
        check_waiting(admin)


def test_a_checker_that_stops_gives_back_what_it_has_leased(system: Helpdesk) -> None:
    files = [uploaded(system, PNG, f"{number}.png") for number in range(3)]
    asked = chain((False, False), repeat(True))
    # Before the batch, before the first file, before the second file: two go back.
    assert check_waiting(system, is_stopping=lambda: next(asked)).clean == 1
    assert [system.attachments.get(file).state for file in files] == ["clean", "uploaded", "uploaded"]
    assert check_waiting(system, is_stopping=lambda: True).clean == 0


def test_a_file_that_is_being_read_is_given_back(system: Helpdesk) -> None:
    file = uploaded(system, PNG, "a.png")
    report = check_waiting(system, is_interrupted=lambda: True)
    assert (report.clean, report.rejected, report.postponed) == (0, 0, 0)
    assert system.attachments.get(file).state == "uploaded"
