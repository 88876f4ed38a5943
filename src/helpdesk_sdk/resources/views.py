"""Views: saved queries of staff."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, get_args
from uuid import UUID

from .. import _limits as limits
from .. import _validation as check
from .._http.flow import Flow, Page, Reply
from .._http.keyset import Keyset, keyset_page
from .._http.resource import Driver, Resource, call, paged
from .._ids import new_id
from ..errors import ConflictError, ForbiddenError, IdConflictError, NameTakenError, ViewNotFoundError
from ..models.counts import TicketCount
from ..models.search import QueryReading
from ..models.tickets import Ticket
from ..models.views import View, ViewAudience, ViewAudienceName
from ._queries import SORTS, Query, count_matching, matching_page, query_arguments
from ._references import TeamRef, find_team_id

ViewRef = View | UUID | str
"""A view: a View, its id, or its name. Of several with one name: your own, then a team's, then the one for all."""

ViewColumn = Literal[
    "number",
    "status",
    "priority",
    "title",
    "team",
    "assignee",
    "requester",
    "tags",
    "channel",
    "created",
    "updated",
]
"""A column of a view."""

_OLDEST = Keyset("created_at", "view_id", descending=False)
_NEAREST = (ViewAudience.PRIVATE, ViewAudience.TEAM, ViewAudience.ALL)
_PAGE = 500


