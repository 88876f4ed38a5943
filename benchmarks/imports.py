"""Import: a made-up Zendesk account of N tickets with four comments each, from its files to the reconciliation."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg

from benchmarks.measure import Result, Section
from helpdesk_sdk.local import Stack, StackInfo

TICKETS = 20_000
_COMMENTS = 4
_AIM = 3_000
_AIM_MB = 300
_TABLES = ("tickets", "messages", "notes")
_CONSONANTS, _VOWELS = "bcdfghjklmnprstvw", "aeiou"
# In a process of its own, whose memory is that of the import alone.
_IMPORT = """
import json, resource, sys, time
from helpdesk_sdk import Helpdesk
marks, began = {}, time.monotonic()
with Helpdesk.from_env() as hd:
    done = hd.imports.zendesk(sys.argv[1], on_progress=lambda at: marks.setdefault(at.phase, time.monotonic() - began))
end = time.monotonic() - began
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(json.dumps({"marks": marks, "end": end, "peak": peak, "complete": done.is_complete,
    "created": done.counts["ticket"].created, "unchanged": done.counts["ticket"].unchanged}))
"""


def run(tickets: int = TICKETS) -> Section:
    """Import the account, import it again, and copy the same rows."""
    section = Section(
        "Import",
        f"{tickets:,} tickets with {_COMMENTS} comments each, as JSON lines, with the secret key through the local "
        "stack's gateway. COPY writes the same rows of tickets, messages and notes into the same tables with the same "
        "indexes, without triggers, words for search and events.",
    )
    with tempfile.TemporaryDirectory(prefix="helpdesk-bench-") as directory:
        folder = Path(directory) / "export"
        write_account(folder, tickets)
        with Stack.start(Path(directory) / "stack") as stack:
            first = _import(stack.info, folder)
            assert (first["created"], first["complete"]) == (tickets, True), first
            copied = _copy(stack.info.db_url)
            again = _import(stack.info, folder)
            assert (again["unchanged"], again["complete"]) == (tickets, True), again
    rate = tickets / first["end"]
    section.results += [
        Result("import and reconciliation", {"tickets/s": rate}, f"≥ {_AIM:,}", rate >= _AIM),
        Result("its memory, at most", {"MB": first["peak"]}, f"< {_AIM_MB}", first["peak"] < _AIM_MB),
        *(Result(f"  {phase}", {"s": seconds}) for phase, seconds in _phases(first)),
        Result("COPY of the same rows", {"s": copied, "tickets/s": tickets / copied}),
        Result("import ÷ COPY", {"ratio": first["end"] / copied}),
        Result("again, nothing has changed", {"tickets/s": tickets / again["end"]}),
    ]
    return section


def _import(info: StackInfo, folder: Path) -> dict[str, float]:
    env = {**os.environ, "HELPDESK_URL": info.api_url, "HELPDESK_KEY": info.secret_key}
    done = subprocess.run(
        [sys.executable, "-c", _IMPORT, str(folder)], env=env, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, float] = json.loads(done.stdout)
    return found


def _phases(done: dict[str, float]) -> Iterator[tuple[str, float]]:
    marks: dict[str, float] = done["marks"]  # type: ignore[assignment]
    starts = [*marks.values(), done["end"]]
    for phase, start, end in zip(marks, starts, starts[1:], strict=False):
        yield phase, end - start


def _copy(url: str) -> float:
    """Seconds to copy the rows into empty tables of the same form."""
    with psycopg.connect(url) as db:
        rows = {}
        for table in _TABLES:
            columns = "t.*" if table != "tickets" else _without_generated(db)
            with db.cursor().copy(f"copy (select {columns} from helpdesk.{table} as t) to stdout".encode()) as out:
                rows[table] = b"".join(map(bytes, out))
            db.execute(f"create table pg_temp.{table} (like helpdesk.{table} including all)".encode())
        began = time.perf_counter()
        for table in _TABLES:
            names = f"({_without_generated(db).replace('t.', '')})" if table == "tickets" else ""
            with db.cursor().copy(f"copy pg_temp.{table} {names} from stdin".encode()) as into:
                into.write(rows[table])
        took = time.perf_counter() - began
        db.rollback()
    return took


def _without_generated(db: psycopg.Connection) -> str:
    found = db.execute(
        "select string_agg('t.' || attname, ', ' order by attnum) from pg_attribute "
        "where attrelid = 'helpdesk.tickets'::regclass and attnum > 0 and not attisdropped and attgenerated = ''"
    ).fetchone()
    assert found is not None
    return str(found[0])


def write_account(folder: Path, tickets: int) -> None:
    """Write the files of the account."""
    folder.mkdir(parents=True)
    chance = random.Random(1)
    words = ["".join(chance.choice(_CONSONANTS) + chance.choice(_VOWELS) for _ in range(3)) for _ in range(8000)]
    people, agents = tickets // 4 + 20, 20

    def text(length: int) -> str:
        return " ".join(chance.choices(words, k=length))

    with (folder / "users.jsonl").open("w") as file:
        for id in range(1, people + 1):
            role = "agent" if id <= agents else "end-user"
            user = {"id": id, "name": f"Person {id}", "email": f"p{id}@example.net", "role": role, "active": True}
            file.write(json.dumps(user | {"verified": True, "created_at": "2015-01-01T00:00:00Z"}) + "\n")
    with (folder / "tickets.jsonl").open("w") as file, (folder / "comments.jsonl").open("w") as comments:
        for id in range(1, tickets + 1):
            requester, day = chance.randint(agents + 1, people), 1 + id % 28
            at = f"20{16 + id % 8}-0{1 + id % 9}-{day:02}T10:00:00Z"
            ticket = {
                "id": id,
                "subject": text(6),
                "description": "",
                "requester_id": requester,
                "created_at": at,
                "status": chance.choice(("open", "pending", "solved", "closed")),
                "priority": "normal",
                "updated_at": at,
                "tags": [chance.choice(words[:200])],
                "via": {"channel": "email"},
            }
            file.write(json.dumps(ticket) + "\n")
            for number in range(_COMMENTS):
                author = chance.randint(1, agents) if number % 2 else requester
                comment = {"id": id * 10 + number, "ticket_id": id, "author_id": author, "body": text(40)}
                comments.write(json.dumps(comment | {"public": number != 3, "created_at": at}) + "\n")
