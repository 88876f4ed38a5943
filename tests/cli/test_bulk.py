"""One change to all tickets that match a query: shown, asked, carried out, reported, repeated."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from tests.cli.conftest import OTHER_TEAM, TEAM, People

from helpdesk_sdk import Helpdesk


@pytest.fixture
def word(people: People) -> str:
    """A word that is in the titles of three tickets of the customer's, and in no other."""
    word = f"w{uuid4().hex}"
    with people.crew.client("customer") as customer:
        customer.tickets.create_many({"title": f"Printer {n} {word}", "team": TEAM} for n in range(3))
    return word


def _lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_a_dry_run_shows_what_would_change_and_changes_nothing(people: People, word: str, tmp_path: Path) -> None:
    wish = ("--query", word, "--set", "priority=high", "--tag", "Printer", "--assign", "me")
    out = people.agent("tickets", "bulk", *wish, "--dry-run").out
    assert out.count("priority medium → high, +printer, assignee nobody → Cli Agent") == 3
    assert out.endswith("3 tickets would change, 0 would stay as they are.\n")
    path = tmp_path / "dry.jsonl"
    found = people.agent("tickets", "bulk", *wish, "--dry-run", "--json", "--report", path).json
    assert (found["dry_run"], found["matched"], found["would_change"], found["changed"]) == (True, 3, 3, 0)
    assert _lines(path) == found["tickets"]
    assert found["tickets"][0]["changes"]["priority"] == ["medium", "high"]
    listed = people.agent("tickets", "list", "--query", word, "--json").json
    assert {(one["priority"], one["assigned_to"], tuple(one["tags"])) for one in listed} == {("medium", None, ())}


def test_the_change_is_made_and_its_repetition_changes_nothing(people: People, word: str, tmp_path: Path) -> None:
    path = tmp_path / "report.jsonl"
    wish = ("--query", word, "--set", "status=closed", "--set", "fields.seats=5", "--assign", "me", "--tag", "done")
    said = people.agent("tickets", "bulk", *wish, "--yes", "--report", path).out
    assert said == "3 tickets changed, 0 stayed as they are, 0 failed.\n"
    assert [(one["result"], one["done"]) for one in _lines(path)] == [
        ("changed", ["update", "tag", "assign", "close"])
    ] * 3
    listed = people.agent("tickets", "list", "--query", word, "--json").json
    assert {(one["status"], one["custom_fields"]["seats"], one["assignee"]["name"]) for one in listed} == {
        ("closed", 5, "Cli Agent")
    }
    revisions = [one["revision"] for one in listed]
    done = people.agent("tickets", "bulk", *wish, "--yes", "--json").json
    assert (done["changed"], done["unchanged"], done["failed"]) == (0, 3, 0)
    assert [one["revision"] for one in people.agent("tickets", "list", "--query", word, "--json").json] == revisions
    people.agent(
        "tickets", "bulk", "--query", word, "--set", "status=open", "--assign", "nobody", "--untag", "DONE", "-y"
    )
    listed = people.agent("tickets", "list", "--query", word, "--json").json
    assert {(one["status"], one["assigned_to"], tuple(one["tags"])) for one in listed} == {("open", None, ())}


def test_a_reply_is_sent_once_however_often_the_command_is_repeated(
    people: People, word: str, customer: Helpdesk
) -> None:
    wish = ("--query", word, "--reply", "Fixed.", "--set", "status=resolved", "--set", "priority=low", "--yes")
    run = people.agent("tickets", "bulk", *wish, "--limit", 2, "--json").json
    assert (run["matched"], run["changed"]) == (2, 2)
    again = people.agent("tickets", "bulk", *wish, "--id", run["id"], "--json").json
    assert (again["changed"], again["failed"]) == (3, 0)
    for one in again["tickets"]:
        assert [message.body for message in customer.messages.list(one["number"])] == ["Fixed."]
        assert customer.tickets.get(one["number"]).status == "resolved"


