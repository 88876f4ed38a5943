"""Search: the tickets that match a query, best first."""

from __future__ import annotations

from typing import Any

from .. import _limits as limits
from .. import _validation as check
from .._http.flow import Flow
from .._http.resource import Driver, Resource, call
from ..models.search import QueryReading, SearchAnswer
from ._queries import Query, query_arguments


class Search(Resource[Driver]):
    """``hd.search``: call it with a query, ``hd.search('status:open "double charge"')``."""

    @call
    def __call__(
        self, query: Query, *, mine: bool = False, limit: int = 20, cursor: str | None = None
    ) -> Flow[SearchAnswer]:
        """The tickets that match, best first, with the passages that matched.

        Customers search their own tickets by their public text, agents the tickets that they work and admins all, with
        notes. One page; pass ``answer.next`` as ``cursor`` for the next page.

        Args:
            query: A text, such as ``status:open assignee:me "double charge" -refund``, or a tree (a dict).
            mine: Staff: search the tickets that you requested, as a customer does.
            limit: At most this many hits, 1 to 100.
            cursor: ``next`` of the page before; None for the first page.

        Raises:
            InvalidValueError: The query is not valid; the message names the field, the place and the reason.
            ForbiddenError: The query asks what only staff may ask, such as tags.
        """
        arguments: dict[str, Any] = query_arguments(query) | {
            "mine": check.boolean("mine", mine),
            "max_rows": check.integer("limit", limit, 1, limits.SEARCH_PAGE_MAX),
        }
        if cursor is not None:
            arguments["cursor"] = check.text("cursor", cursor, 1, limits.CURSOR_MAX)
        request = self._read(self._rest.rpc("search_tickets", arguments))
        return (yield from self._call_one(request, SearchAnswer))

    @call
    def parse(self, text: str) -> Flow[QueryReading]:
        """The tree that a query text makes, and warnings. Names of teams, people and fields are not looked up.

        Args:
            text: The query, up to 512 characters.

        Raises:
            InvalidValueError: The text is not a valid query.
        """
        arguments = query_arguments(check.text("text", text, 0, limits.QUERY_MAX))
        return (yield from self._call_one(self._read(self._rest.rpc("parse_query", arguments)), QueryReading))
