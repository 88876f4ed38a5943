"""Exports: complete for their reader, gapless from one to the next, in little memory, harmless in a spreadsheet."""

from __future__ import annotations

import gc
import json
import tracemalloc
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from helpdesk_sdk import Helpdesk, InvalidValueError, TooManyError, exports, new_id
from helpdesk_sdk.testing import Factory, MakeClient, Project


def _kinds(lines: Iterator[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for line in lines:
        json.dumps(line)
        found.setdefault(line["kind"], []).append(line)
    return found


@pytest.fixture
def system(helpdesk_project: Project) -> Helpdesk:
    return helpdesk_project.system


def test_the_lines_have_the_whole_helpdesk(system: Helpdesk, helpdesk_factory: Factory) -> None:
    system.fields.create("plan", "select", "Plan", options=["pro"])
    cem = helpdesk_factory.person("agent", name="Cem", teams=["Shipping"])
    ticket = helpdesk_factory.ticket(team="Shipping", assignee=cem, tags=["vip"], custom_fields={"plan": "pro"})
    helpdesk_factory.message(ticket, "Hello?")
    helpdesk_factory.note(ticket, "Slow.", author=cem)
    found = _kinds(exports.lines(system))
    assert list(found) == ["header", "field", "team", "person", "ticket", "end"]
    (line,) = found["ticket"]
    assert (line["number"], line["tags"], line["staff_fields"] | line["custom_fields"]) == (
        ticket.number,
        ["vip"],
        {"plan": "pro"},
    )
    assert [part["body"] for part in line["messages"] + line["notes"]] == ["Hello?", "Slow."]
    assert {person["name"] for person in found["person"]} == {"Customer", "Cem"}
    assert found["end"] == [{"kind": "end", "counts": {"field": 1, "team": 2, "person": 2, "ticket": 1}}]


def test_a_customer_exports_their_own_tickets(helpdesk_factory: Factory, as_customer: MakeClient) -> None:
    mei = as_customer("Mei")
    own = mei.tickets.create("Mine")
    helpdesk_factory.note(own)
    helpdesk_factory.ticket()
    found = _kinds(exports.lines(mei))
    assert [(line["title"], line["notes"]) for line in found["ticket"]] == [("Mine", [])]
    assert [person["name"] for person in found["person"]] == ["Mei"]


def test_the_next_export_has_what_has_changed(system: Helpdesk, helpdesk_factory: Factory) -> None:
    first, second, third = (helpdesk_factory.ticket(f"No. {n}") for n in range(3))
    cursor = _kinds(exports.lines(system))["header"][0]["cursor"]
    found = _kinds(exports.lines(system, since=cursor))
    assert (found["end"][0]["counts"], found["header"][0]["since"]) == ({"team": 1}, cursor)
    helpdesk_factory.message(second, "More")
    new = helpdesk_factory.ticket("New")
    found = _kinds(exports.lines(system, since=cursor))
    assert {line["title"] for line in found["ticket"]} == {"No. 1", "New"}
    assert {person["user_id"] for person in found["person"]} == {str(second.created_by), str(new.created_by)}
    # Nothing before the cursor is missed by whoever applies one export after the other.
    both = {line["ticket_id"] for line in found["ticket"]} | {str(first.ticket_id), str(third.ticket_id)}
    assert both == {line["ticket_id"] for line in _kinds(exports.lines(system))["ticket"]}
    with pytest.raises(InvalidValueError):
        list(exports.lines(system, since="yesterday"))


def test_a_ticket_that_left_the_readers_sight_is_gone(
    helpdesk_factory: Factory, as_agent: MakeClient, helpdesk_project: Project
) -> None:
    agent = as_agent(teams=["Support"])
    kept, lost = helpdesk_factory.ticket(), helpdesk_factory.ticket()
    cursor = _kinds(exports.lines(agent))["header"][0]["cursor"]
    helpdesk_factory.message(kept)
    helpdesk_factory.team("Shipping")
    helpdesk_project.system.tickets.transfer(lost, "Shipping")
    found = _kinds(exports.lines(agent, since=cursor))
    assert [line["ticket_id"] for line in found["ticket"]] == [str(kept.ticket_id)]
    gone = [line["ticket_id"] for line in found.get("gone", [])]
    assert gone in ([], [str(lost.ticket_id)])


@pytest.mark.night
def test_memory_does_not_grow_with_the_number_of_tickets(system: Helpdesk, helpdesk_factory: Factory) -> None:
    mei = helpdesk_factory.person()
    for _ in range(3):
        items = [{"title": "x", "description": "y" * 20_000, "requester": mei.user_id} for _ in range(200)]
        system.tickets.create_many(items)

    def peak(tickets: int) -> int:
        tracemalloc.start()
        try:
            for number, _ in enumerate(system.tickets.export(page_size=20).limit(tickets), 1):
                if number % 20 == 0:
                    # Responses are in cycles, which are collected later.
                    gc.collect()
            assert number == tickets
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    few = peak(60)
    assert peak(600) < 1.5 * few


def test_tickets_can_be_chosen(system: Helpdesk, helpdesk_factory: Factory) -> None:
    first, _ = helpdesk_factory.ticket(), helpdesk_factory.ticket()
    assert [line["number"] for line in system.tickets.export(tickets=[first.ticket_id])] == [first.number]
    assert list(system.tickets.export(tickets=[])) == []
    with pytest.raises(TooManyError):
        list(system.tickets.export(tickets=[new_id()] * 501))
    with pytest.raises(InvalidValueError):
        system.tickets.export(tickets=["x"])


def test_files_are_saved_once(system: Helpdesk, helpdesk_factory: Factory, tmp_path: Path) -> None:
    ticket = helpdesk_factory.ticket()
    source = tmp_path / "note.txt"
    source.write_text("It is a text.")
    system.settings.update(attachment_require_check=False)
    attachment = system.attachments.upload(ticket, source, placement="ticket")
    place = tmp_path / "files"
    place.mkdir()
    for expected in ((1, 0), (0, 1)):
        saver = exports.FileSaver(system, place)
        found = _kinds(saver.each(exports.lines(system)))
        (line,) = found["ticket"][0]["attachments"]
        assert (saver.saved.new, saver.saved.kept, saver.saved.problems) == (*expected, 0)
        assert line["file"] == f"{attachment.attachment_id}.txt"
        assert (place / line["file"]).read_text() == "It is a text."


def test_a_table_has_no_formulas(system: Helpdesk, helpdesk_factory: Factory) -> None:
    system.fields.create("code", "text", "Code")
    mei = helpdesk_factory.person(name="=Mei")
    for title in ('=HYPERLINK("http://evil.example")', "+1", "-1", "@x", "Plain"):
        helpdesk_factory.ticket(title, requester=mei, custom_fields={"code": "=1+1"}, tags=["=t"])
    head, *rows = list(exports.rows(system))
    table = [dict(zip(head, row, strict=True)) for row in rows]
    assert [row["title"] for row in table] == ['\'=HYPERLINK("http://evil.example")', "'+1", "'-1", "'@x", "Plain"]
    assert {(row["fields.code"], row["tags"], row["team"]) for row in table} == {("'=1+1", "'=t", "Support")}
    assert {row["requester"] for row in table} == {mei.email}
    assert not any(str(cell).startswith(("=", "+", "-", "@")) for row in rows for cell in row)
