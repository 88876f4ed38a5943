"""The lines of an export."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from helpdesk_sdk import Helpdesk

from ._batches import batched

FORMAT = 1
"""The version of the format; a reader refuses a greater one."""
_BATCH = 100


def lines(hd: Helpdesk, *, since: str | None = None) -> Iterator[dict[str, Any]]:
    """A helpdesk as JSON objects, each with its ``kind``.

    First ``header``, with the cursor from which the next export goes on; then ``field``, ``team``, ``person``,
    ``ticket`` (with messages, notes and attachments' metadata), and ``gone`` for a ticket that was deleted or is no
    longer yours; last ``end``, with the number of each kind. An export without its last line was cut.

    No ticket is missed: the cursor is read first, so what changes meanwhile is in the next export, too.

    Args:
        hd: The client; it exports what it may read. With the secret key, or as an admin: all.
        since: The cursor of an earlier export: only tickets that have changed since, and the people on them.

    Raises:
        CursorAheadError: The cursor is from another database.
        LogRestoredError: The log was restored from another database: export the whole.
        InvalidValueError: It is not a cursor.
    """
    counts: Counter[str] = Counter()
    for line in _content(hd, since):
        counts[line["kind"]] += 1
        yield line
    del counts["header"]
    yield {"kind": "end", "counts": dict(counts)}


def _content(hd: Helpdesk, since: str | None) -> Iterator[dict[str, Any]]:
    head = hd.events.head()
    changed = None if since is None else _changed(hd, since)
    yield {
        "kind": "header",
        "format": FORMAT,
        "exported_at": datetime.now(UTC).isoformat(),
        "since": since,
        "cursor": head,
    }
    for field in hd.fields.list(include_retired=True):
        yield {"kind": "field"} | field.model_dump(mode="json")
    for team in hd.teams.list(page_size=1000):
        # Requesters do not see who works where.
        members = sorted(str(member.user_id) for member in hd.teams.members(team.team_id, page_size=1000))
        yield {"kind": "team"} | team.model_dump(mode="json") | {"members": members}
    if changed is None:
        for user in hd.users.list(page_size=1000):
            yield {"kind": "person"} | user.model_dump(mode="json")
        for ticket in hd.tickets.export():
            yield {"kind": "ticket"} | ticket
        return
    known: set[str] = set()
    for ids in batched(sorted(changed), _BATCH):
        tickets = list(hd.tickets.export(tickets=ids))
        yield from _people(hd, tickets, known)
        for ticket in tickets:
            yield {"kind": "ticket"} | ticket
        for gone in sorted(set(ids) - {ticket["ticket_id"] for ticket in tickets}):
            yield {"kind": "gone", "ticket_id": gone}


def _changed(hd: Helpdesk, since: str) -> set[str]:
    """The tickets that have events after the cursor."""
    changed: set[str] = set()
    cursor, more = since, True
    while more:
        page = hd.events.since(cursor, limit=1000)
        changed |= {str(event.ticket_id) for event in page.items if event.ticket_id is not None}
        cursor, more = page.cursor, page.more
    return changed


def _people(hd: Helpdesk, tickets: list[dict[str, Any]], known: set[str]) -> Iterator[dict[str, Any]]:
    """The people on these tickets who were not exported yet."""
    ids: set[str | None] = set()
    for ticket in tickets:
        ids |= {ticket["requester_id"], ticket["assignee_id"]}
        ids |= {part["author_id"] for part in (*ticket["messages"], *ticket["notes"])}
    new = sorted({one for one in ids if one is not None} - known)
    known |= set(new)
    for some in batched(new, _BATCH):
        for user in hd.users.list(ids=some):
            yield {"kind": "person"} | user.model_dump(mode="json")
