"""A shell for each test, and people of a real helpdesk who use it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

import jwt
import pytest
from tests.cli.support import Cli

from helpdesk_cli._connect import profiles
from helpdesk_sdk import Helpdesk, RoleName

if TYPE_CHECKING:
    from helpdesk_sdk.local import Stack, StackInfo

PASSWORD = "correct-horse-battery"
TEAM, OTHER_TEAM = "Command Line", "Another Line"
# name: role, team
PEOPLE: dict[str, tuple[RoleName, str | None]] = {
    "admin": ("admin", None),
    "agent": ("agent", TEAM),
    "colleague": ("agent", TEAM),
    "customer": ("customer", None),
    "newcomer": ("customer", None),
}


@dataclass(frozen=True)
class Crew:
    """The people of these tests, and how to be one of them."""

    info: StackInfo
    tokens: dict[str, str]

    def email(self, name: str) -> str:
        """Their address."""
        return f"cli-{name}@example.com"

    def as_(self, name: str) -> dict[str, str]:
        """The environment of somebody who is signed in; of nobody, for "system"."""
        if name == "system":
            return {"HELPDESK_URL": self.info.api_url, "HELPDESK_KEY": self.info.secret_key}
        return {
            "HELPDESK_URL": self.info.api_url,
            "HELPDESK_KEY": self.info.publishable_key,
            "HELPDESK_ACCESS_TOKEN": self.tokens[name],
        }

    def client(self, name: str) -> Helpdesk:
        """What somebody else does meanwhile."""
        return Helpdesk(self.info.api_url, self.info.publishable_key, access_token=self.tokens[name])


@pytest.fixture(scope="session")
def crew(stack: Stack) -> Crew:
    """Two teams and five people, on the stack that all tests share."""
    found = Crew(stack.info, {})
    with Helpdesk(stack.info.api_url, stack.info.secret_key) as system:
        for team in (TEAM, OTHER_TEAM):
            system.teams.create(team, is_public=True)
        fields = system.fields
        fields.create("plan", "select", "Plan", options={"free": "Free", "pro": "Professional"})
        fields.create("seats", "integer", "Seats")
        fields.create("amount", "decimal", "Amount")
        fields.create("langs", "multi_select", "Languages", options=["de", "en"])
        fields.create("order_no", "text", "Order number", audience="customer_editable")
        fields.create("vip", "boolean", "VIP", audience="staff_only")
        for name, (role, team_of) in PEOPLE.items():
            with Helpdesk(stack.info.api_url, stack.info.publishable_key) as client:
                session = client.auth.sign_up(found.email(name), PASSWORD, name=f"Cli {name.title()}")
            assert session is not None
            found.tokens[name] = session.access_token.get_secret_value()
            if role != "customer":
                system.users.set_role(found.email(name), role)
            if team_of is not None:
                system.teams.add_member(team_of, found.email(name))
    return found


@pytest.fixture
def cli(tmp_path: Path) -> Cli:
    """A shell in which nobody has signed in yet."""
    return Cli(tmp_path / "config")


@pytest.fixture
def short_session(cli: Cli, crew: Crew, monkeypatch: pytest.MonkeyPatch) -> Cli:
    """The agent's shell, with a session that has 28 seconds left; it is renewed when it has 25."""
    monkeypatch.setenv("HELPDESK_CONFIG_DIR", str(cli.config))
    where = ("--url", crew.info.api_url, "--key", crew.info.publishable_key, "--email", crew.email("agent"))
    cli("login", *where, "--password-stdin", input=PASSWORD)
    profile = profiles.load().get("default")
    ends = datetime.now(UTC) + timedelta(seconds=28)
    secret = json.loads((Path(crew.info.data_dir) / "secrets.json").read_text())["jwt_secret"]
    claims = profiles.unverified_claims(profile.access_token or "") | {"exp": int(ends.timestamp()) + 1}
    profiles.save(replace(profile, access_token=jwt.encode(claims, secret), expires_at=ends))
    return cli


@pytest.fixture
def people(crew: Crew, tmp_path: Path) -> People:
    """Everybody at a shell of their own: ``people.agent("tickets", "list")``."""
    return People(crew, tmp_path)


class People:
    """Shells by name."""

    def __init__(self, crew: Crew, directory: Path) -> None:
        self.crew = crew
        self._directory = directory

    def __getattr__(self, name: str) -> Cli:
        made = Cli(self._directory / name, self.crew.as_(name))
        setattr(self, name, made)
        return made


@pytest.fixture
def queue(people: People) -> Iterator[str]:
    """A team of this test's own, which the agent works."""
    name = f"Queue {uuid4().hex[:8]}"
    with people.crew.client("admin") as admin:
        admin.teams.create(name, is_public=True)
        admin.teams.add_member(name, people.crew.email("agent"))
        admin.teams.add_member(name, people.crew.email("colleague"))
        yield name


@pytest.fixture
def customer(people: People) -> Iterator[Helpdesk]:
    """What the customer does meanwhile."""
    with people.crew.client("customer") as client:
        yield client


@pytest.fixture
def colleague(people: People) -> Iterator[Helpdesk]:
    """What another agent does meanwhile."""
    with people.crew.client("colleague") as client:
        yield client
