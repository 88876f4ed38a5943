"""The export of a Zendesk account: files of its JSON, whatever is around the objects."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from ..._limits import FIELD_HELP_MAX, FIELD_LABEL_MAX, NAME_MAX, OPTION_MAX, TEAM_DESCRIPTION_MAX, TEAM_NAME_MAX
from ..._names import clean_name
from .envelopes import Found
from .items import Item, Problem, RefusedItemError
from .json_files import stage_files
from .source import Made, Source, made, moment, written
from .stage import Stage, Staged
from .texts import clean, shortened
from .zendesk_fields import field_key
from .zendesk_files import files_of, follow_ups_of
from .zendesk_shapes import kind_of, staged_of
from .zendesk_tickets import TicketMaker

_TYPES = {
    "text": "text",
    "regexp": "text",
    "partialcreditcard": "text",
    "lookup": "text",
    "textarea": "long_text",
    "checkbox": "boolean",
    "date": "date",
    "integer": "integer",
    "decimal": "decimal",
    "tagger": "select",
    "multiselect": "multi_select",
}
_SYSTEM_FIELDS = frozenset(
    {"subject", "description", "status", "tickettype", "basic_priority", "priority", "group", "assignee"}
    | {"custom_status", "satisfaction_rating"}
)
_ADDRESS = re.compile(r"[^@\s<>(),;:\"\[\]\\]+@[^@\s<>(),;:\"\[\]\\]+")


class ZendeskExport(Source):
    """The export of a Zendesk account, for ``hd.imports.run``.

    Args:
        path: A file, or a folder with files: JSON lines, arrays or pages of the API; plain or gzip.
        account: The account's name: ids are unique within it.
        statuses: What a status of the export becomes, for statuses that are not Zendesk's own.
        types: The tag for a type that is not Zendesk's own.
        include_deleted: Whether deleted tickets are imported, closed, as far as the export has their text.
        files: A folder with the attachments, each named by its id; None to leave them with Zendesk.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        account: str = "zendesk",
        *,
        statuses: Mapping[str, str] | None = None,
        types: Mapping[str, str] | None = None,
        include_deleted: bool = False,
        files: str | os.PathLike[str] | None = None,
    ) -> None:
        self._files = None if files is None else Path(files)
        self.path = Path(path)
        self.name = account if account == "zendesk" else f"zendesk:{account}"
        self._statuses, self._types = dict(statuses or {}), dict(types or {})
        self._include_deleted = include_deleted

    def fingerprint(self) -> str:
        """The files' names and the options."""
        options = sorted(self._statuses.items()), sorted(self._types.items()), self._include_deleted
        return repr((self.name, str(self.path.resolve()), options, self._files and str(self._files.resolve())))

    def stage(self, stage: Stage, problem: Callable[[Problem], None], note: Callable[[str, int], None]) -> None:
        """Read all files that have changed since they were read last."""
        stage_files(self.path, stage, _shape, problem, note)

    def teams(self, stage: Stage) -> Iterator[Made]:
        """Groups. A deleted group stays in the list, and its tickets go to the default team."""
        for id, place, raw in stage.all("group"):
            group = json.loads(raw)
            if group.get("deleted"):
                continue
            name = shortened(clean_name(clean(str(group.get("name") or ""))[0]) or f"Group {id}", TEAM_NAME_MAX)[0]
            description = shortened(clean(str(group.get("description") or ""))[0], TEAM_DESCRIPTION_MAX)[0]
            yield Item("team", id, {"name": name, "description": description}, place)

    def fields(self, stage: Stage) -> Iterator[Made]:
        """Custom fields; those of Zendesk itself are columns of tickets."""
        taken: dict[str, str] = {}
        for id, place, raw in stage.all("field"):
            field = json.loads(raw)
            type = str(field.get("type"))
            if type in _SYSTEM_FIELDS:
                continue
            if type not in _TYPES:
                message = f"the type {type[:40]!r} of a field is unknown"
                yield Problem(place, f"field {id}", "unknown_type", message, "Its values are left out.")
                continue
            title = clean_name(clean(str(field.get("title") or field.get("raw_title") or ""))[0]) or f"Field {id}"
            yield Item("field", id, _field_values(field, _TYPES[type], field_key(title, id, taken), title), place)

    def people(self, stage: Stage) -> Iterator[Made]:
        """Users, whatever their role: an import gives nobody a role."""
        now = datetime.now(UTC)
        for id, place, raw in stage.all("user"):
            yield made(f"person {id}", place, partial(_person, id, place, json.loads(raw), now))

    def tickets(self, stage: Stage, field_keys: Mapping[str, str]) -> Iterator[Made]:
        """Tickets with their comments, those with the lowest number first."""
        maker = TicketMaker(stage, self.name, field_keys, self._statuses, self._types, self._include_deleted)
        for id, place, raw in stage.all("ticket"):
            yield made(f"ticket {id}", place, partial(maker.make, id, place, json.loads(raw)))
        for id, place, _ in stage.all("deleted"):
            if stage.find("ticket", id) is None:
                yield Item("ticket", id, {"is_dead": True}, place)
        for id, parent, place in stage.orphans():
            message = f"its ticket {parent} is not in the export"
            yield Problem(place, f"comment {id}", "unknown_ticket", message, "Export the tickets, too.")

    def files(self, stage: Stage) -> Iterator[Made]:
        """The attachments that are in the folder of files."""
        return iter(()) if self._files is None else files_of(self._files, stage)

    def links(self, stage: Stage) -> Iterator[Made]:
        """Follow-ups."""
        return follow_ups_of(stage)


