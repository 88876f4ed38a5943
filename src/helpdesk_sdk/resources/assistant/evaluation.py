"""How good the assistant is: labels, retrieval, citations and cost, measured."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ... import _limits as limits
from ..._http.flow import Flow, Reply
from ..._http.resource import Driver, call
from ...errors import InvalidValueError
from ...learning.evaluation import Answers, Cost, Evaluation, costs, judged
from ...learning.files import Retrieval, measured_retrieval
from ...models.assistant_settings import AssistantSettings
from ...models.base import Model
from ...models.knowledge import ArticleHit
from ...models.labels import TrainedKindName
from .examples import Embed, LabelExamples, trained

AskVector = Callable[[str], Mapping[str, Any]]
"""Returns the vector of a question as arguments of a search: ``EmbeddingEndpoint.question``."""

_NEWEST = 1000
# Several passages of one article may come first.
_PASSAGES = 30


class _Draft(Model):
    flags: list[str]


class _Spent(Model):
    mode: str | None = None
    tokens_in: int
    tokens_out: int


class Measuring(LabelExamples[Driver]):
    """The part of ``hd.assistant`` that measures."""

    @call
    def evaluate(
        self,
        *,
        kinds: Sequence[TrainedKindName] = ("team", "priority"),
        labelled: Sequence[tuple[str, str]] | None = None,
        questions: Sequence[tuple[str, str]] | None = None,
        embed: Embed | None = None,
        question_vector: AskVector | None = None,
        target_precision: float | None = None,
    ) -> Flow[Evaluation]:
        """With the secret key: measure how good the assistant is, on past tickets or on files. It changes nothing.

        Labels are measured on examples that the answer did not come from, with what training would bring. It needs
        ``helpdesk-sdk[assistant]``.

        Args:
            kinds: The kinds to measure.
            labelled: Texts with their labels, in place of past tickets: ``read_labelled`` of ``helpdesk_sdk.learning``.
            questions: Questions, each with the slug of its article: ``read_questions`` of ``helpdesk_sdk.learning``.
            embed: Makes the vectors of labelled texts; None: words alone.
            question_vector: Makes the vector of a question; None: words alone.
            target_precision: How often proposed labels are to be right; None: as it is stored for each kind.

        Raises:
            InvalidValueError: The labelled texts have fewer than two labels with three texts each.
            ForbiddenError: The client has no secret key.
            EmbeddingModelMismatchError: The questions' vectors are of another model than that of the helpdesk.
            ConfigurationError: The package ``scikit-learn`` is not installed.
        """
        from ...learning.routing import evaluate_routing

        found = Evaluation()
        if labelled is not None:
            known = yield from self._known("team")
            examples = yield from self._labelled(labelled, embed)
            target = target_precision or known.target_precision
            found.routing.append(
                evaluate_routing("label", examples, target_precision=target, min_similarity=known.min_similarity)
            )
        for kind in () if labelled is not None else kinds:
            examples, _, known = yield from self._examples(trained(kind))
            target = target_precision or known.target_precision
            try:
                found.routing.append(
                    evaluate_routing(kind, examples, target_precision=target, min_similarity=known.min_similarity)
                )
            except InvalidValueError as error:
                found.missing[kind] = error.message
        if questions is not None:
            found.retrieval = yield from self._retrieval(questions, question_vector)
        found.answers = yield from self._answers()
        found.cost = yield from self._cost([one.coverage for one in found.routing])
        return judged(found)

    def _retrieval(self, questions: Sequence[tuple[str, str]], vector: AskVector | None) -> Flow[Retrieval]:
        found: list[tuple[tuple[str, str], Sequence[str]]] = []
        for question, slug in questions:
            asked = question[: limits.QUESTION_MAX]
            arguments = {"query": asked, "max_rows": _PASSAGES, **(vector(asked) if vector is not None else {})}
            reply: Reply = yield self._read(self._rest.rpc("search_articles", arguments))
            found.append(((question, slug), [hit.slug for hit in reply.rows(ArticleHit)]))
        return measured_retrieval(found)

    def _answers(self) -> Flow[Answers | None]:
        query = self._rest.from_("proposals").select("flags").eq("kind", "reply").eq("mode", "model")
        reply: Reply = yield self._read(query.order("created_at", desc=True).limit(_NEWEST))
        drafts = [set(draft.flags) for draft in reply.rows(_Draft)]
        if not drafts:
            return None
        return Answers(
            len(drafts),
            sum("no_citation" not in flags for flags in drafts) / len(drafts),
            sum("citations_dropped" not in flags for flags in drafts) / len(drafts),
        )

    def _cost(self, coverages: Sequence[float]) -> Flow[Cost]:
        query = self._rest.from_("ai_runs").select("mode,tokens_in,tokens_out").eq("kind", "classification")
        query = query.in_("state", ["done", "fallback", "needs_human"]).eq("is_test", False)
        reply: Reply = yield self._read(query.order("created_at", desc=True).limit(_NEWEST))
        runs = reply.rows(_Spent)
        decided = sum(run.mode == "neighbours" and not run.tokens_in for run in runs)
        by_model = [(run.tokens_in, run.tokens_out) for run in runs if run.mode != "neighbours" or run.tokens_in]
        settings = yield from self._first_row(
            self._read(self._rest.from_("ai_settings").select("*").limit(1)), AssistantSettings
        )
        prices = (None, None) if settings is None else (settings.price_in, settings.price_out)
        return costs(decided, by_model, coverages, *(None if price is None else float(price) for price in prices))
