"""Zenpy's interface, so that a script for Zendesk runs here when its imports are changed:

    from helpdesk_sdk.compat.zenpy import Zenpy
    from helpdesk_sdk.compat.zenpy.lib.api_objects import Comment, Ticket

Tickets, comments, people, groups and search are here. What has no counterpart raises a ``ZenpyException`` that names
it. docs/zenpy.md says what differs. The calls, their names and arguments are those of Zenpy 2 (https://docs.facetoe.com.au).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from helpdesk_sdk import Helpdesk

from ._people import Groups, Users
from ._query import read
from ._results import Results
from ._tickets import Tickets
from ._values import Values
from .lib.exception import ZenpyException

__all__ = ["Zenpy", "ZenpyException"]


class Zenpy:
    """A client with Zenpy's methods for this helpdesk.

    Args:
        subdomain: Zendesk's; ignored, as are ``token``, ``oauth_token`` and all that Zenpy takes and is not named here.
        email: With ``password``: sign in as this person.
        password: The password for ``email``.
        url: The URL of the Supabase project; by default HELPDESK_URL.
        key: Its publishable or secret key; by default HELPDESK_KEY.
        field_keys: The keys of custom fields by the numbers that the script knows: ``{43528467: "plan"}``.
        client: A client of your own, in place of ``url`` and ``key``.

    Raises:
        ConfigurationError: There is no URL or no key.
    """

    def __init__(
        self,
        subdomain: str | None = None,
        email: str | None = None,
        token: str | None = None,
        oauth_token: str | None = None,
        password: str | None = None,
        *,
        url: str | None = None,
        key: str | None = None,
        field_keys: Mapping[Any, str] | None = None,
        client: Helpdesk | None = None,
        **_: Any,
    ) -> None:
        del subdomain, token, oauth_token
        person: dict[str, Any] = {"email": email, "password": password} if email and password else {}
        if client is not None:
            self.helpdesk = client
        elif url is not None and key is not None:
            self.helpdesk = Helpdesk(url, key, **person)
        else:
            self.helpdesk = Helpdesk.from_env(**person)
        self._values = Values(self.helpdesk, field_keys or {})
        self.tickets = Tickets(self._values)
        """The tickets."""
        self.users = Users(self._values)
        """The people."""
        self.groups = Groups(self._values)
        """The teams."""

    def search(self, *args: Any, **options: Any) -> Results[Any]:
        """Tickets or people that match: ``search("refund", type="ticket", status_less_than="solved")``.

        Tickets come newest first unless ``sort_by`` says otherwise, and all of them: there is no limit of 1,000.

        Args:
            args: A query in Zendesk's language.
            options: Its conditions as arguments.

        Raises:
            ZenpyException: A condition has no counterpart here.
        """
        found = read(self._values, args, options)
        if found.kind == "user":
            return self.users._search(found.query, found.roles)
        tickets = self.helpdesk.tickets
        if not found.query:
            return Results(lambda: map(self._values.ticket, tickets.list(order=found.order)))
        return Results(
            lambda: map(self._values.ticket, tickets.list(query=found.query, order=found.order)),
        )

    def search_export(self, *args: Any, **options: Any) -> Results[Any]:
        """The same as ``search``.

        Args:
            args: A query in Zendesk's language.
            options: Its conditions as arguments.

        Raises:
            ZenpyException: A condition has no counterpart here.
        """
        return self.search(*args, **options)

    def search_count(self, *args: Any, **options: Any) -> Results[Any]:
        """``search_count(…).count`` is how many match; they are read to be counted.

        Args:
            args: A query in Zendesk's language.
            options: Its conditions as arguments.

        Raises:
            ZenpyException: A condition has no counterpart here.
        """
        return self.search(*args, **options)

    def __getattr__(self, name: str) -> Any:
        raise ZenpyException(f"Zenpy's {name} has no counterpart here: use client.helpdesk, this package's own client")
