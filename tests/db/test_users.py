"""People: from a login to a person, invitations, roles, the first and the last admin."""

from __future__ import annotations

from uuid import uuid4

import pytest
from tests.db.people import (
    ADMIN,
    AGENT,
    CUSTOMER,
    LEFT,
    NOBODY,
    SERVICE,
    Db,
    Person,
    as_person,
    be,
    denied,
    one,
    refused,
    value,
)
from tests.db.world import World

NEWCOMER = Person("newcomer", helpdesk_role=None)


def sign_up(db: Db, email: str, *, verified: bool = True, name: str | None = None, **columns: object) -> str:
    """What the auth server writes; the login's id."""
    login = str(uuid4())
    db.execute(
        "insert into auth.users (id, email, email_confirmed_at, raw_user_meta_data, is_anonymous) "
        "values (%s, %s, case when %s then now() end, jsonb_strip_nulls(jsonb_build_object('name', %s::text)), %s)",
        (login, email, verified, name, columns.get("is_anonymous", False)),
    )
    return login


def role_of(db: Db, email: str) -> str:
    return str(value(db, "select role from helpdesk.users where email = %s", email))


def invite(db: Db, email: str, role: str) -> str:
    with be(db, ADMIN):
        return str(one(db, "select * from helpdesk.invite_user(%s, %s)", email, role)["invitation_id"])


def test_a_verified_login_becomes_a_customer_with_the_name_they_gave(db: Db, world: World) -> None:
    login = sign_up(db, "New@Example.com", name="  New\tPerson ")
    person = one(db, "select * from helpdesk.users where auth_user_id = %s", login)
    assert (person["email"], person["role"], person["name"]) == ("new@example.com", "customer", "New Person")


def test_an_unverified_login_gets_no_profile_until_it_is_verified(db: Db, world: World) -> None:
    login = sign_up(db, "slow@example.com", verified=False)
    assert value(db, "select count(*) from helpdesk.users where auth_user_id = %s", login) == 0
    with refused("no_profile"), as_person(db, NOBODY):
        db.execute("select helpdesk.whoami()")
    db.execute("update auth.users set email_confirmed_at = now() where id = %s", (login,))
    assert value(db, "select email from helpdesk.users where auth_user_id = %s", login) == "slow@example.com"


def test_an_anonymous_login_is_nobody(db: Db, world: World) -> None:
    login = sign_up(db, "ghost@example.com", is_anonymous=True)
    assert value(db, "select count(*) from helpdesk.users where auth_user_id = %s", login) == 0


def test_metadata_that_arrives_later_gives_the_name_and_nothing_else(db: Db, world: World) -> None:
    login = sign_up(db, "late@example.com")
    db.execute(
        "update auth.users set raw_user_meta_data = "
        """'{"name": "Late", "role": "admin", "is_active": false, "user_id": "x"}' where id = %s""",
        (login,),
    )
    person = one(db, "select * from helpdesk.users where auth_user_id = %s", login)
    assert (person["name"], person["role"], person["is_active"]) == ("Late", "customer", True)
    db.execute('update auth.users set raw_user_meta_data = \'{"name": "Other"}\' where id = %s', (login,))
    assert value(db, "select name from helpdesk.users where auth_user_id = %s", login) == "Late"


def test_a_login_is_linked_to_the_person_whose_verified_address_it_has(db: Db, world: World) -> None:
    stolen = sign_up(db, "caller@example.com", verified=False)
    assert value(db, "select auth_user_id from helpdesk.users where user_id = %s", world["caller"]) is None
    db.execute("delete from auth.users where id = %s", (stolen,))
    login = sign_up(db, "CALLER@example.com")
    assert str(value(db, "select auth_user_id from helpdesk.users where user_id = %s", world["caller"])) == login


def test_a_login_never_takes_over_somebody_who_has_one(db: Db, world: World) -> None:
    db.execute("update helpdesk.users set email = 'shared@example.com' where user_id = %s", (world["customer"],))
    login = sign_up(db, "shared@example.com")
    other = one(db, "select * from helpdesk.users where auth_user_id = %s", login)
    assert str(other["user_id"]) != world["customer"]
    assert other["email"] is None


def test_a_changed_address_follows_once_it_is_verified(db: Db, world: World) -> None:
    login = sign_up(db, "old@example.com")
    db.execute("update auth.users set email = 'fresh@example.com' where id = %s", (login,))
    assert value(db, "select email from helpdesk.users where auth_user_id = %s", login) == "fresh@example.com"


