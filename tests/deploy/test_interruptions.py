"""A deployment that is killed at any step is gone on with by the same command; two at once cannot be."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from typing import Any

import psycopg
import pytest
from psycopg.rows import dict_row
from tests.deploy.support import Host, next_release

from helpdesk_sdk import deploy
from helpdesk_sdk.deploy import _drift
from helpdesk_sdk.deploy.errors import DeploymentRunningError
from helpdesk_sdk.local.postgres import Postgres

_KILLED = """
import importlib, os, signal, sys
where, when, count, *sys.argv = sys.argv[1:]
module, _, name = where.rpartition(".")
holder = importlib.import_module(module)
real, left = getattr(holder, name), int(count)

def killed(*values, **options):
    global left
    left -= 1
    if left == 0 and when == "before":
        os.kill(os.getpid(), signal.SIGKILL)
    done = real(*values, **options)
    if left == 0:
        os.kill(os.getpid(), signal.SIGKILL)
    return done

setattr(holder, name, killed)
from helpdesk_cli.main import run
run()
"""
# Each in front of the function that does it, or behind.
IN_MIGRATIONS = [
    ("helpdesk_sdk.local.migrations._run", "before", 1),
    ("helpdesk_sdk.local.migrations._run", "after", 40),
    # In the transaction of the migration that makes the tables of deployments.
    ("helpdesk_sdk.deploy._state.mark", "after", 1),
    ("helpdesk_sdk.deploy._state.begin", "before", 1),
]
AFTERWARDS = [
    ("helpdesk_sdk.deploy._state.begin", "after", 1),
    ("helpdesk_sdk.deploy._functions.deploy", "before", 1),
    ("helpdesk_sdk.deploy._functions.deploy", "after", 1),
    ("helpdesk_sdk.deploy._settings.send_secrets", "after", 1),
    ("helpdesk_sdk.deploy._settings.apply", "before", 1),
    ("helpdesk_sdk.deploy._settings.apply", "after", 1),
    ("helpdesk_sdk.deploy._smoke._answer", "after", 1),
    ("helpdesk_sdk.deploy._running._contract", "after", 1),
    ("helpdesk_sdk.deploy._state.finish", "before", 1),
]


def kill(host: Host, where: str, when: str, count: int) -> None:
    """Deploy, in a process that is killed at this place."""
    words = ["helpdesk", "deploy", str(host.directory), "--env", "staging", "--yes"]
    command = [sys.executable, "-c", _KILLED, where, when, str(count), *words]
    done = subprocess.run(command, env=host.process_environment, capture_output=True, text=True, timeout=300)
    assert done.returncode == -9, done.stdout + done.stderr


def catalog(db_url: str) -> dict[str, Any]:
    with psycopg.connect(db_url, row_factory=dict_row) as db:
        return _drift.catalog(db)


def goes_on(host: Host) -> None:
    """The same command comes to the end, and then nothing is left."""
    done = host.helpdesk("deploy", "--env", "staging", "--yes", "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["by_hand"] == []
    assert deploy.plan(host.target()).pending == ()
    assert host.value("select count(*) from helpdesk_private.deployments where finished_at is null") == 0
    assert host.value("select environment from helpdesk_private.installation") == "staging"
    assert host.value("select count(*) from helpdesk.tickets") == 0
    assert host.value("select count(*) from auth.users where email like 'smoke-%'") == 0
    assert host.platform.postgrest["db_schema"] == "public,graphql_public,helpdesk"


@pytest.mark.parametrize(("where", "when", "count"), IN_MIGRATIONS)
@pytest.mark.sample(3)
def test_a_first_deployment_killed_in_the_migrations(
    host: Host, server: Postgres, deployed_template: str, where: str, when: str, count: int
) -> None:
    kill(host, where, when, count)
    goes_on(host)
    assert catalog(host.db_url) == catalog(server.url(deployed_template))


@pytest.mark.parametrize(("where", "when", "count"), AFTERWARDS)
@pytest.mark.sample(5)
def test_a_deployment_killed_after_the_migrations(deployed: Host, where: str, when: str, count: int) -> None:
    kill(deployed, where, when, count)
    before = deployed.value("select deployment_id from helpdesk_private.deployments where finished_at is null")
    assert before is not None
    goes_on(deployed)
    # It is the same deployment that has ended now.
    newest = "select deployment_id from helpdesk_private.deployments order by started_at desc limit 1"
    assert deployed.value(newest) == before


def test_functions_that_were_deployed_before_the_kill_are_not_deployed_again(deployed: Host) -> None:
    kill(deployed, "helpdesk_sdk.deploy._settings.apply", "before", 1)
    goes_on(deployed)
    assert {each["version"] for each in deployed.platform.functions.values()} == {1}


def test_two_at_once_cannot_be(deployed: Host) -> None:
    begun, go_on = threading.Event(), threading.Event()

    def wait(step: deploy.Step) -> None:
        if step.name == "functions":
            begun.set()
            go_on.wait(60)

    first: list[deploy.Result] = []
    run = threading.Thread(target=lambda: first.append(deploy.run(deployed.target(), on_step=wait)))
    run.start()
    assert begun.wait(60)
    requests = list(deployed.platform.requests)
    try:
        with pytest.raises(DeploymentRunningError, match=r"has not ended \(pid \d+ since"):
            deploy.run(deployed.target())
        with pytest.raises(DeploymentRunningError):
            deploy.rollback(deployed.target())
        assert deployed.platform.requests == requests
        told = deployed.helpdesk("deploy", "--env", "staging", "--yes")
        assert (told.returncode, "Another deployment" in told.stderr) == (4, True)
    finally:
        go_on.set()
        run.join()
    assert first[0].by_hand == ()
    deploy.run(deployed.target())


def test_a_newer_deployment_takes_the_place_of_an_interrupted_one(
    deployed: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    kill(deployed, "helpdesk_sdk.deploy._settings.apply", "before", 1)
    next_release(deployed, monkeypatch)
    deploy.run(deployed.target())
    rows = "select count(*) from helpdesk_private.deployments where release = '{}' and finished_at is {}"
    assert deployed.value(rows.format("0.90.0", "not null")) == 1
    assert deploy.plan(deployed.target()).pending == ()
