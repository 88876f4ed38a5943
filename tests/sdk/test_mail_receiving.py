"""Mails go from their bytes to a ticket with its files, on a real stack; a worker finishes what was left."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from helpdesk_sdk import Helpdesk
from helpdesk_sdk.delivery.mail.parsing import parse_mail
from helpdesk_sdk.delivery.mail.receiving import WorkReport, finish_waiting, receive_mail
from helpdesk_sdk.errors import ForbiddenError
from helpdesk_sdk.testing import Project

MAILS = Path(__file__).parents[1] / "mails"
ADDRESS = "support@desk.example"
PICTURE = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNoAAAAggCBd81ytgAAAABJRU5ErkJggg=="
PLAN = (
    b"From: Carla <carla@customer.example>\nSubject: Plan\nMessage-ID: <p1@customer.example>\n"
    b"Content-Type: multipart/mixed; boundary=b\n\n--b\n\nThe plan is attached to this mail.\n--b\n"
    b"Content-Type: image/png; name=plan.png\nContent-Transfer-Encoding: base64\n\n" + PICTURE.encode() + b"\n--b--\n"
)


@pytest.fixture
def system(helpdesk_project: Project) -> Iterator[Helpdesk]:
    with Helpdesk(helpdesk_project.url, helpdesk_project.secret_key) as made:
        made.mail.channels.create(ADDRESS)
        yield made


def mail(name: str) -> bytes:
    return (MAILS / f"{name}.eml").read_bytes()


def make_due(project: Project) -> None:
    with psycopg.connect(project.db_url) as db:
        db.execute("update helpdesk_private.email_work set due_at = clock_timestamp() - interval '1 second'")


def test_each_mail_has_an_outcome_and_each_file_a_place(system: Helpdesk, helpdesk_project: Project) -> None:
    found = {path.stem: receive_mail(system, path.read_bytes(), to=[ADDRESS]) for path in sorted(MAILS.glob("*.eml"))}
    outcomes = {name: one.decision.outcome for name, one in found.items()}
    assert "failed" not in outcomes.values(), outcomes
    assert (outcomes["bounce"], outcomes["complaint"], outcomes["read-receipt"]) == ("bounce", "complaint", "receipt")
    assert outcomes["two-authors"] == outcomes["empty"] == outcomes["no-headers"] == "quarantined"
    again = receive_mail(system, mail("plain-reply"), to=[ADDRESS])
    assert (again.is_new, again.inbound_id) == (False, found["plain-reply"].inbound_id)
    # Nothing is left to do.
    make_due(helpdesk_project)
    assert finish_waiting(system) == WorkReport()


def test_files_become_attachments_and_what_is_not_taken_is_named(system: Helpdesk) -> None:
    def files(name: str) -> dict[str, str | None]:
        raw = mail(name).replace(b"q1@customer", name.encode() + b"@customer")
        number = receive_mail(system, raw, to=[ADDRESS]).decision.ticket_number
        assert number is not None
        return {file.file_name: file.reason or file.state for file in system.attachments.list(number)}

    assert files("file-names") == {
        "übersicht.exe": "type_not_permitted",
        "etctxt.exe.txt": "clean",
        "locked.zip": "archive_damaged",
        "attachment-4.jpg": "clean",
    }
    assert files("winmail") == {"winmail.dat": "type_not_permitted", "report.txt": "clean"}


def test_a_worker_finishes_what_was_left(system: Helpdesk, helpdesk_project: Project) -> None:
    # One receiver stopped before it had parsed the mail, another one before it had placed the files.
    first = system.mail.receiving.begin(PLAN, to=[ADDRESS])
    other = PLAN.replace(b"p1@", b"p2@")
    second = system.mail.receiving.begin(other, to=[ADDRESS])
    system.mail.receiving.ingest(str(second.inbound_id), parse_mail(other).json)
    assert finish_waiting(system) == WorkReport()
    make_due(helpdesk_project)
    assert finish_waiting(system) == WorkReport(done=2)
    for arrival in (first, second):
        row = system.mail.inbound.get(arrival.inbound_id)
        assert row.outcome == "created"
        assert row.ticket is not None
        (file,) = system.attachments.list(row.ticket.number)
        assert (file.file_name, file.state, file.uploader_name) == ("plan.png", "clean", "Carla")
        assert system.attachments.read(file) == base64.b64decode(PICTURE)


def test_a_mail_whose_bytes_are_gone_has_an_outcome(system: Helpdesk, helpdesk_project: Project) -> None:
    arrival = system.mail.receiving.begin(mail("plain-reply"), to=[ADDRESS])
    with psycopg.connect(helpdesk_project.db_url) as db:
        db.execute("update helpdesk.inbound_emails set raw_key = 'emails/gone.eml'")
    make_due(helpdesk_project)
    assert finish_waiting(system) == WorkReport(failed=1)
    row = system.mail.inbound.get(arrival.inbound_id)
    assert (row.outcome, row.reason) == ("failed", "Its bytes are not in Storage")


def test_people_receive_nothing(helpdesk_project: Project) -> None:
    with Helpdesk(helpdesk_project.url, helpdesk_project.publishable_key) as hd, pytest.raises(ForbiddenError):
        receive_mail(hd, mail("plain-reply"))


def test_the_bytes_of_a_redacted_mail_are_deleted_also_when_they_come_again(system: Helpdesk) -> None:
    head = b"From: Carla <carla@customer.example>\nSubject: Key\nMessage-ID: <k%d@customer.example>\n"
    receive_mail(system, head % 1 + b"\nHello", to=[ADDRESS])
    raw = head % 2 + b"In-Reply-To: <k1@customer.example>\n\nMy password is swordfish."
    received = receive_mail(system, raw, to=[ADDRESS])
    assert received.decision.message_id is not None
    key = system.mail.inbound.get(received.inbound_id).raw_key
    system.messages.redact(received.decision.message_id)
    assert b"swordfish" in (system.mail.receiving.raw(key) or b"")
    assert finish_waiting(system).deleted == 1
    assert system.mail.receiving.raw(key) is None
    assert receive_mail(system, raw, to=[ADDRESS]).is_new is False
    assert finish_waiting(system).deleted == 1
    assert system.mail.receiving.raw(key) is None
    assert system.mail.inbound.get(received.inbound_id).body == "[redacted]"
    assert finish_waiting(system) == WorkReport()
