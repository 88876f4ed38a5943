"""E-mail in: what is left to do is found by a worker, and the files of a mail become attachments."""

from __future__ import annotations

import json
from typing import Any, LiteralString

import pytest
from tests.db.mailing import FAIL, SUPPORT, add_channels, mail, receive, token
from tests.db.people import ADMIN, CUSTOMER, SERVICE, Db, be, denied, one, value
from tests.db.world import World

Json = dict[str, Any]


def file(part: str, name: str = "plan.png", type: str = "image/png", **fields: Any) -> Json:
    made = {"part": part, "name": name, "type": type, "declared_type": type, "size": 10, "sha256": "", "flags": []}
    return {**made, "content_id": None, "is_inline": False, **fields}


def place(db: Db, inbound_id: str, files: list[Json] | None = None) -> list[Json]:
    with be(db, SERVICE):
        given = None if files is None else json.dumps(files)
        found: list[Json] = value(db, "select helpdesk.place_email_files(%s, %s)", inbound_id, given)
        return found


def finish(db: Db, inbound_id: str, **arguments: bool) -> bool:
    with be(db, SERVICE):
        opened = arguments.get("packages_opened", False)
        return bool(value(db, "select helpdesk.finish_email_files(%s, %s)", inbound_id, opened))


def rows(db: Db, query: LiteralString, *args: object) -> list[Json]:
    return db.execute(query, args).fetchall()


def requester(db: Db, world: World) -> str:
    return str(value(db, "select created_by from helpdesk.tickets where ticket_id = %s", world["mine"]))


def work(db: Db) -> list[Json]:
    return rows(db, "select * from helpdesk_private.email_work")


def lease(db: Db) -> list[Json]:
    with be(db, SERVICE):
        found: list[Json] = value(db, "select helpdesk.lease_emails(10, 300)")
        return found


def make_due(db: Db) -> None:
    db.execute("update helpdesk_private.email_work set due_at = clock_timestamp() - interval '1 second'")


def arrive(db: Db, key: str = "a") -> str:
    with be(db, SERVICE):
        found = value(
            db, "select helpdesk.receive_email('raw', %s, 10, %s)", key * 64, json.dumps({"from": "", "to": [SUPPORT]})
        )
    return str(found["inbound_id"])


def upload(db: Db, placed: Json, size: int = 10) -> None:
    db.execute(
        "insert into storage.objects (bucket_id, name, metadata) values ('helpdesk-attachments', %s, %s)",
        (placed["key"], json.dumps({"size": size, "mimetype": placed["content_type"]})),
    )
    with be(db, SERVICE):
        db.execute("select helpdesk.finish_attachment(%s)", (placed["attachment_id"],))


def test_a_mail_that_nobody_parses_is_leased_after_a_minute(db: Db, world: World) -> None:
    inbound_id = arrive(db)
    assert lease(db) == []
    make_due(db)
    (found,) = lease(db)
    assert found["inbound_id"] == inbound_id
    assert found["outcome"] is None
    assert found["envelope"]["to"] == [SUPPORT]
    assert found["raw_key"] == f"emails/{inbound_id}.eml"
    # Nobody else receives it meanwhile.
    assert lease(db) == []


def test_a_mail_without_files_leaves_nothing_to_do(db: Db, world: World) -> None:
    add_channels(db, world)
    assert receive(db, mail())["outcome"] == "created"
    assert receive(db, mail(verdict=FAIL))["outcome"] == "quarantined"
    assert work(db) == []


