"""E-mail in: a text that was redacted is nowhere any more, and its raw bytes are known to have to go."""

from __future__ import annotations

from typing import Any

import pytest
from tests.db.mailing import Json, add_channels, mail, message, receive, ticket, token
from tests.db.people import ADMIN, AGENT, CUSTOMER, SERVICE, Db, as_person, be, refused, value
from tests.db.world import World

SECRET = "hunter2-swordfish"


@pytest.fixture
def desk(db: Db, world: World) -> Db:
    """The furnished helpdesk with two addresses."""
    add_channels(db, world)
    return db


def _send(desk: Db, world: World, *more: str) -> tuple[Json, Json]:
    """A mail with a password in each of its parts, in a ticket; the mail, and its row."""
    made = mail(
        subject=f"My password {SECRET}",
        text=f"It is {SECRET}",
        html=f"<p>It is {SECRET}</p>",
        reply_to=[f"{SECRET}@mail.example"],
        verdict={"result": "pass", "source": "own", "detail": SECRET},
        attachments=[{"name": f"{SECRET}.txt"}],
    )
    row = receive(desk, made, token(desk, world["mine"], world["customer"]), *more)
    assert (row["outcome"], str(row["ticket_id"])) == ("appended", world["mine"])
    return made, row


def _redact(desk: Db, row: Json) -> None:
    with be(desk, AGENT):
        desk.execute("select helpdesk.redact_message(%s)", (row["post_id"],))


def where_it_is(desk: Db) -> list[str]:
    """The tables in which the text still is: each of ours, read by its owner."""
    tables = desk.execute(
        "select format('%I.%I', schemaname, tablename) as name from pg_tables "
        "where schemaname in ('helpdesk', 'helpdesk_private') order by 1"
    ).fetchall()
    return [
        name
        for name in (row["name"] for row in tables)
        if value(desk, f"select exists (select from {name} as t where t::text like '%%{SECRET}%%')")
    ]


def bytes_to_go(desk: Db) -> list[Any]:
    """The keys of bytes that have to go, without that of the mail in the furnished helpdesk."""
    with be(desk, SERVICE):
        rows = desk.execute("select helpdesk.raw_emails_to_delete() as key").fetchall()
    return [row["key"] for row in rows if row["key"] != "x"]


def test_a_redacted_message_has_no_text_left_in_its_mail(desk: Db, world: World) -> None:
    made, row = _send(desk, world)
    # The same mail, delivered once more before.
    again = receive(desk, made, token(desk, world["mine"], world["agent"]))
    assert again["outcome"] == "duplicate"
    assert "helpdesk.inbound_emails" in where_it_is(desk)
    _redact(desk, row)
    assert where_it_is(desk) == []
    with as_person(desk, AGENT):
        seen = desk.execute(
            "select * from helpdesk.inbound_emails where ticket_id = %s and message_id = %s",
            (world["mine"], made["message_id"]),
        ).fetchall()
    assert {(one["subject"], one["body"], one["trimmed_from"]) for one in seen} == {("[redacted]", "[redacted]", None)}
    assert all(one["redacted_at"] for one in seen)
    # Who wrote it, and why it is here, stays.
    first = next(one for one in seen if one["inbound_id"] == row["inbound_id"])
    assert (first["from_address"], first["author_id"], first["outcome"]) == (
        row["from_address"],
        row["author_id"],
        "appended",
    )
    assert first["evidence"]["hits"][0]["via"] == "token"
    assert first["evidence"]["verdict"] == {"result": "pass", "source": "own"}
    with be(desk, AGENT):
        assert "reply address of the ticket" in value(desk, "select helpdesk.explain_email(%s)", row["inbound_id"])


def test_a_redacted_text_does_not_come_back_with_another_delivery(desk: Db, world: World) -> None:
    made, row = _send(desk, world)
    _redact(desk, row)
    again = receive(desk, made, "support+again@desk.example")
    assert (again["outcome"], again["body"]) == ("duplicate", "[redacted]")
    assert again["redacted_at"] is not None
    assert where_it_is(desk) == []
    assert sorted(bytes_to_go(desk)) == sorted([row["raw_key"], again["raw_key"]])


def test_a_mail_to_two_tickets_is_redacted_in_each(desk: Db, world: World) -> None:
    made, row = _send(desk, world, token(desk, world["answered"], world["customer"]))
    both = desk.execute(
        "select * from helpdesk.inbound_emails where message_id = %s order by ticket_id = %s",
        (made["message_id"], row["ticket_id"]),
    ).fetchall()
    assert [one["outcome"] for one in both] == ["appended", "appended"]
    _redact(desk, both[0])
    # The parsed mail and its bytes are those of both.
    assert "helpdesk_private.received_emails" not in where_it_is(desk)
    assert SECRET in message(desk, row)["body"]
    assert bytes_to_go(desk) == [row["raw_key"]]
    _redact(desk, row)
    assert where_it_is(desk) == []
    assert bytes_to_go(desk) == [row["raw_key"]]


def test_the_bytes_are_listed_until_they_are_gone(desk: Db, world: World) -> None:
    assert bytes_to_go(desk) == []
    _, row = _send(desk, world)
    _, other = _send(desk, world)
    _redact(desk, row)
    assert bytes_to_go(desk) == [row["raw_key"]]
    with be(desk, SERVICE):
        # A mail that nobody redacted keeps its bytes.
        keys = [row["raw_key"], other["raw_key"], "emails/nothing.eml"]
        assert value(desk, "select helpdesk.raw_emails_deleted(%s)", keys) == 1
        assert value(desk, "select helpdesk.raw_emails_deleted(%s)", keys) == 0
    assert bytes_to_go(desk) == []
    deleted = desk.execute("select raw_key from helpdesk.inbound_emails where raw_deleted_at is not null").fetchall()
    assert deleted == [{"raw_key": row["raw_key"]}]
    with refused("too_many"), be(desk, SERVICE):
        value(desk, "select helpdesk.raw_emails_deleted(%s)", ["x"] * 1001)
    for person in (CUSTOMER, AGENT, ADMIN):
        with be(desk, person):
            assert not value(desk, "select has_function_privilege('helpdesk.raw_emails_to_delete(integer)', 'execute')")


def test_a_message_without_a_mail_is_redacted_as_before(desk: Db, world: World) -> None:
    with be(desk, CUSTOMER):
        said = value(desk, "select (helpdesk.send_reply(%s, %s)).message_id", world["mine"], f"It is {SECRET}")
    _redact(desk, {"post_id": said})
    assert where_it_is(desk) == []
    assert bytes_to_go(desk) == []
    assert ticket(desk, world["mine"])["status"] == "open"
