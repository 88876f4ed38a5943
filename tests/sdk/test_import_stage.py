"""The stage of an import: what it forgets, what it holds in memory, and what happens when it cannot be written."""

from __future__ import annotations

from pathlib import Path

import pytest

from helpdesk_sdk import InvalidValueError, LocalFileError
from helpdesk_sdk.imports.desks import Item, Problem, Stage
from helpdesk_sdk.imports.desks.stage import Staged
from helpdesk_sdk.resources.imports.running import _batches
from helpdesk_sdk.testing import Project

HEADER = "subject,body,email,created\n"
ROW = "{},It smokes,ann@example.com,2020-01-02T03:04:05Z\n"


@pytest.mark.parametrize("stage", [None, "kept"])
def test_a_row_that_is_mended_after_a_trial_comes_once(
    helpdesk_project: Project, tmp_path: Path, stage: str | None
) -> None:
    """Rows without an id are known by their content: as it was at the trial, the row is another one."""
    hd, file = helpdesk_project.system, tmp_path / "tickets.csv"
    kept = None if stage is None else tmp_path / stage
    file.write_text(HEADER + ROW.format("Brocken") + ROW.format("Gone"))
    trial = hd.imports.csv(file, dry_run=True, stage=kept)
    assert (trial.state, trial.counts["ticket"].created) == ("dry_run", 2)
    file.write_text(HEADER + ROW.format("Broken") + '"Open quote\n')
    assert hd.imports.csv(file, stage=kept).state == "unreadable"
    file.write_text(HEADER + ROW.format("Broken"))
    done = hd.imports.csv(file, stage=kept)
    assert (done.is_complete, done.counts["ticket"].created, done.counts["ticket"].read) == (True, 1, 1)
    assert [ticket.title for ticket in hd.tickets.list()] == ["Broken"]
    assert [path.name for path in tmp_path.iterdir()] == ["tickets.csv"] or kept is not None


def test_a_choice_that_is_none_is_refused(helpdesk_project: Project, tmp_path: Path) -> None:
    file = tmp_path / "tickets.csv"
    file.write_text(HEADER + ROW.format("Broken"))
    with pytest.raises(InvalidValueError, match="skip_unreadable"):
        helpdesk_project.system.imports.csv(file, skip_unreadable="no")  # type: ignore[arg-type]
    assert [path.name for path in tmp_path.iterdir()] == ["tickets.csv"]


def test_a_full_disk_is_named(tmp_path: Path) -> None:
    def fill() -> None:
        with Stage(tmp_path / "stage") as stage:
            stage.db.execute("pragma max_page_count = 30")
            stage.add(Staged("ticket", str(id), None, "", "file:1", "x" * 1000) for id in range(1000))

    with pytest.raises(LocalFileError, match=r"stage cannot be written: .* full"):
        fill()


def test_problems_do_not_pile_up() -> None:
    """However many objects are refused one after the other, a few hundred problems are in memory."""
    made = (Problem(f"file:{n}", f"ticket {n}", "unknown_status", "odd") for n in range(1000))
    batches = list(_batches(iter([Item("ticket", "7", {}), *made])))
    assert [len(items) for items, _ in batches] == [1, 0, 0, 0]
    assert [len(problems) for _, problems in batches] == [250] * 4
