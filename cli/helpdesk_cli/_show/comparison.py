"""Shows the comparison of an export with the helpdesk."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._base import output as out
from .._base.output import Column
from .._base.settings import settings

if TYPE_CHECKING:
    from helpdesk_sdk import ComparedKind, Comparison, Difference

_SHOWN = 20
_NAMES = {"field": "fields", "team": "teams", "person": "people", "ticket": "tickets"}


def show_comparison(found: Comparison) -> None:
    """Print how many objects are equal, and what differs."""
    if settings().json:
        out.print_json(found)
        return
    kinds: list[Column[tuple[str, ComparedKind]]] = [
        Column("", lambda row: _NAMES.get(row[0], row[0])),
        Column("Compared", lambda row: f"{row[1].compared:,}", right=True),
        Column("Equal", lambda row: f"{row[1].equal:,}", right=True),
    ]
    out.print_rows(list(found.kinds.items()), kinds, empty="The export is empty.")
    if found.is_equal:
        out.console().print("All is equal.")
        return
    columns: list[Column[Difference]] = [
        Column("Differs", lambda one: one.item),
        Column("Value", lambda one: one.value or "-"),
        Column("Source", lambda one: one.in_source, flexible=True),
        Column("Helpdesk", lambda one: one.in_helpdesk, flexible=True),
    ]
    if all(one.in_helpdesk == "missing" for one in found.differences):
        out.print_note("Nothing else of it is here. Was it imported, and under this name? See --name.")
    out.print_rows(found.differences[:_SHOWN], columns, empty="")
    if found.difference_count > _SHOWN:
        out.print_note(f"There are {found.difference_count:,} differences in all: see --json, which has 1,000 of them.")
