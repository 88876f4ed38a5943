"""Attachments: how fast 25 MB go up and down through the SDK, beside bare HTTP, and how much memory that takes."""

from __future__ import annotations

import hashlib
import os
import statistics
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import psutil

from benchmarks.measure import Result, Section
from helpdesk_sdk import Attachment, Helpdesk, Ticket
from helpdesk_sdk.checks import check_waiting
from helpdesk_sdk.local import Stack

SIZE = 25 * 1024 * 1024
FILES, FILES_QUICK = 100, 5
_PER_TICKET = 40
_AIM = 1.15
_PIECE = 256 * 1024
_MEMORY_EVERY = 0.02


class _WithoutFunctions(httpx.HTTPTransport):
    """So that the check is a step of its own."""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        return httpx.Response(404) if "/functions/" in request.url.path else super().handle_request(request)


class _Peak:
    """The growth of a process's memory while something runs."""

    def __init__(self, pid: int) -> None:
        self._process = psutil.Process(pid)
        self._start = self._highest = self._process.memory_info().rss
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> _Peak:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._done.wait(_MEMORY_EVERY):
            self._highest = max(self._highest, self._process.memory_info().rss)

    @property
    def megabytes(self) -> float:
        """The growth."""
        return (self._highest - self._start) / 2**20


def run(files: int) -> Section:
    """Upload, check and download that many files of 25 MB, each step alone."""
    section = Section(
        "Attachments",
        f"{files} files of 25 MB, one by one, through the local gateway; the median file. SDK: with reservation "
        "and verification; bare: the same bytes to and from Storage with httpx, in turns. Memory: growth while it ran.",
    )
    with Stack.start(ephemeral=True) as stack, tempfile.TemporaryDirectory() as directory:
        info = stack.info
        source = Path(directory) / "film.mp4"
        source.write_bytes(b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom" + os.urandom(SIZE - 24))
        with Helpdesk(info.api_url, info.secret_key, transport=_WithoutFunctions(), timeout=120) as hd:
            hd.users.create_customer("bench@example.com")
            tickets = [hd.tickets.create("x", requester="bench@example.com") for _ in range(files // _PER_TICKET + 1)]
            bare = _Bare(info.api_url, info.secret_key, source)
            made: list[Attachment] = []
            gateway = info.pids["gateway"]
            section.results.append(_compared("upload", gateway, files, _upload(hd, tickets, source, made), bare.upload))
            begun = time.perf_counter()
            report = check_waiting(hd)
            rate = files * SIZE / 1e6 / (time.perf_counter() - begun)
            assert report.clean == files, report
            section.results.append(Result("check (helpdesk worker)", {"MB/s": rate}))
            down = _download(hd, made, Path(directory))
            section.results.append(_compared("download", gateway, files, down, bare.download))
    return section


def _upload(hd: Helpdesk, tickets: list[Ticket], source: Path, made: list[Attachment]) -> Callable[[int], None]:
    return lambda number: made.append(hd.attachments.upload(tickets[number // _PER_TICKET], source))


def _download(hd: Helpdesk, made: list[Attachment], directory: Path) -> Callable[[int], None]:
    def step(number: int) -> None:
        hd.attachments.download(made[number], directory / "down.mp4").unlink()

    return step


class _Bare:
    """The same bytes without the SDK."""

    def __init__(self, url: str, key: str, source: Path) -> None:
        self._source, self._target = source, source.with_suffix(".bare")
        self._http = httpx.Client(
            base_url=f"{url}/storage/v1", headers={"apikey": key, "Authorization": f"Bearer {key}"}, timeout=120
        )
        self._http.post("/bucket", json={"id": "bare", "name": "bare"}).raise_for_status()

    def upload(self, _: int) -> None:
        """One file."""
        headers = {"content-type": "video/mp4", "content-length": str(SIZE), "x-upsert": "true"}
        self._http.post("/object/bare/film", content=self._pieces(), headers=headers).raise_for_status()

    def _pieces(self) -> Iterator[bytes]:
        with self._source.open("rb") as file:
            while piece := file.read(_PIECE):
                yield piece

    def download(self, _: int) -> None:
        """One file, hashed."""
        digest = hashlib.sha256()
        with (
            self._http.stream("GET", "/object/authenticated/bare/film") as answer,
            self._target.open("wb") as file,
        ):
            for piece in answer.iter_bytes(_PIECE):
                digest.update(piece)
                file.write(piece)
        self._target.unlink()


def _compared(name: str, gateway: int, files: int, ours: Callable[[int], None], bare: Callable[[int], None]) -> Result:
    """Megabytes a second of the median file, in turns, and the growth of this process and of the gateway."""
    seconds: tuple[list[float], list[float]] = ([], [])
    with _Peak(os.getpid()) as client, _Peak(gateway) as server:
        for number in range(files):
            for step, taken in zip((ours, bare), seconds, strict=True):
                begun = time.perf_counter()
                step(number)
                taken.append(time.perf_counter() - begun)
    sdk_rate, bare_rate = (SIZE / 1e6 / statistics.median(taken) for taken in seconds)
    ratio = bare_rate / sdk_rate
    numbers: dict[str, float | str] = {
        "MB/s": sdk_rate,
        "bare, MB/s": bare_rate,
        "ratio": ratio,
        "client, MB": client.megabytes,
        "gateway, MB": server.megabytes,
    }
    return Result(name, numbers, f"ratio ≤ {_AIM}", round(ratio, 2) <= _AIM)
