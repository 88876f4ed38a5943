"""Files on the command line: up, down, never over a file of one's own; the settings, and the worker."""

from __future__ import annotations

import json
from pathlib import Path
from uuid import uuid4

import pytest
from tests.cli.conftest import TEAM, Crew, People
from tests.cli.support import Cli
from tests.sdk.files import PNG


@pytest.fixture
def number(people: People) -> int:
    """A ticket of the customer in the agents' team."""
    made: int = people.customer("tickets", "create", "Cannot print", "--team", TEAM, "--json").json["number"]
    return made


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    path = tmp_path / "screen shot.png"
    path.write_bytes(PNG)
    return path


def test_a_file_goes_up_is_listed_and_comes_down(people: People, number: int, picture: Path, tmp_path: Path) -> None:
    log = tmp_path / "print.log"
    log.write_text("no paper\n")
    done = people.customer("tickets", "attach", number, picture, log)
    assert done.out == (f"Uploaded screen shot.png to ticket {number}.\nUploaded print.log to ticket {number}.\n")
    listed = people.agent("attachments", "list", number).out
    assert "screen shot.png" in listed
    assert "clean" in listed
    rows = people.agent("attachments", "list", number, "--json").json
    assert [row["file_name"] for row in rows] == ["screen shot.png", "print.log"]
    shown = people.agent("tickets", "show", number)
    assert f"screen shot.png ({len(PNG) / 1024:.1f} kB), print.log (9 B)" in shown.out
    for name in ("screen shot.png", "print.log"):
        assert f"uploaded a file (state: uploaded, placement: ticket, attachment: {name})" in shown.out
    assert len(people.agent("tickets", "show", number, "--json").json["attachments"]) == 2
    target = tmp_path / "down"
    target.mkdir()
    for name in ("screen shot.png", "screen shot (1).png"):
        saved = people.agent("attachments", "download", rows[0]["attachment_id"], "--output", target)
        assert saved.out == f"Saved {target / name}.\n"
        assert (target / name).read_bytes() == PNG
    both = people.agent("attachments", "download", "--ticket", number, "-o", target, "--json").json
    assert [Path(row["path"]).name for row in both] == ["screen shot (2).png", "print.log"]
    over = people.agent("attachments", "download", rows[0]["attachment_id"], "-o", picture, code=1)
    assert "exists already" in over.err
    assert picture.read_bytes() == PNG
    people.agent("attachments", "download", "--ticket", number, "-o", tmp_path / "none", code=2)
    people.agent("attachments", "download", code=2)
    refusal = people.agent("attachments", "download", number, code=2).err
    assert f"{number} is not the id of a file" in refusal
    assert f"--ticket {number}" in refusal
    assert "attachments list" in people.agent("attachments", "download", "invoice", code=2).err


def test_a_reply_and_a_note_take_files(people: People, number: int, picture: Path) -> None:
    people.agent("tickets", "reply", number, "See", "--attach", picture, "--expect", "none")
    people.agent("tickets", "note", number, "Between us", "-a", picture, "-a", picture)
    placed = [row["placement"] for row in people.agent("attachments", "list", number, "--json").json]
    assert placed == ["message", "note", "note"]
    assert [row["placement"] for row in people.customer("attachments", "list", number, "--json").json] == ["message"]


def test_what_is_refused_ends_in_a_sentence(people: People, number: int, tmp_path: Path) -> None:
    program = tmp_path / "invoice.pdf"
    program.write_bytes(b"MZ\x90\0" + bytes(100))
    done = people.customer("tickets", "attach", number, program, code=4)
    assert done.err.startswith("Error: The file invoice.pdf was rejected: the content is not a PDF document")
    listed = people.customer("attachments", "list", number, "--json").json
    assert [row["reason"] for row in listed if row["file_name"] == "invoice.pdf"] == ["type_mismatch"]
    assert "cannot be read" in people.customer("tickets", "attach", number, tmp_path / "none.png", code=1).err
    (tmp_path / "x.exe").write_bytes(b"MZ")
    assert "content_type cannot be told" in people.customer("tickets", "attach", number, tmp_path / "x.exe", code=2).err
    assert "There is no file" in people.agent("attachments", "download", uuid4(), code=3).err


