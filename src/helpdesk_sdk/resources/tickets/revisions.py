"""How a ticket is changed without overwriting a change of somebody else: revisions, and repeated attempts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ... import _limits as limits
from ... import _validation as check
from ..._http.flow import Flow, Reply
from ..._http.resource import Resource
from ..._sentinels import Latest, Unset
from ...errors import (
    AlreadyAnsweredError,
    AlreadyAssignedError,
    ConflictError,
    ForbiddenError,
    StaleRevisionError,
    TicketClosedError,
    TicketNotFoundError,
    UnknownOutcomeError,
)
from ...models.base import Model
from ...models.events import EventType
from ...models.tickets import Priority, PriorityName, Status, StatusName, Ticket
from .._references import TicketRef, by_key, fetch_me, no_such, ticket_key
from .fields import same_values, sent_values

Revision = int | Latest | None

_REVISION_MAX = 2**31 - 1
_TEXTS = ("title", "description")
# Own replies that a Ticket may be behind.
_OWN_REPLIES_MAX = 100
# Conflicts about the state of a ticket: the error carries the ticket as it is now.
_ABOUT_THE_TICKET = (StaleRevisionError, AlreadyAssignedError, AlreadyAnsweredError, TicketClosedError)


@dataclass(frozen=True, slots=True)
class SeenRevision:
    """The revision that a change is based on."""

    number: int | None
    """The revision; None to change the ticket at any revision."""
    from_ticket: bool = False
    """Whether the revision is that of a Ticket, and not one that the caller named."""


ANY_REVISION = SeenRevision(None)


def seen_revision(ticket: TicketRef, revision: Revision, *, changes: Mapping[str, Any] | None = None) -> SeenRevision:
    """The revision that the caller has seen. By number or id none is needed, but for a text that somebody may have
    rewritten: every other change names the state that the ticket shall have.

    Raises:
        InvalidValueError: It is missing.
    """
    if revision is Latest.LATEST:
        return ANY_REVISION
    if revision is not None:
        return SeenRevision(check.integer("revision", revision, 1, _REVISION_MAX))
    if isinstance(ticket, Ticket):
        return SeenRevision(ticket.revision, from_ticket=True)
    text = next((name for name in _TEXTS if name in (changes or ())), None)
    if text is not None:
        key = ticket_key(ticket)
        error = check.invalid("revision", f"is missing: the new {text} may overwrite somebody else's")
        shown = key if isinstance(key, int) else f'"{key}"'
        error.hint = (
            f"hd.tickets.update(hd.tickets.get({shown}), {text}=…), or with revision=LATEST to overwrite any revision."
        )
        raise error
    return ANY_REVISION


def checked_changes(
    title: str | Unset,
    description: str | Unset,
    priority: Priority | PriorityName | Unset,
    status: Status | StatusName | Unset,
    custom_fields: Mapping[str, Any] | Unset,
    external_id: str | Unset | None,
    snoozed_until: datetime | Unset | None,
) -> dict[str, Any]:
    """The columns to write, after a check of their values."""
    changes: dict[str, Any] = {}
    if title is not Unset.UNSET:
        changes["title"] = check.name("title", title, 1, limits.TITLE_MAX)
    if description is not Unset.UNSET:
        changes["description"] = check.text("description", description, 0, limits.BODY_MAX)
    if priority is not Unset.UNSET:
        changes["priority"] = check.choice("priority", priority, Priority)
    if status is not Unset.UNSET:
        changes["status"] = check.choice("status", status, Status)
    if custom_fields is not Unset.UNSET:
        changes["custom_fields"] = sent_values(custom_fields)
    if external_id is not Unset.UNSET:
        key = None if external_id is None else check.text("external_id", external_id, 1, limits.EXTERNAL_ID_MAX)
        changes["external_id"] = key
    if snoozed_until is not Unset.UNSET:
        changes["snoozed_until"] = None if snoozed_until is None else check.timestamp("snoozed_until", snoozed_until)
    if not changes:
        raise check.invalid("changes", "are missing: name at least one field to change")
    return changes


# The table itself has no columns of tags and of staff's fields.
WHOLE = ("*", "tags:ticket_tags(tag)", "staff_fields:ticket_staff_fields(staff_fields)")


def current_ticket(resource: Resource[Any], ticket: TicketRef) -> Flow[Ticket | None]:
    """The ticket as it is now, with its tags."""
    return (yield from resource._first_row(resource._read(by_key(_tickets(resource), ticket)), Ticket))


def ticket_where(resource: Resource[Any], column: str, value: str) -> Flow[Ticket | None]:
    """The ticket with this value in a column."""
    return (yield from resource._first_row(resource._read(_tickets(resource).eq(column, value)), Ticket))


def _tickets(resource: Resource[Any]) -> Any:
    return resource._rest.from_("tickets").select(*WHOLE).limit(1)


def patch_ticket(
    resource: Resource[Any], ticket: TicketRef, changes: Mapping[str, Any], seen: SeenRevision
) -> Flow[Ticket]:
    """Write columns of a ticket, if it is still at this revision."""
    return (
        yield from _allow_own_replies(resource, lambda number: _patch_once(resource, ticket, changes, number), seen)
    )


def _patch_once(
    resource: Resource[Any], ticket: TicketRef, changes: Mapping[str, Any], revision: int | None
) -> Flow[Ticket]:
    query = by_key(resource._rest.from_("tickets").update(dict(changes)), ticket)
    if revision is not None:
        query = query.eq("revision", revision)
    reply: Reply = yield resource._write(query, accepts=(ConflictError,))
    if reply.error is None:
        changed = reply.first_row(Ticket)
        if changed is not None:
            return changed
    return (yield from _resolve_conflict(resource, ticket, reply, changes, revision))


def route_ticket(
    resource: Resource[Any],
    function: str,
    ticket: TicketRef,
    arguments: Mapping[str, Any],
    seen: SeenRevision,
    wanted: Mapping[str, Any],
) -> Flow[Ticket]:
    """Call a function that moves a ticket, if it is still at this revision; ``wanted``: its columns after that."""

    def attempt(number: int | None) -> Flow[Ticket]:
        return _route_once(resource, function, ticket, arguments, number, wanted)

    return (yield from _allow_own_replies(resource, attempt, seen))


def _route_once(
    resource: Resource[Any],
    function: str,
    ticket: TicketRef,
    arguments: Mapping[str, Any],
    revision: int | None,
    wanted: Mapping[str, Any],
) -> Flow[Ticket]:
    given = dict(arguments) if revision is None else {**arguments, "revision": revision}
    out_of_reach = (TicketNotFoundError, ForbiddenError)
    reply: Reply = yield resource._rpc_write(function, given, accepts=(*_ABOUT_THE_TICKET, *out_of_reach))
    if reply.error is None:
        return reply.value(Ticket)
    if isinstance(reply.error, out_of_reach) and reply.attempts > 1:
        return (yield from _after_lost_move(resource, ticket, reply, wanted, revision))
    return (yield from _resolve_conflict(resource, ticket, reply, wanted, revision))


class _Reply(Model):
    ticket_revision: int


def _allow_own_replies(
    resource: Resource[Any], attempt: Callable[[int | None], Flow[Ticket]], seen: SeenRevision
) -> Flow[Ticket]:
    """Attempt a change; when the Ticket is behind only by the caller's own replies, attempt it again from there."""
    try:
        return (yield from attempt(seen.number))
    except StaleRevisionError as error:
        stale = error
    if seen.number is None or not seen.from_ticket or stale.current is None or resource._session_store.is_system:
        raise stale
    revisions = range(seen.number + 1, stale.current.revision + 1)
    if not 0 < len(revisions) <= _OWN_REPLIES_MAX:
        raise stale
    me = yield from fetch_me(resource)
    # Each reply logs one such event, with the revision that the reply produced.
    query = resource._rest.from_("events").select("ticket_revision").eq("ticket_id", stale.current.ticket_id)
    query = query.eq("type", EventType.MESSAGE_CREATED).eq("actor_id", me.user_id)
    query = query.gte("ticket_revision", revisions[0]).lte("ticket_revision", revisions[-1]).limit(len(revisions))
    replies: Reply = yield resource._read(query)
    if {reply.ticket_revision for reply in replies.rows(_Reply)} != set(revisions):
        raise stale
    return (yield from attempt(stale.current.revision))


