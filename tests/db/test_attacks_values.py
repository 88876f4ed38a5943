"""Attacks that once worked: what a strange value, a login or a planned count must never achieve."""

from __future__ import annotations

import json
import tomllib
from uuid import uuid4

import psycopg
import pytest
from tests.db.conftest import MIGRATIONS, Server
from tests.db.people import (
    ADMIN,
    AGENT,
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
    one,
    refused,
    value,
)
from tests.db.world import World

from helpdesk_sdk.verification.matrix.forged import PRIVATE_VIEWS


def test_a_hosted_project_confirms_addresses() -> None:
    config = tomllib.loads((MIGRATIONS.parent / "config.toml").read_text())
    assert config["auth"]["email"]["enable_confirmations"] is True


@pytest.mark.parametrize("kind", ["uuid", "text", "jsonb", "xid8"])
def test_a_type_of_the_callers_own_is_never_used_by_a_definer(pg: Server, own: str, world: World, kind: str) -> None:
    # A connection of its own: what PL/pgSQL compiles with the wrong types stays in the session.
    with pg.connect(own) as db, as_person(db, CUSTOMER):
        db.execute("create temp table loot (who name) on commit drop")
        db.execute("grant all on pg_temp.loot to public")
        db.execute(
            f"create function pg_temp.spy(v pg_catalog.{kind}) returns boolean language plpgsql as "
            "$$ begin insert into pg_temp.loot values (current_user); return true; end $$"
        )
        db.execute(f"create domain pg_temp.{kind} as pg_catalog.{kind} check (pg_temp.spy(value))")
        db.execute("select helpdesk.whoami()")
        db.execute("select helpdesk.events_since()")
        db.execute("select helpdesk.events_since(only_ticket => %s)", (world["mine"],))
        db.execute("select count(*) from realtime.messages")
        db.execute("select helpdesk.ticket_timeline(%s)", (world["mine"],))
        db.execute("select helpdesk.create_ticket('hello')")
        db.execute("select helpdesk.send_reply(%s, 'hello')", (world["mine"],))
        thieves = db.execute("select distinct who from pg_temp.loot where who <> 'authenticated'").fetchall()
    assert thieves == []


@pytest.mark.parametrize("number", ["1e400", "-1e400", "1e16000", "9" * 5000])
def test_a_number_that_no_client_can_read_is_refused(db: Db, number: str) -> None:
    with refused("invalid_value", "custom_fields"), as_person(db, CUSTOMER):
        db.execute(
            "insert into helpdesk.tickets (title, custom_fields) values ('x', %s::jsonb)", (f'{{"n": [{number}]}}',)
        )


def test_who_lost_their_login_does_not_return_as_staff_by_signing_up_again(db: Db, world: World) -> None:
    db.execute("delete from auth.users where email = %s", (AGENT.email,))
    db.execute(
        "insert into auth.users (id, email, email_confirmed_at) values (gen_random_uuid(), %s, now())", (AGENT.email,)
    )
    with refused("inactive_user"), as_person(db, AGENT):
        db.execute("select helpdesk.claim_next_ticket()")


@pytest.mark.parametrize(
    ("table", "column"), [("tickets", "assigned_to"), ("events", "assigned_to"), ("events", "actor_id")]
)
def test_a_planned_count_says_nothing_about_how_much_an_agent_works(
    db: Db, world: World, table: str, column: str
) -> None:
    db.execute(
        "insert into helpdesk.tickets (title, created_by) select 'many', %s from generate_series(1, 1000)",
        (world["customer"],),
    )
    with be(db, AGENT):
        db.execute("select helpdesk.claim_ticket(ticket_id) from helpdesk.tickets where title = 'many'")
    db.execute("analyze helpdesk.tickets, helpdesk.events")

    def planned(user: str) -> int:
        query = f"explain (format json) select from helpdesk.{table} where {column} = '{user}'"
        return int(one(db, query)["QUERY PLAN"][0]["Plan"]["Plan Rows"])

    with as_person(db, OTHER):
        assert planned(world["agent"]) == planned(world["nothing"])


def test_one_request_does_not_open_ten_thousand_tickets(db: Db) -> None:
    with refused("too_many"), as_person(db, CUSTOMER):
        db.execute("insert into helpdesk.tickets (title) select 'x' from generate_series(1, 1001)")


@pytest.mark.parametrize("moment", ["infinity", "-infinity", "20000-01-01", "0044-01-01 BC"])
def test_nobody_snoozes_until_a_date_that_clients_cannot_read(db: Db, world: World, moment: str) -> None:
    with refused("invalid_value", "snoozed_until"), as_person(db, AGENT):
        db.execute("update helpdesk.tickets set snoozed_until = %s where ticket_id = %s", (moment, world["mine"]))


def test_a_corrected_description_does_not_live_on_in_the_log(db: Db, world: World) -> None:
    with as_person(db, CUSTOMER):
        db.execute("update helpdesk.tickets set description = 'pw hunter2' where ticket_id = %s", (world["mine"],))
        db.execute("update helpdesk.tickets set description = 'gone' where ticket_id = %s", (world["mine"],))
        logged = value(db, "select count(*) from helpdesk.events where data::text like '%%hunter2%%'")
    assert logged == 0


def test_an_external_id_that_is_taken_is_our_error(db: Db, world: World) -> None:
    with be(db, SERVICE):
        db.execute("update helpdesk.tickets set external_id = 'X1' where ticket_id = %s", (world["mine"],))
    with refused("external_id_taken"), as_person(db, AGENT):
        db.execute("update helpdesk.tickets set external_id = 'X1' where ticket_id = %s", (world["answered"],))


