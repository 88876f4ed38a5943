"""Going back: the functions of the release before on the newer schema, never a migration."""

from __future__ import annotations

import json
import re

import psycopg
import pytest
from tests.deploy.support import EXPAND, THIS, Host, next_release

from helpdesk_sdk import deploy
from helpdesk_sdk.deploy.errors import DeploymentFailedError, DeploymentRefusedError

pytestmark = pytest.mark.sample(2)

VERSION = EXPAND[11:25]


@pytest.fixture
def upgraded(deployed: Host, monkeypatch: pytest.MonkeyPatch) -> Host:
    """A host with people and tickets that has deployed a release and the next one."""
    with psycopg.connect(deployed.db_url, autocommit=True) as db:
        db.execute(
            "select helpdesk.create_ticket('Before', requester_id => c.user_id) "
            "from helpdesk.create_customer('ana@example.com') as c"
        )
    deploy.run(deployed.target())
    deployed.first = dict(deployed.platform.sources)
    next_release(deployed, monkeypatch)
    deploy.run(deployed.target())
    return deployed


def test_functions_go_back_and_the_database_stays(upgraded: Host) -> None:
    first = upgraded.first
    assert upgraded.platform.sources != first
    with psycopg.connect(upgraded.db_url, autocommit=True) as db:
        db.execute("update helpdesk.tickets set thought = 'hm'")
    planned = deploy.rollback(upgraded.target(), dry_run=True)
    assert upgraded.platform.sources != first
    done = deploy.rollback(upgraded.target())
    assert upgraded.platform.sources == first
    assert (done.release, done.from_release, done.schema_version) == (THIS, "0.90.0", VERSION)
    assert [step.name for step in done.steps] == ["functions", "smoke"]
    assert (planned.release, planned.functions, planned.steps) == (done.release, done.functions, ())
    assert upgraded.value("select helpdesk.schema_version()") == VERSION
    assert upgraded.value("select title || thought from helpdesk.tickets") == "Beforehm"


def test_after_going_back_the_newer_release_waits_and_comes_again(upgraded: Host) -> None:
    second = dict(upgraded.platform.sources)
    deploy.rollback(upgraded.target())
    found = deploy.plan(upgraded.target())
    assert found.problems == ()
    assert {item.part for item in found.pending} == {"functions"}
    deploy.run(upgraded.target())
    assert upgraded.platform.sources == second
    assert deploy.plan(upgraded.target()).pending == ()
    # And back again: from the newest one, to the one before.
    assert deploy.rollback(upgraded.target()).release == THIS


def test_there_is_no_way_back_beyond_the_first(upgraded: Host) -> None:
    deploy.rollback(upgraded.target())
    with pytest.raises(DeploymentRefusedError, match="no functions on record before those that run now"):
        deploy.rollback(upgraded.target())
    with pytest.raises(DeploymentRefusedError, match=r"no functions on record of the release 0\.0\.1"):
        deploy.rollback(upgraded.target(), release="0.0.1")


def test_a_new_host_has_no_way_back(host: Host) -> None:
    with pytest.raises(DeploymentRefusedError, match="no functions on record"):
        deploy.rollback(host.target())
    assert host.platform.functions == {}


def test_what_a_contract_migration_removed_stays_away(upgraded: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    next_release(upgraded, monkeypatch, "0.91.0", contract=True)
    deploy.run(upgraded.target())
    with pytest.raises(DeploymentRefusedError, match=f"what the release {re.escape(THIS)} uses was removed by"):
        deploy.rollback(upgraded.target(), release=THIS)
    assert deploy.rollback(upgraded.target()).release == "0.90.0"


def test_drift_does_not_stop_the_way_back(upgraded: Host) -> None:
    with psycopg.connect(upgraded.db_url, autocommit=True) as db:
        db.execute("create index stray on helpdesk.tickets (title)")
    assert deploy.rollback(upgraded.target()).release == THIS


def test_the_wrong_database_stops_it(upgraded: Host) -> None:
    with pytest.raises(DeploymentRefusedError, match="is the environment staging, not production"):
        deploy.rollback(upgraded.target("production"))


def test_without_token_or_cli_it_says_what_to_do(upgraded: Host) -> None:
    with pytest.raises(DeploymentRefusedError, match="SUPABASE_ACCESS_TOKEN is not set") as caught:
        deploy.rollback(upgraded.target(SUPABASE_ACCESS_TOKEN=""))
    assert {problem.kind for problem in caught.value.problems} == {"no_token"}
    upgraded.cli = None
    with pytest.raises(DeploymentRefusedError, match="the Supabase CLI is not installed"):
        deploy.rollback(upgraded.target())


def test_a_rollback_that_does_not_work_says_so_and_may_be_repeated(
    upgraded: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    upgraded.platform.answers = {"PUT /functions": 500}
    with pytest.raises(DeploymentFailedError, match="step functions failed"):
        deploy.rollback(upgraded.target())
    upgraded.platform.answers = {}
    assert deploy.rollback(upgraded.target()).release == THIS


def test_the_command_says_what_it_does_and_what_it_cannot(upgraded: Host) -> None:
    shown = upgraded.helpdesk("rollback", "--env", "staging", "--dry-run")
    assert shown.returncode == 0, shown.stderr
    assert f"Functions: 0.90.0 -> {THIS}" in shown.stdout
    assert f"The schema stays at version {VERSION}; tables and data are not touched." in shown.stdout
    assert "The front end is yours to deploy again" in shown.stdout
    assert upgraded.helpdesk("rollback", "--env", "staging").returncode == 130
    done = upgraded.helpdesk("rollback", "--env", "staging", "--yes", "--json")
    assert json.loads(done.stdout)["rolled_back"] is True
    again = upgraded.helpdesk("rollback", "--env", "staging", "--yes")
    assert again.returncode == 4
    assert "Check out the commit of that release" in again.stderr
