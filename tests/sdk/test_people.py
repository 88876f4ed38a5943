"""People, teams and sessions on a real stack."""

from __future__ import annotations

from typing import Any

import pytest
from tests.sdk.support import FAST, Scenario, both
from tests.sdk.world import PASSWORD, World, email

from helpdesk_sdk import (
    AdminExistsError,
    AuthenticationError,
    ConnectionFailedError,
    DefaultTeamError,
    ForbiddenError,
    IdConflictError,
    InactiveUserError,
    InvalidValueError,
    InvitationNotFoundError,
    LastAdminError,
    NameTakenError,
    TeamInUseError,
    TeamNotFoundError,
    UserExistsError,
    UserNotFoundError,
    new_id,
)


def fresh(name: str) -> str:
    return email(f"{name}-{new_id().hex}")


@both
def test_who_one_is(world: World) -> Scenario:
    me = yield world.agent.users.me()
    assert (me.email, me.role, me.name, me.is_active, me.is_staff) == (email("agent"), "agent", "Agent", True, True)
    for reference in ("me", me, me.user_id, str(me.user_id), "AGENT@example.com"):
        assert (yield world.agent.users.get(reference)).user_id == me.user_id
    with pytest.raises(ForbiddenError, match="not a person"):
        yield world.system.users.me()
    with pytest.raises(AuthenticationError):
        yield world.connect().users.me()


@both
def test_who_sees_whom(world: World) -> Scenario:
    with pytest.raises(UserNotFoundError):
        yield world.customer.users.get(email("agent"))
    assert [one.email for one in (yield world.customer.users.list())] == [email("customer")]
    admins = yield world.agent.users.list(role="admin", active=True)
    assert email("admin") in {one.email for one in admins}
    assert [one.role for one in (yield world.agent.users.list(email=email("customer")))] == ["customer"]
    everybody = yield world.agent.users.list(page_size=2)
    assert len({one.user_id for one in everybody}) == len(everybody) >= 6


@both
def test_a_sign_up_in_full(world: World) -> Scenario:
    address = fresh("newcomer")
    seen: list[Any] = []
    hd = world.connect(on_session=seen.append)
    session = yield hd.auth.sign_up(address, PASSWORD, name="New Comer")
    me = yield hd.users.me()
    assert (me.email, me.role, me.name) == (address, "customer", "New Comer")
    assert (yield hd.users.rename("me", "Old Comer")).name == "Old Comer"
    yield hd.auth.sign_out()
    assert seen == [session, None]
    with pytest.raises(AuthenticationError, match="Invalid login credentials"):
        yield hd.auth.sign_in(address, "wrong password")
    yield hd.auth.sign_in(address, PASSWORD)
    assert (yield hd.users.me()).user_id == me.user_id
    with pytest.raises(UserExistsError):
        yield world.connect().auth.sign_up(address, PASSWORD)


@both
def test_sessions_renew_themselves(world: World) -> Scenario:
    address = fresh("renewed")
    first = world.connect()
    session = yield first.auth.sign_up(address, PASSWORD)
    refresh = session.refresh_token.get_secret_value()
    # A token that the server refuses is renewed, and the request repeated.
    hd = world.connect(access_token="no.longer.valid", refresh_token=refresh)
    assert (yield hd.users.me()).email == address
    assert hd.auth.session.refresh_token.get_secret_value() != refresh
    lazy = world.connect(email=address, password=PASSWORD)
    assert (yield lazy.users.me()).email == address
    with pytest.raises(AuthenticationError):
        yield world.connect(access_token="no.longer.valid").users.me()
    with pytest.raises(AuthenticationError, match="session has ended"):
        yield world.connect(access_token="no.longer.valid", refresh_token="never-was").users.me()


@both
def test_ten_lines(world: World) -> Scenario:
    address = fresh("script")
    yield world.connect().auth.sign_up(address, PASSWORD)
    environ = {
        "HELPDESK_URL": world.info.api_url,
        "HELPDESK_KEY": world.info.publishable_key,
        "HELPDESK_EMAIL": address,
        "HELPDESK_PASSWORD": PASSWORD,
    }
    hd = world.colour.from_env(environ)
    ticket = yield hd.tickets.create("Cannot log in", "It says 403 since this morning.")
    assert [one.number for one in (yield hd.tickets.list(status="open"))] == [ticket.number]
    yield hd.messages.reply(ticket, "It works again.")
    yield hd.auth.sign_out()


@both
def test_wrong_keys_forged_tokens_and_a_stopped_stack(world: World) -> Scenario:
    with pytest.raises(AuthenticationError):
        yield world.connect(key="sb_publishable_wrong").tickets.list()
    with pytest.raises(AuthenticationError):
        yield world.connect(key="sb_secret_wrong").tickets.list()
    header, claims, signature = world.token("customer").split(".")
    forged = f"{header}.{claims}.{signature[::-1]}"
    with pytest.raises(AuthenticationError):
        yield world.connect(access_token=forged).tickets.list()
    with pytest.raises(ConnectionFailedError, match=r"Cannot reach http://127\.0\.0\.1:9"):
        yield world.colour.client("http://127.0.0.1:9", "sb_publishable_x", backoff=FAST).tickets.create("Hello?")


