"""Merging tickets on the command line."""

from __future__ import annotations

from tests.cli.conftest import OTHER_TEAM, TEAM, People


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


def test_what_happened_is_told_by_the_numbers_of_tickets(people: People) -> None:
    first, second = _open(people, "Cannot print"), _open(people, "Still cannot print")
    ids = [people.agent("tickets", "show", number, "--json").json["ticket_id"] for number in (first, second)]
    people.agent("tickets", "link", first, "blocks", second)
    people.agent("tickets", "merge", second, first)
    people.agent("tickets", "unmerge", second)
    listed = people.agent("events", "tail", "--limit", 20).out
    assert f"(source: #{second}, target: #{first})" in listed
    for number in (first, second):
        shown = people.agent("tickets", "show", number).out
        assert f"merged (#{second} into #{first})" in shown
        assert f"unmerged (#{second} from #{first})" in shown
        assert "linked (kind: blocks)" in shown
    changed = people.agent("tickets", "show", second).out
    assert f"merged into: - → #{first}" in changed
    assert f"merged into: #{first} → -" in changed
    for printed in (listed, *(people.agent("tickets", "show", number).out for number in (first, second))):
        # The head of a ticket has its own id.
        assert not [one for one in ids if one in printed.replace(f"id             {one}", "")]


def test_a_ticket_that_a_reader_may_not_see_has_no_number(people: People) -> None:
    first, second = _open(people, "Cannot print"), _open(people, "Still cannot print")
    people.agent("tickets", "merge", second, first)
    people.agent("tickets", "transfer", first, OTHER_TEAM)
    assert f"(#{second} into another ticket)" in people.agent("tickets", "show", second).out


def test_a_merge_that_is_refused_says_the_way_out(people: People) -> None:
    mine = _open(people, "Mine")
    made = people.newcomer("tickets", "create", "Theirs", "--team", TEAM, "--json").json["number"]
    error = people.agent("tickets", "merge", mine, made, "--json", code=4).error
    assert error["reason"] == "other_requester"
    assert "--other-requester" in error["hint"]
    assert people.customer("tickets", "merge", mine, mine, code=5).err
    people.agent("tickets", "merge", mine, made, "--other-requester")
    people.agent("tickets", "unmerge", mine)
