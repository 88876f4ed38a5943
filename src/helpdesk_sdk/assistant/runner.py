"""Carries runs of the assistant out: read, retrieve or classify, ask the model, submit its answer.

All rules are in the database: what is in the prompt, what an answer must be, what happens without one. The edge
functions do the same with the same calls, in ``_helpdesk/run.ts``.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, Self
from uuid import UUID

from .. import Helpdesk, client_request_id
from ..embeddings import EmbeddingEndpoint
from ..errors import (
    ApiError,
    AuthenticationError,
    ConversationMovedError,
    ForbiddenError,
    HelpdeskError,
    LeaseLostError,
)
from .chat import Chat
from .endpoints import ModelSettings
from .leases import Lease, Runs
from .login import AssistantLogin
from .problems import InterruptionError
from .work import Work

logger = logging.getLogger("helpdesk_sdk")

# Beyond the time of the model: for everything else of a run.
_LEASE_MARGIN = 60


@dataclass(frozen=True)
class RunReport:
    """What became of a run that a runner leased."""

    run_id: UUID
    """The run's id."""
    kind: str
    """What was to be made."""
    outcome: Literal["answered", "without_model", "released", "lost"]
    """``answered``: by a model, or by past tickets. ``released``: it waits for another attempt. ``lost``: somebody else
    has it, or it is cancelled."""
    reason: str | None = None
    """Why no model answered, e.g. ``model_timeout``."""
    problem: str | None = None
    """A sentence about it, without anything that the endpoint or a customer wrote."""


class Runner:
    """Carries runs out, one at a time, as the assistant. For one thread; ``close`` it, or use it with ``with``."""

    def __init__(
        self,
        system: Helpdesk,
        *,
        model: ModelSettings | None = None,
        vectors: EmbeddingEndpoint | None = None,
        timeout: float = 120.0,
        email: str | None = None,
    ) -> None:
        """Make it; nothing is sent.

        Args:
            system: A client with the secret key. It makes the assistant's login; runs are carried out with that login.
            model: The language model; None carries runs out without one.
            vectors: What makes the vectors of questions; None compares words alone.
            timeout: Seconds for all that the model does for a run, 1 to 3000.
            email: The address of the assistant's login; by default that of the edge functions.

        Raises:
            ConfigurationError: The package ``openai`` is not installed.
        """
        self._login = AssistantLogin(system, email=email)
        self._model, self._vectors, self._timeout = model, vectors, timeout
        self._chat = Chat(first_byte=timeout) if model is not None else None
        self._is_interrupted = False

    def close(self) -> None:
        """Close the connections."""
        self._login.close()
        if self._chat is not None:
            self._chat.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def interrupt(self) -> None:
        """From another thread: give the present run back instead of waiting for the model."""
        self._is_interrupted = True
        if self._chat is not None:
            self._chat.interrupt()

    def work_waiting(
        self,
        *,
        is_stopping: Callable[[], bool] = lambda: False,
        on_run: Callable[[RunReport], None] = lambda _: None,
    ) -> list[RunReport]:
        """Carry out the runs that wait, until none is left that nobody else has.

        Args:
            is_stopping: Asked before each run; when true, the work ends.
            on_run: Called with what became of each run.

        Raises:
            ConfigurationError: The assistant cannot sign in.
            HelpdeskError: The helpdesk cannot be reached.
        """
        done: list[RunReport] = []
        while not self._is_interrupted and not is_stopping():
            lease = self._lease()
            if lease is None:
                break
            # The run's id leads from the worker's log to the platform's.
            with client_request_id(lease.run_id):
                done.append(self._work(lease))
            on_run(done[-1])
        return done

    def _lease(self) -> Lease | None:
        seconds = int(self._timeout) + _LEASE_MARGIN
        try:
            found = Runs(self._login.client()._driver).lease(max_rows=1, lease_seconds=seconds)
        except (AuthenticationError, ForbiddenError):
            # An admin may have changed the login: prepare it once more.
            self._login.forget()
            found = Runs(self._login.client()._driver).lease(max_rows=1, lease_seconds=seconds)
        return next(iter(found), None)

    def _work(self, lease: Lease) -> RunReport:
        """Carry a leased run out, whatever happens on the way. What cannot be done now goes back to the queue."""
        runs = Runs(self._login.client()._driver)
        work = Work(runs, lease, self._chat, self._model, self._vectors, self._timeout)
        try:
            reason, problem = work.do()
            outcome: Any = "answered" if reason is None else "without_model"
            return RunReport(lease.run_id, lease.kind, outcome, reason, problem)
        except (LeaseLostError, ConversationMovedError) as error:
            return RunReport(lease.run_id, lease.kind, "lost", error.reason)
        except InterruptionError:
            problem = "The worker was stopped"
        except ApiError as error:
            problem = f"The project answered {error.status}"
        except HelpdeskError as error:
            problem = type(error).__name__
        except Exception as error:
            # Of a fault the name alone: its text may hold what a customer wrote.
            problem = type(error).__name__
            logger.debug("run %s", lease.run_id, exc_info=True)
        try:
            runs.call(lease, "release_run", problem=problem)
        except HelpdeskError as error:
            # Its lease ends by itself.
            problem = f"{problem}; it was not given back: {type(error).__name__}"
        return RunReport(lease.run_id, lease.kind, "released", problem=problem)
