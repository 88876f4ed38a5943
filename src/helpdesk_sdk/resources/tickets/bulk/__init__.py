"""Many tickets at once: each item is carried out by itself, and has its own result."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from .... import _limits as limits
from .... import _validation as check
from ...._http.flow import Flow
from ...._http.resource import Driver, Resource, call
from ...._ids import new_id
from ...._sentinels import Unset
from ....bulk import BulkResults
from ....models.messages import Message
from ....models.tickets import Channel, Priority, Status, Ticket
from ..._references import find_team_id, find_user_id
from ..fields import sent_values
from ..revisions import checked_changes, seen_revision
from .requests import Progress, named, only
from .same_change import SameChange

_CREATE = frozenset(
    ("title", "description", "id", "priority", "team", "requester", "channel", "external_id", "custom_fields", "tags")
)
_CHANGES = ("title", "description", "priority", "status", "custom_fields", "external_id", "snoozed_until")


class _Names:
    """The ids of teams and people, each looked up once a call."""

    def __init__(self, resource: Resource[Any]) -> None:
        self._resource = resource
        self._known: dict[tuple[str, Any], UUID] = {}

    def find(self, field: str, value: Any) -> Flow[UUID]:
        """The id of a team or a person."""
        key = (field, value if isinstance(value, str | UUID) else id(value))
        if key not in self._known:
            look = find_team_id if field == "team" else find_user_id
            self._known[key] = yield from look(self._resource, field, value)
        return self._known[key]


class TicketBulk(SameChange[Driver]):
    """The part of ``hd.tickets`` that changes many tickets at once."""

    @call
    def create_many(
        self,
        items: Iterable[Mapping[str, Any]],
        *,
        on_progress: Progress | None = None,
        raise_on_failure: bool = True,
    ) -> Flow[BulkResults]:
        """Open many tickets. Each item is a dict with the arguments of ``create``; ``title`` is required.

        Give each item an ``id`` or an ``external_id`` to be able to repeat the whole call: there is one ticket each.

        Args:
            items: The tickets to open, e.g. ``[{"title": "Broken", "external_id": "shop:1017"}]``.
            on_progress: Is called after each request with the number of items that are done, and of all.
            raise_on_failure: Whether an item that failed raises an error at the end; otherwise look at ``.failed``.

        Raises:
            BulkFailedError: At least one item failed; ``.results`` has all results. The others were carried out.
            UnknownOutcomeError: No response came: repeat the whole call.
        """

        def prepare(item: Mapping[str, Any]) -> dict[str, Any]:
            only(item, _CREATE)
            sent: dict[str, Any] = {
                "action": "create",
                "ticket_id": str(check.identifier("id", item["id"]) if item.get("id") is not None else new_id()),
                "title": check.name("title", item.get("title"), 1, limits.TITLE_MAX),
                "description": check.text("description", item.get("description", ""), 0, limits.BODY_MAX),
                "channel": check.choice("channel", item.get("channel", Channel.API), Channel),
            }
            if item.get("priority") is not None:
                sent["priority"] = check.choice("priority", item["priority"], Priority)
            if item.get("external_id") is not None:
                sent["external_id"] = check.text("external_id", item["external_id"], 1, limits.EXTERNAL_ID_MAX)
            if item.get("custom_fields") is not None:
                sent["custom_fields"] = sent_values(item["custom_fields"])
            if chosen := check.tags("tags", item.get("tags", ())):
                sent["tags"] = chosen
            return sent

        names = _Names(self)

        def resolve(item: Mapping[str, Any], sent: dict[str, Any]) -> Flow[None]:
            for field, column in (("team", "team_id"), ("requester", "requester_id")):
                if item.get(field) is not None:
                    sent[column] = str((yield from names.find(field, item[field])))

        return (yield from self._bulk(items, prepare, Ticket, on_progress, raise_on_failure, resolve))

    @call
    def update_many(
        self,
        items: Iterable[Mapping[str, Any]],
        *,
        on_progress: Progress | None = None,
        raise_on_failure: bool = True,
    ) -> Flow[BulkResults]:
        """Change many tickets. Each item is a dict with ``ticket`` and the arguments of ``update``.

        A Ticket carries its revision: it is changed only if nobody has changed it since. The call can be repeated.

        Args:
            items: The changes, e.g. ``[{"ticket": 42, "priority": "high"}, {"ticket": 43, "status": "resolved"}]``.
            on_progress: Is called after each request with the number of items that are done, and of all.
            raise_on_failure: Whether an item that failed raises an error at the end; otherwise look at ``.failed``.

        Raises:
            BulkFailedError: At least one item failed; ``.results`` has all results. The others were carried out.
            UnknownOutcomeError: No response came: repeat the whole call.
        """

        def prepare(item: Mapping[str, Any]) -> dict[str, Any]:
            only(item, {"ticket", "revision", *_CHANGES})
            changes = checked_changes(*(item.get(name, Unset.UNSET) for name in _CHANGES))
            seen = seen_revision(item["ticket"], item.get("revision"), changes=changes)
            return {"action": "update", **named(item), "changes": changes, "revision": seen.number}

        return (yield from self._bulk(items, prepare, Ticket, on_progress, raise_on_failure))

    @call
    def reply_many(
        self,
        items: Iterable[Mapping[str, Any]],
        *,
        on_progress: Progress | None = None,
        raise_on_failure: bool = True,
    ) -> Flow[BulkResults]:
        """Reply to many tickets. Each item is a dict with ``ticket`` and ``body``, and perhaps ``status`` and ``id``.

        The reply to a Ticket is refused when there are newer messages than it knows; the reply to a number or an id is
        sent whatever was written. Give each item an ``id`` to be able to repeat the whole call.

        Args:
            items: The replies, e.g. ``[{"ticket": 42, "body": "It is fixed.", "status": "resolved"}]``.
            on_progress: Is called after each request with the number of items that are done, and of all.
            raise_on_failure: Whether an item that failed raises an error at the end; otherwise look at ``.failed``.

        Raises:
            BulkFailedError: At least one item failed; ``.results`` has all results. The others were carried out.
            UnknownOutcomeError: No response came: repeat the whole call.
        """

        def prepare(item: Mapping[str, Any]) -> dict[str, Any]:
            only(item, {"ticket", "body", "status", "id"})
            sent = {
                "action": "reply",
                **named(item),
                "body": check.text("body", item.get("body"), 1, limits.BODY_MAX),
                "message_id": str(check.identifier("id", item["id"]) if item.get("id") is not None else new_id()),
            }
            if item.get("status") is not None:
                sent["status"] = check.choice("status", item["status"], Status)
            if isinstance(item["ticket"], Ticket):
                last = item["ticket"].last_message_id
                sent["expected_last_message"] = None if last is None else str(last)
            return sent

        return (yield from self._bulk(items, prepare, Message, on_progress, raise_on_failure))
