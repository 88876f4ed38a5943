"""Custom fields on tickets: values of every type, what is required, and what the event log says."""

from __future__ import annotations

import json
from typing import Any, LiteralString

import pytest
from psycopg.types.json import Jsonb
from tests.db.people import (
    ADMIN,
    AGENT,
    CUSTOMER,
    GONE,
    OWNER,
    SERVICE,
    STRANGER,
    Db,
    Person,
    as_person,
    be,
    one,
    refused,
    value,
)
from tests.db.test_events import logged, newest
from tests.db.world import World

_KEPT: LiteralString = (
    "select field_key, text_value, number_value, staff_only from helpdesk.ticket_field_values where ticket_id = %s "
    "order by field_key, text_value"
)


def define(db: Db, key: str, type: str, **more: Any) -> None:
    """A field, made by the system."""
    arguments: dict[str, Any] = {"key": key, "type": type, "label": key, **more}
    listed = ", ".join(f'"{name}" => %s' for name in arguments)
    values = [Jsonb(v) if name == "options" else v for name, v in arguments.items()]
    with be(db, SERVICE):
        db.execute(f"select helpdesk.create_field({listed})".encode(), values)


def put(db: Db, ticket: str, values: dict[str, Any], **columns: str) -> dict[str, Any]:
    """Change a ticket's fields, as whoever speaks."""
    more = "".join(f", {name} = '{given}'" for name, given in columns.items())
    return one(
        db,
        f"update helpdesk.tickets set custom_fields = %s{more} where ticket_id = %s returning *",
        Jsonb(values),
        ticket,
    )


def kept(db: Db, ticket: str) -> list[tuple[Any, ...]]:
    return [tuple(row.values()) for row in db.execute(_KEPT, (ticket,)).fetchall()]


VALUES: list[tuple[str, Any, Any, str]] = [
    # type, given, stored, as the filter has it
    ("text", "  two \t words ", "two words", "two words"),
    ("text", "e\u0301", "\u00e9", "\u00e9"),
    ("integer", 5, 5, "5"),
    ("integer", -(2**53 - 1), -(2**53 - 1), str(-(2**53 - 1))),
    ("integer", 5.0, 5, "5"),
    ("decimal", "12.50", "12.5", "12.5"),
    ("decimal", 1.25, "1.25", "1.25"),
    ("decimal", "-0.000001", "-0.000001", "-0.000001"),
    ("decimal", "999999999999.999999", "999999999999.999999", "999999999999.999999"),
    ("boolean", False, False, "false"),
    ("date", "2028-02-29", "2028-02-29", "2028-02-29"),
    ("select", "b", "b", "b"),
    ("multi_select", ["b", "a", "b"], ["a", "b"], "a"),
]


@pytest.mark.parametrize(("type", "given", "stored", "text"), VALUES, ids=lambda one: str(one)[:20])
def test_a_value_is_stored_in_one_form(db: Db, world: World, type: str, given: Any, stored: Any, text: str) -> None:
    define(db, "x", type, **({"options": ["a", "b"]} if "select" in type else {}))
    with be(db, AGENT):
        assert put(db, world["mine"], {"x": given})["custom_fields"] == {"x": stored}
        # The same in the form in which it is read is no change.
        assert put(db, world["mine"], {"x": stored})["revision"] == 2
    row = kept(db, world["mine"])[0]
    assert row[:2] == ("x", text)
    assert row[2] == {"integer": stored, "decimal": None}.get(type) or type == "decimal"


