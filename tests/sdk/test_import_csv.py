"""CSV as people have it: encodings, separators, words, times and zones; what is in doubt is refused with its place."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from helpdesk_sdk import ConfigurationError, LocalFileError
from helpdesk_sdk.imports.desks import CsvTable, Item, Problem, Stage, read_mapping

HEADER = "id,subject,body,email,status,priority,created,tags\n"
ROW = "1,Broken,It smokes,ann@example.com,solved,normal,2020-01-02T03:04:05Z,a;B|a\n"


class Table:
    """A table that was read."""

    def __init__(self, path: Path, stage: Stage, mapping: str | None, zone: dict[str, Any], options: Any) -> None:
        file = None
        if mapping is not None:
            file = path.with_name("mapping.toml")
            file.write_text(mapping, encoding="utf-8")
        self.problems: list[Problem] = []
        self.notes: dict[str, int] = {}
        self.source = CsvTable(path, mapping=read_mapping(file, **zone), **options)
        self.source.stage(stage, self.problems.append, lambda what, times: self.notes.update({what: times}))
        self.people = {one.external_id: one.values for one in self.source.people(stage) if isinstance(one, Item)}
        self.teams = [one.values["name"] for one in self.source.teams(stage) if isinstance(one, Item)]
        fields = [one for one in self.source.fields(stage) if isinstance(one, Item)]
        self.fields = {one.external_id: one.values for one in fields}
        self.tickets: dict[str, dict[str, Any]] = {}
        for made in self.source.tickets(stage, {one.external_id: one.external_id for one in fields}):
            if isinstance(made, Item):
                self.tickets[made.external_id] = made.values
            else:
                self.problems.append(made)


Read = Callable[..., Table]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    def reading(text: str | bytes, mapping: str | None = None, **options: Any) -> Table:
        path = tmp_path / "tickets.csv"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        zone: dict[str, Any] = {name: options.pop(name) for name in ("zone", "time_format") if name in options}
        (tmp_path / "stage").unlink(missing_ok=True)
        with Stage(tmp_path / "stage") as stage:
            return Table(path, stage, mapping, zone, options)

    return reading


def test_a_row_becomes_a_ticket(read: Read) -> None:
    table = read(HEADER + ROW)
    assert not table.problems
    assert table.tickets["1"] == {
        "title": "Broken",
        "description": "It smokes",
        "status": "resolved",
        "priority": "medium",
        "channel": "import",
        "requester": "ann@example.com",
        "reference": "csv:1",
        "created_at": "2020-01-02T03:04:05+00:00",
        "updated_at": "2020-01-02T03:04:05+00:00",
        "tags": ["a", "b"],
        "custom_fields": {},
        "comments": [],
    }
    assert table.people["ann@example.com"]["email_verified"] is False


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_encodings_and_separators(read: Read, encoding: str, separator: str) -> None:
    text = separator.join(("Betreff", "email", "created")) + "\r\n"
    text += separator.join(('"Größe ""XL""\r\nrot"', "ann@example.com", "2020-01-02T03:04:05Z")) + "\r\n"
    table = read(text.encode(encoding), '[columns]\ntitle = "betreff"')
    assert [one["title"] for one in table.tickets.values()] == ['Größe "XL" rot']


def test_an_encoding_in_doubt_is_refused_with_line_and_column(read: Read) -> None:
    data = (HEADER + ROW + ROW.replace("1,Broken", "2,Grün")).encode("cp1252")
    with pytest.raises(LocalFileError, match=r"tickets\.csv:3:5: this is not UTF-8 \(byte 0xfc\)"):
        read(data)
    (problem,) = read(HEADER.encode() + 999 * ROW.encode() + data[len(HEADER) :]).problems
    assert (problem.place, problem.code) == ("tickets.csv:1002:5", "unreadable")
    assert read(data, encoding="cp1252").tickets["2"]["title"] == "Grün"
    with pytest.raises(ConfigurationError, match="no encoding nothing"):
        read(data, encoding="nothing")


def test_a_zone_is_asked_for_and_never_guessed(read: Read) -> None:
    text = HEADER + ROW.replace("2020-01-02T03:04:05Z", "02.07.2020 14:00")
    with pytest.raises(ConfigurationError, match=r"have no time zone: '02\.07\.2020 14:00'"):
        read(text, time_format="%d.%m.%Y %H:%M")
    table = read(text, time_format="%d.%m.%Y %H:%M", zone="Europe/Berlin")
    assert table.tickets["1"]["created_at"] == "2020-07-02T12:00:00+00:00"
    with pytest.raises(ConfigurationError, match="no time zone 'Europe/Bonn'"):
        read(text, zone="Europe/Bonn")
    gap = text.replace("02.07.2020 14:00", "29.03.2020 02:30")
    (problem,) = read(gap, '[times]\nformat = "%d.%m.%Y %H:%M"\nzone = "Europe/Berlin"').problems
    assert problem.message == "created does not exist in Europe/Berlin: '29.03.2020 02:30'"
    assert read(text, zone="UTC").problems[0].message.startswith("created is no time of the format ISO 8601")


MAPPING = """
[columns]
title = "Betreff"
description = ""
status = "Zustand"
team = "Abteilung"
assignee = "Bearbeiter"
[statuses]
"In Arbeit" = "open"
[priorities]
hoch = "high"
[fields]
order_no = "Auftrag"
seats = {column = "Plätze", type = "integer"}
paid = {column = "Bezahlt", type = "boolean"}
tier = {column = "Stufe", type = "select"}
"""
GERMAN = "Betreff;Zustand;Abteilung;Bearbeiter;priority;Auftrag;Plätze;Bezahlt;Stufe;created;email;Rest\n"


def test_a_mapping(read: Read) -> None:
    row = "Hallo;in arbeit;Vertrieb;Bo <BO@example.com>;hoch;A-17;12;ja;gold;2020-01-02T03:04:05Z;ann@example.com;x\n"
    table = read(GERMAN + row, MAPPING)
    (values,) = table.tickets.values()
    assert (values["status"], values["priority"], values["team"], values["assignee"]) == (
        *("open", "high", "vertrieb", "bo@example.com"),
    )
    assert values["custom_fields"] == {"order_no": "A-17", "seats": 12, "paid": True, "tier": "gold"}
    assert table.fields["tier"]["options"] == [{"value": "gold", "label": "gold"}]
    assert (table.teams, table.people["bo@example.com"]["name"]) == (["Vertrieb"], "Bo")
    assert table.notes == {"column not imported: Rest": 1}


def test_comments_as_jira_writes_them(read: Read) -> None:
    header = "key,summary,reporter,created,comment,comment\n"
    cells = ("03/Jul/20 1:00 PM;bob;Try; again", "02/Jul/20 3:00 PM;ann@example.com;Please")
    row = ",".join(("J-1,Broken,ann@example.com,02/Jul/20 2:00 PM", *cells)) + "\n"
    table = read(header + row, zone="UTC", time_format="%d/%b/%y %I:%M %p")
    said = table.tickets["J-1"]["comments"]
    assert [(one["external_id"], one["author"], one["author_kind"], one["body"]) for one in said] == [
        ("J-1#2", "ann@example.com", "customer", "Please"),
        ("J-1#1", "bob", "staff", "Try; again"),
    ]
    assert table.tickets["J-1"]["stubs"] == {"bob": {"name": "bob", "created_at": "2000-01-01T00:00:00+00:00"}}


ODD = {
    "status": (ROW.replace("solved", "odd"), "unknown_status"),
    "priority": (ROW.replace("normal", "odd"), "unknown_priority"),
    "time": (ROW.replace("2020-01-02T03:04:05Z", "2999-01-02T03:04:05Z"), "invalid_time"),
    "no time": (ROW.replace("2020-01-02T03:04:05Z", ""), "missing_time"),
    "title": (ROW.replace("Broken", " "), "missing_title"),
    "requester": (ROW.replace("ann@example.com", "ann"), "missing_requester"),
    "no requester": (ROW.replace("ann@example.com", ""), "missing_requester"),
    "cells": ("1,2,3\n", "row"),
    "long id": (ROW.replace("1,", "1" * 199 + ",", 1), "too_long"),
}


@pytest.mark.parametrize("name", ODD)
def test_one_odd_row_among_others(read: Read, name: str) -> None:
    row, code = ODD[name]
    table = read(HEADER + ROW.replace("1,", "5,", 1) + row + ROW.replace("1,", "6,", 1))
    assert [*table.tickets] == ["5", "6"]
    assert [(one.place, one.code) for one in table.problems] == [("tickets.csv:3", code)]


def test_files_that_are_no_tables(read: Read, tmp_path: Path) -> None:
    with pytest.raises(LocalFileError, match="is empty"):
        read("")
    with pytest.raises(ConfigurationError, match="No column is the title"):
        read("a,b\n1,2\n")
    with pytest.raises(ConfigurationError, match="no column 'Nothing' for title"):
        read(HEADER, '[columns]\ntitle = "Nothing"')
    for mapping, wrong in (
        ("[colums]", "'colums' is not known"),
        ('[columns]\nx = "y"', "columns.x is not known"),
        ("x =", "is no mapping"),
        ('[statuses]\na = "new"', "statuses.a must be one of"),
    ):
        with pytest.raises(ConfigurationError, match=wrong):
            read(HEADER, mapping)
    (problem,) = read(HEADER + ROW + '2,"Open quote,x\n').problems
    assert (problem.code, problem.message) == ("unreadable", "this is no CSV: unexpected end of data")
    without = read(HEADER + ROW.replace("1,", ",", 1), requester="desk@example.com")
    (id,) = without.tickets
    assert id.startswith("sha256:")
    with pytest.raises(LocalFileError, match="No such file"):
        CsvTable(tmp_path / "none.csv")
