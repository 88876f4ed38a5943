"""The project that is verified: its services over HTTP, asked as somebody."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import httpx

from ..errors import ConnectionFailedError
from .people import ANONYMOUS, SERVICE, Person

DOMAIN = "throwaway.helpdesk.invalid"
"""The domain of throw-away people; the database removes nobody else."""
BUCKET = "helpdesk-attachments"
TEAM_PREFIX = "Throw-away "
"""How the names of throw-away teams begin."""


@dataclass
class Project:
    """A running project.

    Attributes:
        url: where it is.
        publishable_key: for people.
        secret_key: for the system.
        http: without credentials.
        tokens: everybody's access token.
    """

    url: str
    publishable_key: str
    secret_key: str
    http: httpx.Client
    tokens: dict[Person, str] = field(default_factory=dict)

    def headers(self, person: Person) -> dict[str, str]:
        """What the person's client sends with every request."""
        if person == SERVICE:
            return {"apikey": self.secret_key, "Authorization": f"Bearer {self.secret_key}"}
        token = self.publishable_key if person == ANONYMOUS else self.tokens[person]
        return {"apikey": self.publishable_key, "Authorization": f"Bearer {token}"}

    def ask(self, person: Person | None, method: str, path: str, **more: Any) -> httpx.Response:
        """Send a request to any service of the project.

        Args:
            person: who asks; None sends no key and no token.
            method: the HTTP method.
            path: begins with the service, e.g. ``/storage/v1``.
            more: arguments of ``httpx.Client.request``.

        Raises:
            ConnectionFailedError: The project does not answer.
        """
        headers = ({} if person is None else self.headers(person)) | more.pop("headers", {})
        try:
            return self.http.request(method, f"{self.url}{path}", headers=headers, **more)
        except httpx.HTTPError as error:
            reason = str(error) or type(error).__name__
            raise ConnectionFailedError(f"{self.url} does not answer: {reason}") from None

    def data(self, person: Person, method: str, path: str, **more: Any) -> httpx.Response:
        """Send a request to the Data API, in the helpdesk's schema."""
        schema = {"Accept-Profile": "helpdesk", "Content-Profile": "helpdesk"}
        return self.ask(person, method, f"/rest/v1{path}", headers=schema | more.pop("headers", {}), **more)


def answered(answer: httpx.Response) -> str:
    """The status of an answer, and how its text begins."""
    return f"{answer.status_code} {answer.text[:200]}"