BAD: list[tuple[str, Any]] = [
    *(("text", bad) for bad in (5, "x" * 501, {"a": 1}, [1])),
    *(("long_text", bad) for bad in (5, "x" * 10_001)),
    *(("integer", bad) for bad in ("5", 1.5, 2**53, 1e300, True)),
    *(("decimal", bad) for bad in ("1,5", "1e3", "NaN", "Infinity", " 1", "1.0000001", 10**12, "0x1", "1_0")),
    *(("boolean", bad) for bad in ("true", 1)),
    *(("date", bad) for bad in ("2026-02-30", "0000-01-01", "26-01-01", "2026-01-01T00:00", "now", "infinity", 5)),
    *(("select", bad) for bad in ("c", ["a"], 1, {"a": 1})),
    *(("multi_select", bad) for bad in ("a", ["c"], [1], [["a"]], {"a": 1})),
]


@pytest.mark.parametrize(("type", "bad"), BAD, ids=lambda one: str(one)[:20])
def test_a_bad_value_is_refused_by_the_name_of_its_field(db: Db, world: World, type: str, bad: Any) -> None:
    define(db, "x", type, **({"options": ["a", "b"]} if "select" in type else {}))
    with refused("invalid_value", "custom_fields.x"), as_person(db, AGENT):
        put(db, world["mine"], {"x": bad, "plan": "pro"})
    assert kept(db, world["mine"]) == []


def test_too_many_options_at_once_are_refused(db: Db, world: World) -> None:
    define(db, "x", "multi_select", options=[str(n) for n in range(60)])
    with refused("too_many", "custom_fields.x"), as_person(db, AGENT):
        put(db, world["mine"], {"x": [str(n) for n in range(51)]})


@pytest.mark.parametrize("nothing", [None, "", " \t\n", "\u200b", []], ids=repr)
def test_what_a_form_sends_for_an_empty_input_removes_a_value(db: Db, world: World, nothing: Any) -> None:
    with be(db, AGENT):
        put(db, world["mine"], {"plan": "pro", "seats": 5})
        assert put(db, world["mine"], {"plan": nothing})["custom_fields"] == {"seats": 5}
    assert kept(db, world["mine"]) == [("seats", "5", 5, False)]


def test_both_kinds_of_fields_change_in_one_revision(db: Db, world: World) -> None:
    before = newest(db)
    with be(db, AGENT):
        changed = put(db, world["answered"], {"plan": "free", "risk": "low", "story": "secret", "seats": 7}, title="x")
        assert changed["custom_fields"] == {"plan": "free", "seats": 7, "story": "secret"}
    assert value(
        db, "select staff_fields from helpdesk.ticket_staff_fields where ticket_id = %s", world["answered"]
    ) == {"risk": "low"}
    assert kept(db, world["answered"]) == [
        ("plan", "free", None, False),
        ("risk", "low", None, True),
        ("seats", "7", 7, False),
    ]
    events = logged(db, before)
    assert [(type, audience) for type, audience, _ in events] == [
        ("ticket.updated", "staff"),
        ("ticket.updated", "customer"),
    ]
    assert events[0][2] == {"changes": {"staff_fields": [{"risk": "high"}, {"risk": "low"}]}}
    assert events[1][2]["changes"]["custom_fields"] == [
        {"plan": "pro", "seats": None, "story": None},
        {"plan": "free", "seats": None, "story": None},
    ]
    assert "secret" not in json.dumps(events)
    revisions = db.execute(
        "select distinct ticket_revision as n from helpdesk.events where event_id > %s", (before,)
    ).fetchall()
    assert [row["n"] for row in revisions] == [changed["revision"]]


@pytest.mark.parametrize("person", [CUSTOMER, AGENT], ids=str)
def test_what_is_required_to_open_a_ticket(db: Db, world: World, person: Person) -> None:
    define(db, "needed", "text", audience="customer_editable", required_for="create")
    define(db, "visible", "text", required_for="create")
    define(db, "hidden", "text", audience="staff_only", required_for="create")
    define(db, "elsewhere", "text", required_for="create", team_ids=[world["vault"]])
    ours = {"needed": "a"} if person == CUSTOMER else {"needed": "a", "visible": "b", "hidden": "c"}
    open_: LiteralString = "select * from helpdesk.create_ticket('x', custom_fields => %s)"
    for key in ours:
        less = {name: given for name, given in ours.items() if name != key}
        with refused("field_required", key), as_person(db, person):
            db.execute(open_, (Jsonb(less),))
    with be(db, person):
        ticket = one(db, open_, Jsonb(ours))
        with refused("field_required", "custom_fields.needed"), db.transaction():
            put(db, ticket["ticket_id"], {"needed": ""})
    with refused("field_required", "needed"), as_person(db, person):
        db.execute("insert into helpdesk.tickets (title) values ('x')")


