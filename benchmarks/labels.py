"""How well a helpdesk classifies the texts of a labelled file: trained on one part of it, asked about the rest.

It is the code of ``helpdesk assistant train`` and the database's own vote: no language model is asked.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

from benchmarks import data
from benchmarks.measure import Result, Section, percentile
from helpdesk_sdk import embedding_models
from helpdesk_sdk.learning.evaluation import costs
from helpdesk_sdk.learning.files import read_pairs
from helpdesk_sdk.learning.routing import measured
from helpdesk_sdk.learning.training import examples_of, learn
from helpdesk_sdk.local.postgres import Postgres

if TYPE_CHECKING:
    import numpy as np

    Numbers = np.ndarray[Any, Any]

_KIND = "team"
_SHARES = "select label, share, similarity from helpdesk_private.label_shares(%s, %s::real[], %s, null, null)"
_MIN_SIMILARITY = 0.6


@dataclass(frozen=True)
class Options:
    """What to measure, and what is aimed at.

    Attributes:
        file: CSV or JSON lines.
        text: The columns of the text, joined by line breaks.
        label: The column of the label.
        folds: Into how many parts the file is cut.
        measured_folds: How many of them are measured, each by the training on all others.
        of_a_label: How many examples a label has at most; the helpdesk keeps 200.
        precision: How often proposed labels are to be right.
        aims: The least accuracy, coverage and macro F1; None without an aim.
        prices: Of a million tokens of prompts and of answers.
        cache: Where the vectors of the texts are kept.
    """

    file: Path
    text: tuple[str, ...]
    label: str
    folds: int
    measured_folds: int
    of_a_label: int
    precision: float
    aims: dict[str, float | None]
    prices: tuple[float, float]
    cache: Path


def add_options(parser: argparse.ArgumentParser) -> None:
    """The options of this part."""
    group = parser.add_argument_group("labels")
    group.add_argument("--file", type=Path, help="the labelled file, CSV or .jsonl (retrieval: the articles)")
    group.add_argument("--text", default="text", help="the columns of the text, e.g. title,body (text)")
    group.add_argument("--label", default="label", help="the column of the label (label)")
    group.add_argument("--folds", type=int, default=10, help="into how many parts the file is cut (10)")
    group.add_argument("--measured-folds", type=int, default=1, help="how many of them are measured (1)")
    group.add_argument("--of-a-label", type=int, default=200, help="how many examples a label has at most (200)")
    group.add_argument("--precision", type=float, default=0.95, help="how often proposed labels are to be right (.95)")
    for name in ("accuracy", "coverage", "macro-f1"):
        group.add_argument(f"--aim-{name}", type=float, help=f"the least {name}")
    group.add_argument("--prices", default="0.15,0.6", help="of a million tokens of prompts and answers (0.15,0.6)")


def options_of(given: argparse.Namespace) -> Options:
    """The options, checked.

    Raises:
        SystemExit: There is no file.
    """
    if given.file is None:
        raise SystemExit("labels needs --file")
    price_in, price_out = (float(price) for price in given.prices.split(","))
    return Options(
        given.file,
        tuple(given.text.split(",")),
        given.label,
        given.folds,
        given.measured_folds,
        given.of_a_label,
        given.precision,
        {"accuracy": given.aim_accuracy, "coverage": given.aim_coverage, "macro_f1": given.aim_macro_f1},
        (price_in, price_out),
        given.data,
    )


def server(directory: Path, *, bin_dir: Path | None = None) -> Postgres:
    """The server of this benchmark, not started."""
    return data.server(directory / "labels", 0, bin_dir=bin_dir)


def run(url: str, options: Options) -> Section:
    """Measure the vote alone, and with the trained models."""
    import numpy as np

    section = Section(
        "Labels",
        f"{options.file.name}: {options.measured_folds} of {options.folds} parts, asked of the database after training "
        f"on the others, with at most {options.of_a_label} texts of a label. Thresholds: for the vote alone .7, after "
        f"training for a precision of {options.precision:.1%}. Tickets that are not covered cost a call of a model at "
        f"{options.prices[0]} and {options.prices[1]} a million tokens.",
    )
    columns = [read_pairs(options.file, column, options.label) for column in options.text]
    labels = [label for _, label in columns[0]]
    with psycopg.connect(url, autocommit=True, row_factory=dict_row) as connection:
        parts = zip(*([text for text, _ in pairs] for pairs in columns), strict=True)
        texts = [_cut(connection, text[0], "\n".join(text[1:])) for text in parts]
        model, vectors = _embed(texts, options.cache)
        if model is not None:
            query = "insert into helpdesk_private.embedding_models (model, slot, is_active) values (%s, 0, true)"
            connection.execute(query, (model,))
        order = np.random.default_rng(0).permutation(len(texts))
        rows: dict[str, list[Any]] = {"vote alone": [], "trained": []}
        for fold in range(options.measured_folds):
            asked = order[fold :: options.folds]
            others = set(asked.tolist())
            known = _capped(np.array([place for place in order if place not in others]), labels, options.of_a_label)
            _load(connection, texts, labels, vectors, model, known)
            names = sorted({labels[place] for place in known})
            ask = _Asking(connection, texts, vectors, model, asked, names)
            rows["vote alone"].append((ask(), dict.fromkeys(names, 0.7), names, asked))
            rows["trained"].append((*_trained(connection, model, options.precision, ask), names, asked))
    for name, folds in rows.items():
        section.results += _results(name, folds, labels, options)
    return section


def _capped(places: Numbers, labels: Sequence[str], most: int) -> Numbers:
    """At most so many places of each label."""
    import numpy as np

    kept: dict[str, list[int]] = {}
    for place in places:
        kept.setdefault(labels[place], []).append(int(place))
    return np.array([place for of_label in kept.values() for place in of_label[:most]])


def _cut(connection: Any, title: str, body: str) -> str:
    query = "select helpdesk_private.text_to_classify(%s, %s) as text"
    return str(connection.execute(query, (title.replace("\0", ""), body.replace("\0", ""))).fetchone()["text"])


def _embed(texts: Sequence[str], cache: Path) -> tuple[str | None, list[list[float]] | None]:
    """The vectors by the local stack's model; none where it is not installed. They are kept."""
    try:
        model = embedding_models.load("minilm")
    except embedding_models.UnavailableError as error:
        print(f"{error}: words alone are compared.", flush=True)
        return None, None
    digest = hashlib.sha256("\0".join([model.name, *texts]).encode()).hexdigest()
    kept = cache / f"vectors-{digest[:16]}.json"
    if kept.exists():
        return model.name, json.loads(kept.read_text())
    vectors: list[list[float]] = []
    for start in range(0, len(texts), 50):
        vectors += model.embed(texts[start : start + 50])[0]
    kept.write_text(json.dumps([[round(float(value), 6) for value in vector] for vector in vectors]))
    return model.name, vectors