class Views(Resource[Driver]):
    """``hd.views``: saved queries of staff: private ones, those of a team, and those for all."""

    @paged
    def list(self, *, page_size: int = 100) -> Flow[Page[View]]:
        """The views that you see, oldest first: your own, your teams', and those for all staff. Customers have none.

        Args:
            page_size: Views per request, 1 to 1000.
        """
        return self._list(check.integer("page_size", page_size, 1, limits.PAGE_MAX))

    def _list(self, size: int) -> Flow[Page[View]]:
        views = self._rest.from_("views")
        return keyset_page(self._read, lambda: views.select("*"), View, _OLDEST, size)

    @call
    def get(self, view: ViewRef) -> Flow[View]:
        """One view, as it is now.

        Args:
            view: Its name, its id, or a View to read again.

        Raises:
            ViewNotFoundError: There is no such view, or you may not see it.
        """
        return (yield from self._find(view, again=True))

    @call
    def create(
        self,
        name: str,
        query: Query,
        *,
        sort: str = "-created_at",
        columns: Sequence[ViewColumn | str] = (),
        audience: ViewAudience | ViewAudienceName = "private",
        team: TeamRef | None = None,
        id: UUID | None = None,
    ) -> Flow[View]:
        """Save a query. ``me``, ``my_teams`` and relative times stay as they are: they mean whoever runs the view.

        Args:
            name: The name, 1 to 100 characters; unique among the views of its audience.
            query: A query text, or a tree.
            sort: ``created_at``, ``updated_at`` or ``priority``; with a minus, in reverse.
            columns: The columns to show, in order; empty for the client's own choice.
            audience: ``private``, ``team`` with ``team`` (its members see and change it), or ``all`` (admins only).
            team: The team of a view with the audience ``team``.
            id: A UUID of your own. Repeating the call with the same id and content returns the same view.

        Raises:
            InvalidValueError: The query is not valid, or names what does not exist.
            NameTakenError: There is a view with this name.
            TeamNotFoundError: There is no such team.
            IdConflictError: The id belongs to a view with other content.
            ForbiddenError: You are a customer, not a member of the team, or no admin.
            UnknownOutcomeError: No response came: repeat the call with ``id=error.id``.
        """
        view_id = new_id() if id is None else check.identifier("id", id)
        row = _changes(name=name, sort=sort, columns=columns, audience=audience)
        arguments = query_arguments(query)
        if (row["audience"] == "team") != (team is not None):
            raise check.invalid("team", "goes with the audience team, and only with it")
        row["tree"] = yield from self._tree(arguments)
        if team is not None:
            row["team_id"] = str((yield from find_team_id(self, "team", team)))
        made = self._rest.from_("views").insert({"view_id": str(view_id), **row})
        reply: Reply = yield self._write(made, id=view_id, accepts=(ConflictError,))
        if reply.error is None:
            return reply.rows(View)[0]
        # It may be our own row, from an attempt whose response was lost.
        known = self._rest.from_("views").select("*").eq("view_id", view_id)
        found = yield from self._first_row(self._read(known), View)
        if found is None:
            raise NameTakenError(status=409, code=reply.error.code, request_id=reply.error.request_id)
        if (found.name, found.sort, found.audience) != (row["name"], row["sort"], row["audience"]):
            raise IdConflictError(status=409, code=reply.error.code, request_id=reply.error.request_id)
        return found

    @call
    def update(
        self,
        view: ViewRef,
        *,
        name: str | None = None,
        query: Query | None = None,
        sort: str | None = None,
        columns: Sequence[ViewColumn | str] | None = None,
    ) -> Flow[View]:
        """Change a view. None leaves a value as it is.

        Owners change private views, members their team's, admins those for all.

        Args:
            view: The view: its name, its id, or a View.
            name: The new name, 1 to 100 characters.
            query: The new query.
            sort: The new order.
            columns: The new columns.

        Raises:
            InvalidValueError: The query is not valid, or names what does not exist.
            NameTakenError: There is a view with this name.
            ViewNotFoundError: There is no such view, or you may not see it.
            ForbiddenError: You may not change it.
        """
        given = {"name": name, "sort": sort, "columns": columns}
        row = _changes(**{field: value for field, value in given.items() if value is not None})
        arguments = None if query is None else query_arguments(query)
        if not row and arguments is None:
            raise check.invalid("name", "or query, sort or columns must be given")
        found = yield from self._find(view)
        if arguments is not None:
            row["tree"] = yield from self._tree(arguments)
        changed = self._rest.from_("views").update(row).eq("view_id", found.view_id)
        reply: Reply = yield self._write(changed, accepts=(ConflictError,))
        if reply.error is not None:
            raise NameTakenError(status=409, code=reply.error.code, request_id=reply.error.request_id)
        made = reply.first_row(View)
        if made is None:
            raise (yield from self._why_not(found))
        return made

    @call
    def delete(self, view: ViewRef) -> Flow[None]:
        """Delete a view. Owners delete private views, members their team's, admins those for all.

        Args:
            view: The view: its name, its id, or a View.

        Raises:
            ViewNotFoundError: There is no such view, or you may not see it.
            ForbiddenError: You may not delete it.
        """
        found = yield from self._find(view)
        reply: Reply = yield self._write(self._rest.from_("views").delete().eq("view_id", found.view_id))
        if not reply.rows(View):
            raise (yield from self._why_not(found))

    @paged
    def tickets(self, view: ViewRef, *, page_size: int = 50) -> Flow[Page[Ticket]]:
        """The tickets of a view, in its order: those that you work.

        Args:
            view: The view: its name, its id, or a View.
            page_size: Tickets per request, 1 to 1000.

        Raises:
            ViewNotFoundError: There is no such view, or you may not see it.
            InvalidValueError: A field, a team or a person of its query is gone; the message names the condition.
        """
        return self._tickets(view, check.integer("page_size", page_size, 1, limits.PAGE_MAX))

    def _tickets(self, view: ViewRef, size: int) -> Flow[Page[Ticket]]:
        found = yield from self._find(view)
        return (yield from matching_page(self, {"tree": found.tree}, found.sort, size))

    @call
    def count(self, view: ViewRef) -> Flow[TicketCount]:
        """How many tickets a view has for you, counted to 1,000.

        Args:
            view: The view: its name, its id, or a View.

        Raises:
            ViewNotFoundError: There is no such view, or you may not see it.
            InvalidValueError: A field, a team or a person of its query is gone; the message names the condition.
        """
        found = yield from self._find(view)
        return (yield from count_matching(self, {"tree": found.tree}))

    def _tree(self, arguments: dict[str, Any]) -> Flow[dict[str, Any]]:
        if "tree" in arguments:
            tree: dict[str, Any] = arguments["tree"]
            return tree
        request = self._read(self._rest.rpc("parse_query", arguments))
        return (yield from self._call_one(request, QueryReading)).tree

    def _find(self, view: ViewRef, *, again: bool = False) -> Flow[View]:
        if isinstance(view, View) and not again:
            return view
        key = view.view_id if isinstance(view, View) else view
        shown = view.name if isinstance(view, View) else view
        if isinstance(key, str) and not _is_uuid(key):
            check.text("view", key, 1, limits.VIEW_NAME_MAX)
            page = yield from self._list(_PAGE)
            named = [one for one in page.items if _same_name(one.name, key)]
            while page.next is not None:
                page = yield from page.next()
                named += [one for one in page.items if _same_name(one.name, key)]
            found = min(named, key=lambda one: _NEAREST.index(one.audience), default=None)
        else:
            query = self._rest.from_("views").select("*").eq("view_id", check.identifier("view", key))
            found = yield from self._first_row(self._read(query), View)
        if found is None:
            raise ViewNotFoundError(f"There is no view {shown}, or it is not yours to see", hint="List your views.")
        return found

    def _why_not(self, view: View) -> Flow[Exception]:
        query = self._rest.from_("views").select("*").eq("view_id", view.view_id)
        if (yield from self._first_row(self._read(query), View)) is None:
            return ViewNotFoundError(f"There is no view {view.name}, or it is not yours to see")
        return ForbiddenError(f"You may not change the view {view.name}", hint="Admins change views for all.")


def _changes(**given: Any) -> dict[str, Any]:
    """The columns of a view, checked."""
    row: dict[str, Any] = {}
    for field, value in given.items():
        if field == "name":
            row["name"] = " ".join(check.text("name", value, 1, limits.VIEW_NAME_MAX).split())
        elif field == "sort":
            if value not in SORTS:
                raise check.invalid("sort", f"must be one of {', '.join(SORTS)}")
            row["sort"] = value
        elif field == "audience":
            row["audience"] = check.choice("audience", value, ViewAudience)
        else:
            known = get_args(ViewColumn)
            if isinstance(value, str) or any(column not in known for column in value):
                raise check.invalid("columns", f"must be some of {', '.join(known)}")
            row["columns"] = list(value)
    return row


def _same_name(name: str, other: str) -> bool:
    return " ".join(name.split()).casefold() == " ".join(other.split()).casefold()


def _is_uuid(value: str) -> bool:
    try:
        return bool(UUID(value))
    except ValueError:
        return False
