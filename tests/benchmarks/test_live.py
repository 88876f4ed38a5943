"""`python -m benchmarks live`, for a moment: that every part runs, and that nothing is lost on the way."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

import pytest

from benchmarks import __main__ as benchmarks

pytestmark = pytest.mark.night


@pytest.fixture(scope="module")
def told() -> dict[str, dict[str, dict[str, Any]]]:
    """The numbers by section and name."""
    # Not one of pytest's directories: another user, whom the server runs as when we are root, must reach it.
    with tempfile.TemporaryDirectory(prefix="helpdesk-tests-") as directory:
        sizes = ["--quick", "--tickets", "10000", "--rounds", "1", "--calls", "8"]
        assert (
            benchmarks.main(["live", *sizes, "--data", f"{directory}/data", "--results", f"{directory}/results"]) == 0
        )
        (written,) = Path(directory, "results").glob("*.json")
        sections = json.loads(written.read_text())["sections"]
    return {
        section["title"].partition(",")[0]: {result["name"]: result["numbers"] for result in section["results"]}
        for section in sections
    }


def test_every_part_has_numbers(told: dict[str, dict[str, dict[str, Any]]]) -> None:
    assert told.keys() == {
        "Events since a cursor",
        "Joining a channel",
        "Announcing",
        "Memory of idle subscribers",
        "Event to client",
        "Rising rates",
        "Event to `hd.events.stream()`",
        "Memory of a stream",
    }
    assert all(told.values())


def test_every_subscriber_gets_every_event(told: dict[str, dict[str, dict[str, Any]]]) -> None:
    fan_out = told["Event to client"]
    assert {"LISTEN, meanwhile", "1 subscriber", "20, all on one topic"} <= fan_out.keys()
    for name, numbers in {**fan_out, **told["Rising rates"]}.items():
        assert "lost" not in numbers, name
        assert 0 < numbers["p50, ms"] <= numbers["p99, ms"], name


def test_each_write_is_announced_once_on_each_of_its_topics(told: dict[str, dict[str, dict[str, Any]]]) -> None:
    messages = {name: numbers["messages"] for name, numbers in told["Announcing"].items()}
    # admin, ticket, team, requester; a note is staff's business; whoever claims hears of it as well.
    assert messages["create_ticket, customer"] == 4
    assert messages["add_note, agent"] == 3
    assert messages["claim_next_ticket, agent"] == 4
    assert messages["200 tickets in one transaction"] == 4


def test_every_stream_hands_out_every_event(told: dict[str, dict[str, dict[str, Any]]]) -> None:
    # The benchmark waits for all of them at each stream, and fails when one does not come, or comes twice.
    streams = told["Event to `hd.events.stream()`"]
    assert streams.keys() == {"1 stream, 20 events/s", "3 streams, 20 events/s"}
    assert all(0 < numbers["p50, ms"] <= numbers["p99, ms"] for numbers in streams.values())
