"""The benchmarks of classification, on little data: that they run, and that what they say is true of it."""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from benchmarks.measure import Effort

from benchmarks import data, labels, vote

pytestmark = pytest.mark.night


@pytest.fixture
def directory() -> Iterator[Path]:
    """Not one of pytest's: another user, whom the server runs as when we are root, must reach it."""
    with tempfile.TemporaryDirectory(prefix="helpdesk-tests-") as path:
        Path(path).chmod(0o755)
        yield Path(path)


def test_the_vote_among_many_examples(directory: Path) -> None:
    with vote.server(directory) as server:
        section = vote.run(vote.prepare(server, 4000), Effort(1, 10), 4000)
    by_name = {result.name: result for result in section.results}
    assert float(by_name["recall of the 20 nearest"].numbers["recall"]) > 0.9
    assert float(by_name["vote on team, priority and tags"].numbers["ms"]) > 0


def test_a_labelled_file_is_measured_by_the_database(directory: Path) -> None:
    file = directory / "labelled.csv"
    lines = [
        f"The server is down and burning {n},ops\nPlease change the colour of the logo {n},design\n" for n in range(40)
    ]
    file.write_text("text,label\n" + "".join(lines), encoding="utf-8")
    parser = argparse.ArgumentParser()
    labels.add_options(parser)
    given = parser.parse_args(["--file", str(file), "--folds", "4", "--aim-accuracy", "0.9", "--aim-coverage", "0.9"])
    given.data = directory
    with labels.server(directory) as server:
        section = labels.run(data.fresh_database(server), labels.options_of(given))
    alone, trained = section.results
    assert (alone.name, trained.name, alone.met, trained.met) == ("vote alone", "trained", None, True)
    assert (trained.numbers["texts"], trained.numbers["accuracy"], trained.numbers["precision"]) == (20, 1, 1)
    assert trained.aim == "accuracy ≥ 0.9, coverage ≥ 0.9 at 95.0%"
    with pytest.raises(SystemExit):
        labels.options_of(parser.parse_args([]))
