"""The exact list of who may do what on which object, and the rules that every object of ours keeps."""

from __future__ import annotations

from pathlib import Path
from typing import Any, LiteralString

import psycopg
import pytest
from psycopg import errors, sql
from tests.db.catalog import privileges
from tests.db.conftest import MIGRATIONS, Server
from tests.db.people import ANONYMOUS, CUSTOMER, SERVICE, Db, Person, as_person

from helpdesk_sdk.local import migrations
from helpdesk_sdk.verification.matrix.forged import CLOSED_VIEWS, PRIVATE, PRIVATE_VIEWS, TABLES

ALLOWED = (Path(__file__).parent / "privileges.txt").read_text().splitlines()

GENEROUS: LiteralString = """
alter default privileges grant all on tables to public, anon, authenticated, service_role;
alter default privileges grant all on sequences to public, anon, authenticated, service_role;
alter default privileges grant all on functions to public, anon, authenticated, service_role;
alter default privileges grant all on schemas to public, anon, authenticated, service_role;
"""


def test_the_privileges_are_exactly_those_of_the_list(db: Db) -> None:
    assert privileges(db) == ALLOWED


def test_anonymous_and_public_have_nothing(db: Db) -> None:
    assert [line for line in privileges(db) if line.startswith(("public:", "anon:"))] == []


def test_a_host_with_generous_default_privileges_gives_nobody_more(pg: Server) -> None:
    name = pg.copy("empty")
    with psycopg.connect(pg.url(name), autocommit=True) as connection:
        connection.execute(GENEROUS)
    migrations.apply(pg.url(name), MIGRATIONS)
    with pg.connect(name) as db:
        assert privileges(db) == ALLOWED
    pg.drop(name)


@pytest.mark.parametrize("person", [ANONYMOUS, CUSTOMER, SERVICE], ids=str)
def test_a39_every_function_that_is_not_on_the_list_is_refused(db: Db, person: Person) -> None:
    functions = db.execute(
        "select p.oid::regprocedure::text as signature, n.nspname as schema, p.proname as name, "
        "array(select format_type(t, null) from unnest(p.proargtypes) as t) as types, p.provariadic <> 0 as variadic "
        "from pg_proc as p join pg_namespace as n on n.oid = p.pronamespace "
        "where n.nspname in ('helpdesk', 'helpdesk_private')"
    ).fetchall()
    assert len(functions) > 50
    for function in functions:
        listed = f"{person.database_role}: function {function['signature']}: execute" in ALLOWED
        refused = _refused(db, person, function["schema"], function["name"], function["types"], function["variadic"])
        assert refused is not listed, function["signature"]


def _refused(db: Db, person: Person, schema: str, name: str, types: list[str], variadic: bool) -> bool:
    arguments = [sql.SQL("null::{}").format(sql.SQL(kind)) for kind in types]
    if variadic:
        arguments[-1] = sql.SQL("variadic ") + arguments[-1]
    call = sql.SQL("select {}({})").format(sql.Identifier(schema, name), sql.SQL(", ").join(arguments))
    try:
        with as_person(db, person):
            db.execute(call)
    except errors.InsufficientPrivilege as error:
        return "permission denied for" in (error.diag.message_primary or "")
    except psycopg.Error:
        return False
    return False


