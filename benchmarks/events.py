"""What following the event log costs."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg

from benchmarks.lists import Cast, array
from benchmarks.measure import Case, Effort, Section, compare
from benchmarks.request import Params, Person, one_processor

_SINCE = "select * from helpdesk.events_page(after => $1, max_rows => $2::integer)"
# One row, as a page is.
_RANGE = (
    "select coalesce(json_agg(r), '[]') as items from (select e.* from helpdesk.events as e where {scope} and "
    "(e.xid, e.event_id) > ($1::xid8, 0) and e.xid < pg_snapshot_xmin(pg_current_snapshot()) "
    "order by e.xid, e.event_id limit $2) as r"
)


def run(url: str, effort: Effort) -> Section:
    """Measure every case of this part."""
    with psycopg.connect(url, autocommit=True) as connection:
        count = connection.execute("select count(*) from helpdesk.events").fetchone()
        section = Section(
            f"Events since a cursor, of {count[0] if count else 0:,}",
            "100 events from the middle of the log, and the empty poll at its head, against the raw range of the index "
            "(without the check that the reader may still see each ticket).",
        )
        with one_processor():
            for case in _cases(connection):
                section.results.append(compare(url, case, effort, aim=None))
    return section


def _cases(connection: psycopg.Connection) -> Iterator[Case]:
    row = connection.execute(
        "select min(xid::text::bigint) / 2 + max(xid::text::bigint) / 2, split_part(helpdesk.events_head(), '.', 1) "
        "from helpdesk.events"
    ).fetchone()
    assert row
    middle, head = str(row[0]), str(row[1])
    cast = Cast(connection)
    readers: dict[str, tuple[Person, str, Params]] = {
        "admin": (cast.admin, "true", []),
        "agent, two big teams": (cast.agent, "e.team_id = any($3::uuid[])", [array(cast.teams(cast.agent))]),
        "agent, two small teams": (cast.small, "e.team_id = any($3::uuid[])", [array(cast.teams(cast.small))]),
        "customer": (cast.typical, "e.requester_id = $3::uuid and e.audience = 'customer'", [cast.typical.user_id]),
    }
    for place, cursor in (("middle", middle), ("empty poll", head)):
        for name, (who, scope, values) in readers.items():
            base = _RANGE.format(scope=scope)
            yield Case(f"{place}, {name}", who, _SINCE, [[f"{cursor}.0", 100]], base, [[cursor, 100, *values]])
