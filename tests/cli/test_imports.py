"""`helpdesk import zendesk`: the report, repetition, what changed, bad files, and an import that is killed."""

from __future__ import annotations

import json
import signal
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from uuid import uuid4

import pytest
from tests.cli.conftest import People
from tests.sdk import zendesk_export as z

from helpdesk_sdk import Helpdesk


@pytest.fixture
def account() -> str:
    """The name of an account of this test's own: its ids are its own, too."""
    return f"test {uuid4().hex[:8]}"


@pytest.fixture
def export(tmp_path: Path) -> Path:
    """A small account in every envelope."""
    return z.write_export(tmp_path / "export")


@pytest.fixture
def system(people: People) -> Iterator[Helpdesk]:
    """With the secret key."""
    with Helpdesk(people.crew.info.api_url, people.crew.info.secret_key) as client:
        yield client


def test_an_account_moves_in(people: People, export: Path, account: str, tmp_path: Path, system: Helpdesk) -> None:
    place = tmp_path / "report.json"
    arguments = ("import", "zendesk", export, "--account", account)
    trial = people.admin(*arguments, "--dry-run", "--json").json
    assert (trial["state"], trial["run_id"], trial["checks"]) == ("dry_run", None, [])
    shown = people.admin(*arguments, "--report", place)
    report = json.loads(place.read_text())
    tickets = {"read": 6, "created": 4, "updated": 0, "unchanged": 0, "dead": 2, "refused": 0}
    assert report["counts"]["ticket"] == trial["counts"]["ticket"] == tickets
    assert report["counts"]["person"]["read"] == trial["counts"]["person"]["read"] == 4
    assert report["comments"] == trial["comments"] == {"messages": 2, "notes": 3, "descriptions": 2}
    assert report["notes"].items() >= trial["notes"].items()
    checks = {one["kind"]: (one["source_count"], one["helpdesk_count"]) for one in report["checks"]}
    assert checks.items() >= {"ticket": (4, 4), "message": (2, 2), "note": (3, 3), "person": (4, 4)}.items()
    assert all(one["adds_up"] for one in report["checks"])
    assert shown.out.splitlines()[-1] == "Everything else is there: counts and checksums are equal."
    assert not list(tmp_path.glob("*.helpdesk-import*"))

    again = people.admin(*arguments, "--json").json
    assert again["counts"]["ticket"] == tickets | {"created": 0, "unchanged": 4}
    (export / "changed.jsonl").write_text(z.lines(z.ticket(1, subject="Changed", updated_at="2021-01-01T00:00:00Z")))
    changed = people.admin(*arguments, "--json").json
    assert changed["counts"]["ticket"] == tickets | {"created": 0, "updated": 1, "unchanged": 3}
    ticket = system.tickets.list(external_id=f"zendesk:{account}:1").first()
    assert ticket is not None
    assert (ticket.title, ticket.status, ticket.channel) == ("Changed", "resolved", "email")
    assert ticket.created_at.isoformat() == "2020-01-02T03:04:05+00:00"
    messages = list(system.messages.list(ticket))
    assert [(one.author_name, one.imported) for one in messages] == [("Agent Smith", True)]


def test_customers_and_agents_import_nothing(people: People, export: Path) -> None:
    for somebody in (people.customer, people.agent):
        for command in (("zendesk", export), ("list",)):
            assert somebody("import", *command, code=5).err.startswith("Error: You may not do this.")


def test_a_file_that_is_cut_off_imports_nothing(people: People, export: Path, account: str) -> None:
    arguments = ("import", "zendesk", export, "--account", account)
    packed = export / "tickets-2.json.gz"
    packed.write_bytes(packed.read_bytes()[:-30])
    with (export / "rest.jsonl").open("a") as file:
        file.write('{"id": 7, "body": "half a li')
    refused = people.admin(*arguments, code=1)
    assert "the file is cut off or damaged" in refused.out
    assert "rest.jsonl:3" in refused.out
    assert refused.out.splitlines()[-1].startswith("Nothing was imported")
    rest = people.admin(*arguments, "--skip-unreadable", "--json", code=1).json
    assert {one["place"] for one in rest["problems"] if one["code"] == "unreadable"} == {
        "tickets-2.json.gz",
        "rest.jsonl:3",
    }
    assert rest["counts"]["ticket"]["created"] == 2


def test_one_bad_ticket_among_many(people: People, tmp_path: Path, account: str) -> None:
    file = tmp_path / "tickets.jsonl"
    file.write_text(z.lines(*(z.ticket(id, status="odd" if id == 30 else "open") for id in range(1, 61))))
    arguments = ("import", "zendesk", file, "--account", account, "--json")
    report = people.admin(*arguments, code=1).json
    assert report["counts"]["ticket"] == {
        "read": 60,
        "created": 59,
        "updated": 0,
        "unchanged": 0,
        "dead": 0,
        "refused": 1,
    }
    (problem,) = report["problems"]
    assert (problem["place"], problem["item"], problem["code"]) == ("tickets.jsonl:30", "ticket 30", "unknown_status")
    mended = people.admin(*arguments, "--status", "odd=open").json
    assert mended["counts"]["ticket"]["created"] == 1
    runs = [one for one in people.admin("import", "list", "--json").json if one["source"] == f"zendesk:{account}"]
    assert [one["run_id"] for one in runs] == [mended["run_id"], report["run_id"]]
    shown = [line.split() for line in people.admin("import", "list").out.splitlines() if account in line]
    assert [line[-3:] for line in shown] == [["1", "0", "59"], ["59", "0", "0"]]


