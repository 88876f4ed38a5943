"""What the reads cost that state no scope: any signed-in person can send them, by hand or by mistake."""

from __future__ import annotations

import psycopg

from benchmarks.lists import Cast
from benchmarks.measure import Effort, Result, Section, percentile
from benchmarks.request import Person, Requests, one_processor

_CALLS = 7
_ROWS = "select * from helpdesk.{relation} limit $1"
_NEWEST = "select * from helpdesk.{relation} order by {order} desc limit $1"
_COUNT = "select count(*) as n from helpdesk.{relation}"
_CAPPED = "select count(*) as n from (select from helpdesk.{relation} limit $1) as found"
_READS = (
    ("tickets", "created_at"),
    ("team_tickets", "created_at"),
    ("tagged_tickets", "created_at"),
    ("my_tickets", "created_at"),
    ("messages", "created_at"),
    ("notes", "created_at"),
    ("ticket_tags", "created_at"),
    ("events", "xid"),
    ("users", "created_at"),
)


def run(url: str, effort: Effort) -> Section:
    """Measure every read for a customer, an agent and an admin."""
    del effort
    section = Section(
        "Reads without a scope",
        "50 rows of a whole table or view, with no filter: the first that are found, and the newest. For a customer "
        "only what is theirs comes out of it; a low number means that nothing else was looked at.",
    )
    with psycopg.connect(url, autocommit=True) as connection, one_processor():
        cast = Cast(connection)
        people = {"customer": cast.typical, "agent": cast.agent, "admin": cast.admin}
        for relation, order in _READS:
            section.results.append(_row(url, f"{relation}, any", people, _ROWS.format(relation=relation), [50]))
            newest = _NEWEST.format(relation=relation, order=order)
            section.results.append(_row(url, f"{relation}, newest", people, newest, [50]))
        for relation in ("team_tickets", "team_tickets where status = 'open'", "my_tickets"):
            section.results.append(_row(url, f"count of {relation}", people, _COUNT.format(relation=relation), []))
            capped = _CAPPED.format(relation=relation)
            section.results.append(_row(url, f"count of {relation}, up to 1,001", people, capped, [1001]))
    return section


def _row(url: str, name: str, people: dict[str, Person], statement: str, params: list[object]) -> Result:
    numbers: dict[str, float | str] = {}
    for label, who in people.items():
        with Requests(url, who, statement) as requests:
            requests.run(params)
            times = [requests.run(params) for _ in range(_CALLS)]
            numbers[f"{label}, ms"] = percentile(times, 0.25)
            numbers[f"{label}, rows"] = str(requests.rows)
    return Result(name, numbers)
