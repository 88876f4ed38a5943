"""What a Freshdesk account becomes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from helpdesk_sdk.imports.desks import FreshdeskExport, Item, Problem, Stage

TIME = "2020-01-02T03:04:05Z"
CONTACT, AGENT = 43000000001, 43000000002


def ticket(id: int, **values: Any) -> dict[str, Any]:
    """A resolved ticket that came by mail."""
    return {
        "id": id,
        "subject": f"Ticket {id}",
        "description": "<div>Help <b>me</b></div>",
        "description_text": "Help me",
        "status": 4,
        "priority": 2,
        "source": 1,
        "spam": False,
        "type": "Question",
        "requester_id": CONTACT,
        "responder_id": AGENT,
        "group_id": 7,
        "tags": ["vip"],
        "custom_fields": {"cf_order": "A-1", "cf_seats": 12, "cf_unknown": "x", "cf_tier": None},
        "created_at": TIME,
        "updated_at": TIME,
    } | values


def conversation(id: int, **values: Any) -> dict[str, Any]:
    """An answer of the agent."""
    return {
        "id": id,
        "user_id": AGENT,
        "incoming": False,
        "private": False,
        "body": "<p>Done</p>",
        "body_text": "Done",
        "attachments": [],
        "created_at": "2020-01-03T00:00:00Z",
    } | values


FIELDS = [
    {"id": 1, "name": "subject", "label": "Subject", "type": "default_subject"},
    {"id": 2, "name": "cf_order", "label": "Order", "type": "custom_text", "displayed_to_customers": True},
    {"id": 3, "name": "cf_seats", "label": "Seats", "type": "custom_number"},
    {"id": 4, "name": "cf_tier", "label": "Tier", "type": "custom_dropdown", "choices": ["Gold", "Silver"]},
]


@pytest.fixture
def read(tmp_path: Path) -> Any:
    """Reads tickets, with an account around them."""

    def reading(*tickets: dict[str, Any], **options: Any) -> tuple[dict[str, Item], list[Problem], Any]:
        folder = tmp_path / "export"
        folder.mkdir()
        (folder / "tickets.json").write_text(json.dumps(tickets))
        (folder / "contacts.json").write_text(
            json.dumps([{"id": CONTACT, "name": "Ann", "email": "Ann@example.org", "active": True, "created_at": TIME}])
        )
        contact = {"name": "Bo", "email": "bo@example.org"}
        (folder / "agents.json").write_text(json.dumps([{"id": AGENT, "contact": contact, "created_at": TIME}]))
        (folder / "groups.json").write_text(json.dumps([{"id": 7, "name": "Returns"}]))
        (folder / "ticket_fields.json").write_text(json.dumps(FIELDS))
        (folder / "companies.json").write_text(json.dumps([{"id": 1, "name": "Shop"}]))
        (folder / "tickets").mkdir()
        (folder / "tickets" / "1").mkdir()
        (folder / "tickets" / "1" / "conversations.json").write_text(json.dumps([conversation(12)]))
        problems: list[Problem] = []
        source = FreshdeskExport(folder, "shop", **options)
        with Stage(tmp_path / "stage") as stage:
            source.stage(stage, problems.append, lambda what, times: None)
            keys = {"cf_order": "order", "cf_seats": "seats"}
            made = list(source.tickets(stage, keys))
            rest = [list(part) for part in (source.people(stage), source.teams(stage), source.fields(stage))]
        problems += [one for one in made if isinstance(one, Problem)]
        return {one.external_id: one for one in made if isinstance(one, Item)}, problems, rest

    return reading


def test_an_account(read: Any) -> None:
    incoming = conversation(11, user_id=CONTACT, incoming=True, created_at="2020-01-02T05:00:00Z")
    private = conversation(13, private=True, body_text="", body='<img src="https://x.example/a.png">', user_id=99)
    items, problems, (people, teams, fields) = read(ticket(1, conversations=[incoming, private]), ticket(2, spam=True))
    assert not problems
    values = items["1"].values
    assert {name: values[name] for name in ("status", "priority", "channel", "description", "assignee", "team")} == {
        "status": "resolved",
        "priority": "medium",
        "channel": "email",
        "description": "Help me",
        "assignee": str(AGENT),
        "team": "7",
    }
    assert (values["tags"], values["custom_fields"]) == (["question", "vip"], {"order": "A-1", "seats": 12})
    assert [(one["external_id"], one["public"], one["author_kind"], one["body"]) for one in values["comments"]] == [
        ("11", True, "customer", "Done"),
        ("12", True, "staff", "Done"),
        ("13", False, "staff", "![a.png](https://x.example/a.png)"),
    ]
    assert set(values["stubs"]) == {"99"}
    assert items["2"].values == {"is_dead": True}
    assert {one.external_id: one.values["email_verified"] for one in people} == {str(CONTACT): False, str(AGENT): True}
    assert [one.values["name"] for one in teams] == ["Returns"]
    assert [(one.external_id, one.values["key"], one.values["type"], one.values["audience"]) for one in fields] == [
        ("cf_order", "order", "text", "customer_visible"),
        ("cf_seats", "seats", "integer", "staff_only"),
        ("cf_tier", "tier", "select", "staff_only"),
    ]


ODD: dict[str, tuple[dict[str, Any], str]] = {
    "status": ({"status": 6}, "unknown_status"),
    "priority": ({"priority": 9}, "unknown_priority"),
    "time": ({"created_at": "2999-01-01T00:00:00Z"}, "invalid_time"),
    "requester": ({"requester_id": None}, "missing_requester"),
    "text": ({"description_text": "x" * 100_001}, "too_long"),
}


@pytest.mark.parametrize("name", ODD)
def test_one_odd_ticket_among_others(read: Any, name: str) -> None:
    values, code = ODD[name]
    items, problems, _ = read(ticket(1), ticket(2, **values), ticket(3))
    assert [*items] == ["1", "3"]
    assert [(one.place, one.item, one.code) for one in problems] == [("tickets.json (element 2)", "ticket 2", code)]


def test_a_status_of_ones_own_is_mapped(read: Any) -> None:
    items, _, _ = read(ticket(1, status=6), statuses={"6": "pending"})
    assert items["1"].values["status"] == "pending"
