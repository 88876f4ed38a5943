"""An import that was interrupted, and whose files were changed before it goes on: nothing of the old state stays."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from tests.sdk import zendesk_export as z

from helpdesk_sdk import Helpdesk
from helpdesk_sdk.testing import Project

_ALL = range(1, 301)
_AGAIN = "times that all was read again, since files had changed"


class _Stopped(BaseException):
    """As Ctrl-C, or a crash."""


@pytest.fixture
def export(tmp_path: Path) -> Path:
    folder = tmp_path / "export"
    folder.mkdir()
    (folder / "tickets.jsonl").write_text(z.lines(*(z.ticket(id, custom_fields=[]) for id in _ALL)))
    (folder / "comments.jsonl").write_text(z.lines(*(z.comment(id * 10, id, author_id=z.AGENT) for id in _ALL)))
    (folder / "users.jsonl").write_text(z.lines(*z.PEOPLE))
    (folder / "groups.jsonl").write_text(z.lines(*z.GROUPS))
    return folder


def _interrupted(hd: Helpdesk, export: Path) -> None:
    """An import that ends when most tickets were sent."""

    def stop(at: object) -> None:
        if getattr(at, "phase", "") == "tickets" and getattr(at, "done", 0) >= 250:
            raise _Stopped

    with pytest.raises(_Stopped):
        hd.imports.zendesk(export, on_progress=stop)
    assert hd.tickets.count().value == 250
    assert export.with_name("export.helpdesk-import").exists()


def _change(export: Path) -> None:
    tickets = [z.ticket(id, custom_fields=[]) for id in _ALL if id not in (2, 299)]
    tickets[0] |= {"subject": "Mended", "updated_at": "2021-05-05T00:00:00Z"}
    (export / "tickets.jsonl").write_text(z.lines(*tickets))
    comments = (z.comment(id * 10, id, author_id=z.AGENT) for id in _ALL if id not in (2, 299))
    (export / "comments.jsonl").write_text(z.lines(*comments))


def _add_file(export: Path) -> None:
    (export / "more_comments.jsonl").write_text(z.lines(z.comment(11, 1, author_id=z.AGENT, body="Added")))


def _remove_file(export: Path) -> None:
    (export / "comments.jsonl").unlink()


@pytest.mark.parametrize(
    ("change", "created", "seen"),
    [
        pytest.param(_change, 49, (299, "Mended"), id="rows of a file are mended and gone"),
        pytest.param(_add_file, 50, (300, "Ticket 1"), id="a file is new"),
        pytest.param(_remove_file, 50, (300, "Ticket 1"), id="a file is gone"),
    ],
)
def test_it_goes_on_with_what_the_files_have_now(
    helpdesk_project: Project, export: Path, change: Callable[[Path], None], created: int, seen: tuple[int, str]
) -> None:
    hd = helpdesk_project.system
    _interrupted(hd, export)
    change(export)
    done = hd.imports.zendesk(export)
    assert done.is_complete, done
    assert (done.notes[_AGAIN], done.counts["ticket"].created) == (1, created)
    assert (hd.tickets.count().value, hd.tickets.get_by_external_id("zendesk:1").title) == seen
    bodies = [message.body for message in hd.messages.list(hd.tickets.get_by_external_id("zendesk:1"))]
    assert len(bodies) == (2 if change is _add_file else 1)
    (run,) = hd.imports.list()
    assert run.finished_at is not None
    assert run.counts["ticket"]["created"] == 250 + created
    assert not export.with_name("export.helpdesk-import").exists()


def test_without_a_change_nothing_is_read_or_sent_again(helpdesk_project: Project, export: Path) -> None:
    hd = helpdesk_project.system
    (export / "notes.txt").write_text("No export")
    _interrupted(hd, export)
    done = hd.imports.zendesk(export)
    assert (done.is_complete, done.counts["ticket"].created, done.counts["ticket"].unchanged) == (True, 300, 0)
    assert _AGAIN not in done.notes
    assert done.notes["not read, since it is no JSON: notes.txt"] == 1


def test_a_broken_file_is_no_change(helpdesk_project: Project, export: Path) -> None:
    """With --skip-unreadable, an import with a broken file goes on where it was."""
    hd = helpdesk_project.system
    with (export / "tickets.jsonl").open("a") as file:
        file.write('{"id": 999, "subject": "cut')

    def stop(at: object) -> None:
        if getattr(at, "phase", "") == "tickets" and getattr(at, "done", 0) >= 250:
            raise _Stopped

    with pytest.raises(_Stopped):
        hd.imports.zendesk(export, skip_unreadable=True, on_progress=stop)
    done = hd.imports.zendesk(export, skip_unreadable=True)
    assert (done.counts["ticket"].created, _AGAIN in done.notes) == (300, False)
    assert [problem.code for problem in done.problems] == ["unreadable"]