RUNS_AS_ITS_READER = "every view runs as its reader, but for private ones that policies and views read"
ASKS_WHETHER_ACTIVE = "every table of the API asks whether the person is active"
OPEN_TO_NOBODY = "every policy is for signed-in people, and none is open to all of them"
RULES: dict[str, LiteralString] = {
    "every table has row-level security on": """
        select oid::regclass as broken from pg_class
        where relkind in ('r', 'p') and not relrowsecurity and relnamespace = any({ours})""",
    "no table forces row-level security, which would lock our own helpers out": """
        select oid::regclass as broken from pg_class where relforcerowsecurity and relnamespace = any({ours})""",
    RUNS_AS_ITS_READER: """
        select oid::regclass as broken from pg_class
        where relkind in ('v', 'm') and relnamespace = any({ours})
          and not coalesce(reloptions @> '{{security_invoker=true}}', false)
          and oid::regclass::text not in (
            'helpdesk_private.seen_tickets', 'helpdesk_private.worked_tickets', 'helpdesk_private.staff_tags',
            'helpdesk_private.conversation_parts', 'helpdesk_private.published_chunks')""",
    # Its condition names no column: it is decided before the first row is read.
    "every view with its owner's rights is a security barrier, but two whose condition names no column": """
        select oid::regclass as broken from pg_class
        where relkind = 'v' and relnamespace = any({ours})
          and not coalesce(reloptions @> '{{security_invoker=true}}', false)
          and not coalesce(reloptions @> '{{security_barrier=true}}', false)
          and oid::regclass::text not in ('helpdesk_private.staff_tags', 'helpdesk_private.conversation_parts')""",
    "every function pins a search_path in which nobody's own types come first": """
        select oid::regprocedure as broken from pg_proc
        where pronamespace = any({ours})
          and not coalesce(proconfig @> array['search_path=pg_catalog, pg_temp'], false)""",
    "every definer function is private": """
        select oid::regprocedure as broken from pg_proc
        where prosecdef and pronamespace = 'helpdesk'::regnamespace""",
    "no function runs dynamic SQL": """
        select oid::regprocedure as broken from pg_proc
        where pronamespace = any({ours}) and prosrc ~* '\\m(execute|dblink)\\M'""",
    # What it changes is no role and no claim: a note to itself, once announcing was too slow, and the setting that
    # realtime.send() leaves behind, put back to what the host's transaction had.
    # slack_act() takes on a person's role and claims: it is the system's alone, and runs with the system's rights, with
    # which a request can become anybody without it, too. In a definer function the role cannot be changed at all.
    "no function changes settings, but for two that announce_event() may, and slack_act() of the system": """
        select oid::regprocedure as broken from pg_proc
        where pronamespace = any({ours}) and (
          case
            when oid::regprocedure::text = 'helpdesk_private.announce_event()'
            then regexp_replace(prosrc, 'set_config\\(''(helpdesk\\.announcing|realtime\\.topic)'', ', '', 'g')
            when oid::regprocedure::text = 'helpdesk.slack_act(uuid,text,text,text,jsonb)' and not prosecdef
              and not has_function_privilege('authenticated', oid, 'execute')
            then regexp_replace(prosrc, 'set_config\\(''(role|request\\.jwt\\.claims?(\\.sub)?)'', ', '', 'g')
            else prosrc
          end
        ) ~* '(\\mset_config\\M|\\mset\\s+(local|session)\\M)'""",
    "every function is in a language that cannot leave the database": """
        select p.oid::regprocedure as broken from pg_proc as p join pg_language as l on l.oid = p.prolang
        where l.lanname not in ('sql', 'plpgsql') and p.pronamespace = any({ours})""",
    OPEN_TO_NOBODY: """
        select tablename || ': ' || policyname as broken from pg_policies
        where schemaname in ('helpdesk', 'helpdesk_private')
          and (roles <> '{{authenticated}}' or coalesce(qual, with_check) = 'true')""",
    "one permissive policy for each table and verb": """
        select tablename || ' ' || cmd as broken from pg_policies
        where permissive = 'PERMISSIVE' and schemaname in ('helpdesk', 'helpdesk_private')
        group by tablename, cmd having count(*) > 1""",
    ASKS_WHETHER_ACTIVE: """
        select c.oid::regclass as broken from pg_class as c
        where c.relkind = 'r' and c.relnamespace = 'helpdesk'::regnamespace and not exists (
          select from pg_policies as p
          where p.schemaname = 'helpdesk' and p.tablename = c.relname
            -- Its one policy asks nothing else.
            and (p.permissive = 'RESTRICTIVE' or c.relname = 'status_transitions') and p.qual like '%is_active()%'
        )""",
    "every text, array and JSON column that anybody can write has a limit": """
        select c.oid::regclass || '.' || a.attname as broken
        from pg_class as c join pg_attribute as a on a.attrelid = c.oid and a.attnum > 0
        where c.relnamespace = 'helpdesk'::regnamespace and c.relkind = 'r'
          and (a.atttypid in ('text'::regtype, 'jsonb'::regtype, 'json'::regtype) or a.attndims > 0)
          and has_column_privilege('service_role', c.oid, a.attnum, 'insert, update')
          and not exists (
            select from pg_constraint as k where k.conrelid = c.oid and k.contype = 'c' and a.attnum = any(k.conkey)
          )""",
    "nothing is published": """
        select pubname || ': ' || tablename as broken from pg_publication_tables
        where schemaname in ('helpdesk', 'helpdesk_private')""",
    "no types of its own, whose use everybody would be granted": """
        select oid::regtype as broken from pg_type
        where typtype in ('e', 'd', 'r', 'm') and typnamespace = any({ours})""",
    "every table and view of the API is explained": """
        select oid::regclass as broken from pg_class
        where relkind in ('r', 'v') and relnamespace = 'helpdesk'::regnamespace and obj_description(oid) is null""",
    "every function of the API is explained": """
        select oid::regprocedure as broken from pg_proc
        where pronamespace = 'helpdesk'::regnamespace and obj_description(oid) is null""",
}


def broken(db: Db, rule: str) -> list[dict[str, Any]]:
    """The objects that break a rule."""
    ours = sql.SQL("array['helpdesk'::regnamespace, 'helpdesk_private'::regnamespace]::oid[]")
    return db.execute(sql.SQL(RULES[rule]).format(ours=ours)).fetchall()


@pytest.mark.parametrize("rule", RULES)
def test_every_object_keeps_the_rules(db: Db, rule: str) -> None:
    assert broken(db, rule) == []


@pytest.mark.parametrize(
    ("schema", "kinds", "listed"),
    [
        ("helpdesk", "rp", TABLES),
        ("helpdesk_private", "rp", tuple(PRIVATE)),
        ("helpdesk_private", "vm", (*PRIVATE_VIEWS, *CLOSED_VIEWS)),
    ],
    ids=["tables", "private tables", "private views"],
)
def test_every_table_and_private_view_is_attacked(db: Db, schema: str, kinds: str, listed: tuple[str, ...]) -> None:
    query: LiteralString = "select relname from pg_class where relnamespace = %s::regnamespace and relkind = any(%s)"
    assert {row["relname"] for row in db.execute(query, (schema, list(kinds))).fetchall()} == set(listed)


def test_the_log_of_concepts_agrees_with_the_files(db: Db) -> None:
    recorded = db.execute("select version, concept from helpdesk_private.concepts order by version").fetchall()
    files = [path.stem.split("_", 2) for path in sorted(MIGRATIONS.glob("*_helpdesk_*.sql"))]
    assert [(row["version"], row["concept"]) for row in recorded] == [
        (version, concept) for version, _, concept in files
    ]
    row = db.execute("select helpdesk.schema_version() as newest").fetchone()
    assert row == {"newest": files[-1][0]}
