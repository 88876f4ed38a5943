"""Many tickets at once: each item is carried out by itself, and has its own result."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any
from uuid import UUID

import httpx
from pydantic import TypeAdapter

from ... import _limits as limits
from ... import _validation as check
from ..._http.error_mapping import exception_for, parse_error
from ..._http.flow import Flow, Reply
from ..._http.resource import Driver, Resource, call
from ..._ids import new_id
from ..._sentinels import Unset
from ...bulk import BulkResult, BulkResults
from ...errors import ApiError
from ...models.messages import Message
from ...models.tickets import Channel, Priority, Status, Ticket
from .._references import TicketRef, UserRef, find_team_id, find_user_id, ticket_key
from .fields import sent_values
from .revisions import checked_changes, seen_revision

Progress = Callable[[int, int], None]
"""Receives how many items are done, and how many there are."""

_CHUNK = 200
_CREATE = frozenset(
    ("title", "description", "id", "priority", "team", "requester", "channel", "external_id", "custom_fields", "tags")
)
_CHANGES = ("title", "description", "priority", "status", "custom_fields", "external_id", "snoozed_until")
_STATUS = {"23502": 400, "23503": 409, "23505": 409, "22P02": 400, "22023": 400, "42501": 403}
_Prepare = Callable[[Mapping[str, Any]], dict[str, Any]]
_Resolve = Callable[[Mapping[str, Any], dict[str, Any]], Flow[None]]


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


class TicketBulk(Resource[Driver]):
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
            _only(item, _CREATE)
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
            _only(item, {"ticket", "revision", *_CHANGES})
            changes = checked_changes(*(item.get(name, Unset.UNSET) for name in _CHANGES))
            seen = seen_revision(item["ticket"], item.get("revision"), changes=changes)
            return {"action": "update", **_named(item), "changes": changes, "revision": seen.number}

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
            _only(item, {"ticket", "body", "status", "id"})
            sent = {
                "action": "reply",
                **_named(item),
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

    @call
    def tag_many(
        self,
        tickets: Iterable[TicketRef],
        *tags: str,
        on_progress: Progress | None = None,
        raise_on_failure: bool = True,
    ) -> Flow[BulkResults]:
        """Those who work the tickets: add tags to many tickets.

        Args:
            tickets: The tickets: numbers, ids or Tickets.
            tags: The tags, each of 1 to 50 characters; stored in lower case.
            on_progress: Is called after each request with the number of items that are done, and of all.
            raise_on_failure: Whether an item that failed raises an error at the end; otherwise look at ``.failed``.

        Raises:
            InvalidValueError: A tag is not valid, or none is given.
            BulkFailedError: At least one item failed; ``.results`` has all results. The others were carried out.
            UnknownOutcomeError: No response came: repeat the whole call.
        """
        chosen = check.tags("tags", tags)
        if not chosen:
            raise check.invalid("tags", "are missing")

        def prepare(item: Mapping[str, Any]) -> dict[str, Any]:
            return {"action": "tag", **_named(item), "tags": chosen}

        items = [{"ticket": ticket} for ticket in tickets]
        return (yield from self._bulk(items, prepare, None, on_progress, raise_on_failure))

    @call
    def assign_many(
        self,
        tickets: Iterable[TicketRef],
        user: UserRef | None,
        *,
        on_progress: Progress | None = None,
        raise_on_failure: bool = True,
    ) -> Flow[BulkResults]:
        """Those who work the tickets: assign many tickets to one agent, or to nobody.

        Args:
            tickets: The tickets: numbers, ids or Tickets.
            user: The assignee: a User, an id, an e-mail address, or "me"; None to unassign.
            on_progress: Is called after each request with the number of items that are done, and of all.
            raise_on_failure: Whether an item that failed raises an error at the end; otherwise look at ``.failed``.

        Raises:
            UserNotFoundError: There is nobody with this e-mail address.
            BulkFailedError: At least one item failed; ``.results`` has all results. The others were carried out.
            UnknownOutcomeError: No response came: repeat the whole call.
        """
        assignee = None if user is None else str((yield from find_user_id(self, "user", user)))

        def prepare(item: Mapping[str, Any]) -> dict[str, Any]:
            return {"action": "assign", **_named(item), "assignee_id": assignee}

        items = [{"ticket": ticket} for ticket in tickets]
        return (yield from self._bulk(items, prepare, Ticket, on_progress, raise_on_failure))

    def _bulk(
        self,
        items: Iterable[Mapping[str, Any]],
        prepare: _Prepare,
        kind: type[Ticket | Message] | None,
        on_progress: Progress | None,
        raise_on_failure: bool,
        resolve: _Resolve | None = None,
    ) -> Flow[BulkResults]:
        given = list(items)
        results: list[BulkResult] = []
        for start in range(0, len(given), _CHUNK):
            chunk = given[start : start + _CHUNK]
            sent: list[tuple[int, dict[str, Any]]] = []
            done: dict[int, BulkResult] = {}
            for index, item in enumerate(chunk, start):
                try:
                    if not isinstance(item, Mapping):
                        raise check.invalid("items", f"must be dicts, got {type(item).__name__}")
                    request = prepare(item)
                    if resolve is not None:
                        yield from resolve(item, request)
                    sent.append((index, request))
                except ApiError as error:
                    done[index] = BulkResult(index, item, error=error)
            if sent:
                outcomes = yield from _carry_out(self, [one for _, one in sent])
                for (index, request), outcome in zip(sent, outcomes, strict=True):
                    done[index] = self._result(index, given[index], request, outcome, kind)
            results += [done[index] for index in sorted(done)]
            if on_progress is not None:
                on_progress(len(results), len(given))
        found = BulkResults(results)
        if raise_on_failure:
            found.raise_for_failures()
        return found

    def _result(
        self,
        index: int,
        item: Mapping[str, Any],
        request: Mapping[str, Any],
        outcome: Mapping[str, Any],
        kind: type[Ticket | Message] | None,
    ) -> BulkResult:
        own = {"create": "ticket_id", "reply": "message_id"}.get(request["action"])
        id = None if own is None else UUID(request[own])
        if outcome.get("ok") is True:
            value = None if kind is None else TypeAdapter(kind).validate_python(outcome["value"])
            return BulkResult(index, item, id, value)
        error = outcome["error"]
        code = str(error.get("code"))
        status = int(code[2:]) if code.startswith("PT") and code[2:].isdigit() else _STATUS.get(code, 400)
        refused = parse_error(httpx.Response(status, json=error))
        return BulkResult(index, item, id, error=exception_for(refused, signed_in=True))


def _carry_out(resource: Resource[Any], items: list[dict[str, Any]]) -> Flow[list[Any]]:
    """Send items. Refusals are in the outcomes: the request itself is refused only as every request may be."""
    reply: Reply = yield resource._rpc_write("bulk_tickets", {"items": items})
    return reply.value(list)


def _named(item: Mapping[str, Any]) -> dict[str, Any]:
    """The ticket of an item, by its id or its number."""
    if item.get("ticket") is None:
        raise check.invalid("ticket", "is missing")
    key = ticket_key(item["ticket"])
    return {"ticket_id": str(key)} if isinstance(key, UUID) else {"number": key}


def _only(item: Mapping[str, Any], known: Iterable[str]) -> None:
    for name in item:
        if name not in known:
            raise check.invalid(str(name)[:50], f"is not known; an item has some of {', '.join(sorted(known))}")
    if "ticket" in known:
        _named(item)
