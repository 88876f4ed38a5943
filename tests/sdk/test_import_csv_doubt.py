"""What a table leaves in doubt: nothing is lost or made by accident, and the way out is named."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.sdk.test_import_csv import HEADER, ROW, Read
from tests.sdk.test_import_csv import read as read

from helpdesk_sdk import ConfigurationError
from helpdesk_sdk.testing import Project

PLAIN = "title,body,email\nBroken,It smokes,ann@example.com\n"
NO_TIME = "2020-01-02T03:04:05Z"


def test_the_column_of_titles_tells_the_separator(read: Read) -> None:
    header = "title;body;email;created;notes, internal, of, ours\n"
    table = read(header + "A,b;c;ann@example.com;2020-01-02T03:04:05Z;x\n")
    assert [one["title"] for one in table.tickets.values()] == ["A,b"]
    named = read(
        header.replace("title", "Was, wer") + f"A;c;ann@example.com;{NO_TIME};x\n", '[columns]\ntitle="Was, wer"'
    )
    assert [one["title"] for one in named.tickets.values()] == ["A"]


@pytest.mark.parametrize("told", ["sep=;\n", '"sep=;"\r\n', "SEP=;\n", "\ufeffsep=;\n"])
def test_a_first_line_that_tells_the_separator(read: Read, told: str) -> None:
    table = read(f"{told}title;body;email;created\nA;b,c;ann@example.com;{NO_TIME}\n;;;\n\nshort;row\n")
    assert [one["description"] for one in table.tickets.values()] == ["b,c"]
    assert [one.place for one in table.problems] == ["tickets.csv:6"]


def test_a_text_is_never_lost(read: Read) -> None:
    text = f"title,problem,email,created\nx,lost?,ann@example.com,{NO_TIME}\n"
    with pytest.raises(ConfigurationError, match="No column is the description, and these are not used: problem"):
        read(text)
    (ticket,) = read(text, '[columns]\ndescription = "Problem"').tickets.values()
    assert ticket["description"] == "lost?"
    titles = read(text, '[columns]\ndescription = ""')
    assert [one["description"] for one in titles.tickets.values()] == [""]
    assert titles.notes == {"column not imported: problem": 1}


def test_a_part_without_a_column(read: Read) -> None:
    table = read(HEADER + ROW.replace("solved", "odd"), '[columns]\nstatus = ""')
    assert [one["status"] for one in table.tickets.values()] == ["open"]
    assert table.notes == {"column not imported: status": 1}


def test_every_column_of_tags_is_used(read: Read) -> None:
    table = read(f"title,body,email,created,Labels,Labels,tag\na,b,ann@example.com,{NO_TIME},x,y;z,w\n")
    assert [one["tags"] for one in table.tickets.values()] == [["w", "x", "y", "z"]]


def test_rows_without_a_time(read: Read) -> None:
    with pytest.raises(ConfigurationError, match=r"No column is the creation time.*--created TIME"):
        read(PLAIN)
    (ticket,) = read(PLAIN, created="2021-03-04T05:06:07+02:00").tickets.values()
    assert (ticket["created_at"], ticket["updated_at"]) == 2 * ("2021-03-04T03:06:07+00:00",)
    table = read(HEADER + ROW + ROW.replace("1,", "2,", 1).replace(NO_TIME, ""), created="2021-03-04T03:06:07Z")
    assert [one["created_at"][:4] for one in table.tickets.values()] == ["2020", "2021"]
    for wrong in ("yesterday", "2021-03-04", "2999-01-01T00:00:00Z"):
        with pytest.raises(ConfigurationError, match="the creation time"):
            read(PLAIN, created=wrong)


def test_rows_with_one_id(read: Read) -> None:
    table = read(HEADER + ROW + ROW + ROW.replace("Broken", "Other") + ROW.replace("1,", "2,", 1))
    assert [one["title"] for one in table.tickets.values()] == ["Broken", "Broken"]
    (problem,) = table.problems
    assert (problem.place, problem.item, problem.code) == ("tickets.csv:4", "ticket 1", "repeated_id")
    assert problem.message == "line 2 has this id and other content"
    assert table.notes == {"rows that repeat a row above them": 1}


def test_a_column_that_is_no_team_makes_no_teams(helpdesk_project: Project, tmp_path: Path) -> None:
    system, path = helpdesk_project.system, tmp_path / "tickets.csv"
    rows = (f"{n},Team {n % 3},{n},t,ann@example.com,{NO_TIME}\n" for n in range(6))
    path.write_text("number,department,id,title,email,created\n" + "".join(rows))
    mapping = tmp_path / "mapping.toml"
    mapping.write_text('[columns]\nteam = "id"\ndescription = ""\n')
    before = len(list(system.teams.list()))
    with pytest.raises(ConfigurationError, match=r"The column 'id' names 6 teams.*--max-teams 6"):
        system.imports.csv(path, mapping=mapping, max_teams=5)
    assert (len(list(system.teams.list())), list(system.tickets.list())) == (before, [])
    assert not list(tmp_path.glob("*.helpdesk-import*"))
    mapping.write_text('[columns]\ndescription = ""\n')
    done = system.imports.csv(path, mapping=mapping, max_teams=3)
    assert done.is_complete
    assert {team.name for team in system.teams.list()} >= {"Team 0", "Team 1", "Team 2"}
