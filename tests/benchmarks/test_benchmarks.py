"""The benchmarks themselves, on a small helpdesk: that they run, and that what they compare is comparable."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

import pytest

from benchmarks import __main__ as benchmarks
from benchmarks import assistant

pytestmark = pytest.mark.night


@pytest.fixture(scope="module")
def told() -> dict[str, dict[str, Any]]:
    """The results by name. Each comparison has checked that both statements find equally many rows."""
    parts = ["rls", "fields", "paging", "events", "claims", "writes", "counters"]
    sizes = ["--tickets", "10000", "--rounds", "1", "--calls", "8", "--claims", "100"]
    # Not one of pytest's: another user, whom the server runs as when we are root, must reach it.
    with tempfile.TemporaryDirectory(prefix="helpdesk-tests-") as directory:
        places = ["--data", f"{directory}/data", "--results", f"{directory}/results"]
        assert benchmarks.main([*parts, *sizes, *places]) == 0
        (written,) = Path(directory, "results").glob("*.json")
        sections = json.loads(written.read_text())["sections"]
    return {result["name"]: result for section in sections for result in section["results"]}


def test_everything_that_was_compared_took_time(told: dict[str, dict[str, Any]]) -> None:
    assert {"customer's list, typical", "agent's queue page, big teams", "timeline, admin"} <= told.keys()
    for name, result in told.items():
        numbers = [value for value in result["numbers"].values() if not isinstance(value, str)]
        assert numbers, name
        assert max(numbers) > 0, name


def test_no_ticket_is_claimed_twice_and_none_is_lost(told: dict[str, dict[str, Any]]) -> None:
    contests = [name for name in told if "agent" in name and "claims/s" in told[name]["numbers"]]
    assert len(contests) == 8
    assert [told[name]["met"] for name in contests] == [True] * 8


def test_a_deep_page_beats_an_offset(told: dict[str, dict[str, Any]]) -> None:
    (deep,) = (result["numbers"] for name, result in told.items() if name.startswith("admin, at 5,000"))
    assert deep["deep, ms"] < deep["by offset, ms"]


def test_the_parts_of_a_suggestion_add_up() -> None:
    results = assistant.run(2).results
    assert [result.name for result in results if result.met is not None] == [
        "a reply with citations", "a summary", "next steps",
    ]  # fmt: skip
    parts = {result.name: float(result.numbers["ms"]) for result in results if result.name.startswith("of it, ")}
    in_database = [spent for name, spent in parts.items() if "in the database" in name]
    assert (len(parts), len(in_database)) == (9, 7)
    assert min(in_database) > 0
    assert sum(in_database) < sum(parts.values())


def test_a_fresh_helpdesk_and_an_export_are_measured(tmp_path: Path) -> None:
    assert benchmarks.main(["adoption", "--quick", "--results", str(tmp_path)]) == 0
    (written,) = tmp_path.glob("*.json")
    fresh, export = json.loads(written.read_text())["sections"][0]["results"]
    assert fresh["numbers"]["ms"] < fresh["numbers"]["migrated, ms"]
    assert export["numbers"]["MB"] > 0.1
