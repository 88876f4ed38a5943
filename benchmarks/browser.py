"""The console in a browser: first load, keys, scrolling, from the commit to the pixel, memory after a day."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import psycopg
from deno import find_deno_bin  # type: ignore[import-untyped]

from benchmarks.measure import Result, Section
from helpdesk_sdk.local import Stack
from helpdesk_sdk.testing._databases import Databases

_ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(_ROOT), str(_ROOT / "scripts")]

_FULL = {"messages": 40, "opened": 500, "frames": 240, "rows": 100_000, "agents": 50, "seconds": 150}
_QUICK = {"messages": 8, "opened": 10, "frames": 60, "rows": 2_000, "agents": 5, "seconds": 30}
_LOAD = """
    set session_replication_role = replica;
    insert into helpdesk.tickets (number, title, description, team_id, created_by)
      select 100000 + n, 'Ticket ' || n, repeat('All about it. ', 10), t.team_id, u.user_id
      from generate_series(1, %(rows)s) as n, helpdesk.teams as t, helpdesk.users as u
      where t.name = 'Support' and u.email = 'noa@example.com';
    reset session_replication_role;
"""
# The number of a result that has an aim, and the most that it may be. facts: milliseconds, ratios.
_AIMS: dict[str, tuple[str, float]] = {
    "first load, plain": ("largest paint, ms", 1000),
    "first load, slow": ("largest paint, ms", 2500),
    "keys and typing, a quarter of the processor": ("p95, ms", 100),
    "scrolling": ("p95, ms", 20),
    "a reply, committed to painted, one agent": ("p95, ms", 60),
    "memory after a day": ("ratio", 2),
}
_CROWD_AIM_MS = 150


def run(*, quick: bool) -> Section:
    """Build the console, open it in Chromium on a stack of its own, and measure."""
    from tests.console import worlds

    import chromium
    import console_build

    effort = _QUICK if quick else _FULL
    section = Section(
        "Console",
        f"Chromium, the stack and everybody on the same processors. Slow: a quarter of the processor and 1.6 Mbit/s. "
        f"The list has {effort['rows']:,} tickets behind pages of 50. A day: {effort['opened']} tickets opened, ten "
        f'events for each. The way down the list and the day end after {effort["seconds"]} seconds; "rows" and '
        '"tickets" say how far they came.',
    )
    console_build.install()
    with tempfile.TemporaryDirectory(prefix="helpdesk-bench-") as folder, Stack.start(ephemeral=True) as stack:
        variables = {"HELPDESK_URL": "https://example.supabase.co", "HELPDESK_KEY": "sb_publishable_example"}
        dist = console_build.build(Path(folder) / "dist", variables)
        section.results += [
            _bytes(dist, "QueuePage", "staff", 200_000),
            _bytes(dist, "RequestsPage", "portal", 190_000),
        ]
        databases = Databases(stack)
        databases.prepare()
        with databases.project() as project, chromium.start() as browser:
            world = worlds.make("plain", project)
            with psycopg.connect(project.db_url, autocommit=True, cursor_factory=psycopg.ClientCursor) as db:
                db.execute(_LOAD, {"rows": effort["rows"]})
                db.execute("analyze")
            for line in _measure(dist, browser, world, effort):
                section.results.append(_result(line))
    return section


def _bytes(dist: Path, page: str, texts: str, most: int) -> Result:
    """The JavaScript before a page can be used."""
    manifest: dict[str, Any] = json.loads((dist / ".vite" / "manifest.json").read_text())
    found: set[str] = set()
    todo = ["index.html", "src/main.tsx", f"src/pages/{page}.tsx"]
    todo += ["src/messages/en.ts", f"src/messages/en.{texts}.ts"]
    while todo:
        if (name := todo.pop()) not in found:
            found.add(name)
            todo += manifest[name].get("imports", [])
    size = sum(len(gzip.compress((dist / manifest[name]["file"]).read_bytes(), 9)) for name in found)
    return Result(f"JavaScript of {page}", {"kB": size / 1000}, f"≤ {most // 1000} kB", size <= most)


def _measure(dist: Path, browser: str, world: dict[str, Any], effort: dict[str, int]) -> list[dict[str, Any]]:
    variables = {
        "HELPDESK_BROWSER": browser,
        "HELPDESK_DIST": str(dist),
        "HELPDESK_WORLD": json.dumps(world),
        "HELPDESK_EFFORT": json.dumps(effort),
        "NO_COLOR": "1",
    }
    done = subprocess.run(
        [find_deno_bin(), "run", "-A", "--quiet", "--no-check", "measure.ts"],
        cwd=_ROOT / "examples" / "console" / "tests" / "bench",
        env=os.environ | variables,
        stdout=subprocess.PIPE,
        text=True,
        timeout=600,
        check=True,
    )
    return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]


def _result(line: dict[str, Any]) -> Result:
    name, numbers = line["name"], line["numbers"]
    if name.endswith("agents on the queue"):
        met = numbers["p95, ms"] <= _CROWD_AIM_MS and numbers["writes, ratio"] <= 1.5
        return Result(name, numbers, f"p95 ≤ {_CROWD_AIM_MS} ms, writes ≤ 1.5", met)
    if name not in _AIMS:
        return Result(name, numbers)
    number, most = _AIMS[name]
    if name.startswith("first load"):
        met = numbers[number] <= most and numbers["layout shift"] == 0
        return Result(name, numbers, f"≤ {most:g} ms, no shift", met)
    return Result(name, numbers, f"{number} ≤ {most:g}", numbers[number] <= most)