def _load(
    connection: Any,
    texts: Sequence[str],
    labels: Sequence[str],
    vectors: list[list[float]] | None,
    model: str | None,
    places: Numbers,
) -> None:
    """Make these texts the only examples, each of a requester of its own."""
    # The rows refer to tickets and people that are not there.
    connection.execute("set session_replication_role = replica")
    tables = "helpdesk.label_examples", "helpdesk_private.example_embeddings", "helpdesk_private.example_texts"
    for table in tables:
        connection.execute(f"delete from {table}".encode())
    for table in ("label_models", "label_heads", "label_words"):
        connection.execute(f"delete from helpdesk_private.{table}".encode())
    with connection.cursor() as cursor:
        with cursor.copy("copy helpdesk_private.example_texts (ticket_id, body, requester_id) from stdin") as copy:
            for place in places:
                copy.write_row((_id(place), texts[place], _id(place)))
        with cursor.copy("copy helpdesk.label_examples (kind, label, ticket_id, source) from stdin") as copy:
            for place in places:
                copy.write_row((_KIND, labels[place], _id(place), "agent"))
        if vectors is not None:
            query = "copy helpdesk_private.example_embeddings (ticket_id, model, embedding) from stdin"
            with cursor.copy(query) as copy:
                for place in places:
                    copy.write_row((_id(place), model, str([float(value) for value in vectors[place]])))
    connection.execute("set session_replication_role = origin")
    for table in tables:
        connection.execute(f"analyze {table}".encode())


