"""The work on one leased run."""

from __future__ import annotations

import logging
import time
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from ..embeddings import EmbeddingEndpoint, EmbeddingError
from ..errors import AnswerInvalidError, ApiError, EmbeddingModelMismatchError, HelpdeskError
from .endpoints import Answer, Capability, Endpoint, ModelSettings, Prompt
from .problems import ModelError, Usage
from .repairing import repair

if TYPE_CHECKING:
    from .chat import Chat
    from .leases import Lease, Runs

logger = logging.getLogger("helpdesk_sdk")

# Kinds whose prompts hold passages of articles.
_WITH_PASSAGES = {"reply", "next_steps"}
_REFUSED = {400, 413, 422}


@dataclass(frozen=True)
class _Refusal:
    """Why a turn of the conversation with the model gave nothing."""

    reason: str
    problem: str
    content: str | None = None
    """What the model wrote, where it can be asked to repair it."""


class Work:
    """Carries one run out."""

    def __init__(
        self,
        runs: Runs,
        lease: Lease,
        chat: Chat | None,
        model: ModelSettings | None,
        vectors: EmbeddingEndpoint | None,
        seconds: float,
    ) -> None:
        self._runs, self._lease = runs, lease
        self._chat, self._model, self._vectors = chat, model, vectors
        self._begun = time.monotonic()
        self._end = self._begun + seconds
        self._used = Usage()
        self._details: dict[str, Any] = {}

    def do(self) -> tuple[str | None, str | None]:
        """Carry the run out. Returns why no model answered, in a word and a sentence; None when the run is answered.

        Raises:
            HelpdeskError: The helpdesk refused a step, or cannot be reached.
            InterruptionError: ``Chat.interrupt`` was called.
        """
        kind = self._lease.kind
        run = self._call("read_run")
        if kind == "classification":
            if self._with_vector("classify_run", run["text"])["decided"]:
                return None, None
        elif kind in _WITH_PASSAGES:
            question = run["question"]
            found = self._with_vector("retrieve_passages", question, query=question)
            if found["nothing_found"] and kind == "reply":
                return self._finish("nothing_found")
        given = self._call("run_prompt")
        name = given["chat_model"] or (self._model.model if self._model else None)
        if self._chat is None or self._model is None or not name:
            return self._finish("no_model")
        prompt = Prompt(
            given["system"],
            given["user"],
            given["schema_name"],
            given["schema"],
            given["max_tokens"],
            given["estimated_tokens"],
            given["least_tokens"],
        )
        endpoint = Endpoint(self._model.url, self._model.key, name)
        known = Capability.known((given["capability"] or {}).get(endpoint.name))
        return self._converse(self._chat, endpoint, prompt, known)

    def _call(self, function: str, **arguments: Any) -> Any:
        return self._runs.call(self._lease, function, **arguments)

    def _with_vector(self, function: str, text: str | None, **arguments: Any) -> Any:
        """Call a function that takes a vector. Without a vector, or with one of another model, words alone decide."""
        if text and self._vectors is not None:
            try:
                return self._call(function, **arguments, **self._vectors.question(text))
            except EmbeddingError as error:
                logger.warning("run %s: words alone are compared: %s", self._lease.run_id, error.message)
            except EmbeddingModelMismatchError:
                pass
        return self._call(function, **arguments)

    def _converse(
        self, chat: Chat, endpoint: Endpoint, prompt: Prompt, known: Capability | None
    ) -> tuple[str | None, str | None]:
        """Ask, submit, and ask once more when the answer was refused."""
        self._details["chat_model"] = endpoint.model
        refusal = self._turn(chat, endpoint, prompt, known)
        if refusal is not None and refusal.content is not None:
            again = repair(prompt, refusal.content, refusal.problem)
            if again is not None:
                refusal = self._turn(chat, endpoint, again, known)
        return (None, None) if refusal is None else self._finish(refusal.reason, refusal.problem)

    def _turn(self, chat: Chat, endpoint: Endpoint, prompt: Prompt, known: Capability | None) -> _Refusal | None:
        """One answer of the model: None when it was submitted."""
        budget = self._call("begin_model_call", estimated_tokens=prompt.estimated_tokens + prompt.max_tokens)
        if not budget["allowed"]:
            return _Refusal(budget["reason"] or "budget_exhausted", "")
        try:
            answer = chat.ask(endpoint, prompt, within=self._end - time.monotonic(), known=known)
        except ModelError as error:
            if error.usage is not None:
                self._used.add(error.usage)
            return _Refusal(error.reason, str(error), error.content if error.reason == "answer_invalid" else None)
        self._used.add(answer.usage)
        self._details["rung"] = answer.capability.rung
        if answer.is_new:
            self._remember(endpoint, answer)
        try:
            self._call("submit_answer", answer=answer.answer, usage=self._usage())
        except AnswerInvalidError as error:
            return _Refusal("answer_invalid", error.message, answer.content)
        except ApiError as error:
            # Another rule refuses it, or it is no text that the database can store: it would do so at each attempt.
            if error.status not in _REFUSED:
                raise
            return _Refusal("answer_invalid", "The project refused the answer", answer.content)
        return None

    def _remember(self, endpoint: Endpoint, answer: Answer) -> None:
        try:
            self._call("remember_capability", endpoint_key=endpoint.name, capability=asdict(answer.capability))
        except HelpdeskError as error:
            logger.debug("run %s: %s", self._lease.run_id, type(error).__name__)

    def _usage(self) -> dict[str, Any]:
        spent = round((time.monotonic() - self._begun) * 1000)
        return {**asdict(self._used), **self._details, "milliseconds": spent}

    def _finish(self, reason: str, problem: str = "") -> tuple[str, str | None]:
        self._call("finish_without_model", reason=reason, usage=self._usage(), problem=problem or None)
        return reason, problem or None
