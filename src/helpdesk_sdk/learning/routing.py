"""How well tickets are classified: measured on examples that the answer did not come from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from ..errors import InvalidValueError
from .calibration import margin
from .opinions import Examples, best_mix, classes, mixed, out_of_fold, sharper, sharpness, votes

if TYPE_CHECKING:
    import numpy as np

    from .opinions import Numbers

_STEPS = tuple(step / 100 for step in range(50, 100, 5))
_ENOUGH_OF_A_LABEL = 50
_CLEARLY = 2.5
"""By how many margins a label misses the target before it gets a threshold of its own."""
_ENOUGH = 50
_READY = 0.6


@dataclass
class Routing:
    """How well labels are found, over examples that were not used to find them.

    Attributes:
        kind: what was labelled.
        examples: how many there were.
        labels: how many labels.
        accuracy: the share of examples whose best label is right.
        macro_f1: the mean F1 of the labels; rare labels count as much as common ones.
        top3: the share whose right label is among the best three.
        target_precision: how often proposed labels are to be right.
        coverage: the share of examples that get a label at the thresholds chosen for that.
        precision: how often those labels are right.
        by_threshold: for some thresholds: share, coverage, precision.
        reliability: for ten ranges of share: the mean share, how often it was right, how many.
        calibration_error: the mean distance between share and how often it was right.
        mix: the weights of vote, vector and words.
        sharpness: by how much the logits of the models of vectors and words are multiplied.
        thresholds: the share from which each label is sure.
        verdict: ready, useful or not_yet, and a sentence that says why.
    """

    kind: str
    examples: int
    labels: int
    accuracy: float
    macro_f1: float
    top3: float
    target_precision: float
    coverage: float
    precision: float
    by_threshold: list[dict[str, float]]
    reliability: list[dict[str, float]]
    calibration_error: float
    mix: tuple[float, float, float] = (1.0, 0.0, 0.0)
    sharpness: tuple[float, float] = (1.0, 1.0)
    thresholds: dict[str, float] = field(default_factory=dict)
    verdict: tuple[str, str] = ("not_yet", "")

    def as_json(self) -> dict[str, Any]:
        """The measurements as JSON values."""
        return asdict(self)


@dataclass
class Opinions:
    """What each of the three says about each example, by others only."""

    labels: list[str]
    column: np.ndarray[Any, Any]
    vote: Numbers | None
    by_vector: Numbers | None
    by_words: Numbers
    similarity: Numbers | None
    sharpness: tuple[float, float]


def opinions_of(examples: Examples) -> Opinions:
    """Leave-one-out votes, and models that did not see the example."""
    import numpy as np

    labels = classes(examples)
    vote, similarity = votes(examples) if examples.vectors is not None else (None, None)
    by_vector, by_words = out_of_fold(examples)
    column = np.array([labels.index(label) for label in examples.labels])
    by_words_sharpness = sharpness(by_words, column)
    by_vector_sharpness = 1.0
    if by_vector is not None:
        by_vector_sharpness = sharpness(by_vector, column)
        by_vector = sharper(by_vector, by_vector_sharpness)
    by_words = sharper(by_words, by_words_sharpness)
    return Opinions(labels, column, vote, by_vector, by_words, similarity, (by_vector_sharpness, by_words_sharpness))


def evaluate_routing(
    kind: str, examples: Examples, *, target_precision: float = 0.95, min_similarity: float = 0.6
) -> Routing:
    """Measure the labels of examples by cross-validation.

    Args:
        kind: What is labelled, for the report.
        examples: Labelled tickets.
        target_precision: How often proposed labels are to be right, .5 to .999.
        min_similarity: How similar the nearest example must be for a label to be proposed; without vectors it does not
            matter.

    Raises:
        InvalidValueError: There are fewer than two labels with three examples.
    """
    examples = examples.without_rare_labels()
    if len(set(examples.labels)) < 2:
        raise InvalidValueError(f"{kind}: there must be two labels with three examples each.")
    found = opinions_of(examples)
    parts = (found.vote, found.by_vector, found.by_words)
    mix = best_mix(parts, found.column)
    routing = measured(
        kind, found.labels, found.column, mixed(mix, parts), found.similarity, target_precision, min_similarity
    )
    routing.mix, routing.sharpness = mix, found.sharpness
    return routing


def measured(
    kind: str,
    labels: Sequence[str],
    column: Any,
    shares: Numbers,
    similarity: Numbers | None,
    target_precision: float,
    min_similarity: float,
    thresholds: dict[str, float] | None = None,
) -> Routing:
    """The measurements of shares whose right labels are known.

    Args:
        kind: What is labelled, for the report.
        labels: The labels, in the order of the columns of shares.
        column: The right label of each example, as the number of its column.
        shares: The share of each label for each example.
        similarity: How similar the nearest example was, or None.
        target_precision: How often proposed labels are to be right.
        min_similarity: How similar the nearest example must be.
        thresholds: The share from which each label is sure; None to choose them here.
    """
    import numpy as np
    from sklearn.metrics import f1_score

    best = shares.argmax(axis=1)
    share = shares.max(axis=1)
    right = best == column
    near = np.ones(len(column), bool) if similarity is None else similarity >= min_similarity
    if thresholds is None:
        thresholds = _thresholds(labels, best, share, right, near, target_precision)
    needed = np.array([thresholds.get(label, 0.7) for label in labels])[best]
    sure = near & (share >= needed)
    order = np.argsort(-shares, axis=1)[:, :3]
    routing = Routing(
        kind,
        len(column),
        len(labels),
        float(right.mean()),
        float(f1_score(column, best, average="macro", zero_division=0)),
        float((order == np.asarray(column)[:, None]).any(axis=1).mean()),
        target_precision,
        *_covered(sure, right),
        [
            dict(zip(("share", "coverage", "precision"), (step, *_covered(near & (share >= step), right)), strict=True))
            for step in _STEPS
        ],
        *_reliability(share, right),
        thresholds=thresholds,
    )
    routing.verdict = _verdict(routing)
    return routing


def _covered(sure: Any, right: Any) -> tuple[float, float]:
    return float(sure.mean()), float(right[sure].mean()) if sure.any() else 0.0


def _thresholds(labels: Sequence[str], best: Any, share: Any, right: Any, near: Any, target: float) -> dict[str, float]:
    """The least share with which answers are right often enough; a higher one for labels that are clearly worse."""
    common = _threshold(share[near], right[near], target, 1.0)
    found = {}
    for place, label in enumerate(labels):
        these = near & (best == place)
        enough = int(these.sum()) >= _ENOUGH_OF_A_LABEL
        # The answers of one label are few: most differences between labels are chance.
        own = _threshold(share[these], right[these], target, -_CLEARLY) if enough else common
        found[label] = round(min(0.99, max(0.3, common, own)), 4)
    return found


def _threshold(share: Any, right: Any, target: float, margins: float) -> float:
    """The least share from which answers are right as often as the target, and so many margins more often."""
    import numpy as np

    if len(share) == 0:
        return 0.99
    order = np.argsort(-share, kind="stable")
    answers = np.arange(1, len(order) + 1)
    precision = np.cumsum(right[order]) / answers
    good = np.flatnonzero(precision >= target + margins * margin(target, answers))
    return float(share[order][good[-1]]) if len(good) else 0.99


def _reliability(share: Any, right: Any) -> tuple[list[dict[str, float]], float]:
    import numpy as np

    place = np.minimum((share * 10).astype(int), 9)
    rows = [
        {
            "share": float(share[place == n].mean()),
            "right": float(right[place == n].mean()),
            "n": int((place == n).sum()),
        }
        for n in range(10)
        if (place == n).any()
    ]
    return rows, sum(abs(row["share"] - row["right"]) * row["n"] for row in rows) / len(share)


def _verdict(routing: Routing) -> tuple[str, str]:
    covered = (
        f"{routing.coverage:.0%} of the tickets get a {routing.kind}, and {routing.precision:.0%} of those are right"
    )
    if routing.examples < _ENOUGH:
        return "not_yet", f"{routing.examples} examples are too few to measure; {_ENOUGH} are the least."
    if routing.coverage >= _READY and routing.precision >= routing.target_precision - 0.01:
        return "ready", f"{covered}: an admin can let the assistant apply it."
    if routing.top3 >= 0.8 or routing.coverage >= 0.2:
        return (
            "useful",
            f"{covered}: keep people deciding; the right one is among the best three in {routing.top3:.0%}.",
        )
    return "not_yet", f"{covered}: collect more examples, or join labels that people use alike."
