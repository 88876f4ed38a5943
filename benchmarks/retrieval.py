"""How often the article that answers a question is found first: by vectors alone, by words alone, and by search.

The articles of a file are published, cut into passages and embedded as those of a helpdesk are.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import psycopg
from psycopg.rows import dict_row

from benchmarks import data
from benchmarks.measure import Result, Section, percentile
from helpdesk_sdk import embedding_models
from helpdesk_sdk.local.postgres import Postgres

_ROWS = 30
_SEARCH = f"select slug from helpdesk.search_articles(%s, %s::real[], %s, max_rows => {_ROWS})"
_CODE = "If the device shows the code {code}, write to us."
_CODE_QUESTIONS = (
    "{code}",
    "what does {code} mean?",
    "Since this morning my machine stops all the time and the screen shows {code} again",
)


# The places of articles, and the vectors of their passages.
_Passages = list[tuple[int, Sequence[float]]]


@dataclass(frozen=True)
class Article:
    """An article, and the questions that it answers."""

    title: str
    body: str
    questions: tuple[str, ...]


@dataclass(frozen=True)
class Options:
    """The file, and the least share of questions whose article is first, or among the first three."""

    file: Path
    first: float | None
    first_three: float | None


def add_options(parser: argparse.ArgumentParser) -> None:
    """The options of this part; --file is one of labels, too."""
    group = parser.add_argument_group(
        "retrieval", "--file: .jsonl with title, body and questions; or a set of BERT-FAQ"
    )
    group.add_argument("--aim-first", type=float, help="the least share of questions whose article is the first")
    group.add_argument("--aim-first-three", type=float, help="… is among the first three")


def options_of(given: argparse.Namespace) -> Options:
    """The options, checked.

    Raises:
        SystemExit: There is no file.
    """
    if given.file is None:
        raise SystemExit("retrieval needs --file")
    return Options(given.file, given.aim_first, given.aim_first_three)


def server(directory: Path, *, bin_dir: Path | None = None) -> Postgres:
    """The server of this benchmark, not started."""
    return data.server(directory / "retrieval", 0, bin_dir=bin_dir)


def read(path: Path) -> list[Article]:
    """The articles of a file: JSON lines, or JSON as StackFAQ or as CovidFAQ has it."""
    if path.suffix == ".jsonl":
        lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
        return [Article(line["title"], line["body"], tuple(line["questions"])) for line in lines]
    found = json.loads(path.read_text(encoding="utf-8"))
    if isinstance(found, dict):
        # StackFAQ has null and an asterisk for no question.
        return [
            Article(one["question"], "\n\n".join(one["answer"]), tuple(q for q in one["rephr"] if q and q != "*"))
            for one in found["root"]["qapair"]
        ]
    titles: dict[str, str] = {}
    questions: dict[str, list[str]] = {}
    for row in found:
        asked = questions.setdefault(row["answer"], [])
        if row["query_type"] == "faq":
            titles.setdefault(row["answer"], row["question"])
        else:
            asked.append(row["question"])
    return [Article(titles.get(answer, ""), answer, tuple(asked)) for answer, asked in questions.items()]


def run(url: str, options: Options) -> Section:
    """Measure the file's own questions, then exact identifiers in the same articles."""
    section = Section(
        "Retrieval",
        f"{options.file.name}: the share of questions whose article is first, and among the first three. Identifiers: "
        "each article ends with a code of its own, in the same sentence; questions of one, four and fifteen words.",
    )
    articles = read(options.file)
    model = _model()
    with psycopg.connect(url, autocommit=True, row_factory=dict_row) as connection:
        texts = _publish(connection, articles, model)
        passages = connection.execute("select from helpdesk_private.published_chunks").fetchall()
        section.explanation += f" {len(articles)} articles, {len(passages)} passages."
        asked = [(place, question) for place, article in enumerate(articles) for question in article.questions]
        vectors = _embed(model, [question for _, question in asked])
        if model is not None:
            section.results.append(_result("vectors of texts alone", _by_vectors(asked, vectors, texts)))
            section.results.append(_result("with titles", _by_vectors(asked, vectors, _stored(connection))))
        section.results.append(_result("words alone", _by_search(connection, asked, None, None)))
        both = _result("search", _by_search(connection, asked, vectors, model))
        section.results.append(_judged(both, section.results[0] if model is not None else None, options))
        coded = [replace(a, body=f"{a.body}\n\n{_CODE.format(code=_code(n))}") for n, a in enumerate(articles)]
        _publish(connection, coded, model)
        for form in _CODE_QUESTIONS:
            named = [(place, form.format(code=_code(place))) for place in range(len(coded))]
            given = _embed(model, [question for _, question in named])
            result = _result(f"identifiers, words: {form.count(' ') + 1}", _by_search(connection, named, given, model))
            result.aim, result.met = "first = 1", result.numbers["first"] == 1
            section.results.append(result)
    return section


def _code(place: int) -> str:
    return f"E{4000 + 7 * place}"


def _model() -> Any:
    try:
        return embedding_models.load("minilm")
    except embedding_models.UnavailableError as error:
        print(f"{error}: words alone are compared.", flush=True)
        return None


