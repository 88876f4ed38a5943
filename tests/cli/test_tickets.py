"""Tickets on the command line, from opened to resolved, by people of a real helpdesk."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from tests.cli.conftest import OTHER_TEAM, TEAM, People
from tests.cli.support import HOSTILE

from helpdesk_sdk._names import clean_name


def _open(people: People, title: str = "Cannot print", *more: str) -> dict[str, Any]:
    made: dict[str, Any] = people.customer("tickets", "create", title, "--team", TEAM, "--json", *more).json
    return made


def test_from_first_word_to_resolved(people: People) -> None:
    opened = people.customer("tickets", "create", "Cannot print", "-d", "Since Monday.", "--team", TEAM)
    number = opened.out.split()[2].rstrip(":")
    assert opened.out == f"Opened ticket {number}: Cannot print\n"
    assert "Cannot print" in people.agent("tickets", "list", "--team", TEAM, "--status", "open").out
    assert people.agent("tickets", "claim", number).out == f"Ticket {number} is assigned to you: Cannot print\n"
    assert "Somebody else" in people.colleague("tickets", "claim", number, code=4).err
    people.agent("tickets", "reply", number, "Which printer?")
    people.agent("tickets", "note", number, "Third time this week.")
    people.customer("tickets", "reply", f"#{number}", "The blue one.")
    people.agent("tickets", "tag", number, "Printer", "vip")
    assert people.agent("tickets", "untag", number, "vip").out == f"Ticket {number} has the tags printer.\n"
    assert people.agent("tickets", "status", number, "resolved").out == f"Ticket {number} is resolved.\n"
    assert people.customer("tickets", "status", number, "open", "--json").json["status"] == "open"
    shown = people.agent("tickets", "show", number).out
    said = [
        "Since Monday.",
        "Which printer?",
        "INTERNAL NOTE",
        "Third time this week.",
        "The blue one.",
        "open → pending",
    ]
    assert all(text in shown for text in said)
    assert shown.index("Which printer?") < shown.index("Third time") < shown.index("The blue one.")
    theirs = people.customer("tickets", "show", number).out
    assert "The blue one." in theirs
    assert "INTERNAL" not in theirs
    assert "Third time" not in theirs
    assert "printer" not in theirs.replace("Which printer?", "")


def test_claiming_the_next_ticket(people: People) -> None:
    tickets = [_open(people, f"Waiting {n}")["number"] for n in range(2)]
    first = people.agent("tickets", "claim", TEAM, "--json").json
    assert first["assigned_to"]
    id = uuid4()
    second = people.agent("tickets", "claim", TEAM.lower(), "--id", id, "--json").json
    assert people.agent("tickets", "claim", TEAM, "--id", id, "--json").json["number"] == second["number"]
    while people.agent("tickets", "claim", TEAM, "--json").json is not None:
        pass
    assert people.agent("tickets", "claim", TEAM).out == "No unassigned tickets.\n"
    waiting = people.agent("tickets", "list", "--assigned-to", "nobody", "--team", TEAM, "--status", "open")
    assert waiting.out == "No tickets.\n"
    mine = people.agent("tickets", "list", "--assigned-to", "me", "--limit", 0, "--json").json
    assert {*tickets, first["number"]} <= {ticket["number"] for ticket in mine}


def test_moving_a_ticket(people: People) -> None:
    number = _open(people)["number"]
    colleague = people.crew.email("colleague")
    assert people.agent("tickets", "assign", number, colleague).out == f"Ticket {number} is assigned to {colleague}.\n"
    assert people.colleague("tickets", "assign", number, "me", "--json").json["revision"] > 1
    assert people.agent("tickets", "unassign", number, "--json").json["assigned_to"] is None
    people.agent("tickets", "transfer", number, OTHER_TEAM.upper())
    assert "not yours to see" in people.agent("tickets", "show", number, code=3).err
    assert "nobody with" in people.admin("tickets", "assign", number, "nobody@example.com", code=3).err
    people.admin("tickets", "assign", number, people.crew.email("customer"), code=3)
    assert people.customer("tickets", "tag", number, "x", "--json", code=5).error["reason"] == "forbidden"


def test_lists_are_filtered_limited_and_sorted(people: People) -> None:
    key = f"key-{uuid4()}"
    numbers = [_open(people, f"Listed {n}")["number"] for n in range(3)]
    customer = people.crew.email("customer")
    options = ["--requester", customer, "--priority", "urgent", "--team", TEAM, "--channel", "phone", "--tag", key[:20]]
    made = people.agent("tickets", "create", "By phone", *options, "--external-id", key, "--json").json

    def found(*filters: object) -> list[int]:
        return [ticket["number"] for ticket in people.agent("tickets", "list", *filters, "--json").json]

    assert found("--external-id", key) == found("--tag", key[:20]) == [made["number"]]
    assert made["number"] in found("--priority", "urgent", "--priority", "high", "--team", TEAM)
    assert found("--team", TEAM, "--limit", 2, "--order", "-number") == [made["number"], numbers[2]]
    assert found("--created-after", "2999-01-01") == []
    assert made["number"] in found("--requester", customer, "--created-after", "2020-01-01T00:00:00")
    assert made["number"] not in found("--scope", "mine")
    short = people.agent("tickets", "list", "--team", TEAM, "--limit", 1)
    assert len(short.out.splitlines()) == 2
    assert "--limit 4" in short.err
    mine = {line.split()[0] for line in people.customer("tickets", "list", "--limit", 0).out.splitlines()}
    assert {str(number) for number in numbers} <= mine
    assert people.customer("tickets", "list", "--tag", "x", "--json").json == []


def test_a_table_names_teams_and_people(people: People) -> None:
    number = _open(people)["number"]
    people.agent("tickets", "claim", number)
    head, *rows = people.agent(
        "tickets", "list", "--assigned-to", "me", "--order", "-number", "--limit", 1
    ).out.splitlines()
    assert head.split() == ["#", "Status", "Priority", "Title", "Team", "Assignee", "Requester", "Age", "Updated"]
    assert [word for word in (str(number), TEAM, "Cli Agent", "Cli Customer") if word not in rows[0]] == []
    # Customers may not see staff's rows.
    row = next(line for line in people.customer("tickets", "list").out.splitlines() if f"{number}  " in line)
    assert TEAM in row
    assert "staff" in row


def test_json_names_teams_and_people_beside_their_ids(people: People) -> None:
    ticket = _open(people)
    number = ticket["number"]
    claimed = people.agent("tickets", "claim", number, "--json").json
    listed = people.agent("tickets", "list", "--assigned-to", "me", "--order", "-number", "--limit", 1, "--json").json
    for found in (claimed, listed[0], people.agent("tickets", "show", number, "--json").json):
        assert found["team"] == {"team_id": ticket["team_id"], "name": TEAM}
        customer = people.crew.email("customer")
        assert found["requester"] == {"user_id": ticket["created_by"], "name": "Cli Customer", "email": customer}
        agent = people.crew.email("agent")
        assert found["assignee"] == {"user_id": claimed["assigned_to"], "name": "Cli Agent", "email": agent}
    assert (ticket["requester"]["name"], ticket["assignee"]) == ("Cli Customer", None)
    # Customers may not see staff's rows.
    seen = people.customer("tickets", "show", number, "--json").json["assignee"]
    assert seen == {"user_id": claimed["assigned_to"], "name": None, "email": None}


@pytest.mark.parametrize("arguments", [(), ("--json",)])
def test_hostile_text_is_harmless_on_a_terminal_and_exact_for_programs(
    people: People, arguments: tuple[str, ...]
) -> None:
    ticket = _open(people, HOSTILE, "-d", HOSTILE)
    number = ticket["number"]
    people.customer("tickets", "reply", number, HOSTILE)
    people.agent("tickets", "note", number, HOSTILE)
    people.agent("tickets", "tag", number, "[red]x")
    for command in (("show", number), ("list", "--limit", 0)):
        out = people.agent("tickets", *command, *arguments).out
        assert not {char for char in out if char != "\n" and (ord(char) < 32 or 127 <= ord(char) < 160)}
        assert not {"\u202e", "\u2066", "\u2028"} & set(out)
        assert "[bold red]markup[/]" in out
        assert ":smile:" in out
    shown = people.agent("tickets", "show", number, "--json").json
    assert (shown["title"], shown["description"]) == (clean_name(HOSTILE), HOSTILE)
    assert [entry["body"] for entry in shown["timeline"] if entry["body"]] == [HOSTILE, HOSTILE]


def test_text_from_an_argument_a_file_or_standard_input(people: People, tmp_path: Path) -> None:
    file = tmp_path / "text.md"
    file.write_bytes("\ufeffGrüße\r\nzweite Zeile\n".encode())
    assert _open(people, "From a file", "--file", str(file))["description"] == "Grüße\r\nzweite Zeile"
    made = people.customer("tickets", "create", "From a pipe", "-d", "-", "--json", input="piped ☂\n").json
    assert made["description"] == "piped ☂"
    number = _open(people)["number"]
    assert people.agent("tickets", "reply", number, "-", "--json", input="A\nB\n").json["body"] == "A\nB"
    assert people.agent("tickets", "note", number, "--file", file, "--json").json["body"].startswith("Grüße")


@pytest.mark.parametrize(
    ("arguments", "input", "message"),
    [
        (("reply", "NUMBER"), "", "body is missing"),
        (("reply", "NUMBER", ""), None, "body must be 1 to 100000 characters"),
        (("reply", "NUMBER", "text", "--file", "x"), None, "body is given twice"),
        (("reply", "NUMBER", "--file", "/does/not/exist"), None, "cannot be read: No such file"),
        (("note", "NUMBER", "-"), b"caf\xe9", "not UTF-8: byte 3 is 0xe9"),
        (("note", "NUMBER", "-"), b"x" * 600_000, "holds more than 500,000 bytes"),
        (("note", "NUMBER", "-"), b"x" * 100_001, "body must be 1 to 100000 characters"),
        (("note", "NUMBER", "-"), b"a\0b", "NUL"),
        (("create", "x" * 301), None, "title must be 1 to 300 characters, got 301"),
        (("tag", "NUMBER", "x" * 51), None, "tags must be 1 to 50 characters"),
        (("show", "abc"), None, "ticket must be a ticket number, its id"),
        (("reply", "NUMBER", "x", "--expect", "abc"), None, "--expect must be the id of a message"),
        (("transfer", "NUMBER", "x" * 101), None, "team must be 1 to 100 characters"),
    ],
)
def test_bad_input_names_the_field_and_changes_nothing(
    people: People, arguments: tuple[str, ...], input: str | bytes | None, message: str
) -> None:
    ticket = _open(people)
    given = [str(ticket["number"]) if word == "NUMBER" else word for word in arguments]
    done = people.agent("tickets", *given, code=2, input=input)
    assert message in done.err
    assert len(done.err.splitlines()) <= 2
    after = people.agent("tickets", "show", ticket["number"], "--json").json
    assert (after["revision"], after["last_message_id"]) == (ticket["revision"], None)


def test_the_same_id_opens_one_ticket(people: People) -> None:
    id = uuid4()
    assert _open(people, "Once", "--id", str(id)) == _open(people, "Once", "--id", str(id))
    assert people.customer("tickets", "create", "Other", "--id", id, "--json", code=4).error["reason"] == "id_conflict"


def test_forbidden_changes_are_reported(people: People) -> None:
    number = _open(people)["number"]
    assert (
        people.customer("tickets", "create", "x", "--priority", "urgent", "--json", code=5).error["reason"]
        == "forbidden"
    )
    assert people.customer("tickets", "claim", number, code=5).err
    assert people.newcomer("tickets", "show", number, code=3).err == people.newcomer(
        "tickets", "show", 10**9, code=3
    ).err.replace(str(10**9), str(number))
    refused = people.customer("tickets", "status", number, "resolved", "--json", code=1).error
    assert refused["reason"] == "transition_not_allowed"


def test_json_of_a_ticket_is_the_ticket(people: People) -> None:
    ticket = _open(people)
    done = people.agent("tickets", "show", ticket["ticket_id"], "--json")
    assert done.err == ""
    assert json.dumps(done.json["number"]) == str(ticket["number"])
    assert {name for name in ticket if done.json[name] != ticket[name]} <= {"tags", "staff_fields"}
    assert [entry["type"] for entry in done.json["timeline"]] == ["ticket.created"]
