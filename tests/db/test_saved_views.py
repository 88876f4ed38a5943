"""Saved views: checked when they are saved and when they run; me is whoever runs them."""

from __future__ import annotations

from typing import Any

import pytest
from psycopg.types.json import Jsonb
from tests.db.people import ADMIN, AGENT, STRANGER, Db, as_person, be, one, refused, value
from tests.db.searching import names
from tests.db.world import World

SAVE = "insert into helpdesk.views (name, tree, audience) values (%s, %s, %s) returning *"


def run(db: Db, view: dict[str, Any]) -> Any:
    """The tickets of a view."""
    return value(db, "select helpdesk.query_tickets(tree => %s, sort => %s)", Jsonb(view["tree"]), view["sort"])[
        "tickets"
    ]


def test_a_view_is_stored_in_one_form(db: Db) -> None:
    with as_person(db, AGENT):
        view = one(db, SAVE, "  My   work ", Jsonb({"field": "assignee", "value": ["me"], "at": 3}), "private")
    assert view["name"] == "My work"
    assert view["tree"] == {"field": "assignee", "op": "is", "value": "me"}
    assert (view["sort"], view["columns"]) == ("-created_at", [])


def test_me_and_my_teams_are_those_of_whoever_runs_it(db: Db, world: World) -> None:
    with be(db, ADMIN):
        mine = one(db, SAVE, "Mine", Jsonb({"field": "assignee", "value": "me"}), "all")
        teams = one(db, SAVE, "Ours", Jsonb({"field": "team", "value": "my_teams"}), "all")
    with as_person(db, AGENT):
        assert names(world, run(db, mine)) == {"answered", "lent"}
        assert names(world, run(db, teams)) == {"mine", "answered", "closed"}
    with as_person(db, STRANGER):
        assert names(world, run(db, mine)) == set()
        assert names(world, run(db, teams)) == {"theirs", "lent", "gones", "agents"}


def test_a_view_over_what_is_gone_is_listed_and_says_what_is_gone(db: Db, world: World) -> None:
    tree = {
        "all": [{"field": "fields.plan", "value": "pro"}, {"any": [{"field": "team", "value": "Empty"}, {"text": "a"}]}]
    }
    with be(db, ADMIN):
        view = one(db, SAVE, "Stale", Jsonb(tree), "all")
        db.execute("delete from helpdesk.teams where team_id = %s", (world["empty"],))
    with (
        refused("invalid_value", "query: team at tree.all[1].any[0]: there is no such team: Empty"),
        as_person(db, ADMIN),
    ):
        run(db, view)
    with be(db, ADMIN):
        db.execute("update helpdesk.field_definitions set retired_at = 'now' where key = 'plan'")
        # What does not touch the conditions may change.
        db.execute("update helpdesk.views set name = 'Still stale' where view_id = %s", (view["view_id"],))
        assert value(db, "select name from helpdesk.views where view_id = %s", view["view_id"]) == "Still stale"
    with (
        refused("invalid_value", "query: fields.plan at tree.all[0]: the custom field is retired"),
        as_person(db, ADMIN),
    ):
        run(db, view)


def test_views_go_with_their_team(db: Db, world: World) -> None:
    with be(db, ADMIN):
        db.execute(
            "insert into helpdesk.views (name, tree, audience, team_id) values ('V', '{\"all\": []}', 'team', %s)",
            (world["empty"],),
        )
        db.execute("delete from helpdesk.teams where team_id = %s", (world["empty"],))
        assert value(db, "select count(*) from helpdesk.views where name = 'V'") == 0


@pytest.mark.parametrize(("audience", "taken"), [("private", True), ("all", True)])
def test_names_are_taken_within_an_audience(db: Db, audience: str, taken: bool) -> None:
    tree = Jsonb({"all": []})
    with be(db, ADMIN):
        db.execute(SAVE, ("Urgent", tree, audience))
        with refused("name_taken"), db.transaction():
            db.execute(SAVE, ("URGENT ", tree, audience))
        db.execute(SAVE, ("Urgent", tree, "all" if audience == "private" else "private"))
    with be(db, AGENT):
        db.execute(SAVE, ("Urgent", tree, "private"))


def test_five_hundred_views_are_enough(db: Db) -> None:
    with be(db, AGENT):
        for n in range(498):
            db.execute(SAVE, (f"View {n}", Jsonb({"all": []}), "private"))
        with refused("too_many", "views: one person creates at most 500"), db.transaction():
            db.execute(SAVE, ("One more", Jsonb({"all": []}), "private"))
