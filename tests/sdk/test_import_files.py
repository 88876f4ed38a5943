"""Files of another helpdesk of this package: their bytes come along, wait for their check, and nobody is told."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tests.sdk.files import PNG
from tests.sdk.test_import_own_export import empty as empty

from helpdesk_sdk import ForbiddenError, Helpdesk, exports
from helpdesk_sdk.checks import check_waiting
from helpdesk_sdk.testing import Project

_OF_FILES = ("placement", "file_name", "content_type", "size", "uploader_kind", "uploader_name", "created_at", "sha256")


@pytest.fixture
def source(helpdesk_project: Project, tmp_path: Path) -> Helpdesk:
    """A helpdesk with a file on a ticket, on a message of its requester, and on a note of an agent with a login."""
    system = helpdesk_project.system
    ann, cem = helpdesk_project.add_person("customer"), helpdesk_project.add_person("agent", teams=["Support"])
    (tmp_path / "screen.png").write_bytes(PNG)
    (tmp_path / "log.txt").write_text("It smokes.\n")
    with helpdesk_project.sign_in(ann) as customer, helpdesk_project.sign_in(cem) as agent:
        ticket = customer.tickets.create("Broken")
        customer.attachments.upload(ticket, tmp_path / "screen.png")
        customer.messages.reply(ticket, "See the log.", attachments=[tmp_path / "log.txt"])
        agent.notes.add(ticket, "Look.", attachments=[tmp_path / "screen.png"])
        # It was never sent.
        agent.attachments.upload(ticket, tmp_path / "log.txt", placement="note")
    check_waiting(system)
    assert {file.state for file in system.attachments.list(ticket)} == {"clean"}
    return system


def write(folder: Path, hd: Helpdesk) -> list[dict[str, Any]]:
    """An export with its files."""
    (folder / "files").mkdir(exist_ok=True)
    lines = list(exports.FileSaver(hd, folder / "files").each(exports.lines(hd)))
    (folder / "all.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    return lines


def compared(lines: list[dict[str, Any]]) -> list[list[Any]]:
    """The files of an export's tickets, without what differs."""
    found = []
    for line in lines:
        if line["kind"] == "ticket":
            bodies = {part.get("message_id") or part.get("note_id"): part["body"] for part in line["messages"]}
            bodies |= {part["note_id"]: part["body"] for part in line["notes"]}
            for file in line["attachments"]:
                parent = file["message_id"] or file["note_id"]
                if parent or file["placement"] == "ticket":
                    found.append([bodies.get(parent), *(file[name] for name in _OF_FILES)])
    return sorted(found, key=repr)


def test_files_come_along_with_their_messages_and_authors(source: Helpdesk, empty: Helpdesk, tmp_path: Path) -> None:
    before = compared(write(tmp_path, source))
    assert [one[0] for one in before] == ["Look.", "See the log.", None]
    cursor = empty.events.head()
    done = empty.imports.helpdesk(tmp_path / "all.jsonl", files=tmp_path / "files")
    assert done.is_complete, done
    assert done.counts["file"].created == 3
    assert {check.kind: check.helpdesk_count for check in done.checks}["file"] == 3
    (ticket,) = empty.tickets.list()
    assert {file.state for file in empty.attachments.list(ticket)} == {"uploaded"}
    assert check_waiting(empty).clean == 3
    assert {event.type for event in empty.events.since(cursor)} <= {
        "ticket.imported",
        "import.started",
        "import.finished",
        "team.updated",
        "team.created",
    }
    assert compared(list(exports.lines(empty))) == before
    assert {empty.attachments.read(file) for file in empty.attachments.list(ticket)} == {PNG, b"It smokes.\n"}
    again = empty.imports.helpdesk(tmp_path / "all.jsonl", files=tmp_path / "files")
    assert (again.is_complete, again.counts["file"].unchanged) == (True, 3)
    empty.attachments.delete(next(iter(empty.attachments.list(ticket))))
    again = empty.imports.helpdesk(tmp_path / "all.jsonl", files=tmp_path / "files")
    assert (again.is_complete, again.counts["file"].dead) == (True, 1)


def test_without_their_folder_files_are_left_out_and_counted(source: Helpdesk, empty: Helpdesk, tmp_path: Path) -> None:
    write(tmp_path, source)
    done = empty.imports.helpdesk(tmp_path / "all.jsonl")
    assert done.is_complete
    assert "file" not in done.counts
    assert done.notes["files left out: their folder was not named"] == 4
    assert empty.imports.helpdesk(tmp_path / "all.jsonl", files=tmp_path / "files").counts["file"].created == 3


def test_a_file_that_is_not_what_was_exported_is_named(source: Helpdesk, empty: Helpdesk, tmp_path: Path) -> None:
    lines = write(tmp_path, source)
    (ticket,) = [line for line in lines if line["kind"] == "ticket"]
    pictures = [one for one in ticket["attachments"] if one["file_name"] == "screen.png"]
    (tmp_path / "files" / pictures[0]["file"]).unlink()
    pictures[1]["file"] = "../all.jsonl"
    text = next(one for one in ticket["attachments"] if one["message_id"])
    text["content_type"] = "application/x-sh"
    (tmp_path / "all.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    done = empty.imports.helpdesk(tmp_path / "all.jsonl", files=tmp_path / "files")
    assert sorted(problem.code for problem in done.problems) == ["file_missing", "file_missing", "invalid_value"]
    assert (done.counts["file"].refused, done.counts["ticket"].created) == (3, 1)
    (there,) = empty.tickets.list()
    assert list(empty.attachments.list(there)) == []


def test_files_that_did_not_arrive_come_with_the_next_import(
    source: Helpdesk, empty: Helpdesk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, source)

    def stopped(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("helpdesk_sdk.resources.imports.sending.bring", stopped)
    with pytest.raises(KeyboardInterrupt):
        empty.imports.helpdesk(tmp_path / "all.jsonl", files=tmp_path / "files")
    monkeypatch.undo()
    done = empty.imports.helpdesk(tmp_path / "all.jsonl", files=tmp_path / "files")
    assert done.is_complete, done
    assert done.counts["file"].updated == 3
    assert check_waiting(empty).clean == 3


def test_an_admin_imports_no_files(helpdesk_project: Project, tmp_path: Path) -> None:
    admin = helpdesk_project.add_person("admin")
    with helpdesk_project.sign_in(admin) as hd, pytest.raises(ForbiddenError, match="with the secret key"):
        hd.imports.helpdesk(tmp_path, files=tmp_path)
