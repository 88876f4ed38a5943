"""What a deployment refuses: before it changes anything, by name, with a way out."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.deploy.platform import REF
from tests.deploy.support import Host, execute, next_release, quick_cli, refused

from helpdesk_sdk import deploy
from helpdesk_sdk.deploy import _planning, _smoke
from helpdesk_sdk.deploy.errors import DeploymentFailedError
from helpdesk_sdk.errors import ConfigurationError, ConnectionFailedError
from helpdesk_sdk.install import environments, files

pytestmark = pytest.mark.sample(4)


def test_files_that_were_changed_or_lost(deployed: Host) -> None:
    (deployed.supabase / "functions/health/report.ts").write_text("// mine")
    (deployed.supabase / "functions/health/index.ts").unlink()
    message = refused(deployed, "edited_files").message
    assert "functions/health/index.ts is missing" in message
    assert "functions/health/report.ts was changed" in message


def test_files_of_a_newer_version_than_the_program(deployed: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        next_release(deployed, patch)
    assert "0.90.0" in refused(deployed, "old_program").message


def test_a_name_clash_in_the_directory_is_found_by_init(host: Host) -> None:
    (host.supabase / files.MANIFEST).unlink()
    (host.supabase / "functions/health/index.ts").write_text("// the host's")
    with pytest.raises(files.ClashError, match="rename your function health"):
        files.write(files.plan(host.supabase))
    with pytest.raises(ConfigurationError) as caught:
        deploy.plan(host.target())
    assert "helpdesk init" in (caught.value.hint or "")


@pytest.fixture
def limited(host: Host) -> Host:
    """The host, whose URL is that of a role without rights."""
    execute(
        host,
        "drop role if exists clerk",
        "create role clerk login password 'clerk-password'",
        "revoke create on schema public from public",
        "grant usage on schema supabase_migrations to clerk",
        "grant select on supabase_migrations.schema_migrations to clerk",
    )
    host.db_url = re.sub("//postgres:[^@]*@", "//clerk:clerk-password@", host.db_url)
    return host


def test_a_role_without_rights(limited: Host) -> None:
    assert "clerk" in limited.db_url
    (problem,) = deploy.plan(limited.target()).problems
    assert problem.kind == "missing_rights"
    assert problem.message == (
        "the role clerk may not create schemas, nor make a trigger on auth.users, nor write into "
        "supabase_migrations.schema_migrations"
    )
    done = limited.helpdesk("deploy", "--env", "staging", "--yes")
    assert done.returncode == 5
    assert "Connect as the role postgres" in done.stderr


def test_a_database_that_takes_no_writes(deployed: Host) -> None:
    execute(
        deployed,
        "do $$ begin execute format('alter database %I set default_transaction_read_only = on', "
        "current_database()); end $$",
    )
    assert "takes no writes" in refused(deployed, "read_only").message


def test_a_server_that_is_too_old(host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    version = host.value("select current_setting('server_version_num')::int / 10000")
    monkeypatch.setattr(_planning, "_OLDEST_POSTGRES", version + 1)
    message = refused(host, "old_postgres").message
    assert message == f"the database is PostgreSQL {version}, but at least {version + 1} is needed"


def test_a_database_without_auth(host: Host) -> None:
    execute(host, "drop schema auth cascade")
    assert "auth.users" in refused(host, "no_auth").message


def test_an_expired_token(deployed: Host) -> None:
    deployed.platform.token = "another"
    problem = refused(deployed, "platform")
    assert "has expired or was revoked" in problem.message
    assert deployed.helpdesk("plan", "--env", "staging").returncode == 5


def test_a_wrong_reference(deployed: Host) -> None:
    path = deployed.supabase / environments.FILE
    path.write_text(path.read_text().replace(REF, "z" * 20))
    assert f"no project {'z' * 20}" in refused(deployed, "platform").message


def test_a_token_without_the_right_to_look_makes_it_a_list(deployed: Host) -> None:
    deployed.platform.answers = {"GET /config/auth": 403, "GET /postgrest": 403, "GET /database/backups": 403}
    done = deploy.run(deployed.target())
    assert {item.name for item in done.by_hand} == {"e-mail confirmation", "exposed schemas"}


def test_a_platform_that_is_busy_is_asked_again(deployed: Host) -> None:
    target = deployed.target()
    assert target.platform is not None
    deployed.platform.answers = {"GET /functions": 503}
    quick = deploy.Target(
        **{**vars(target), "platform": type(target.platform)(REF, target.platform.token, target.platform.url, 0)}
    )
    (problem,) = deploy.plan(quick).problems
    assert "503" in problem.message
    assert deployed.platform.requests.count("GET /functions") == 4


def test_a_platform_that_repeats_a_secret_is_not_quoted(deployed: Host) -> None:
    deployed.platform.answers, deployed.platform.repeats = {"POST /secrets": 400}, True
    ran = deployed.helpdesk("deploy", "--env", "staging", "--yes")
    assert ran.returncode != 0
    told = ran.stdout + ran.stderr
    assert "OPENAI_API_KEY" in told
    assert "********" in told
    assert "sk-a$b" not in told


def test_offline(deployed: Host) -> None:
    deployed.platform.shutdown()
    deployed.platform.socket.close()
    with pytest.raises(ConnectionFailedError, match="management API"):
        deploy.plan(deployed.target())
    assert deployed.helpdesk("deploy", "--env", "staging", "--yes").returncode == 6
    deployed.db_url = "postgresql://postgres@127.0.0.1:9/postgres"
    with pytest.raises(ConnectionFailedError, match=r"127\.0\.0\.1/postgres cannot be reached"):
        deploy.plan(deployed.target())
    assert deployed.helpdesk("plan", "--env", "staging").returncode == 6


@pytest.mark.parametrize(("version", "told"), [("2.65.5", "has version 2.65.5, but at least 3.0.0"), ("", "version")])
def test_a_supabase_cli_that_is_too_old(deployed: Host, tmp_path: Path, version: str, told: str) -> None:
    deployed.cli = quick_cli(tmp_path, version)
    problem = refused(deployed, "supabase_cli")
    assert told in problem.message
    assert "HELPDESK_SUPABASE_CLI" in problem.way_out


def test_a_supabase_cli_that_fails(deployed: Host, tmp_path: Path) -> None:
    deployed.cli = tmp_path / "broken"
    deployed.cli.write_text('#!/bin/sh\ntest "$1" = --version && echo 3.1.0 && exit\necho no entrypoint >&2; exit 1\n')
    deployed.cli.chmod(0o755)
    with pytest.raises(
        DeploymentFailedError, match=r"functions failed: supabase functions deploy failed: no entrypoint"
    ):
        deploy.run(deployed.target())
    assert deployed.platform.postgrest["db_schema"] == "public,graphql_public"
    deployed.cli = quick_cli(tmp_path)
    deploy.run(deployed.target())
    assert deploy.plan(deployed.target()).pending == ()


def test_a_host_whose_own_migrations_wait_is_told(deployed: Host) -> None:
    (deployed.supabase / "migrations/20240202000000_more.sql").write_text("select 1;")
    found = deploy.plan(deployed.target())
    assert "1 migration of your own is not in this database: supabase db push --remote runs them." in found.notes
    deploy.run(deployed.target())
    assert (
        deployed.value("select count(*) from supabase_migrations.schema_migrations where version like '20240202%'") == 0
    )


@pytest.mark.parametrize(
    ("health", "says"),
    [
        ({"status": "not_migrated", "schema_version": None}, "says not_migrated"),
        (["somebody else's"], "answers with 200, and not with a JSON object"),
    ],
)
def test_a_smoke_test_that_fails_stops_before_the_contract_migrations(
    deployed: Host, monkeypatch: pytest.MonkeyPatch, health: object, says: str
) -> None:
    monkeypatch.setattr(_smoke, "_PATIENCE", 0.1)
    deployed.platform.health = health
    with pytest.raises(DeploymentFailedError, match=f"step smoke failed: the function health {says}"):
        deploy.run(deployed.target())
    deployed.platform.health = None
    deploy.run(deployed.target())


def test_a_ticket_that_cannot_be_opened_fails_the_smoke_test(deployed: Host) -> None:
    execute(deployed, "alter table helpdesk.tickets add constraint never check (false) not valid")
    with pytest.raises(DeploymentFailedError, match="step smoke failed: the throw-away ticket"):
        deploy.run(deployed.target(), accept_drift=True)
    assert deployed.value("select count(*) from auth.users where email like 'smoke-%'") == 0


def test_a_directory_that_moved_keeps_its_databases(deployed: Host, copy: Callable[[str], str], tmp_path: Path) -> None:
    moved = tmp_path / "elsewhere ü"
    shutil.move(deployed.directory, moved)
    deployed.directory = moved
    assert deploy.plan(deployed.target()).problems == ()