def _embed(model: Any, texts: Sequence[str]) -> list[list[float]]:
    if model is None:
        return []
    return [vector for start in range(0, len(texts), 50) for vector in model.embed(texts[start : start + 50])[0]]


@contextmanager
def _as_system(connection: Any) -> Iterator[None]:
    with connection.transaction():
        connection.execute(
            "select set_config('role', 'service_role', true), "
            "set_config('request.jwt.claims', '{\"role\": \"service_role\"}', true)"
        )
        yield


def _publish(connection: Any, articles: Sequence[Article], model: Any) -> _Passages:
    """Make these the only articles, embed their passages, and return the vectors of their texts."""
    passages: _Passages = []
    connection.execute("truncate helpdesk.articles cascade")
    with _as_system(connection):
        for place, one in enumerate(articles):
            # One of the sets has articles that no question is the title of.
            title = one.title[:300] or one.body[:80]
            connection.execute(
                "select helpdesk.publish_article(a.article_id) from helpdesk.save_article(%s, %s, %s) as a",
                (f"a{place}", title, one.body),
            )
    if model is not None:
        with _as_system(connection):
            connection.execute("select helpdesk.use_embedding_model(%s)", (model.name,))
        while jobs := _leased(connection):
            texts = list(dict.fromkeys(job[name] for job in jobs for name in ("text", "title")))
            made = dict(zip(texts, _embed(model, texts), strict=True))
            owners = _owners(connection)
            passages += [(owners[job["job_id"]], made[job["text"]]) for job in jobs]
            with _as_system(connection):
                for job in jobs:
                    connection.execute(
                        "select helpdesk.store_embedding(%s, %s, %s::real[], %s::real[])",
                        (job["job_id"], model.name, made[job["text"]], made[job["title"]]),
                    )
    connection.execute("vacuum (analyze) helpdesk.article_chunks")
    return passages


def _owners(connection: Any) -> dict[Any, int]:
    """The article of each job."""
    query = (
        "select j.job_id, a.slug from helpdesk_private.embedding_jobs as j "
        "join helpdesk.article_chunks as c using (chunk_id) join helpdesk.articles as a using (article_id)"
    )
    return {row["job_id"]: int(row["slug"][1:]) for row in connection.execute(query)}


def _stored(connection: Any) -> _Passages:
    """The vectors that search compares."""
    query = (
        "select a.slug, e.embedding::real[] as vector from helpdesk_private.chunk_embeddings as e "
        "join helpdesk.articles as a using (article_id)"
    )
    return [(int(row["slug"][1:]), row["vector"]) for row in connection.execute(query)]


def _leased(connection: Any) -> list[Any]:
    with _as_system(connection):
        return list(connection.execute("select * from helpdesk.lease_embedding_jobs(50)").fetchall())


def _by_search(
    connection: Any, asked: Sequence[tuple[int, str]], vectors: Any, model: Any
) -> tuple[list[int], list[float]]:
    """The place of each question's article among those that are found, and the milliseconds of each search."""
    places, taken = [], []
    with _as_system(connection):
        for number, (article, question) in enumerate(asked):
            given = (question[:2000], vectors[number], model.name) if vectors else (question[:2000], None, None)
            began = time.perf_counter()
            rows = connection.execute(_SEARCH, given).fetchall()
            taken.append(1000 * (time.perf_counter() - began))
            slugs = list(dict.fromkeys(row["slug"] for row in rows))
            places.append(1 + slugs.index(f"a{article}") if f"a{article}" in slugs else _ROWS + 1)
    return places, taken


def _by_vectors(
    asked: Sequence[tuple[int, str]], vectors: Sequence[Sequence[float]], passages: _Passages
) -> tuple[list[int], list[float]]:
    """The same by the nearest passage of each article, with every passage compared."""
    import numpy as np

    owners = np.array([owner for owner, _ in passages])
    near = np.array(vectors) @ np.array([vector for _, vector in passages]).T
    places = []
    for (article, _), cosines in zip(asked, near, strict=True):
        best = np.full(owners.max() + 1, -2.0)
        np.maximum.at(best, owners, cosines)
        places.append(1 + int((best > best[article]).sum()))
    return places, []


def _result(name: str, found: tuple[list[int], list[float]]) -> Result:
    places, taken = found
    numbers: dict[str, float | str] = {
        "questions": len(places),
        "first": sum(place == 1 for place in places) / len(places),
        "first three": sum(place <= 3 for place in places) / len(places),
        "ms": percentile(taken, 0.5) if taken else "",
    }
    return Result(name, numbers)


def _judged(result: Result, vectors: Result | None, options: Options) -> Result:
    least = {
        name: max(aim or 0.0, float(vectors.numbers[name]) if vectors else 0.0)
        for name, aim in (("first", options.first), ("first three", options.first_three))
    }
    result.aim = "no worse than vectors" if vectors else ""
    for name, aim in (("first", options.first), ("first three", options.first_three)):
        result.aim += f", {name} ≥ {aim:g}" if aim is not None else ""
    result.met = all(float(result.numbers[name]) >= aim for name, aim in least.items())
    return result
