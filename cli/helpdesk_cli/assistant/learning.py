"""What past tickets teach: training, thresholds, and how good the assistant is."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from .._base.choices import LabelKind, TrainedKind
from .._base.errors import CliError, ExitCode
from .._base.output import print_json, print_note, print_result
from .._base.settings import settings
from .._connect.connection import connect
from .._connect.target import SYSTEM_HINT, target
from .._connect.vectors import embedding_endpoint
from .app import app

if TYPE_CHECKING:
    from helpdesk_sdk import Helpdesk
    from helpdesk_sdk.embeddings import EmbeddingEndpoint

_NONE = "none"

TrainedArgument = Annotated[
    TrainedKind | None, typer.Argument(help="Only this kind. Default: team and priority.", show_default=False)
]
PrecisionOption = Annotated[
    float | None,
    typer.Option(metavar="0.5..0.999", help="How often proposed labels are to be right.", show_default=False),
]


@app.command()
def collect(
    imported: Annotated[
        bool, typer.Option("--imported", help="Also tickets imported as resolved or closed, with their labels.")
    ] = False,
) -> None:
    """Admins: learn from tickets that people resolved before."""
    with connect() as hd:
        tickets = hd.assistant.collect_examples(imported=imported)
    print_result(f"{tickets} more tickets are examples.", json={"tickets": tickets})


@app.command()
def train(
    kind: TrainedArgument = None,
    forget: Annotated[
        bool, typer.Option("--forget", help="Admins: delete what training made; past tickets decide alone again.")
    ] = False,
) -> None:
    """With the secret key: train on past tickets.

    Without training, the nearest past tickets decide. Training adds linear models of words and vectors, and a threshold
    for each label; the next classification uses them.

    For example: helpdesk assistant train priority
    """
    from .._show.evaluation import show_routing

    kinds: list[Any] = [kind] if kind else ["team", "priority"]
    if forget:
        with connect() as hd:
            forgotten = [one for one in kinds if hd.assistant.forget_training(one)]
        print_result(f"Deleted the training of {' and '.join(forgotten) or 'nothing'}.", json={"forgotten": forgotten})
        return
    _need_the_secret_key()
    trained = []
    problems = {}
    with connect() as hd:
        for one in kinds:
            try:
                trained.append(hd.assistant.train(one))
            except _invalid_value() as error:
                problems[one] = error.message
    if settings().json:
        print_json({"trained": [one.as_json() for one in trained], "problems": problems})
    else:
        for routing in trained:
            show_routing(routing)
    for problem in problems.values():
        print_note(problem)
    if not trained:
        raise CliError("Nothing was trained", "Learn from older tickets: helpdesk assistant collect", ExitCode.REFUSED)


@app.command()
def calibrate(
    kind: Annotated[LabelKind | None, typer.Argument(help="Only this kind. Default: all.", show_default=False)] = None,
    target_precision: PrecisionOption = None,
    suggest_share: Annotated[
        float | None,
        typer.Option(
            metavar="0..1", help="Admins: set the threshold yourself; nothing is measured.", show_default=False
        ),
    ] = None,
    min_similarity: Annotated[
        float | None,
        typer.Option(metavar="0..1", help="Admins: how similar the nearest ticket must be.", show_default=False),
    ] = None,
    apply_share: Annotated[
        str | None,
        typer.Option(
            metavar="0.5..1",
            help="Admins: from this share on, the assistant applies labels itself; none: a person decides.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Choose from which share on labels are proposed, and applied.

    With the secret key, past tickets are classified as if they were new, and the least share is taken with which enough
    proposals are right. What is trained has its thresholds from training. With --suggest-share, --min-similarity or
    --apply-share an admin sets them.

    For example: helpdesk assistant calibrate priority --apply-share 0.95
    """
    from .._show.evaluation import show_calibrations, show_thresholds

    kinds: list[Any] = [kind] if kind else ["team", "priority", "tag", "assignee", "spam"]
    given = {"suggest_share": suggest_share, "min_similarity": min_similarity, "apply_share": _share(apply_share)}
    changes: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
    if changes:
        if kind is None:
            raise CliError("Name the kind to set thresholds of", "See: helpdesk assistant thresholds", ExitCode.USAGE)
        if target_precision is not None:
            changes["target_precision"] = target_precision
        changes = {name: None if value == _NONE else value for name, value in changes.items()}
        with connect() as hd:
            show_thresholds([hd.assistant.update_thresholds(kind, **changes)])
        return
    _need_the_secret_key()
    found, problems = [], {}
    with connect() as hd:
        for one in kinds:
            try:
                found.append(hd.assistant.calibrate(one, target_precision=target_precision))
            except _invalid_value() as error:
                if kind is not None:
                    raise
                problems[one] = error.message
    show_calibrations(found, problems)


@app.command()
def thresholds() -> None:
    """Staff: show from which share on labels are used."""
    from .._show.evaluation import show_thresholds

    with connect() as hd:
        show_thresholds(hd.assistant.thresholds())


@app.command()
def evaluate(
    kind: TrainedArgument = None,
    labelled: Annotated[
        Path | None,
        typer.Option(
            exists=True,
            dir_okay=False,
            help="Measure this file in place of past tickets: CSV or .jsonl, text and label.",
        ),
    ] = None,
    questions: Annotated[
        Path | None,
        typer.Option(
            exists=True,
            dir_okay=False,
            help="Ask these questions, too: CSV or .jsonl, question and article (its slug).",
        ),
    ] = None,
    target_precision: PrecisionOption = None,
) -> None:
    """With the secret key: measure how good the assistant is. It changes nothing.

    Labels are measured on past tickets that the answer did not come from. Vectors of files are made where helpdesk kb
    embed would make them; without, words alone are compared.

    For example: helpdesk assistant evaluate --questions questions.csv
    """
    from helpdesk_sdk.learning import read_labelled, read_questions

    from .._show.evaluation import show_evaluation

    _need_the_secret_key()
    given: dict[str, Any] = {"target_precision": target_precision}
    if kind is not None:
        given["kinds"] = (kind,)
    if labelled is not None:
        given["labelled"] = read_labelled(labelled)
    if questions is not None:
        given["questions"] = read_questions(questions)
    with connect() as hd, ExitStack() as stack:
        if labelled is not None or questions is not None:
            endpoint = _vectors(hd)
            if endpoint is None:
                print_note("There are no vectors: words alone are compared.")
            else:
                stack.enter_context(endpoint)
                given |= {"embed": endpoint.embed, "question_vector": endpoint.question}
        found = hd.assistant.evaluate(**given)
    show_evaluation(found)


def _vectors(hd: Helpdesk) -> EmbeddingEndpoint | None:
    endpoint = embedding_endpoint(target())
    return endpoint if endpoint is not None and hd.knowledge.active_embedding_model() == endpoint.model else None


def _need_the_secret_key() -> None:
    if not target().is_system:
        raise CliError("The texts of past tickets need the secret key", SYSTEM_HINT, ExitCode.FORBIDDEN)


def _invalid_value() -> type[Any]:
    from helpdesk_sdk import InvalidValueError

    return InvalidValueError


def _share(text: str | None) -> float | str | None:
    if text is None or text == _NONE:
        return text
    try:
        return float(text)
    except ValueError:
        raise typer.BadParameter("must be a number, or none", param_hint="--apply-share") from None
