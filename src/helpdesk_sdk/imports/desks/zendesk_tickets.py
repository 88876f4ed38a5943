"""Zendesk: tickets and their comments as items. Pure but for looking up people in the stage."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from ..._limits import BODY_MAX, TAG_MAX, TAGS_MAX, TITLE_MAX
from ..._names import clean_name, small_letters
from .attached import text_of
from .items import Item, RefusedItemError, content_hash
from .source import moment, written
from .stage import Stage
from .texts import clean, identifier, shortened
from .zendesk_fields import FieldValues
from .zendesk_files import attached_to

STATUSES = {
    "new": "open",
    "open": "open",
    "pending": "pending",
    "hold": "pending",
    "solved": "resolved",
    "closed": "closed",
}
PRIORITIES = {"low": "low", "normal": "medium", "high": "high", "urgent": "urgent"}
TYPES = frozenset({"question", "incident", "problem", "task"})
CHANNELS = {
    "web": "web",
    "web_form": "web",
    "0": "web",
    "email": "email",
    "mail": "email",
    "4": "email",
    "api": "api",
    "web_service": "api",
    "5": "api",
    "chat": "chat",
    "29": "chat",
    "native_messaging": "chat",
    "voice": "phone",
    "33": "phone",
    "34": "phone",
    "35": "phone",
    "slack": "slack",
}
_SYSTEM = "-1"


class TicketMaker:
    """Makes items of tickets."""

    def __init__(
        self,
        stage: Stage,
        source: str,
        field_keys: Mapping[str, str],
        statuses: Mapping[str, str],
        types: Mapping[str, str],
        include_deleted: bool,
    ) -> None:
        self._stage, self._source = stage, source
        self._statuses, self._types = STATUSES | dict(statuses), dict(types)
        self._include_deleted = include_deleted
        self._fields = FieldValues(stage, field_keys)
        self._now = datetime.now(UTC)
        # Kept for as many as write often; the others are in the stage.
        self._person = lru_cache(maxsize=20_000)(self._look_up)
        self._has_team = lru_cache(maxsize=1_000)(self._look_up_team)

    def _look_up(self, id: str) -> tuple[str, str] | None:
        """Role and name."""
        raw = self._stage.find("user", id)
        if raw is None:
            return None
        user = json.loads(raw)
        return str(user.get("role") or ""), clean_name(clean(str(user.get("name") or ""))[0])

    def _look_up_team(self, id: str) -> bool:
        raw = self._stage.find("group", id)
        return raw is not None and not json.loads(raw).get("deleted")

    def make(self, id: str, place: str, ticket: Mapping[str, Any]) -> Item:
        """The item of a ticket.

        Raises:
            RefusedItemError: It cannot be imported.
        """
        status = str(ticket.get("status") or "")
        is_scrubbed = ticket.get("subject") == "SCRUBBED" and ticket.get("description") == "X"
        if status == "deleted" and (is_scrubbed or not self._include_deleted):
            return Item("ticket", id, {"is_dead": True}, place)
        item = Item("ticket", id, {}, place)
        if self._stage.find("deleted", id) is not None and not self._include_deleted:
            return Item("ticket", id, {"is_dead": True}, place)
        requester = identifier(ticket.get("requester_id")) or identifier(ticket.get("submitter_id"))
        if requester is None:
            raise RefusedItemError("missing_requester", "the ticket has no requester")
        created = moment("created_at", ticket.get("created_at"), self._now)
        updated = max(created, moment("updated_at", ticket.get("updated_at") or ticket.get("created_at"), self._now))
        tags, custom_fields = self._fields.of(ticket, item)
        item.values.update(
            title=self._title(ticket, item),
            status="closed" if status == "deleted" else self._status(status, tags),
            priority=self._priority(ticket),
            channel=self._channel(ticket),
            requester=requester,
            reference=f"{self._source}:{id}",
            custom_fields=custom_fields,
            created_at=written(created),
            updated_at=written(updated),
        )
        self._add_type(ticket, tags)
        item.values["tags"] = tags_of(tags, item)
        if (assignee := identifier(ticket.get("assignee_id"))) is not None:
            item.values["assignee"] = assignee
        if (group := identifier(ticket.get("group_id"))) is not None:
            if self._has_team(group):
                item.values["team"] = group
            else:
                item.note("tickets of a group that is not in the export: default team")
        metrics = ticket.get("metric_set")
        if isinstance(metrics, dict) and metrics.get("solved_at") and item.values["status"] in ("resolved", "closed"):
            item.values["resolved_at"] = written(moment("solved_at", metrics["solved_at"], self._now))
        self._add_conversation(id, ticket, item, requester)
        return item

    def _title(self, ticket: Mapping[str, Any], item: Item) -> str:
        title, removed = clean(str(ticket.get("subject") or ticket.get("raw_subject") or ""))
        item.note("characters removed that cannot be stored", removed)
        title = clean_name(title) or clean_name(clean(str(ticket.get("description") or ""))[0][:80])
        if not title:
            item.note("tickets without a subject")
            title = "(no subject)"
        title, cut = shortened(title, TITLE_MAX)
        item.note("subjects shortened", cut)
        return title

    def _status(self, status: str, tags: list[str]) -> str:
        if status not in self._statuses:
            raise RefusedItemError(
                "unknown_status", f"the status {status[:40]!r} is unknown", f"Map it: --status {status or 'WORD'}=open"
            )
        if status == "hold":
            tags.append("on-hold")
        return self._statuses[status]

    @staticmethod
    def _priority(ticket: Mapping[str, Any]) -> str:
        priority = ticket.get("priority")
        if priority is not None and priority not in PRIORITIES:
            raise RefusedItemError("unknown_priority", f"the priority {str(priority)[:40]!r} is unknown")
        return PRIORITIES[priority] if priority is not None else "medium"

    @staticmethod
    def _channel(ticket: Mapping[str, Any]) -> str:
        via = ticket.get("via")
        return CHANNELS.get(str(via.get("channel")), "import") if isinstance(via, dict) else "import"

    def _add_type(self, ticket: Mapping[str, Any], tags: list[str]) -> None:
        type = ticket.get("type")
        if type is None or type == "":
            return
        if type not in TYPES and type not in self._types:
            raise RefusedItemError(
                "unknown_type", f"the type {str(type)[:40]!r} is unknown", f"Map it: --type {type}=TAG"
            )
        tags.append(self._types.get(str(type), str(type)))

    def _add_conversation(self, id: str, ticket: Mapping[str, Any], item: Item, requester: str) -> None:
        """Description and comments. What the requester wrote first is the description, and comes once."""
        stubs: dict[str, dict[str, Any]] = {}
        staged = self._stage.of_parent(id)
        made = sorted(
            (self._comment(comment_id, json.loads(raw), item, ticket, requester) for comment_id, _, raw in staged),
            key=lambda one: (one["created_at"], len(one["external_id"]), one["external_id"]),
        )
        description, removed = clean(str(ticket.get("description") or ""))
        item.note("characters removed that cannot be stored", removed)
        if made:
            first = made[0]
            if first["public"] and first["author"] == requester:
                description = first["body"]
                item.values["description_of"] = first["external_id"]
                del made[0]
            else:
                # Somebody else wrote it, perhaps as a note: it keeps its author and its readers.
                description = ""
        elif ticket.get("is_public") is False:
            item.note("descriptions left out, since the ticket is private and has no comments")
            description = ""
        if len(description) > BODY_MAX:
            raise RefusedItemError("too_long", f"the description has {len(description):,} characters")
        item.values["description"] = description
        item.values["comments"] = made
        people = [requester, item.values.get("assignee"), *(comment["author"] for comment in made)]
        for person in people:
            if person is not None and self._person(person) is None:
                stubs[person] = self._stub(person, ticket, requester)
        if stubs:
            item.values["stubs"] = stubs

    def _stub(self, person: str, ticket: Mapping[str, Any], requester: str) -> dict[str, Any]:
        """Somebody of whom only the id is known, and perhaps the address from which they wrote."""
        values: dict[str, Any] = {"name": "Former user", "created_at": "2000-01-01T00:00:00+00:00"}
        via = ticket.get("via")
        source = via.get("source") if isinstance(via, dict) else None
        sender = source.get("from") if isinstance(source, dict) else None
        if person == requester and isinstance(sender, dict):
            name = clean_name(clean(str(sender.get("name") or ""))[0])
            values["name"] = shortened(name, 200)[0] or values["name"]
        return values

    def _comment(
        self, id: str, comment: Mapping[str, Any], item: Item, ticket: Mapping[str, Any], requester: str
    ) -> dict[str, Any]:
        author = identifier(comment.get("author_id"))
        known = self._person(author) if author is not None and author != _SYSTEM else None
        if author is None or author == _SYSTEM:
            author, kind, name = None, "system", "Zendesk"
        elif author == requester:
            kind, name = "customer", known[1] if known else ""
        elif known is not None and known[0]:
            kind, name = "customer" if known[0] == "end-user" else "staff", known[1]
        else:
            others = (*(ticket.get("email_cc_ids") or ()), *(ticket.get("collaborator_ids") or ()))
            kind, name = "customer" if author in map(identifier, others) else "staff", "Former user"
        values: dict[str, Any] = {
            "public": comment.get("public") is True,
            "author": author,
            "author_kind": kind,
            "author_name": shortened(name, 200)[0],
            "body": self._body(id, comment, item),
            "created_at": written(moment(f"created_at of comment {id}", comment.get("created_at"), self._now)),
        }
        return {"external_id": id, "hash": content_hash(values), **values}

    @staticmethod
    def _body(id: str, comment: Mapping[str, Any], item: Item) -> str:
        html, plain = comment.get("html_body"), comment.get("body") or comment.get("plain_body")
        body = text_of(str(plain or ""), html if isinstance(html, str) else "", attached_to(comment), item)
        if not clean_name(body[:4000]):
            item.note("comments without a text")
            body = "(no text)"
        if len(body) > BODY_MAX:
            raise RefusedItemError("too_long", f"comment {id} has {len(body):,} characters")
        return body


def tags_of(tags: list[str], item: Item) -> list[str]:
    """Tags as they are stored: clean, in small letters, each once."""
    found: dict[str, None] = {}
    for tag in tags:
        text, cut = shortened(clean_name(clean(tag)[0]), TAG_MAX)
        item.note("tags shortened", cut)
        if text:
            found[small_letters(text)] = None
    item.note("tags left out: a ticket has at most 50", max(0, len(found) - TAGS_MAX))
    return sorted(found)[:TAGS_MAX]