def _id(place: int) -> str:
    return f"00000000-0000-0000-0000-{place:012d}"


class _Asking:
    """Asks the database for the shares of texts."""

    def __init__(
        self,
        connection: Any,
        texts: Sequence[str],
        vectors: list[list[float]] | None,
        model: str | None,
        places: Numbers,
        names: list[str],
    ) -> None:
        self._connection, self._texts, self._vectors, self._model = connection, texts, vectors, model
        self._places, self._column = places, {name: column for column, name in enumerate(names)}

    def __call__(self) -> tuple[Numbers, Numbers | None, list[float]]:
        """The share of each label for each text, how similar the nearest example is, and the milliseconds of each."""
        import numpy as np

        shares = np.zeros((len(self._places), len(self._column)))
        similarity = np.zeros(len(self._places))
        taken = []
        for row, place in enumerate(self._places):
            vector = None if self._vectors is None else [float(value) for value in self._vectors[place]]
            began = time.perf_counter()
            found = self._connection.execute(_SHARES, (self._texts[place], vector, self._model)).fetchall()
            taken.append(1000 * (time.perf_counter() - began))
            for one in found:
                shares[row, self._column[one["label"]]] = one["share"]
                similarity[row] = one["similarity"] or 0
        return shares, None if self._vectors is None else similarity, taken


def _trained(connection: Any, model: str | None, precision: float, ask: _Asking) -> tuple[Any, dict[str, float]]:
    query = "select * from helpdesk.training_examples(%s, %s, 1000)"
    rows: list[Any] = []
    while page := connection.execute(query, (_KIND, rows[-1]["ticket_id"] if rows else None)).fetchall():
        rows += page
    examples, used = examples_of(rows, model)
    routing, head = learn(_KIND, examples, used, target_precision=precision, min_similarity=_MIN_SIMILARITY)
    connection.execute("select helpdesk.store_label_head(%s, %s)", (_KIND, Jsonb(head)))
    return ask(), routing.thresholds


def _results(name: str, folds: Sequence[Any], labels: Sequence[str], options: Options) -> list[Result]:
    measures = []
    taken: list[float] = []
    for (shares, similarity, milliseconds), thresholds, names, asked in folds:
        known = [row for row, place in enumerate(asked) if labels[place] in set(names)]
        right = [names.index(labels[asked[row]]) for row in known]
        near = None if similarity is None else similarity[known]
        measures.append(
            measured(_KIND, names, right, shares[known], near, options.precision, _MIN_SIMILARITY, thresholds)
        )
        taken += milliseconds
    count = sum(one.examples for one in measures)
    mean = {
        key: sum(getattr(one, key) * one.examples for one in measures) / count
        for key in ("accuracy", "macro_f1", "top3", "coverage", "calibration_error")
    }
    covered = sum(one.coverage * one.examples for one in measures)
    precision = sum(one.precision * one.coverage * one.examples for one in measures) / covered if covered else 0.0
    cost = costs(0, [], [mean["coverage"]], *options.prices)
    numbers: dict[str, float | str] = {
        "texts": count,
        "accuracy": mean["accuracy"],
        "macro F1": mean["macro_f1"],
        "best three": mean["top3"],
        "no model": mean["coverage"],
        "precision": precision,
        "calibration": mean["calibration_error"],
        "cost of 1,000": cost.cost or 0.0,
        "ms": percentile(taken, 0.5),
        "p99, ms": percentile(taken, 0.99),
    }
    aims = {key: aim for key, aim in options.aims.items() if aim is not None} if name == "trained" else {}
    if not aims:
        return [Result(name, numbers)]
    words = ", ".join(f"{key.replace('_', ' ')} ≥ {aim:g}" for key, aim in aims.items())
    met = all(mean[key] >= aim for key, aim in aims.items())
    if "coverage" in aims:
        words, met = f"{words} at {options.precision:.1%}", met and precision >= options.precision
    return [Result(name, numbers, words, met)]
