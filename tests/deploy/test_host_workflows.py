"""The workflows that `helpdesk init --github` writes: their steps are run here, with stand-ins for what they call."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import pytest
from tests.deploy.host_runner import FOLDER, NAMES, Runner, jobs, script

import supabase_cli


@pytest.fixture
def runner(tmp_path: Path) -> Runner:
    return Runner(tmp_path)


def test_these_workflows_are_written() -> None:
    assert [path.name for path in sorted(FOLDER.glob("*.yml"))] == NAMES


@pytest.mark.parametrize("code", [0, 4, 6])
def test_a_plan_becomes_a_comment_also_when_something_speaks_against_it(code: int, runner: Runner) -> None:
    runner.answers = {"helpdesk plan --env staging .": ("3 migrations to run\n", code)}
    assert runner.step(script("helpdesk-plan.yml", "plan", "helpdesk plan")).returncode == 0
    assert runner.wrote("github_output") == f"code={code}\n"
    assert runner.wrote("comment.md") == "### helpdesk plan: staging\n```text\n3 migrations to run\n```\n"
    done = runner.step(script("helpdesk-plan.yml", "comment", "gh pr comment"), CODE=str(code), NUMBER="7")
    assert done.returncode == code
    assert runner.calls == [
        ["gh", "pr", "comment", "7", "--edit-last", "--create-if-none", "--body-file", "comment.md"]
    ]


def test_the_job_that_comments_has_no_secret_and_that_with_secrets_may_not_write() -> None:
    made = jobs("helpdesk-plan.yml")
    assert "secrets." in str(made["plan"])
    assert "secrets." not in str(made["comment"])
    assert set(made["plan"]["permissions"].values()) == {"read"}
    assert "head.repo.full_name == github.repository" in made["plan"]["if"]


def test_a_deployment_plans_first_and_says_what_was_done(runner: Runner) -> None:
    steps = [{"name": "migrations", "message": "3 were run"}]
    by_hand = [{"name": "schemas", "note": None, "wanted": "public, helpdesk"}]
    runner.answers = {"helpdesk deploy": (json.dumps({"steps": steps, "by_hand": by_hand}), 0)}
    assert runner.step(script("helpdesk-deploy.yml", "deploy", "helpdesk deploy")).returncode == 0
    assert runner.calls == [
        ["helpdesk", "plan", "--env", "staging", "."],
        ["helpdesk", "deploy", "--env", "staging", ".", "--yes", "--json"],
    ]
    assert runner.wrote("github_step_summary").splitlines() == [
        "### helpdesk deploy: staging",
        "- migrations: 3 were run",
        "- by hand: schemas: public, helpdesk",
    ]


@pytest.mark.parametrize("fails", ["helpdesk plan", "helpdesk deploy"])
def test_a_deployment_that_is_refused_ends_the_job(fails: str, runner: Runner) -> None:
    runner.answers = {fails: ("", 4)}
    assert runner.step(script("helpdesk-deploy.yml", "deploy", "helpdesk deploy")).returncode == 4


def test_the_front_end_comes_last_and_only_with_amplify(runner: Runner) -> None:
    steps = jobs("helpdesk-deploy.yml")["deploy"]["steps"]
    places = [
        next(i for i, step in enumerate(steps) if word in str(step)) for word in ("helpdesk deploy", "install.amplify")
    ]
    assert places == sorted(places)
    assert steps[places[1]]["if"] == "vars.AMPLIFY_APP_ID != ''"
    text = script("helpdesk-deploy.yml", "deploy", "install.amplify")
    given = {"APP_ID": "d1", "BRANCH": "main", "GITHUB_SHA": "0123abc"}
    start = [
        "python",
        "-m",
        "helpdesk_sdk.install.amplify",
        "--app-id",
        "d1",
        "--branch",
        "main",
        "--commit",
        "0123abc",
    ]
    runner.step(text, **given, REWRITES="", URL="")
    assert runner.calls == [start]
    runner.step(text, **given, REWRITES="my app/rewrites.json", URL="https://x.example")
    assert runner.calls == [[*start, "--rewrites", "my app/rewrites.json", "--url", "https://x.example"]]


COMPARE = script("helpdesk-drift.yml", "drift", "helpdesk plan")
ISSUE = script("helpdesk-drift.yml", "drift", "gh issue")


def test_drift_opens_one_issue_and_a_later_night_comments_on_it(runner: Runner) -> None:
    problems = [
        {"kind": "drift", "message": "helpdesk.tickets: row security is off", "way_out": "Switch it on"},
        {"kind": "dirty", "message": "another thing", "way_out": "x"},
    ]
    runner.answers = {"helpdesk plan --env production . --json": (json.dumps({"problems": problems}), 4)}
    assert runner.step(COMPARE).returncode == 0
    assert runner.wrote("github_output") == "found=yes\n"
    assert runner.wrote("drift.md") == "helpdesk.tickets: row security is off. Switch it on\n"
    assert runner.step(ISSUE).returncode == 1
    assert [call[1:3] for call in runner.calls] == [["issue", "list"], ["issue", "create"]]
    runner.answers = {"gh issue list": ("12", 0)}
    assert runner.step(ISSUE).returncode == 1
    assert runner.calls[1][:4] == ["gh", "issue", "comment", "12"]


def test_without_drift_nothing_is_opened(runner: Runner) -> None:
    runner.answers = {
        "helpdesk plan": (json.dumps({"problems": [{"kind": "dirty", "message": "m", "way_out": "w"}]}), 4)
    }
    assert runner.step(COMPARE).returncode == 0
    assert runner.wrote("github_output") == ""


def test_a_comparison_that_was_not_made_fails(runner: Runner) -> None:
    runner.answers = {"helpdesk plan": ("", 6)}
    assert runner.step(COMPARE).returncode == 6


def test_a_schedule_waits_for_nobody() -> None:
    for name in ("helpdesk-drift.yml", "helpdesk-backup.yml"):
        (job,) = jobs(name).values()
        assert job["environment"] == "production-checks"


def test_the_supabase_cli_is_the_version_that_was_tried() -> None:
    for name in NAMES:
        for job in jobs(name).values():
            found = [step["with"]["version"] for step in job["steps"] if "setup-cli" in step.get("uses", "")]
            assert set(found) <= {supabase_cli.VERSION}


def test_the_supabase_cli_knows_every_option() -> None:
    program = supabase_cli.install()
    lines = {line.strip() for name in NAMES for line in (FOLDER / name).read_text().splitlines()}
    commands = [
        line.removeprefix("- ").removeprefix("run: ") for line in lines if re.match(r"(- )?(run: )?supabase ", line)
    ]
    assert len(commands) >= 4
    for command in commands:
        words = [word for word in command.split()[1:] if re.fullmatch(r"[a-z]+", word)]
        verbs = words[: 2 if words[0] == "db" else 1]
        done = subprocess.run([program, *verbs, "--help"], capture_output=True, text=True, check=True)
        for option in re.findall(r" (--[a-z-]+)", command):
            assert re.search(rf"(?m)^\s+{option}[ =,\[]", done.stdout), command


def test_no_workflow_accepts_what_a_person_should_look_at() -> None:
    for name in NAMES:
        assert not {"--accept-drift", "--adopt", "--overwrite"} & set((FOLDER / name).read_text().split())
