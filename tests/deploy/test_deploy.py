"""A first deployment beside a host in production, and the next ones."""

from __future__ import annotations

import json

import psycopg
from psycopg.rows import dict_row
from tests.db.catalog import added, snapshot
from tests.deploy.platform import TOKEN
from tests.deploy.support import Host

from helpdesk_sdk import deploy
from helpdesk_sdk.deploy import Step
from helpdesk_sdk.install import config, files
from helpdesk_sdk.local import migrations

FUNCTIONS = config.function_names()
MIGRATIONS = sorted(path for path in files.package_files() if path.startswith("migrations/"))
STEPS = ["checks", "backup", "migrations", "functions", "secrets", "settings", "smoke", "contract"]


def taken(host: Host) -> dict[str, list[str]]:
    with psycopg.connect(host.db_url, row_factory=dict_row) as db:
        return snapshot(db)


def test_the_first_deployment_brings_everything_and_touches_nothing_of_the_hosts(
    host: Host,
) -> None:
    before = taken(host)
    told: list[Step] = []
    done = deploy.run(host.target(), on_step=told.append)
    assert [step.name for step in told] == STEPS
    assert done.steps == tuple(told)
    assert done.by_hand == ()
    # Of the database: what tests/db/test_guest.py allows.
    new = added(before, taken(host))
    history, buckets = "rows of supabase_migrations.schema_migrations", "rows of storage.buckets"
    assert set(new) == {"triggers", "policies", history, buckets}
    assert added(taken(host), before) == {section: [] for section in new}
    assert host.value("select helpdesk.schema_version()") == MIGRATIONS[-1][11:25]
    # Of the platform.
    assert sorted(host.platform.functions) == FUNCTIONS
    # What comes from elsewhere has no key of the project: the function itself looks at its signature.
    without_key = {name for name, each in host.platform.functions.items() if not each["verify_jwt"]}
    assert without_key == {"health", "email-in", "slack"}
    assert host.platform.postgrest["db_schema"] == "public,graphql_public,helpdesk"
    assert host.platform.secrets == {"OPENAI_API_KEY": "sk-a$b\"c'd"}
    # Nothing is left for `supabase db push`, and nothing of the throw-away ticket.
    assert migrations.pending(host.db_url, host.supabase / "migrations") == []
    assert not list(host.supabase.rglob("*.helpdesk-new"))
    assert host.value("select count(*) from helpdesk.tickets") == 0
    assert host.value("select count(*) from helpdesk.events where ticket_id is not null") == 0
    assert host.value("select count(*) from auth.users where email like 'smoke-%'") == 0


def test_the_second_deployment_has_nothing_to_do(deployed: Host) -> None:
    deploy.run(deployed.target())
    versions = {name: each["version"] for name, each in deployed.platform.functions.items()}
    assert deploy.plan(deployed.target()).pending == ()
    done = deploy.run(deployed.target())
    assert {step.name: step.message for step in done.steps if step.name in ("migrations", "functions", "settings")} == {
        "migrations": "None to run.",
        "functions": "None to deploy.",
        "settings": "None to set.",
    }
    assert {name: each["version"] for name, each in deployed.platform.functions.items()} == versions
    assert deployed.value("select count(*) from helpdesk_private.deployments where finished_at is not null") == 3


def test_a_plan_changes_nothing_and_shows_what_is_and_should_be(host: Host) -> None:
    before = taken(host)
    found = deploy.plan(host.target())
    assert taken(host) == before
    assert all(request.startswith("GET ") for request in host.platform.requests)
    assert found.problems == ()
    assert [item.name for item in found.items if item.part == "migrations"] == [path[11:] for path in MIGRATIONS]
    assert {(item.name, item.present, item.action) for item in found.items if item.part == "functions"} == {
        (name, None, "deploy") for name in FUNCTIONS
    }
    assert {item.name: (item.present, item.action) for item in found.items if item.part == "settings"} == {
        "exposed schemas": ("public, graphql_public", "set"),
        "e-mail confirmation": ("on", "ok"),
        "public Realtime channels": ("allowed", "advice"),
    }
    assert found.backup == "The newest backup is of 2026-11-28T03:00:00Z."
    assert found.database.endswith(host.value("select current_database()"))