def _shape(found: Found) -> Iterator[Staged] | None:
    return None if kind_of(found) is None else staged_of(found)


def _person(id: str, place: str, user: Mapping[str, Any], now: datetime) -> Item:
    item = Item("person", id, {}, place)
    name = clean_name(clean(str(user.get("name") or ""))[0])
    is_gone = user.get("active") is False or bool(user.get("permanently_deleted"))
    item.values["name"] = shortened(name, NAME_MAX)[0]
    item.note("names shortened", len(name) > NAME_MAX)
    email = str(user.get("email") or "").strip()
    if email and is_gone:
        # A deleted user: their words stay, their address does not.
        item.note("addresses of deleted users left out")
    elif email and not (len(email) <= 254 and _ADDRESS.fullmatch(email)):
        item.note("addresses left out, since they are none")
    elif email:
        item.values["email"] = email
        item.values["email_verified"] = user.get("verified") is True
    if user.get("suspended") is True:
        item.values["is_active"] = False
    try:
        item.values["created_at"] = written(moment("created_at", user.get("created_at"), now))
    except RefusedItemError:
        item.note("people whose creation time is not known")
        item.values["created_at"] = "2000-01-01T00:00:00+00:00"
    return item


def _field_values(field: Mapping[str, Any], type: str, key: str, title: str) -> dict[str, Any]:
    visible, editable = field.get("visible_in_portal") is True, field.get("editable_in_portal") is True
    values: dict[str, Any] = {
        "key": key,
        "type": type,
        "label": shortened(title, FIELD_LABEL_MAX)[0],
        "help_text": shortened(clean(str(field.get("agent_description") or ""))[0], FIELD_HELP_MAX)[0],
        "audience": "customer_editable" if visible and editable else "customer_visible" if visible else "staff_only",
    }
    if type in ("select", "multi_select"):
        options = {}
        for option in field.get("custom_field_options") or ():
            value = str(option.get("value") or "")[:OPTION_MAX]
            label = clean_name(clean(str(option.get("name") or value))[0]) or value
            if value:
                options[value] = {"value": value, "label": shortened(label, OPTION_MAX)[0]}
        values["options"] = list(options.values()) or [{"value": "none", "label": "None"}]
    return values
