"""Uninstalling: what it would remove, what stands in its way, and that it is all or nothing."""

from __future__ import annotations

import builtins
from collections import Counter
from collections.abc import Iterator
from typing import Any, LiteralString

import psycopg
import pytest
from tests.db.catalog import snapshot
from tests.db.conftest import MIGRATIONS, Server
from tests.db.people import Db

from helpdesk_sdk.errors import ConfigurationError, ConnectionFailedError, HelpdeskError
from helpdesk_sdk.install import _catalog
from helpdesk_sdk.install import uninstall as _uninstall
from helpdesk_sdk.local import migrations

POLICIES = {"realtime.messages": 7, "storage.objects": 8, "storage.buckets": 3}
"""The number of our policies on each table of the platform."""


@pytest.fixture
def url(pg: Server, own: str) -> str:
    """The URL of a furnished helpdesk of the test's own, without files."""
    return without_files(pg.url(own))


def without_files(url: str) -> str:
    """Delete the files, as the Storage API does."""
    with psycopg.connect(url) as connection:
        connection.execute("set local storage.allow_delete_query = 'true'; delete from storage.objects")
    return url


@pytest.fixture
def bystander(pg: Server) -> Iterator[str]:
    """The URL of a database without a helpdesk."""
    name = pg.copy("empty")
    yield pg.url(name)
    pg.drop(name)


def test_the_plan_says_what_would_go_and_changes_nothing(pg: Server, own: str, url: str) -> None:
    with pg.connect(own) as db:
        before = snapshot(db)
    found = _uninstall.plan(url)
    assert found.tables["helpdesk.tickets"] == 7
    assert found.tables["helpdesk_private.request_ids"] == 7
    assert found.triggers == ("helpdesk_follow_login on auth.users",)
    assert Counter(policy.partition('" on ')[2] for policy in found.policies) == POLICIES
    assert all(policy.startswith('"helpdesk: ') for policy in found.policies)
    assert found.bucket == "helpdesk-attachments"
    assert found.migrations == tuple(m.version for m in migrations.available(MIGRATIONS))
    assert found.blockers == ()
    with pg.connect(own) as db:
        assert snapshot(db) == before


def test_everything_goes_and_the_logins_stay(pg: Server, own: str, url: str) -> None:
    planned = _uninstall.plan(url)
    assert _uninstall.run(url) == planned
    with pg.connect(own) as db:
        rows = db.execute("select nspname from pg_namespace where nspname like 'helpdesk%'").fetchall()
        logins = db.execute("select count(*) as n from auth.users").fetchone()
        history = db.execute("select count(*) as n from supabase_migrations.schema_migrations").fetchone()
        policies = db.execute("select polname from pg_policy where polname like 'helpdesk%'").fetchall()
        buckets = db.execute("select id from storage.buckets").fetchall()
    assert (rows, logins, history, policies, buckets) == ([], {"n": 8}, {"n": 0}, [], [])
    with pytest.raises(_uninstall.NotInstalledError):
        _uninstall.plan(url)
    with pytest.raises(_uninstall.NotInstalledError):
        _uninstall.run(url)


