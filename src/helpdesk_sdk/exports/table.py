"""Tickets as a table, for spreadsheets."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from helpdesk_sdk import Helpdesk

from ._batches import batched

_COLUMNS = ("number", "title", "status", "priority", "channel", "external_id")
_TIMES = ("created_at", "updated_at", "first_response_at", "resolved_at", "closed_at")
# Characters that make a spreadsheet take a text for a formula (CWE-1236); the last four are full width.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
_BATCH = 100


def rows(hd: Helpdesk) -> Iterator[list[str | int | float]]:
    """The tickets that you may read as rows of a table; the first row has the names of the columns.

    A text that a spreadsheet would take for a formula begins with an apostrophe.

    Args:
        hd: The client; it exports what it may read.
    """
    fields = [field.key for field in hd.fields.list(include_retired=True)]
    teams = {str(team.team_id): team.name for team in hd.teams.list(page_size=1000)}
    named = ["team", "requester", "assignee", "tags", *_TIMES, "messages"]
    yield [*_COLUMNS, *named, *(f"fields.{key}" for key in fields)]
    for page in batched(hd.tickets.export(), _BATCH):
        people = _addresses(hd, page)
        for ticket in page:
            values = ticket["custom_fields"] | ticket["staff_fields"]
            yield [
                *(_cell(ticket[name]) for name in _COLUMNS),
                _cell(teams.get(ticket["team_id"])),
                _cell(people.get(ticket["requester_id"])),
                _cell(people.get(ticket["assignee_id"])),
                _cell(", ".join(ticket["tags"])),
                *(_cell(ticket[name]) for name in _TIMES),
                len(ticket["messages"]),
                *(_cell(values.get(key)) for key in fields),
            ]


def _addresses(hd: Helpdesk, tickets: tuple[dict[str, Any], ...]) -> dict[str, str]:
    """The e-mail address, else the name, of the people on these tickets, by id."""
    ids = {ticket[name] for ticket in tickets for name in ("requester_id", "assignee_id")} - {None}
    found: dict[str, str] = {}
    for some in batched(sorted(ids), _BATCH):
        found |= {str(user.user_id): user.email or user.name for user in hd.users.list(ids=some)}
    return found


def _cell(value: object) -> str | int | float:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return value
    if isinstance(value, list):
        value = ", ".join(map(str, value))
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return defused(text)


def defused(text: str) -> str:
    """A text for a spreadsheet: with an apostrophe before it if it would be taken for a formula.

    Args:
        text: The text of a cell.
    """
    return f"'{text}" if text.startswith(_FORMULA) else text
