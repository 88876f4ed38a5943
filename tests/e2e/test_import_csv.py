"""examples/import_csv.py on a real helpdesk: twice, interrupted, and with rows that nobody should accept."""

from __future__ import annotations

import csv
import json
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import pytest
from tests.e2e.programs import environment, python, run

if TYPE_CHECKING:
    from helpdesk_sdk import Helpdesk
    from helpdesk_sdk.testing import Project

HEADER = ("id", "title", "body", "team", "label", "created_at")


def write(path: Path, rows: Sequence[Sequence[str]]) -> Path:
    with path.open("w", newline="", encoding="utf-8", errors="surrogateescape") as file:
        csv.writer(file).writerows([HEADER, *rows])
    return path


def ordinary(count: int) -> list[tuple[str, ...]]:
    return [
        (f"T-{n}", f"Ticket {n} ünïcode ✓", f"Line one\nline {n}", f"Team {n % 3}", "Bug", "2023-08-26 06:33:37")
        for n in range(count)
    ]


def report_of(path: Path) -> list[dict[str, str]]:
    """The lines about rows."""
    with path.with_name(path.name + ".refused.csv").open(newline="") as file:
        return [line for line in csv.DictReader(file) if line["row"]]


def program(path: Path, *more: str) -> list[str | Path]:
    return python("import_csv.py", path, *more)


def test_a_second_run_doubles_nothing(helpdesk_project: Project, system: Helpdesk, tmp_path: Path) -> None:
    path = write(tmp_path / "tickets.csv", ordinary(120))
    env = environment(helpdesk_project)
    command = program(path, "--create-teams")
    assert "120 created, 0 there already, 0 refused" in run(command, env)
    system.tickets.close(system.tickets.get_by_external_id("T-3"))
    assert "0 created, 120 there already, 0 refused" in run(command, env)
    # A repetition takes no numbers.
    assert system.tickets.create("next", requester="csv-import@example.com").number == 121
    tickets = list(system.tickets.list(page_size=500))
    assert len(tickets) == 121
    teams = {team.team_id: team.name for team in system.teams.list()}
    assert Counter(teams[ticket.team_id] for ticket in tickets if ticket.external_id) == {
        "Team 0": 40,
        "Team 1": 40,
        "Team 2": 40,
    }
    one = system.tickets.get_by_external_id("T-7")
    assert (one.title, one.description) == ("Ticket 7 ünïcode ✓", "Line one\nline 7")
    assert (one.tags, one.channel) == (("bug",), "import")
    assert one.custom_fields == {"created_at_source": "2023-08-26 06:33:37"}
    assert system.users.get(one.created_by).email == "csv-import@example.com"


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
def test_an_interrupted_run_goes_on_where_it_stopped(
    helpdesk_project: Project, system: Helpdesk, tmp_path: Path, how: signal.Signals
) -> None:
    path = write(tmp_path / "tickets.csv", [*ordinary(350), ("", "", "no title", "", "", "")])
    env = environment(helpdesk_project)
    progress = path.with_name(path.name + ".progress.json")
    command = program(path, "--create-teams", "--concurrency", "2")
    with subprocess.Popen(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as first:
        deadline = time.monotonic() + 60
        while not progress.exists():
            assert first.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.01)
        first.send_signal(how)
        said = first.communicate(timeout=60)[0]
    assert first.returncode == (-signal.SIGKILL if how is signal.SIGKILL else 130)
    assert ("Interrupted" in said) == (how is signal.SIGINT)
    assert "Traceback" not in said
    done = json.loads(progress.read_text())["rows"]
    assert 100 <= done < 350
    again = run(command, env)
    assert f"Continuing after row {done}" in again
    assert "350 created, 0 there already, 1 refused" in again
    assert not progress.exists()
    assert len(list(system.tickets.list(page_size=1000))) == 350
    assert [row["row"] for row in report_of(path)] == ["351"]
    assert {ticket.external_id for ticket in system.tickets.list(page_size=1000)} == {f"T-{n}" for n in range(350)}


def test_progress_of_another_helpdesk_is_not_believed(
    helpdesk_project: Project, system: Helpdesk, tmp_path: Path
) -> None:
    path = write(tmp_path / "tickets.csv", ordinary(150))
    env = environment(helpdesk_project)
    command = program(path, "--create-teams")
    progress = path.with_name(path.name + ".progress.json")
    with subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as first:
        while not progress.exists() and first.poll() is None:
            time.sleep(0.01)
        first.kill()
    with psycopg.connect(helpdesk_project.db_url) as db:
        # The stack was made anew: same address, nothing in it.
        db.execute("alter table helpdesk.events disable trigger all")
        db.execute("truncate helpdesk.tickets, helpdesk_private.request_ids cascade")
    again = run(command, env)
    assert "another helpdesk" in again
    assert "150 created" in again