def test_an_invitation_gives_the_role_on_the_verified_address_only(db: Db, world: World) -> None:
    login = sign_up(db, NEWCOMER.email, verified=False)
    assert role_of(db, NEWCOMER.email) == "customer"
    db.execute("update auth.users set email_confirmed_at = now() where id = %s", (login,))
    assert role_of(db, NEWCOMER.email) == "agent"
    invitation = one(db, "select * from helpdesk.invitations where invitation_id = %s", world["invitation"])
    assert invitation["accepted_at"] is not None
    logged = "select data from helpdesk.events where type = 'user.invitation_accepted'"
    data = {"invitation_id": world["invitation"], "user_id": world["newcomer"], "role": "agent"}
    assert value(db, logged) == data
    with refused("invitation_not_found"), as_person(db, ADMIN):
        db.execute("select helpdesk.revoke_invitation(%s)", (world["invitation"],))


def test_an_expired_invitation_gives_nothing(db: Db, world: World) -> None:
    db.execute("update helpdesk.invitations set expires_at = now() - interval '1 second'")
    sign_up(db, NEWCOMER.email)
    assert role_of(db, NEWCOMER.email) == "customer"


@pytest.mark.parametrize("role", ["assistant", "owner", "Admin", ""])
def test_an_invitation_is_to_a_role_that_people_have(db: Db, world: World, role: str) -> None:
    with refused("invalid_value", "role"), be(db, ADMIN):
        db.execute("select helpdesk.invite_user('new@example.com', %s)", (role,))


def test_a_revoked_invitation_gives_nothing(db: Db, world: World) -> None:
    with be(db, ADMIN):
        db.execute("select helpdesk.revoke_invitation(%s)", (world["invitation"],))
    sign_up(db, NEWCOMER.email)
    assert role_of(db, NEWCOMER.email) == "customer"


def test_a_second_invitation_replaces_the_first(db: Db, world: World) -> None:
    invite(db, NEWCOMER.email, "admin")
    assert value(db, "select count(*) from helpdesk.invitations where revoked_at is null") == 1
    sign_up(db, NEWCOMER.email)
    assert role_of(db, NEWCOMER.email) == "admin"


def test_an_invitation_repeated_with_its_id_is_the_same_one(db: Db, world: World) -> None:
    again = "select invitation_id from helpdesk.invite_user('Newcomer@example.com', %s, '', %s)"
    with as_person(db, ADMIN):
        assert str(value(db, again, "agent", world["invitation"])) == world["invitation"]
    for person, role in ((ADMIN, "admin"), (SERVICE, "agent")):
        with refused("id_conflict"), as_person(db, person):
            db.execute(again, (role, world["invitation"]))


def test_an_invitation_is_only_ever_a_way_up(db: Db, world: World) -> None:
    with be(db, ADMIN):
        db.execute("select helpdesk.set_user_role(%s, 'admin')", (world["newcomer"],))
    sign_up(db, NEWCOMER.email)
    assert role_of(db, NEWCOMER.email) == "admin"
    with refused("user_exists"), as_person(db, SERVICE):
        db.execute("select helpdesk.invite_user(%s, 'agent')", (NEWCOMER.email,))


def test_the_first_admin_may_exist_before_they_sign_in_and_is_not_demoted_by_an_invitation(
    db: Db, world: World
) -> None:
    db.execute("update helpdesk.users set role = 'customer' where role = 'admin'")
    with be(db, SERVICE):
        boss = one(db, "select * from helpdesk.bootstrap_admin(' Boss@Example.com ')")
    assert (boss["email"], boss["role"], boss["auth_user_id"]) == ("boss@example.com", "admin", None)
    with refused("user_exists"), as_person(db, SERVICE):
        db.execute("select helpdesk.invite_user('boss@example.com', 'agent')")
    sign_up(db, "boss@example.com")
    assert role_of(db, "boss@example.com") == "admin"
    with refused("admin_exists"), as_person(db, SERVICE):
        db.execute("select helpdesk.bootstrap_admin('second@example.com')")


def test_bootstrap_is_open_again_when_no_admin_is_active(db: Db, world: World) -> None:
    db.execute("update helpdesk.users set is_active = false where role = 'admin'")
    with be(db, SERVICE):
        again = one(db, "select * from helpdesk.bootstrap_admin(%s)", ADMIN.email)
    assert (again["role"], again["is_active"], str(again["user_id"])) == ("admin", True, world["admin"])


def test_who_loses_a_role_loses_teams_and_open_tickets_at_once(db: Db, world: World) -> None:
    with be(db, ADMIN):
        db.execute("select helpdesk.set_user_role(%s, 'customer')", (world["agent"],))
    assert value(db, "select count(*) from helpdesk.team_members where user_id = %s", world["agent"]) == 0
    assert value(db, "select count(*) from helpdesk.tickets where assigned_to = %s", world["agent"]) == 0
    with as_person(db, AGENT):
        assert value(db, "select count(*) from helpdesk.tickets") == 1


