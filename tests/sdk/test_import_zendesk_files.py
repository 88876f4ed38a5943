"""Zendesk: attachments that somebody has downloaded, and follow-ups."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.sdk import zendesk_export as z
from tests.sdk.files import PNG

from helpdesk_sdk import ForbiddenError, LocalFileError
from helpdesk_sdk.checks import check_waiting
from helpdesk_sdk.testing import Project


def attachment(id: int, **values: Any) -> dict[str, Any]:
    """A text of a comment."""
    url = f"https://acme.zendesk.com/attachments/token/{id}/"
    found = {"id": id, "file_name": f"log-{id}.txt", "content_type": "text/plain", "size": 5, "content_url": url}
    return found | {"inline": False, "deleted": False} | values


@pytest.fixture
def export(tmp_path: Path) -> Path:
    """Two tickets, one of which follows the other up; five files, of which three were downloaded."""
    folder = tmp_path / "export"
    folder.mkdir()
    via = {"channel": "email", "source": {"from": {"ticket_id": 1, "subject": "x"}, "to": {}, "rel": "follow_up"}}
    lost = {"channel": "email", "source": {"from": {"ticket_id": 99, "subject": "x"}, "to": {}, "rel": "follow_up"}}
    tickets = z.ticket(1), z.ticket(2, via=via), z.ticket(3, via=lost), z.ticket(4, status="deleted")
    (folder / "tickets.jsonl").write_text(z.lines(*tickets))
    picture = attachment(702, file_name="shot.png", content_type="image/png", size=len(PNG), inline=True)
    comments = (
        z.comment(10, 1, attachments=[attachment(701)]),
        z.comment(11, 1, author_id=z.AGENT, attachments=[picture, attachment(703), attachment(704, deleted=True)]),
        z.comment(12, 1, author_id=z.AGENT, public=False, attachments=[attachment(705)]),
        z.comment(13, 4, attachments=[attachment(706)]),
    )
    (folder / "comments.jsonl").write_text(z.lines(*comments))
    (folder / "users.jsonl").write_text(z.lines(*z.PEOPLE))
    return folder


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """The files, named in each way."""
    folder = tmp_path / "files"
    (folder / "702").mkdir(parents=True)
    (folder / "702" / "shot.png").write_bytes(PNG)
    for name in ("701", "704-log.txt", "705.txt", "706.txt", "README"):
        (folder / name).write_text("words")
    return folder


def test_files_that_were_downloaded_come_along(helpdesk_project: Project, export: Path, files: Path) -> None:
    hd = helpdesk_project.system
    done = hd.imports.zendesk(export, files=files)
    assert done.is_complete, done
    assert (done.counts["file"].created, done.counts["link"].created) == (3, 1)
    assert check_waiting(hd).clean == 3
    first, second = (hd.tickets.get_by_external_id(f"zendesk:{id}") for id in (1, 2))
    found = {file.file_name: file for file in hd.attachments.list(first)}
    placed = {name: (file.placement, file.uploader_kind) for name, file in found.items()}
    # The first comment is the description.
    assert placed == {
        "log-701.txt": ("ticket", "customer"),
        "shot.png": ("message", "staff"),
        "log-705.txt": ("note", "staff"),
    }
    (message,) = hd.messages.list(first)
    assert found["shot.png"].message_id == message.message_id
    assert hd.attachments.read(found["shot.png"]) == PNG
    # What was not downloaded stays a link.
    assert "[log-703.txt](https://acme.zendesk.com/attachments/token/703/)" in message.body
    (link,) = hd.tickets.links(second)
    assert (link.kind, link.target_id, link.linked_at.year) == ("follow_up_of", first.ticket_id, 2020)
    again = hd.imports.zendesk(export, files=files)
    assert (again.is_complete, again.counts["file"].unchanged, again.counts["link"].unchanged) == (True, 3, 1)


def test_files_come_after_the_tickets_too(helpdesk_project: Project, export: Path, files: Path) -> None:
    hd = helpdesk_project.system
    before = hd.imports.zendesk(export)
    assert (before.is_complete, "file" in before.counts) == (True, False)
    done = hd.imports.zendesk(export, files=files)
    assert (done.counts["ticket"].unchanged, done.counts["file"].created) == (3, 3)
    (message,) = hd.messages.list(hd.tickets.get_by_external_id("zendesk:1"))
    assert message.redacted_at is None


def test_a_file_that_was_cut_is_named(helpdesk_project: Project, export: Path, files: Path) -> None:
    (files / "701").write_text("wor")
    done = helpdesk_project.system.imports.zendesk(export, files=files)
    (problem,) = done.problems
    assert (problem.item, problem.code) == ("file 701", "file_size")
    assert problem.place.startswith("comments.jsonl:1")
    assert (done.counts["file"].created, done.counts["file"].refused, done.counts["ticket"].created) == (2, 1, 3)


def test_files_need_their_folder_and_the_secret_key(helpdesk_project: Project, export: Path) -> None:
    with pytest.raises(LocalFileError, match="nowhere is no folder"):
        helpdesk_project.system.imports.zendesk(export, files=export / "nowhere")
    assert list(helpdesk_project.system.tickets.list()) == []
    with (
        helpdesk_project.sign_in(helpdesk_project.add_person("admin")) as hd,
        pytest.raises(ForbiddenError, match="secret key"),
    ):
        hd.imports.zendesk(export, files=export)
