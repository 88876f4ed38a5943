"""What training, calibration and evaluation found, for people and for programs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import typer

from .._base.output import Column, console, print_fields, print_json, print_note, print_rows, table
from .._base.settings import settings

if TYPE_CHECKING:
    from helpdesk_sdk import LabelThresholds
    from helpdesk_sdk.learning import Calibration, Evaluation, Routing

_VERDICTS = {"ready": "ready", "useful": "useful, with people deciding", "not_yet": "not yet"}


def _percent(value: float) -> str:
    return f"{value:.1%}"


def show_routing(routing: Routing) -> None:
    """The measurements of one kind of label."""
    print_fields(
        f"{routing.kind}: {_VERDICTS[routing.verdict[0]]}",
        [
            ("examples", f"{routing.examples:,} of {routing.labels} labels"),
            ("right", _percent(routing.accuracy)),
            ("among the best three", _percent(routing.top3)),
            ("macro F1", f"{routing.macro_f1:.3f}"),
            ("proposed", f"{_percent(routing.coverage)}, of which {_percent(routing.precision)} are right"),
            ("target", _percent(routing.target_precision)),
            ("calibration error", f"{routing.calibration_error:.3f}"),
        ],
        json=routing.as_json(),
    )
    _table(
        routing.by_threshold,
        [
            Column("Share from", lambda row: f"{row['share']:.2f}", right=True),
            Column("Proposed", lambda row: _percent(row["coverage"]), right=True),
            Column("Right", lambda row: _percent(row["precision"]), right=True),
        ],
    )
    _table(
        routing.reliability,
        [
            Column("Mean share", lambda row: f"{row['share']:.2f}", right=True),
            Column("Right", lambda row: _percent(row["right"]), right=True),
            Column("Examples", lambda row: f"{row['n']:,}", right=True),
        ],
    )


def _table(rows: Sequence[Mapping[str, Any]], columns: Sequence[Column[Mapping[str, Any]]]) -> None:
    typer.echo()
    out = console()
    out.print(table(rows, columns, out.width))
    typer.echo()


def show_evaluation(found: Evaluation) -> None:
    """All measurements, and the verdict last."""
    if settings().json:
        print_json(found.as_json())
        return
    for routing in found.routing:
        show_routing(routing)
    if found.retrieval is not None:
        print_fields(
            "Questions",
            [
                ("asked", f"{found.retrieval.questions:,}"),
                ("article first", _percent(found.retrieval.at_1)),
                ("among the first three", _percent(found.retrieval.at_3)),
                *(("missed", f"{slug}: {question}") for question, slug in found.retrieval.missed),
            ],
            json=None,
        )
    if found.answers is not None:
        print_fields(
            "Drafts by a model",
            [
                ("drafts", f"{found.answers.drafts:,}"),
                ("with citations", _percent(found.answers.cited)),
                ("all citations true", _percent(found.answers.valid)),
            ],
            json=None,
        )
    if found.cost is not None:
        cost = found.cost
        print_fields(
            "1,000 tickets",
            [
                ("without a model", _percent(cost.without_model)),
                ("tokens", f"{cost.tokens:,}"),
                ("cost", None if cost.cost is None else f"{cost.cost:.4f}"),
                ("from", "an estimate" if cost.is_estimated else f"{cost.runs:,} runs"),
            ],
            json=None,
        )
    print_fields(f"Verdict: {_VERDICTS[found.verdict[0]]}", [("", one) for one in found.verdict[1]], json=None)


def show_thresholds(found: Sequence[LabelThresholds]) -> None:
    """The thresholds of kinds of label."""
    columns: list[Column[LabelThresholds]] = [
        Column("Kind", lambda one: one.kind),
        Column("Proposed from", lambda one: f"{one.suggest_share:g}", right=True),
        Column("Applied from", lambda one: "never" if one.apply_share is None else f"{one.apply_share:g}", right=True),
        Column("Similarity from", lambda one: f"{one.min_similarity:g}", right=True),
        Column("Target", lambda one: f"{one.target_precision:g}", right=True),
    ]
    print_rows(found, columns, empty="Requesters see no thresholds.")


def show_calibrations(found: Sequence[Calibration], problems: Mapping[str, str]) -> None:
    """What calibration found for each kind."""
    columns: list[Column[Calibration]] = [
        Column("Kind", lambda one: one.kind),
        Column("Answers", lambda one: f"{one.answers:,}", right=True),
        Column("Proposed from", lambda one: f"{one.suggest_share:g}", right=True),
        Column("Changed", lambda one: "yes" if one.is_changed else "no"),
        Column("Why", lambda one: one.verdict, flexible=True),
    ]
    print_rows(found, columns, empty="Nothing was calibrated.", json=lambda one: one.as_json())
    for problem in problems.values():
        print_note(problem)
