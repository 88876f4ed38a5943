"""E-mail in: who is told where the mail behind a message is, so that its HTML may be shown."""

from __future__ import annotations

import json
from typing import Any

import psycopg
import pytest
from tests.db.mailing import (
    CUSTOMER_ADDRESS,
    FAIL,
    OTHER_ADDRESS,
    Json,
    add_channels,
    mail,
    receive,
    ticket,
    token,
)
from tests.db.people import (
    ADMIN,
    AGENT,
    ANONYMOUS,
    CUSTOMER,
    GONE,
    LEFT,
    NOBODY,
    OTHER,
    SERVICE,
    STRANGER,
    Db,
    Person,
    as_person,
    be,
    denied,
    refused,
    value,
)
from tests.db.world import World

HTML = "<p>It is <b>broken</b></p>"
LARGE = 10485761
_NOT_FOUND = [f"helpdesk.{kind}_not_found" for kind in ("email", "message", "ticket")]


@pytest.fixture
def desk(db: Db, world: World) -> Db:
    """The furnished helpdesk with two addresses."""
    add_channels(db, world)
    return db


def _ask(desk: Db, person: Person, **named: object) -> Json:
    [(name, id)] = named.items()
    with as_person(desk, person):
        found: Json = value(desk, f"select helpdesk.original_email({name} => %s)", id)
    return found


def _sees(desk: Db, person: Person, **named: object) -> bool:
    """Whether somebody is told; who is not gets the error for what does not exist."""
    try:
        _ask(desk, person, **named)
    except psycopg.Error as error:
        if error.diag.message_detail not in _NOT_FOUND:
            raise
        return False
    return True


def _answer(desk: Db, world: World, **fields: Any) -> Json:
    """A mail of the customer in their ticket."""
    row = receive(desk, mail(html=HTML, **fields), token(desk, world["mine"], world["customer"]))
    assert (row["outcome"], row["has_html"]) == ("appended", True)
    return row


def test_whoever_sees_the_message_is_told_and_nobody_else(desk: Db, world: World) -> None:
    row = _answer(desk, world)
    for id in (row["post_id"], world["nothing"]):
        with refused("message_not_found"):
            _ask(desk, OTHER, message_id=id)
    told = {who: _sees(desk, who, message_id=row["post_id"]) for who in (CUSTOMER, OTHER, AGENT, STRANGER, ADMIN)}
    assert told == {CUSTOMER: True, OTHER: False, AGENT: True, STRANGER: False, ADMIN: True}
    found = _ask(desk, SERVICE, message_id=row["post_id"])
    assert found == {
        "inbound_id": str(row["inbound_id"]),
        "raw_key": row["raw_key"],
        "size": 100,
        "has_html": True,
        "shown": [],
        "html": None,
    }
    for who, reason in ((NOBODY, "no_profile"), (GONE, "inactive_user"), (LEFT, "inactive_user")):
        with refused(reason):
            _ask(desk, who, message_id=row["post_id"])
    with denied():
        _ask(desk, ANONYMOUS, message_id=row["post_id"])


def test_who_takes_part_by_mail_alone_is_told_nothing(desk: Db, world: World) -> None:
    row = receive(
        desk,
        mail(OTHER_ADDRESS, html=HTML, cc=["copied@elsewhere.example"]),
        token(desk, world["mine"], world["customer"]),
    )
    assert row["outcome"] == "appended"
    # They wrote the mail, and do not see the ticket.
    assert not _sees(desk, OTHER, message_id=row["post_id"])
    assert _sees(desk, CUSTOMER, message_id=row["post_id"])


def test_the_mail_that_opened_a_ticket(desk: Db, world: World) -> None:
    row = receive(desk, mail(html=HTML))
    assert (row["outcome"], row["post_id"]) == ("created", None)
    told = {who: _sees(desk, who, ticket_id=row["ticket_id"]) for who in (CUSTOMER, OTHER, AGENT, STRANGER, ADMIN)}
    assert told == {CUSTOMER: True, OTHER: False, AGENT: True, STRANGER: False, ADMIN: True}
    # Another mail in the ticket is not the one that opened it, and a ticket that came another way has none.
    answer = receive(desk, mail(html=HTML), token(desk, str(row["ticket_id"]), world["customer"]))
    assert _ask(desk, AGENT, ticket_id=row["ticket_id"])["inbound_id"] != str(answer["inbound_id"])
    assert not _sees(desk, ADMIN, ticket_id=world["mine"])
    assert not _sees(desk, SERVICE, ticket_id=world["mine"])


