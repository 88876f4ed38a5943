"""What a story needs: a reporter, checked claims, and people who sign in."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Protocol

import httpx

from .._database import connect
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
    """A login of a person in the story."""

    role: str
    email: str
    password: str = field(repr=False)


class Reporter(Protocol):
    """Receives the story while it is played, for example to print it."""

    def scene(self, title: str) -> None:
        """Report the beginning of a scene."""

    def say(self, text: str) -> None:
        """Report what happens."""

    def check(self, check: Check) -> None:
        """Report a checked claim."""

    def timeline(self, title: str, entries: Sequence[TimelineEntry]) -> None:
        """Report a ticket's timeline, as one person sees it."""


def seed(db_url: str) -> None:
    """Load the people, teams and tickets of `supabase/seed.sql`. To repeat it changes nothing.

    Args:
        db_url: The database, as the owner of the schema `helpdesk`.
    """
    with connect(db_url, autocommit=True) as db:
        db.execute((project_dir() / "seed.sql").read_bytes())


class Stage:
    """The helpdesk on which a story is played.

    Args:
        url: The helpdesk, with the seed loaded.
        publishable_key: The key for people.
        secret_key: The key that creates logins and the first admin.
        reporter: Receives the story.
    """

    def __init__(self, url: str, publishable_key: str, secret_key: str, reporter: Reporter) -> None:
        self.checks: list[Check] = []
        self.logins: list[Login] = []
        self._url, self._publishable_key, self._secret_key = url, publishable_key, secret_key
        self._reporter = reporter
        self._clients = ExitStack()

    @property
    def failed(self) -> list[Check]:
        """The claims that did not hold."""
        return [check for check in self.checks if not check.holds]

    def _say(self, text: str) -> None:
        self._reporter.say(text)

    def _check(self, claim: str, holds: bool) -> bool:
        check = Check(claim, holds)
        self.checks.append(check)
        self._reporter.check(check)
        return holds

    def _check_refused(self, what: str, kind: type[ApiError], attempt: Callable[[], object]) -> ApiError | None:
        """Check that an attempt is refused with an error of this class; returns the error if so."""
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
        """Create a login with a verified e-mail address, and return a client that is signed in with it."""
        login = Login(role, email, secrets.token_urlsafe(12))
        self._create_login(name, login)
        client = self._clients.enter_context(Helpdesk(self._url, self._publishable_key))
        client.auth.sign_in(email, login.password)
        self.logins.append(login)
        return client

    def _create_login(self, name: str, login: Login) -> None:
        users = f"{self._url}/auth/v1/admin/users"
        headers = {"apikey": self._secret_key, "Authorization": f"Bearer {self._secret_key}"}
        attributes = {
            "email": login.email,
            "password": login.password,
            "email_confirm": True,
            "user_metadata": {"name": name},
        }
        with httpx.Client(headers=headers, timeout=30) as http:
            known = http.get(users, params={"per_page": 1000}).raise_for_status().json()["users"]
            found = next((user["id"] for user in known if user["email"] == login.email), None)
            response = http.put(f"{users}/{found}", json=attributes) if found else http.post(users, json=attributes)
            response.raise_for_status()

    def _events_since(self, hd: Helpdesk, cursor: str | None) -> list[Event]:
        """All events after a cursor that a person may see."""
        events: list[Event] = []
        while True:
            page = hd.events.since(cursor, limit=1000)
            events.extend(page)
            if not page.more:
                return events
            cursor = page.cursor
