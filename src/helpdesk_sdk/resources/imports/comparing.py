"""Comparing an export with the helpdesk that has imported it, value by value."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from ..._http.flow import Flow, Reply
from ..._http.resource import Resource
from ...errors import LocalFileError
from ...imports.desks import HelpdeskExport, Problem, Stage
from ...models.imports import ComparedKind, Comparison, Difference
from .running import Progress

_NAMED_MAX = 1000
_SHOWN = 200
_BATCH = 100
_OF_TICKETS = (
    *("number", "title", "description", "status", "priority", "channel", "external_id", "tags", "custom_fields"),
    *("staff_fields", "snoozed_until", "first_response_at", "resolved_at", "closed_at", "created_at"),
)
_OF_PARTS = ("author_kind", "author_name", "body", "created_at", "redacted_at")
_OF_MERGES = ("source_status", "source_resolved_at", "source_closed_at", "source_snoozed_until", "added_tags")
_OF_FILES = ("placement", "uploader_kind", "uploader_name", "file_name", "content_type", "size", "created_at")
_OF_ROWS = {
    "field": ("type", "label", "customer_label", "help_text", "audience", "required_for", "for_all_teams", "position"),
    "team": ("name", "description", "is_public"),
    "person": ("name", "email", "role", "is_active", "created_at"),
}
_TABLES = {
    "field": ("field_definitions", "key", "*,field_options(value,label,position,retired_at)"),
    "team": ("teams", "team_id", "*,team_members(user_id)"),
    "person": ("users", "user_id", "*"),
}

Ids = Callable[[str, Any], Any]
"""The id here of an object of that kind, by its id there; None for none."""


def compare_export(
    resource: Resource[Any], export: HelpdeskExport, tell: Callable[[Progress], object]
) -> Flow[Comparison]:
    """Compare; see ``Imports.compare``."""
    with TemporaryDirectory(prefix="helpdesk-") as directory, Stage(Path(directory) / "stage") as stage:
        broken: list[Problem] = []
        tell(Progress("reading", 0, 0))
        export.stage(stage, broken.append, lambda *_: None)
        if broken:
            raise LocalFileError(f"{broken[0].place}: {broken[0].message}", hint=broken[0].hint)
        work = _Comparison(resource, stage, export.name)
        for kind in ("person", "team", "field"):
            yield from work.rows(kind)
        yield from work.tickets(lambda done, of: tell(Progress("checking", done, of)))
        return Comparison(
            source=export.name, kinds=work.kinds, differences=work.found, difference_count=work.difference_count
        )


class _Comparison:
    def __init__(self, resource: Resource[Any], stage: Stage, source: str) -> None:
        self._resource, self._stage, self._source = resource, stage, source
        self.kinds: dict[str, ComparedKind] = {}
        self.found: list[Difference] = []
        self.difference_count = 0

    def _known(self, kind: str, ids: list[str]) -> Flow[None]:
        """Learn which objects of the export are which here."""
        left = iter(ids)
        while some := list(islice(left, 1000)):
            arguments = {"source": self._source, "kind": kind, "external_ids": some}
            reply: Reply = yield self._resource._rpc_write("known_imports", arguments)
            rows = ((kind, id, "known", one["id"] or one["key"], None) for id, one in reply.value(dict).items())
            self._stage.save_results(rows)

    def _id(self, kind: str, id: Any) -> Any:
        found = None if id is None else self._stage.result(kind, str(id))
        return found and found[1]

    def _there_is(self, kind: str, item: str, source: Mapping[str, Any], helpdesk: Mapping[str, Any] | None) -> None:
        """Compare two sides of an object, value by value."""
        if helpdesk is None:
            different = {"": ("there", "missing")}
        else:
            different = {name: (source[name], helpdesk[name]) for name in source if source[name] != helpdesk[name]}
        before = self.kinds.get(kind, ComparedKind(compared=0, equal=0))
        self.kinds[kind] = ComparedKind(compared=before.compared + 1, equal=before.equal + (not different))
        self.difference_count += len(different)
        for name, (one, other) in different.items():
            if len(self.found) < _NAMED_MAX:
                self.found.append(
                    Difference(item=f"{kind} {item}", value=name, in_source=_shown(one), in_helpdesk=_shown(other))
                )

    def rows(self, kind: str) -> Flow[None]:
        """Compare people, teams or fields."""
        ids = [id for id, *_ in self._stage.all(kind)]
        yield from self._known(kind, ids)
        table, key, columns = _TABLES[kind]
        objects = self._stage.all(kind)
        while some := list(islice(objects, _BATCH)):
            own = [found for id, *_ in some if (found := self._id(kind, id)) is not None]
            query = self._resource._rest.from_(table).select(columns).in_(key, own)
            reply: Reply = yield self._resource._read(query)
            here = {str(row[key]): _row(kind, row) for row in reply.rows(dict)}
            for id, _, raw in some:
                row = json.loads(raw)
                source = _row(kind, row)
                if kind == "team":
                    source["members"] = sorted(self._id("person", one) or "" for one in row.get("members") or ())
                self._there_is(kind, id, source, here.get(self._id(kind, id) or ""))

    def tickets(self, tell: Callable[[int, int], object]) -> Flow[None]:
        """Compare tickets with all that belongs to them."""
        yield from self._known("ticket", [id for id, *_ in self._stage.all("ticket")])
        done, total = 0, self._stage.count("ticket")
        objects = ((id, json.loads(raw)) for id, _, raw in self._stage.all("ticket"))
        while some := list(islice(objects, _BATCH)):
            tickets = [ticket for _, ticket in some]
            for kind, ids in (
                ("comment", [part["message_id"] for part in _each(tickets, "messages")]),
                ("comment", [part["note_id"] for part in _each(tickets, "notes")]),
                ("file", [file["attachment_id"] for file in _each(tickets, "attachments")]),
                ("link", [link["link_id"] for link in _each(tickets, "links")]),
                ("merge", [ticket["merge"]["merge_id"] for ticket in tickets if ticket["merge"]]),
            ):
                yield from self._known(kind, ids)
            own = [found for id, _ in some if (found := self._id("ticket", id)) is not None]
            arguments: dict[str, Any] = {"ticket_ids": own, "max_rows": _BATCH}
            reply: Reply = yield self._resource._read(self._resource._rest.rpc("export_tickets", arguments))
            here = {ticket["ticket_id"]: ticket for ticket in reply.value(list)}
            for id, ticket in some:
                found = here.get(self._id("ticket", id))
                values = None if found is None else _ticket(found, lambda _, own_id: own_id, "target_id")
                self._there_is("ticket", id, _ticket(ticket, self._id, "target_number"), values)
            done += len(some)
            tell(done, total)


def _each(tickets: list[dict[str, Any]], name: str) -> Iterator[dict[str, Any]]:
    return (part for ticket in tickets for part in ticket[name])


def _row(kind: str, row: Mapping[str, Any]) -> dict[str, Any]:
    values = {name: _plain(name, row[name]) for name in _OF_ROWS[kind]}
    if kind == "field":
        options = sorted(row.get("options") or row.get("field_options") or (), key=lambda one: one["position"])
        values["options"] = [(one["value"], one["label"], one["retired_at"] is not None) for one in options]
        values["is_retired"] = row["retired_at"] is not None
    elif kind == "team":
        values["members"] = sorted(one["user_id"] for one in row.get("team_members") or ())
    return values


def _ticket(ticket: Mapping[str, Any], own: Ids, target: str) -> dict[str, Any]:
    """What a ticket is, with the ids that everything has here."""
    via = "via_ticket_number" if target == "target_number" else "via_ticket_id"
    values = {name: _plain(name, ticket[name]) for name in _OF_TICKETS}
    values["team"] = own("team", ticket["team_id"])
    values["requester"] = own("person", ticket["requester_id"])
    values["assignee"] = own("person", ticket["assignee_id"])
    for name, id in (("messages", "message_id"), ("notes", "note_id")):
        values[name] = [
            {
                "id": own("comment", part[id]),
                "author": own("person", part["author_id"]),
                "via": own("ticket", part.get(via)),
                **{key: _plain(key, part[key]) for key in _OF_PARTS if key in part},
            }
            for part in ticket[name]
        ]
    if (merge := ticket["merge"]) is not None:
        values["merge"] = {key: _plain(key, merge[key]) for key in (*_OF_MERGES, "merged_at")}
        values["merge"] |= {"target": own("ticket", merge[target]), "by": own("person", merge["merged_by"])}
    else:
        values["merge"] = None
    values["links"] = sorted(
        (link["kind"], own("ticket", link[target]) or "", own("person", link["linked_by"]) or "", link["linked_at"])
        for link in ticket["links"]
    )
    # Files that were never sent are left out.
    values["attachments"] = sorted(
        (
            own("comment", file["message_id"] or file["note_id"]) or "",
            own("person", file["uploaded_by"]) or "",
            *(str(_plain(key, file[key])) for key in _OF_FILES),
        )
        for file in ticket["attachments"]
        if file["message_id"] or file["note_id"] or file["placement"] == "ticket"
    )
    return values


def _plain(name: str, value: Any) -> Any:
    """A value whose writing tells nothing: times as moments."""
    return datetime.fromisoformat(value) if name.endswith(("_at", "_until")) and isinstance(value, str) else value


def _shown(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"
