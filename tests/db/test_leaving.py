"""Who no longer works leaves no ticket behind, whatever made them leave, and gets none back."""

from __future__ import annotations

from typing import LiteralString

import pytest
from tests.db.people import ADMIN, AGENT, CUSTOMER, OWNER, SERVICE, Db, Person, be, value
from tests.db.world import World, ticket

_LOGIN: LiteralString = "(select auth_user_id from helpdesk.users where user_id = %s)"
WAYS: dict[str, tuple[Person, LiteralString]] = {
    "deactivated": (ADMIN, "select helpdesk.deactivate_user(%s)"),
    "deactivated by the system": (SERVICE, "select helpdesk.deactivate_user(%s)"),
    "a customer now": (ADMIN, "select helpdesk.set_user_role(%s, 'customer')"),
    "an assistant now": (ADMIN, "select helpdesk.set_user_role(%s, 'assistant')"),
    "inactive by SQL": (OWNER, "update helpdesk.users set is_active = false where user_id = %s"),
    "another role by SQL": (OWNER, "update helpdesk.users set role = 'customer' where user_id = %s"),
    "unlinked by SQL": (OWNER, "update helpdesk.users set auth_user_id = null where user_id = %s"),
    "the login deleted": (OWNER, f"delete from auth.users where id = {_LOGIN}"),
    "the login deleted softly": (OWNER, f"update auth.users set deleted_at = now() where id = {_LOGIN}"),
}
"""How somebody leaves, and who does it."""


def leave(db: Db, world: World, way: str) -> None:
    who, statement = WAYS[way]
    with be(db, who):
        db.execute(statement, (world["agent"],))


def closed_by_the_agent(db: Db, world: World) -> None:
    with be(db, AGENT):
        db.execute("select helpdesk.claim_ticket(%s)", (world["mine"],))
        db.execute("update helpdesk.tickets set status = 'closed' where ticket_id = %s", (world["mine"],))


@pytest.mark.parametrize("way", WAYS)
def test_who_leaves_leaves_no_open_ticket_behind(db: Db, world: World, way: str) -> None:
    closed_by_the_agent(db, world)
    leave(db, world, way)
    assert (ticket(db, world, "answered")["assigned_to"], ticket(db, world, "lent")["assigned_to"]) == (None, None)
    assert str(ticket(db, world, "mine")["assigned_to"]) == world["agent"]
    logged = "select count(*) from helpdesk.events where type = 'ticket.unassigned' and ticket_id = any(%s::uuid[])"
    assert value(db, logged, [world["answered"], world["lent"]]) == 2


@pytest.mark.parametrize("way", [way for way in WAYS if "now" in way or "role" in way])
def test_who_is_no_longer_staff_is_in_no_team(db: Db, world: World, way: str) -> None:
    leave(db, world, way)
    assert value(db, "select count(*) from helpdesk.team_members where user_id = %s", world["agent"]) == 0


def test_the_auth_server_that_deletes_a_login_releases_its_tickets(db: Db, world: World) -> None:
    db.execute("alter table auth.users owner to supabase_auth_admin")
    db.execute("grant usage on schema auth to supabase_auth_admin")
    db.execute("set local session authorization supabase_auth_admin")
    db.execute("delete from auth.users where email = %s", (AGENT.email,))
    db.execute("reset session authorization")
    assert value(db, "select is_active from helpdesk.users where user_id = %s", world["agent"]) is False
    assert ticket(db, world, "answered")["assigned_to"] is None


REOPENINGS: dict[str, tuple[Person, LiteralString]] = {
    "an edit of the requester": (CUSTOMER, "update helpdesk.tickets set status = 'open' where ticket_id = %s"),
    "a reply of the requester": (CUSTOMER, "select helpdesk.send_reply(%s, 'Again!')"),
    "an edit of staff": (ADMIN, "update helpdesk.tickets set status = 'open' where ticket_id = %s"),
    "a reply of staff": (ADMIN, "select helpdesk.send_reply(%s, 'Sorry.', status => 'open')"),
    "the system": (SERVICE, "update helpdesk.tickets set status = 'open' where ticket_id = %s"),
    "SQL": (OWNER, "update helpdesk.tickets set status = 'open' where ticket_id = %s"),
}


@pytest.mark.parametrize("way", ["deactivated", "a customer now", "inactive by SQL"])
@pytest.mark.parametrize("how", REOPENINGS)
def test_a_reopened_ticket_of_somebody_who_left_waits_in_the_queue(db: Db, world: World, how: str, way: str) -> None:
    closed_by_the_agent(db, world)
    leave(db, world, way)
    who, statement = REOPENINGS[how]
    with be(db, who):
        db.execute(statement, (world["mine"],))
    reopened = ticket(db, world, "mine")
    assert (reopened["status"], reopened["assigned_to"]) == ("open", None)


@pytest.mark.parametrize("how", REOPENINGS)
def test_a_reopened_ticket_of_somebody_who_works_is_theirs_again(db: Db, world: World, how: str) -> None:
    closed_by_the_agent(db, world)
    who, statement = REOPENINGS[how]
    with be(db, who):
        db.execute(statement, (world["mine"],))
    assert str(ticket(db, world, "mine")["assigned_to"]) == world["agent"]
