"""Uninstalling: what it would remove, what stands in its way, and that it is all or nothing."""

from __future__ import annotations

import builtins
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, LiteralString

import psycopg
import pytest
import typer
from tests.db.catalog import snapshot
from tests.db.conftest import MIGRATIONS, Server
from typer.testing import CliRunner

from helpdesk_cli import uninstall as command
from helpdesk_cli.main import app
from helpdesk_sdk.errors import ConfigurationError, ConnectionFailedError, HelpdeskError
from helpdesk_sdk.install import uninstall as _uninstall
from helpdesk_sdk.local import Stack, StackInfo, migrations


@pytest.fixture
def url(pg: Server, own: str) -> str:
    """The URL of a furnished helpdesk of the test's own."""
    return pg.url(own)


@pytest.fixture(scope="module")
def program() -> typer.Typer:
    """The command, in the program that it belongs to."""
    if not any(entry.name == "uninstall" for entry in app.registered_commands):
        command.register(app)
    return app


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
    assert len(found.policies) == 7
    assert all(p.startswith('"helpdesk: ') and p.endswith('" on realtime.messages') for p in found.policies)
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
    assert (rows, logins, history, policies) == ([], {"n": 8}, {"n": 0}, [])
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
        "table helpdesk.surveys is no part of the helpdesk",
    ),
    "a function of theirs in our schema": (
        "create function helpdesk.survey() returns int language sql as $$ select 1 $$",
        "function helpdesk.survey is no part of the helpdesk",
    ),
    "a policy on the messages of Realtime that calls ours": (
        "drop policy if exists theirs on realtime.messages; create policy theirs on realtime.messages "
        "for select to authenticated using (helpdesk_private.my_role() = 'agent')",
        "policy theirs on table realtime.messages depends on function",
    ),
    "a policy named like ours": (
        'drop policy if exists "helpdesk: theirs" on realtime.messages; '
        "create policy \"helpdesk: theirs\" on realtime.messages for select to authenticated using (topic = 'room')",
        'policy "helpdesk: theirs" on realtime.messages is no part of the helpdesk',
    ),
    "a type of theirs in our schema": ("create type helpdesk.mood as enum ('calm')", "type helpdesk.mood is no part"),
}


@pytest.fixture(scope="module")
def blocked(pg: Server) -> Iterator[str]:
    """The URL of a furnished helpdesk that nothing manages to remove."""
    name = pg.copy("world")
    yield pg.url(name)
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


def test_what_hangs_on_our_tables_goes_with_them(url: str) -> None:
    with psycopg.connect(url) as connection:
        connection.execute("create publication changes for table helpdesk.tickets")
        connection.execute("create index on helpdesk.tickets (title)")
    _uninstall.run(url)
    with psycopg.connect(url) as connection:
        published = connection.execute("select pubname, tablename from pg_publication_tables").fetchall()
        left = connection.execute("select nspname from pg_namespace where nspname like 'helpdesk%'").fetchall()
    assert (published, left) == ([], [])


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
    with pytest.raises(ConfigurationError, match="no database URL"):
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
    assert "helpdesk-sdk[local]" in str(caught.value)


def test_the_command_shows_asks_and_removes(program: typer.Typer, url: str) -> None:
    runner = CliRunner()
    no = runner.invoke(program, ["uninstall", "--db-url", url], input="n\n")
    assert (no.exit_code, "helpdesk.tickets" in no.output, "7 rows" in no.output) == (0, True, True)
    assert no.output.endswith("Nothing was removed.\n")
    assert "helpdesk_follow_login on auth.users" in no.output
    assert 'policy     "helpdesk: nobody listens to more" on realtime.messages' in no.output
    assert _uninstall.plan(url).tables
    yes = runner.invoke(program, ["uninstall", "--db-url", url], input="y\n")
    assert (yes.exit_code, "The helpdesk is removed." in yes.output) == (0, True)
    gone = runner.invoke(program, ["uninstall", "--db-url", url, "--yes"])
    assert (gone.exit_code, "There is no helpdesk in this database" in gone.output) == (1, True)


def test_a_dry_run_removes_nothing_and_asks_nothing(program: typer.Typer, url: str) -> None:
    for more in ((), ("--yes",)):
        look = CliRunner().invoke(program, ["uninstall", "--db-url", url, "--dry-run", *more])
        assert (look.exit_code, "helpdesk.tickets" in look.output, "?" in look.output) == (0, True, False)
    look = CliRunner().invoke(program, ["uninstall", "--dry-run", "--yes", "--json"], env={"HELPDESK_DB_URL": url})
    assert (look.exit_code, json.loads(look.stdout)["removed"]) == (0, False)
    with psycopg.connect(url) as connection:
        connection.execute("create view public.urgent as select title from helpdesk.tickets")
    look = CliRunner().invoke(program, ["uninstall", "--db-url", url, "--dry-run"])
    assert (look.exit_code, "view urgent depends on" in look.output) == (0, True)
    assert _uninstall.plan(url).tables["helpdesk.tickets"] == 7


def test_the_database_of_a_local_stack(
    program: typer.Typer, url: str, bystander: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def find(directory: Path) -> Stack:
        assert directory == tmp_path
        return Stack(StackInfo("http://127.0.0.1:1", "p", "s", url, 1, str(tmp_path), None, {}))

    monkeypatch.setattr(Stack, "find", find)
    command = ["uninstall", "--local", "--data", str(tmp_path)]
    # Its own URL, whatever the environment says.
    done = CliRunner().invoke(program, [*command, "--yes"], env={"HELPDESK_DB_URL": bystander})
    assert (done.exit_code, "The helpdesk is removed." in done.output) == (0, True)
    two = CliRunner().invoke(program, [*command, "--db-url", bystander])
    assert (two.exit_code, "two different databases" in two.output) == (2, True)


@pytest.mark.parametrize(
    ("options", "says"),
    [((), "for the local stack: --local"), (("--data", "x"), "Add --local"), (("--local", "--data", "x"), "No stack")],
)
def test_no_database_is_guessed(program: typer.Typer, options: tuple[str, ...], says: str) -> None:
    done = CliRunner().invoke(program, ["uninstall", *options], env={"HELPDESK_DB_URL": None})
    assert done.exit_code == (2 if "--local" not in options else 1)
    assert says in done.output


def test_the_command_for_programs(program: typer.Typer, url: str) -> None:
    runner = CliRunner()
    look = runner.invoke(program, ["uninstall", "--json"], env={"HELPDESK_DB_URL": url})
    assert json.loads(look.stdout)["removed"] is False
    done = runner.invoke(program, ["uninstall", "--json", "--yes"], env={"HELPDESK_DB_URL": url})
    assert (json.loads(done.stdout)["removed"], json.loads(done.stdout)["tables"]["helpdesk.tickets"]) == (True, 7)


def test_the_command_names_what_stands_in_the_way(program: typer.Typer, url: str) -> None:
    with psycopg.connect(url) as connection:
        connection.execute("create view public.urgent as select title from helpdesk.tickets")
    refused = CliRunner().invoke(program, ["uninstall", "--db-url", url, "--yes"])
    assert (refused.exit_code, "view urgent depends on" in refused.output) == (1, True)
    assert _uninstall.plan(url).tables


def test_the_command_never_prints_the_password(program: typer.Typer) -> None:
    url = "postgresql://postgres:hunter2hunter2@127.0.0.1:1/postgres"
    failed = CliRunner().invoke(program, ["uninstall", "--db-url", url])
    assert (failed.exit_code, "hunter2" in failed.output) == (6, False)
