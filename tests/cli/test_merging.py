"""Merging tickets on the command line."""

from __future__ import annotations

from tests.cli.conftest import TEAM, People


def _open(people: People, title: str) -> int:
    number: int = people.customer("tickets", "create", title, "--team", TEAM, "--json").json["number"]
    return number


def test_two_tickets_become_one_and_two_again(people: People) -> None:
    first, second = _open(people, "Cannot print"), _open(people, "Still cannot print")
    people.customer("tickets", "reply", second, "Hello?")
    said = people.agent("tickets", "merge", second, first).out
    assert said == (f"Ticket {second} is merged into ticket {first}. To undo it: helpdesk tickets unmerge {second}\n")
    assert "Hello?" in people.agent("tickets", "show", first).out
    assert people.customer("tickets", "reply", second, "And now?", "--json").json["via_ticket_id"]
    assert people.agent("tickets", "merge", second, first, "--json").json["unmerged_at"] is None
    said = people.agent("tickets", "unmerge", second).out
    assert said == f"Ticket {second} is no longer merged into ticket {first}; it is open.\n"
    assert "Hello?" not in people.agent("tickets", "show", first).out


def test_a_merge_that_is_refused_says_the_way_out(people: People) -> None:
    mine = _open(people, "Mine")
    made = people.newcomer("tickets", "create", "Theirs", "--team", TEAM, "--json").json["number"]
    error = people.agent("tickets", "merge", mine, made, "--json", code=4).error
    assert error["reason"] == "other_requester"
    assert "--other-requester" in error["hint"]
    assert people.customer("tickets", "merge", mine, mine, code=5).err
    people.agent("tickets", "merge", mine, made, "--other-requester")
    people.agent("tickets", "unmerge", mine)
