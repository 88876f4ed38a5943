"""People and teams on the command line."""

from __future__ import annotations

from uuid import uuid4

from tests.cli.conftest import TEAM, People
from tests.cli.support import HOSTILE

from helpdesk_sdk._names import clean_name


def _team(people: People, *more: str) -> str:
    name = f"Team {uuid4().hex[:8]}"
    people.admin("teams", "create", name, *more)
    return name


def test_a_team_from_beginning_to_end(people: People) -> None:
    name, agent = _team(people, "-d", "For trying", "--public"), people.crew.email("agent")
    assert any(line.startswith(name) for line in people.customer("teams", "list").out.splitlines())
    assert people.admin("teams", "members", name).out == "No members.\n"
    assert people.admin("teams", "add-member", name.lower(), agent).out == f"Cli Agent is now a member of {name}.\n"
    people.admin("teams", "add-member", name, agent)
    [member] = people.agent("teams", "members", name, "--json").json
    assert member["user"]["email"] == agent
    assert agent in people.agent("teams", "members", name).out
    shown = people.agent("teams", "show", name)
    assert "For trying" in shown.out
    assert "Cli Agent" in shown.out
    people.admin("teams", "update", name, "--internal", "--description", "Not for you")
    assert name not in people.customer("teams", "list").out
    people.customer("teams", "show", name, code=3)
    people.admin("teams", "remove-member", name, agent)
    assert people.admin("teams", "members", name, "--json").json == []
    assert people.admin("teams", "create", name.upper(), "--json", code=4).error["reason"] == "name_taken"
    people.admin("teams", "delete", name)
    people.admin("teams", "delete", name, code=3)


def test_what_teams_refuse(people: People) -> None:
    name = _team(people, "--public")
    people.customer("tickets", "create", "In the way", "--team", name)
    assert people.admin("teams", "delete", name, "--json", code=4).error["reason"] == "team_in_use"
    people.agent("teams", "create", "Mine", code=5)
    people.agent("teams", "update", TEAM, "--name", "Mine", code=5)
    assert "name" in people.admin("teams", "update", TEAM, code=2).err
    assert "There is no team" in people.agent("teams", "show", "No such team", code=3).err


def test_the_default_team(people: People) -> None:
    [before] = [team["name"] for team in people.admin("teams", "list", "--json").json if team["is_default"]]
    name = _team(people)
    assert people.admin("teams", "set-default", name, "--json").json["is_default"]
    assert people.admin("teams", "delete", name, "--json", code=4).error["reason"] == "default_team"
    people.admin("teams", "set-default", before)
    people.admin("teams", "delete", name)


def test_an_invitation(people: People) -> None:
    email = f"{uuid4().hex}@example.com"
    made = people.admin("users", "invite", email, "--role", "admin", "--name", "Ida", "--json").json
    assert (made["email"], made["role"]) == (email, "admin")
    row = next(line for line in people.admin("users", "invitations", "--limit", 0).out.splitlines() if email in line)
    assert "open" in row
    done = people.admin("users", "revoke-invitation", made["invitation_id"])
    assert done.out == f"Revoked the invitation of {email}.\n"
    [again] = [one for one in people.admin("users", "invitations", "--json").json if one["email"] == email]
    assert again["revoked_at"]
    people.agent("users", "invite", email, code=5)
    assert "email must be" in people.admin("users", "invite", "no address", code=2).err


def test_roles_and_who_is_out(people: People) -> None:
    who = people.crew.email("newcomer")
    assert people.admin("users", "role", who, "agent").out == f"Cli Newcomer <{who}> is now an agent.\n"
    assert people.newcomer("whoami", "--json").json["user"]["role"] == "agent"
    people.admin("users", "deactivate", who)
    assert people.newcomer("tickets", "list", "--json", code=5).error["reason"] == "inactive_user"
    assert who in people.admin("users", "list", "--inactive", "--limit", 0).out
    assert who not in people.admin("users", "list", "--active", "--limit", 0).out
    people.admin("users", "reactivate", who)
    people.admin("users", "role", who, "customer")
    people.agent("users", "role", who, "admin", code=5)


def test_lists_of_people(people: People) -> None:
    email = people.crew.email("agent")
    [found] = people.colleague("users", "list", "--email", email.upper(), "--json").json
    assert found["role"] == "agent"
    staff = people.admin("users", "list", "--role", "agent", "--role", "admin", "--limit", 0, "--json").json
    assert {user["role"] for user in staff} == {"agent", "admin"}
    assert [user["email"] for user in people.customer("users", "list", "--json").json] == [
        people.crew.email("customer")
    ]
    short = people.admin("users", "list", "--limit", 1)
    assert len(short.out.splitlines()) == 2
    assert "--limit 4" in short.err
    assert email in people.colleague("users", "show", email).out
    people.customer("users", "show", email, code=3)


def test_a_customer_without_a_login_and_with_a_hostile_name(people: People) -> None:
    email = f"{uuid4().hex}@example.com"
    made = people.agent("users", "create-customer", f"x{email}", "--name", HOSTILE[:150], "--json").json
    assert made["name"] == clean_name(HOSTILE[:150])
    name = "[bold red]markup[/] [link=http://evil.example]x[/link]"
    made = people.agent("users", "create-customer", email, "--name", name, "--json").json
    assert made["name"] == name
    assert "[bold red]markup[/]" in people.agent("users", "show", email).out
    out = people.agent("users", "list", "--email", email).out + people.agent("users", "show", email).out
    assert email in out
    assert not {char for char in out if char != "\n" and (ord(char) < 32 or 127 <= ord(char) < 160)}
    people.admin("users", "rename", email, "Plain")
    assert "Plain" in people.agent("users", "show", email).out


def test_the_first_admin_is_made_once_by_the_system(people: People) -> None:
    refused = people.system("users", "bootstrap-admin", people.crew.email("agent"), "--json", code=4).error
    assert refused["reason"] == "admin_exists"
    for shell in (people.agent, people.admin):
        done = shell("users", "bootstrap-admin", people.crew.email("agent"), code=5)
        assert "Only the secret key" in done.err
        assert "helpdesk login --secret-key-stdin" in done.err


def test_deactivating_says_how_many_tickets_went_back(people: People) -> None:
    team, name = _team(people, "--public"), "colleague"
    email = people.crew.email(name)
    people.admin("teams", "add-member", team, email)
    before = len(people.admin("tickets", "list", "--assigned-to", email, "--limit", 0, "--json").json)
    numbers = [people.customer("tickets", "create", "Hello", "--team", team, "--json").json["number"] for _ in range(3)]
    for number in numbers:
        people.admin("tickets", "assign", number, email)
    people.admin("tickets", "close", numbers[0])
    try:
        done = people.admin("users", "deactivate", email)
        assert done.out.endswith(f"is deactivated. {before + 2} tickets went back to the queues.\n")
        assert people.admin("tickets", "list", "--assigned-to", email, "--status", "open", "--json").json == []
        assert people.admin("users", "deactivate", email, "--json").json["returned_tickets"] == 0
    finally:
        people.admin("users", "reactivate", email)
