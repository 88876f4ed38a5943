"""Refusals say who was refused, and what to do about it on the command line."""

from __future__ import annotations

import re
from typing import Any
from uuid import uuid4

import pytest
import typer
from tests.cli.conftest import OTHER_TEAM, PASSWORD, TEAM, Crew, People
from tests.cli.support import Cli

from helpdesk_cli._base.errors import _HINTS
from helpdesk_cli._connect import profiles
from helpdesk_cli._connect.profiles import Profile
from helpdesk_cli.main import app
from helpdesk_sdk import errors


def test_a_refusal_says_who_one_was(people: People, cli: Cli, crew: Crew) -> None:
    customer = crew.email("customer")
    refused = people.customer("users", "invite", "x@example.com", code=5)
    assert refused.err.splitlines()[1].endswith(f"You are {customer} (the environment).")
    assert people.customer("users", "invite", "x@example.com", "--json", code=5).error["identity"].startswith(customer)
    assert f"You are {customer}" in people.customer("tickets", "show", 10**9, code=3).err
    where = ("--url", crew.info.api_url, "--key", crew.info.publishable_key, "--email", customer)
    cli("login", *where, "--password-stdin", "--profile", "work", input=PASSWORD)
    assert f"You are {customer} (profile work)." in cli("users", "invite", "x@example.com", code=5).err
    absent = cli("attachments", "download", str(uuid4()), code=3).err
    assert f"helpdesk attachments list TICKET. You are {customer}" in absent
    cli("logout")
    assert "Sign in: helpdesk login --profile work" in cli("tickets", "list", code=5).err


def test_a_wrong_key_is_named_as_such(cli: Cli, crew: Crew, monkeypatch: pytest.MonkeyPatch) -> None:
    environment = {**crew.as_("agent"), "HELPDESK_KEY": "sb_publishable_wrong"}
    done = cli("tickets", "list", code=5, **environment)
    assert done.err.startswith("Error: Invalid API key\nCheck HELPDESK_KEY:")
    monkeypatch.setenv("HELPDESK_CONFIG_DIR", str(cli.config))
    profiles.save(Profile("work", crew.info.api_url, "sb_publishable_wrong", access_token=crew.tokens["agent"]))
    assert "helpdesk login --profile work --key KEY" in cli("tickets", "list", code=5).err
    profiles.save(Profile("robot", crew.info.api_url, "sb_secret_wrong"))
    done = cli("tickets", "list", "--profile", "robot", code=5)
    assert "helpdesk login --profile robot --secret-key-stdin" in done.err


def test_an_agent_outside_a_team(people: People) -> None:
    done = people.agent("tickets", "claim", OTHER_TEAM, code=3).err
    assert done.startswith(
        "Error: There is no such team, or you are not a member of it.\nAn admin can make you a member"
    )
    listed = people.agent("tickets", "list", "--team", OTHER_TEAM, "--external-id", "none")
    assert listed.err.startswith(f"You are not a member of {OTHER_TEAM}: you see only")
    for who in ("agent", "admin", "customer"):
        assert getattr(people, who)("tickets", "list", "--team", TEAM, "--external-id", "none").err == ""
    assert "assign the ticket to one" in people.system("tickets", "claim", code=5).err


def test_the_possible_statuses_are_named(people: People) -> None:
    number = people.customer("tickets", "create", "Hello", "--team", TEAM, "--json").json["number"]
    assert (
        "From open, you can move it to: closed." in people.customer("tickets", "status", number, "resolved", code=1).err
    )
    people.agent("tickets", "close", number)
    assert "From closed, you can move it to: open." in people.agent("tickets", "status", number, "pending", code=1).err


def test_a_person_is_given_by_address(people: People) -> None:
    number = people.customer("tickets", "create", "Hello", "--team", TEAM, "--json").json["number"]
    for arguments in (
        ("tickets", "assign", number, "ben"),
        ("tickets", "list", "--assigned-to", "ben"),
        ("tickets", "list", "--requester", "ben"),
        ("users", "show", "ben"),
        ("teams", "add-member", TEAM, "ben"),
        ("events", "tail", "--actor", "ben"),
    ):
        assert "must be an e-mail address, an id" in people.admin(*arguments, code=2).err


