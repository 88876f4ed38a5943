"""Zendesk: which of its objects a value is, and what belongs together."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from .envelopes import Found, dumped
from .items import RefusedItemError
from .stage import Staged
from .texts import identifier

# By the key of a page. What is None is counted and left out.
KEYS: dict[str, str | None] = {
    "tickets": "ticket",
    "ticket": "ticket",
    "users": "user",
    "user": "user",
    "groups": "group",
    "group": "group",
    "ticket_fields": "field",
    "ticket_field": "field",
    "comments": "comment",
    "comment": "comment",
    "ticket_comments": "comment",
    "audits": "audit",
    "ticket_audits": "audit",
    "audit": "audit",
    "ticket_events": "ticket_event",
    "deleted_tickets": "deleted",
    "organizations": None,
    "organization": None,
    "organization_memberships": None,
    "suspended_tickets": None,
    "group_memberships": None,
    "identities": None,
    "macros": None,
    "ticket_forms": None,
    "brands": None,
    "satisfaction_ratings": None,
    "ticket_metrics": None,
    "ticket_metric_events": None,
    "metric_sets": None,
    "triggers": None,
    "automations": None,
    "views": None,
    "tags": None,
    "job_statuses": None,
    "facets": None,
    "activities": None,
    "attachments": None,
    "custom_statuses": None,
    "sla_policies": None,
    "schedules": None,
    "audit_logs": None,
    "user_fields": None,
    "organization_fields": None,
}
_IN_NAME = re.compile(
    r"(suspended_tickets|deleted_tickets|ticket_fields|ticket_audits|ticket_events|ticket_comments|organizations|"
    r"tickets|users|groups|comments|audits|macros|ticket_forms|brands)(?![a-z])"
)
_TICKET_IN_NAME = re.compile(r"(?:tickets?|comments|audits)[/_-](\d+)(?=[/_.-]|$)")


def kind_of(found: Found) -> str | None:
    """What a value is; None for what is left out.

    Raises:
        RefusedItemError: It is nothing that is known.
    """
    value = found.value
    if not isinstance(value, dict):
        raise RefusedItemError("not_an_object", "this is no object")
    if found.key is not None and found.key != "results":
        if found.key in KEYS:
            return KEYS[found.key]
        raise RefusedItemError("unknown_type", f"{found.key[:40]!r} is nothing of Zendesk that is known")
    if (named := value.get("result_type")) is not None:
        if str(named) in KEYS:
            return KEYS[str(named)]
        raise RefusedItemError("unknown_type", f"result_type {str(named)[:40]!r} is unknown")
    shape = _by_shape(value)
    if shape is not None:
        return shape
    names = _IN_NAME.findall(found.place.lower())
    if names:
        return KEYS[names[-1]]
    raise RefusedItemError(
        "unknown_type", "what this is cannot be told: it is no ticket, user, group, field or comment"
    )


def _by_shape(value: dict[str, Any]) -> str | None:
    if "requester_id" in value and ("status" in value or "subject" in value):
        return "ticket"
    if "author_id" in value and "ticket_id" in value and isinstance(value.get("events"), list):
        return "audit"
    if "child_events" in value:
        return "ticket_event"
    if "author_id" in value and not {"body", "html_body", "plain_body"}.isdisjoint(value):
        return "comment"
    if "role" in value and ("email" in value or "active" in value or "verified" in value):
        return "user"
    if "type" in value and not {"raw_title", "title_in_portal"}.isdisjoint(value):
        return "field"
    return None


def staged_of(found: Found) -> Iterator[Staged]:
    """The value as objects to stage: a ticket with its comments and what was loaded with it; an audit's comments.

    Raises:
        RefusedItemError: It is nothing that is known, or has no id.
    """
    kind = kind_of(found)
    if kind is None:
        return
    value: dict[str, Any] = found.value
    id = identifier(value.get("id"))
    if kind == "audit":
        yield from _of_audit(value, found.place)
        return
    if kind == "ticket_event":
        yield from _of_ticket_event(value, found.place)
        return
    if id is None:
        raise RefusedItemError("missing_id", f"this {kind} has no id")
    if kind == "comment":
        yield _comment(value, id, _ticket_of(value, found), found.place)
        return
    if kind == "ticket":
        inside = value.pop("comments", None)
        for comment in inside if isinstance(inside, list) else ():
            if isinstance(comment, dict) and (comment_id := identifier(comment.get("id"))):
                yield _comment(comment, comment_id, id, found.place)
        for key in ("requester", "submitter", "assignee"):
            person = value.pop(key, None)
            if isinstance(person, dict) and (person_id := identifier(person.get("id"))):
                yield Staged("user", person_id, None, str(person.get("updated_at") or ""), found.place, dumped(person))
        value.pop("fields", None)
    yield Staged(kind, id, None, _version(value), found.place, dumped(value))


def _version(value: dict[str, Any]) -> str:
    """Grows with each change: the time of the last change, then the time by which exports are paged."""
    generated = value.get("generated_timestamp")
    return f"{value.get('updated_at') or ''} {generated if isinstance(generated, int) else 0:012d}"


def _ticket_of(value: dict[str, Any], found: Found) -> str:
    given = identifier(value.get("ticket_id"))
    if given is not None:
        return given
    named = _TICKET_IN_NAME.findall(found.place.replace("\\", "/").lower())
    if not named:
        raise RefusedItemError(
            "unknown_ticket",
            "the ticket of this comment is not known",
            "Put the file in tickets/NUMBER/comments.json, or export the comments with ticket_id.",
        )
    return str(named[-1])


def _comment(value: dict[str, Any], id: str, ticket: str, place: str) -> Staged:
    value.pop("metadata", None)  # Where the author was, and with which program: nobody needs it here.
    return Staged("comment", id, ticket, str(value.get("created_at") or ""), place, dumped(value))


def _of_audit(audit: dict[str, Any], place: str) -> Iterator[Staged]:
    ticket = identifier(audit.get("ticket_id"))
    for event in audit.get("events") or ():
        if isinstance(event, dict) and event.get("type") in ("Comment", "VoiceComment"):
            id = identifier(event.get("id"))
            if id is None or ticket is None:
                raise RefusedItemError("missing_id", "this audit has a comment without an id, or no ticket_id")
            filled = {"created_at": audit.get("created_at"), "author_id": audit.get("author_id")} | event
            yield _comment(filled | {"via": event.get("via") or audit.get("via")}, id, ticket, place)


def _of_ticket_event(event: dict[str, Any], place: str) -> Iterator[Staged]:
    ticket = identifier(event.get("ticket_id"))
    for child in event.get("child_events") or ():
        if isinstance(child, dict) and "Comment" in (child.get("event_type"), child.get("type")):
            id = identifier(child.get("id"))
            if id is None or ticket is None:
                raise RefusedItemError("missing_id", "this event has a comment without an id, or no ticket_id")
            filled = {"created_at": event.get("created_at"), "author_id": event.get("updater_id")} | child
            yield _comment(filled, id, ticket, place)
