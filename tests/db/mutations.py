"""What would go wrong if a guard were taken away: each of them in turn, and what must notice.

A mutation happens inside a transaction that is rolled back, so hundreds take a minute. Where two guards hold the same
door (a missing privilege, and a schema one may not enter), `given` takes the other one away first: what watches must be
content then, and notice once the mutation is there too.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from psycopg import sql
from tests.db.people import Db

NOTHING = sql.SQL("select").format()
_LIMITED_FIRST = {
    "invitations_email_check": ("users", "users_email_check"),
    "messages_chosen_status_check": ("tickets", "tickets_status_check"),
}
"""Limits whose value another table's limit checks too: that table and limit."""
_RAISES = "helpdesk_private.fail("
_ONLY_IN_A_RACE = {
    # function, reason, which of its places
    ("require_worker", "inactive_user", 0),
    ("guard_ticket_update", "ticket_not_found", 0),
    ("guard_ticket_insert", "team_not_found", 1),
    # What else refuses: every caller gives an id.
    ("remember_request", "invalid_value", 0),
    ("lock_ticket", "ticket_not_found", 0),
    ("send_reply", "ticket_not_found", 0),
    ("send_reply", "id_conflict", 1),
    ("add_note", "id_conflict", 1),
    # Which isolation level a transaction has is decided before its first query.
    ("recount_tickets", "invalid_value", 0),
    ("reserve_attachment", "id_conflict", 1),
    ("queue_run", "id_conflict", 0),
    ("save_article", "slug_taken", 1),
    ("merge_tickets", "ticket_merged", 1),
}
"""Refusals that nobody meets alone: tests of concurrency watch them."""


@dataclass(frozen=True)
class Mutation:
    """One guard taken away.

    Attributes:
        name: what is done, in words.
        about: the tables, views or functions that it is about, to try those rows first.
        statement: how it is done.
        given: what else holds the door, and how to take it away before.
        role: for a privilege, who gets it: only tries of people with that database role can notice.
        verb: for a privilege on a table, what it allows.
    """

    name: str
    about: tuple[str, ...]
    statement: sql.Composed
    given: sql.Composed | None = None
    role: str | None = None
    verb: str | None = None


def all_of_them(db: Db) -> Iterator[Mutation]:
    """The guards of this database, each taken away, but for privileges: see mutations_privileges."""
    yield from _policies(db)
    yield from _row_level_security(db)
    yield from _triggers(db)
    yield from _refusals(db)
    yield from _limits(db)


def _policies(db: Db) -> Iterator[Mutation]:
    rows = db.execute(
        "select * from pg_policies where schemaname = 'helpdesk' order by tablename, policyname"
    ).fetchall()
    opened = {
        row["tablename"]: _widened(row) for row in rows if row["cmd"] == "SELECT" and row["permissive"] == "PERMISSIVE"
    }
    for row in rows:
        name, table = sql.Identifier(row["policyname"]), row["tablename"]
        drop = sql.SQL("drop policy {} on {}").format(name, in_helpdesk(table))
        yield Mutation(f'drop policy "{row["policyname"]}" on {table}', (table,), drop)
        if row["permissive"] == "PERMISSIVE":
            # A row to change or remove must be seen first; and a guard may look at a new row before the policy does.
            given = opened.get(table)
            if row["cmd"] == "INSERT" and table == "tickets":
                given = sql.SQL("grant insert (created_by) on helpdesk.tickets to authenticated").format()
            yield Mutation(f'open policy "{row["policyname"]}" on {table}', (table,), _widened(row), given)


def _widened(row: dict[str, Any]) -> sql.Composed:
    clause = "with check (true)" if row["cmd"] == "INSERT" else "using (true)"
    statement = sql.SQL("alter policy {} on {} ").format(
        sql.Identifier(row["policyname"]), in_helpdesk(row["tablename"])
    )
    return statement + sql.SQL(clause)


