"""Errors about the assistant's settings, prompts and runs."""

from __future__ import annotations

from .base import ConflictError, NotFoundError


class AssistantOffError(ConflictError):
    """The assistant is switched off here."""

    reason = "assistant_off"


class PromptNotFoundError(NotFoundError):
    """There is no such prompt."""

    reason = "prompt_not_found"


class LeaseLostError(ConflictError):
    """The run is not yours, or not any more."""

    reason = "lease_lost"
