"""Everything that an evaluation measures, with a verdict in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from .files import Retrieval
from .routing import Routing

_ORDER = ("not_yet", "useful", "ready")
_FOUND_READY = 0.9
_FOUND_USEFUL = 0.6
_ENOUGH_RUNS = 50
# A classification by a model: instructions, a ticket of usual length and the lists of labels; then a short answer.
_TOKENS_IN = 900
_TOKENS_OUT = 40


@dataclass
class Answers:
    """The drafts of replies that a model wrote, as far as their citations go.

    Attributes:
        drafts: how many drafts, the newest 1,000 at most.
        cited: the share that quotes an article.
        valid: the share of which every citation that the model named was true; false citations are dropped.
    """

    drafts: int
    cited: float
    valid: float


@dataclass
class Cost:
    """What classification costs for each 1,000 tickets.

    Attributes:
        runs: how many finished runs this is measured on, the newest 1,000 at most.
        without_model: the share of tickets that past labels decide, with no call of a model.
        tokens: how many tokens 1,000 tickets take, prompts and answers.
        cost: their cost at the prices of the settings; None without prices.
        is_estimated: too few runs: the share is the lowest coverage of the evaluation, and a call is taken to have 900
            tokens in its prompt and 40 in its answer.
    """

    runs: int
    without_model: float
    tokens: int
    cost: float | None
    is_estimated: bool


@dataclass
class Evaluation:
    """How good the assistant would be, measured on tickets that people have decided.

    Attributes:
        routing: one measurement for each kind of label.
        missing: the kinds that cannot be measured, with the reason.
        retrieval: how well questions find their article; None without questions.
        answers: the citations of drafts; None while no model has written a draft.
        cost: what classification costs.
        verdict: ready, useful or not_yet, and sentences that say why.
    """

    routing: list[Routing] = field(default_factory=list)
    missing: dict[str, str] = field(default_factory=dict)
    retrieval: Retrieval | None = None
    answers: Answers | None = None
    cost: Cost | None = None
    verdict: tuple[str, list[str]] = ("not_yet", [])

    def as_json(self) -> dict[str, Any]:
        """The measurements as JSON values."""
        return asdict(self)


def judged(found: Evaluation) -> Evaluation:
    """The evaluation with its verdict: the worst of its parts decides.

    Args:
        found: The measurements.
    """
    words = [routing.verdict[0] for routing in found.routing] + ["not_yet"] * len(found.missing)
    sentences = [f"{one.kind}: {one.verdict[1]}" for one in found.routing] + list(found.missing.values())
    if found.retrieval is not None:
        at_3 = found.retrieval.at_3
        words.append("ready" if at_3 >= _FOUND_READY else "useful" if at_3 >= _FOUND_USEFUL else "not_yet")
        sentences.append(f"{at_3:.0%} of the questions find their article among the first three.")
    if found.answers is not None:
        sentences.append(f"{found.answers.valid:.0%} of the drafts by a model had true citations only.")
    if found.cost is not None and found.routing:
        known = "at most" if found.cost.is_estimated else "as measured"
        sentences.append(f"{found.cost.without_model:.0%} of the tickets need no model, {known}.")
    found.verdict = (min(words, key=_ORDER.index) if words else "not_yet", sentences)
    return found


def costs(
    decided: int,
    by_model: Sequence[tuple[int, int]],
    coverages: Sequence[float],
    price_in: float | None,
    price_out: float | None,
) -> Cost:
    """What 1,000 tickets cost.

    Args:
        decided: How many runs past labels decided.
        by_model: The tokens of the prompts and of the answers of each other run.
        coverages: The coverage of each kind of label, where there are too few runs.
        price_in: The price of a million tokens of prompts.
        price_out: The price of a million tokens of answers.
    """
    runs = decided + len(by_model)
    is_estimated = runs < _ENOUGH_RUNS
    without = min(coverages, default=0.0) if is_estimated else decided / runs
    called = [tokens for tokens in by_model if tokens[0]]
    tokens_in, tokens_out = float(_TOKENS_IN), float(_TOKENS_OUT)
    if not is_estimated and called:
        tokens_in = sum(one for one, _ in called) / len(called)
        tokens_out = sum(one for _, one in called) / len(called)
    calls = 1000 * (1 - without)
    cost = None
    if price_in is not None and price_out is not None:
        cost = calls * (tokens_in * price_in + tokens_out * price_out) / 1_000_000
    return Cost(runs, without, round(calls * (tokens_in + tokens_out)), cost, is_estimated)