@both
def test_roles(world: World) -> Scenario:
    hd = world.connect()
    address = fresh("rising")
    yield hd.auth.sign_up(address, PASSWORD)
    with pytest.raises(ForbiddenError):
        yield hd.users.set_role("me", "admin")
    assert (yield world.admin.users.set_role(address, "agent")).role == "agent"
    # It counts from their next request on.
    assert (yield hd.users.get(email("agent"))).role == "agent"
    yield world.admin.users.deactivate(address)
    with pytest.raises(InactiveUserError):
        yield hd.tickets.create("Am I still here?")
    with pytest.raises(InactiveUserError):
        yield hd.users.me()
    yield world.admin.users.reactivate(address)
    assert (yield hd.users.me()).is_active
    with pytest.raises(LastAdminError):
        yield world.admin.users.set_role("me", "agent")
    with pytest.raises(AdminExistsError):
        yield world.system.users.bootstrap_admin(address)
    with pytest.raises(ForbiddenError, match="needs the project's secret key"):
        yield world.admin.users.bootstrap_admin(address)


@both
def test_invitations(world: World) -> Scenario:
    address = fresh("invited")
    id = new_id()
    invitation = yield world.admin.users.invite(address, "agent", "In Vited", id=id)
    assert (yield world.admin.users.invite(address, "agent", "In Vited", id=id)) == invitation
    with pytest.raises(IdConflictError):
        yield world.admin.users.invite(address, "admin", id=id)
    assert invitation.invitation_id in {one.invitation_id for one in (yield world.admin.users.invitations())}
    assert (yield world.agent.users.invitations()) == []
    with pytest.raises(ForbiddenError):
        yield world.agent.users.invite(address)
    hd = world.connect()
    yield hd.auth.sign_up(address, PASSWORD)
    assert (yield hd.users.me()).role == "agent"
    with pytest.raises(UserExistsError):
        yield world.admin.users.invite(address)
    with pytest.raises(InvitationNotFoundError):
        yield world.admin.users.revoke_invitation(invitation)
    other = yield world.admin.users.invite(fresh("uninvited"))
    assert (yield world.admin.users.revoke_invitation(other)).revoked_at is not None


@both
def test_customers_without_a_login(world: World) -> Scenario:
    address = fresh("phoned")
    person = yield world.agent.users.create_customer(address.upper(), "Pho Ned")
    assert (person.email, person.name, person.auth_user_id) == (address, "Pho Ned", None)
    assert (yield world.agent.users.create_customer(address)).user_id == person.user_id
    with pytest.raises(UserExistsError):
        yield world.agent.users.create_customer(email("admin"))
    ticket = yield world.agent.tickets.create("By phone", requester=address, channel="phone", team="Billing")
    assert ticket.created_by == person.user_id
    # With the secret key nobody is the requester by default.
    with pytest.raises(InvalidValueError, match="requester is missing"):
        yield world.system.tickets.create("Whose?")
    assert (yield world.system.tickets.create("Theirs", requester=person)).created_by == person.user_id
    # When they sign up, it is theirs.
    hd = world.connect()
    yield hd.auth.sign_up(address, PASSWORD)
    assert ticket.number in {one.number for one in (yield hd.tickets.list())}


@both
def test_teams(world: World) -> Scenario:
    name = f"Team {new_id().hex[:12]}"
    id = new_id()
    team = yield world.admin.teams.create(name, "For tests", id=id)
    assert (yield world.admin.teams.create(name, "For tests", id=id)) == team
    with pytest.raises(IdConflictError):
        yield world.admin.teams.create(name, "Other", id=id)
    with pytest.raises(NameTakenError):
        yield world.admin.teams.create(name.upper())
    with pytest.raises(NameTakenError):
        yield world.admin.teams.update(team, name="billing")
    for use in (world.agent.teams.create, world.customer.teams.create):
        with pytest.raises(ForbiddenError):
            yield use("Mine")
    with pytest.raises(ForbiddenError):
        yield world.agent.teams.update(team, description="Mine")
    with pytest.raises(TeamNotFoundError):
        yield world.customer.teams.get(team)
    assert (yield world.admin.teams.update(name.lower(), is_public=True)).is_public
    assert (yield world.customer.teams.get(name)).team_id == team.team_id
    yield world.admin.teams.add_member(team, email("agent"))
    yield world.admin.teams.add_member(team, email("agent"))
    members = yield world.agent.teams.members(team)
    assert [member.user.email for member in members] == [email("agent")]
    ticket = yield world.customer.tickets.create("In the way", team=team)
    with pytest.raises(TeamInUseError):
        yield world.admin.teams.delete(team)
    yield world.agent.tickets.transfer(ticket, "Billing")
    yield world.admin.teams.remove_member(team, email("agent"))
    yield world.admin.teams.remove_member(team, email("agent"))
    with pytest.raises(ForbiddenError):
        yield world.agent.teams.delete(team)
    yield world.admin.teams.delete(team)
    with pytest.raises(TeamNotFoundError):
        yield world.admin.teams.get(team)


@both
def test_the_default_team(world: World) -> Scenario:
    before = next(team for team in (yield world.admin.teams.list()) if team.is_default)
    with pytest.raises(DefaultTeamError):
        yield world.admin.teams.delete(before)
    assert (yield world.admin.teams.set_default("Tech")).is_default
    assert (yield world.admin.teams.set_default(before)).is_default
    with pytest.raises(ForbiddenError):
        yield world.agent.teams.set_default("Billing")
