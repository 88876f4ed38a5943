"""Mail that comes in: mails a second through the local function and in SQL alone, the memory of a large mail, and mails
that are made to be slow."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import psycopg

from benchmarks.measure import Result, Section, percentile
from helpdesk_sdk import Helpdesk
from helpdesk_sdk.delivery.mail.parsing import parse_mail
from helpdesk_sdk.delivery.mail.receiving import receive_mail
from helpdesk_sdk.local import Stack

MAILS, MAILS_QUICK = 1_000, 40
_ABREAST = (1, 4)
_ADDRESS = "support@desk.example"
_SIZES = (1, 9, 25)
# Pieces that parsers stumble over: a mail of a megabyte has one of them again and again, as a text and as HTML.
_SLOW = (
    *(
        "\n",
        ">",
        "> \n",
        "<",
        "&",
        "&#",
        "=",
        "=?utf-8?Q?",
        "a@b.example ",
        "<table>",
        "<div>",
        "<blockquote>",
        "<a href=x ",
    ),
    *("On 1 Nov 2026 at 10:00 Ann wrote:\n", "From: a\nSent: b\n", "-- \n", "##- x -##\n", "--b\n", "Fwd: a <b@c>\n"),
)
_LINES = [f"Line {n} of a mail of a customer, as people write them in a hurry." for n in range(12)]
# As people write: a reply of some lines, with the quoted mail below and the same as HTML.
_MAIL = """From: Customer {n} <customer{n}@customer.example>
To: support@desk.example
Subject: The printer of room {n}
Date: Sun, 29 Nov 2026 10:15:30 +0100
Message-ID: <{id}@customer.example>
MIME-Version: 1.0
Content-Type: multipart/alternative; boundary="b"

--b
Content-Type: text/plain; charset=utf-8

{text}
--b
Content-Type: text/html; charset=utf-8

