"""Changes of a ticket's values, and the redaction of messages, on the command line."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from tests.cli.conftest import TEAM, People


@pytest.fixture
def number(people: People) -> int:
    """A ticket of the customer's."""
    made: dict[str, Any] = people.customer("tickets", "create", "Cannot print", "--team", TEAM, "--json").json
    opened: int = made["number"]
    return opened


def _shown(people: People, number: int) -> dict[str, Any]:
    shown: dict[str, Any] = people.agent("tickets", "show", number, "--json").json
    return shown


def test_every_value_can_be_changed(people: People, number: int) -> None:
    key = f"key-{uuid4()}"
    values = ("--priority", "urgent", "--title", "Prints blank pages", "--description", "-", "--external-id", key)
    fields = ("--field", "seats=5", "--field", "plan=pro")
    snooze = ("--snooze", "2999-01-31T12:00:00+02:00")
    done = people.agent("tickets", "update", number, *values, *fields, *snooze, "--json", input="Since Monday.\n").json
    assert (done["number"], done["priority"], done["title"]) == (number, "urgent", "Prints blank pages")
    assert (done["description"], done["external_id"]) == ("Since Monday.", key)
    assert done["custom_fields"] == {"seats": 5, "plan": "pro"}
    assert datetime.fromisoformat(done["snoozed_until"]) == datetime(2999, 1, 31, 10, tzinfo=UTC)
    assert done["revision"] == 2

    said = people.agent("tickets", "update", f"#{number}", "--unsnooze", "--external-id", "", "--field", "plan=").out
    assert said == f"Changed ticket {number}: Prints blank pages\n"
    after = _shown(people, number)
    assert (after["snoozed_until"], after["external_id"], after["custom_fields"]) == (None, None, {"seats": 5})
    assert (after["priority"], after["description"]) == ("urgent", "Since Monday.")


def test_a_customer_changes_what_is_theirs(people: People, number: int) -> None:
    assert people.customer("tickets", "update", number, "--title", "Prints nothing", "--json").json["title"]
    assert people.customer("tickets", "update", number, "--priority", "high", "--json", code=5).error["hint"]
    assert people.newcomer("tickets", "update", number, "--title", "x", code=3).err
    assert _shown(people, number)["title"] == "Prints nothing"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "Name at least one value"),
        (("--field", "seats"), "--field must be KEY=VALUE"),
        (("--field", "=5"), "--field must be KEY=VALUE"),
        (("--field", "seats=five"), "--field seats: must be a whole number"),
        (("--field", "amount=NaN"), "--field amount: must be a number like 12.50"),
        (("--field", "vip=maybe"), "--field vip: must be true or false"),
        (("--snooze", "20260131"), "is not a time: write 2026-01-31"),
        (("--snooze", "2999-01-01", "--unsnooze"), "alternatives: give one"),
        (("--title", ""), "title must be 1 to 300 characters"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_a_wrong_value_is_named(people: People, number: int, arguments: tuple[str, ...], message: str) -> None:
    done = people.agent("tickets", "update", number, *arguments, code=2)
    assert message in done.err
    assert len(done.err.splitlines()) <= 2
    assert _shown(people, number)["revision"] == 1


def test_closing_and_reopening_one_ticket_or_several(people: People, number: int) -> None:
    other = people.customer("tickets", "create", "Another", "--team", TEAM, "--json").json["number"]
    assert people.agent("tickets", "close", number, "--json").json["status"] == "closed"
    assert people.agent("tickets", "reopen", number).out == f"Ticket {number} is open.\n"
    closed = people.agent("tickets", "close", number, f"#{other}", "--json").json
    assert [(one["number"], one["status"]) for one in closed] == [(number, "closed"), (other, "closed")]
    assert people.agent("tickets", "reopen", number, other).out.splitlines() == [
        f"Ticket {number} is open.",
        f"Ticket {other} is open.",
    ]


def test_the_others_are_closed_when_one_is_refused(people: People, number: int) -> None:
    done = people.agent("tickets", "close", 10**9, number, code=3)
    assert done.out == f"Ticket {number} is closed.\n"
    assert done.err.startswith(f"Error: Ticket {10**9}: There is no ticket")
    done = people.agent("tickets", "reopen", 10**9, number, "--json", code=3)
    assert [one["status"] for one in done.json] == ["open"]
    assert done.error["reason"] == "ticket_not_found"
    assert people.agent("tickets", "close", 10**9, code=3).out == ""


def test_a_message_is_redacted_after_a_question(people: People, number: int) -> None:
    sent = people.customer("tickets", "reply", number, "My password is hunter2", "--json").json["message_id"]
    assert "--yes" in people.agent("tickets", "redact", sent, code=2).err
    assert "--yes" in people.agent("tickets", "redact", sent, "--json", code=2).error["hint"]
    asked = people.agent.on_terminal("tickets", "redact", sent, type_=[("for good?", "n\n")])
    assert asked.code == 1
    assert "hunter2" in asked.out
    assert "hunter2" in str(_shown(people, number)["timeline"])
    assert people.agent.on_terminal("tickets", "redact", sent, type_=[("for good?", "y\n")]).code == 0
    assert "hunter2" not in str(_shown(people, number))
    assert people.customer("tickets", "redact", sent, "--yes", code=5).err
    assert people.newcomer("tickets", "redact", sent, "--yes", code=3).err
    assert people.agent("tickets", "redact", "abc", code=2).err
    assert people.agent("tickets", "redact", sent, "--yes", "--json").json["message_id"] == sent