BLOCKERS: dict[str, tuple[LiteralString, str]] = {
    "a foreign key": (
        "create table public.orders (id int, ticket uuid references helpdesk.tickets)",
        "constraint orders_ticket_fkey on table orders depends on",
    ),
    "a view": ("create view public.urgent as select title from helpdesk.tickets", "view urgent depends on table"),
    "a view of a view": ("create view public.mine as select * from helpdesk.my_tickets", "view mine depends on view"),
    "a function's argument": (
        "create function public.f(t helpdesk.tickets) returns int language sql as $$ select 1 $$",
        "function f(helpdesk.tickets) depends on type",
    ),
    "a policy": (
        "create table public.orders (id int); "
        "create policy staff on public.orders using (helpdesk_private.my_role() = 'agent')",
        "policy staff on table orders depends on function",
    ),
    "a default": (
        "create table public.orders (version text default helpdesk.schema_version())",
        "default value for column version of table orders depends on function",
    ),
    "a trigger": (
        "create table public.orders (id int); create trigger t after insert on public.orders "
        "for each row execute function helpdesk_private.touch_updated_at()",
        "trigger t on table orders depends on function",
    ),
    "a column of our type": ("create table public.orders (t helpdesk.tickets)", "column t of table orders depends on"),
    "a table of theirs in our schema": (
        "create table helpdesk.surveys (id int)",
        "table helpdesk.surveys is in a schema of the helpdesk, but is not a part of it",
    ),
    "a function of theirs in our schema": (
        "create function helpdesk.survey() returns int language sql as $$ select 1 $$",
        "function helpdesk.survey() is in a schema of the helpdesk, but is not a part of it",
    ),
    "a replaced function of theirs in our schema": (
        "create or replace function helpdesk_private.survey() returns int language sql as $$ select 1 $$",
        "function helpdesk_private.survey() is in a schema",
    ),
    "a function of theirs that is named like ours": (
        "create function helpdesk.whoami(p_loudly boolean) returns int language sql as $$ select 1 $$",
        "function helpdesk.whoami(boolean) is in a schema",
    ),
    "a materialized view of theirs in our schema": (
        "create materialized view helpdesk_private.report as select 1 as one",
        "materialized view helpdesk_private.report is in a schema",
    ),
    "a composite type of theirs in our schema": (
        "create type helpdesk.place as (x int, y int)",
        "type helpdesk.place is in a schema",
    ),
    "a domain of theirs in our schema": ("create domain helpdesk.score as int", "type helpdesk.score is in a schema"),
    "a sequence of theirs in our schema": ("create sequence helpdesk.tally", "sequence helpdesk.tally is in a schema"),
    "a collation of theirs in our schema": (
        "create collation helpdesk.plain (locale = 'C')",
        "collation helpdesk.plain is in a schema",
    ),
    "a policy on the messages of Realtime that calls ours": (
        "drop policy if exists theirs on realtime.messages; create policy theirs on realtime.messages "
        "for select to authenticated using (helpdesk_private.my_role() = 'agent')",
        "policy theirs on table realtime.messages depends on function",
    ),
    "a policy named like ours": (
        'drop policy if exists "helpdesk: theirs" on realtime.messages; '
        "create policy \"helpdesk: theirs\" on realtime.messages for select to authenticated using (topic = 'room')",
        'policy "helpdesk: theirs" on realtime.messages is named like a part of the helpdesk, but is not one',
    ),
    "a policy on the objects of Storage that calls ours": (
        "create policy theirs on storage.objects for select to authenticated "
        "using (helpdesk_private.my_role() = 'agent')",
        "policy theirs on table storage.objects depends on function",
    ),
    "files in the bucket": (
        "insert into storage.objects (bucket_id, name) values ('helpdesk-attachments', 'tickets/x')",
        "the bucket helpdesk-attachments has 1 file: helpdesk attachments sweep --all deletes them",
    ),
    "a type of theirs in our schema": (
        "create type helpdesk.mood as enum ('calm')",
        "type helpdesk.mood is in a schema",
    ),
}


@pytest.fixture(scope="module")
def blocked(pg: Server) -> Iterator[str]:
    """The URL of a furnished helpdesk that nothing manages to remove."""
    name = pg.copy("world")
    yield without_files(pg.url(name))
    pg.drop(name)


@pytest.mark.parametrize("what", BLOCKERS)
def test_what_depends_on_the_helpdesk_stands_in_the_way(blocked: str, what: str) -> None:
    statement, sentence = BLOCKERS[what]
    with psycopg.connect(blocked) as connection:
        connection.execute("drop schema public cascade; create schema public")
        connection.execute(statement)
    found = _uninstall.plan(blocked).blockers
    assert any(blocker.startswith(sentence) for blocker in found), found
    with pytest.raises(_uninstall.UninstallBlockedError) as caught:
        _uninstall.run(blocked)
    assert sentence in str(caught.value)
    assert _uninstall.plan(blocked).tables["helpdesk.tickets"] == 7


def test_what_hangs_on_our_tables_goes_with_them(pg: Server, own: str, url: str) -> None:
    with psycopg.connect(url) as connection:
        connection.execute("create publication changes for table helpdesk.tickets, auth.users")
        connection.execute("create index theirs on helpdesk.tickets (title)")
        connection.execute("alter default privileges in schema helpdesk grant select on tables to anon")
    assert _uninstall.plan(url).blockers == ()
    _uninstall.run(url)
    with pg.connect(own) as db:
        published = db.execute("select tablename from pg_publication_tables where pubname = 'changes'").fetchall()
        index = db.execute("select from pg_class where relname = 'theirs'").fetchall()
        schemas = db.execute("select from pg_namespace where nspname like 'helpdesk%'").fetchall()
    assert (published, index, schemas) == ([{"tablename": "users"}], [], [])