@pytest.mark.parametrize(("channel", "exempt"), [("api", False), ("phone", False), ("email", True), ("import", True)])
def test_who_filled_in_no_form_is_asked_for_nothing(db: Db, world: World, channel: str, exempt: bool) -> None:
    define(db, "needed", "text", required_for="create")
    create = "select helpdesk.create_ticket('x', requester_id => %s, channel => %s)"
    if exempt:
        with as_person(db, SERVICE):
            db.execute(create, (world["other"], channel))
    else:
        with refused("field_required", "needed"), as_person(db, SERVICE):
            db.execute(create, (world["other"], channel))


def test_what_is_required_to_resolve_a_ticket(db: Db, world: World) -> None:
    define(db, "cause", "text", audience="staff_only", required_for="resolve")
    resolve: LiteralString = "update helpdesk.tickets set status = 'resolved' where ticket_id = %s"
    reply: LiteralString = "select helpdesk.send_reply(%s, 'Done', %s, status => 'resolved')"
    for statement, more in ((resolve, ()), (reply, (world["answer"],))):
        with refused("field_required", "cause"), as_person(db, AGENT):
            db.execute(statement, (world["answered"], *more))
    with be(db, AGENT):
        assert put(db, world["answered"], {"cause": "Cable"}, status="resolved")["status"] == "resolved"
        with refused("field_required", "custom_fields.cause"), db.transaction():
            put(db, world["answered"], {"cause": None})
    # A requester closes their own, and staff close spam.
    for person, ticket in ((CUSTOMER, "mine"), (STRANGER, "theirs")):
        with as_person(db, person):
            db.execute("update helpdesk.tickets set status = 'closed' where ticket_id = %s", (world[ticket],))


def test_an_old_value_blocks_nothing(db: Db, world: World) -> None:
    define(db, "size", "multi_select", options=["s", "l"], team_ids=[world["desk"]])
    with be(db, AGENT):
        put(db, world["mine"], {"size": ["s"], "plan": "pro"})
    with be(db, ADMIN):
        db.execute("update helpdesk.field_options set retired_at = 'now' where value in ('s', 'pro')")
        # An option that the ticket has may stay beside a new one.
        assert put(db, world["mine"], {"size": ["l", "s"]})["custom_fields"]["size"] == ["s", "l"]
        db.execute("update helpdesk.field_definitions set retired_at = 'now' where key = 'plan'")
        db.execute("select helpdesk.transfer_ticket(%s, %s)", (world["mine"], world["vault"]))
        same = {"size": ["s", "l"], "plan": "pro", "seats": 1}
        assert put(db, world["mine"], same, title="Moved")["custom_fields"] == same
        with refused("field_retired", "custom_fields.plan"), db.transaction():
            put(db, world["mine"], {"plan": "free"})
        with refused("invalid_value", "custom_fields.size"), db.transaction():
            put(db, world["mine"], {"size": ["l"]})
        assert put(db, world["mine"], {"size": None, "plan": None})["custom_fields"] == {"seats": 1}
    assert (
        value(db, "select distinct team_id::text from helpdesk.ticket_field_values where ticket_id = %s", world["mine"])
        == (world["vault"])
    )


