"""Events, and their values with their types."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any, TypeVar
from uuid import UUID

from .base import Model
from .event_types import EventName as EventName
from .event_types import EventType as EventType
from .tickets import AuthorKind, Channel, Priority, Status
from .users import Role

T = TypeVar("T")

Position = tuple[int, int]
"""A cursor in the form that compares: transaction, then event. Its text does not compare: "9.1" > "10.1"."""

# As the database accepts it.
_CURSOR = re.compile(r"([0-9]{1,18})\.([0-9]{1,18})")


def parse_cursor(cursor: object) -> Position | None:
    """The position of a cursor; None for a value that is not a valid cursor."""
    found = _CURSOR.fullmatch(cursor) if isinstance(cursor, str) else None
    return (int(found[1]), int(found[2])) if found else None


@dataclass(frozen=True, slots=True)
class Change:
    """The old and the new value of a field, as in JSON: ids and times are text. The log may leave out both."""

    old: Any
    """The value before the change; None when there was none, or when the log leaves out both."""
    new: Any
    """The value after the change; None when there is none, or when the log leaves out both."""


class Event(Model):
    """An event: a change that the log records. ``docs/events.md`` lists each type with its values.

    The values in ``data`` are also attributes with their types: ``event.message_id``, ``event.changes["status"].new``.
    An attribute is None when the event has no such value.
    """

    event_id: int
    """The event's number, unique. It does not give the order: the cursor does."""
    cursor: str
    """The event's place in the log: ``hd.events.since(event.cursor)`` returns the events after it."""
    type: EventType
    """The type, e.g. ``ticket.created``."""
    audience: str
    """``customer`` for an event that the requester may see too, else ``staff``."""
    changes_access: bool = False
    """True for an event that changes a person's rights: their role, their teams, or whether they are active."""
    ticket_id: UUID | None = None
    """The ticket; None for an event of a person or a team."""
    ticket_number: int | None = None
    """The ticket's number."""
    ticket_revision: int | None = None
    """The ticket's revision right after the change."""
    requester_id: UUID | None = None
    """The ticket's requester."""
    team_id: UUID | None = None
    """The ticket's team, right after the change."""
    assigned_to: UUID | None = None
    """The ticket's assignee, right after the change; None when nobody has the ticket."""
    actor_id: UUID | None = None
    """The person who made the change; None for the system (the secret key, a job, SQL)."""
    actor_kind: AuthorKind
    """The actor's capacity: ``customer``, ``staff``, ``assistant`` or ``system``."""
    actor_name: str
    """The actor's display name at that time."""
    data: dict[str, Any]
    """The event's values, e.g. ``{"changes": {"status": ["open", "pending"]}}``."""
    created_at: datetime
    """The time of the change."""

    @property
    def changes(self) -> Mapping[str, Change]:
        """The changed fields by name; empty for an event that changes no field."""
        given = self.data.get("changes")
        pairs = given if isinstance(given, dict) else {}
        return MappingProxyType(
            {field: Change(*pair) for field, pair in pairs.items() if isinstance(pair, list) and len(pair) == 2}
        )

    @property
    def message_id(self) -> UUID | None:
        """The id of the message of a ``message.…`` event: ``hd.messages.get(event.message_id)`` reads it."""
        return self._current("message_id", UUID)

    @property
    def author_kind(self) -> AuthorKind | None:
        """The capacity of the message's author, in ``message.…`` events; ``actor_kind`` is the actor's own."""
        return self._current("author_kind", AuthorKind)

    @property
    def note_id(self) -> UUID | None:
        """The id of the note of a ``note.…`` event: ``hd.notes.get(event.note_id)`` reads it."""
        return self._current("note_id", UUID)

    @property
    def attachment_id(self) -> UUID | None:
        """The id of the file of an ``attachment.…`` event: ``hd.attachments.get(event.attachment_id)`` reads it."""
        return self._current("attachment_id", UUID)

    @property
    def placement(self) -> str | None:
        """What the file is on: ``ticket``, ``message`` or ``note``."""
        return self._current("placement", str)

    @property
    def state(self) -> str | None:
        """The state of the file or the proposal after the change, e.g. ``clean`` or ``accepted``."""
        return self._current("state", str)

    @property
    def tag(self) -> str | None:
        """The tag that was added or removed."""
        return self._current("tag", str)

    @property
    def proposal_id(self) -> UUID | None:
        """The id of the proposal, in ``proposal.created`` and ``proposal.decided``."""
        return self._current("proposal_id", UUID)

    @property
    def kind(self) -> str | None:
        """What the proposal is, e.g. ``reply``, in ``proposal.created`` and ``proposal.decided``.

        Or what the link is, e.g. ``blocks``, in ``ticket.linked`` and ``ticket.unlinked``; or of which mails a template
        is, e.g. ``acknowledgement``, in ``email_template.…`` events;
        or ``address`` or ``domain``, in ``email_block.…`` events.
        """
        return self._current("kind", str)

    @property
    def locale(self) -> str | None:
        """The language of a template of mails, in ``email_template.…`` events."""
        return self._current("locale", str)

    @property
    def article_id(self) -> UUID | None:
        """The id of the article, in ``article.…`` events."""
        return self._current("article_id", UUID)

    @property
    def view_id(self) -> UUID | None:
        """The id of the view, in ``view.…`` events."""
        return self._current("view_id", UUID)

    @property
    def run_id(self) -> UUID | None:
        """The run, in the events of an import."""
        return self._current("run_id", UUID)

    @property
    def outcome(self) -> str | None:
        """What an import did with the ticket: ``created`` or ``updated``.

        Or what an accepted mail is: ``appended`` to the ticket, or ``created`` it.
        """
        return self._current("outcome", str)

    @property
    def webhook_id(self) -> UUID | None:
        """The webhook, in ``webhook.*``."""
        return self._current("webhook_id", UUID)

    @property
    def channel_id(self) -> UUID | None:
        """The address of the helpdesk, in ``email_channel.…`` events."""
        return self._current("channel_id", UUID)

    @property
    def inbound_id(self) -> UUID | None:
        """The mail, in ``email.…`` events about quarantine: ``hd.mail.inbound.get(event.inbound_id)`` reads it."""
        return self._current("inbound_id", UUID)

    @property
    def email_id(self) -> UUID | None:
        """The mail, in ``email.failed``, ``email.bounced`` and ``email.complained``."""
        return self._current("email_id", UUID)

    @property
    def connection_id(self) -> UUID | None:
        """The Slack workspace, in ``slack.*``."""
        return self._current("connection_id", UUID)

    @property
    def slack_channel_id(self) -> UUID | None:
        """The Slack channel, in ``slack.*`` about a channel."""
        return self._current("slack_channel_id", UUID)

    @property
    def reason(self) -> str | None:
        """Why a webhook (``gone``) or Slack was switched off, or a mail waits in quarantine or did not arrive."""
        return self._current("reason", str)

    @property
    def merge_id(self) -> UUID | None:
        """The merge, in ``ticket.merged`` and ``ticket.unmerged``."""
        return self._current("merge_id", UUID)

    @property
    def link_id(self) -> UUID | None:
        """The link, in ``ticket.linked`` and ``ticket.unlinked``."""
        return self._current("link_id", UUID)

    @property
    def source_id(self) -> UUID | None:
        """The ticket that was merged, in ``ticket.merged`` and ``ticket.unmerged``."""
        return self._current("source_id", UUID)

    @property
    def target_id(self) -> UUID | None:
        """The ticket that it was merged into; in ``assistant.exclusion_…`` the team, ticket or customer."""
        return self._current("target_id", UUID)

    @property
    def scope(self) -> str | None:
        """``team``, ``ticket`` or ``customer``, in ``assistant.exclusion_…`` events."""
        return self._current("scope", str)

    @property
    def prompt_id(self) -> UUID | None:
        """The id of the prompt's version, in ``assistant.prompt_…`` events."""
        return self._current("prompt_id", UUID)

    @property
    def task(self) -> str | None:
        """What the prompt is for, e.g. ``reply``, in ``assistant.prompt_…`` events."""
        return self._current("task", str)

    @property
    def model(self) -> str | None:
        """The name of the model, in ``embedding_model.…`` events."""
        return self._current("model", str)

    @property
    def title(self) -> str | None:
        """The ticket's title after the change."""
        return self._current("title", str)

    @property
    def status(self) -> Status | None:
        """The ticket's status after the change."""
        return self._current("status", Status)

    @property
    def priority(self) -> Priority | None:
        """The ticket's priority after the change."""
        return self._current("priority", Priority)

    @property
    def channel(self) -> Channel | None:
        """The channel through which the ticket came in, in ``ticket.created``."""
        return self._current("channel", Channel)

    @property
    def user_id(self) -> UUID | None:
        """The person who was changed, in ``user.…`` and ``team.member_…`` events; ``actor_id`` made the change."""
        return self._current("user_id", UUID)

    @property
    def role(self) -> Role | None:
        """The person's role after the change; in events of invitations, the role that is offered."""
        return self._current("role", Role)

    @property
    def invitation_id(self) -> UUID | None:
        """The id of the invitation, in ``user.invit…`` events."""
        return self._current("invitation_id", UUID)

    @property
    def about_team_id(self) -> UUID | None:
        """The team that was changed, in ``team.…`` events; ``team_id`` is the team of a ticket."""
        return _read(self.data.get("team_id"), UUID)

    @property
    def name(self) -> str | None:
        """The team's name, in ``team.…`` events; a person's new name, in ``user.updated``."""
        return self._current("name", str)

    @property
    def field_key(self) -> str | None:
        """The key of the custom field, in ``field.…`` events: ``hd.fields.get(event.field_key)`` reads it."""
        return self._current("field_key", str) or self._current("key", str)

    @property
    def value(self) -> str | None:
        """The value of the option, in ``field.option_…`` events."""
        return self._current("value", str)

    @property
    def label(self) -> str | None:
        """The new label, in ``field.…`` events."""
        return self._current("label", str)

    def _current(self, name: str, kind: Callable[[str], T]) -> T | None:
        """The present value: set in ``data``, or the new value of a change."""
        value = self.data.get(name)
        if value is None and (change := self.changes.get(name)):
            value = change.new
        return _read(value, kind)


