"""An object of another form than expected is refused by itself, whatever it has where; objects over several lines."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.sdk import zendesk_export as z

from helpdesk_sdk.imports.desks import FreshdeskExport, HelpdeskExport, Item, Problem, Source, Stage, ZendeskExport

_TIME = "2020-01-02T03:04:05Z"
_ODD: tuple[Any, ...] = (
    None,
    7,
    -1.5,
    True,
    "text",
    [],
    ["x"],
    [7],
    [None],
    [["x"]],
    {},
    {"x": "y"},
    {"id": []},
    "x" * 9,
)


def _read(source: Source, tmp_path: Path) -> tuple[list[Item], list[Problem]]:
    problems: list[Problem] = []
    with Stage(tmp_path / "stage") as stage:
        source.stage(stage, problems.append, lambda *_: None)
        parts: tuple[Iterator[Item | Problem], ...] = (
            *(source.teams(stage), source.fields(stage), source.people(stage), source.tickets(stage, {})),
            *(source.links(stage), source.merges(stage), source.files(stage)),
        )
        made = [one for part in parts for one in part]
    (tmp_path / "stage").unlink()
    items = [one for one in made if isinstance(one, Item)]
    return items, problems + [one for one in made if isinstance(one, Problem)]


def _of(items: list[Item], kind: str) -> set[str]:
    return {item.external_id for item in items if item.kind == kind}


def test_tickets_of_zendesk(tmp_path: Path) -> None:
    good = z.ticket(1, custom_fields=[])
    keys = [*good, "custom_fields", "comments", "metric_set", "requester", "email_cc_ids", "collaborator_ids"]
    odd = [
        json.dumps(z.ticket(id) | {"id": id, key: value})
        for id, (key, value) in enumerate(((key, value) for key in keys if key != "id" for value in _ODD), 10)
    ]
    (tmp_path / "tickets.jsonl").write_text("\n".join([*odd, json.dumps(good)]) + "\n")
    (tmp_path / "users.jsonl").write_text(z.lines(*z.PEOPLE))
    items, problems = _read(ZendeskExport(tmp_path), tmp_path)
    assert "1" in _of(items, "ticket")
    assert {problem.code for problem in problems} >= {"invalid_object"}
    named = _of(items, "ticket") | {problem.item.split()[-1] for problem in problems if problem.item}
    assert named >= {str(id) for id in range(10, 10 + len(odd))} - {"None"}


def test_tickets_of_freshdesk(tmp_path: Path) -> None:
    good = {"id": 1, "subject": "x", "status": 2, "priority": 1, "source": 2, "requester_id": 5, "created_at": _TIME}
    keys = [*good, "updated_at", "tags", "custom_fields", "attachments", "conversations", "requester", "description"]
    odd = [
        good | {"id": id, key: value}
        for id, (key, value) in enumerate(((key, value) for key in keys if key != "id" for value in _ODD), 10)
    ]
    agents = [{"id": 90 + n, "contact": value} for n, value in enumerate(_ODD)]
    (tmp_path / "tickets.json").write_text(json.dumps([*odd, good]))
    (tmp_path / "agents.json").write_text(json.dumps(agents))
    items, problems = _read(FreshdeskExport(tmp_path), tmp_path)
    assert "1" in _of(items, "ticket")
    assert _of(items, "person") >= {str(agent["id"]) for agent in agents}
    assert {problem.code for problem in problems} >= {"invalid_object", "missing_time", "unknown_status"}


@pytest.mark.parametrize("key", ["status", "messages", "tags", "links", "merge", "attachments", "created_at"])
def test_tickets_of_this_package(tmp_path: Path, key: str) -> None:
    ticket: dict[str, Any] = dict.fromkeys(("external_id", "assignee_id", "merge", "snoozed_until", "resolved_at"))
    ticket |= dict.fromkeys(("closed_at", "first_response_at")) | {"messages": [], "notes": [], "links": [], "tags": []}
    ticket |= {"kind": "ticket", "title": "x", "description": "", "status": "open", "priority": "low"}
    ticket |= {"channel": "web", "team_id": "t", "requester_id": "u", "custom_fields": {}, "staff_fields": {}}
    ticket |= {"created_at": _TIME, "updated_at": _TIME, "attachments": []}
    without = {name: value for name, value in ticket.items() if name != key}
    odd = [without, *(ticket | {key: value} for value in _ODD)]
    lines = [{"kind": "header", "format": 1}, *(one | {"number": n} for n, one in enumerate([ticket, *odd], 1))]
    (tmp_path / "all.jsonl").write_text("".join(json.dumps(line) + "\n" for line in [*lines, {"kind": "end"}]))
    items, problems = _read(HelpdeskExport(tmp_path / "all.jsonl", files=tmp_path), tmp_path)
    assert "1" in _of(items, "ticket")
    if key in ("messages", "created_at", "links"):
        assert {problem.code for problem in problems} >= {"invalid_object"}


def test_an_object_over_several_lines_keeps_the_lists_before_its_id(tmp_path: Path) -> None:
    """As Freshdesk writes a ticket, and as jq shows it."""
    ticket = {"cc_emails": ["a@x.example"], "tags": ["vip"], "empty": [], "subject": "x", "status": 2, "priority": 1}
    ticket |= {"id": 7, "requester_id": 5, "created_at": _TIME, "attachments": [{"id": 1, "name": "a"}]}
    (tmp_path / "tickets.json").write_text(json.dumps(ticket, indent=2))
    page = {"tickets": [ticket | {"id": 8}, ticket | {"id": 9}], "next_page": None}
    (tmp_path / "page.json").write_text(json.dumps(page, indent=2))
    items, problems = _read(FreshdeskExport(tmp_path), tmp_path)
    assert problems == []
    assert {item.external_id: item.values["tags"] for item in items if item.kind == "ticket"} == {
        **{key: ["vip"] for key in "789"},
    }


def test_fields_of_freshdesk_whose_names_are_alike_have_keys_of_their_own(tmp_path: Path) -> None:
    names = ("cf_order_no_2", "cf_order_no", "cf_order-no", "cf_order.no")
    fields = [{"id": n, "name": name, "type": "custom_text", "label": name} for n, name in enumerate(names, 1)]
    (tmp_path / "ticket_fields.json").write_text(json.dumps(fields))
    items, _ = _read(FreshdeskExport(tmp_path), tmp_path)
    assert len({item.values["key"] for item in items if item.kind == "field"}) == 4
