"""What past tickets teach: training, and the thresholds of labels."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any
from uuid import UUID

from ... import _validation as check
from ..._http.flow import Flow, Reply
from ..._http.resource import Driver, call
from ..._sentinels import UNSET, Unset
from ...errors import ForbiddenError, InvalidValueError
from ...learning.calibration import Calibration, calibrated
from ...models.base import Model
from ...models.labels import LabelKind, LabelKindName, LabelThresholds, TrainedKindName
from .examples import LabelExamples, trained

if TYPE_CHECKING:
    from ...learning.routing import Routing

_TRIALS = 50
_COLLECTED = 200
_BY_WORDS = 0.3
"""How similar the nearest example must be where words are compared."""


class _Trial(Model):
    ticket_id: UUID
    label: str | None = None
    share: float | None = None
    similarity: float | None = None
    is_right: bool = False


class _Collected(Model):
    tickets: int
    next: int | None = None


class Learning(LabelExamples[Driver]):
    """The part of ``hd.assistant`` that learns from past tickets and measures what that brings."""

    @call
    def thresholds(self) -> Flow[Sequence[LabelThresholds]]:
        """Staff: from which share on labels are proposed and applied, by kind. Requesters see none."""
        reply: Reply = yield self._read(self._rest.from_("ai_thresholds").select("*").order("kind"))
        return tuple(reply.rows(LabelThresholds))

    @call
    def update_thresholds(
        self,
        kind: LabelKind | LabelKindName,
        *,
        suggest_share: float | Unset = UNSET,
        min_similarity: float | Unset = UNSET,
        apply_share: float | Unset | None = UNSET,
        target_precision: float | Unset = UNSET,
    ) -> Flow[LabelThresholds]:
        """Admins: change the thresholds of a kind of label. What is not given stays as it is.

        Args:
            kind: ``team``, ``priority``, ``tag``, ``assignee`` or ``spam``.
            suggest_share: From this share on, a label is proposed, 0 to 1.
            min_similarity: How similar the nearest example must be, 0 to 1.
            apply_share: From this share on, the assistant applies a sure label itself, 0.5 to 1; None: never.
            target_precision: How often proposed labels are to be right, 0.5 to 0.999.

        Raises:
            InvalidValueError: A value is not valid, or none is given.
            ForbiddenError: You are not an admin.
        """
        chosen = check.choice("kind", kind, LabelKind)
        given = {
            "suggest_share": suggest_share,
            "min_similarity": min_similarity,
            "apply_share": apply_share,
            "target_precision": target_precision,
        }
        changes = {name: value for name, value in given.items() if value is not UNSET}
        if not changes:
            raise check.invalid("thresholds", "has nothing to change")
        query = self._rest.from_("ai_thresholds").update(changes).eq("kind", chosen)
        done = yield from self._first_row(self._write(query), LabelThresholds)
        if done is None:
            raise ForbiddenError("Only admins change thresholds", hint="Ask an admin.")
        return done

    @call
    def collect_examples(self, *, imported: bool = False) -> Flow[int]:
        """Admins: make examples of tickets that people resolved before the helpdesk learned from them.

        Args:
            imported: Also of tickets that were imported as resolved or closed, with the labels that came with them.

        Returns:
            How many tickets became examples.

        Raises:
            ForbiddenError: You are not an admin.
        """
        before: int | None = None
        collected = 0
        while True:
            arguments = {"before": before, "imported": imported, "max_rows": _COLLECTED}
            found = yield from self._call_one(self._rpc_write("collect_label_examples", arguments), _Collected)
            collected += found.tickets
            before = found.next
            if before is None:
                return collected

    @call
    def train(self, kind: TrainedKindName) -> Flow[Routing]:
        """With the secret key: train the linear models of a kind from its examples, and choose the label thresholds.

        The next classification uses them. It needs ``helpdesk-sdk[assistant]``.

        Args:
            kind: ``team`` or ``priority``.

        Returns:
            What was measured on the way, on examples that the models did not see.

        Raises:
            InvalidValueError: There are fewer than two labels with three examples each.
            ForbiddenError: The client has no secret key.
            ConfigurationError: The package ``scikit-learn`` is not installed.
        """
        from ...learning.training import learn

        examples, model, known = yield from self._examples(trained(kind))
        routing, head = learn(
            kind, examples, model, target_precision=known.target_precision, min_similarity=known.min_similarity
        )
        yield self._rpc_write("store_label_head", {"kind": kind, "head": head})
        return routing

    @call
    def forget_training(self, kind: TrainedKindName) -> Flow[bool]:
        """Admins: delete what training made; the vote of past tickets decides alone again.

        Args:
            kind: ``team`` or ``priority``.

        Returns:
            Whether there was anything.

        Raises:
            ForbiddenError: You are not an admin.
        """
        reply: Reply = yield self._rpc_write("forget_label_head", {"kind": trained(kind)})
        return reply.value(bool)

    @call
    def calibrate(self, kind: LabelKind | LabelKindName, *, target_precision: float | None = None) -> Flow[Calibration]:
        """With the secret key: choose ``suggest_share`` of a kind by what the vote says about past tickets.

        Each ticket is classified as if it was new. The threshold changes only if there are 50 answers, and a share from
        which on enough of them are right. Training chooses the thresholds of what it trains.

        Args:
            kind: ``team``, ``priority``, ``tag``, ``assignee`` or ``spam``.
            target_precision: How often proposed labels are to be right, 0.5 to 0.999; stored. None: as it is stored.

        Raises:
            InvalidValueError: The kind is trained, or a value is not valid.
            ForbiddenError: The client has no secret key.
        """
        chosen = check.choice("kind", kind, LabelKind)
        known = yield from self._known(chosen)
        if chosen in ("team", "priority"):
            reply: Reply = yield self._rpc_read("label_head_report", kind=chosen)
            if reply.value(object) is not None:
                raise InvalidValueError(f"{chosen} is trained: train it again, or delete its training first")
        if target_precision is not None:
            yield from self._change(chosen, {"target_precision": target_precision})
            known = yield from self._known(chosen)
        reply = yield self._read(self._rest.rpc("active_embedding_model", {}))
        least = _BY_WORDS if reply.value(object) is None else known.min_similarity
        trials: list[_Trial] = []
        after: str | None = None
        while True:
            arguments: dict[str, Any] = {"kind": chosen, "after": after, "max_rows": _TRIALS}
            reply = yield self._read(self._rest.rpc("label_trials", arguments))
            page = reply.rows(_Trial)
            if not page:
                break
            trials += page
            after = str(page[-1].ticket_id)
        found = calibrated(
            chosen,
            [((trial.share or 0.0) if (trial.similarity or 0.0) >= least else 0.0, trial.is_right) for trial in trials],
            known.target_precision,
            known.suggest_share,
        )
        if found.is_changed:
            yield from self._change(chosen, {"suggest_share": found.suggest_share})
        return found
