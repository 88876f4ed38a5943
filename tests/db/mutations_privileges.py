"""Privileges that nobody should have, each given to each role: see mutations."""

from __future__ import annotations

from collections.abc import Iterator

from psycopg import sql
from tests.db.catalog import ALLOWED, granted_columns, listed
from tests.db.mutations import Mutation, in_helpdesk, relations
from tests.db.people import Db

_VERBS = ("select", "insert", "update", "delete", "truncate", "trigger")
_FOR_THE_OWNER = {"rebase_events", "rebuild_search", "quote_stands"}
"""Functions that run as their caller and need more than the grant: they alter a table, call a function of the owner's,
or read a closed table. They refuse with the grant as without it."""


def all_of_them(db: Db) -> Iterator[Mutation]:
    """Each privilege on a table, a column, a schema or a function that the list of privileges does not have."""
    yield from _table_privileges(db)
    yield from _column_privileges(db)
    yield from _other_privileges(db)


def _table_privileges(db: Db) -> Iterator[Mutation]:
    for schema in ("helpdesk", "helpdesk_private"):
        for kind in ("r", "v"):
            for relation in relations(db, kind, schema):
                for role in ("anon", "authenticated", "service_role"):
                    for verb in _VERBS:
                        if not listed(role, schema, relation, verb) and (
                            kind == "r" or _possible(db, schema, relation, verb)
                        ):
                            yield _granted(db, schema, relation, role, verb)


def _possible(db: Db, schema: str, view: str, verb: str) -> bool:
    """Whether PostgreSQL can do that to a view at all, whoever asks."""
    if verb == "select":
        return True
    row = db.execute("select pg_relation_is_updatable(%s::regclass, false) as verbs", (f"{schema}.{view}",)).fetchone()
    return bool(row and row["verbs"]) and verb in ("insert", "update", "delete")


def _granted(db: Db, schema: str, relation: str, role: str, verb: str) -> Mutation:
    statement = sql.SQL("grant {} on {} to {}").format(
        sql.SQL(verb),
        sql.Identifier(schema, relation),
        sql.Identifier(role),
    )
    name = f"grant {verb} on {schema}.{relation} to {role}"
    return Mutation(name, (relation,), statement, _doors_open(db, schema, relation, role, verb), role, verb)


def _doors_open(db: Db, schema: str, relation: str, role: str, verb: str) -> sql.Composed:
    """All that stands between a role and an object, but that one privilege."""
    # The table itself, or the tables that a view reads.
    tables = db.execute(
        "select distinct c.relname as name from pg_class as c "
        "where c.relnamespace = %s::regnamespace and c.relkind = 'r' and (c.oid = %s::regclass or c.oid in ("
        "select d.refobjid from pg_rewrite as w join pg_depend as d on d.classid = 'pg_rewrite'::regclass "
        "and d.objid = w.oid where w.ev_class = %s::regclass)) order by 1",
        (schema, f"{schema}.{relation}", f"{schema}.{relation}"),
    ).fetchall()
    policies = [
        sql.SQL("create policy open_door on {} to {} using (true) with check (true)").format(
            sql.Identifier(schema, table["name"]), sql.Identifier(role)
        )
        for table in tables
    ]
    grants = sql.SQL(
        "grant usage on schema helpdesk, helpdesk_private to {role}; "
        "grant execute on all functions in schema helpdesk, helpdesk_private to {role}; "
        "grant all on all tables in schema helpdesk, helpdesk_private to {role}; "
        "grant usage on all sequences in schema helpdesk, helpdesk_private to {role}; "
        "revoke {verb} on {object} from {role}"
    ).format(
        role=sql.Identifier(role),
        verb=sql.SQL(verb),
        object=sql.Identifier(schema, relation),
    )
    return sql.SQL("; ").join([grants, *policies])


def _column_privileges(db: Db) -> Iterator[Mutation]:
    """Where some columns may be written, each of the others."""
    for table in relations(db, "r", "helpdesk"):
        # A column that is always generated is refused before anybody looks at privileges.
        columns = db.execute(
            "select attname from pg_attribute "
            "where attrelid = %s::regclass and attnum > 0 and not attisdropped "
            "and attidentity = '' and attgenerated = ''",
            (f"helpdesk.{table}",),
        ).fetchall()
        for role in ("authenticated", "service_role"):
            for verb in ("insert", "update"):
                written = granted_columns(role, table, verb)
                for column in (row["attname"] for row in columns):
                    if written and column not in written:
                        yield _granted_column(table, column, role, verb)


def _granted_column(table: str, column: str, role: str, verb: str) -> Mutation:
    statement = sql.SQL("grant {} ({}) on {} to {}").format(
        sql.SQL(verb),
        sql.Identifier(column),
        in_helpdesk(table),
        sql.Identifier(role),
    )
    given = sql.SQL("create policy open_door on {} to {} using (true) with check (true)").format(
        in_helpdesk(table), sql.Identifier(role)
    )
    return Mutation(f"grant {verb} ({column}) on {table} to {role}", (table,), statement, given, role, verb)


def _other_privileges(db: Db) -> Iterator[Mutation]:
    for schema in ("helpdesk", "helpdesk_private"):
        yield Mutation(
            f"grant usage on schema {schema} to anon",
            (),
            sql.SQL("grant usage on schema {} to anon").format(sql.Identifier(schema)),
            sql.SQL("grant select on all tables in schema {} to anon").format(sql.Identifier(schema)),
            "anon",
        )
    functions = db.execute(
        "select oid::regprocedure::text as signature, pronamespace::regnamespace::text as schema, proname as name "
        "from pg_proc where pronamespace in ('helpdesk'::regnamespace, 'helpdesk_private'::regnamespace) order by 1"
    ).fetchall()
    for function in functions:
        for role in ("anon", "authenticated", "service_role"):
            listed = f"{role}: function {function['signature']}: execute" in ALLOWED
            if not listed and function["name"] not in _FOR_THE_OWNER:
                yield _callable(function["signature"], role)


def _callable(signature: str, role: str) -> Mutation:
    granted = sql.SQL(f"grant execute on function {signature} to {role}")
    # A function of the API calls one of the private schema.
    others = sql.SQL(
        "grant usage on schema helpdesk, helpdesk_private to {0}; "
        "grant execute on all functions in schema helpdesk, helpdesk_private to {0}; "
    ).format(sql.Identifier(role))
    but_one = sql.SQL(f"revoke execute on function {signature} from {role}")
    name = f"grant execute on {signature} to {role}"
    return Mutation(name, (signature,), sql.Composed([granted]), others + but_one, role)
