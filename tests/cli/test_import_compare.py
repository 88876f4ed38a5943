"""`helpdesk import helpdesk` and `helpdesk import compare`: what was exported is here, value by value."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from uuid import uuid4

from tests.cli.conftest import People

_AT = "2020-01-02T03:04:05+00:00"
# Free, whatever other tests open in this helpdesk meanwhile.
_NUMBER = 70_000


def export(path: Path, mark: str) -> Path:
    """A small export whose people are its own."""
    team, agent, ann, first = (str(uuid4()) for _ in range(4))
    person = {"kind": "person", "is_active": True, "created_at": _AT, "auth_user_id": None, "role": "customer"}
    ticket: dict[str, Any] = {
        "kind": "ticket",
        "ticket_id": first,
        "number": _NUMBER,
        "external_id": None,
        "title": "Lost",
        "description": "",
        "status": "closed",
        "priority": "high",
        "channel": "web",
        "team_id": team,
        "requester_id": ann,
        "assignee_id": agent,
        "tags": ["a", "b"],
        "custom_fields": {},
        "staff_fields": {},
        "snoozed_until": None,
        "first_response_at": None,
        "resolved_at": None,
        "closed_at": _AT,
        "created_at": _AT,
        "updated_at": _AT,
        "notes": [],
        "merge": None,
        "links": [],
        "attachments": [],
    }
    message = {"message_id": str(uuid4()), "author_id": ann, "author_kind": "customer", "author_name": "Ann"}
    ticket["messages"] = [message | {"body": "Hello", "created_at": _AT, "sequence": 7, "redacted_at": None}]
    lines = [
        {"kind": "header", "format": 1, "exported_at": _AT, "since": None, "cursor": "0.0"},
        {"kind": "team", "team_id": team, "name": f"Parcels {mark}", "description": "", "is_public": False}
        | {"members": [agent]},
        person
        | {"user_id": agent, "name": "Cem", "role": "agent", "auth_user_id": str(uuid4())}
        | {"email": f"cem-{mark}@example.net"},
        person | {"user_id": ann, "name": "Ann", "email": f"ann-{mark}@example.net"},
        ticket,
        {"kind": "end", "counts": {}},
    ]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return path


def test_an_export_is_imported_and_compared(people: People, tmp_path: Path) -> None:
    mark = uuid4().hex[:8]
    path = export(tmp_path / "all.jsonl", mark)
    arguments = (path, "--name", mark)
    assert "missing" in people.admin("import", "compare", *arguments, code=1).out
    done = people.admin("import", "helpdesk", *arguments, "--give-roles")
    assert "people who are agents here now: 1" in done.out
    assert people.admin("import", "compare", *arguments).out.splitlines()[-1] == "All is equal."
    path.write_text(path.read_text().replace('"high"', '"low"'))
    shown = people.admin("import", "compare", *arguments, "--json", code=1).json
    assert shown["differences"] == [
        {"item": f"ticket {_NUMBER}", "value": "priority", "in_source": "low", "in_helpdesk": "high"}
    ]
    text = people.admin("import", "compare", *arguments, code=1).out
    assert "priority" in text
    assert "All is equal" not in text


def test_only_admins_compare(people: People, tmp_path: Path) -> None:
    path = export(tmp_path / "all.jsonl", uuid4().hex[:8])
    assert "You may not do this" in people.agent("import", "compare", path, code=5).err
    assert "there is no such file" in people.admin("import", "compare", tmp_path / "no.jsonl", code=1).err
