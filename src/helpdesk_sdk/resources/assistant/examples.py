"""Reading examples and thresholds, for training and for measuring."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any
from uuid import UUID

from ... import _validation as check
from ..._http.flow import Flow, Reply
from ..._http.resource import Driver, Resource
from ...errors import ConfigurationError, ForbiddenError
from ...models.base import Model
from ...models.labels import LabelThresholds

if TYPE_CHECKING:
    from ...learning.opinions import Examples

Embed = Callable[[list[str]], Sequence[Sequence[float]]]
"""Returns the vectors of texts: ``EmbeddingEndpoint.embed`` of ``helpdesk_sdk.embeddings``."""

_EXAMPLES = 500
_TEXTS = 200
_VECTORS = 50
_NOT_SYSTEM = "Only programs with the secret key read the texts of examples"


class _Example(Model):
    ticket_id: UUID
    label: str
    requester_id: UUID
    features: list[str]
    embedding: list[float] | None = None


class LabelExamples(Resource[Driver]):
    """What training, calibration and measuring read."""

    def _known(self, kind: str) -> Flow[LabelThresholds]:
        query = self._rest.from_("ai_thresholds").select("*").eq("kind", kind)
        known = yield from self._first_row(self._read(query), LabelThresholds)
        if known is None or not self._session_store.is_system:
            raise ForbiddenError(_NOT_SYSTEM, hint="Use the project's secret key.")
        return known

    def _change(self, kind: str, changes: dict[str, float]) -> Flow[None]:
        yield self._write(self._rest.from_("ai_thresholds").update(changes).eq("kind", kind))

    def _examples(self, kind: str) -> Flow[tuple[Examples, str | None, LabelThresholds]]:
        known = yield from self._known(kind)
        training = scientific()
        rows: list[dict[str, Any]] = []
        after: str | None = None
        while True:
            arguments: dict[str, Any] = {"kind": kind, "after": after, "max_rows": _EXAMPLES}
            reply: Reply = yield self._read(self._rest.rpc("training_examples", arguments))
            page = reply.rows(_Example)
            if not page:
                break
            rows += [vars(one) for one in page]
            after = str(page[-1].ticket_id)
        reply = yield self._read(self._rest.rpc("active_embedding_model", {}))
        model: Any = reply.value(object)
        examples, used = training.examples_of(rows, model)
        return examples, used, known

    def _labelled(self, pairs: Sequence[tuple[str, str]], embed: Embed | None) -> Flow[Examples]:
        training = scientific()
        texts = [text for text, _ in pairs]
        features: list[list[str]] = []
        vectors: list[Sequence[float]] = []
        for start in range(0, len(texts), _TEXTS):
            part = texts[start : start + _TEXTS]
            arguments: dict[str, Any] = {"texts": part}
            reply: Reply = yield self._read(self._rest.rpc("text_features", arguments))
            features += reply.value(list[list[str]])
            if embed is not None:
                for place in range(0, len(part), _VECTORS):
                    vectors += embed(part[place : place + _VECTORS])
        made: Examples = training.labelled(pairs, features, vectors if embed is not None else None)
        return made


def trained(kind: str) -> str:
    if kind not in ("team", "priority"):
        raise check.invalid("kind", "must be team or priority")
    return kind


def scientific() -> Any:
    try:
        import sklearn  # noqa: F401

        from ...learning import training
    except ImportError:
        raise ConfigurationError(
            "The package scikit-learn is not installed", hint='Install it: pip install "helpdesk-sdk[assistant]"'
        ) from None
    return training
