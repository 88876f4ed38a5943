"""The share from which labels are right often enough, read off past tickets."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

_LEAST = 50
"""With fewer answers, a threshold that is read off them says nothing."""
_LOWEST = 0.3
_HIGHEST = 0.99
_NEXT = 1000
"""For how many later answers a threshold is to be right often enough."""


@dataclass
class Calibration:
    """A threshold and what it brings, on tickets whose own label did not vote.

    Attributes:
        kind: the kind of label.
        answers: how many labels were compared with what people decided.
        target_precision: how often proposed labels are to be right.
        suggest_share: the share from which labels are proposed now.
        coverage: the share of the answers that reach it.
        precision: how often these are right.
        is_changed: whether the threshold was stored: False with too few answers, or where no threshold is right often
            enough.
        verdict: a sentence that says why.
    """

    kind: str
    answers: int
    target_precision: float
    suggest_share: float
    coverage: float
    precision: float
    is_changed: bool
    verdict: str

    def as_json(self) -> dict[str, Any]:
        """The measurements as JSON values."""
        return asdict(self)


def margin(target: float, answers: Any) -> Any:
    """By how much the precision of so many answers misses a target by chance: the standard error.

    Two samples differ: those that the threshold is read off, and the later ones that it is for. Without a margin, the
    threshold is where chance was kindest, and later answers are right less often.

    Args:
        target: How often they are to be right.
        answers: How many there are; a number or an array.
    """
    return (target * (1 - target) * (1 / answers + 1 / _NEXT)) ** 0.5


def calibrated(
    kind: str, trials: Iterable[tuple[float, bool]], target_precision: float, suggest_share: float
) -> Calibration:
    """The least share with which labels are right often enough.

    Args:
        kind: The kind of label.
        trials: The share of each label that was similar enough, and whether it is right; the others with share 0.
        target_precision: How often proposed labels are to be right.
        suggest_share: The threshold until now, which stays where there is no better one.
    """
    ordered = sorted(trials, reverse=True)
    found = None
    right = 0
    for place, (share, is_right) in enumerate(ordered, 1):
        right += is_right
        is_last_of_share = place == len(ordered) or ordered[place][0] < share
        needed = target_precision + margin(target_precision, place)
        if is_last_of_share and share >= _LOWEST and right >= needed * place:
            found = share
    enough = len(ordered) >= _LEAST
    threshold = min(_HIGHEST, found) if enough and found is not None else suggest_share
    sure = [is_right for share, is_right in ordered if share >= threshold]
    coverage = len(sure) / len(ordered) if ordered else 0.0
    precision = sum(sure) / len(sure) if sure else 0.0
    if not enough:
        why = f"{len(ordered)} answers are too few; {_LEAST} are the least. The threshold stays {suggest_share:g}."
    elif found is None:
        rule = f"At no share are so many right that {target_precision:.0%} of the next ones would be."
        why = f"{rule} The threshold stays {suggest_share:g}."
    else:
        why = f"From a share of {threshold:.2f} on, {precision:.0%} are right, and {coverage:.0%} reach it."
    return Calibration(
        kind,
        len(ordered),
        target_precision,
        round(threshold, 4),
        coverage,
        precision,
        enough and found is not None,
        why,
    )