def test_a_customer_in_a_team_does_not_work_its_tickets(people: People) -> None:
    name, customer = f"Team {uuid4().hex[:8]}", people.crew.email("customer")
    people.admin("teams", "create", name)
    done = people.admin("teams", "add-member", name, customer)
    assert done.out == f"Cli Customer is now a member of {name}, but as customer does not work its tickets.\n"
    assert f"helpdesk users role {customer} agent" in done.err
    people.admin("teams", "remove-member", name, customer)


def test_an_invitation_is_revoked_by_address(people: People) -> None:
    email = f"{uuid4().hex}@example.com"
    made = people.admin("users", "invite", email, "--json").json
    done = people.admin("users", "revoke-invitation", email.upper(), "--json").json
    assert done["invitation_id"] == made["invitation_id"]
    assert f"no open invitation for {email}" in people.admin("users", "revoke-invitation", email, code=3).err
    assert "an e-mail address, an id" in people.admin("users", "revoke-invitation", "ben", code=2).err
    people.agent("users", "revoke-invitation", email, code=3)


def test_profiles_are_completed(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HELPDESK_CONFIG_DIR", str(cli.config))

    def completed(*words: str) -> list[str]:
        typed = " ".join(("helpdesk", *words))
        return cli(_HELPDESK_COMPLETE="complete_bash", COMP_WORDS=typed, COMP_CWORD=str(len(words))).out.split()

    assert completed("tickets", "list", "--profile", "w") == []
    for name in ("work", "weekend", "home"):
        profiles.save(Profile(name, "https://a.example", "sb_publishable_a"))
    assert completed("tickets", "list", "--profile", "w") == ["work", "weekend"]
    assert completed("profiles", "use", "h") == ["home"]
    profiles.profiles_path().write_text("no = [toml")
    assert completed("tickets", "list", "--profile", "w") == []


@pytest.mark.parametrize("kind", _HINTS)
def test_a_hint_names_a_command_that_exists(kind: str) -> None:
    assert issubclass(getattr(errors, kind), errors.HelpdeskError)
    groups: Any = typer.main.get_command(app)
    named = re.findall(r"helpdesk ((?:[a-z-]+ ?)+)", _HINTS[kind])
    # Or an option of the same command.
    assert named or "--" in _HINTS[kind]
    for words in named:
        found = groups
        for word in words.split():
            found = found.commands[word] if hasattr(found, "commands") else found
        assert not hasattr(found, "commands"), words


def test_hints_are_about_the_command_line(people: People) -> None:
    number = people.customer("tickets", "create", "Hello", "--team", TEAM, "--json").json["number"]
    people.agent("tickets", "close", number)
    assert "helpdesk tickets reopen TICKET" in people.agent("tickets", "claim", number, code=4).err
    assert "--profile NAME" in people.system("tickets", "list", "--assigned-to", "me", code=5).err
    invited = people.admin("users", "invite", people.crew.email("agent"), code=4).err
    assert "helpdesk users role WHO ROLE" in invited
    where = ("--url", people.crew.info.api_url, "--key", people.crew.info.publishable_key)
    sign_up = ("sign-up", *where, "--email", people.crew.email("agent"), "--password-stdin")
    assert "Sign in: helpdesk login" in people.agent(*sign_up, input=PASSWORD, code=4).err


def test_an_agent_in_no_team(people: People) -> None:
    newcomer = people.crew.email("newcomer")
    people.admin("users", "role", newcomer, "agent")
    try:
        listed = people.newcomer("tickets", "list").err
        assert listed.startswith("You are a member of no team: you see only tickets that are assigned to you")
        assert f"helpdesk teams add-member TEAM {newcomer}" in listed
        claimed = people.newcomer("tickets", "claim", code=3).err
        assert claimed.startswith("Error: You are a member of no team, so there is no queue")
        assert "An admin can make you a member" in claimed
        assert people.newcomer("tickets", "list", "--json").err == ""
    finally:
        people.admin("users", "role", newcomer, "customer")
    # A customer who has no tickets, and somebody who was deactivated, are told other things.
    assert people.newcomer("tickets", "list", "--external-id", "none").err == ""
    assert "Ask an admin" in people.newcomer("tickets", "claim", code=5).err
    people.admin("users", "deactivate", newcomer)
    try:
        for arguments in ("list", "claim", "create Hello"):
            done = people.newcomer("tickets", *arguments.split(), code=5)
            assert "deactivated" in done.err
            assert newcomer in done.err
    finally:
        people.admin("users", "reactivate", newcomer)
