"""What the vote on a ticket's labels costs among 200,000 examples, and whether it finds the nearest of them."""

from __future__ import annotations

import hashlib
import struct
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg

from benchmarks import data
from benchmarks.measure import Effort, Result, Section, percentile
from benchmarks.request import processor_ms
from helpdesk_sdk.local.postgres import Postgres

if TYPE_CHECKING:
    import numpy as np

EXAMPLES = 200_000
_OF_A_LABEL = 200
_SIZE = 384
_MODEL = "synthetic"
_VOTE = "select * from helpdesk_private.label_shares('', %s::real[], %s, null, null)"
_NEAREST = "select * from helpdesk_private.nearest_examples(%s::real[], %s, 100)"
_LABELS = """
insert into helpdesk.label_examples (kind, label, ticket_id, source)
select 'tag', 'tag-' || n %% %(tags)s, md5(n::text)::uuid, 'agent'
from generate_series(0, %(examples)s - 1) as n
union all
select 'priority', (array['low', 'medium', 'high', 'urgent'])[n %% 4 + 1],
  md5(n::text)::uuid, 'agent'
from generate_series(0, least(%(examples)s, 4 * 200) - 1) as n
union all
select 'team', '00000000-0000-0000-0002-' || lpad((n %% 10)::text, 12, '0'),
  md5(n::text)::uuid, 'agent'
from generate_series(0, least(%(examples)s, 10 * 200) - 1) as n
"""
_COPIES = """
insert into helpdesk_private.label_vectors (kind, label, ticket_id, model, slot, embedding)
select e.kind, e.label, e.ticket_id, v.model, 0, v.embedding
from helpdesk.label_examples as e join helpdesk_private.example_embeddings as v using (ticket_id)
where e.kind <> 'tag'
"""
_TEXTS = """
insert into helpdesk_private.example_texts (ticket_id, body, requester_id)
select md5(n::text)::uuid, 'Example ' || n,
  ('00000000-0000-0000-0001-' || lpad((n %% 5000)::text, 12, '0'))::uuid
from generate_series(0, %(examples)s - 1) as n
"""


def server(directory: Path, *, bin_dir: Path | None = None) -> Postgres:
    """The server with the data of this benchmark, not started."""
    return data.server(directory / "vote", EXAMPLES, bin_dir=bin_dir)


def prepare(postgres: Postgres, examples: int = EXAMPLES) -> str:
    """Load the examples unless this server has them, and return the URL of the database."""
    stamp = postgres.directory / "loaded"
    url = postgres.url("bench")
    wanted = data.fingerprint(examples, _OF_A_LABEL, Path(__file__))
    if stamp.exists() and stamp.read_text() == wanted:
        return url
    began = time.monotonic()
    print(f"Loading {examples:,} examples (kept for the next run) …", flush=True)
    url = data.fresh_database(postgres)
    numbers = {"examples": examples, "tags": max(1, examples // _OF_A_LABEL)}
    with psycopg.connect(url, autocommit=True) as connection:
        # The rows refer to tickets that are not there: only the vote is measured.
        connection.execute("set session_replication_role = replica")
        connection.execute(
            "insert into helpdesk_private.embedding_models (model, slot, is_active) values (%s, 0, true)", (_MODEL,)
        )
        connection.execute(_TEXTS, numbers)
        connection.execute(_LABELS, numbers)
        copy = "copy helpdesk_private.example_embeddings (ticket_id, model, embedding) from stdin (format binary)"
        with connection.transaction():
            indexes = data.drop_indexes(connection, "helpdesk_private")
            with connection.cursor().copy(copy) as rows:
                for part in _binary(examples):
                    rows.write(part)
            connection.execute(_COPIES.encode())
            for definition in indexes:
                connection.execute(definition.encode())
        connection.execute("vacuum (analyze)")
    stamp.write_text(wanted)
    print(f"Loaded in {time.monotonic() - began:.0f} s.", flush=True)
    return url


def _vectors(seed: int, places: range, tags: int) -> np.ndarray[Any, Any]:
    """Vectors of length 1 around the centre of their tag. Two of a tag have a similarity of about .6."""
    import numpy as np

    centres = np.random.default_rng(0).normal(size=(tags, _SIZE))
    noise = np.random.default_rng(seed).normal(size=(len(places), _SIZE))
    vectors = centres[[place % tags for place in places]] + 0.8 * noise
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True))


