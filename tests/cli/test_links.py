"""Links between tickets on the command line."""

from __future__ import annotations

from uuid import uuid4

from tests.cli.conftest import TEAM, People


def _open(people: People, title: str) -> int:
    number: int = people.customer("tickets", "create", title, "--team", TEAM, "--json").json["number"]
    return number


def test_tickets_are_linked_listed_and_unlinked(people: People) -> None:
    first, second = _open(people, "Outage"), _open(people, "Login fails")
    assert people.agent("tickets", "links", first).out == "No links.\n"
    said = people.agent("tickets", "link", second, "child_of", first).out
    assert said == f"Ticket {second} is a part of ticket {first}.\n"
    assert people.agent("tickets", "link", second, "child_of", first, "--json").json["kind"] == "child_of"
    assert people.agent("tickets", "links", second).out.splitlines()[1].split() == [
        *("is", "a", "part", "of", str(first), "open", "Outage")
    ]
    assert people.agent("tickets", "links", first).out.splitlines()[1].split() == [
        *("has", "the", "part", str(second), "open", "Login", "fails")
    ]
    assert people.customer("tickets", "links", first, "--json").json == []
    error = people.agent("tickets", "link", first, "child_of", second, "--json", code=4).error
    assert error["reason"] == "link_cycle"
    assert people.customer("tickets", "link", first, "blocks", second, code=5).err
    people.agent("tickets", "link", first, "parent_of", second, code=2)
    assert people.agent("tickets", "unlink", second, "child_of", first).out == "The link is removed.\n"
    assert people.agent("tickets", "links", first, "--json").json == []


def test_a_message_becomes_a_ticket(people: People) -> None:
    first = _open(people, "No sound")
    message = people.customer("tickets", "reply", first, "By the way, no picture", "--json").json["message_id"]
    said = people.agent("tickets", "split", message).out
    number = int(said.split()[1])
    assert said == f"Ticket {number} is opened: By the way, no picture\n"
    lines = people.agent("tickets", "links", number).out.splitlines()
    assert lines[1].split()[:4] == ["is", "a", "follow-up", "of"]
    named = people.agent("tickets", "split", message, "--title", "Picture", "--json").json
    assert (named["title"], named["description"]) == ("Picture", "By the way, no picture")
    assert people.customer("tickets", "split", message, code=5).err


def test_duplicates_are_listed(people: People) -> None:
    word = f"w{uuid4().hex}"
    first, second = _open(people, f"No paper {word}"), _open(people, f"No paper {word}")
    lines = people.agent("tickets", "duplicates", second).out.splitlines()
    assert lines[1].split() == [str(first), "open", "the", "same", "100%", "-", "No", "paper", word]
    found = people.agent("tickets", "duplicates", second, "--limit", 1, "--json").json
    assert [(one["number"], one["similarity"]) for one in found] == [(first, 1.0)]
    assert people.customer("tickets", "duplicates", second, code=5).err