def test_files_of_a_new_ticket_are_on_the_ticket(db: Db, world: World) -> None:
    add_channels(db, world)
    found = receive(db, mail(attachments=[file("1"), file("2", "run.exe", "application/x-dosexec")]))
    (placed,) = place(db, found["inbound_id"])
    assert placed["key"] == f"tickets/{found['ticket_id']}/{placed['attachment_id']}"
    assert place(db, found["inbound_id"]) == [placed]
    assert not finish(db, found["inbound_id"])
    upload(db, placed)
    assert place(db, found["inbound_id"]) == []
    assert finish(db, found["inbound_id"])
    assert work(db) == []
    with be(db, CUSTOMER):
        shown = rows(
            db,
            "select file_name, placement, state, reason, uploader_kind from helpdesk.attachments"
            " where ticket_id = %s order by sequence",
            found["ticket_id"],
        )
    assert shown == [
        {
            "file_name": "plan.png",
            "placement": "ticket",
            "state": "uploaded",
            "reason": None,
            "uploader_kind": "customer",
        },
        {
            "file_name": "run.exe",
            "placement": "ticket",
            "state": "rejected",
            "reason": "type_not_permitted",
            "uploader_kind": "customer",
        },
    ]


def test_files_of_a_reply_belong_to_its_message(db: Db, world: World) -> None:
    add_channels(db, world)
    to = token(db, world["mine"], requester(db, world))
    found = receive(db, mail(attachments=[file("1", is_inline=True, content_id="a@b")]), to)
    assert found["outcome"] == "appended"
    (placed,) = place(db, found["inbound_id"])
    row = one(db, "select * from helpdesk.attachments where attachment_id = %s", placed["attachment_id"])
    assert (row["message_id"], row["placement"]) == (found["post_id"], "message")
    evidence = value(
        db, "select evidence -> 'files' from helpdesk.inbound_emails where inbound_id = %s", found["inbound_id"]
    )
    assert evidence == [
        {
            "part": "1",
            "attachment_id": placed["attachment_id"],
            "is_inline": True,
            "content_id": "a@b",
            "flags": [],
        }
    ]


def test_files_of_a_note_are_not_for_the_requester(db: Db, world: World) -> None:
    add_channels(db, world)
    to = token(db, world["mine"], requester(db, world))
    found = receive(db, mail(headers={"auto_submitted": "auto-replied"}, attachments=[file("1")]), to)
    assert found["outcome"] == "automatic"
    (placed,) = place(db, found["inbound_id"])
    upload(db, placed)
    with be(db, CUSTOMER):
        query = "select * from helpdesk.attachments where attachment_id = %s"
        assert rows(db, query, placed["attachment_id"]) == []


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        (file("1", "page.html", "text/html"), "type_not_permitted"),
        (file("1", "big.png", size=30_000_000), "too_large"),
        (file("1", "../../etc/passwd", ""), "type_not_permitted"),
    ],
)
def test_what_the_desk_does_not_take_is_named(db: Db, world: World, given: Json, reason: str) -> None:
    add_channels(db, world)
    found = receive(db, mail(attachments=[given]))
    assert place(db, found["inbound_id"]) == []
    row = one(db, "select * from helpdesk.attachments where ticket_id = %s", found["ticket_id"])
    assert (row["state"], row["reason"]) == ("rejected", reason)
    assert row["file_name"] == given["name"].rpartition("/")[2]
    assert finish(db, found["inbound_id"])


def test_nothing_of_a_mail_in_quarantine_is_placed_until_it_is_accepted(db: Db, world: World) -> None:
    add_channels(db, world)
    to = token(db, world["mine"], requester(db, world))
    found = receive(db, mail(verdict=FAIL, attachments=[file("1")]), to)
    assert found["outcome"] == "quarantined"
    assert place(db, found["inbound_id"]) == []
    assert work(db) == []
    with be(db, ADMIN):
        db.execute("select helpdesk.accept_quarantined(%s)", (found["inbound_id"],))
    (left,) = lease(db)
    assert (left["inbound_id"], left["outcome"]) == (str(found["inbound_id"]), "appended")
    assert len(place(db, found["inbound_id"])) == 1


def test_both_tickets_of_a_mail_to_two_teams_receive_its_files(db: Db, world: World) -> None:
    add_channels(db, world)
    receive(db, mail(attachments=[file("1")], to=[SUPPORT, "billing@desk.example"]))
    make_due(db)
    found = lease(db)
    assert len(found) == 2
    assert all(len(place(db, one["inbound_id"])) == 1 for one in found)


