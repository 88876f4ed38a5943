"""How many tickets there are, on the command line."""

from __future__ import annotations

from tests.cli.conftest import TEAM, People


def _open(people: People, *more: str) -> int:
    return int(people.customer("tickets", "create", "Counted", "--team", TEAM, "--json", *more).json["number"])


def test_count_and_counts(people: People) -> None:
    before = people.agent("tickets", "count", "--team", TEAM, "--status", "open", "--json").json
    assert before["capped"] is False
    numbers = [_open(people), _open(people)]
    now = before["value"] + 2
    assert people.agent("tickets", "count", "--team", TEAM, "--status", "open").out == f"{now}\n"
    assert people.agent("tickets", "count", "--assigned-to", "nobody", "--team", TEAM, "--json").json["value"] >= 2
    people.agent("tickets", "claim", numbers[0])
    people.agent("tickets", "update", numbers[0], "--priority", "urgent")
    mine = people.agent("tickets", "count", "--assigned-to", "me", "--priority", "urgent", "--status", "open", "--json")
    assert mine.json["value"] >= 1

    rows = people.agent("tickets", "counts", "--json").json
    assert {row["team"]["name"] for row in rows} == {TEAM}
    assert sum(row["tickets"] for row in rows if row["status"] == "open") == now
    shown = people.agent("tickets", "counts", "--team", TEAM).out.splitlines()
    assert shown[0].split() == ["Team", "Status", "Urgent", "High", "Medium", "Low", "Total"]
    assert [line.split()[-1] for line in shown[1:] if " open " in line] == [str(now)]


def test_a_customer_counts_own_tickets_only(people: People) -> None:
    before = people.customer("tickets", "count", "--json").json["value"]
    _open(people)
    assert people.customer("tickets", "count").out == f"{before + 1}\n"
    for command in ("counts", "recount"):
        assert "You may not do this" in people.customer("tickets", command, code=5).err


def test_recount(people: People) -> None:
    assert people.admin("tickets", "recount").out == "All counters are right.\n"
    assert people.admin("tickets", "recount", "--dry-run", "--json").json == []
    people.agent("tickets", "recount", code=5)