<html><body>{html}</body></html>
--b--
"""


def run(mails: int) -> Section:
    """Receive on a local stack of its own.

    Args:
        mails: How many mails for each line of the report.
    """
    section = Section(
        "Mails in",
        f"{mails:,} mails of 2 kB with text and HTML, each of another customer and a ticket of its own, through the "
        "function `email-in` of a local stack: answered (the bytes are in Storage, the row is there), and decided on. "
        "In SQL alone: receive_email() and ingest_email() on one connection. Memory: how much the function's process "
        "had at most. Made to be slow: the slowest of mails of 1 MB that repeat what parsers stumble over. Stack and "
        "senders share the machine.",
    )
    with Stack.start(ephemeral=True) as stack, psycopg.connect(stack.info.db_url, autocommit=True) as db:
        db.execute(
            "insert into helpdesk.email_channels (address, team_id) "
            "select %s, t.team_id from helpdesk.teams as t where t.is_default",
            (_ADDRESS,),
        )
        # Each mail is of somebody whom nobody knows.
        db.execute(
            "update helpdesk.settings set email_tickets_per_sender = 100000, "
            "email_tickets_per_known_sender = 100000, email_tickets_per_domain = 100000, "
            "email_tickets_per_channel = 100000"
        )
        url, key = f"{stack.info.api_url}/functions/v1/email-in", stack.info.secret_key
        _send(url, key, _mail())
        _wait(db)
        for abreast in _ABREAST:
            section.results.append(_through_function(db, url, key, mails, abreast))
        section.results.append(_in_sql(db, mails))
        section.results += _in_python(stack, mails)
        section.results += [_memory(db, url, key, megabytes) for megabytes in _SIZES]
        section.results.append(_made_to_be_slow(url, key))
    return section


def _mail(megabytes: int = 0) -> bytes:
    text = "\n".join(_LINES)
    made = _MAIL.format(n=uuid4().int % 1_000_000, id=uuid4().hex, text=text, html=text.replace("\n", "<br>"))
    if not megabytes:
        return made.replace("\n", "\r\n").encode()
    head, _, _ = made.partition("MIME-Version")
    lines = ("A" * 76 + "\r\n") * (megabytes * 1024 * 1024 // 78)
    parts = (
        'MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary="b"\r\n\r\n--b\r\n\r\nSee the file.\r\n--b\r\n'
        f"Content-Type: application/pdf; name=a.pdf\r\nContent-Transfer-Encoding: base64\r\n\r\n{lines}--b--\r\n"
    )
    return (head.replace("\n", "\r\n") + parts).encode()


def _send(url: str, key: str, raw: bytes, client: httpx.Client | None = None, *, waits: bool = False) -> float:
    """Milliseconds until the answer; with `waits` until the mail is decided on."""
    headers = {"apikey": key, "authorization": f"Bearer {key}", "x-envelope-to": _ADDRESS}
    if waits:
        headers["prefer"] = "wait"
    began = time.perf_counter()
    answer = (client or httpx).post(url, headers=headers, content=raw, timeout=120)
    answer.raise_for_status()
    return (time.perf_counter() - began) * 1000


def _wait(db: psycopg.Connection[Any]) -> None:
    """Until each mail that the function parses by itself is decided on."""
    waiting = "select count(*) from helpdesk.inbound_emails where outcome is null and size < 10 * 1024 * 1024"
    while (db.execute(waiting).fetchone() or (0,))[0]:
        time.sleep(0.05)


def _through_function(db: psycopg.Connection[Any], url: str, key: str, mails: int, abreast: int) -> Result:
    raws = [_mail() for _ in range(mails)]
    clients = threading.local()

    def send(raw: bytes) -> float:
        if not hasattr(clients, "one"):
            clients.one = httpx.Client(trust_env=False)
        return _send(url, key, raw, clients.one)

    began = time.perf_counter()
    with ThreadPoolExecutor(abreast) as senders:
        times = list(senders.map(send, raws))
    answered = time.perf_counter() - began
    _wait(db)
    decided = time.perf_counter() - began
    columns: dict[str, float | str] = {
        "answered/s": mails / answered,
        "decided/s": mails / decided,
        "p99, ms": percentile(times, 0.99),
    }
    return Result(f"function, {abreast} sender{'s' * (abreast > 1)}", columns)


def _in_sql(db: psycopg.Connection[Any], mails: int) -> Result:
    parsed = [json.dumps(parse_mail(_mail()).json) for _ in range(mails)]
    times: list[float] = []
    for mail in parsed:
        began = time.perf_counter()
        row = db.execute(
            "select helpdesk.receive_email('raw', %s, 2000, %s)",
            (uuid4().hex * 2, json.dumps({"from": "", "to": [_ADDRESS]})),
        ).fetchone()
        assert row
        db.execute("select helpdesk.ingest_email(%s, %s)", (row[0]["inbound_id"], mail))
        times.append((time.perf_counter() - began) * 1000)
    return Result("SQL alone", {"decided/s": mails / (sum(times) / 1000), "p99, ms": percentile(times, 0.99)})


def _in_python(stack: Stack, mails: int) -> list[Result]:
    raws = [_mail() for _ in range(mails)]
    began = time.perf_counter()
    for raw in raws:
        parse_mail(raw)
    parsed = mails / (time.perf_counter() - began)
    times: list[float] = []
    with Helpdesk(stack.info.api_url, stack.info.secret_key) as hd:
        for raw in raws:
            began = time.perf_counter()
            receive_mail(hd, raw, to=[_ADDRESS])
            times.append((time.perf_counter() - began) * 1000)
    received: dict[str, float | str] = {"decided/s": mails / (sum(times) / 1000), "p99, ms": percentile(times, 0.99)}
    # In a process of its own: what one mail needs.
    program = (
        "from pathlib import Path; from benchmarks.mails import _mail, _peak, parse_mail; raw = _mail(25); "
        "me = Path('/proc/self'); (me / 'clear_refs').write_text('5'); before = _peak(me); parse_mail(raw); "
        "print(before, _peak(me))"
    )
    said = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.split()
    return [
        Result("parse_mail() alone", {"decided/s": parsed}),
        Result("receive_mail(), one caller", received),
        Result("parse_mail(), 25 MB", {"MB before": float(said[0]), "MB at most": float(said[1])}),
    ]


def _memory(db: psycopg.Connection[Any], url: str, key: str, megabytes: int) -> Result:
    process = _process()
    # The peak begins anew.
    (process / "clear_refs").write_text("5")
    before = _peak(process)
    took = _send(url, key, _mail(megabytes))
    _wait(db)
    return Result(
        f"a mail of {megabytes} MB", {"answered in, ms": took, "MB before": before, "MB at most": _peak(process)}
    )


def _made_to_be_slow(url: str, key: str) -> Result:
    by_function: list[tuple[float, str]] = []
    by_python: list[tuple[float, str]] = []
    for number, (piece, kind) in enumerate((piece, kind) for piece in _SLOW for kind in ("plain", "html")):
        head = f"From: c@customer.example\nMessage-ID: <{uuid4().hex}@customer.example>\nSubject: Fwd: {number}\n"
        raw = f"{head}Content-Type: text/{kind}\n\nHello\n{piece * (1_000_000 // len(piece))}".encode()
        by_function.append((_send(url, key, raw, waits=True), f"{kind}: {piece.strip()}"))
        began = time.process_time()
        parse_mail(raw)
        by_python.append(((time.process_time() - began) * 1000, f"{kind}: {piece.strip()}"))
    columns: dict[str, float | str] = {
        "function and SQL, ms": max(by_function)[0],
        "of": max(by_function)[1],
        "parse_mail(), processor ms": max(by_python)[0],
        "by": max(by_python)[1],
    }
    return Result(f"the slowest of {len(by_python)} made to be slow", columns)


def _process() -> Path:
    """The process of the function."""
    for found in Path("/proc").glob("[0-9]*"):
        try:
            words = (found / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        if any(word.endswith(b"/email-in/index.ts") for word in words):
            return found
    raise RuntimeError("The function does not run")


def _peak(process: Path) -> float:
    lines = (process / "status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("VmHWM")).split()[1]) / 1024