def test_what_outlook_has_packed_waits_for_a_worker(db: Db, world: World) -> None:
    add_channels(db, world)
    package = file("1", "winmail.dat", "application/ms-tnef", flags=["tnef"])
    found = receive(db, mail(attachments=[package]))
    assert place(db, found["inbound_id"]) == []
    assert not finish(db, found["inbound_id"])
    assert len(lease(db)) == 1
    (placed,) = place(db, found["inbound_id"], [package, file("1.1", "report.txt", "text/plain")])
    assert placed["part"] == "1.1"
    upload(db, placed)
    assert finish(db, found["inbound_id"], packages_opened=True)
    assert work(db) == []


def test_a_mail_whose_work_fails_is_due_later_and_in_the_end_failed(db: Db, world: World) -> None:
    inbound_id = arrive(db)
    make_due(db)
    lease(db)
    with be(db, SERVICE):
        assert value(db, "select helpdesk.postpone_email(%s, 'no bytes')", inbound_id) is None
    assert lease(db) == []
    with be(db, SERVICE):
        assert value(db, "select helpdesk.postpone_email(%s, 'no bytes', true)", inbound_id) == "failed"
    row = one(db, "select * from helpdesk.inbound_emails where inbound_id = %s", inbound_id)
    assert (row["outcome"], row["reason"]) == ("failed", "no bytes")
    assert work(db) == []


def test_a_mail_at_which_each_worker_ended_is_given_up(db: Db, world: World) -> None:
    inbound_id = arrive(db)
    for attempt in range(1, 31):
        make_due(db)
        assert [found["attempts"] for found in lease(db)] == [attempt]
    assert lease(db) == [], "the thirtieth may still be at it"
    assert [row["attempts"] for row in work(db)] == [30]
    make_due(db)
    other = arrive(db, "b")
    make_due(db)
    assert [found["inbound_id"] for found in lease(db)] == [other]
    row = one(db, "select * from helpdesk.inbound_emails where inbound_id = %s", inbound_id)
    assert (row["outcome"], row["reason"]) == ("failed", "Each worker ended at this mail.")


def test_a_folder_is_read_from_where_it_was(db: Db, world: World) -> None:
    def position() -> Json | None:
        found: Json | None = value(db, "select helpdesk.mailbox_position('a@b', 'INBOX')")
        return found

    advance = "select helpdesk.advance_mailbox('a@b', 'INBOX', %s, %s, %s)"
    with be(db, SERVICE):
        assert position() is None
        db.execute(advance, (7, 5, None))
        db.execute(advance, (7, 6, "broken"))
        db.execute(advance, (7, 4, None))
        found = position()
        assert found is not None
        assert (found["uidvalidity"], found["last_uid"], found["failed"]) == (7, 6, [])
    db.execute("update helpdesk_private.mailbox_failures set next_at = clock_timestamp()")
    with be(db, SERVICE):
        assert (position() or {})["failed"] == [6]
        db.execute(advance, (7, 6, None))
        assert (position() or {})["failed"] == []
        # The server has numbered anew.
        db.execute(advance, (8, 1, None))
        assert (position() or {})["last_uid"] == 1


@pytest.mark.parametrize(
    "query",
    [
        "select helpdesk.lease_emails(1, 1)",
        "select helpdesk.place_email_files(gen_random_uuid())",
        "select helpdesk.finish_email_files(gen_random_uuid())",
        "select helpdesk.postpone_email(gen_random_uuid(), 'x')",
        "select helpdesk.mailbox_position('a', 'b')",
        "select helpdesk.advance_mailbox('a', 'b', 1, 1)",
        "select helpdesk.report_mailbox('a', 'b')",
    ],
)
def test_people_have_no_part_in_it(db: Db, world: World, query: Any) -> None:
    with denied(), db.transaction(), be(db, ADMIN):
        db.execute(query)
