"""Teams: queues, their one default, and who works them."""

from __future__ import annotations

from tests.db.people import ADMIN, AGENT, CUSTOMER, SERVICE, STRANGER, Db, as_person, be, denied, one, refused, value
from tests.db.world import World


def test_there_is_always_exactly_one_default_team(db: Db, world: World) -> None:
    with be(db, ADMIN):
        db.execute("select helpdesk.set_default_team(%s)", (world["empty"],))
        db.execute("select helpdesk.set_default_team(%s)", (world["empty"],))
        assert str(value(db, "select team_id from helpdesk.teams where is_default")) == world["empty"]
    with as_person(db, CUSTOMER):
        opened = one(db, "insert into helpdesk.tickets (title) values ('Help') returning team_id")
    assert str(opened["team_id"]) == world["empty"]
    with refused("default_team"), as_person(db, ADMIN):
        db.execute("delete from helpdesk.teams where team_id = %s", (world["empty"],))


def test_the_default_team_takes_tickets_though_it_is_private(db: Db, world: World) -> None:
    with be(db, ADMIN):
        db.execute("select helpdesk.set_default_team(%s)", (world["vault"],))
    with as_person(db, CUSTOMER):
        for query in (
            "insert into helpdesk.tickets (title) values ('Help') returning team_id",
            "select team_id from helpdesk.create_ticket('Help')",
        ):
            assert str(value(db, query)) == world["vault"]
        assert value(db, "select count(*) from helpdesk.teams where team_id = %s", world["vault"]) == 0


def test_joining_and_leaving_a_team_counts_from_the_next_statement(db: Db, world: World) -> None:
    with as_person(db, AGENT):
        assert value(db, "select count(*) from helpdesk.tickets") == 5
    with be(db, ADMIN):
        db.execute(
            "insert into helpdesk.team_members (team_id, user_id) values (%s, %s)", (world["vault"], world["agent"])
        )
    with as_person(db, AGENT):
        assert value(db, "select count(*) from helpdesk.tickets") == 7
        assert value(db, "select count(*) from helpdesk.team_tickets") == 7
    with be(db, ADMIN):
        db.execute("delete from helpdesk.team_members where user_id = %s", (world["agent"],))
    with as_person(db, AGENT):
        # What was assigned to them, and their own.
        assert value(db, "select count(*) from helpdesk.tickets") == 3
        assert value(db, "select count(*) from helpdesk.team_tickets") == 0


def test_a_membership_of_a_customer_is_without_effect(db: Db, world: World) -> None:
    with be(db, ADMIN):
        db.execute(
            "insert into helpdesk.team_members (team_id, user_id) values (%s, %s)", (world["vault"], world["customer"])
        )
    with as_person(db, CUSTOMER):
        assert value(db, "select count(*) from helpdesk.tickets") == 3
        assert value(db, "select count(*) from helpdesk.notes") == 0
        assert value(db, "select count(*) from helpdesk.ticket_tags") == 0


def test_a_name_is_taken_however_it_is_written(db: Db, world: World) -> None:
    with refused("name_taken"), as_person(db, SERVICE):
        db.execute("insert into helpdesk.teams (name) values ('SUPPORT')")
    with as_person(db, ADMIN):
        db.execute("update helpdesk.teams set name = 'EMPTY' where team_id = %s", (world["empty"],))


def test_a_customer_is_not_told_that_a_private_teams_name_is_taken(db: Db, world: World) -> None:
    said = set()
    for name in ("Vault", "No such team"):
        try:
            with as_person(db, CUSTOMER):
                db.execute("insert into helpdesk.teams (name) values (%s)", (name,))
        except Exception as error:
            said.add(str(error))
    assert len(said) == 1


def test_a_team_knows_when_it_changed(db: Db, world: World) -> None:
    with as_person(db, ADMIN):
        before = one(db, "select * from helpdesk.teams where team_id = %s", world["empty"])
        db.execute("update helpdesk.teams set is_public = false where team_id = %s", (world["empty"],))
        after = one(db, "select * from helpdesk.teams where team_id = %s", world["empty"])
    assert after["updated_at"] > before["updated_at"]
    assert after["created_at"] == before["created_at"]


def test_a_team_that_is_no_longer_public_takes_no_more_tickets_of_customers(db: Db, world: World) -> None:
    with be(db, ADMIN):
        db.execute("update helpdesk.teams set is_public = false where team_id = %s", (world["empty"],))
    with refused("team_not_found"), as_person(db, CUSTOMER):
        db.execute("insert into helpdesk.tickets (title, team_id) values ('Help', %s)", (world["empty"],))
    with as_person(db, STRANGER):
        db.execute("insert into helpdesk.tickets (title, team_id) values ('Help', %s)", (world["empty"],))


def test_a_member_is_a_person_of_a_team(db: Db, world: World) -> None:
    insert = "insert into helpdesk.team_members (team_id, user_id) values (%s, %s)"
    with refused("team_not_found"), as_person(db, ADMIN):
        db.execute(insert, (world["nothing"], world["agent"]))
    with refused("user_not_found"), as_person(db, ADMIN):
        db.execute(insert, (world["desk"], world["nothing"]))
    for team in ("nothing", "vault"):
        with denied(), as_person(db, CUSTOMER):
            db.execute(insert, (world[team], world["customer"]))


def test_a_member_stays_a_member(db: Db, world: World) -> None:
    insert = "insert into helpdesk.team_members (team_id, user_id) values (%s, %s) returning user_id"
    for person in (ADMIN, SERVICE):
        with as_person(db, person):
            assert db.execute(insert, (world["desk"], world["agent"])).fetchall() == []
            assert len(db.execute(insert, (world["desk"], world["stranger"])).fetchall()) == 1
    with denied(), as_person(db, AGENT):
        db.execute(insert, (world["desk"], world["agent"]))