def test_the_list_of_our_objects_is_that_of_a_fresh_helpdesk(db: Db) -> None:
    found = {row["name"] for row in db.execute(_catalog.OBJECTS, _catalog.PARAMETERS)}
    assert found == _catalog.own_objects(), "run scripts/own_objects.py"


OURS: LiteralString = """
create type helpdesk.mood as enum ('calm');
create or replace function helpdesk.survey(mood helpdesk.mood) returns int language sql as $$ select 1 $$;
create materialized view helpdesk_private.report as select status, count(*) as tickets from helpdesk.tickets group by 1;
"""


def test_what_a_later_migration_of_ours_makes_is_ours_whatever_its_kind(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with psycopg.connect(url) as connection:
        connection.execute(OURS)
    later = {
        "type helpdesk.mood",
        "function helpdesk.survey(helpdesk.mood)",
        "materialized view helpdesk_private.report",
    }
    strangers = _uninstall.plan(url).blockers
    assert {stranger.partition(" is in a schema")[0] for stranger in strangers} == later
    known = _catalog.own_objects() | later
    monkeypatch.setattr(_catalog, "own_objects", lambda: known)
    assert _uninstall.run(url).blockers == ()
    with pytest.raises(_uninstall.NotInstalledError):
        _uninstall.plan(url)


def test_without_a_history_of_migrations_a_stranger_is_still_found(url: str) -> None:
    with psycopg.connect(url) as connection:
        connection.execute("drop schema supabase_migrations cascade")
        connection.execute("create table helpdesk.surveys (id int)")
    assert [blocker.partition(" is ")[0] for blocker in _uninstall.plan(url).blockers] == ["table helpdesk.surveys"]


def test_a_helpdesk_newer_than_the_package_is_left_alone(url: str) -> None:
    with psycopg.connect(url) as connection:
        connection.execute("insert into helpdesk_private.concepts values ('29991231000100', 'telepathy')")
    for use in (_uninstall.plan, _uninstall.run):
        with pytest.raises(HelpdeskError, match="newer than this package: it has migration 29991231000100"):
            use(url)
    with psycopg.connect(url) as connection:
        connection.execute("delete from helpdesk_private.concepts where concept = 'telepathy'")
    assert _uninstall.plan(url).tables["helpdesk.tickets"] == 7


def test_a_helpdesk_in_use_is_left_alone(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_uninstall, "_WAIT_FOR_TABLE", "100ms")
    with psycopg.connect(url) as busy:
        busy.execute("select count(*) from helpdesk.tickets")
        with pytest.raises(HelpdeskError, match="in use"):
            _uninstall.run(url)
    assert _uninstall.plan(url).tables["helpdesk.tickets"] == 7


def test_messages_that_are_locked_leave_everything_as_it_was(
    pg: Server, own: str, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_uninstall, "_WAIT_FOR_TABLE", "100ms")
    planned = _uninstall.plan(url)
    with pg.connect(own) as busy:
        busy.execute("select count(*) from realtime.messages")
        with pytest.raises(HelpdeskError, match="in use"):
            _uninstall.run(url)
    assert _uninstall.plan(url) == planned


def test_the_projects_own_policies_stay(pg: Server, own: str, url: str) -> None:
    with psycopg.connect(url) as connection:
        connection.execute("create policy theirs on realtime.messages for select to authenticated using (topic = 'x')")
    assert not any("theirs" in policy for policy in _uninstall.run(url).policies)
    with pg.connect(own) as db:
        left = db.execute("select polname from pg_policy where polrelid = 'realtime.messages'::regclass").fetchall()
    assert left == [{"polname": "theirs"}]


def test_a_database_without_a_helpdesk(bystander: str) -> None:
    with pytest.raises(_uninstall.NotInstalledError):
        _uninstall.plan(bystander)


def test_what_is_no_database(pg: Server) -> None:
    with pytest.raises(ConnectionFailedError, match="cannot be reached"):
        _uninstall.plan("postgresql://postgres:wrong@127.0.0.1:1/postgres")
    with pytest.raises(ConfigurationError, match="not a database URL"):
        _uninstall.plan("postgresql//nothing here")


def test_without_psycopg_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def without(name: str, *rest: Any, **named: Any) -> Any:
        if name.startswith("psycopg"):
            raise ImportError(name)
        return real(name, *rest, **named)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(ConfigurationError, match="needs psycopg") as caught:
        _uninstall.plan("postgresql://127.0.0.1/postgres")
    assert "[local]" in str(caught.value)
