"""The export of a Freshdesk account: tickets, conversations, contacts, agents, groups and ticket fields as JSON."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from ..._limits import FIELD_LABEL_MAX, OPTION_MAX, TEAM_NAME_MAX, TITLE_MAX
from ..._names import clean_name
from .envelopes import Found, dumped
from .freshdesk_texts import UNKNOWN, comment_values, files_of, person_item, text_with_files
from .items import Item, Problem, RefusedItemError
from .json_files import stage_files
from .source import Made, Source, made, moment, written
from .stage import Stage, Staged
from .texts import clean, identifier, shortened
from .zendesk_fields import field_key, read_value
from .zendesk_tickets import tags_of

_STATUSES = {"2": "open", "3": "pending", "4": "resolved", "5": "closed"}
_PRIORITIES = {"1": "low", "2": "medium", "3": "high", "4": "urgent"}
_CHANNELS = {"1": "email", "2": "web", "3": "phone", "7": "chat", "9": "web"}
_TYPES = {
    "custom_text": ("text", "text"),
    "custom_paragraph": ("long_text", "textarea"),
    "custom_checkbox": ("boolean", "checkbox"),
    "custom_number": ("integer", "integer"),
    "custom_decimal": ("decimal", "decimal"),
    "custom_date": ("date", "date"),
    "custom_dropdown": ("select", "tagger"),
}
_KEYS = {
    "tickets": "ticket",
    "ticket": "ticket",
    "conversations": "comment",
    "conversation": "comment",
    "contacts": "contact",
    "contact": "contact",
    "agents": "agent",
    "agent": "agent",
    "groups": "group",
    "group": "group",
    "ticket_fields": "field",
    "ticket_field": "field",
}
_LEFT_OUT = frozenset({"companies", "company", "products", "satisfaction_ratings", "time_entries", "roles", "surveys"})
_IN_NAME = re.compile(r"(ticket_fields|tickets|conversations|contacts|agents|groups|companies|products)(?![a-z])")
_TICKET_IN_NAME = re.compile(r"tickets?[/_-](\d+)(?=[/_.-]|$)")


class FreshdeskExport(Source):
    """The export of a Freshdesk account, for ``hd.imports.run``.

    Args:
        path: A file, or a folder with files: JSON lines, arrays or pages of the API; plain or gzip.
        account: The account's name: ids are unique within it.
        statuses: What the number of a status of your own becomes.
        files: A folder with the attachments, each named by its id; None to leave them with Freshdesk.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        account: str = "freshdesk",
        *,
        statuses: Mapping[str, str] | None = None,
        files: str | os.PathLike[str] | None = None,
    ) -> None:
        self.path = Path(path)
        self._files = None if files is None else Path(files)
        self.name = account if account == "freshdesk" else f"freshdesk:{account}"
        self._statuses = _STATUSES | dict(statuses or {})

    def fingerprint(self) -> str:
        """The files' names and the options."""
        files = self._files and str(self._files.resolve())
        return repr((self.name, str(self.path.resolve()), sorted(self._statuses.items()), files))

    def stage(self, stage: Stage, problem: Callable[[Problem], None], note: Callable[[str, int], None]) -> None:
        """Read all files that have changed since they were read last."""
        stage_files(self.path, stage, _staged, problem, note)

    def fields(self, stage: Stage) -> Iterator[Made]:
        """Custom fields. Those of Freshdesk itself are columns of tickets."""
        taken: dict[str, str] = {}
        for id, place, raw in stage.all("field"):
            field = json.loads(raw)
            type = str(field.get("type"))
            if type.startswith("default_"):
                continue
            name = str(field.get("name") or "")
            if type not in _TYPES or not name:
                message = f"the type {type[:40]!r} of a field is unknown"
                yield Problem(place, f"field {id}", "unknown_type", message, "Its values are left out.")
                continue
            label = shortened(clean_name(clean(str(field.get("label") or name))[0]), FIELD_LABEL_MAX)[0]
            values: dict[str, Any] = {
                "key": field_key(name.lower().removeprefix("cf_"), id, taken),
                "type": _TYPES[type][0],
                "label": label,
                "audience": "customer_visible" if field.get("displayed_to_customers") else "staff_only",
            }
            if type == "custom_dropdown":
                choices = field.get("choices") or ["-"]
                options = {shortened(clean_name(clean(str(one))[0]), OPTION_MAX)[0] for one in choices}
                values["options"] = [{"value": one, "label": one} for one in sorted(options) if one]
            yield Item("field", name, values, place)

    def teams(self, stage: Stage) -> Iterator[Made]:
        """Groups."""
        for id, place, raw in stage.all("group"):
            name = clean_name(clean(str(json.loads(raw).get("name") or ""))[0]) or f"Group {id}"
            yield Item("team", id, {"name": shortened(name, TEAM_NAME_MAX)[0]}, place)

    def people(self, stage: Stage) -> Iterator[Made]:
        """Contacts and agents, whatever their role: an import gives nobody a role."""
        now = datetime.now(UTC)
        for id, place, raw in stage.all("user"):
            yield made(f"person {id}", place, partial(person_item, id, place, json.loads(raw), now))

    def tickets(self, stage: Stage, field_keys: Mapping[str, str]) -> Iterator[Made]:
        """Tickets with their conversations, those with the lowest number first."""
        now = datetime.now(UTC)
        types = {str(f.get("name")): str(f.get("type")) for f in (json.loads(raw) for *_, raw in stage.all("field"))}
        for id, place, raw in stage.all("ticket"):
            make = partial(self._ticket, stage, id, place, json.loads(raw), field_keys, types, now)
            yield made(f"ticket {id}", place, make)
        for id, parent, place in stage.orphans():
            message = f"its ticket {parent} is not in the export"
            yield Problem(place, f"comment {id}", "unknown_ticket", message, "Export the tickets, too.")

    def files(self, stage: Stage) -> Iterator[Made]:
        """The attachments that are in the folder of files."""
        return iter(()) if self._files is None else files_of(self._files, stage)

    def _ticket(
        self,
        stage: Stage,
        id: str,
        place: str,
        ticket: Mapping[str, Any],
        field_keys: Mapping[str, str],
        types: Mapping[str, str],
        now: datetime,
    ) -> Item:
        if ticket.get("deleted") is True or ticket.get("spam") is True:
            return Item("ticket", id, {"is_dead": True}, place)
        item = Item("ticket", id, {}, place)
        requester = identifier(ticket.get("requester_id"))
        if requester is None:
            raise RefusedItemError("missing_requester", "the ticket has no requester")
        status, priority = str(ticket.get("status")), str(ticket.get("priority") or 2)
        if status not in self._statuses:
            hint = f"Map it: --status {status[:20]}=open"
            raise RefusedItemError("unknown_status", f"the status {status[:40]!r} is unknown", hint)
        if priority not in _PRIORITIES:
            raise RefusedItemError("unknown_priority", f"the priority {priority[:40]!r} is unknown")
        created = moment("created_at", ticket.get("created_at"), now)
        updated = max(created, moment("updated_at", ticket.get("updated_at") or ticket.get("created_at"), now))
        title = clean_name(clean(str(ticket.get("subject") or ""))[0]) or "(no subject)"
        tags = [str(tag) for tag in ticket.get("tags") or ()]
        if ticket.get("type"):
            tags.append(str(ticket["type"]))
        values: dict[str, Any] = {}
        for name, value in (ticket.get("custom_fields") or {}).items():
            if value is None or value == "":
                continue
            read = read_value(_TYPES[types[name]][1], value, item) if name in field_keys else None
            if read is None:
                item.note(f"values left out, since they do not fit, or {name} was not imported")
            else:
                values[field_keys[name]] = read
        item.values.update(
            title=shortened(title, TITLE_MAX)[0],
            description=text_with_files(ticket, "description_text", "description", item),
            status=self._statuses[status],
            priority=_PRIORITIES[priority],
            channel=_CHANNELS.get(str(ticket.get("source")), "import"),
            requester=requester,
            reference=f"{self.name}:{id}",
            created_at=written(created),
            updated_at=written(updated),
            tags=tags_of(tags, item),
            custom_fields=values,
        )
        if (assignee := identifier(ticket.get("responder_id"))) is not None:
            item.values["assignee"] = assignee
        if (group := identifier(ticket.get("group_id"))) is not None and stage.find("group", group) is not None:
            item.values["team"] = group
        comments = [
            comment_values(stage, key, json.loads(raw), item, requester, now) for key, _, raw in stage.of_parent(id)
        ]
        item.values["comments"] = sorted(comments, key=lambda one: (one["created_at"], len(one["external_id"])))
        people = {requester, item.values.get("assignee"), *(one["author"] for one in comments)} - {None}
        stubs = {one: {"name": "Former user", "created_at": UNKNOWN} for one in people if not stage.find("user", one)}
        if stubs:
            item.values["stubs"] = stubs
        return item