def test_a_null_among_tags_shows_no_row(db: Db) -> None:
    with refused("invalid_value", "tag"), as_person(db, AGENT):
        db.execute("select helpdesk.create_ticket('x', tags => array[null]::text[])")


def test_an_invitation_without_a_role_shows_no_row(db: Db) -> None:
    with refused("invalid_value", "role"), as_person(db, ADMIN):
        db.execute("select helpdesk.invite_user('x@example.com', null)")


@pytest.mark.parametrize("person", [GONE, NOBODY], ids=str)
def test_who_may_not_come_in_does_not_read_the_clock_of_the_log(db: Db, person: Person) -> None:
    with pytest.raises(psycopg.Error), as_person(db, person):
        db.execute("select helpdesk.events_head()")


def test_a_login_that_the_host_made_a_member_of_authenticated_is_not_the_system(db: Db, world: World) -> None:
    db.execute("create role reporting login in role authenticated")
    db.execute("set local session authorization reporting")
    try:
        with pytest.raises(psycopg.Error), db.transaction():
            db.execute("select helpdesk.set_user_role(%s, 'admin')", (world["customer"],))
    finally:
        db.execute("reset session authorization")


def test_who_deleted_their_login_softly_and_signs_up_again_is_the_same_person(db: Db, world: World) -> None:
    db.execute(
        "update auth.users set deleted_at = now(), email = 'gone-' || id || '@example.com' where email = %s",
        (CUSTOMER.email,),
    )
    with pytest.raises(psycopg.Error, match="no helpdesk profile"), as_person(db, CUSTOMER):
        db.execute("select helpdesk.whoami()")
    db.execute(
        "insert into auth.users (id, email, email_confirmed_at) values (gen_random_uuid(), %s, now())",
        (CUSTOMER.email,),
    )
    with as_person(db, CUSTOMER):
        assert value(db, "select (helpdesk.whoami()).user_id::text") == str(world["customer"])


@pytest.mark.parametrize("address", ["a,b@example.com", "<b>@example.com", "x" * 243 + "@example.com"])
def test_a_verified_address_that_we_do_not_take_still_gives_a_profile(db: Db, address: str) -> None:
    login = value(
        db,
        "insert into auth.users (id, email, email_confirmed_at) values (gen_random_uuid(), %s, now()) returning id",
        address,
    )
    made = one(db, "select email, role from helpdesk.users where auth_user_id = %s", login)
    assert (made["email"], made["role"]) == (None, "customer")


_OWNERS_VIEWS = PRIVATE_VIEWS


@pytest.mark.parametrize("person", [LEFT, GONE], ids=str)
@pytest.mark.parametrize("view", _OWNERS_VIEWS)
def test_who_was_deactivated_sees_nothing_in_sql(db: Db, world: World, view: str, person: Person) -> None:
    # A host's function or reporting login opens SQL to people. GONE has requested a ticket.
    with as_person(db, person):
        assert value(db, f"select count(*) from helpdesk_private.{view}") == 0
        assert value(db, "select count(*) from helpdesk_private.my_team_ids()") == 0
        assert value(db, "select helpdesk_private.me_if_staff()") is None


@pytest.mark.parametrize("view", _OWNERS_VIEWS)
def test_a_cheap_function_of_the_callers_sees_no_row_before_the_view_does(db: Db, world: World, view: str) -> None:
    with as_person(db, STRANGER if view != "staff_tags" else OTHER):
        db.execute("set local enable_indexscan = off; set local enable_bitmapscan = off")
        db.execute("create temp table peeked (ticket_id uuid) on commit drop")
        db.execute(
            "create function pg_temp.peek(t uuid) returns boolean language plpgsql cost 0.0000001 as "
            "$$ begin insert into pg_temp.peeked values (t); return true; end $$"
        )
        db.execute(f"select from helpdesk_private.{view} where pg_temp.peek(ticket_id)")
        rows = value(db, f"select array(select ticket_id from helpdesk_private.{view} order by 1)")
        assert value(db, "select array(select ticket_id from pg_temp.peeked order by 1)") == rows


@pytest.mark.parametrize("missing", ["ticket_id", "title", "description", "priority", "channel", "custom_fields"])
def test_a_null_in_a_creation_shows_no_row(db: Db, missing: str) -> None:
    given = {"ticket_id": str(uuid4()), "title": "x", "description": "", "priority": "low", "channel": "api"}
    given |= {"custom_fields": "{}"}
    row = json.dumps({name: value for name, value in given.items() if name != missing})
    with refused("invalid_value", f"{missing} is missing"), as_person(db, AGENT):
        db.execute(
            "select helpdesk_private.create_ticket(jsonb_populate_record(null::helpdesk.tickets, %s), '{}')", (row,)
        )


@pytest.mark.parametrize("person", [CUSTOMER, AGENT, ADMIN], ids=str)
def test_a_forged_moment_in_a_cursor_of_a_search_is_no_error_of_arithmetic(
    db: Db, world: World, person: Person
) -> None:
    # Year 5138: the weight of age is smaller than the smallest number of PostgreSQL.
    cursor = f"99999999999.000000~999999.000000000~{world['nothing']}"
    with as_person(db, person):
        page = value(db, "select helpdesk.search_tickets('words', cursor => %s)", cursor)
    assert len(page["hits"]) > 0


@pytest.mark.parametrize("types", [["image/png"] * 101, [None]], ids=["long", "null"])
def test_an_odd_list_of_content_types_is_refused_by_its_rule(db: Db, types: list[object]) -> None:
    with refused("invalid_value", "attachment_types must be"), as_person(db, ADMIN):
        db.execute("update helpdesk.settings set attachment_types = %s", (types,))
