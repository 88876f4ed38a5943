"""Imports: numbers that stay, replies to tickets that come later, snoozes, redactions, assignees, order."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from tests.db.importing import PEOPLE, comment, imported, outcomes, send, start, ticket, with_people
from tests.db.people import ADMIN, CUSTOMER, OTHER, SERVICE, Db, be, denied, refused, value
from tests.db.world import World

_NEXT = "select last_value from helpdesk.tickets_number_seq"
_OPEN = "insert into helpdesk.tickets (title) values ('New') returning number"


def _start(db: Db, last_number: int | None) -> str:
    with be(db, SERVICE):
        return str(value(db, "select helpdesk.start_import(%s, 'own', %s) ->> 'run_id'", uuid4(), last_number))


def test_tickets_keep_their_numbers_and_new_ones_come_after(db: Db, world: World) -> None:
    first = value(db, _NEXT)
    run = _start(db, first + 40)
    send(db, run, "person", *PEOPLE)
    with be(db, CUSTOMER):
        taken = value(db, _OPEN)
    assert taken == first + 41
    numbers = {"a": first + 7, "b": first + 3, "c": taken, "d": first + 4000, "e": 0, "f": None}
    done = send(db, run, "ticket", *(ticket(key, number=number) for key, number in numbers.items()))
    assert outcomes(done) == ["created"] * 6
    kept = [imported(db, one)["number"] for one in done]
    assert kept == [first + 7, first + 3, first + 42, first + 43, first + 44, first + 45]
    # One that is taken by an import, another start, and the next ticket of a customer.
    run = _start(db, first + 30)
    (again,) = send(db, run, "ticket", ticket("z", number=first + 7))
    assert imported(db, again)["number"] == first + 46
    with be(db, CUSTOMER):
        assert value(db, _OPEN) == first + 47


def test_numbers_far_ahead_are_not_reserved(db: Db, world: World) -> None:
    first = value(db, _NEXT)
    for last in (first + 1_000_001, 2**62):
        with refused("invalid_value"), db.transaction(), be(db, SERVICE):
            db.execute("select helpdesk.start_import(%s, 'own', %s)", (uuid4(), last))
    assert value(db, _NEXT) == first
    for low in (-5, 0, None):
        _start(db, low)
    assert value(db, _NEXT) == first


def test_a_number_is_for_imports_only(db: Db, world: World) -> None:
    for person in (CUSTOMER, ADMIN, SERVICE):
        with denied(), db.transaction(), be(db, person):
            db.execute("insert into helpdesk.tickets (title, number) values ('x', 77)")


def test_a_reply_knows_the_merged_ticket_that_comes_later(db: Db, world: World) -> None:
    run = with_people(db)
    replies = [comment("r1", via="t2"), comment("r2", via="t1"), comment("r3", via="never"), comment("r4")]
    (first,) = send(db, run, "ticket", ticket("t1", comments=replies))
    known = "select helpdesk.known_imports('zendesk:acme', 'ticket', '{t1,t2,never}')"
    with be(db, ADMIN):
        assert set(value(db, known)) == {"t1"}
    (second,) = send(db, run, "ticket", ticket("t2"))
    assert second["outcome"] == "created"
    said = db.execute(
        "select via_ticket_id::text as via from helpdesk.messages where ticket_id = %s order by sequence",
        (first["id"],),
    ).fetchall()
    assert [said[0]["via"], said[1]["via"], said[3]["via"]] == [second["id"], first["id"], None]
    assert outcomes(send(db, run, "ticket", ticket("t2"))) == ["unchanged"]
    assert outcomes(send(db, run, "ticket", ticket("never", is_dead=True))) == ["dead"]
    assert outcomes(send(db, run, "ticket", ticket("never"))) == ["dead"]


def test_a_ticket_that_was_named_and_refused_can_come_later(db: Db, world: World) -> None:
    run = with_people(db)
    send(db, run, "ticket", ticket("t1", comments=[comment("r1", via="t2")]))
    assert outcomes(send(db, run, "ticket", ticket("t2", status="odd"))) == ["helpdesk.invalid_value"]
    assert outcomes(send(db, run, "ticket", ticket("t2"))) == ["created"]


def test_snoozes_come_and_those_made_here_stay(db: Db, world: World) -> None:
    run = with_people(db)
    until = "2030-01-01T00:00:00+00:00"
    (one, other) = send(
        db, run, "ticket", ticket("t1", status="open", snoozed_until=until), ticket("t2", status="open")
    )
    assert imported(db, one)["snoozed_until"].isoformat() == until
    with be(db, ADMIN):
        db.execute("update helpdesk.tickets set snoozed_until = %s where ticket_id = %s", (until, other["id"]))
    changed: dict[str, Any] = {"hash": "2", "status": "open"}
    send(db, run, "ticket", ticket("t1", **changed, snoozed_until=None), ticket("t2", **changed))
    assert imported(db, one)["snoozed_until"] is None
    assert imported(db, other)["snoozed_until"].isoformat() == until
    odd = ticket("t3", snoozed_until="1980-01-01T00:00:00Z")
    assert outcomes(send(db, run, "ticket", odd)) == ["helpdesk.invalid_value"]


def test_the_first_response_is_that_of_the_source_where_it_says_one(db: Db, world: World) -> None:
    run = with_people(db)
    at = "2020-01-03T00:00:00+00:00"
    staff = comment("c1", author="u2", author_kind="staff", created_at="2020-01-04T00:00Z")
    said: dict[str, dict[str, Any]] = {
        "said": {"first_response_at": at},
        "nobody": {"first_response_at": None},
        "silent": {},
    }
    items = [ticket(key, comments=[staff | {"external_id": key}], **values) for key, values in said.items()]
    done = send(db, run, "ticket", *items)
    found = [imported(db, one)["first_response_at"] for one in done]
    assert [time and time.isoformat() for time in found] == [at, None, "2020-01-04T00:00:00+00:00"]
    changed = ticket("silent", hash="2", comments=items[2]["comments"], first_response_at=at)
    send(db, run, "ticket", changed)
    assert imported(db, done[2])["first_response_at"].isoformat() == at


def test_a_closed_ticket_keeps_an_assignee_who_has_no_rights_by_it(db: Db, world: World) -> None:
    run = start(db)
    person = {"external_id": "u3", "hash": "1", "name": "Otto", "email": OTHER.email, "email_verified": True}
    send(db, run, "person", *PEOPLE, person)
    closed, opened = send(
        db, run, "ticket", ticket("t1", status="closed", assignee="u3"), ticket("t2", status="open", assignee="u3")
    )
    assert (str(imported(db, closed)["assigned_to"]), imported(db, opened)["assigned_to"]) == (world["other"], None)
    with be(db, OTHER):
        assert value(db, "select count(*) from helpdesk.tickets where ticket_id = %s", closed["id"]) == 0
        assert value(db, "select count(*) from helpdesk.messages where ticket_id = %s", closed["id"]) == 0
        assert value(db, "select count(*) from helpdesk.notes") == 0
        assert value(db, "select count(*) from helpdesk.events where ticket_id = %s", closed["id"]) == 0


def test_texts_keep_their_order_and_the_time_of_their_redaction(db: Db, world: World) -> None:
    run = with_people(db)
    redacted = "2021-01-01T00:00:00+00:00"
    texts = [comment(f"c{n}", position=9 - n, body=f"Text {n}") for n in range(4)]
    texts[2] |= {"redacted_at": redacted, "body": "[redacted]"}
    (one,) = send(db, run, "ticket", ticket(comments=texts))
    said = db.execute("select * from helpdesk.messages where ticket_id = %s order by sequence", (one["id"],)).fetchall()
    assert [message["body"] for message in said] == ["Text 3", "[redacted]", "Text 1", "Text 0"]
    assert [message["redacted_at"] and message["redacted_at"].isoformat() for message in said] == [
        *(None, redacted, None, None),
    ]
    texts[0] |= {"hash": "2", "redacted_at": redacted, "body": "[redacted]"}
    send(db, run, "ticket", ticket(hash="2", comments=texts))
    after = "select redacted_at from helpdesk.messages where message_id = %s"
    assert value(db, after, said[3]["message_id"]).isoformat() == redacted
    late = comment("c9", redacted_at="2999-01-01T00:00:00Z")
    assert outcomes(send(db, run, "ticket", ticket("t2", comments=[late]))) == ["helpdesk.invalid_value"]


def test_fields_come_with_their_rules(db: Db, world: World) -> None:
    run = start(db)
    send(db, run, "team", {"external_id": "g1", "hash": "1", "name": "Parcels", "is_public": True})
    field = {
        "external_id": "f1",
        "hash": "1",
        "key": "size",
        "type": "select",
        "label": "Size",
        "audience": "staff_only",
    }
    more = {"customer_label": "How big", "required_for": "resolve", "teams": ["g1"], "retired": True}
    options = [{"value": "a", "label": "A", "retired": True}, {"value": "b", "label": "B"}]
    assert outcomes(send(db, run, "field", field | more | {"options": options})) == ["created"]
    row = db.execute("select * from helpdesk.field_definitions where key = 'size'").fetchone()
    assert row is not None
    assert (row["customer_label"], row["required_for"], row["for_all_teams"]) == ("How big", "resolve", False)
    assert row["retired_at"] is not None
    found = db.execute(
        "select value, retired_at from helpdesk.field_options where field_key = 'size' order by position"
    )
    assert [(one["value"], one["retired_at"] is None) for one in found] == [("a", False), ("b", True)]
    teams = "select t.name from helpdesk.field_teams join helpdesk.teams as t using (team_id) where field_key = 'size'"
    assert [(one["name"]) for one in db.execute(teams)] == ["Parcels"]
    assert value(db, "select is_public from helpdesk.teams where name = 'Parcels'") is True
    assert outcomes(send(db, run, "field", field | {"external_id": "f2", "key": "other", "teams": ["g9"]})) == [
        "helpdesk.team_not_found"
    ]
