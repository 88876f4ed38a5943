"""Queries by custom fields: every type, each reader, and what a query over a retired field says."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.db.people import ADMIN, AGENT, CUSTOMER, OTHER, SERVICE, STRANGER, Db, as_person, be, refused, value
from tests.db.searching import found, names, search
from tests.db.world import World

FIELDS: list[tuple[str, str, str, Any]] = [
    # key, type, audience, the value on the ticket "mine"
    ("order_ref", "text", "customer_visible", "A-77 b"),
    ("seat_count", "integer", "customer_visible", 12),
    ("unit_price", "decimal", "customer_visible", 12.5),
    ("is_paid", "boolean", "customer_visible", True),
    ("due_on", "date", "customer_visible", "2026-12-01"),
    ("risk_level", "text", "staff_only", "high"),
]


@pytest.fixture
def fields(db: Db, world: World) -> None:
    """Fields of every type, with values on one ticket."""
    with be(db, ADMIN):
        for key, kind, audience, _ in FIELDS:
            db.execute(
                "select helpdesk.create_field(key => %s, type => %s, label => %s, audience => %s)",
                (key, kind, key.title(), audience),
            )
        db.execute(
            "select helpdesk.create_field(key => 'level', type => 'select', label => 'Level', options => %s::jsonb)",
            ('["pro", "free"]',),
        )
        db.execute(
            "update helpdesk.field_options set label = 'Professional' where field_key = 'level' and value = 'pro'"
        )
        values = {key: wanted for key, _, _, wanted in FIELDS} | {"level": "pro"}
        db.execute(
            "update helpdesk.tickets set custom_fields = %s where ticket_id = %s", (json.dumps(values), world["mine"])
        )


@pytest.mark.parametrize(
    "query",
    [
        *(
            'fields.order_ref:"A-77 b"',
            "fields.seat_count:12",
            "fields.seat_count>11",
            "fields.seat_count<=12",
            "fields.unit_price:12.50",
        ),
        *(
            "fields.unit_price>12.4",
            "fields.unit_price<13",
            "fields.is_paid:yes",
            "fields.due_on:2026-12-01",
            "fields.due_on>2026-11-30",
        ),
        *(
            "fields.level:pro",
            "fields.level:Professional",
            "fields.level:free,pro",
            "fields.level:*",
            "-fields.level:none",
        ),
        *(
            "fields.level:pro fields.seat_count:12",
            "mine fields.level:pro",
            "fields.level:free OR fields.seat_count>11",
        ),
        "fields.level:pro fields.is_paid:true fields.due_on<=2026-12-01 fields.seat_count>=12",
    ],
)
@pytest.mark.usefixtures("fields")
def test_queries_find_values(db: Db, world: World, query: str) -> None:
    for person, expected in ((CUSTOMER, {"mine"}), (AGENT, {"mine"}), (ADMIN, {"mine"}), (OTHER, set())):
        with as_person(db, person):
            assert found(db, world, query) == expected, person


@pytest.mark.parametrize(
    "query",
    [
        "fields.seat_count:13",
        "fields.seat_count>12",
        "fields.unit_price<12.5",
        "fields.is_paid:no",
        "fields.due_on<2026-12-01",
    ],
)
@pytest.mark.usefixtures("fields")
def test_queries_do_not_find_other_values(db: Db, world: World, query: str) -> None:
    with as_person(db, ADMIN):
        assert found(db, world, query) == set()
        assert "mine" not in found(db, world, "fields.level:none")
        assert "mine" not in found(db, world, "-fields.level:pro")
        assert "answered" in found(db, world, "-fields.level:pro")


@pytest.mark.usefixtures("fields")
def test_fields_for_staff_do_not_exist_for_customers(db: Db, world: World) -> None:
    with as_person(db, AGENT):
        assert found(db, world, "fields.risk_level:high") == {"mine"}
    for key in ("risk_level", "nothing"):
        for query in (f"fields.{key}:high", f"-fields.{key}:high", f"a OR fields.{key}:none"):
            with refused("invalid_value", "there is no such custom field"), as_person(db, CUSTOMER):
                found(db, world, query)


@pytest.mark.parametrize(
    ("query", "message"),
    [
        (
            "fields.seat_count:many",
            'query: fields.seat_count at position 1: "many" is no value of this field (integer)',
        ),
        ("fields.level:gold", 'query: fields.level at position 1: "gold" is no value of this field (select)'),
        ("fields.due_on:tomorrow", 'query: fields.due_on at position 1: "tomorrow" is no value of this field (date)'),
        ("fields.level>free", "query: fields.level at position 1: op must be one of is, is_not"),
    ],
)
@pytest.mark.usefixtures("fields")
def test_values_that_a_field_cannot_have_are_named(db: Db, world: World, query: str, message: str) -> None:
    with refused("invalid_value", message), as_person(db, ADMIN):
        found(db, world, query)


@pytest.mark.usefixtures("fields")
def test_a_retired_field_is_named(db: Db, world: World) -> None:
    with be(db, ADMIN):
        db.execute("update helpdesk.field_definitions set retired_at = now() where key = 'level'")
    tree = '{"all": [{"text": "a"}, {"field": "fields.level", "value": "pro"}]}'
    with (
        refused("invalid_value", "query: fields.level at tree.all[1]: the custom field is retired"),
        as_person(db, ADMIN),
    ):
        value(db, "select helpdesk.query_tickets(tree => %s::jsonb)", tree)


@pytest.mark.usefixtures("fields")
def test_the_value_of_a_text_field_is_exact(db: Db, world: World) -> None:
    public, internal = {"mine"}, {"mine"}
    for person, by_public, by_internal in (
        (CUSTOMER, public, set()),
        (OTHER, set(), set()),
        (STRANGER, set(), set()),
        (AGENT, public, internal),
        (ADMIN, public, internal),
    ):
        with as_person(db, person):
            assert names(world, search(db, " A-77 b ")["exact"]) == by_public, person
            assert names(world, search(db, "high")["exact"]) == by_internal, person
            for other in ("A-77", "a-77 b", "12", "12.5", "pro"):
                assert "mine" not in names(world, search(db, other)["exact"]), (person, other)


@pytest.mark.usefixtures("fields")
def test_a_value_for_staff_is_not_exact_among_the_own_tickets(db: Db) -> None:
    with be(db, ADMIN):
        own = value(
            db,
            "select ticket_id from helpdesk.create_ticket(title => 'Own', description => 'x', "
            'custom_fields => \'{"order_ref": "A-78", "risk_level": "severe"}\')',
        )
    with as_person(db, ADMIN):
        for query, mine, expected in (("A-78", True, [own]), ("severe", False, [own]), ("severe", True, [])):
            exact = search(db, query, mine=mine)["exact"]
            assert [ticket["ticket_id"] for ticket in exact] == [str(one) for one in expected], (query, mine)


@pytest.mark.usefixtures("fields")
def test_the_value_of_a_retired_field_is_not_exact(db: Db) -> None:
    with be(db, ADMIN):
        db.execute("update helpdesk.field_definitions set retired_at = now() where key = 'order_ref'")
    with as_person(db, ADMIN):
        assert search(db, "A-77 b")["exact"] == []


@pytest.mark.parametrize(
    ("query", "meant"),
    [
        ("plan:pro", "fields.plan:pro"),
        ('-Plan:"pro x" more', 'fields.plan:"pro x"'),
        ("plan>=pro more", "fields.plan>=pro"),
        ("plan:a\x1bb", "fields.plan:ab"),
    ],
)
def test_the_key_of_a_custom_field_brings_the_way_to_filter(db: Db, world: World, query: str, meant: str) -> None:
    for person in (CUSTOMER, AGENT, ADMIN, SERVICE):
        for call in ("search_tickets", "query_tickets", "parse_query"):
            with as_person(db, person):
                (warning,) = value(db, f"select helpdesk.{call}(%s)", query)["warnings"]
            assert warning.endswith(f" at position 1 is no field: it is searched as text. Did you mean {meant}?")


def test_customers_do_not_learn_the_keys_of_fields_for_staff(db: Db, world: World) -> None:
    plain = "risk at position 1 is no field: it is searched as text."
    hint = f"{plain} Did you mean fields.risk:high?"
    for person, mine, searched, parsed in (
        (CUSTOMER, False, plain, plain),
        (OTHER, True, plain, plain),
        (AGENT, False, hint, hint),
        (ADMIN, False, hint, hint),
        (SERVICE, False, hint, hint),
        # Their own tickets, as customers see them.
        (AGENT, True, plain, hint),
    ):
        with as_person(db, person):
            assert search(db, "risk:high", mine=mine)["warnings"] == [searched], person
            assert value(db, "select helpdesk.parse_query('risk:high')")["warnings"] == [parsed], person
            assert len(search(db, "risk>high", mine=mine)["warnings"]) == (searched == hint), person


def test_a_field_that_is_no_condition_is_not_suggested(db: Db, world: World) -> None:
    # A long text, a retired field, no field.
    for key in ("story", "gone", "nothing"):
        with as_person(db, ADMIN):
            warnings = search(db, f"{key}:pro")["warnings"]
        assert warnings == [f"{key} at position 1 is no field: it is searched as text."]
