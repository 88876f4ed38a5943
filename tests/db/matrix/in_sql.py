"""Try a case in SQL: as each person, undone each time."""

from __future__ import annotations

from typing import Any

from psycopg import errors, sql
from tests.db.matrix.statements import statement
from tests.db.people import Db, Person, as_person

from helpdesk_sdk.verification.matrix.operations import resolve
from helpdesk_sdk.verification.matrix.outcomes import Case, Outcome


def failures(db: Db, world: dict[str, str], case: Case) -> list[str]:
    """What did not come out as expected, one line a person; none is good."""
    found = []
    for person, outcome in case.outcomes():
        got = attempt(db, world, case, person, outcome)
        if got:
            found.append(f"{person}: expected {outcome.token}, got {got}")
    return found


def attempt(db: Db, world: dict[str, str], case: Case, person: Person, outcome: Outcome) -> str | None:
    """Try once; None when it comes out as expected, otherwise what came instead."""
    said, parameters = statement(case.tries, world)
    before = fingerprint(db) if outcome.rows == 0 and case.tries.verb != "read" else None
    try:
        with as_person(db, person):
            cursor = db.execute(said, parameters)
            rows: list[dict[str, Any]] = cursor.fetchall() if cursor.description else []
            if before and before != _as_owner(db):
                return "no rows, yet something changed"
    except errors.Error as error:
        return _judge_error(outcome, error)
    # One list of JSON is its items, and an object is its parts, as over HTTP.
    value = next(iter(rows[0].values())) if len(rows) == 1 and len(rows[0]) == 1 else None
    found = value if isinstance(value, list) else [value] if isinstance(value, dict) else rows
    return judge_rows(case, outcome, found, world)


def judge_rows(case: Case, outcome: Outcome, rows: list[dict[str, Any]], world: dict[str, str]) -> str | None:
    """None when rows were expected, so many of them, saying what they must."""
    if outcome.sqlstate or (outcome.rows is not None and len(rows) != outcome.rows):
        return f"{len(rows)} rows"
    if rows:
        for name, expected in case.gives.items():
            wanted = resolve(expected, world)
            got = rows[0][name]
            if got != wanted and str(got) != str(wanted):
                return f"{name} = {got!r}"
    return None


def _judge_error(outcome: Outcome, error: errors.Error) -> str | None:
    reason = error.diag.message_detail if outcome.reason else None
    if error.sqlstate == outcome.sqlstate and reason == outcome.reason:
        return None
    return f"{error.sqlstate} {error.diag.message_primary} {error.diag.message_detail or ''}".strip()


def _as_owner(db: Db) -> str:
    db.execute("reset session authorization")
    return fingerprint(db)


def fingerprint(db: Db) -> str:
    """A hash of everything in the helpdesk, to see whether anything changed."""
    tables = db.execute(
        "select n.nspname as schema, c.relname as name "
        "from pg_class as c join pg_namespace as n on n.oid = c.relnamespace "
        "where n.nspname in ('helpdesk', 'helpdesk_private') and c.relkind = 'r' order by 1, 2"
    ).fetchall()
    parts = [
        sql.SQL("(select coalesce(string_agg(md5(t::text), '' order by t::text), '') from {} as t)").format(
            sql.Identifier(table["schema"], table["name"])
        )
        for table in tables
    ]
    row = db.execute(sql.SQL("select md5({}) as hash").format(sql.SQL(" || ").join(parts))).fetchone()
    assert row
    return str(row["hash"])
