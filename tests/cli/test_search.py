"""Search and saved views on the command line: what is found, marked, saved, listed and watched."""

from __future__ import annotations

import json
import re
from typing import Any
from uuid import uuid4

import pytest
from tests.cli.conftest import TEAM, People
from tests.cli.support import HOSTILE
from tests.cli.terminal import screen


def word() -> str:
    """A word that no other test uses."""
    return f"w{uuid4().hex[:20]}"


def opened(people: People, title: str, *more: str) -> dict[str, Any]:
    """A ticket of the customer."""
    made: dict[str, Any] = people.customer("tickets", "create", title, "--team", TEAM, "--json", *more).json
    return made


def test_hits_show_where_the_words_stand(people: People) -> None:
    one = word()
    ticket = opened(people, f"About {one}", "-d", f"First. Then {one} again.")
    number = str(ticket["number"])
    people.agent("tickets", "note", number, f"Between us: {one}")
    shown = people.agent("search", f"{one} status:open").out
    assert shown.splitlines()[0].startswith(f"#{number}  open  medium  About {one}  -  ")
    assert shown.splitlines()[1:] == [f"    description: First. Then {one} again.", f"    note: Between us: {one}"]
    assert "Between us" not in people.customer("search", one).out
    assert people.newcomer("search", one).out == "No tickets.\n"
    assert people.agent("search", f"{one}", "-medium").out.startswith(f"#{number}")
    assert people.agent("search", one, "-again").out == "No tickets.\n"


def test_words_are_marked_on_a_terminal(people: People) -> None:
    one = word()
    opened(people, f"{HOSTILE} {one}")
    with screen(people.agent, "search", one, width=400) as shown:
        assert shown.end() == 0
        assert re.search(rf"\x1b\[[0-9;]*7m{one}\x1b\[0m", shown.raw)
    out = people.agent("search", one).out
    assert "\x1b" not in out
    assert "\x07" not in out


def test_json_has_the_answer(people: People) -> None:
    one = word()
    ticket = opened(people, one)
    answer = people.agent("search", f"{one} colour:x OR {one}", "--json").json
    assert [hit["ticket"]["number"] for hit in answer["hits"]] == [ticket["number"]]
    assert answer["warnings"] == [f"colour at position {len(one) + 2} is no field: it is searched as text."]
    assert answer["hits"][0]["snippets"][0]["marks"] == [[0, len(one)]]
    exact = people.agent("search", str(ticket["number"]), "--json").json["exact"]
    assert [one["number"] for one in exact] == [ticket["number"]]


def test_more_hits_are_offered_and_read(people: People) -> None:
    one = word()
    numbers = [opened(people, f"{one} {n}")["number"] for n in range(3)]
    assert "There are more hits: --limit 8, or --cursor " in people.agent("search", one, "--limit", 2).err
    first = people.agent("search", one, "--limit", 2, "--json").json
    rest = people.agent("search", one, "--cursor", first["next"], "--json").json
    assert sorted(hit["ticket"]["number"] for hit in first["hits"] + rest["hits"]) == numbers


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("search", "status:opne"), "query: status at position 1: must be one of open, pending, resolved, closed"),
        (("search", "a" * 600), "query must be 0 to 512 characters"),
        (("tickets", "list", "--query", "a", "--status", "open"), "status cannot go with query"),
        (("tickets", "list", "--query", "created>soon"), "query: created at position 1: must be a time"),
        (("views", "create", "A", "is:open", "--all", "--team", TEAM), "cannot be combined with --team"),
        (("views", "create", "A", "team:nowhere"), "query: team at tree: there is no such team: nowhere"),
        (("views", "create", "A", "a", "--columns", "colour"), "columns must be some of number"),
        (("views", "tickets", "no such view"), "There is no view no such view"),
        (("watch", "--view", "A", "--mine"), "cannot be combined with filters"),
    ],
)
def test_a_mistake_is_a_sentence(people: People, arguments: tuple[str, ...], message: str) -> None:
    assert message in people.agent(*arguments, code=3 if arguments[1] == "tickets" else 2).err


def test_lists_take_a_query(people: People) -> None:
    one = word()
    number = opened(people, one)["number"]
    assert [row["number"] for row in people.agent("tickets", "list", "-q", f"{one} is:open", "--json").json] == [number]
    assert people.agent("tickets", "list", "--query", f"{one} is:closed").out == "No tickets.\n"


def test_a_view_from_saved_to_deleted(people: People) -> None:
    one = word()
    number = opened(people, one)["number"]
    saved = people.agent("views", "create", one, f"{one} is:open", "--columns", "number,title,tags")
    assert saved.out == f"Saved the view {one}.\n"
    assert one in people.agent("views", "list").out
    assert one not in people.colleague("views", "list").out
    assert people.agent("views", "count", one).out == "1\n"
    assert people.agent("views", "tickets", one).out.splitlines()[0].split() == ["#", "Title", "Tags"]
    assert [row["number"] for row in people.agent("views", "tickets", one, "--json").json] == [number]
    assert "tickets" in people.agent("views", "show", one).out
    assert people.agent("views", "update", one, "--query", "is:closed", "--json").json["tree"]["value"] == "closed"
    assert people.agent("views", "delete", one).out == f"Deleted the view {one}.\n"
    assert people.customer("views", "list").out == "No views.\n"


def test_a_view_over_a_team_that_is_gone_says_so(people: People) -> None:
    one = word()
    people.admin("teams", "create", one)
    people.admin("views", "create", one, f'team:"{one}"')
    people.admin("teams", "delete", one)
    assert f"there is no such team: {one}" in people.admin("views", "show", one).out
    assert f"there is no such team: {one}" in people.admin("views", "tickets", one, code=2).err
    assert json.loads(people.admin("views", "list", "--json").out)
    people.admin("views", "delete", one)


def test_a_view_is_watched(people: People) -> None:
    one = word()
    people.agent("views", "create", one, f"{one} is:open")
    number = opened(people, one)["number"]
    with screen(people.agent, "watch", "--view", one, width=120) as shown:
        shown.until(lambda: shown.row(number))
        assert one in shown.lines[0]
        later = opened(people, f"{one} later")["number"]
        shown.until(lambda: shown.row(later).startswith("+"))
        people.colleague("tickets", "status", str(number), "resolved")
        shown.until(lambda: not shown.row(number))
        shown.press("q")
        assert shown.end() == 0
