"""The assistant's runs, carried out with a language model."""

from __future__ import annotations

import math
import os
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from .._base.secrets import register_secret
from .log import note, say

if TYPE_CHECKING:
    from helpdesk_sdk import Helpdesk
    from helpdesk_sdk.assistant import RunReport
    from helpdesk_sdk.embeddings import EmbeddingEndpoint

_OUTCOMES = {
    "answered": "answered",
    "without_model": "without a model",
    "released": "given back",
    "lost": "not ours any more",
}


class Runs:
    """Carries out the runs that wait, one at a time."""

    pause = math.inf

    def __init__(self, hd: Helpdesk, vectors: EmbeddingEndpoint | None, timeout: float) -> None:
        """Find the model in the environment.

        Raises:
            ConfigurationError: The environment is not valid, or the package openai is missing.
        """
        from helpdesk_sdk.assistant import ModelSettings, Runner

        # Beyond the model: reading, retrieval, and giving a run back.
        self.longest = timeout + 120
        register_secret(os.environ.get("OPENAI_API_KEY"))
        model = ModelSettings.from_env()
        email = os.environ.get("HELPDESK_ASSISTANT_EMAIL")
        self._runner = Runner(hd, model=model, vectors=vectors, timeout=timeout, email=email)
        where = f"asks the language model at {urlsplit(model.url).hostname}" if model else "has no language model"
        how = "" if model else " (OPENAI_API_KEY, or OPENAI_BASE_URL): past tickets classify, and articles answer"
        note(f"The assistant {where}{how}.")
        if vectors is None:
            note("It compares words alone: no model for vectors is set (EMBEDDINGS_BASE_URL).")

    def work(self, is_stopping: Callable[[], bool], *, once: bool) -> None:
        """Carry out what waits."""
        done = self._runner.work_waiting(is_stopping=is_stopping, on_run=_note if once else _show)
        if once:
            counts = Counter(report.outcome for report in done)
            found = {name: counts[name] for name in _OUTCOMES}  # type: ignore[index]
            say(", ".join(f"{found[name]} {word}" for name, word in _OUTCOMES.items()), found)

    def interrupt(self) -> None:
        """Give the present run back."""
        self._runner.interrupt()

    def close(self) -> None:
        """Close the connections, unless a run still uses them."""
        with suppress(RuntimeError):
            self._runner.close()


def _show(report: RunReport) -> None:
    say(_sentence(report), {**asdict(report), "run_id": str(report.run_id)})


def _note(report: RunReport) -> None:
    if report.outcome != "answered":
        note(_sentence(report))


def _sentence(report: RunReport) -> str:
    why = ". ".join(part for part in (report.reason, report.problem) if part)
    return f"Run {report.run_id}, {report.kind}: {_OUTCOMES[report.outcome]}{f': {why}' if why else ''}"
