"""What search costs: words that few, some and many tickets have, for each role, among messages of a million tickets."""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg

from benchmarks import data
from benchmarks.lists import Cast
from benchmarks.measure import Effort, Result, Section, percentile
from benchmarks.request import Person, Requests, one_processor
from helpdesk_sdk.local import migrations
from helpdesk_sdk.local.postgres import Postgres

_HERE = Path(__file__).parent
_STATEMENT = "select * from helpdesk.search_tickets(query => $1)"
_QUERIES = {
    # words, and how long the slowest of twenty calls may take
    "rare": ("err-{n}", 100.0),
    "medium": ("gasket", 100.0),
    "broad": ("invoice", 150.0),
    "broad and open": ("invoice status:open", 150.0),
    "phrase": ('"does not arrive" gasket', 150.0),
}


def server(directory: Path, tickets: int, *, bin_dir: Path | None = None) -> Postgres:
    """The server with the data of this benchmark, not started."""
    return data.server(directory / "search", tickets, bin_dir=bin_dir)


def prepare(postgres: Postgres, tickets: int) -> str:
    """Load the data unless this server has them, and return the URL of the database."""
    stamp = postgres.directory / "loaded"
    url = postgres.url("bench")
    wanted = data.fingerprint(tickets, 5000, _HERE / "search_load.sql")
    if stamp.exists() and stamp.read_text() == wanted:
        return url
    began = time.monotonic()
    print(f"Loading {tickets:,} tickets and {4 * tickets:,} messages (kept for the next run) …", flush=True)
    url = data.fresh_database(postgres)
    data.load(url, 1000, 5000)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("set session_replication_role = replica")
        connection.execute("select set_config('bench.tickets', %s, false)", (str(tickets),))
        connection.execute("select set_config('bench.customers', '5000', false)")
        with connection.transaction():
            indexes = data.drop_indexes(connection, "helpdesk", "helpdesk_private")
            for statement in migrations.split((_HERE / "search_load.sql").read_text(), "search_load.sql"):
                connection.execute(statement.text.encode())
            for definition in indexes:
                connection.execute(definition.encode())
        connection.execute("vacuum (analyze)")
    stamp.write_text(wanted)
    print(f"Loaded in {time.monotonic() - began:.0f} s.", flush=True)
    return url


def run(url: str, effort: Effort) -> Section:
    """Measure every case of this part."""
    section = Section(
        "Search",
        "search_tickets() with 20 hits and their snippets, as a person, against the same search by the system with the "
        "person's tickets as a condition of the query.",
    )
    with psycopg.connect(url, autocommit=True) as connection:
        people = list(_people(Cast(connection)))
    with one_processor():
        for name, who, scope in people:
            for kind, (words, most) in _QUERIES.items():
                section.results.append(_measure(url, f"{kind}, {name}", who, words, scope, most, effort))
    return section


def _people(cast: Cast) -> Iterator[tuple[str, Person, str]]:
    yield "customer", cast.typical, f" requester:{cast.typical.user_id}"
    yield "customer with most tickets", cast.heavy, f" requester:{cast.heavy.user_id}"
    yield "agent, two big teams", cast.agent, f" team:{','.join(cast.teams(cast.agent))}"
    yield "agent, two small teams", cast.small, f" team:{','.join(cast.teams(cast.small))}"
    yield "admin", cast.admin, ""


def _measure(url: str, name: str, who: Person, words: str, scope: str, most: float, effort: Effort) -> Result:
    mine: list[float] = []
    theirs: list[float] = []
    with Requests(url, who, _STATEMENT) as person, Requests(url, None, _STATEMENT) as system:
        for n in range(effort.rounds * effort.calls):
            query = words.format(n=n * 37 % 8696)
            took = person.run([query]), system.run([query + scope])
            if n >= 3:
                mine.append(took[0])
                theirs.append(took[1])
    ms, base, p95 = statistics.median(mine), statistics.median(theirs), percentile(mine, 0.95)
    numbers: dict[str, float | str] = {"with RLS, ms": ms, "without, ms": base, "ratio": ms / base, "p95, ms": p95}
    return Result(name, numbers, f"p95 < {most:g} ms, ratio ≤ 1.5", p95 < most and ms / base <= 1.5)
