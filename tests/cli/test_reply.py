"""A reply is refused when there is a message that its author has not read."""

from __future__ import annotations

import json
import stat
from typing import Any
from uuid import uuid4

from tests.cli.conftest import TEAM, People
from tests.cli.support import HOSTILE

from helpdesk_sdk import Helpdesk


def _open(people: People) -> int:
    number: int = people.customer("tickets", "create", "Cannot print", "--team", TEAM, "--json").json["number"]
    return number


def _messages(people: People, number: int) -> list[str]:
    shown = people.admin("tickets", "show", number, "--json").json
    return [entry["body"] for entry in shown["timeline"] if entry["kind"] == "message"]


def test_a_ticket_that_was_shown_may_be_answered(people: People) -> None:
    number = _open(people)
    people.customer("tickets", "reply", number, "Hello?")
    people.agent("tickets", "show", number)
    done = people.agent("tickets", "reply", number, "Which printer?", "--json")
    assert done.json["answered"]["why"] == "seen"
    assert done.err == ""
    # One's own answer counts as read.
    again = people.agent("tickets", "reply", number, "And since when?", "--json").json
    assert again["answered"] == {"message_id": done.json["message_id"], "why": "seen"}


def test_newer_messages_refuse_the_reply_and_are_printed(people: People) -> None:
    number = _open(people)
    people.customer("tickets", "reply", number, "Hello?")
    people.agent("tickets", "show", number)
    people.customer("tickets", "reply", number, "It is on fire.")
    people.colleague("tickets", "reply", number, "Run!")
    done = people.agent("tickets", "reply", number, "Turn it off and on again.", code=4)
    assert "It is on fire." in done.out
    assert done.out.index("It is on fire.") < done.out.index("Run!")
    assert "Hello?" not in done.out
    assert done.err == (
        "Error: The conversation has moved on since you read it.\n"
        "Nothing was sent. Read the new messages above; repeat the command if your reply still fits.\n"
    )
    assert _messages(people, number) == ["Hello?", "It is on fire.", "Run!"]
    # Now it has been read.
    people.agent("tickets", "reply", number, "Did you run?")
    assert _messages(people, number)[-1] == "Did you run?"


def test_more_new_messages_than_are_printed_do_not_count_as_read(people: People, customer: Helpdesk) -> None:
    number = _open(people)
    people.agent("tickets", "show", number)
    for count in range(101):
        customer.messages.reply(number, f"Message {count}")
    for _ in range(2):
        done = people.agent("tickets", "reply", number, "Hi", code=4)
        assert (
            f"There are more new messages than these 100: read them all with helpdesk tickets show {number}" in done.err
        )
    people.agent("tickets", "show", number)
    people.agent("tickets", "reply", number, "Hi")


def test_programs_get_the_new_messages_with_the_error(people: People) -> None:
    number = _open(people)
    people.agent("tickets", "show", number, "--json")
    people.customer("tickets", "reply", number, HOSTILE)
    done = people.agent("tickets", "reply", number, "Hi", "--json", code=4)
    assert done.out == ""
    assert done.error["reason"] == "conversation_moved"
    assert [message["body"] for message in done.error["new_messages"]] == [HOSTILE]
    assert done.error["current"]["number"] == number


def test_new_messages_are_harmless_too(people: People) -> None:
    number = _open(people)
    people.agent("tickets", "show", number)
    people.customer("tickets", "reply", number, HOSTILE)
    out = people.agent("tickets", "reply", number, "Hi", code=4).out
    assert not {char for char in out if char != "\n" and (ord(char) < 32 or 127 <= ord(char) < 160)}


def test_a_reply_to_a_ticket_never_shown_prints_the_newest_message(people: People) -> None:
    number = _open(people)
    first = people.agent("tickets", "reply", number, "Hello")
    assert first.err == f"Ticket {number} has no messages yet: your reply is the first.\n"
    said = people.customer("tickets", "reply", number, "I need help", "--json").json
    done = people.colleague("tickets", "reply", number, "With what?")
    assert f"Ticket {number} was not shown to you on this machine." in done.err
    assert "“I need help”" in done.err
    assert said["message_id"] in done.err
    assert "Cli Customer" in done.err


def test_the_newest_read_message_can_be_given(people: People) -> None:
    number = _open(people)
    first = people.customer("tickets", "reply", number, "Hello?", "--json").json["message_id"]
    people.agent("tickets", "reply", number, "Too early", "--expect", "none", code=4)
    people.agent("tickets", "reply", number, "Nonsense", "--expect", uuid4(), code=4)
    done = people.agent("tickets", "reply", number, "Yes?", "--expect", first, "--json").json
    assert done["answered"] == {"message_id": first, "why": "given"}
    assert _messages(people, number) == ["Hello?", "Yes?"]


def test_the_end_of_a_timeline_without_messages_records_nothing(people: People) -> None:
    number = _open(people)
    people.agent("tickets", "show", number)
    people.customer("tickets", "reply", number, "Important!")
    people.agent("tickets", "tag", number, "x")
    assert "Important!" not in people.agent("tickets", "show", number, "--last", 1).out
    people.agent("tickets", "reply", number, "Anything else?", code=4)


def test_the_same_id_is_sent_once(people: People) -> None:
    number = _open(people)
    id = uuid4()
    people.agent("tickets", "reply", number, "Once", "--id", id)
    people.agent("tickets", "reply", number, "Once", "--id", id)
    assert _messages(people, number) == ["Once"]
    people.agent("tickets", "note", number, "Once", "--id", id)
    people.agent("tickets", "note", number, "Once", "--id", id)
    shown: list[dict[str, Any]] = people.agent("tickets", "show", number, "--json").json["timeline"]
    assert [entry["body"] for entry in shown if entry["kind"] == "note"] == ["Once"]


def test_read_receipts_are_private_and_may_be_lost(people: People) -> None:
    number = _open(people)
    people.agent("tickets", "show", number)
    [file] = [path for path in (people.agent.config / "seen").iterdir() if path.suffix == ".json"]
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert list(json.loads(file.read_text()).values()) == [None]
    people.customer("tickets", "reply", number, "Hello?")
    for content in ("", "[]", "{broken"):
        file.write_text(content)
        assert "was not shown to you" in people.agent("tickets", "reply", number, "Hello").err


def test_reading_works_when_nothing_can_be_written(people: People) -> None:
    number = _open(people)
    people.agent.config.write_text("not a directory")
    done = people.agent("tickets", "show", number)
    assert "Cannot print" in done.out
    assert "not recorded" in done.err


def test_a_closed_ticket_is_not_answered_by_staff(people: People) -> None:
    number = _open(people)
    people.customer("tickets", "status", number, "closed")
    assert people.agent("tickets", "reply", number, "Hello", "--json", code=4).error["reason"] == "ticket_closed"
    assert _messages(people, number) == []


def test_a_reply_and_a_status_are_one_change(people: People) -> None:
    number = _open(people)
    before = people.agent("tickets", "show", number, "--json").json["revision"]
    done = people.agent("tickets", "reply", number, "The blue one works again.", "--status", "resolved")
    assert done.out == f"Replied to ticket {number}; it is resolved now.\n"
    after = people.agent("tickets", "show", number, "--json").json
    assert (after["status"], after["revision"]) == ("resolved", before + 1)
    people.agent("tickets", "reply", number, "Never sent", "--status", "solved", code=2)
    assert _messages(people, number) == ["The blue one works again."]