def _staged(found: Found) -> Iterator[Staged] | None:
    value = found.value
    if not isinstance(value, dict):
        raise RefusedItemError("not_an_object", "this is no object")
    key = found.key or next(reversed(_IN_NAME.findall(found.place.lower())), "")
    kind = _KEYS.get(key)
    if "requester_id" in value and "status" in value:
        kind = "ticket"
    elif "incoming" in value and "private" in value:
        kind = "comment"
    if kind is None and key in _LEFT_OUT:
        return None
    id = identifier(value.get("id"))
    if kind is None or id is None:
        code = "unknown_type" if kind is None else "missing_id"
        raise RefusedItemError(code, "this is no ticket, conversation, contact, agent, group or field with an id")
    return _of_kind(kind, id, value, found.place)


def _of_kind(kind: str, id: str, value: dict[str, Any], place: str) -> Iterator[Staged]:
    if kind == "ticket":
        for one in value.pop("conversations", None) or ():
            if isinstance(one, dict) and (inside := identifier(one.get("id"))):
                yield Staged("comment", inside, id, str(one.get("updated_at") or ""), place, dumped(one))
        person = value.pop("requester", None)
        if isinstance(person, dict) and (person_id := identifier(person.get("id"))):
            yield Staged("user", person_id, None, "", place, dumped(person))
    elif kind == "agent":
        contact = value.get("contact")
        value = {**(contact if isinstance(contact, dict) else {}), "id": id, "is_agent": True}
    parent = None
    if kind == "comment":
        named = _TICKET_IN_NAME.findall(place.replace("\\", "/").lower())
        parent = identifier(value.get("ticket_id")) or (named[-1] if named else None)
        if parent is None:
            hint = "Put the file in tickets/NUMBER/conversations.json"
            raise RefusedItemError("unknown_ticket", "the ticket of this conversation is not known", hint)
    staged = "user" if kind in ("contact", "agent") else kind
    # With id and kind of its list, an object of a list says more than what stands inside a ticket.
    yield Staged(staged, id, parent, f"1{value.get('updated_at') or ''}", place, dumped(value))
