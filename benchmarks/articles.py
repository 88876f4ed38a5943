"""What search in articles costs: by vectors and words, and by words alone, among 200,000 passages, for each role."""

from __future__ import annotations

import json
import math
import random
import time
from collections.abc import Sequence
from pathlib import Path

import psycopg

from benchmarks import data
from benchmarks.measure import Effort, Result, Section, in_turns
from benchmarks.request import Params, Person, Requests, one_processor, person
from helpdesk_sdk.local import migrations
from helpdesk_sdk.local.postgres import Postgres

PASSAGES = 200_000
_HERE = Path(__file__).parent
_SEARCH = "select * from helpdesk.search_articles(query => $1{vector}{audience})"
_VECTOR = ", embedding => $2::real[], model => 'bench'"
_AIM, _RECALL, _RATIO = 5.0, 0.99, 1.3
_QUESTIONS = 40
# A question that the index fails finds nothing that fits: they are few, and each counts.
_RECALL_QUESTIONS = 200
# Codes that one passage each has, and words that most passages have.
_COMMON = "balan kelan lilan molan nulan ralan selan tilan volan zulan baner kener liner moner nuner raner sener tiner"
_WORDS = {"a code": "What does ERR-{n} mean?", "two common words": "balan kelan", "eighteen common words": _COMMON}


def server(directory: Path, passages: int = PASSAGES, *, bin_dir: Path | None = None) -> Postgres:
    """The server with the data of this benchmark, not started."""
    return data.server(directory / "articles", passages, bin_dir=bin_dir)


def prepare(postgres: Postgres, passages: int = PASSAGES) -> str:
    """Load the data unless this server has them, and return the URL of the database."""
    stamp = postgres.directory / "loaded"
    wanted = data.fingerprint(passages, 200, _HERE / "articles_load.sql")
    if stamp.exists() and stamp.read_text() == wanted:
        return postgres.url("bench")
    began = time.monotonic()
    print(f"Loading {passages:,} passages (kept for the next run) …", flush=True)
    url = data.fresh_database(postgres)
    data.load(url, 1000, 200)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("set session_replication_role = replica")
        connection.execute("select set_config('bench.passages', %s, false)", (str(passages),))
        with connection.transaction():
            indexes = data.drop_indexes(connection, "helpdesk", "helpdesk_private")
            for statement in migrations.split((_HERE / "articles_load.sql").read_text(), "articles_load.sql"):
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
        "Search in articles",
        "search_articles() with 10 passages, as a person, against the same search by the system with the person's "
        "audience as an argument; the aim of 5 ms is for processor time. recall: which share of the ten, found by the "
        "index, comparing every vector finds.",
    )
    with psycopg.connect(url, autocommit=True) as connection:
        people = {role: person(connection, email) for role, email in _people(connection).items()}
        vectors = connection.execute(
            "select e.embedding::real[] from helpdesk_private.chunk_embeddings as e where e.audience = 'public' "
            "order by e.chunk_id limit %s",
            (_RECALL_QUESTIONS,),
        ).fetchall()
    # A question is as near its passage (a cosine of about 0.75) as passages on its subject are to each other.
    noise = random.Random(0)
    questions = []
    for number, (vector,) in enumerate(vectors):
        asked = [value + 0.88 * noise.gauss(0, 1) / math.sqrt(len(vector)) for value in vector]
        length = math.sqrt(sum(value * value for value in asked))
        numbers = ",".join(str(value / length) for value in asked)
        questions.append((f"balan baner ERR-{number * 37}", "{" + numbers + "}"))
    with one_processor():
        for role, who in people.items():
            audience = ", audience => 'public'" if role == "customer" else ""
            section.results.append(_hybrid(url, role, who, audience, questions, effort))
            for kind, words in _WORDS.items():
                params = [(words.format(n=n * 37),) for n in range(_QUESTIONS)]
                section.results.append(_measure(url, f"{kind}, {role}", who, "", audience, params, effort)[0])
    return section


def _people(connection: psycopg.Connection) -> dict[str, str]:
    rows = connection.execute(
        "select role, min(email) from helpdesk.users where auth_user_id is not null group by role"
    )
    return {role: email for role, email in rows if role in ("customer", "agent", "admin")}


def _measure(
    url: str, name: str, who: Person, vector: str, audience: str, params: Sequence[Params], effort: Effort
) -> tuple[Result, float, float]:
    mine_statement = _SEARCH.format(vector=vector, audience="")
    base_statement = _SEARCH.format(vector=vector, audience=audience)
    with Requests(url, who, mine_statement) as mine, Requests(url, None, base_statement) as base:
        ms, base_ms, p99 = in_turns(mine.run, base.run, [(one, one) for one in params], effort)
        spent = _processor_ms(mine, params)
    ratio = ms / base_ms
    numbers: dict[str, float | str] = {
        "with RLS, ms": ms,
        "without, ms": base_ms,
        "ratio": ratio,
        "p99, ms": p99,
        "processor, ms": "" if spent is None else spent,
    }
    result = Result(name, numbers, f"ratio ≤ {_RATIO}", round(ratio, 2) <= _RATIO)
    return result, ms if spent is None else spent, ratio


def _processor_ms(requests: Requests, params: Sequence[Params]) -> float | None:
    """The processor time of a request in the server, which other programs lengthen less than the time that passes."""
    before = requests.processor_ms
    for one in params:
        requests.run(one)
    after = requests.processor_ms
    return None if before is None or after is None else (after - before) / len(params)


def _hybrid(url: str, role: str, who: Person, audience: str, params: Sequence[Params], effort: Effort) -> Result:
    result, ms, ratio = _measure(url, f"vector and words, {role}", who, _VECTOR, audience, params[:_QUESTIONS], effort)
    recall = _recall(url, who, params)
    result.numbers["recall"] = recall
    result.aim = f"recall ≥ {_RECALL}, ≤ {_AIM:g} ms, ratio ≤ {_RATIO}"
    result.met = recall >= _RECALL and ms <= _AIM and round(ratio, 2) <= _RATIO
    return result


def _recall(url: str, who: Person, params: Sequence[Params]) -> float:
    """The share of the passages by all vectors that are found by the index, too."""
    statement = _SEARCH.format(vector=_VECTOR, audience="")
    shares = []
    # Without index scans, nearest_chunks() compares all vectors.
    exactly = url + ("&" if "?" in url else "?") + "options=-c%20enable_indexscan%3Doff"
    with Requests(url, who, statement) as indexed, Requests(exactly, who, statement) as exact:
        for question in params:
            indexed.run(question)
            exact.run(question)
            all_found, found = _ids(exact.body), _ids(indexed.body)
            assert all_found, "nothing was found"
            shares.append(len(all_found & found) / len(all_found))
    return sum(shares) / len(shares)


def _ids(body: bytes) -> set[str]:
    return {row["chunk_id"] for row in json.loads(body)}