def test_a_deactivated_person_is_out_from_the_next_statement_and_back_when_reactivated(db: Db, world: World) -> None:
    with be(db, ADMIN):
        db.execute("select helpdesk.deactivate_user(%s)", (world["agent"],))
    assert value(db, "select count(*) from helpdesk.tickets where assigned_to = %s", world["agent"]) == 0
    with as_person(db, AGENT):
        for table in ("users", "teams", "tickets", "messages", "notes", "events", "ticket_tags", "my_tickets"):
            assert value(db, f"select count(*) from helpdesk.{table}") == 0, table
    with refused("inactive_user"), as_person(db, AGENT):
        db.execute("select helpdesk.whoami()")
    with be(db, ADMIN):
        db.execute("select helpdesk.reactivate_user(%s)", (world["agent"],))
    with as_person(db, AGENT):
        assert value(db, "select count(*) from helpdesk.tickets") == 4


def test_an_admin_may_step_down_while_there_is_another(db: Db, world: World) -> None:
    with be(db, ADMIN):
        db.execute("select helpdesk.set_user_role(%s, 'admin')", (world["agent"],))
        db.execute("select helpdesk.set_user_role(%s, 'agent')", (world["admin"],))
    with refused("forbidden"), as_person(db, ADMIN):
        db.execute("select helpdesk.set_user_role(%s, 'admin')", (world["admin"],))
    with refused("last_admin"), as_person(db, AGENT):
        db.execute("select helpdesk.deactivate_user(%s)", (world["agent"],))


def test_an_inactive_admin_does_not_count_as_one(db: Db, world: World) -> None:
    db.execute("update helpdesk.users set role = 'admin' where user_id = %s", (world["left"],))
    with refused("last_admin"), as_person(db, ADMIN):
        db.execute("select helpdesk.set_user_role(%s, 'agent')", (world["admin"],))
    with as_person(db, LEFT):
        assert value(db, "select count(*) from helpdesk.invitations") == 0
    with denied(), as_person(db, LEFT):
        db.execute("insert into helpdesk.teams (name) values ('Mine')")


def test_the_role_in_a_token_is_worth_nothing(db: Db, world: World) -> None:
    claims = {"app_metadata": {"role": "admin"}, "user_metadata": {"role": "admin"}, "user_role": "admin"}
    with refused("forbidden"), as_person(db, CUSTOMER, **claims):
        db.execute("select helpdesk.set_user_role(%s, 'admin')", (world["customer"],))


def test_a_persons_own_row_knows_when_it_changed(db: Db, world: World) -> None:
    before = one(db, "select * from helpdesk.users where user_id = %s", world["customer"])
    with be(db, CUSTOMER):
        db.execute("update helpdesk.users set name = name")
        assert value(db, "select updated_at from helpdesk.users") == before["updated_at"]
        db.execute("update helpdesk.users set name = 'New'")
        assert value(db, "select updated_at from helpdesk.users") > before["updated_at"]


@pytest.mark.parametrize("email", ["", " ", "no address", "a@b@c", "x" * 250 + "@example.com", "a\u0001@example.com"])
@pytest.mark.parametrize("function", ["invite_user", "create_customer", "bootstrap_admin"])
def test_a_bad_address_is_refused_by_name(db: Db, world: World, function: str, email: str) -> None:
    db.execute("update helpdesk.users set role = 'agent' where role = 'admin'")
    with refused("invalid_value", "email"), as_person(db, SERVICE):
        db.execute(f"select helpdesk.{function}(email => %s)".encode(), (email,))


def test_one_address_however_it_is_typed(db: Db, world: World) -> None:
    with be(db, SERVICE):
        first = value(db, "select user_id from helpdesk.create_customer('josé@example.com')")
        again = value(db, "select user_id from helpdesk.create_customer(' JOSE\u0301@Example.com ')")
    assert first == again


@pytest.mark.parametrize(
    "leave", ["deactivate_user(%s)", "set_user_role(%s, 'customer')", "set_user_role(%s, 'assistant')"]
)
def test_an_admin_may_leave_and_their_tickets_go_back_to_the_queues(db: Db, world: World, leave: str) -> None:
    with be(db, ADMIN):
        db.execute("select helpdesk.set_user_role(%s, 'admin')", (world["stranger"],))
        db.execute("select helpdesk.claim_ticket(%s)", (world["mine"],))
        own = value(db, "select ticket_id from helpdesk.create_ticket('My own')")
        db.execute("select helpdesk.claim_ticket(%s)", (own,))
        db.execute(f"select helpdesk.{leave}".encode(), (world["admin"],))
    assert value(db, "select count(*) from helpdesk.tickets where assigned_to = %s", world["admin"]) == 0
