"""Webhooks: URLs that receive events."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from .. import _limits as limits
from .. import _validation as check
from .._http.flow import Flow, Page, Reply
from .._http.keyset import Keyset, keyset_page
from .._http.resource import Driver, Resource, call, paged
from .._sentinels import UNSET, Unset
from ..errors import WebhookNotFoundError
from ..models.outbox import (
    Delivery,
    DeliveryState,
    DeliveryStateName,
    NewWebhook,
    Webhook,
    WebhookAudience,
    WebhookAudienceName,
)
from ._references import TeamRef, find_team_id
from .outbox import deliveries_page

WebhookRef = Webhook | UUID | str
"""A webhook: a Webhook, or its id."""

_OLDEST = Keyset("created_at", "webhook_id", descending=False)
_TYPES_MAX = 100
_TYPE_MAX = 100
_KEEP_MAX = 2_592_000


def webhook_key(webhook: WebhookRef) -> UUID:
    """The id of a webhook."""
    if isinstance(webhook, Webhook):
        return webhook.webhook_id
    return check.identifier("webhook", webhook, "a webhook's id, or a Webhook")


class Webhooks(Resource[Driver]):
    """``hd.webhooks``: for admins: URLs that receive events, signed as Standard Webhooks says."""

    @paged
    def list(self, *, page_size: int = 100) -> Flow[Page[Webhook]]:
        """All webhooks, oldest first. People who are not admins see none.

        Args:
            page_size: Webhooks per request, 1 to 1000.
        """
        size = check.integer("page_size", page_size, 1, limits.PAGE_MAX)
        webhooks = self._rest.from_("webhooks")
        return keyset_page(self._read, lambda: webhooks.select("*"), Webhook, _OLDEST, size)

    @call
    def get(self, webhook: WebhookRef) -> Flow[Webhook]:
        """One webhook, as it is now.

        Args:
            webhook: Its id, or a Webhook to read again.

        Raises:
            WebhookNotFoundError: There is no such webhook, or you are not an admin.
        """
        query = self._rest.from_("webhooks").select("*").eq("webhook_id", webhook_key(webhook))
        found = yield from self._first_row(self._read(query), Webhook)
        if found is None:
            raise WebhookNotFoundError()
        return found

    @call
    def create(
        self,
        url: str,
        *,
        description: str = "",
        event_types: Iterable[str] = ("*",),
        team: TeamRef | None = None,
        audience: WebhookAudience | WebhookAudienceName = "staff",
    ) -> Flow[NewWebhook]:
        """Make a webhook. Its secret is in the result, and nowhere afterwards.

        Args:
            url: Where the events go: https, with a public host, port 443 or 8443.
            description: What it is for, up to 1,000 characters.
            event_types: Types of events like ``message.created``, groups like ``ticket.*``, or ``*`` for all.
            team: Only events of tickets in this team, and of tickets that leave it.
            audience: ``customer`` for only those events that the requester of a ticket may see, or ``staff`` for all.

        Raises:
            InvalidValueError: The URL is refused, or there is no such event.
            TeamNotFoundError: There is no such team.
            TooManyError: There are 100 webhooks.
            ForbiddenError: You are not an admin.
            UnknownOutcomeError: No response came: list the webhooks, and delete the one whose secret you do not have.
        """
        row = _changes(url=url, description=description, event_types=event_types, audience=audience)
        if team is not None:
            row["team_id"] = str((yield from find_team_id(self, "team", team)))
        return (yield from self._call_one(self._rpc_write("create_webhook", row, repeatable=False), NewWebhook))

    @call
    def update(
        self,
        webhook: WebhookRef,
        *,
        url: str | None = None,
        description: str | None = None,
        event_types: Iterable[str] | None = None,
        team: TeamRef | Unset | None = UNSET,
        audience: WebhookAudience | WebhookAudienceName | None = None,
        is_active: bool | None = None,
    ) -> Flow[Webhook]:
        """Change a webhook, or switch it off or on. None leaves a value as it is.

        What waits while it is off goes on when it is on again. What happens meanwhile is sent by ``replay()``.

        Args:
            webhook: The webhook: its id, or a Webhook.
            url: The new URL.
            description: The new description.
            event_types: The new types of events.
            team: The team whose events it receives; None for all events.
            audience: ``customer`` or ``staff``.
            is_active: False switches it off, True on, also after it was switched off by itself.

        Raises:
            InvalidValueError: A value is refused, or none is given.
            TeamNotFoundError: There is no such team.
            WebhookNotFoundError: There is no such webhook, or you are not an admin.
        """
        row = _changes(url=url, description=description, event_types=event_types, audience=audience)
        if is_active is not None:
            row["is_active"] = check.boolean("is_active", is_active)
        if not row and isinstance(team, Unset):
            raise check.invalid("url", "or description, event_types, team, audience or is_active must be given")
        if not isinstance(team, Unset):
            row["team_id"] = None if team is None else str((yield from find_team_id(self, "team", team)))
        query = self._rest.from_("webhooks").update(row).eq("webhook_id", webhook_key(webhook))
        changed = yield from self._first_row(self._write(query), Webhook)
        if changed is None:
            raise WebhookNotFoundError()
        return changed

    @call
    def rotate(self, webhook: WebhookRef, *, keep_seconds: int = 86_400) -> Flow[NewWebhook]:
        """Make a new secret. It is in the result, and nowhere afterwards.

        Args:
            webhook: The webhook: its id, or a Webhook.
            keep_seconds: How long the former secret signs, too; 0 ends it at once, at most 2,592,000 (30 days).

        Raises:
            WebhookNotFoundError: There is no such webhook.
            ForbiddenError: You are not an admin.
            UnknownOutcomeError: No response came: rotate again, or the secret may be one that you do not have.
        """
        keep = check.integer("keep_seconds", keep_seconds, 0, _KEEP_MAX)
        arguments = {"webhook_id": webhook_key(webhook), "keep_seconds": keep}
        request = self._rpc_write("rotate_webhook_secret", arguments, repeatable=False)
        return (yield from self._call_one(request, NewWebhook))

    @call
    def test(self, webhook: WebhookRef) -> Flow[Delivery]:
        """Send an event ``webhook.test`` to this webhook alone, also while it is off.

        Args:
            webhook: The webhook: its id, or a Webhook.

        Returns:
            The delivery; ``hd.outbox.get()`` reads how it went.

        Raises:
            WebhookNotFoundError: There is no such webhook.
            ForbiddenError: You are not an admin.
            UnknownOutcomeError: No response came: perhaps the event is on its way.
        """
        request = self._rpc_write("test_webhook", {"webhook_id": webhook_key(webhook)}, repeatable=False)
        return (yield from self._call_one(request, Delivery))

    @paged
    def deliveries(
        self,
        webhook: WebhookRef,
        *,
        state: DeliveryState | DeliveryStateName | Sequence[DeliveryState | DeliveryStateName] | None = None,
        page_size: int = 100,
    ) -> Flow[Page[Delivery]]:
        """The deliveries of a webhook, newest first: at least those of the last 30 days.

        Args:
            webhook: The webhook: its id, or a Webhook.
            state: Only those in this state, or one of these, e.g. ``dead``.
            page_size: Deliveries per request, 1 to 1000.
        """
        size = check.integer("page_size", page_size, 1, limits.PAGE_MAX)
        states = None if state is None else check.choices("state", state, DeliveryState)
        return deliveries_page(self, {"kind": "webhook", "target_id": str(webhook_key(webhook))}, states, size)

    @call
    def replay(
        self,
        webhook: WebhookRef,
        *,
        since: datetime | None = None,
        until: datetime | None = None,
        dead: bool = False,
    ) -> Flow[int]:
        """Send again: every event of a time that the webhook asks for, or dead deliveries.

        Also sent is what happened while the webhook was off. Receivers know a replay by its id, which is the same.

        Args:
            webhook: The webhook: its id, or a Webhook.
            since: The beginning of the time, by when the events happened.
            until: The end of the time, which is not part of it; None for now.
            dead: Only dead deliveries: of that time, or all without ``since`` and ``until``.

        Returns:
            How many deliveries are queued.

        Raises:
            InvalidValueError: Neither ``since`` nor ``dead`` is given.
            TooManyError: There are more than 10,000: replay a shorter time.
            WebhookNotFoundError: There is no such webhook.
            ForbiddenError: You are not an admin.
        """
        if not check.boolean("dead", dead) and since is None:
            raise check.invalid("since", "or dead must be given")
        arguments: dict[str, Any] = {"webhook_id": webhook_key(webhook), "dead": dead}
        for name, moment in (("since", since), ("until", until)):
            if moment is not None:
                arguments[name] = check.timestamp(name, moment)
        return (yield from self._call_one(self._rpc_write("replay_deliveries", arguments), int))

    @call
    def delete(self, webhook: WebhookRef) -> Flow[None]:
        """Delete a webhook with its deliveries.

        Args:
            webhook: The webhook: its id, or a Webhook.

        Raises:
            WebhookNotFoundError: There is no such webhook, or you are not an admin.
        """
        query = self._rest.from_("webhooks").delete().eq("webhook_id", webhook_key(webhook))
        reply: Reply = yield self._write(query)
        # After a repeated attempt it is deleted, whichever attempt did it.
        if not reply.rows(Webhook) and reply.attempts == 1:
            raise WebhookNotFoundError()


def _changes(
    url: str | None,
    description: str | None,
    event_types: Iterable[str] | None,
    audience: WebhookAudience | WebhookAudienceName | None,
) -> dict[str, Any]:
    row: dict[str, Any] = {}
    if url is not None:
        row["url"] = check.text("url", url, 1, limits.URL_MAX)
    if description is not None:
        row["description"] = check.text("description", description, 0, limits.TEAM_DESCRIPTION_MAX)
    if event_types is not None:
        if isinstance(event_types, str | Mapping) or not isinstance(event_types, Iterable):
            raise check.invalid("event_types", "must be a list of types, like ['ticket.*', 'message.created']")
        row["event_types"] = [check.text("event_types", one, 1, _TYPE_MAX) for one in event_types]
        if not 1 <= len(row["event_types"]) <= _TYPES_MAX:
            raise check.invalid("event_types", f"must be 1 to {_TYPES_MAX} types")
    if audience is not None:
        row["audience"] = check.choice("audience", audience, WebhookAudience)
    return row
