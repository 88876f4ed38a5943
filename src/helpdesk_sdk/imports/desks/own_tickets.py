"""The export of a helpdesk of this kind: its people and tickets as items."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from .items import Item, content_hash
from .source import moment, written
from .stage import Stage

_UNKNOWN_SINCE = "2000-01-01T00:00:00+00:00"


def known_person(stage: Stage, person: str | None) -> str | None:
    """The person, if the export has them."""
    return person if person is not None and stage.find("person", person) is not None else None


def person_item(id: str, place: str, user: Mapping[str, Any]) -> Item:
    """A person, without role and login."""
    values: dict[str, Any] = {"name": user["name"], "created_at": user["created_at"]}
    if user.get("email"):
        # The other helpdesk had verified the addresses of those who signed in.
        values |= {"email": user["email"], "email_verified": user.get("auth_user_id") is not None}
    if not user["is_active"]:
        values["is_active"] = False
    return Item("person", id, values, place)


def ticket_item(id: str, place: str, ticket: Mapping[str, Any], stage: Stage, now: datetime) -> Item:
    """A ticket with its messages and notes.

    Raises:
        RefusedItemError: It cannot be imported.
    """
    item = Item("ticket", id, {}, place)
    parts = sorted((*ticket["messages"], *ticket["notes"]), key=lambda part: int(part["sequence"]))
    comments = [_comment(position, part, now) for position, part in enumerate(parts)]
    item.values |= {
        "number": ticket["number"],
        "title": ticket["title"],
        "description": ticket["description"],
        "status": ticket["status"],
        "priority": ticket["priority"],
        "channel": ticket["channel"],
        "team": ticket["team_id"] if stage.find("team", ticket["team_id"]) else None,
        "requester": ticket["requester_id"],
        "assignee": ticket["assignee_id"],
        "tags": ticket["tags"],
        "custom_fields": ticket["custom_fields"] | ticket["staff_fields"],
        "comments": comments,
        "snoozed_until": ticket["snoozed_until"],
        "first_response_at": ticket["first_response_at"],
    }
    for name in ("created_at", "updated_at", "resolved_at", "closed_at"):
        item.values[name] = None if ticket[name] is None else written(moment(name, ticket[name], now))
    # When they change, the ticket is written, and they are made anew.
    relations = sorted(link["link_id"] for link in ticket.get("links") or ()), ticket.get("merge")
    if any(relations):
        item.values["relations"] = content_hash({"links": relations[0], "merge": relations[1]})
    if ticket["external_id"] is not None:
        item.values["reference"] = ticket["external_id"]
    people = [ticket["requester_id"], ticket["assignee_id"], *(comment["author"] for comment in comments)]
    stubs = {
        person: {"name": "Unknown", "created_at": _UNKNOWN_SINCE}
        for person in people
        if person is not None and stage.find("person", person) is None
    }
    if stubs:
        item.values["stubs"] = stubs
    return item


def _comment(position: int, part: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    is_public = "message_id" in part
    values: dict[str, Any] = {
        "public": is_public,
        "author": part["author_id"],
        "author_kind": part["author_kind"] if is_public else "system" if part["author_id"] is None else "staff",
        "author_name": part["author_name"],
        "body": part["body"],
        "created_at": written(moment("created_at of a comment", part["created_at"], now)),
    }
    if part.get("redacted_at") is not None:
        values["redacted_at"] = part["redacted_at"]
    if part.get("via_ticket_number") is not None:
        values["via"] = str(part["via_ticket_number"])
    known = {"external_id": part["message_id"] if is_public else part["note_id"], "hash": content_hash(values)}
    return {**known, "position": position, **values}