def test_an_import_may_have_what_is_retired_and_nothing_else_may(db: Db, world: World) -> None:
    create: LiteralString = (
        "select custom_fields from helpdesk.create_ticket('x', requester_id => %s, channel => %s, custom_fields => %s)"
    )
    old = {"plan": "old", "gone": "x"}
    with as_person(db, SERVICE):
        assert value(db, create, world["other"], "import", Jsonb(old)) == old
    for person, channel, reason in ((SERVICE, "api", "field_retired"), (AGENT, "import", "field_retired")):
        with refused(reason), as_person(db, person):
            db.execute(create, (world["other"], channel, Jsonb(old)))


def test_values_from_before_a_definition_are_kept_by_it(db: Db, world: World) -> None:
    db.execute("set local session_replication_role = replica")
    for name, given in (("mine", {"no": "A-1"}), ("theirs", {"no": 7}), ("lent", {"no": " B "})):
        db.execute("update helpdesk.tickets set custom_fields = %s where ticket_id = %s", (Jsonb(given), world[name]))
    db.execute("set local session_replication_role = origin")
    with refused("invalid_value", "audience"), db.transaction():
        define(db, "no", "text", audience="staff_only")
    define(db, "no", "text")
    assert [kept(db, world[name])[:1] for name in ("mine", "theirs", "lent")] == [
        [("no", "A-1", None, False)],
        [],
        [("no", "B", None, False)],
    ]
    with be(db, AGENT):
        # What does not fit stays until somebody changes it.
        assert put(db, world["mine"], {"seats": 1})["custom_fields"] == {"no": "A-1", "seats": 1}


@pytest.mark.parametrize(
    ("type", "stays"),
    [("integer", "many"), ("integer", 2.5), ("decimal", True), ("decimal", "1e30"), ("text", "x" * 600), ("date", 7)],
)
def test_a_value_from_before_that_does_not_fit_blocks_no_edit(db: Db, world: World, type: str, stays: object) -> None:
    db.execute("set local session_replication_role = replica")
    query = "update helpdesk.tickets set custom_fields = %s where ticket_id = %s"
    db.execute(query, (Jsonb({"early": stays}), world["mine"]))
    db.execute("set local session_replication_role = origin")
    define(db, "early", type)
    with be(db, AGENT):
        assert put(db, world["mine"], {"plan": "pro"})["custom_fields"] == {"early": stays, "plan": "pro"}
    assert [row[:2] for row in kept(db, world["mine"])] == [("plan", "pro")]


def test_a_ticket_that_is_there_keeps_staffs_values_when_its_id_is_used_again(db: Db, world: World) -> None:
    with refused("id_conflict"), as_person(db, AGENT):
        db.execute(
            "select helpdesk.create_ticket('x', ticket_id => %s, custom_fields => '{\"risk\": \"low\"}')",
            (world["answered"],),
        )
    with refused("forbidden", "custom_fields.risk"), as_person(db, AGENT):
        db.execute(
            "insert into helpdesk.tickets (ticket_id, title, custom_fields) values (%s, 'x', '{\"risk\": \"low\"}') "
            "on conflict do nothing",
            (world["nothing"],),
        )
    with be(db, OWNER):
        assert value(
            db, "select staff_fields from helpdesk.ticket_staff_fields where ticket_id = %s", world["answered"]
        ) == {"risk": "high"}


def test_a_deactivated_requester_finds_no_values(db: Db, world: World) -> None:
    with be(db, STRANGER):
        put(db, world["gones"], {"plan": "pro"})
    with as_person(db, GONE):
        for relation in ("ticket_field_values", "my_field_tickets"):
            assert db.execute(f"select from helpdesk.{relation}".encode()).fetchall() == []


@pytest.mark.parametrize(("type", "number"), [("select", 1), ("multi_select", [1])])
def test_a_number_is_no_option_that_is_written_like_it(db: Db, world: World, type: str, number: object) -> None:
    define(db, "x", type, options=["1"])
    with refused("invalid_value", "custom_fields.x must be"), as_person(db, AGENT):
        put(db, world["mine"], {"x": number})
