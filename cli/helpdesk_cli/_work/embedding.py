"""Vectors on the command line: of a question, and of all texts that wait, with the progress of the work."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from .._base.errors import CliError, ExitCode
from .._base.output import print_note, print_result
from .._base.settings import settings
from .._connect.target import target
from .._connect.vectors import embedding_endpoint
from .log import note, say

if TYPE_CHECKING:
    from helpdesk_sdk import EmbeddingProgress, Helpdesk
    from helpdesk_sdk.embeddings import EmbeddingEndpoint

_SEE = "See them: helpdesk kb progress"


def question_vector(hd: Helpdesk, question: str) -> dict[str, Any]:
    """The vector of a question as arguments of a search; none where its words alone decide."""
    from helpdesk_sdk.embeddings import EmbeddingError

    endpoint = embedding_endpoint(target())
    if endpoint is None:
        return {}
    with endpoint:
        active = hd.knowledge.active_embedding_model()
        if active != endpoint.model:
            if active is not None:
                print_note(f"Vectors are of {active}, and {endpoint.model} is set: only words are compared.")
            return {}
        try:
            return {**endpoint.question(question)}
        except EmbeddingError as error:
            print_note(f"{error.message}: only words are compared.")
            return {}


def embed_all(hd: Helpdesk, model: str | None) -> None:
    """Make all vectors that are missing; with a model, of this one, and switch to it when it is complete."""
    endpoint = embedding_endpoint(target(), model) if target().is_system else None
    is_used = hd.knowledge.use_embedding_model(model) if model is not None else True
    with _shown_progress(hd, model) as tick:
        if endpoint is not None:
            with endpoint:
                stored, postponed, problem = _at_endpoint(hd, endpoint, tick)
        else:
            stored, postponed, problem = _by_function(hd, model, tick)
    left = _progress_of(hd, model)
    counts: dict[str, Any] = {"stored": stored, "postponed": postponed, "waiting": left.waiting if left else 0}
    counts |= {"model": left.model if left else None, "problem": problem, "is_used": is_used}
    if model is not None and not is_used and not problem:
        # A first model is used as soon as it is complete; then there is nothing to switch.
        hd.knowledge.switch_embedding_model(model)
        counts["is_used"] = True
    waits = f" {counts['waiting']} wait for another attempt or program." if counts["waiting"] else ""
    name = counts["model"] or "no model"
    used = f" Search uses {name} now." if not is_used and counts["is_used"] else ""
    print_result(
        f"{stored} texts have a vector of {name} now, {postponed} could not be embedded.{waits}{used}", json=counts
    )
    if problem:
        raise CliError(problem, _SEE, ExitCode.REFUSED)


class Vectors:
    """Makes the vectors that wait."""

    # A batch at a slow endpoint, its retries and its halves.
    longest = 600.0
    pause = math.inf

    def __init__(self, hd: Helpdesk, endpoint: EmbeddingEndpoint) -> None:
        self._hd, self._endpoint = hd, endpoint
        self._said: str | None = None
        note(f"Vectors are made with {endpoint.model}.")

    def work(self, is_stopping: Callable[[], bool], *, once: bool) -> None:
        """Make what waits."""
        from helpdesk_sdk.embeddings import embed_waiting

        done = embed_waiting(self._hd, self._endpoint, is_stopping=is_stopping)
        if done.problem and done.problem != self._said:
            note(f"{done.problem} It is tried again." if done.problem.endswith(".") else f"{done.problem}.", "warning")
        self._said = done.problem
        if once or done.stored:
            counts = {"stored": done.stored, "postponed": done.postponed}
            sentence = f"{done.stored} vectors stored, {done.postponed} postponed"
            say(sentence, counts | {"problem": done.problem})

    def interrupt(self) -> None:
        """Nothing to give back: a batch takes seconds, and its lease ends by itself."""


def _at_endpoint(hd: Helpdesk, endpoint: EmbeddingEndpoint, tick: Callable[[], None]) -> tuple[int, int, str | None]:
    from helpdesk_sdk.embeddings import embed_waiting

    done = embed_waiting(hd, endpoint, on_batch=lambda _: tick())
    return done.stored, done.postponed, done.problem


def _by_function(hd: Helpdesk, model: str | None, tick: Callable[[], None]) -> tuple[int, int, str | None]:
    stored = postponed = 0
    while True:
        counts = hd.knowledge.embed()
        if counts.model is None:
            raise CliError(
                "The function embed-articles has no model for vectors",
                "Set EMBEDDINGS_BASE_URL and EMBEDDINGS_MODEL for the functions, or here and use the secret key.",
            )
        if model not in (None, counts.model):
            raise CliError(
                f"The function embed-articles has the model {counts.model}, not {model}",
                "Set EMBEDDINGS_MODEL for the functions; or set it here and use the secret key.",
            )
        stored, postponed = stored + counts.stored, postponed + counts.postponed
        tick()
        left = _progress_of(hd, counts.model)
        # A hundred seconds may not have been enough, and some functions make a few vectors at a time.
        if counts.stored == 0 or left is None or left.waiting == 0:
            return stored, postponed, left.problem if left and postponed else None


def _progress_of(hd: Helpdesk, model: str | None) -> EmbeddingProgress | None:
    rows = hd.knowledge.embedding_progress()
    return next((row for row in rows if row.model == model), None) if model is not None else next(iter(rows), None)


@contextmanager
def _shown_progress(hd: Helpdesk, model: str | None) -> Iterator[Callable[[], None]]:
    """On a terminal, a line with how many texts have their vector; updated by the function."""
    from rich.console import Console

    screen = Console(stderr=True, highlight=False)
    if not screen.is_terminal or settings().json:
        yield lambda: None
        return
    with screen.status("Embedding …") as status:

        def tick() -> None:
            row = _progress_of(hd, model)
            if row is not None:
                done, all_ = row.embedded + row.examples_embedded, row.chunks + row.examples
                status.update(f"{done:,} of {all_:,} texts have a vector of {row.model} …")

        yield tick
