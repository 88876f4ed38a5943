"""A helpdesk with very many customers: lists of people, and what a customer's own requests cost beside them."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg

from benchmarks.lists import Cast, page
from benchmarks.measure import Case, Effort, Result, Section, compare, percentile
from benchmarks.request import Requests, one_processor

TICKETS, CUSTOMERS = 300_000, 300_000
_AIM = 1.3
_CALLS = 12
_NEWEST = "order by created_at desc, user_id desc"


def run(url: str, effort: Effort) -> Section:
    """Measure every case of this part."""
    section = Section(
        "Very many customers",
        "300,000 customers (as many as tickets in a smaller run) with a ticket each, on average. As in the first part, "
        "with and without row-level security.",
    )
    with psycopg.connect(url, autocommit=True) as connection, one_processor():
        cast = Cast(connection)
        section.results += [compare(url, case, effort, aim=_AIM) for case in _cases(cast)]
        everybody = f"select * from helpdesk.users {_NEWEST} limit $1"
        # Nothing tells the planner that the person is a customer, so it reads all people.
        with Requests(url, cast.typical, everybody) as requests:
            times = [requests.run([50]) for _ in range(_CALLS)]
        name = "customer: users without a filter"
        section.results.append(Result(name, {"with RLS, ms": percentile(times, 0.25), "p99, ms": max(times)}))
    return section


def _cases(cast: Cast) -> Iterator[Case]:
    for name, who, tail, params in (
        ("admin: people, newest first", cast.admin, f"{_NEWEST} limit $1", [50]),
        ("agent: customers, newest first", cast.agent, f"where role = $1 {_NEWEST} limit $2", ["customer", 50]),
        ("agent: a person by address", cast.agent, "where email = $1", ["customer12345@example.com"]),
        ("customer: their own row, by id", cast.typical, "where user_id = $1::uuid", [cast.typical.user_id]),
    ):
        statement = f"select * from helpdesk.users {tail}"
        yield Case(name, who, statement, [params], statement, [params])
    mine = page("select t.*, '{}'::text[] as tags from helpdesk.tickets as t", "t.created_by = $1::uuid", 1)
    yield Case(
        "customer: their list",
        cast.typical,
        page("select * from helpdesk.my_tickets", "true", 0),
        [[50, 0]],
        mine,
        [[cast.typical.user_id, 50, 0]],
    )
