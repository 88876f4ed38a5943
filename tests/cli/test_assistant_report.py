"""The report about the assistant on the command line."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from tests.cli.conftest import People

from helpdesk_cli.assistant.reports import _FIGURES, _duration


def test_a_report_shows_its_groups_and_figures(people: People) -> None:
    begun = datetime.now(UTC).isoformat()
    ticket = people.customer("tickets", "create", "Where do I find the moon?", "--json").json
    people.admin("assistant", "suggest", str(ticket["number"]))
    shown = people.admin("assistant", "report", "--since", begun, "--by", "kind", "--by", "team", "--by", "day")
    lines = [line.split() for line in shown.out.splitlines()]
    assert lines[0][:4] == ["From", "Kind", "Team", "Runs"]
    assert lines[1][1] == "reply"
    (row,) = people.admin("assistant", "report", "--since", begun, "--json").json
    assert (row["runs"], row["answered"], row["decided"], row["precision"]) == (1, 1, 0, None)
    old = people.admin("assistant", "report", "--since", "2001-01-01", "--until", "2001-01-02")
    assert old.out == "The assistant was not asked in this time.\n"
    assert "--by" in people.admin("assistant", "report", "--by", "person", code=2).err
    assert people.customer("assistant", "report", code=5).err.startswith("Error: ")


@pytest.mark.parametrize(
    ("seconds", "text"), [(0, "0m"), (29, "0m"), (-29, "0m"), (90, "2m"), (-300, "-5m"), (3660, "1h01m")]
)
def test_time_saved_is_shown_in_minutes(seconds: int, text: str) -> None:
    assert _duration(seconds) == text


def test_shares_have_no_value_without_a_decision() -> None:
    nothing: Any = SimpleNamespace(
        **dict.fromkeys(("runs", "answered", "without_model", "proposals", "decided", "applied", "tokens_in"), 0),
        **dict.fromkeys(("acceptance", "precision", "distance", "p50_milliseconds", "p95_milliseconds")),
        tokens_out=0,
        seconds_saved=0,
        cost=Decimal(0),
    )
    values = {column.title: column.value(nothing) for column in _FIGURES}
    assert {name for name, value in values.items() if value is None} == {
        *("No model", "Taken", "Precise", "Edited", "Applied", "Cost", "p50 ms", "p95 ms"),
    }
