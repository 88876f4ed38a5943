"""Webhooks, the deliveries of the outbox, and attempts at them."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import Field, SecretStr

from .base import Model, OpenEnum


class WebhookAudience(OpenEnum):
    """Whose events a webhook receives."""

    CUSTOMER = "customer"
    STAFF = "staff"


WebhookAudienceName = Literal["customer", "staff"]


class DeliveryKind(OpenEnum):
    """What is delivered."""

    WEBHOOK = "webhook"
    EMAIL = "email"
    SLACK = "slack"


DeliveryKindName = Literal["webhook", "email", "slack"]


class DeliveryState(OpenEnum):
    """How far a delivery is."""

    QUEUED = "queued"
    LEASED = "leased"
    DONE = "done"
    FAILED = "failed"
    DEAD = "dead"
    UNKNOWN = "unknown"


DeliveryStateName = Literal["queued", "leased", "done", "failed", "dead", "unknown"]


class Webhook(Model):
    """A URL that receives events."""

    webhook_id: UUID
    """The webhook's id."""
    url: str
    """Where the events go."""
    description: str = ""
    """What the webhook is for; up to 1,000 characters."""
    event_types: tuple[str, ...]
    """The types of events that it receives; ``ticket.*`` is all of a group, ``*`` all there are."""
    team_id: UUID | None = None
    """Only events of tickets in this team, and of tickets that leave it; None: all events."""
    audience: WebhookAudience
    """``customer``: only events that the requester of a ticket may see."""
    is_active: bool
    """Whether events are sent."""
    disabled_reason: str | None = None
    """``switched_off`` by an admin, ``gone`` (the target answered 410) or ``failing`` (for five days)."""
    disabled_at: datetime | None = None
    """The time at which it was switched off; None while it is on."""
    failing_since: datetime | None = None
    """The time of the first failure since the last success; None after a success."""
    created_by: UUID | None = None
    """The admin who made it; None for the system."""
    created_at: datetime
    """The time of creation."""
    updated_at: datetime
    """The time of the last change by an admin, or of being switched off."""


class NewWebhook(Webhook):
    """A webhook with its new secret, which is shown only now."""

    secret: SecretStr
    """The secret that signs: ``secret.get_secret_value()`` begins with ``whsec_``. Store it now."""
    old_secret_expires_at: datetime | None = None
    """After a rotation: until when the former secret signs, too."""


class Delivery(Model):
    """Something that is sent, or was."""

    delivery_id: UUID
    """The delivery's id."""
    kind: DeliveryKind
    """What is delivered."""
    target_id: UUID
    """The webhook, or what else it goes to."""
    event_id: int | None = None
    """The event that it carries. The header ``webhook-id`` is ``msg_`` and this number, in every attempt."""
    ticket_id: UUID | None = None
    """The ticket of the event."""
    sequence: int
    """Its place in the event log."""
    state: DeliveryState
    """How far it is."""
    attempts: int
    """How often it was taken to be sent, since it was queued or replayed."""
    next_at: datetime | None = None
    """When it is sent next; None while its webhook is off, and at the end."""
    leased_until: datetime | None = None
    """Until when a sender has it."""
    last_status: int | None = None
    """The status of the last answer."""
    last_answer: str | None = None
    """The first 1,000 characters of the last answer."""
    last_problem: str | None = None
    """What went wrong last."""
    last_ms: int | None = None
    """How long the last attempt took, in milliseconds."""
    out_of_order: bool = False
    """Whether a later event of the same ticket was sent before it."""
    created_at: datetime
    """The time at which it was queued."""
    finished_at: datetime | None = None
    """The time of its end."""


class DeliveryAttempt(Model):
    """One attempt to deliver."""

    attempt_id: int
    """The attempt's id."""
    delivery_id: UUID
    """The delivery."""
    attempt: int
    """The number of the attempt, from 1, since the delivery was queued or replayed."""
    outcome: str
    """``done``, ``retry`` (failed), ``refused``, ``gone``, ``unknown``, or ``lost``: its sender did not come back."""
    status: int | None = None
    """The status of the answer."""
    answer: str | None = None
    """The first 1,000 characters of the answer."""
    problem: str | None = None
    """What went wrong."""
    milliseconds: int | None = None
    """How long it took."""
    created_at: datetime
    """The time of its end."""


class LeasedDelivery(Model):
    """A delivery that its receiver is to send now."""

    delivery_id: UUID
    """The delivery's id."""
    lease: UUID
    """The token by which it is settled."""
    kind: DeliveryKind
    """What is delivered."""
    target_id: UUID
    """The webhook, or what else it goes to."""
    event_id: int | None = None
    """The event that it carries."""
    ticket_id: UUID | None = None
    """The ticket of the event."""
    attempts: int
    """The number of this attempt, from 1."""
    payload: dict[str, Any] = Field(repr=False)
    """What to send, and where to. It holds secrets."""


class DeliveryClock(Model):
    """Whether the database wakes senders."""

    is_scheduled: bool
    """Whether it does."""
    pg_cron: bool
    """Whether the project has the extension pg_cron."""
    pg_net: bool
    """Whether the project has the extension pg_net."""


class KindHealth(Model):
    """What waits and what ended badly of one kind of deliveries."""

    waiting: int
    """Deliveries that wait or are being sent."""
    oldest_seconds: int | None = None
    """How long the oldest of those has waited that could be sent now; None when there is none."""
    held: int
    """Deliveries for webhooks that are off."""
    dead: int
    """Deliveries whose attempts are all used."""
    failed: int
    """Deliveries that their target refused."""
    unknown: int
    """Mails that may have been sent."""


class OutboxHealth(KindHealth):
    """What waits and what ended badly."""

    last_settled_at: datetime | None = None
    """When a sender last finished an attempt; None: not in the last 30 days."""
    webhooks_disabled: int = 0
    """Webhooks that were switched off by themselves."""
    webhooks_failing: int = 0
    """Webhooks whose last delivery failed."""
    by_kind: dict[str, KindHealth]
    """The same for each kind."""