def test_a_file_is_deleted_after_a_question(people: People, number: int, picture: Path) -> None:
    (file,) = people.customer("tickets", "attach", number, picture, "--json").json
    assert "--yes" in people.agent("attachments", "delete", file["attachment_id"], code=2).err
    assert people.customer("attachments", "delete", file["attachment_id"], "--yes", code=5).out == ""
    people.agent("attachments", "delete", file["attachment_id"], "--yes")
    assert people.agent("attachments", "list", number, "--json").json[0]["state"] == "deleted"
    # The file has no name any more: its lines have the beginning of its id.
    shown = people.agent("tickets", "show", number).out
    assert f"deleted a file (state: deleted, placement: ticket, attachment: {file['attachment_id']})" in shown
    assert people.system("attachments", "sweep", "--dry-run", "--json").json["counts"]["file_not_needed"] >= 1
    assert people.system("attachments", "sweep", code=2).err
    swept = people.system("attachments", "sweep", "--yes", "--json").json
    assert file["attachment_id"] in {item["attachment_id"] for item in swept["items"]}
    assert people.admin("attachments", "sweep", "--dry-run", code=5).out == ""


def test_all_files_are_deleted_before_an_uninstall(people: People, number: int, picture: Path, tmp_path: Path) -> None:
    (file,) = people.customer("tickets", "attach", number, picture, "--json").json
    sweep_all = ("attachments", "sweep", "--all")
    assert "would be deleted" in people.system(*sweep_all, "--dry-run").out
    assert "--yes" in people.system(*sweep_all, code=2).err
    people.admin(*sweep_all, "--yes", code=5)
    people.customer("attachments", "download", file["attachment_id"], "-o", tmp_path / "kept.png")
    assert "are being deleted" in people.system(*sweep_all, "--yes").out
    lost = people.customer("attachments", "download", file["attachment_id"], "-o", tmp_path / "lost.png", code=3)
    assert "screen shot.png is gone" in lost.err
    assert not (tmp_path / "lost.png").exists()


def test_admins_change_the_settings(people: People) -> None:
    before = people.customer("settings", "show", "--json").json
    done = people.admin("settings", "set", "--attachment-max-per-message", 7, "--json").json
    assert done["attachment_max_per_message"] == 7
    assert done["attachment_types"] == before["attachment_types"]
    assert "attachment-max-per-message       7" in people.agent("settings", "show").out
    people.agent("settings", "set", "--attachment-max-per-message", 8, code=5)
    assert (
        "must be a whole number from 0 to 100"
        in people.admin("settings", "set", "--attachment-max-per-message", 101, code=2).err
    )
    assert "nothing to change" in people.admin("settings", "set", code=2).err
    people.admin("settings", "set", "--attachment-max-per-message", before["attachment_max_per_message"])


def test_the_worker_checks_what_waits_and_needs_the_secret_key(people: People) -> None:
    done = people.system("worker", "--once", "--json")
    assert set(json.loads(done.out)) == {"clean", "rejected", "postponed", "removed"}
    assert "0 rejected" in people.system("worker", "--once", "--no-sweep").out
    refusal = people.admin("worker", "--once", code=5).err
    assert all(way in refusal for way in ("secret key", "HELPDESK_KEY", "--profile"))
    assert "host:port" in people.system("worker", "--once", "--clamav", "nowhere", code=2).err


def test_the_worker_takes_a_system_profile(cli: Cli, crew: Crew) -> None:
    login = ("login", "--profile", "robot", "--url", crew.info.api_url, "--secret-key-stdin")
    cli(*login, input=crew.info.secret_key)
    assert "0 rejected" in cli("worker", "--once", "--no-sweep", "--profile", "robot").out
