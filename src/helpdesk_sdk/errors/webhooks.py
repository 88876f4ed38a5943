"""Errors of programs that receive webhooks."""

from __future__ import annotations

from .base import HelpdeskError


class WebhookVerificationError(HelpdeskError):
    """The request was not signed with this secret, or not now."""