def _binary(examples: int) -> Iterator[bytes]:
    """The rows of example_embeddings in PostgreSQL's binary format."""
    tags = max(1, examples // _OF_A_LABEL)
    model = _MODEL.encode()
    yield b"PGCOPY\n\xff\r\n\0" + struct.pack("!ii", 0, 0)
    for start in range(0, examples, 5000):
        places = range(start, min(start + 5000, examples))
        rows = []
        for place, vector in zip(places, _vectors(start + 1, places, tags).astype(">f4"), strict=True):
            rows.append(struct.pack("!hi", 3, 16) + hashlib.md5(str(place).encode(), usedforsecurity=False).digest())
            rows.append(struct.pack("!i", len(model)) + model)
            rows.append(struct.pack("!ihh", 4 + 4 * _SIZE, _SIZE, 0) + vector.tobytes())
        yield b"".join(rows)
    yield struct.pack("!h", -1)


def run(url: str, effort: Effort, examples: int = EXAMPLES) -> Section:
    """Measure the vote, the index alone, and what the index finds."""
    section = Section(
        "Labels by vote",
        f"{examples:,} examples with 1,000 tags, 800 of them with a priority, 2,000 with a team. The vote chooses all "
        "three; the aim is for processor time, and the ratio is to reading the 100 nearest examples by the index. "
        "Recall: how many of the 20 nearest the index finds.",
    )
    tags = max(1, examples // _OF_A_LABEL)
    queries = [vector.tolist() for vector in _vectors(10**9, range(effort.calls), tags)]
    with psycopg.connect(url, autocommit=True) as connection:
        # As nearest_by_vector() has it.
        connection.execute("set hnsw.ef_search = 100")
        times: dict[str, list[float]] = {_VOTE: [], _NEAREST: []}
        for vector in queries[:12]:
            for statement in times:
                connection.execute(statement.encode(), (vector, _MODEL)).fetchall()
        for _ in range(effort.rounds):
            for vector in queries:
                for statement, taken in times.items():
                    began = time.perf_counter()
                    connection.execute(statement.encode(), (vector, _MODEL)).fetchall()
                    taken.append(1000 * (time.perf_counter() - began))
        before = processor_ms(connection.info.backend_pid)
        for vector in queries:
            connection.execute(_VOTE.encode(), (vector, _MODEL)).fetchall()
        after = processor_ms(connection.info.backend_pid)
        recall = _recall(connection, queries[:50])
    ms, base = (percentile(times[statement], 0.5) for statement in (_VOTE, _NEAREST))
    spent = None if before is None or after is None else (after - before) / len(queries)
    numbers: dict[str, float | str] = {
        "ms": ms,
        "processor, ms": "" if spent is None else spent,
        "p99, ms": percentile(times[_VOTE], 0.99),
        "index alone, ms": base,
        "ratio": ms / base,
    }
    section.results.append(Result("vote on team, priority and tags", numbers, "≤ 5 ms", (spent or ms) <= 5))
    section.results.append(Result("recall of the 20 nearest", {"recall": recall}, "≥ .99", recall >= 0.99))
    return section


def _recall(connection: psycopg.Connection[Any], queries: list[list[float]]) -> float:
    row = connection.execute(
        "select format_type(a.atttypid, null) from pg_attribute as a "
        "where a.attrelid = 'helpdesk_private.example_embeddings'::regclass and a.attname = 'embedding'"
    ).fetchone()
    assert row is not None
    # No index knows this operator.
    exact = (
        "select e.ticket_id from helpdesk_private.example_embeddings as e "
        f"order by e.embedding operator(helpdesk_private.<#>) %s::real[]::{row[0]} limit 20"
    )
    found = 0
    for vector in queries:
        near = connection.execute(f"{_NEAREST} limit 20".encode(), (vector, _MODEL)).fetchall()
        right = connection.execute(exact.encode(), (vector,)).fetchall()
        found += len({one[0] for one in near} & {one[0] for one in right})
    return found / (20 * len(queries))