def _read(value: object, kind: Callable[[str], T]) -> T | None:
    """A value with its type; None for a value of another type, which a newer database may have."""
    try:
        return kind(value) if isinstance(value, str) else None
    except ValueError:
        return None


class Announcement(Model):
    """The broadcast of an event: it says that there is one. Its values are in the log, for those who may read it."""

    event_id: int
    """The event's number."""
    cursor: str
    """The event's place in the log."""
    type: EventType
    """The type, e.g. ``ticket.created``."""
    changes_access: bool = False
    """True for an event that changes a person's rights, and so the topics that the person may join."""
    ticket_id: UUID | None = None
    """The ticket; None for an event of a person or a team."""
    ticket_number: int | None = None
    """The ticket's number."""
    ticket_revision: int | None = None
    """The ticket's revision right after the change."""


class EventPage(Model):
    """Events in the order of the log, and the cursor for the next page."""

    items: tuple[Event, ...]
    """The events, oldest first."""
    cursor: str
    """The place up to which the log was read: ``hd.events.since(page.cursor)`` returns the events after it."""
    more: bool
    """Whether there is more to read now. A page with ``more`` may be short, or empty."""

    def __len__(self) -> int:
        return len(self.items)

    def __iter__(self) -> Iterator[Event]:  # type: ignore[override]
        return iter(self.items)
