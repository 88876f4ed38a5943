"""From one release to the next: the migrations of the next one on a database in use, and contract migrations."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import psycopg
import pytest
from tests.deploy.support import CONTRACT, EXPAND, Host, next_release
from tests.deploy.traffic import Traffic

from helpdesk_sdk import deploy
from helpdesk_sdk.deploy.errors import DeploymentFailedError
from helpdesk_sdk.local import migrations
from helpdesk_sdk.testing import Project

WAITING = CONTRACT[11:]


def versions(host: Host) -> list[str]:
    return [version for version in migrations.applied(host.db_url) if version.startswith("2099")]


def test_the_contract_migration_runs_when_its_release_is_everywhere(
    deployed: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    """0.90.0 is skipped, so that 0.91.0 must not yet remove what the first release uses."""
    next_release(deployed, monkeypatch, "0.91.0", contract=True)
    found = deploy.plan(deployed.target())
    assert {item.name: item.action for item in found.items if item.part == "migrations"} == {
        EXPAND[11:]: "run",
        WAITING: "later",
    }
    done = deploy.run(deployed.target())
    assert [step.message for step in done.steps if step.name == "contract"] == [
        "None to run. 1 waits for the next deployment."
    ]
    assert versions(deployed) == [EXPAND[11:25]]
    assert deployed.value("select helpdesk.schema_version()") == EXPAND[11:25]
    done = deploy.run(deployed.target())
    assert [step.message for step in done.steps if step.name == "contract"] == [f"Run: {WAITING}."]
    assert versions(deployed) == [CONTRACT[11:25], EXPAND[11:25]]
    assert deployed.value("select helpdesk.schema_version()") == EXPAND[11:25]
    assert deploy.plan(deployed.target()).pending == ()
    assert deploy.plan(deployed.target()).problems == ()


def test_from_the_release_before_it_runs_at_once_after_the_smoke_test(
    deployed: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    next_release(deployed, monkeypatch, "0.90.0")
    deploy.run(deployed.target())
    next_release(deployed, monkeypatch, "0.91.0", contract=True)
    done = deploy.run(deployed.target())
    assert [step.name for step in done.steps][-2:] == ["smoke", "contract"]
    assert versions(deployed) == [CONTRACT[11:25], EXPAND[11:25]]


def test_a_new_host_has_all_of_them_at_once(host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    next_release(host, monkeypatch, "0.91.0", contract=True)
    deploy.run(host.target())
    assert versions(host) == [CONTRACT[11:25], EXPAND[11:25]]


def test_both_orders_make_the_same_database(
    deployed: Host, copy: Callable[[str], str], deployed_template: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`supabase db push` runs files in the order of their names, a deployment the contract migration last."""
    from tests.deploy.test_interruptions import catalog

    next_release(deployed, monkeypatch, "0.91.0", contract=True)
    pushed = copy(deployed_template)
    migrations.apply(pushed, deployed.supabase / "migrations", guest=True)
    deploy.run(deployed.target())
    deploy.run(deployed.target())
    assert catalog(pushed) == catalog(deployed.db_url)


def test_the_hosts_own_migrations_older_and_newer_are_left_to_the_host(
    deployed: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = deployed.supabase / "migrations"
    for version in ("20240202000000", "20991231000000"):
        (folder / f"{version}_own.sql").write_text(f"create table public.own_{version} ();")
    migrations.apply(deployed.db_url, folder, guest=True, only=["20991231000000"])
    next_release(deployed, monkeypatch)
    deploy.run(deployed.target())
    assert versions(deployed) == [EXPAND[11:25], "20991231000000"]
    assert deployed.value("select to_regclass('public.own_20240202000000')") is None


def test_a_migration_that_fails_leaves_the_release_before_working(
    deployed: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    next_release(deployed, monkeypatch)
    with psycopg.connect(deployed.db_url, autocommit=True) as db:
        db.execute("alter table helpdesk.tickets add column thought int")
    with pytest.raises(DeploymentFailedError) as caught:
        deploy.run(deployed.target(), accept_drift=True)
    assert "step migrations failed" in str(caught.value)
    assert EXPAND[11:] in str(caught.value)
    assert "goes on from here" in (caught.value.hint or "")
    assert versions(deployed) == []
    assert deployed.platform.functions == {}
    with psycopg.connect(deployed.db_url, autocommit=True) as db:
        db.execute("alter table helpdesk.tickets drop column thought")
    deploy.run(deployed.target())
    assert versions(deployed) == [EXPAND[11:25]]


def test_a_table_in_use_is_tried_again(deployed: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    next_release(deployed, monkeypatch)
    with psycopg.connect(deployed.db_url) as other:
        other.execute("select count(*) from helpdesk.tickets")
        # Longer than one wait for a lock (3 s), shorter than all of them.
        threading.Timer(4.5, other.rollback).start()
        begun = time.monotonic()
        deploy.run(deployed.target())
        assert time.monotonic() - begun > 4.5
    assert versions(deployed) == [EXPAND[11:25]]


@pytest.fixture
def in_use(helpdesk_project: Project, deployed: Host) -> Host:
    """The host, whose database is behind a running project with people in it."""
    deployed.db_url = helpdesk_project.db_url
    deployed.variables = {"SUPABASE_ACCESS_TOKEN": ""}
    deployed.configure("functions = false\n")
    return deployed


def test_an_upgrade_under_traffic_fails_no_request(
    in_use: Host, helpdesk_project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Traffic(helpdesk_project) as traffic:
        traffic.wait_for(12)
        deploy.run(in_use.target(), adopt=True)
        next_release(in_use, monkeypatch)
        # Somebody's report holds the table, so that the migration must wait, give up, and come again.
        with psycopg.connect(in_use.db_url) as report:
            report.execute("select count(*) from helpdesk.tickets")
            threading.Timer(3.5, report.rollback).start()
            deploy.run(in_use.target())
        traffic.wait_for(12)
    assert traffic.failures == []
    assert versions(in_use) == [EXPAND[11:25]]
    tickets = in_use.value("select count(*) from helpdesk.tickets")
    assert tickets * 4 >= traffic.done
    assert in_use.value("select count(*) from helpdesk.messages") == tickets
    # Nobody waits longer than for one try of the migration: lock_timeout, and some for the machine.
    assert traffic.longest < 3 + 12
