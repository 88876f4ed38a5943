"""What one helpdesk exports, another one imports, and both compare equal."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from helpdesk_sdk import Helpdesk, exports
from helpdesk_sdk.testing import Factory, Project

# What a ticket is, wherever it is: without ids and numbers.
_OF_TICKETS = ("title", "description", "status", "priority", "channel", "tags", "custom_fields", "staff_fields")
_OF_PARTS = ("body", "author_name", "author_kind", "created_at")
_OF_MERGES = ("source_status", "source_resolved_at", "source_closed_at", "added_tags", "merged_at")
_TIMES = ("created_at", "resolved_at", "closed_at", "first_response_at")


@pytest.fixture
def empty(_helpdesk_databases: Any) -> Iterator[Helpdesk]:
    """Another helpdesk, in which nothing is."""
    with _helpdesk_databases.project() as project:
        yield project.system


@pytest.fixture
def source(helpdesk_project: Project, helpdesk_factory: Factory) -> Helpdesk:
    """A helpdesk with a bit of everything."""
    return fill(helpdesk_project, helpdesk_factory)


def fill(helpdesk_project: Project, helpdesk_factory: Factory) -> Helpdesk:
    """Tickets in every state, with messages, notes, fields, links and merges, of which some were undone."""
    system = helpdesk_project.system
    system.fields.create("plan", "select", "Plan", options={"pro": "Pro", "free": "Free"}, audience="customer_visible")
    system.fields.create("score", "integer", "Score")
    mei = helpdesk_factory.person(name="Mei")
    cem = helpdesk_factory.person("agent", name="Cem", teams=["Shipping"])
    lost = helpdesk_factory.ticket("Lost", "Where?", requester=mei, team="Shipping", assignee=cem, tags=["vip", "b"])
    helpdesk_factory.message(lost, "Hello?\nAnybody there?")
    helpdesk_factory.note(lost, "The carrier is slow.", author=cem)
    helpdesk_factory.message(lost, "We look.", author=cem)
    helpdesk_factory.message(lost, "By the system.")
    system.tickets.update(lost.number, custom_fields={"plan": "pro", "score": 7}, external_id="shop:1")
    done = helpdesk_factory.ticket("Done", requester=mei, status="resolved", priority="urgent")
    closed = helpdesk_factory.ticket("Closed", requester=mei, status="closed")
    first, second = (helpdesk_factory.ticket(title, requester=mei, tags=[title]) for title in ("First", "Second"))
    helpdesk_factory.message(first, "On the first.")
    system.tickets.link(closed, "follow_up_of", lost)
    system.tickets.link(lost, "blocks", second)
    system.tickets.unlink(lost, "blocks", second)
    system.tickets.link(first, "child_of", lost)
    # A chain, and a merge that was undone.
    system.tickets.merge(first, second)
    system.tickets.merge(done, lost)
    system.tickets.merge(second, done)
    system.tickets.unmerge(system.tickets.merge(closed, lost).source_id)
    return system


def _write(path: Path, hd: Helpdesk, since: str | None = None) -> list[dict[str, Any]]:
    lines = list(exports.lines(hd, since=since))
    path.write_bytes(gzip.compress("".join(json.dumps(line) + "\n" for line in lines).encode()))
    return lines


def _compared(lines: list[dict[str, Any]]) -> dict[str, list[Any]]:
    """An export without what differs: ids, numbers, revisions."""
    names = {
        line["user_id"]: (line["name"], line["email"], line["created_at"]) for line in lines if line["kind"] == "person"
    }
    teams = {line["team_id"]: line["name"] for line in lines if line["kind"] == "team"}
    numbers = {line["number"]: line["title"] for line in lines if line["kind"] == "ticket"}
    tickets = []
    for line in lines:
        if line["kind"] != "ticket":
            continue
        said = [
            (
                part["body"],
                names.get(part["author_id"]),
                part["author_name"],
                part["created_at"],
                part.get("author_kind"),
            )
            for part in sorted(line["messages"] + line["notes"], key=lambda part: part["sequence"])
        ]
        people = names[line["requester_id"]], teams[line["team_id"]]
        merge = line["merge"] and [numbers[line["merge"]["target_number"]], *map(line["merge"].get, _OF_MERGES)]
        links = [(one["kind"], numbers[one["target_number"]], one["linked_at"]) for one in line["links"]]
        values = (line[name] for name in (*_OF_TICKETS, *_TIMES, "external_id"))
        tickets.append([*values, people, said, merge, sorted(links)])
    fields = [
        {name: line[name] for name in ("key", "type", "label", "audience")} for line in lines if line["kind"] == "field"
    ]
    return {"tickets": tickets, "fields": fields, "people": sorted(map(repr, names.values()))}


def test_what_was_exported_is_imported_and_compares_equal(source: Helpdesk, empty: Helpdesk, tmp_path: Path) -> None:
    before = _write(tmp_path / "all.jsonl.gz", source)
    summary = empty.imports.helpdesk(tmp_path / "all.jsonl.gz", name="old")
    assert summary.is_complete, summary
    after = list(exports.lines(empty))
    assert _compared(after) == _compared(before)
    kinds = {check.kind: check.helpdesk_count for check in summary.checks}
    assert (kinds["link"], kinds["merge"], summary.counts["merge"].created) == (2, 3, 3)
    # Who had a role or work there has none here.
    assert {ticket.assigned_to for ticket in empty.tickets.list()} == {None}
    assert {user.role for user in empty.users.list()} == {"customer"}
    assert empty.imports.helpdesk(tmp_path / "all.jsonl.gz", name="old").is_complete
    assert _compared(list(exports.lines(empty))) == _compared(before)


def test_the_next_export_brings_what_has_changed(
    source: Helpdesk, empty: Helpdesk, helpdesk_factory: Factory, tmp_path: Path
) -> None:
    cursor = _write(tmp_path / "1.jsonl.gz", source)[0]["cursor"]
    (lost,) = source.tickets.list(query="Lost")
    source.tickets.update(lost, priority="low")
    helpdesk_factory.message(lost, "One more.")
    helpdesk_factory.ticket("New")
    _write(tmp_path / "2.jsonl.gz", source, since=cursor)
    assert empty.imports.helpdesk(tmp_path).is_complete
    assert _compared(list(exports.lines(empty))) == _compared(list(exports.lines(source)))


def test_the_undo_of_a_merge_finds_what_it_would_find_in_the_source(
    source: Helpdesk, empty: Helpdesk, tmp_path: Path
) -> None:
    _write(tmp_path / "all.jsonl.gz", source)
    assert empty.imports.helpdesk(tmp_path / "all.jsonl.gz").is_complete
    for hd in (source, empty):
        for title in ("Done", "Second", "First"):
            (ticket,) = [one for one in hd.tickets.list() if one.title == title]
            hd.tickets.unmerge(ticket)
    assert _compared(list(exports.lines(empty))) == _compared(list(exports.lines(source)))
    # What was undone here stays so, whatever the source says.
    again = empty.imports.helpdesk(tmp_path / "all.jsonl.gz")
    assert (again.counts["merge"].dead, again.counts["link"].unchanged) == (3, 2)
    assert not [line for line in exports.lines(empty) if line.get("merge")]


def test_merges_and_links_that_changed_in_the_source_change_here(
    source: Helpdesk, empty: Helpdesk, helpdesk_factory: Factory, tmp_path: Path
) -> None:
    cursor = _write(tmp_path / "1.jsonl.gz", source)[0]["cursor"]
    assert empty.imports.helpdesk(tmp_path / "1.jsonl.gz").is_complete
    named = {ticket.title: ticket for ticket in source.tickets.list()}
    source.tickets.unmerge(named["Second"])
    source.tickets.update(source.tickets.get(named["Second"].number), title="Second, mended")
    source.tickets.unlink(named["Closed"], "follow_up_of", named["Lost"])
    source.tickets.link(named["Closed"], "duplicate_of", helpdesk_factory.ticket("New"))
    _write(tmp_path / "2.jsonl.gz", source, since=cursor)
    assert empty.imports.helpdesk(tmp_path / "2.jsonl.gz").is_complete
    assert _compared(list(exports.lines(empty))) == _compared(list(exports.lines(source)))
    assert empty.imports.helpdesk(tmp_path).is_complete
    assert _compared(list(exports.lines(empty))) == _compared(list(exports.lines(source)))


def test_an_export_that_was_cut_is_not_imported(source: Helpdesk, empty: Helpdesk, tmp_path: Path) -> None:
    lines = list(exports.lines(source))
    cases = {
        "cut.jsonl": [*lines[:-1]],
        "newer.jsonl": [lines[0] | {"format": 2}, *lines[1:]],
        "other.jsonl": [{"id": 7, "subject": "of Zendesk"}],
    }
    for name, content in cases.items():
        (tmp_path / name).write_text("".join(json.dumps(line) + "\n" for line in content))
        summary = empty.imports.helpdesk(tmp_path / name)
        assert (summary.is_complete, summary.state) == (False, "unreadable")
        assert name in summary.problems[0].place
    half = tmp_path / "half.jsonl.gz"
    _write(half, source)
    half.write_bytes(half.read_bytes()[:-40])
    assert empty.imports.helpdesk(half).state == "unreadable"
    assert list(empty.tickets.list()) == []