def test_a_refusal_is_in_the_report_and_the_others_are_changed(people: People, word: str, tmp_path: Path) -> None:
    numbers = sorted(one["number"] for one in people.agent("tickets", "list", "--query", word, "--json").json)
    people.agent("tickets", "close", numbers[1])
    path = tmp_path / "report.csv"
    done = people.agent("tickets", "bulk", "--query", word, "--assign", "me", "-y", "--report", path, code=4)
    assert f"{numbers[1]}" in done.out
    assert "ticket_closed" in done.out
    assert done.out.endswith("2 tickets changed, 0 stayed as they are, 1 failed.\n")
    with path.open(newline="") as file:
        rows = {int(row["number"]): (row["result"], row["failed_step"], row["code"]) for row in csv.DictReader(file)}
    assert rows == {
        numbers[0]: ("changed", "", ""),
        numbers[1]: ("failed", "assign", "ticket_closed"),
        numbers[2]: ("changed", "", ""),
    }


def test_a_ticket_that_was_changed_since_it_was_shown_is_refused(people: People, word: str) -> None:
    # The question is answered after a colleague has changed a ticket.
    listed = people.agent("tickets", "list", "--query", word, "--json").json
    program = (
        "import typer, helpdesk_cli.tickets.bulk as bulk\n"
        "import os, helpdesk_sdk\n"
        "def confirm(*args, **options):\n"
        "    hd = helpdesk_sdk.Helpdesk(os.environ['HELPDESK_URL'], os.environ['HELPDESK_KEY'],\n"
        "        access_token=os.environ['COLLEAGUE'])\n"
        f"    hd.tickets.update({listed[0]['number']}, priority='urgent')\n"
        "    return True\n"
        "bulk.typer.confirm = confirm\n"
        "from helpdesk_cli.main import run; run()"
    )
    done = people.agent.on_terminal(
        *("tickets", "bulk", "--query", word, "--set", "priority=low"),
        program=f"exec({program!r})",
        COLLEAGUE=people.crew.tokens["colleague"],
    )
    assert done.code == 4, done.out
    assert "stale_revision" in done.out
    assert "2 tickets changed" in done.out
    now = {one["number"]: one["priority"] for one in people.agent("tickets", "list", "--query", word, "--json").json}
    assert now.pop(listed[0]["number"]) == "urgent"
    assert set(now.values()) == {"low"}


def test_it_asks_first(people: People, word: str) -> None:
    wish = ("tickets", "bulk", "--query", word, "--transfer", OTHER_TEAM)
    assert people.agent(*wish, "--json", code=2).error["message"] == "3 tickets would change"
    done = people.agent.on_terminal(*wish, type_=[("Change 3 of 3 tickets that match?", "n\n")])
    assert done.code == 1
    assert "Nothing was changed" in done.out
    assert len(people.agent("tickets", "list", "--query", word, "--json").json) == 3
    done = people.agent.on_terminal(*wish, type_=[("Change 3 of 3 tickets that match?", "y\n")])
    assert done.code == 0
    assert f"team {TEAM} → {OTHER_TEAM}" in done.out.replace("\r\n", " ")
    assert people.agent("tickets", "list", "--query", word, "--json").json == []
    said = people.agent(*wish, "--yes").out
    assert said == "0 tickets changed, 0 stayed as they are, 0 failed.\n"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "Name at least one change"),
        (("--set", "status"), "--set must be KEY=VALUE"),
        (("--set", "status=done"), "--set status: must be open|pending|resolved|closed, got 'done'"),
        (("--set", "title=x"), "--set does not know 'title'"),
        (("--set", "status=open", "--set", "status=closed"), "--set status is given twice"),
        (("--set", "snoozed_until=soon"), "--set snoozed_until: 'soon' is not a time"),
        (("--set", "fields.seats=five"), "--set fields.seats: must be a whole number"),
        (("--tag", "a", "--untag", "A"), "The tag a is both added and removed"),
        (("--assign", "me", "--transfer", TEAM), "--transfer cannot go with --assign"),
        (("--tag", "a", "--report", "/no/such/folder/report.csv"), "cannot be written"),
    ],
)
def test_a_wish_that_makes_no_sense_is_refused_before_anything(
    people: People, word: str, arguments: tuple[str, ...], message: str
) -> None:
    assert message in people.agent("tickets", "bulk", "--query", word, *arguments, "--yes", code=2).err


def test_nobody_changes_what_they_may_not(people: People, word: str) -> None:
    error = people.customer("tickets", "bulk", "--query", word, "--set", "priority=high", "-y", "--json", code=5).json
    assert {one["code"] for one in error["tickets"]} == {"forbidden"}
    done = people.newcomer("tickets", "bulk", "--query", word, "--set", "status=closed", "--yes", "--json").json
    assert done["matched"] == 0
