"""`helpdesk views`: saved queries."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal
from uuid import UUID

import typer

from ._base.app import Commands
from ._base.json import jsonable
from ._base.options import LimitOption
from ._base.output import Column, age, print_fields, print_note, print_result, print_rows, with_progress
from ._connect.connection import connect
from ._show.queries import shown_query

if TYPE_CHECKING:
    from helpdesk_sdk import View

app = Commands(name="views", help="Saved queries: your own, those of your teams, and those for all staff.")

ViewArgument = Annotated[str, typer.Argument(metavar="VIEW", help="The view's name or id.", show_default=False)]
QueryArgument = Annotated[
    str, typer.Argument(metavar="QUERY", help="A query as for helpdesk search, in single quotes.", show_default=False)
]
SortName = Literal["-created_at", "created_at", "-updated_at", "updated_at", "priority", "-priority"]
SortOption = Annotated[SortName, typer.Option(help="The order; with a minus, in reverse.")]
ColumnsOption = Annotated[
    str | None,
    typer.Option(metavar="NAMES", help="Columns to show, like number,title,assignee.", show_default=False),
]


@app.command("list")
def list_() -> None:
    """List the views you see."""
    with connect() as hd:
        views = hd.views.list(page_size=500).all()
    columns: list[Column[View]] = [
        Column("Name", lambda view: view.name, flexible=True),
        Column("For", lambda view: view.audience),
        Column("Order", lambda view: view.sort, from_width=60),
        Column("Query", lambda view: shown_query(view.tree), flexible=True, from_width=80),
        Column("Since", lambda view: age(view.created_at), right=True),
    ]
    print_rows(views, columns, empty="No views.")


@app.command()
def show(view: ViewArgument) -> None:
    """Show a view, and how many tickets it has."""
    from helpdesk_sdk import InvalidValueError

    with connect() as hd:
        found = hd.views.get(view)
        try:
            count = str(hd.views.count(found))
        except InvalidValueError as error:
            # A team or a field of its query is gone.
            count = error.message
    fields: list[tuple[str, object]] = [
        ("for", found.audience),
        ("order", found.sort),
        ("columns", ", ".join(found.columns) or "all"),
        ("query", shown_query(found.tree)),
        ("tickets", count),
        ("id", found.view_id),
    ]
    print_fields(found.name, fields, json={**jsonable(found), "tickets": count})


@app.command()
def tickets(view: ViewArgument, limit: LimitOption = 50) -> None:
    """List the tickets of a view, in its order."""
    from ._show.tickets import show_list

    with connect() as hd:
        found = hd.views.get(view)
        pager = hd.views.tickets(found, page_size=500)
        listed = list(with_progress(pager.limit(limit + 1) if limit else pager, "tickets"))
        more = bool(limit) and len(listed) > limit
        show_list(hd, listed[:limit] if more else listed, only=found.columns)
    if more:
        print_note(f"There are more tickets: --limit {limit * 4}, or --limit 0 for all.")


@app.command()
def count(view: ViewArgument) -> None:
    """Count the tickets of a view, to 1,000."""
    with connect() as hd:
        found = hd.views.count(view)
    print_result(str(found), json=found)


@app.command()
def create(
    name: Annotated[str, typer.Argument(help="1 to 100 characters.", show_default=False)],
    query: QueryArgument,
    sort: SortOption = "-created_at",
    columns: ColumnsOption = None,
    team: Annotated[
        str | None, typer.Option(metavar="TEAM", help="For the members of this team, by name or id.")
    ] = None,
    all: Annotated[bool, typer.Option("--all", help="For all staff; admins only.")] = False,
    id: Annotated[
        UUID | None,
        typer.Option("--id", help="A UUID of your own: repeated with it, the command acts once.", show_default=False),
    ] = None,
) -> None:
    """Save a query: for yourself, for a team, or for all staff.

    For example: helpdesk views create 'My urgent' 'is:urgent assignee:me'
    """
    if all and team is not None:
        raise typer.BadParameter("cannot be combined with --team", param_hint="--all")
    with connect() as hd:
        for warning in hd.search.parse(query).warnings:
            print_note(warning)
        made = hd.views.create(
            name,
            query,
            sort=sort,
            columns=_columns(columns),
            audience="all" if all else "team" if team is not None else "private",
            team=team,
            id=id,
        )
    print_result(f"Saved the view {made.name}.", json=made)


@app.command()
def update(
    view: ViewArgument,
    name: Annotated[str | None, typer.Option(metavar="NAME", help="The new name.")] = None,
    query: Annotated[str | None, typer.Option(metavar="QUERY", help="The new query.")] = None,
    sort: Annotated[SortName | None, typer.Option(help="The new order; with a minus, in reverse.")] = None,
    columns: ColumnsOption = None,
) -> None:
    """Change a view. What is not named stays as it is."""
    with connect() as hd:
        chosen = None if columns is None else _columns(columns)
        made = hd.views.update(view, name=name, query=query, sort=sort, columns=chosen)
    print_result(f"Changed the view {made.name}.", json=made)


@app.command()
def delete(view: ViewArgument) -> None:
    """Delete a view."""
    with connect() as hd:
        found = hd.views.get(view)
        hd.views.delete(found)
    print_result(f"Deleted the view {found.name}.", json={"view_id": found.view_id, "deleted": True})


def _columns(names: str | None) -> list[str]:
    return [name.strip() for name in (names or "").split(",") if name.strip()]