def _row_level_security(db: Db) -> Iterator[Mutation]:
    for table in relations(db, "r", "helpdesk"):
        statement = sql.SQL("alter table {} disable row level security").format(in_helpdesk(table))
        yield Mutation(f"no row-level security on {table}", (table,), statement)
    for view in relations(db, "v", "helpdesk"):
        statement = sql.SQL("alter view {} reset (security_invoker)").format(in_helpdesk(view))
        yield Mutation(f"view {view} runs as its owner", (view,), statement)


# What it guards happens between two transactions only: concurrency.py takes it away.
_BETWEEN_TRANSACTIONS = {"guard_tag_lock", "guard_untag_lock", "await_team_name", "await_tag", "await_exclusion"}


def _triggers(db: Db) -> Iterator[Mutation]:
    rows = db.execute(
        "select t.tgname as name, c.relnamespace::regnamespace::text as schema, c.relname as relation "
        "from pg_trigger as t join pg_class as c on c.oid = t.tgrelid "
        "join pg_proc as p on p.oid = t.tgfoid "
        "where not t.tgisinternal and p.pronamespace = 'helpdesk_private'::regnamespace order by 3, 1"
    )
    for row in rows.fetchall():
        if row["name"] in _BETWEEN_TRANSACTIONS:
            continue
        on = sql.Identifier(row["schema"], row["relation"])
        statement = sql.SQL("drop trigger {} on {}").format(sql.Identifier(row["name"]), on)
        yield Mutation(f"drop trigger {row['name']} on {row['relation']}", (row["relation"],), statement)


def _refusals(db: Db) -> Iterator[Mutation]:
    """Each place where a function refuses, made to go on instead."""
    rows = db.execute(
        "select proname as name, pg_get_functiondef(p.oid) as source, "
        "array(select tgrelid::regclass::text from pg_trigger where tgfoid = p.oid) as tables from pg_proc as p "
        "where pronamespace = 'helpdesk_private'::regnamespace and proname <> 'fail' order by proname"
    )
    for row in rows.fetchall():
        places: Counter[str] = Counter()
        for found in re.finditer(re.escape(_RAISES) + r"\s*'?(\w+)", row["source"]):
            place = (row["name"], found[1], places[found[1]])
            places[found[1]] += 1
            if place in _ONLY_IN_A_RACE:
                continue
            source = row["source"][: found.start()] + "concat(" + row["source"][found.start() + len(_RAISES) :]
            line = row["source"].count("\n", 0, found.start()) + 1
            name = f"{row['name']}() does not refuse: {found[1]} (line {line})"
            about = (row["name"], *(table.removeprefix("helpdesk.") for table in row["tables"]))
            yield Mutation(name, about, sql.Composed([sql.SQL(source)]))


def _limits(db: Db) -> Iterator[Mutation]:
    rows = db.execute(
        "select conname as name, conrelid::regclass::text as on, relname as relation "
        "from pg_constraint as k join pg_class as c on c.oid = conrelid "
        "where contype = 'c' and connamespace = 'helpdesk'::regnamespace "
        # What only our own functions write, from constants of theirs, is no limit on input.
        "and pg_get_constraintdef(k.oid) like '%helpdesk_private.%' order by 2, 1"
    )
    for row in rows.fetchall():
        other = _LIMITED_FIRST.get(row["name"])
        given = _dropped(*other) if other else None
        about = (row["relation"], *(other or ())[:1])
        yield Mutation(f"drop limit {row['name']}", about, _dropped(row["relation"], row["name"]), given)


def _dropped(table: str, limit: str) -> sql.Composed:
    return sql.SQL("alter table {} drop constraint {}").format(in_helpdesk(table), sql.Identifier(limit))


def in_helpdesk(name: str) -> sql.Identifier:
    """A table or view of the public schema."""
    return sql.Identifier("helpdesk", name)


def relations(db: Db, kind: str, schema: str) -> list[str]:
    """The names of the relations of a kind."""
    rows = db.execute(
        "select relname from pg_class where relkind = %s and relnamespace = %s::regnamespace order by 1", (kind, schema)
    )
    return [row["relname"] for row in rows.fetchall()]
