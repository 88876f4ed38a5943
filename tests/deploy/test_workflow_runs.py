"""The steps of a host's workflows with the real `helpdesk`: plan, deploy, and drift that somebody has made by hand."""

from __future__ import annotations

from pathlib import Path

import psycopg
import pytest
from tests.deploy.host_runner import Runner, script
from tests.deploy.support import PROGRAM, Host

PLAN = script("helpdesk-plan.yml", "plan", "helpdesk plan")
DEPLOY = script("helpdesk-deploy.yml", "deploy", "helpdesk deploy")
COMPARE = script("helpdesk-drift.yml", "drift", "helpdesk plan")


@pytest.fixture
def runner(tmp_path: Path) -> Runner:
    return Runner(tmp_path, helpdesk=PROGRAM)


def variables(host: Host) -> dict[str, str]:
    """What the environment on GitHub has: secrets, and the place of the project."""
    given = {name: value for name, value in host.environment.items() if name != "PATH"}
    return given | {"HELPDESK_DIRECTORY": str(host.directory), "HELPDESK_CONFIG_DIR": "/nonexistent"}


def test_a_pull_request_shows_the_plan_and_main_deploys_it(host: Host, runner: Runner) -> None:
    done = runner.step(PLAN, **variables(host))
    assert done.returncode == 0, done.stderr
    assert runner.wrote("github_output") == "code=0\n"
    comment = runner.wrote("comment.md")
    assert "for the first time, to staging" in comment
    assert host.db_url not in comment
    done = runner.step(DEPLOY, **variables(host))
    assert done.returncode == 0, done.stderr + done.stdout
    summary = runner.wrote("github_step_summary")
    assert "### helpdesk deploy: staging" in summary
    assert "- migrations: " in summary
    assert "null" not in summary
    with psycopg.connect(host.db_url) as db:
        assert db.execute("select count(*) from helpdesk.settings").fetchone() == (1,)


def test_what_was_changed_by_hand_is_found_at_night(deployed: Host, runner: Runner) -> None:
    # The template was deployed as staging; the nightly workflow looks at production.
    compare = COMPARE.replace("--env production", "--env staging")
    assert compare != COMPARE
    done = runner.step(compare, **variables(deployed))
    assert done.returncode == 0, done.stderr
    assert runner.wrote("github_output") == ""
    with psycopg.connect(deployed.db_url, autocommit=True) as db:
        db.execute("alter table helpdesk.tickets disable row level security")
    done = runner.step(compare, **variables(deployed))
    assert done.returncode == 0, done.stderr
    assert runner.wrote("github_output") == "found=yes\n"
    assert "tickets" in runner.wrote("drift.md")
    # Nothing is deployed over it, and the pull request says why.
    runner.step(PLAN, **variables(deployed))
    assert runner.wrote("github_output").endswith("code=4\n")
    assert "Speaks against it" in runner.wrote("comment.md")
    assert runner.step(DEPLOY, **variables(deployed)).returncode == 4


def test_a_comparison_without_a_database_fails(deployed: Host, runner: Runner) -> None:
    done = runner.step(COMPARE, **variables(deployed) | {"HELPDESK_DB_URL": "postgresql://postgres@127.0.0.1:9/x"})
    assert done.returncode not in (0, 4)
    assert runner.wrote("github_output") == ""
