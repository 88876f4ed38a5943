"""Objects with the names and attributes of Zendesk's: what scripts read, fill in and hand back."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, datetime
from typing import Any, ClassVar

__all__ = ["Audit", "Comment", "CustomField", "Group", "JobStatus", "Ticket", "TicketAudit", "User", "Via"]


class BaseObject:
    """An object whose attributes can be read and set; it knows which of them a script has set.

    Args:
        fields: The attributes, by their names.
    """

    _FIELDS: ClassVar[tuple[str, ...]] = ()
    """The attributes that are None unless they were set."""
    _LINKS: ClassVar[tuple[str, ...]] = ()
    """The attributes that are read when they are first asked for."""

    def __init__(self, api: object = None, **fields: Any) -> None:
        del api  # The first argument of Zenpy's objects, which scripts do not give.
        self._links: dict[str, Callable[[], Any]] = {}
        self._dirty: set[str] = set()
        for name, value in fields.items():
            setattr(self, name, value)

    def __getattr__(self, name: str) -> Any:
        # Called only for attributes that were not set.
        if name in self._LINKS and name in self.__dict__.get("_links", {}):
            value = self._links[name]()
            self.__dict__[name] = value
            return value
        if name in self._FIELDS or name in self._LINKS:
            return None
        raise AttributeError(f"{type(self).__name__} has no attribute {name!r}")

    def __setattr__(self, name: str, value: Any) -> None:
        object.__setattr__(self, name, value)
        if not name.startswith("_"):
            self._dirty.add(name)

    def __repr__(self) -> str:
        return f"{type(self).__name__}(id={self.__dict__.get('id')})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, type(self)) and self.to_dict() == other.to_dict()

    __hash__ = object.__hash__

    def to_dict(self, serialize: bool = False) -> dict[str, Any]:
        """The attributes, without those that are read only when asked for.

        Args:
            serialize: Only what was set since the object was read.
        """
        names = self._dirty if serialize else self.__dict__.keys() - set(self._LINKS)
        return {name: _plain(self.__dict__[name]) for name in sorted(names) if not name.startswith("_")}

    def to_json(self, indent: int | None = 2) -> str:
        """The attributes as JSON.

        Args:
            indent: How far nested values are indented, in characters.
        """
        return json.dumps(self.to_dict(), indent=indent, default=str, sort_keys=True)

    @property
    def created(self) -> datetime | None:
        """``created_at`` as a datetime."""
        return _moment(self.created_at)

    @property
    def updated(self) -> datetime | None:
        """``updated_at`` as a datetime."""
        return _moment(self.updated_at)

    def _is_read(self, **links: Callable[[], Any]) -> None:
        """The object is as the helpdesk has it: nothing was set by the script yet."""
        self._links = links
        self._dirty = set()


class Ticket(BaseObject):
    """A ticket. ``id`` is its number; ``status`` and ``priority`` are Zendesk's words."""

    _FIELDS = (
        *(
            "id",
            "subject",
            "raw_subject",
            "description",
            "status",
            "priority",
            "type",
            "tags",
            "external_id",
            "comment",
        ),
        *("requester_id", "submitter_id", "assignee_id", "group_id", "organization_id", "brand_id", "ticket_form_id"),
        *("custom_fields", "fields", "created_at", "updated_at", "due_at", "via", "url", "is_public", "recipient"),
        *("collaborator_ids", "follower_ids", "email_cc_ids", "problem_id", "has_incidents", "satisfaction_rating"),
    )
    _LINKS = ("requester", "submitter", "assignee", "group", "organization")


class Comment(BaseObject):
    """A message (``public``), or an internal note."""

    _FIELDS = (
        *("id", "type", "body", "html_body", "plain_body", "public", "author_id", "attachments", "uploads", "via"),
        *("created_at", "updated_at", "metadata", "audit_id"),
    )
    _LINKS = ("author",)


class User(BaseObject):
    """A person. ``role`` is ``end-user``, ``agent`` or ``admin``."""

    _FIELDS = (
        *("id", "name", "email", "role", "active", "suspended", "verified", "external_id", "phone", "tags", "notes"),
        *("organization_id", "time_zone", "locale", "user_fields", "created_at", "updated_at", "url"),
    )


class Group(BaseObject):
    """A team."""

    _FIELDS = ("id", "name", "description", "default", "deleted", "is_public", "created_at", "updated_at", "url")


class CustomField(BaseObject):
    """The value of a custom field of a ticket. ``id`` is the field's key, or a number of ``Zenpy(field_keys=…)``."""

    _FIELDS = ("id", "value")


class Via(BaseObject):
    """The channel through which something came in."""

    _FIELDS = ("channel", "source")


class Audit(BaseObject):
    """What a change of a ticket was."""

    _FIELDS = ("id", "ticket_id", "author_id", "events", "created_at", "metadata")


class TicketAudit(BaseObject):
    """The result of a change: the ticket as it is now, and what the change was."""

    _FIELDS = ("ticket", "audit")


class JobStatus(BaseObject):
    """The result of a change of many tickets. The change is done: there is nothing to wait for."""

    _FIELDS = ("id", "status", "progress", "total", "message", "results", "url")


def _plain(value: Any) -> Any:
    if isinstance(value, BaseObject):
        return value.to_dict()
    if isinstance(value, (list, tuple)):
        return [_plain(one) for one in value]
    return value.isoformat() if isinstance(value, (datetime, date)) else value


def _moment(value: object) -> datetime | None:
    return datetime.fromisoformat(value) if isinstance(value, str) else None
