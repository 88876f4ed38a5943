"""`zenpy_client.tickets`."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from helpdesk_sdk import LATEST, UserNotFoundError
from helpdesk_sdk import Ticket as OurTicket

from ._results import Results, count_all, job
from ._values import PRIORITIES, STATUSES, Values, ours
from .lib.api_objects import Audit, Comment, JobStatus, Ticket, TicketAudit, User
from .lib.exception import ZenpyException, translated

_READ_ONLY = {"id", "created_at", "updated_at", "url", "via", "raw_subject", "fields", "submitter_id", "submitter"}
_KNOWN = {
    *("subject", "description", "status", "priority", "tags", "external_id", "comment", "custom_fields"),
    *("requester_id", "requester", "assignee_id", "assignee", "group_id", "group"),
}


class Tickets:
    """Reads and changes tickets, as Zenpy's ``tickets`` does."""

    def __init__(self, values: Values) -> None:
        self._values = values
        self._hd = values.hd

    def __call__(self, id: object = None, ids: Iterable[object] | None = None, **_: Any) -> Any:
        """All tickets that you work, newest first; one ticket; or several.

        Args:
            id: The number of one ticket.
            ids: The numbers of several tickets.

        Raises:
            RecordNotFoundException: There is no such ticket.
        """
        if id is not None:
            return self._values.ticket(self._get(id))
        if ids is not None:
            return [self._values.ticket(self._get(one)) for one in ids]
        return Results(lambda: map(self._values.ticket, self._hd.tickets.list()), lambda: count_all(self._hd))

    def create(self, ticket: Ticket | list[Ticket]) -> Any:
        """Open a ticket, or several.

        Args:
            ticket: What the ticket has: ``subject``, ``description`` or ``comment``, ``requester_id`` or ``requester``
                (a ``User``, who is made if the e-mail address is new), ``status``, ``priority``, ``tags``,
                ``group_id``, ``assignee_id``, ``external_id``, ``custom_fields``.

        Returns:
            A ``TicketAudit``; a ``JobStatus`` for a list.

        Raises:
            APIException: The helpdesk refuses a value.
            ZenpyException: The ticket has an attribute without counterpart here.
        """
        if isinstance(ticket, list):
            return job("create", ticket, self.create)
        _only_known(ticket)
        first = ticket.comment
        body = ticket.description or (first.body if first is not None and first.public is not False else "") or ""
        with translated():
            made = self._hd.tickets.create(
                ticket.subject or body[:100] or "No subject",
                body,
                requester=self._requester(ticket),
                team=self._team_id(ticket),
                priority=None if ticket.priority is None else _priority(ticket.priority),
                external_id=ticket.external_id,
                custom_fields=self._values.field_values(ticket.custom_fields or ()),
                tags=ticket.tags or (),
            )
            if first is not None and (first.public is False or ticket.description):
                self._write(made, first, None)
            made = self._route(
                self._hd.tickets.get(made.ticket_id), ticket, ticket._dirty & {"assignee", "assignee_id"}
            )
            if ticket.status not in (None, "new", "open"):
                made = self._hd.tickets.update(made, status=_status(ticket.status))
        return self._audit(made)

    def update(self, ticket: Ticket | list[Ticket]) -> Any:
        """Send what a script has set on a ticket, or on several.

        A ``comment`` is a message, or a note if it is not ``public``. A ticket that somebody else has changed since it
        was read is refused, as with Zendesk's ``safe_update``.

        Args:
            ticket: A ticket that was read, or one with an ``id``.

        Returns:
            A ``TicketAudit``; a ``JobStatus`` for a list.

        Raises:
            APIException: The helpdesk refuses a value, or the ticket has changed.
            RecordNotFoundException: There is no such ticket.
            ZenpyException: An attribute has no counterpart here.
        """
        if isinstance(ticket, list):
            return job("update", ticket, self.update)
        _only_known(ticket)
        changed = set(ticket._dirty)
        if changed & {"requester", "requester_id", "description"}:
            raise ZenpyException("requester and description of a ticket are not changed here")
        with translated():
            now = ticket.__dict__.get("_source") or self._get(ticket.id)
            now = self._route(now, ticket, changed)
            now = self._change(now, ticket, changed)
            if "tags" in changed:
                self.set_tags(now.number, ticket.tags or [])
            if "comment" in changed and ticket.comment is not None:
                self._write(now, ticket.comment, ticket.status if "status" in changed else None)
            return self._audit(self._hd.tickets.get(now.ticket_id))

    def comments(self, ticket: Ticket | int | str, **_: Any) -> Results[Comment]:
        """The description, the messages and, for those who work the ticket, the notes; oldest first.

        Args:
            ticket: The ticket, or its number.

        Raises:
            RecordNotFoundException: There is no such ticket.
        """
        found = self._get(ticket)

        def read() -> Iterable[Comment]:
            key = str(found.ticket_id)
            yield self._values.text(key, found.description, found.created_by, found.created_at, public=True)
            for entry in self._hd.tickets.timeline(found):
                if entry.body is not None:
                    is_public = entry.kind == "message"
                    yield self._values.text(entry.id, entry.body, entry.author_id, entry.at, public=is_public)

        return Results(read)

    def add_tags(self, id: object, tags: Iterable[str]) -> list[str]:
        """Add tags; the tags that the ticket has then.

        Args:
            id: The ticket's number, or the ticket.
            tags: The tags.
        """
        return self._tags(id, add=tags)

    def delete_tags(self, id: object, tags: Iterable[str]) -> list[str]:
        """Remove tags; the tags that the ticket has then.

        Args:
            id: The ticket's number, or the ticket.
            tags: The tags.
        """
        return self._tags(id, remove=tags)

    def set_tags(self, id: object, tags: Iterable[str]) -> list[str]:
        """Give a ticket these tags and no others; the tags that the ticket has then.

        Args:
            id: The ticket's number, or the ticket.
            tags: The tags.
        """
        with translated():
            before = set(self._hd.tickets.tags(self._get(id)))
        return self._tags(id, add=set(tags) - before, remove=before - set(tags))

    def merge(self, target: object, source: object, target_comment: str = "", source_comment: str = "") -> JobStatus:
        """Merge tickets into another one.

        Args:
            target: The ticket that goes on.
            source: The ticket that is merged, or several.
            target_comment: A note on the ticket that goes on.
            source_comment: A note on each merged ticket.

        Raises:
            APIException: The tickets have different requesters, or are not both yours to work.
        """
        sources = list(source) if isinstance(source, (list, tuple)) else [source]
        with translated():
            goes_on = self._get(target)
            for one in map(self._get, sources):
                if source_comment:
                    self._hd.notes.add(one, source_comment)
                self._hd.tickets.merge(one, goes_on)
            if target_comment:
                self._hd.notes.add(goes_on, target_comment)
        return JobStatus(status="completed", total=len(sources), progress=len(sources), results=[])

    def incremental(self, start_time: datetime | int | str, **_: Any) -> Results[Ticket]:
        """The tickets that have changed since a time, those that changed first come first.

        Args:
            start_time: A datetime, or seconds since 1970.
        """
        since = start_time
        if not isinstance(since, datetime):
            since = datetime.fromtimestamp(int(since), UTC)
        elif since.tzinfo is None:
            since = since.replace(tzinfo=UTC)
        read = self._hd.tickets.list
        return Results(lambda: map(self._values.ticket, read(updated_after=since, order="updated_at")))

    def delete(self, *_: Any) -> None:
        """Raise a ZenpyException: tickets are not deleted here."""
        raise ZenpyException("tickets are not deleted here: set status to closed")

    def _get(self, ticket: object) -> OurTicket:
        number = ticket.id if isinstance(ticket, Ticket) else ticket
        with translated():
            return self._hd.tickets.get(number)  # type: ignore[arg-type]

    def _audit(self, found: OurTicket) -> TicketAudit:
        return TicketAudit(ticket=self._values.ticket(found), audit=Audit(ticket_id=found.number, events=[]))

    def _change(self, now: OurTicket, ticket: Ticket, changed: set[str]) -> OurTicket:
        """Send the values that are columns of a ticket. The status goes with a public comment, if there is one."""
        sent: dict[str, Any] = {}
        if "subject" in changed:
            sent["title"] = ticket.subject
        if "priority" in changed:
            sent["priority"] = _priority(ticket.priority)
        if "external_id" in changed:
            sent["external_id"] = ticket.external_id
        if "custom_fields" in changed:
            sent["custom_fields"] = self._values.field_values(ticket.custom_fields or ())
        is_reply = ticket.comment is not None and ticket.comment.public is not False
        if "status" in changed and not is_reply:
            sent["status"] = _status(ticket.status)
        return self._hd.tickets.update(now, **sent) if sent else now

    def _route(self, now: OurTicket, ticket: Ticket, changed: set[str]) -> OurTicket:
        if changed & {"group", "group_id"}:
            team_id = self._team_id(ticket)
            if team_id is not None and team_id != now.team_id:
                now = self._hd.tickets.transfer(now, team_id)
        if changed & {"assignee", "assignee_id"}:
            assignee = ticket.__dict__.get("assignee") if "assignee" in changed else ticket.assignee_id
            if assignee is None:
                return self._hd.tickets.unassign(now) if now.assigned_to is not None else now
            person = self._values.person(assignee)
            if str(now.assigned_to) != person.id:
                now = self._hd.tickets.assign(now, UUID(person.id))
        return now

    def _write(self, now: OurTicket, comment: Comment, status: str | None) -> None:
        body = comment.body or comment.html_body or ""
        if comment.public is False:
            self._hd.notes.add(now.ticket_id, body)
            return
        self._hd.messages.reply(
            now.ticket_id,
            body,
            # As in Zendesk, a reply leaves the status as it is unless the script sets one.
            status=now.status if status is None else _status(status),
            expected_last_message=LATEST,
        )

    def _tags(self, id: object, add: Iterable[str] = (), remove: Iterable[str] = ()) -> list[str]:
        with translated():
            found = self._get(id)
            if added := list(add):
                self._hd.tickets.tag(found, *added)
            if removed := list(remove):
                self._hd.tickets.untag(found, *removed)
            return list(self._hd.tickets.tags(found))

    def _team_id(self, ticket: Ticket) -> UUID | None:
        team = ticket.__dict__.get("group") or ticket.group_id
        return None if team is None else UUID(self._values.team(team).id)

    def _requester(self, ticket: Ticket) -> UUID | None:
        person = ticket.__dict__.get("requester") or ticket.requester_id
        if isinstance(person, User) and person.id is None:
            if not person.email:
                raise ZenpyException("a new requester needs an e-mail address")
            try:
                return self._hd.users.get(person.email).user_id
            except UserNotFoundError:
                return self._hd.users.create_customer(person.email, person.name or "").user_id
        return None if person is None else UUID(self._values.person(person).id)


def _only_known(ticket: Ticket) -> None:
    unknown = {name for name in ticket._dirty if name not in _KNOWN | _READ_ONLY and getattr(ticket, name) is not None}
    if unknown:
        raise ZenpyException(f"tickets have no {', '.join(sorted(unknown))} here")


def _status(word: object) -> Any:
    return ours("status", word, STATUSES)


def _priority(word: object) -> Any:
    return ours("priority", word, PRIORITIES)
