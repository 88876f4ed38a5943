"""What a page far down a list costs, against the first page of the same list."""

from __future__ import annotations

import psycopg

from benchmarks.lists import Cast
from benchmarks.measure import Effort, Result, Section, in_turns
from benchmarks.request import Person, Requests, one_processor

_AIM = 1.5
_DEPTH = 100_000
_FIRST = "select * from helpdesk.{view} order by created_at desc, ticket_id desc limit $1"
# The query of the SDK: the rows behind the last row of the page before.
_NEXT = (
    "select * from helpdesk.{view} where created_at <= $1::timestamptz and (created_at < $1::timestamptz or "
    "ticket_id < $2::uuid) order by created_at desc, ticket_id desc limit $3"
)
_OFFSET = "select * from helpdesk.{view} order by created_at desc, ticket_id desc limit $1 offset $2"
_LAST_BEFORE = """
select created_at::text, ticket_id::text from helpdesk.tickets as t where {scope}
order by created_at desc, ticket_id desc offset %s limit 1
"""


def run(url: str, effort: Effort) -> Section:
    """Measure every case of this part."""
    section = Section("Depth", "The 50 tickets behind the 100,000th (or the middle of a shorter list), by keyset.")
    with psycopg.connect(url, autocommit=True) as connection, one_processor():
        cast = Cast(connection)
        for name, who, view, scope, value in (
            ("admin", cast.admin, "team_tickets", "%s = ''", ""),
            ("agent, big teams", cast.agent, "team_tickets", "team_id = any(%s::uuid[])", cast.teams(cast.agent)),
            ("customer, the busiest", cast.heavy, "my_tickets", "created_by = %s::uuid", cast.heavy.user_id),
        ):
            count = connection.execute(f"select count(*) from helpdesk.tickets as t where {scope}".encode(), (value,))
            depth = min(_DEPTH, int((count.fetchone() or (0,))[0]) // 2)
            last = connection.execute(_LAST_BEFORE.format(scope=scope).encode(), (value, depth)).fetchone()
            assert last
            section.results.append(_depth(url, f"{name}, at {depth:,}", who, view, (last[0], last[1]), depth, effort))
    return section


def _depth(url: str, name: str, who: Person, view: str, last: tuple[str, str], depth: int, effort: Effort) -> Result:
    with (
        Requests(url, who, _NEXT.format(view=view)) as deep,
        Requests(url, who, _FIRST.format(view=view)) as first,
        Requests(url, who, _OFFSET.format(view=view)) as offset,
    ):
        ms, first_ms, _ = in_turns(deep.run, first.run, [([*last, 50], [50])], effort)
        offset_ms = min(offset.run([50, depth + 1]) for _ in range(3))
        deep.run([*last, 50])
        offset.run([50, depth + 1])
        assert deep.body == offset.body, f"{name}: keyset and offset disagree on the page"
    ratio = ms / first_ms
    return Result(
        name,
        {"deep, ms": ms, "page one, ms": first_ms, "ratio": ratio, "by offset, ms": offset_ms},
        f"ratio ≤ {_AIM}",
        round(ratio, 2) <= _AIM,
    )