def test_a_mail_of_staff_is_for_staff(desk: Db, world: World) -> None:
    staff = value(desk, "select email from helpdesk.users where user_id = %s", world["agent"])
    row = receive(desk, mail(staff, html=HTML), token(desk, world["mine"], world["agent"]))
    assert row["reason"] == "reply_of_staff"
    assert _sees(desk, AGENT, message_id=row["post_id"])
    assert not _sees(desk, CUSTOMER, message_id=row["post_id"])
    forwarded = {"from": {"address": CUSTOMER_ADDRESS, "name": ""}, "text": "Help"}
    opened = receive(desk, mail(staff, html=HTML, forwarded=forwarded))
    assert opened["outcome"] == "created"
    assert str(ticket(desk, opened["ticket_id"])["created_by"]) == world["customer"]
    assert _sees(desk, AGENT, ticket_id=opened["ticket_id"])
    assert not _sees(desk, CUSTOMER, ticket_id=opened["ticket_id"])


def test_notes_and_quarantine_are_for_staff(desk: Db, world: World) -> None:
    staff = value(desk, "select email from helpdesk.users where user_id = %s", world["agent"])
    note = receive(desk, mail(staff, html=HTML), token(desk, world["mine"], world["agent"], "note"))
    waiting = receive(desk, mail(html=HTML, verdict=FAIL), token(desk, world["mine"], world["customer"]))
    assert (note["reason"], waiting["outcome"]) == ("note_of_staff", "quarantined")
    for row in (note, waiting):
        assert _sees(desk, AGENT, inbound_id=row["inbound_id"])
        assert _sees(desk, ADMIN, inbound_id=row["inbound_id"])
        assert not _sees(desk, STRANGER, inbound_id=row["inbound_id"])
        # Whether there is such a mail or not.
        for id in (row["inbound_id"], world["nothing"]):
            with refused("forbidden"):
                _ask(desk, CUSTOMER, inbound_id=id)
    assert not _sees(desk, CUSTOMER, ticket_id=world["mine"])
    assert not _sees(desk, CUSTOMER, message_id=note["note_id"])


def test_what_was_redacted_is_gone_at_once_wherever_it_was_delivered(desk: Db, world: World) -> None:
    two = (token(desk, world["mine"], world["customer"]), token(desk, world["theirs"], world["customer"]))
    row = receive(desk, mail(html=HTML), *two)
    copies = desk.execute(
        "select * from helpdesk.inbound_emails where raw_key = %s order by ticket_id = %s desc",
        (row["raw_key"], world["mine"]),
    ).fetchall()
    assert [str(one["ticket_id"]) for one in copies] == [world["mine"], world["theirs"]]
    with be(desk, AGENT):
        desk.execute("select helpdesk.redact_message(%s)", (row["post_id"],))
    for named in ({"message_id": copies[0]["post_id"]}, {"message_id": copies[1]["post_id"]}):
        for who in (ADMIN, SERVICE):
            with refused("email_removed"):
                _ask(desk, who, **named)
    with refused("email_removed"):
        _ask(desk, CUSTOMER, message_id=row["post_id"])
    # Who may not see it learns nothing of that.
    assert not _sees(desk, OTHER, message_id=row["post_id"])
    assert not value(desk, "select has_html from helpdesk.inbound_emails where inbound_id = %s", row["inbound_id"])