def test_a_setting_of_the_whole_project_is_changed_only_when_the_host_says_so(deployed: Host) -> None:
    deployed.platform.auth["mailer_autoconfirm"] = True
    done = deploy.run(deployed.target())
    assert [item.name for item in done.by_hand if item.part == "settings"] == ["e-mail confirmation"]
    assert deployed.platform.auth["mailer_autoconfirm"] is True
    text = (deployed.supabase / "helpdesk.toml").read_text()
    (deployed.supabase / "helpdesk.toml").write_text(
        text.replace("secrets_env", "project_settings = true\nsecrets_env")
    )
    deploy.run(deployed.target())
    assert deployed.platform.auth["mailer_autoconfirm"] is False


def test_the_private_schema_is_taken_off_the_exposed_ones(deployed: Host) -> None:
    deployed.platform.postgrest["db_schema"] = "public, helpdesk_private,helpdesk"
    deploy.run(deployed.target())
    assert deployed.platform.postgrest["db_schema"] == "public,helpdesk"


def test_by_the_url_alone_the_rest_is_a_list(host: Host) -> None:
    host.variables = {"SUPABASE_ACCESS_TOKEN": ""}
    done = deploy.run(host.target())
    assert host.platform.requests == []
    commands = {item.name: item.command for item in done.by_hand}
    assert commands["health"] == "supabase functions deploy health --use-api --remote=abcdefghijklmnopqrst"
    assert {*FUNCTIONS, "exposed schemas", "e-mail confirmation", "OPENAI_API_KEY"} == set(commands)
    assert host.value("select helpdesk.schema_version()") == MIGRATIONS[-1][11:25]


def test_without_the_supabase_cli_the_functions_are_a_list_and_settings_are_set(deployed: Host) -> None:
    deployed.cli = None
    done = deploy.run(deployed.target())
    assert {item.name for item in done.by_hand if item.part == "functions"} == set(FUNCTIONS)
    assert deployed.platform.functions == {}
    assert deployed.platform.postgrest["db_schema"].endswith(",helpdesk")


def test_a_function_that_others_have_deployed_since_is_deployed_again(deployed: Host) -> None:
    deploy.run(deployed.target())
    deployed.platform.functions["health"]["version"] = 7
    (item,) = deploy.plan(deployed.target()).pending
    assert (item.name, item.present, item.note) == ("health", "version 7", "we deployed version 1")
    deploy.run(deployed.target())
    assert deployed.platform.functions["health"]["version"] == 8
    assert deploy.plan(deployed.target()).pending == ()


def test_without_functions_no_function_is_looked_at(deployed: Host) -> None:
    deployed.configure(f'project_ref = "abcdefghijklmnopqrst"\nurl = "{deployed.platform.url}"\nfunctions = false\n')
    done = deploy.run(deployed.target())
    assert "functions" not in [step.name for step in done.steps]
    assert deployed.platform.functions == {}


def test_the_command_asks_shows_and_deploys(host: Host) -> None:
    shown = host.helpdesk("deploy", "--env", "staging", "--dry-run")
    assert (shown.returncode, shown.stderr) == (0, "")
    assert f"{len(MIGRATIONS)} migrations to run" in shown.stdout
    assert host.value("select to_regnamespace('helpdesk')") is None
    # Without an answer nothing happens.
    assert host.helpdesk("deploy", "--env", "staging").returncode == 130
    assert host.value("select to_regnamespace('helpdesk')") is None
    assert json.loads(host.helpdesk("deploy", "--env", "staging", "--json").stdout)["deployed"] is False
    done = host.helpdesk("deploy", "--env", "staging", "--yes", "--json")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["deployed"] is True
    assert [step["name"] for step in told["steps"]] == STEPS
    planned = host.helpdesk("plan", "--env", "staging", "--json")
    assert (planned.returncode, json.loads(planned.stdout)["pending"]) == (0, [])
    for run in (shown, done, planned):
        assert TOKEN not in run.stdout + run.stderr
        assert host.db_url not in run.stdout + run.stderr
