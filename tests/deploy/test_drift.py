"""A database that is not as the migrations and the last deployment left it is refused, and the difference is named."""

from __future__ import annotations

import pytest
from tests.deploy.support import ID, Host, execute, refused

from helpdesk_sdk import deploy
from helpdesk_sdk.install import environments

FOUNDATION = "20261122000100"
DRIFT = {
    "policy": ("drop policy {policy} on helpdesk.tickets", "gone: policy {policy} on helpdesk.tickets"),
    "rls": ("alter table helpdesk.tickets disable row level security", "changed: table helpdesk.tickets"),
    "grant": ("grant select on helpdesk_private.error_codes to anon", "changed: table helpdesk_private.error_codes"),
    "column grant": ("grant update (type) on helpdesk.events to anon", "helpdesk.events"),
    "function": (
        "alter function helpdesk.schema_version() security definer",
        "changed: function helpdesk.schema_version()",
    ),
    "index": ("create index stray on helpdesk.tickets (title)", "new: index helpdesk.stray"),
    "trigger": ("alter table helpdesk.events disable trigger guard_events", "trigger guard_events on helpdesk.events"),
    "column": ("alter table helpdesk.tickets add column mine int", "new: column helpdesk.tickets.mine"),
    "login trigger": (
        "drop trigger helpdesk_follow_login on auth.users",
        "gone: trigger helpdesk_follow_login on auth",
    ),
    "schema": ("grant create on schema helpdesk to authenticated", "changed: schema helpdesk"),
    "storage": ("drop policy {storage} on storage.objects", "gone: policy {storage} on storage.objects"),
}


@pytest.mark.parametrize("what", DRIFT)
@pytest.mark.sample(4)
def test_a_change_by_hand_is_named(deployed: Host, what: str) -> None:
    statement, told = DRIFT[what]
    policy = deployed.value("select min(polname) from pg_policy where polrelid = 'helpdesk.tickets'::regclass")
    storage = deployed.value(
        "select min(polname) from pg_policy where polrelid = 'storage.objects'::regclass and polname like 'helpdesk%'"
    )
    execute(deployed, statement.format(policy=f'"{policy}"', storage=f'"{storage}"'))
    problem = refused(deployed, "drift")
    assert told.format(policy=policy, storage=storage) in problem.message
    assert "--accept-drift" in problem.way_out
    done = deployed.helpdesk("plan", "--env", "staging")
    assert (done.returncode, problem.message in done.stdout) == (4, True)
    deploy.run(deployed.target(), accept_drift=True)
    # From now on it is how the last deployment left it.
    assert deploy.plan(deployed.target()).problems == ()


def test_what_the_host_does_with_its_own_objects_is_no_drift(deployed: Host) -> None:
    execute(
        deployed,
        "create table public.more (id int)",
        'drop policy "own row" on public.users',
        "alter role authenticated set statement_timeout = '5s'",
        "create function public.f() returns int language sql as 'select 1'",
    )
    assert deploy.plan(deployed.target()).problems == ()


def test_an_edited_migration_is_named(deployed: Host) -> None:
    path = next((deployed.supabase / "migrations").glob("*_helpdesk_tags.sql"))
    execute(
        deployed,
        "update supabase_migrations.schema_migrations set statements[2] = 'select 2' "
        f"where version = '{path.name[:14]}'",
    )
    assert path.name in refused(deployed, "dirty").message


def test_other_comments_and_another_split_are_no_edit(deployed: Host) -> None:
    """The Supabase CLI splits statements in its own way."""
    execute(
        deployed,
        "update supabase_migrations.schema_migrations set statements = "
        "array['-- a comment' || chr(10) || array_to_string(statements, ';' || chr(10) || chr(10)) || ';'] "
        "where statements is not null",
        f"update supabase_migrations.schema_migrations set statements = null where version = '{FOUNDATION}'",
    )
    assert deploy.plan(deployed.target()).problems == ()


def test_a_migration_that_was_only_claimed_or_forgotten_is_named(deployed: Host) -> None:
    execute(deployed, "delete from supabase_migrations.schema_migrations where name = 'helpdesk_tags'")
    assert "supabase migration repair --status applied 20261122000900" in refused(deployed, "dirty").way_out
    execute(
        deployed,
        "insert into supabase_migrations.schema_migrations (version, name) values ('20261122000900', 'helpdesk_tags')",
        "delete from helpdesk_private.concepts where concept = 'tags'",
    )
    assert "supabase migration repair --status reverted 20261122000900" in refused(deployed, "dirty").way_out


def test_a_newer_database_is_refused(deployed: Host) -> None:
    execute(deployed, "insert into helpdesk_private.concepts (version, concept) values ('20990101000000', 'future')")
    assert "20990101000000" in refused(deployed, "newer").message


def test_a_schema_of_our_name_that_is_not_ours(host: Host) -> None:
    execute(host, "create schema helpdesk")
    refused(host, "name_clash")


def test_a_database_of_another_directory_or_another_environment(deployed: Host) -> None:
    path = deployed.supabase / environments.FILE
    path.write_text(path.read_text().replace(ID, "11111111-1111-4111-8111-111111111111"))
    assert ID in refused(deployed, "wrong_project").message
    deployed.configure()
    (problem,) = deploy.plan(deployed.target("production")).problems
    assert (problem.kind, problem.message) == (
        "wrong_environment",
        "the database is the environment staging, not production",
    )


def test_a_helpdesk_that_was_installed_by_hand_is_taken_over_only_on_demand(deployed: Host) -> None:
    execute(
        deployed,
        "truncate helpdesk_private.installation, helpdesk_private.deployments",
        "select helpdesk.create_customer('ana@example.com')",
    )
    refused(deployed, "not_ours")
    deploy.run(deployed.target(), adopt=True)
    assert str(deployed.value("select project_id from helpdesk_private.installation")) == ID
    assert deploy.plan(deployed.target()).problems == ()


def test_functions_of_our_names_that_we_did_not_deploy(host: Host) -> None:
    host.platform.functions["health"] = {"slug": "health", "version": 3, "verify_jwt": True}
    assert "health" in refused(host, "name_clash").message
    assert host.value("select to_regnamespace('helpdesk')") is None
