"""E-mail in: the text of a mail that became no message is removed, wherever it is."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.db.assisting import run_of, start, submit
from tests.db.mailing import FAIL, Json, add_channels, mail, message, receive, ticket, token
from tests.db.people import ADMIN, AGENT, CUSTOMER, OTHER, SERVICE, STRANGER, Db, Person, as_person, be, refused, value
from tests.db.test_email_redaction import SECRET, bytes_to_go, where_it_is
from tests.db.world import World


@pytest.fixture
def desk(db: Db, world: World) -> Db:
    """The furnished helpdesk with two addresses."""
    add_channels(db, world)
    return db


def _mail(**fields: Any) -> Json:
    return mail(text=f"It is {SECRET}", html=f"<p>It is {SECRET}</p>", **fields)


def _redact(desk: Db, person: Person = AGENT, **named: object) -> Json:
    [(name, id)] = named.items()
    with be(desk, person):
        done: Json = value(desk, f"select to_jsonb(helpdesk.redact_email({name} => %s))", id)
    return done


def _events(desk: Db, ticket_id: object) -> list[Json]:
    return list(
        desk.execute(
            "select type, audience, actor_name, data from helpdesk.events where ticket_id = %s order by event_id",
            (ticket_id,),
        )
    )


def test_the_mail_that_opened_a_ticket_leaves_no_text(desk: Db, world: World) -> None:
    row = receive(desk, _mail())
    assert (row["outcome"], ticket(desk, row["ticket_id"])["description"]) == ("created", f"It is {SECRET}")
    before = ticket(desk, row["ticket_id"])
    done = _redact(desk, ticket_id=row["ticket_id"])
    assert (done["inbound_id"], done["body"], done["has_html"]) == (str(row["inbound_id"]), "[redacted]", False)
    assert where_it_is(desk) == []
    assert bytes_to_go(desk) == [row["raw_key"]]
    after = ticket(desk, row["ticket_id"])
    assert (after["description"], after["title"], after["status"]) == ("[redacted]", "The printer", before["status"])
    assert after["revision"] == before["revision"] + 1
    with as_person(desk, CUSTOMER), refused("email_removed"):
        value(desk, "select helpdesk.original_email(ticket_id => %s)", row["ticket_id"])
    with be(desk, AGENT):
        assert str(row["ticket_id"]) not in str(value(desk, "select helpdesk.search_tickets(%s)", SECRET))
    *_, changed, told = _events(desk, row["ticket_id"])
    assert (changed["type"], changed["data"]) == ("ticket.updated", {"changes": {"description": [None, None]}})
    assert (told["type"], told["audience"], told["data"]) == (
        "email.redacted",
        "staff",
        {"inbound_id": str(row["inbound_id"])},
    )


def test_it_is_removed_once_and_what_people_write_later_stays(desk: Db) -> None:
    row = receive(desk, _mail())
    _redact(desk, inbound_id=row["inbound_id"])
    with be(desk, AGENT):
        desk.execute(
            "update helpdesk.tickets set description = 'They ask for paper' where ticket_id = %s", (row["ticket_id"],)
        )
    said = len(_events(desk, row["ticket_id"]))
    assert _redact(desk, ADMIN, inbound_id=row["inbound_id"])["redacted_at"]
    assert ticket(desk, row["ticket_id"])["description"] == "They ask for paper"
    assert len(_events(desk, row["ticket_id"])) == said


def test_who_may_and_who_may_not(desk: Db, world: World) -> None:
    row = receive(desk, _mail())
    named = {"ticket_id": row["ticket_id"]}
    for person, reason in ((CUSTOMER, "forbidden"), (OTHER, "ticket_not_found"), (STRANGER, "ticket_not_found")):
        with refused(reason):
            _redact(desk, person, **named)
    for person, reason in ((CUSTOMER, "forbidden"), (OTHER, "forbidden"), (STRANGER, "email_not_found")):
        with refused(reason):
            _redact(desk, person, inbound_id=row["inbound_id"])
    with refused("email_not_found"):
        _redact(desk, ticket_id=world["mine"])
    with as_person(desk, ADMIN), refused("invalid_value"):
        value(desk, "select helpdesk.redact_email(%s, %s)", row["inbound_id"], row["ticket_id"])
    assert ticket(desk, row["ticket_id"])["description"] == f"It is {SECRET}"
    assert _redact(desk, SERVICE, **named)["redacted_at"]


def test_a_later_delivery_names_the_same_mail_and_has_no_text(desk: Db) -> None:
    made = _mail()
    row = receive(desk, made)
    again = receive(desk, made, "support+again@desk.example")
    assert again["outcome"] == "duplicate"
    assert _redact(desk, inbound_id=again["inbound_id"])["inbound_id"] == str(row["inbound_id"])
    third = receive(desk, made, "support+third@desk.example")
    assert (third["outcome"], third["body"]) == ("duplicate", "[redacted]")
    assert where_it_is(desk) == []
    assert sorted(bytes_to_go(desk)) == sorted({row["raw_key"], again["raw_key"], third["raw_key"]})


def test_a_mail_that_is_a_message_takes_its_message_along(desk: Db, world: World) -> None:
    row = receive(desk, _mail(), token(desk, world["mine"], world["customer"]))
    _redact(desk, inbound_id=row["inbound_id"])
    assert message(desk, row)["body"] == "[redacted]"
    assert where_it_is(desk) == []
    assert _events(desk, world["mine"])[-1]["type"] == "message.redacted"


def test_a_mail_that_is_a_note_takes_its_note_along(desk: Db, world: World) -> None:
    row = receive(
        desk,
        _mail(flags=["automatic_reply"], headers={"auto_submitted": "auto-replied"}),
        token(desk, world["mine"], world["customer"]),
    )
    assert (row["outcome"], row["note_id"] is not None) == ("automatic", True)
    _redact(desk, inbound_id=row["inbound_id"])
    assert value(desk, "select body from helpdesk.notes where note_id = %s", row["note_id"]) == "[redacted]"
    assert where_it_is(desk) == []


def test_a_mail_in_quarantine_loses_its_text_and_still_waits(desk: Db, world: World) -> None:
    row = receive(desk, _mail(verdict=FAIL))
    assert (row["outcome"], row["ticket_id"]) == ("quarantined", None)
    done = _redact(desk, inbound_id=row["inbound_id"])
    assert (done["outcome"], done["body"]) == ("quarantined", "[redacted]")
    assert where_it_is(desk) == []
    told = desk.execute("select ticket_id, team_id, data from helpdesk.events where type = 'email.redacted'").fetchall()
    assert told == [{"ticket_id": None, "team_id": row["team_id"], "data": {"inbound_id": str(row["inbound_id"])}}]


def test_a_mail_that_failed_is_not_read_once_more(desk: Db) -> None:
    made = _mail()
    row = receive(desk, made | {"from": "nobody"})
    desk.execute("update helpdesk.inbound_emails set outcome = 'failed' where inbound_id = %s", (row["inbound_id"],))
    _redact(desk, inbound_id=row["inbound_id"])
    with be(desk, SERVICE):
        given = value(desk, "select helpdesk.ingest_email(%s, %s)", row["inbound_id"], json.dumps(made))
    assert given["outcome"] == "failed"
    assert where_it_is(desk) == []


def test_a_mail_that_is_not_parsed_has_no_text_to_remove(desk: Db) -> None:
    with be(desk, SERVICE):
        arrived = value(desk, "select helpdesk.receive_email('raw', %s, 100)", "b" * 64)
    with refused("invalid_value"):
        _redact(desk, ADMIN, inbound_id=arrived["inbound_id"])


def test_what_the_assistant_made_of_it_goes_wherever_it_was_merged_to(desk: Db, world: World) -> None:
    row = receive(desk, _mail())
    opened, target = str(row["ticket_id"]), world["mine"]
    own, secret = start(desk, opened, "summary")
    summary = submit(desk, secret, {"statements": [{"text": SECRET, "messages": []}]})
    assert summary is not None
    with be(desk, AGENT):
        desk.execute("select helpdesk.merge_tickets(%s, %s)", (opened, target))
    there, secret = start(desk, target, "summary")
    assert submit(desk, secret, {"statements": [{"text": SECRET, "messages": []}]}) is not None
    _, under_way = start(desk, target, "next_steps")
    assert {"helpdesk.ai_runs", "helpdesk.proposals"} <= set(where_it_is(desk))
    _redact(desk, ticket_id=opened)
    assert ticket(desk, opened)["description"] == "[redacted]"
    assert where_it_is(desk) == []
    assert [run_of(desk, run)["answer"] for run in (own, there)] == [None, None]
    # What is answered now may hold it, and is not taken.
    assert submit(desk, under_way, {"steps": [SECRET]}) is None
    assert where_it_is(desk) == []
    with be(desk, AGENT):
        desk.execute("select helpdesk.unmerge_ticket(%s)", (opened,))
    assert ticket(desk, opened)["merged_into"] is None
