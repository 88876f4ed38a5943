"""What a story is played on: who tells it, how claims are checked, how people sign in."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Protocol

import httpx

from ..client import Helpdesk
from ..errors import ApiError, HelpdeskError
from ..install.project import project_dir
from ..models.events import Event
from ..models.tickets import TimelineEntry


@dataclass(frozen=True)
class Check:
    """A claim of the story, and whether it held."""

    claim: str
    holds: bool


@dataclass(frozen=True)
class Login:
    """Somebody of the story who can sign in."""

    role: str
    email: str
    password: str = field(repr=False)


class Teller(Protocol):
    """Who tells the story."""

    def scene(self, title: str) -> None:
        """A new part begins."""

    def say(self, text: str) -> None:
        """What happens."""

    def check(self, check: Check) -> None:
        """What was found."""

    def timeline(self, title: str, entries: Sequence[TimelineEntry]) -> None:
        """What somebody sees of a ticket."""


def seed(db_url: str) -> None:
    """Load the people, teams and tickets of `supabase/seed.sql`; nothing happens where they are.

    Args:
        db_url: PostgreSQL, as the owner of the schema `helpdesk`.
    """
    import psycopg

    with psycopg.connect(db_url, autocommit=True) as db:
        db.execute((project_dir() / "seed.sql").read_bytes())


class Stage:
    """A helpdesk to play on.

    Args:
        url: The helpdesk, with the seed loaded.
        publishable_key: What people use.
        secret_key: What makes logins and the first admin.
        teller: Told everything as it happens.
    """

    def __init__(self, url: str, publishable_key: str, secret_key: str, teller: Teller) -> None:
        self.checks: list[Check] = []
        self.logins: list[Login] = []
        self._url, self._publishable_key, self._secret_key = url, publishable_key, secret_key
        self._teller = teller
        self._clients = ExitStack()

    @property
    def failed(self) -> list[Check]:
        """The claims that did not hold."""
        return [check for check in self.checks if not check.holds]

    def _say(self, text: str) -> None:
        self._teller.say(text)

    def _check(self, claim: str, holds: bool) -> bool:
        check = Check(claim, holds)
        self.checks.append(check)
        self._teller.check(check)
        return holds

    def _refused(self, what: str, kind: type[ApiError], attempt: Callable[[], object]) -> ApiError | None:
        try:
            attempt()
        except kind as error:
            self._check(f"{what}: {error.message} (HTTP {error.status}, {error.reason})", True)
            return error
        except HelpdeskError as error:
            self._check(f"{what}: {type(error).__name__} instead of {kind.__name__}", False)
        else:
            self._check(f"{what}: was not refused", False)
        return None

    def _sign_in(self, name: str, email: str, *, role: str) -> Helpdesk:
        """A client of somebody who has a login from now on, with a verified e-mail address."""
        login = Login(role, email, secrets.token_urlsafe(12))
        self._make_login(name, login)
        client = self._clients.enter_context(Helpdesk(self._url, self._publishable_key))
        client.auth.sign_in(email, login.password)
        self.logins.append(login)
        return client

    def _make_login(self, name: str, login: Login) -> None:
        users = f"{self._url}/auth/v1/admin/users"
        headers = {"apikey": self._secret_key, "Authorization": f"Bearer {self._secret_key}"}
        wanted = {
            "email": login.email,
            "password": login.password,
            "email_confirm": True,
            "user_metadata": {"name": name},
        }
        with httpx.Client(headers=headers, timeout=30) as http:
            known = http.get(users, params={"per_page": 1000}).raise_for_status().json()["users"]
            found = next((user["id"] for user in known if user["email"] == login.email), None)
            answer = http.put(f"{users}/{found}", json=wanted) if found else http.post(users, json=wanted)
            answer.raise_for_status()

    def _log(self, hd: Helpdesk, beginning: str) -> list[Event]:
        """What has happened since, as far as somebody may see it."""
        events: list[Event] = []
        cursor: str | None = beginning
        while page := hd.events.since(cursor, limit=1000):
            events.extend(page)
            cursor = page.cursor
        return events
