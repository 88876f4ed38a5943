"""examples/import_csv.py on a real helpdesk: what becomes of each column, and that nothing is lost or taken before."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import NAMESPACE_URL, uuid5

import pytest
from tests.e2e.programs import environment, run
from tests.e2e.test_import_csv import ordinary, program, report_of, write

from helpdesk_sdk import ForbiddenError

if TYPE_CHECKING:
    from helpdesk_sdk import Helpdesk
    from helpdesk_sdk.testing import Project


def test_a_file_of_another_helpdesk_in_german_excel(
    helpdesk_project: Project, system: Helpdesk, tmp_path: Path
) -> None:
    path = tmp_path / "tickets.csv"
    text = (
        "sep=;\r\n"
        "ID;Subject;Description;Requester;Priority;Status;Tags;Group;Satisfaction\r\n"
        "1;Drucker;Kein Papier; Ada Löwe <Ada@example.com> ;Critical;solved;printer, Floor 2;SUPPORT;good\r\n"
        "2;Hilfe;;Ada Löwe <ada@example.com>;;;;;\r\n"
        "3;Licht;aus;bob@example.com;normal;Closed;;support\u00a0;\r\n"
        "4;Tür;zu;Ada Löwe;;;;;\r\n"
        "5;Tor;zu;;P1;;;;\r\n"
        "6;Rad;ab;;;deleted;;;\r\n"
    )
    path.write_bytes(text.encode("utf-16"))
    output = run(program(path), environment(helpdesk_project))
    assert "3 created, 0 there already, 3 refused" in output
    assert "not imported: Satisfaction" in output
    assert "(column" not in output
    assert {(row["row"], row["line"], row["field"]) for row in report_of(path)} == {
        ("4", "6", "requester"),
        ("5", "7", "priority"),
        ("6", "8", "status"),
    }
    with path.with_name(path.name + ".refused.csv").open(newline="") as file:
        assert [line["field"] for line in csv.DictReader(file) if not line["row"]] == ["Satisfaction"]
    first, second, third = (system.tickets.get_by_external_id(key) for key in "123")
    assert (first.title, first.description, first.priority, first.status) == (
        "Drucker",
        "Kein Papier",
        "urgent",
        "resolved",
    )
    assert set(first.tags or ()) == {"printer", "floor 2"}
    ada = system.users.get("ada@example.com")
    assert (ada.name, first.created_by, second.created_by) == ("Ada Löwe", ada.user_id, ada.user_id)
    assert (second.status, third.status, third.priority) == ("open", "closed", "medium")
    # What somebody does meanwhile is not undone by the next import.
    system.tickets.reopen(first)
    assert "0 created, 3 there already, 3 refused" in run(program(path), environment(helpdesk_project))
    assert system.tickets.get(first).status == "open"


def test_a_body_is_never_lost(helpdesk_project: Project, system: Helpdesk, tmp_path: Path) -> None:
    path = tmp_path / "tickets.csv"
    path.write_text("title,problem\nx,lost?\n")
    env = environment(helpdesk_project)
    output = run(program(path), env, code=1)
    assert "No column is the body, and nobody asked for problem" in output
    assert not list(system.tickets.list())
    assert "1 created" in run(program(path, "--body-column", "Problem", "--id-prefix", "a:"), env)
    assert "not imported: problem" in run(program(path, "--no-body", "--id-prefix", "b:"), env)
    assert {ticket.description for ticket in system.tickets.list()} == {"lost?", ""}
    path.write_text("title,body\n" + "long," + "x" * 100_001 + "\nextra,cell,here\nfine,y\n")
    assert "1 created, 0 there already, 2 refused" in run(program(path), env)
    assert [(row["row"], row["line"], row["field"]) for row in report_of(path)] == [
        ("1", "2", "description"),
        ("2", "3", "row"),
    ]


def test_a_row_that_was_edited_is_told_and_changes_nothing(
    helpdesk_project: Project, system: Helpdesk, tmp_path: Path
) -> None:
    path = write(tmp_path / "tickets.csv", ordinary(3))
    env = environment(helpdesk_project)
    run(program(path, "--create-teams"), env)
    rows = ordinary(4)
    rows[1] = (rows[1][0], "Edited", *rows[1][2:])
    write(path, rows)
    assert "1 created, 2 there already, 1 refused" in run(program(path, "--create-teams"), env)
    (line,) = report_of(path)
    assert (line["row"], line["external_id"], line["field"]) == ("2", "T-1", "id")
    ticket = system.tickets.get_by_external_id("T-1")
    assert f"ticket {ticket.number} has this id and other content" in line["reason"]
    assert ticket.title == "Ticket 1 ünïcode ✓"


def test_nobody_takes_a_ticket_of_an_import_beforehand(
    helpdesk_project: Project, system: Helpdesk, tmp_path: Path
) -> None:
    path = write(tmp_path / "tickets.csv", ordinary(1))
    customer = helpdesk_project.client("customer")
    # The id that this example once made from the external id.
    customer.tickets.create("mine", id=uuid5(NAMESPACE_URL, "helpdesk-csv-import:'T-0'"))
    with pytest.raises(ForbiddenError):
        customer.tickets.create("mine", external_id="T-0")
    assert "1 created, 0 there already, 0 refused" in run(
        program(path, "--create-teams"), environment(helpdesk_project)
    )
    assert system.tickets.get_by_external_id("T-0").title == "Ticket 0 ünïcode ✓"


def test_a_mistyped_team_makes_no_team_unless_one_asks_for_it(
    helpdesk_project: Project, system: Helpdesk, tmp_path: Path
) -> None:
    path = write(
        tmp_path / "tickets.csv",
        [(*row[:3], name, "", "") for row, name in zip(ordinary(2), ("Suport", "sup\u200bport"), strict=True)],
    )
    env = environment(helpdesk_project)
    assert "1 created, 0 there already, 1 refused" in run(program(path), env)
    assert "there is no team Suport" in report_of(path)[0]["reason"]
    assert [team.name for team in system.teams.list()] == ["Support"]
    run(program(path, "--create-teams"), env)
    assert [team.name for team in system.teams.list()] == ["Support", "Suport"]