def _after_lost_move(
    resource: Resource[Any], ticket: TicketRef, reply: Reply, wanted: Mapping[str, Any], revision: int | None
) -> Flow[Ticket]:
    """The repeated attempt was refused: the first may have moved the ticket out of the caller's sight."""
    current = yield from current_ticket(resource, ticket)
    if current is None:
        raise UnknownOutcomeError(
            "The connection broke before the response came, and now you may not see the ticket",
            hint="Most likely the ticket was moved: ask a member of the other team.",
        )
    if wanted and _already_applied(current, wanted, revision):
        return current
    return reply.value(Ticket)


def _resolve_conflict(
    resource: Resource[Any], ticket: TicketRef, reply: Reply, wanted: Mapping[str, Any], revision: int | None
) -> Flow[Ticket]:
    """No row was changed: raise the reason, with the ticket as it is now; unless a lost attempt of ours changed it."""
    if isinstance(reply.error, TicketNotFoundError):
        raise no_such(ticket)
    current = yield from current_ticket(resource, ticket)
    if reply.error is None and current is None:
        raise no_such(ticket)
    stale = reply.error is None or isinstance(reply.error, StaleRevisionError)
    if (
        current is not None
        and stale
        and reply.attempts > 1
        and revision is not None
        and _already_applied(current, wanted, revision)
    ):
        return current
    error = reply.error or StaleRevisionError(
        hint="error.current is the ticket as it is now: repeat the change with it, if the change still makes sense."
    )
    if isinstance(error, ConflictError):
        error.current = current
    raise error


def _already_applied(current: Ticket, wanted: Mapping[str, Any], revision: int | None) -> bool:
    """Whether the ticket is one revision further and has the wanted values: the lost attempt was carried out."""
    if revision is not None and current.revision != revision + 1:
        return False
    for field, value in wanted.items():
        if field == "custom_fields":
            if not same_values(current, value):
                return False
            continue
        now = getattr(current, field)
        if isinstance(now, datetime) and isinstance(value, str):
            value = datetime.fromisoformat(value)
        if now != value:
            return False
    return True
