"""Errors about webhooks and deliveries."""

from __future__ import annotations

from .base import NotFoundError


class WebhookNotFoundError(NotFoundError):
    """There is no such webhook."""

    reason = "webhook_not_found"


class DeliveryNotFoundError(NotFoundError):
    """There is no such delivery."""

    reason = "delivery_not_found"