def test_hostile_rows_are_refused_one_by_one_and_the_rest_goes_in(
    helpdesk_project: Project, system: Helpdesk, tmp_path: Path
) -> None:
    hostile = [
        ("good-1", "=HYPERLINK(1)", "@SUM(A1)", "", "+1", "=1+1"),
        ("empty", "  ", "no title", "", "", ""),
        ("nul", "nul", "a\0b", "", "", ""),
        ("huge", "huge", "x" * 200_000, "", "", ""),
        ("latin1", "caf\udce9", "", "", "", ""),
        ("long-title", "t" * 301, "", "", "", ""),
        ("i" * 201, "long id", "", "", "", ""),
        ("label", "label", "", "", "l" * 51, ""),
        ("team", "team", "", "t" * 101, "", ""),
        ("typo", "typo", "", "Suport", "", ""),
        ("good-1", "the same id again", "other content", "", "", ""),
        ("good-2", "\u202eright to left \U0001f600 \ufeff", "a\r\nb\tc", "", "", ""),
        ("good-2", "\u202eright to left \U0001f600 \ufeff", "a\r\nb\tc", "", "", ""),
    ]
    path = write(tmp_path / "hostile.csv", hostile)
    with path.open("a") as file:
        file.write("short,row\n")
    output = run(program(path), environment(helpdesk_project))
    assert "2 created, 1 there already, 11 refused" in output
    refused = {(row["row"], row["field"]) for row in report_of(path)}
    assert refused == {
        ("2", "title"),
        ("3", "description"),
        ("4", "description"),
        ("5", "title"),
        ("6", "title"),
        ("7", "external_id"),
        ("8", "tags"),
        ("9", "team"),
        ("10", "team"),
        ("11", "id"),
        ("14", "row"),
    }
    assert all(row["reason"] for row in report_of(path))
    tickets = {ticket.external_id: ticket for ticket in system.tickets.list()}
    assert set(tickets) == {"good-1", "good-2"}
    assert len(list(system.teams.list())) == 1
    # What goes in goes in as it is: formulas are harmless in a database.
    assert (tickets["good-1"].title, tickets["good-1"].description) == ("=HYPERLINK(1)", "@SUM(A1)")
    assert tickets["good-2"].description == "a\r\nb\tc"


def test_somebody_who_may_not_create_teams_is_told_so(helpdesk_project: Project, tmp_path: Path) -> None:
    path = write(tmp_path / "tickets.csv", ordinary(3))
    agent = helpdesk_project.add_person("agent")
    output = run(program(path, "--create-teams"), environment(helpdesk_project, agent), code=1)
    assert "There is no team Team 0, and only admins create teams." in output
    assert "Traceback" not in output


def test_a_column_that_is_no_team_does_not_flood_the_helpdesk(
    helpdesk_project: Project, system: Helpdesk, tmp_path: Path
) -> None:
    path = write(tmp_path / "tickets.csv", ordinary(20))
    command = program(path, "--team-column", "id", "--create-teams", "--max-teams", "5")
    assert "5 created, 0 there already, 15 refused" in run(command, environment(helpdesk_project))
    assert len(list(system.teams.list())) == 6


@pytest.mark.parametrize(
    ("arguments", "said"),
    [(["--title-column", "nope"], "no column nope"), (["--encoding", "klingon"], "no encoding klingon")],
)
def test_a_wrong_option_is_named(helpdesk_project: Project, tmp_path: Path, arguments: list[str], said: str) -> None:
    path = write(tmp_path / "tickets.csv", ordinary(1))
    assert said in run(python("import_csv.py", path, *arguments), environment(helpdesk_project), code=1)


def test_a_helpdesk_that_is_not_there_is_said_in_a_line(tmp_path: Path) -> None:
    path = write(tmp_path / "tickets.csv", ordinary(1))
    env = {"HELPDESK_URL": "http://127.0.0.1:1", "HELPDESK_KEY": "sb_secret_x", "PATH": "/usr/bin:/bin"}
    output = run(python("import_csv.py", path, "--patience", "0"), env, code=1)
    assert output.startswith("Stopped: ")
    assert "Traceback" not in output