def test_an_import_that_was_killed_goes_on(people: People, tmp_path: Path, account: str, system: Helpdesk) -> None:
    folder = tmp_path / "many"
    folder.mkdir()
    ids = range(1, 1501)
    (folder / "tickets.jsonl").write_text(z.lines(*(z.ticket(id, custom_fields=[]) for id in ids)))
    comments = (z.comment(id * 10 + n, id, author_id=z.AGENT) for id in ids for n in range(2))
    (folder / "comments.jsonl").write_text(z.lines(*comments))
    (folder / "users.jsonl").write_text(z.lines(*z.PEOPLE))
    (folder / "groups.json").write_text(json.dumps({"groups": z.GROUPS}))
    arguments = ("import", "zendesk", folder, "--account", account, "--json")
    stage = tmp_path / "many.helpdesk-import"
    for wanted in (1, 500):
        process = people.admin.start(*arguments)
        until = time.monotonic() + 120
        while _sent(stage) < wanted and time.monotonic() < until:
            assert process.poll() is None, process.communicate()
            time.sleep(0.02)
        process.send_signal(signal.SIGKILL)
        process.communicate()
        assert wanted <= _sent(stage) < 1500
    report = people.admin(*arguments).json
    counts = report["counts"]["ticket"]
    assert (counts["read"], counts["refused"]) == (1500, 0)
    # At most one batch was written, and its answer lost, each time.
    assert counts["created"] + counts["unchanged"] == 1500
    assert counts["unchanged"] <= 500
    assert report["comments"] == {"messages": 3000, "notes": 0, "descriptions": 0}
    assert all(one["adds_up"] for one in report["checks"])
    (run,) = [one for one in system.imports.list() if one.source == f"zendesk:{account}"]
    assert run.finished_at is not None
    assert run.counts["ticket"]["created"] == 1500


def test_a_table_moves_in(people: People, tmp_path: Path, account: str, system: Helpdesk) -> None:
    file = tmp_path / "table.csv"
    mapping = tmp_path / "mapping.toml"
    rows = (f"{n};Karton {n};offen;02.07.2020 14:0{n};{uuid4().hex[:9]}@example.net;{n * 7}" for n in range(1, 6))
    file.write_bytes("\r\n".join(("Nummer;Betreff;Zustand;Datum;email;Größe", *rows)).encode("cp1252"))
    mapping.write_text(
        '[columns]\nid = "Nummer"\ntitle = "Betreff"\nstatus = "Zustand"\ncreated = "Datum"\n'
        '[statuses]\noffen = "open"\n[times]\nformat = "%d.%m.%Y %H:%M"\n'
        '[fields]\nimport_size = {column = "Größe", type = "integer"}\n',
        encoding="utf-8",
    )
    arguments: tuple[object, ...] = ("import", "csv", file, "--name", account, "--mapping", mapping)
    assert "table.csv:1:38: this is not UTF-8" in people.admin(*arguments, code=1).err
    arguments = (*arguments, "--encoding", "cp1252")
    asked = people.admin(*arguments, code=2).err
    assert "The times in the column 'Datum' have no time zone: '02.07.2020 14:01'" in asked
    arguments = (*arguments, "--time-zone", "Europe/Berlin", "--json")
    done = people.admin(*arguments).json
    assert (done["counts"]["ticket"]["created"], done["counts"]["person"]["created"]) == (5, 5)
    assert all(one["adds_up"] for one in done["checks"])
    assert people.admin(*arguments).json["counts"]["ticket"]["unchanged"] == 5
    ticket = system.tickets.list(external_id=f"csv:{account}:3").first()
    assert ticket is not None
    assert (ticket.title, ticket.created_at.isoformat()) == ("Karton 3", "2020-07-02T12:03:00+00:00")
    assert ticket.status == "open"


def _sent(stage: Path) -> int:
    """How many tickets the stage knows to be there."""
    if not stage.exists():
        return 0
    with closing(sqlite3.connect(stage, timeout=10)) as db:
        try:
            return int(db.execute("select count(*) from results where kind = 'ticket'").fetchone()[0])
        except sqlite3.OperationalError:
            return 0


def test_a_freshdesk_account_moves_in(people: People, tmp_path: Path, account: str) -> None:
    ids = range(1, 4)
    time = "2020-01-02T03:04:05Z"
    said = {"user_id": 1, "incoming": True, "private": False, "body_text": "Hello", "created_at": time}
    tickets = [
        {
            "id": id,
            "subject": f"Parcel {id}",
            "description_text": "Lost",
            "status": 5,
            "priority": 4,
            "source": 2,
            "requester_id": 1,
            "created_at": time,
            "updated_at": time,
            "custom_fields": {},
            "conversations": [said | {"id": id * 10}, said | {"id": id * 10 + 1, "private": True}],
        }
        for id in ids
    ]
    contact = {"id": 1, "name": "Ann", "email": f"{uuid4().hex}@example.net", "created_at": time}
    folder = tmp_path / "freshdesk"
    folder.mkdir()
    (folder / "tickets.json").write_text(json.dumps(tickets))
    (folder / "contacts.json").write_text(json.dumps([contact]))
    report = people.admin("import", "freshdesk", folder, "--account", account, "--json").json
    assert (report["counts"]["ticket"]["created"], report["comments"]) == (
        *(3, {"messages": 3, "notes": 3, "descriptions": 0}),
    )
    assert all(one["adds_up"] for one in report["checks"])
