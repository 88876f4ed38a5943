"""Zendesk's values and ours: statuses, priorities, roles, and the objects that hold them."""

from __future__ import annotations

import html
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from helpdesk_sdk import Helpdesk, Message, Note
from helpdesk_sdk import Team as OurTeam
from helpdesk_sdk import Ticket as OurTicket
from helpdesk_sdk import User as OurUser

from .lib.api_objects import Comment, CustomField, Group, Ticket, User, Via
from .lib.exception import ZenpyException, translated

# In Zendesk's order, which comparisons of statuses use.
STATUSES = {
    "new": "open",
    "open": "open",
    "pending": "pending",
    "hold": "pending",
    "solved": "resolved",
    "closed": "closed",
}
PRIORITIES = {"low": "low", "normal": "medium", "high": "high", "urgent": "urgent"}
ROLES = {"end-user": "customer", "agent": "agent", "admin": "admin"}
_STATUS_NAMES = {"open": "open", "pending": "pending", "resolved": "solved", "closed": "closed"}
_PRIORITY_NAMES = {ours: theirs for theirs, ours in PRIORITIES.items()}
_ROLE_NAMES = {ours: theirs for theirs, ours in ROLES.items()}


def ours(kind: str, value: object, words: Mapping[str, str]) -> str:
    """Our word for one of Zendesk's.

    Args:
        kind: What it is, for the error.
        value: Zendesk's word.
        words: Our words by Zendesk's.

    Raises:
        ZenpyException: There is no such word.
    """
    found = words.get(str(value).lower())
    if found is None:
        raise ZenpyException(f"{kind} must be one of {', '.join(words)}, not {value!r}")
    return found


class Values:
    """Makes Zendesk's objects of ours; reads the people and teams that they link to when they are asked for."""

    def __init__(self, hd: Helpdesk, field_keys: Mapping[Any, str]) -> None:
        self.hd = hd
        self._keys = {str(number): key for number, key in field_keys.items()}
        self._numbers = {key: number for number, key in field_keys.items()}
        self._people: dict[str, User] = {}
        self._teams: dict[str, Group] = {}

    def ticket(self, found: OurTicket) -> Ticket:
        """Zendesk's shape of a ticket."""
        values = found.custom_fields | (found.staff_fields or {})
        fields = [CustomField(id=self._numbers.get(key, key), value=value) for key, value in sorted(values.items())]
        made = Ticket(
            id=found.number,
            subject=found.title,
            raw_subject=found.title,
            description=found.description,
            status=_STATUS_NAMES.get(str(found.status), str(found.status)),
            priority=_PRIORITY_NAMES.get(str(found.priority), str(found.priority)),
            tags=list(found.tags or ()),
            external_id=found.external_id,
            requester_id=str(found.created_by),
            submitter_id=str(found.created_by),
            assignee_id=None if found.assigned_to is None else str(found.assigned_to),
            group_id=str(found.team_id),
            custom_fields=fields,
            fields=fields,
            via=Via(channel=str(found.channel)),
            created_at=_text(found.created_at),
            updated_at=_text(found.updated_at),
        )
        made._is_read(
            requester=lambda: self.person(made.requester_id),
            submitter=lambda: self.person(made.submitter_id),
            assignee=lambda: None if made.assignee_id is None else self.person(made.assignee_id),
            group=lambda: self.team(made.group_id),
            organization=lambda: None,
        )
        made._source = found
        return made

    def user(self, found: OurUser) -> User:
        """Zendesk's shape of a person."""
        made = User(
            id=str(found.user_id),
            name=found.name,
            email=found.email,
            role=_ROLE_NAMES.get(str(found.role), str(found.role)),
            active=found.is_active,
            suspended=not found.is_active,
            created_at=_text(found.created_at),
            updated_at=_text(found.updated_at),
        )
        made._is_read()
        self._people[made.id] = made
        return made

    def group(self, found: OurTeam) -> Group:
        """Zendesk's shape of a team."""
        made = Group(
            id=str(found.team_id),
            name=found.name,
            description=found.description,
            default=found.is_default,
            deleted=False,
            is_public=found.is_public,
            created_at=_text(found.created_at),
            updated_at=_text(found.updated_at),
        )
        made._is_read()
        self._teams[made.id] = made
        return made

    def comment(self, found: Message | Note) -> Comment:
        """Zendesk's shape of a message or a note."""
        is_public = isinstance(found, Message)
        return self.text(
            str(found.message_id if isinstance(found, Message) else found.note_id),
            found.body,
            found.author_id,
            found.created_at,
            public=is_public,
        )

    def text(self, key: str, body: str, author_id: object, at: datetime, *, public: bool) -> Comment:
        """A comment of a ticket: its description, a message or a note."""
        author = None if author_id is None else str(author_id)
        made = Comment(
            id=key,
            type="Comment",
            body=body,
            plain_body=body,
            html_body=html.escape(body).replace("\n", "<br>"),
            public=public,
            author_id=author,
            attachments=[],
            created_at=_text(at),
        )
        made._is_read(author=lambda: None if author is None else self.person(author))
        return made

    def person(self, key: object) -> User:
        """The person of this id, or e-mail address; read once."""
        name = str(key.id if isinstance(key, User) else key)
        if name not in self._people:
            with translated():
                return self.user(self.hd.users.get(name))
        return self._people[name]

    def team(self, key: object) -> Group:
        """The team of this id or name; read once."""
        name = str(key.id if isinstance(key, Group) else key)
        if name not in self._teams:
            with translated():
                return self.group(self.hd.teams.get(name))
        return self._teams[name]

    def field_values(self, fields: Iterable[Any]) -> dict[str, Any]:
        """Our custom fields: values by key.

        Args:
            fields: CustomField objects, or mappings with ``id`` and ``value``.

        Raises:
            ZenpyException: A field is known by a number that ``field_keys`` does not name.
        """
        values = {}
        for field in fields:
            key, value = (field["id"], field["value"]) if isinstance(field, Mapping) else (field.id, field.value)
            values[self.field_key(key)] = value
        return values

    def field_key(self, number: object) -> str:
        """The key of the field that a script knows by this number.

        Args:
            number: The number, or the key itself.

        Raises:
            ZenpyException: ``field_keys`` does not name the number.
        """
        key = self._keys.get(str(number), str(number))
        if key.isdigit():
            raise ZenpyException(f"custom field {number}: name its key, Zenpy(field_keys={{{number}: 'key'}})")
        return key


def _text(moment: datetime) -> str:
    # To the second, as Zendesk writes it: scripts read it with strptime.
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
