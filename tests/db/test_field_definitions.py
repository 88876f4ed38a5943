"""Definitions of custom fields: what makes no sense is refused, and there are limits."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, LiteralString

import pytest
from tests.db.people import ADMIN, SERVICE, Db, as_person, be, refused, value
from tests.db.test_fields import define
from tests.db.world import World

REFUSALS: list[tuple[str, str, Callable[[World], dict[str, Any]]]] = [
    ("invalid_value", "key must be", lambda _: {"key": "Plan", "type": "text"}),
    ("invalid_value", "key must be", lambda _: {"key": "k" * 41, "type": "text"}),
    ("invalid_value", "key is missing", lambda _: {"key": None, "type": "text"}),
    ("invalid_value", "type must be", lambda _: {"key": "x", "type": "float"}),
    ("invalid_value", "options", lambda _: {"key": "x", "type": "select"}),
    ("invalid_value", "options", lambda _: {"key": "x", "type": "select", "options": {"a": 1}}),
    ("invalid_value", "options", lambda _: {"key": "x", "type": "select", "options": [1]}),
    ("invalid_value", "has none", lambda _: {"key": "x", "type": "text", "options": ["a"]}),
    ("option_exists", "", lambda _: {"key": "x", "type": "select", "options": ["a", "a"]}),
    ("invalid_value", "options", lambda _: {"key": "x", "type": "select", "options": [{"label": "A"}]}),
    ("team_not_found", "", lambda world: {"key": "x", "type": "text", "team_ids": [world["nothing"]]}),
    ("invalid_value", "audience must be", lambda _: {"key": "x", "type": "text", "audience": "all"}),
    ("invalid_value", "required_for must be", lambda _: {"key": "x", "type": "text", "required_for": "all"}),
    ("invalid_value", "label must be", lambda _: {"key": "x", "type": "text", "label": "x" * 101}),
    ("invalid_value", "customer_label must be", lambda _: {"key": "x", "type": "text", "customer_label": "x" * 101}),
    ("invalid_value", "help_text must be", lambda _: {"key": "x", "type": "text", "help_text": "x" * 1001}),
    ("invalid_value", "position must be", lambda _: {"key": "x", "type": "text", "position": -1}),
]
OPTIONS: list[tuple[str, dict[str, Any]]] = [
    ("value", {"value": "x" * 101, "label": "x"}),
    ("label", {"value": "x", "label": "x" * 101}),
    ("position", {"value": "x", "position": 1_000_001}),
]


@pytest.mark.parametrize(("reason", "message", "given"), REFUSALS, ids=[str(n) for n in range(len(REFUSALS))])
def test_a_definition_that_makes_no_sense_is_refused(
    db: Db, world: World, reason: str, message: str, given: Callable[[World], dict[str, Any]]
) -> None:
    with refused(reason, message), db.transaction():
        define(db, **given(world))


@pytest.mark.parametrize(("column", "row"), OPTIONS, ids=[column for column, _ in OPTIONS])
def test_an_option_that_is_too_long_or_too_far_is_refused(db: Db, column: str, row: dict[str, Any]) -> None:
    listed, places = ", ".join(row), ", ".join(["%s"] * len(row))
    insert = f"insert into helpdesk.field_options (field_key, {listed}) values ('plan', {places})"
    with refused("invalid_value", f"{column} must be"), as_person(db, ADMIN):
        db.execute(insert.encode(), list(row.values()))


def test_there_are_limits_on_fields_and_options(db: Db) -> None:
    with be(db, SERVICE):
        for n in range(200 - 4):
            db.execute("select helpdesk.create_field(%s, 'text', 'x')", (f"f{n}",))
        with refused("too_many", "fields"), db.transaction():
            db.execute("select helpdesk.create_field('more', 'text', 'x')")
        for n in range(500 - 3):
            db.execute("insert into helpdesk.field_options (field_key, value) values ('plan', %s)", (f"o{n}",))
        with refused("too_many", "options"), db.transaction():
            db.execute("insert into helpdesk.field_options (field_key, value) values ('plan', 'more')")
        with refused("invalid_value", "value is missing"), db.transaction():
            db.execute("insert into helpdesk.field_options (field_key, label) values ('risk', 'more')")


def test_the_time_of_retiring_is_the_databases(db: Db) -> None:
    retire: LiteralString = (
        "update helpdesk.field_definitions set retired_at = %s where key = 'seats' returning retired_at"
    )
    with be(db, ADMIN):
        first = value(db, retire, "1999-01-01")
        assert first.year > 2000
        assert value(db, retire, "2999-01-01") == first
        assert value(db, retire, None) is None


def test_each_change_of_a_definition_is_in_the_log(db: Db, world: World) -> None:
    with be(db, ADMIN):
        db.execute("select helpdesk.create_field('logged', 'select', 'x', options => '[\"a\"]')")
        db.execute("update helpdesk.field_definitions set label = 'y' where key = 'logged'")
        db.execute("insert into helpdesk.field_options (field_key, value) values ('logged', 'b')")
        db.execute("update helpdesk.field_options set label = 'B' where field_key = 'logged' and value = 'b'")
        db.execute("select helpdesk.set_field_teams('logged', array[%s]::uuid[])", (world["empty"],))
        db.execute("select helpdesk.set_field_teams('logged', null)")
    logged: LiteralString = (
        "select array_agg(type order by event_id) from helpdesk.events "
        "where starts_with(type, 'field.') and 'logged' in (data ->> 'key', data ->> 'field_key')"
    )
    assert value(db, logged) == [
        "field.created",
        "field.option_added",
        "field.updated",
        "field.option_added",
        "field.option_updated",
        "field.team_added",
        "field.updated",
        "field.team_removed",
        "field.updated",
    ]


def test_a_change_of_a_definition_has_its_time(db: Db) -> None:
    db.execute("update helpdesk.field_definitions set updated_at = '2020-01-01' where key = 'seats'")
    with be(db, ADMIN):
        db.execute("update helpdesk.field_definitions set label = 'Chairs' where key = 'seats'")
    assert value(db, "select updated_at > '2026-01-01' from helpdesk.field_definitions where key = 'seats'") is True
