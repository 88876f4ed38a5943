"""What pg_graphql would reflect, read from the catalogue as the extension does: privileges, keys, directives."""

from __future__ import annotations

import pytest
from tests.db.people import Db, value

# What it reflects for a role: relations with a key (views have none without a directive) of which a column may be read.
_REFLECTED = """
select n.nspname as schema, c.relname as name
from pg_class as c join pg_namespace as n on n.oid = c.relnamespace
where n.nspname in ('helpdesk', 'helpdesk_private') and c.relkind in ('r', 'v', 'm', 'f', 'p')
  and has_schema_privilege(%(role)s, n.oid, 'usage') and has_any_column_privilege(%(role)s, c.oid, 'select')
  and (
    exists (select from pg_index as i where i.indrelid = c.oid and i.indisprimary)
    or obj_description(c.oid, 'pg_class') ~ '@graphql\\(.*primary_key_columns'
  )
"""


def test_no_comment_is_a_directive(db: Db) -> None:
    found = db.execute("select description from pg_description where description ~* '@graphql'").fetchall()
    assert found == []


def test_nothing_is_reflected_without_a_login(db: Db) -> None:
    assert db.execute(_REFLECTED, {"role": "anon"}).fetchall() == []
    count = value(
        db,
        "select count(*) from pg_proc "
        "where pronamespace in ('helpdesk'::regnamespace, 'helpdesk_private'::regnamespace) "
        "and has_schema_privilege('anon', pronamespace, 'usage') and has_function_privilege('anon', oid, 'execute')",
    )
    assert count == 0


@pytest.mark.parametrize("role", ["authenticated", "service_role"])
def test_nothing_private_has_a_name(db: Db, role: str) -> None:
    found = {(row["schema"], row["name"]) for row in db.execute(_REFLECTED, {"role": role}).fetchall()}
    assert {schema for schema, _ in found} == {"helpdesk"}
    assert {("helpdesk", "tickets"), ("helpdesk", "messages"), ("helpdesk", "notes")} <= found


def test_no_function_or_column_of_the_api_has_a_private_type(db: Db) -> None:
    """A row of a private table would bring its name into the schema. Types that are no table are not reflected."""
    functions = db.execute(
        "select p.oid::regprocedure::text as name from pg_proc as p "
        "cross join lateral unnest(p.proargtypes::oid[] || p.prorettype) as t (oid) "
        "join pg_type as k on k.oid = t.oid join pg_class as c on c.oid = k.typrelid and c.relkind <> 'c' "
        "where p.pronamespace = 'helpdesk'::regnamespace and k.typnamespace = 'helpdesk_private'::regnamespace"
    ).fetchall()
    columns = db.execute(
        "select a.attrelid::regclass::text || '.' || a.attname as name "
        "from pg_attribute as a join pg_class as c on c.oid = a.attrelid join pg_type as k on k.oid = a.atttypid "
        "where c.relnamespace = 'helpdesk'::regnamespace and c.relkind in ('r', 'v') and a.attnum > 0 "
        "and k.typnamespace = 'helpdesk_private'::regnamespace"
    ).fetchall()
    assert [row["name"] for row in (*functions, *columns)] == []


def test_a_mutation_exists_only_where_the_matrix_lets_people_write(db: Db) -> None:
    writable = db.execute(
        "select c.relname as name from pg_class as c "
        "where c.relnamespace = 'helpdesk'::regnamespace and c.relkind = 'r' "
        "and (has_any_column_privilege('authenticated', c.oid, 'insert, update') "
        "or has_table_privilege('authenticated', c.oid, 'delete'))"
    ).fetchall()
    names = {row["name"] for row in writable}
    assert {"tickets", "ticket_tags", "teams", "team_members", "views"} <= names
    assert not names & {"messages", "notes", "events", "attachments", "ai_runs", "proposals"}
