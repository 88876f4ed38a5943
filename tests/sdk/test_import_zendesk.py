"""What a Zendesk account becomes: pure but for the stage, so no helpdesk is needed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.sdk import zendesk_export as z

from helpdesk_sdk.imports.desks import Item, Problem, Stage, ZendeskExport

KEYS = {"501": "tier", "502": "order_no"}


class Reading:
    """An export that was staged."""

    def __init__(self, path: Path, stage: Stage, **options: Any) -> None:
        self.problems: list[Problem] = []
        self.notes: dict[str, int] = {}
        self.export, self.stage = ZendeskExport(path, "acme", **options), stage
        self.export.stage(stage, self.problems.append, lambda what, times: self.notes.update({what: times}))
        self.items: dict[str, Item] = {}
        for made in self.export.tickets(stage, KEYS):
            if isinstance(made, Item):
                self.items[made.external_id] = made
            else:
                self.problems.append(made)


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    with Stage(tmp_path / "stage") as made:
        yield made


@pytest.fixture
def reading(tmp_path: Path, stage: Stage) -> Reading:
    return Reading(z.write_export(tmp_path / "export"), stage)


def _lines(tmp_path: Path, stage: Stage, *objects: dict[str, Any], **options: Any) -> Reading:
    file = tmp_path / "objects.jsonl"
    file.write_text(z.lines(*objects))
    return Reading(file, stage, **options)


def test_a_ticket_and_its_conversation(reading: Reading) -> None:
    assert not reading.problems
    item = reading.items["1"]
    values = item.values
    assert {name: values[name] for name in ("title", "status", "priority", "channel", "team", "reference")} == {
        "title": "Ticket 1",
        "status": "resolved",
        "priority": "medium",
        "channel": "email",
        "team": "11",
        "reference": "zendesk:acme:1",
    }
    assert (values["requester"], values["assignee"]) == (str(z.CUSTOMER), str(z.AGENT))
    # The first comment is the description, and the option's value is no tag.
    assert (values["description"], values["description_of"]) == ("First words of 1, in full", "101")
    assert (values["tags"], values["custom_fields"]) == (["question", "vip"], {"tier": "zd_gold"})
    said = values["comments"]
    assert [(one["external_id"], one["public"], one["author"], one["author_kind"]) for one in said] == [
        ("102", True, str(z.AGENT), "staff"),
        ("103", False, str(z.CC), "customer"),
        ("104", False, None, "system"),
    ]
    picture = "![shot.png](https://acme.zendesk.com/attachments/token/abc/?name=shot.png)"
    assert said[0]["body"] == f"Look:\n{picture}\nBad thing"
    kept = "inline images that stay links: they are no attachments"
    assert item.notes == {"inline images rewritten": 1, kept: 1}
    assert "192.0.2.7" not in str(values)


def test_what_is_dead(reading: Reading, tmp_path: Path) -> None:
    assert reading.items["2"].values == reading.items["5"].values == {"is_dead": True}
    with Stage(tmp_path / "other") as stage:
        items = Reading(tmp_path / "export", stage, include_deleted=True).items
    assert items["2"].values == {"is_dead": True}
    assert items["5"].values["status"] == "closed"


def test_what_somebody_else_wrote_first_is_no_description(reading: Reading) -> None:
    values = reading.items["3"].values
    assert (values["description"], values["status"], values["priority"]) == ("", "pending", "urgent")
    assert values["tags"] == ["incident", "on-hold", "vip"]
    assert [(one["public"], one["author_kind"], one["body"]) for one in values["comments"]] == [
        (False, "staff", "Called in by phone"),
        (True, "customer", "nul and  half"),
    ]
    assert "team" not in values
    assert reading.items["3"].notes["characters removed that cannot be stored"] == 2


def test_people_whom_nobody_knows_and_texts_that_are_none(reading: Reading) -> None:
    values = reading.items["6"].values
    assert values["stubs"] == {str(z.GONE): {"name": "P", "created_at": "2000-01-01T00:00:00+00:00"}}
    assert values["custom_fields"] == {"tier": "zd_retired"}
    assert reading.items["4"].values["description"] == "[a.pdf](https://acme.zendesk.com/a.pdf)"


def test_people_teams_and_fields(reading: Reading) -> None:
    stage, export = reading.stage, reading.export
    people = {one.external_id: one.values for one in export.people(stage) if isinstance(one, Item)}
    assert people[str(z.CUSTOMER)] == {
        "name": "Person 815",
        "email": "zd815@example.org",
        "email_verified": True,
        "created_at": "2019-05-05T05:05:05+00:00",
    }
    assert "email" not in people[str(z.CC)]
    assert [(one.external_id, one.values["name"]) for one in export.teams(stage) if isinstance(one, Item)] == [
        ("11", "Zendesk returns")
    ]
    fields = [one.values for one in export.fields(stage) if isinstance(one, Item)]
    assert [(one["key"], one["type"], one["audience"]) for one in fields] == [
        ("zendesk_tier", "select", "customer_visible"),
        ("zendesk_order", "text", "staff_only"),
    ]
    assert fields[0]["options"] == [{"value": "zd_gold", "label": "Gold"}]
    assert reading.notes == {"left out: suspended_tickets": 1, "not read, since it is no JSON: README.txt": 1}


ODD: dict[str, tuple[dict[str, Any], str]] = {
    "status": ({"status": "waiting"}, "unknown_status"),
    "no status": ({"status": None}, "unknown_status"),
    "type": ({"type": "epic"}, "unknown_type"),
    "priority": ({"priority": "blocker"}, "unknown_priority"),
    "requester": ({"requester_id": None, "submitter_id": None}, "missing_requester"),
    "no time": ({"created_at": None}, "missing_time"),
    "odd time": ({"created_at": "02/03/2020"}, "invalid_time"),
    "time without a zone": ({"created_at": "2020-01-01T00:00:00"}, "invalid_time"),
    "time to come": ({"created_at": "2999-01-01T00:00:00Z"}, "invalid_time"),
    "text": ({"description": "x" * 100_001}, "too_long"),
}


@pytest.mark.parametrize("name", ODD)
def test_one_odd_ticket_among_others(tmp_path: Path, stage: Stage, name: str) -> None:
    values, code = ODD[name]
    reading = _lines(tmp_path, stage, z.ticket(1), z.ticket(2, **values), z.ticket(3))
    assert [*reading.items] == ["1", "3"]
    (problem,) = reading.problems
    assert (problem.place, problem.item, problem.code) == ("objects.jsonl:2", "ticket 2", code)


def test_words_of_ones_own_are_mapped(tmp_path: Path, stage: Stage) -> None:
    odd = z.ticket(1, status="waiting", type="epic")
    reading = _lines(tmp_path, stage, odd, statuses={"waiting": "pending"}, types={"epic": "theme"})
    assert (reading.items["1"].values["status"], "theme" in reading.items["1"].values["tags"]) == ("pending", True)


def test_what_is_nothing_of_zendesk_is_named(tmp_path: Path, stage: Stage) -> None:
    reading = _lines(tmp_path, stage, {"id": 1, "colour": "red"}, z.comment(9, None), z.comment(10, 77), z.ticket(1))
    assert [*reading.items] == ["1"]
    assert [(one.place, one.item, one.code) for one in reading.problems] == [
        ("objects.jsonl:1", "object 1", "unknown_type"),
        ("objects.jsonl:2", "object 9", "unknown_ticket"),
        ("objects.jsonl:3", "comment 10", "unknown_ticket"),
    ]


def test_the_newer_of_two_readings_counts(tmp_path: Path, stage: Stage) -> None:
    newer = z.ticket(1, subject="Newer", updated_at="2021-01-01T00:00:00Z")
    by_system = z.ticket(2, subject="By the system", generated_timestamp=1580608999)
    reading = _lines(tmp_path, stage, newer, z.ticket(1), by_system, z.ticket(2))
    assert [one.values["title"] for one in reading.items.values()] == ["Newer", "By the system"]


def test_ids_that_were_written_as_numbers_with_a_point(tmp_path: Path, stage: Stage) -> None:
    reading = _lines(tmp_path, stage, z.ticket(7253394974479.0), z.comment(5.0, 7253394974479.0))  # type: ignore[arg-type]
    assert [*reading.items] == ["7253394974479"]
    assert reading.items["7253394974479"].values["description_of"] == "5"