def test_a_picture_is_shown_while_its_file_may_be_downloaded(desk: Db, world: World) -> None:
    kinds = (("1", "image/png", 10), ("2", "image/png", 10), ("3", "image/svg+xml", 10), ("4", "image/png", 2 * 10**8))
    files = [{"part": part, "name": "x", "type": type, "size": size, "flags": []} for part, type, size in kinds]
    row = _answer(desk, world, attachments=files)
    desk.execute("update helpdesk.settings set attachment_require_check = true")

    def shown(person: Person = CUSTOMER, **named: object) -> list[str]:
        found: list[str] = _ask(desk, person, **(named or {"message_id": row["post_id"]}))["shown"]
        return found

    assert shown() == []
    with be(desk, SERVICE):
        placed = value(desk, "select helpdesk.place_email_files(%s)", row["inbound_id"])
    (second,) = [file for file in placed if file["part"] == "2"]
    desk.execute(
        "insert into storage.objects (bucket_id, name, metadata) values ('helpdesk-attachments', %s, %s)",
        (second["key"], json.dumps({"size": 10, "mimetype": "image/png"})),
    )
    with be(desk, SERVICE):
        desk.execute("select helpdesk.finish_attachment(%s)", (second["attachment_id"],))
    state = "select state from helpdesk.attachments where attachment_id = %s"
    assert (value(desk, state, second["attachment_id"]), shown()) == ("uploaded", []), "it waits for its check"
    set_state = "update helpdesk.attachments set state = %s where attachment_id = %s"
    desk.execute(set_state, ("clean", second["attachment_id"]))
    for person in (CUSTOMER, AGENT, SERVICE):
        assert shown(person) == ["2"]
    assert shown(AGENT, inbound_id=row["inbound_id"]) == ["2"]
    with be(desk, AGENT):
        desk.execute("select helpdesk.delete_attachment(%s)", (second["attachment_id"],))
    assert shown() == []


def test_a_picture_that_was_deleted_on_one_ticket_is_shown_on_none(desk: Db, world: World) -> None:
    files = [{"part": "1", "name": "x", "type": "image/png", "size": 10, "flags": []}]
    two = (token(desk, world["mine"], world["customer"]), token(desk, world["theirs"], world["customer"]))
    row = receive(desk, mail(html=HTML, attachments=files), *two)
    copies = desk.execute(
        "select * from helpdesk.inbound_emails where raw_key = %s order by ticket_id = %s desc",
        (row["raw_key"], world["mine"]),
    ).fetchall()
    for copy in copies:
        with be(desk, SERVICE):
            value(desk, "select helpdesk.place_email_files(%s)", copy["inbound_id"])
    here, there = (copy["post_id"] for copy in copies)
    set_state = "update helpdesk.attachments set state = %s, reason = %s where message_id = %s"
    desk.execute(set_state, ("clean", None, here))
    for state, reason, found in (
        ("reserved", None, ["1"]),
        ("rejected", "too_large", ["1"]),
        ("rejected", "infected", []),
        ("deleted", None, []),
    ):
        desk.execute(set_state, (state, reason, there))
        assert _ask(desk, CUSTOMER, message_id=here)["shown"] == found


def test_a_mail_says_whether_it_has_html(desk: Db, world: World) -> None:
    row = receive(desk, mail(), token(desk, world["mine"], world["customer"]))
    assert (row["has_html"], _ask(desk, CUSTOMER, message_id=row["post_id"])["has_html"]) == (False, False)
    with be(desk, SERVICE):
        waiting = value(desk, "select helpdesk.receive_email('raw', %s, 100, '{}')", "d" * 64)
    assert _ask(desk, ADMIN, inbound_id=waiting["inbound_id"])["has_html"] is None


def test_of_a_large_mail_the_html_that_the_database_keeps(desk: Db, world: World) -> None:
    row = _answer(desk, world)
    for size, html in ((LARGE - 1, None), (LARGE, HTML)):
        desk.execute("update helpdesk.inbound_emails set size = %s where inbound_id = %s", (size, row["inbound_id"]))
        assert _ask(desk, CUSTOMER, message_id=row["post_id"])["html"] == html


def test_one_mail_is_named(desk: Db, world: World) -> None:
    with as_person(desk, ADMIN), refused("invalid_value"):
        desk.execute("select helpdesk.original_email()")
    with as_person(desk, ADMIN), refused("invalid_value"):
        desk.execute("select helpdesk.original_email(%s, %s)", (world["nothing"], world["nothing"]))
