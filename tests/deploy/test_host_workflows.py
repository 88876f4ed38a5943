"""The workflows that `helpdesk init --github` writes: their steps are run here, with stand-ins for what they call."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
import pytest
import yaml

import check_deployment
import supabase_cli
from helpdesk_sdk.testing import Project

FOLDER = check_deployment.ROOT / "src/helpdesk_sdk/install/github"
NAMES = ["helpdesk-backup.yml", "helpdesk-deploy.yml", "helpdesk-drift.yml", "helpdesk-plan.yml"]
# Answers what the test says, and keeps how it was called.
_STAND_IN = """\
import json, pathlib, sys
place = pathlib.Path(__file__).with_name("answers.json")
state = json.loads(place.read_text())
name = pathlib.Path(sys.argv[0]).name
state["calls"].append([name, *sys.argv[1:]])
place.write_text(json.dumps(state))
out, code = next((a for k, a in state["answers"].items() if " ".join([name, *sys.argv[1:]]).startswith(k)), ("", 0))
print(out, end="")
sys.exit(code)
"""


def jobs(name: str) -> dict[str, Any]:
    made: dict[str, Any] = yaml.safe_load((FOLDER / name).read_text(encoding="utf-8"))["jobs"]
    return made


@dataclass
class Runner:
    """A runner of GitHub, as far as a step sees it."""

    folder: Path
    answers: dict[str, tuple[str, int]] = field(default_factory=dict)
    calls: list[list[str]] = field(default_factory=list)

    def step(self, script: str, **variables: str) -> subprocess.CompletedProcess[str]:
        """Run the script of a step as GitHub does."""
        programs = self.folder / "bin"
        programs.mkdir(exist_ok=True)
        (programs / "answers.json").write_text(json.dumps({"answers": self.answers, "calls": []}))
        for name in ("helpdesk", "gh", "python"):
            (programs / name).write_text(f"#!{sys.executable}\n{_STAND_IN}")
            (programs / name).chmod(0o755)
        places = {name: str(self.folder / name.lower()) for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY")}
        base = {"PATH": f"{programs}:/usr/bin:/bin", "HELPDESK_DIRECTORY": ".", "HELPDESK_ENVIRONMENT": "staging"}
        done = subprocess.run(
            ["bash", "-e", "-c", script],
            cwd=self.folder,
            env=base | places | variables,
            capture_output=True,
            text=True,
            check=False,
        )
        self.calls = json.loads((programs / "answers.json").read_text())["calls"]
        return done

    def wrote(self, name: str) -> str:
        """What a step wrote into a file."""
        path = self.folder / name
        return path.read_text() if path.exists() else ""


@pytest.fixture
def runner(tmp_path: Path) -> Runner:
    return Runner(tmp_path)


def script(name: str, job: str, having: str) -> str:
    (found,) = (step["run"] for step in jobs(name)[job]["steps"] if having in step.get("run", ""))
    return str(found)


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


def test_what_the_drill_counts_exists(helpdesk_project: Project) -> None:
    statement = jobs("helpdesk-backup.yml")["drill"]["env"]["COUNTS"]
    with psycopg.connect(helpdesk_project.db_url) as db:
        found = [name for name, _ in db.execute(statement).fetchall()]
    assert found == ["attachments", "events", "messages", "notes", "people", "tickets"]


@pytest.mark.parametrize(
    ("after", "is_right"),
    [
        ([3, 9, 2, 1, 4, 5], True),
        ([3, 10, 2, 1, 4, 6], True),
        ([3, 9, 2, 1, 4, 4], False),
        ([0, 9, 2, 1, 4, 5], False),
        ([3, 9, 2, 1, 4], False),
    ],
)
def test_a_restore_with_less_than_there_was_fails(after: list[int], is_right: bool, runner: Runner) -> None:
    names = ["attachments", "events", "messages", "notes", "people", "tickets"]
    for file, counts in (("before.txt", [3, 9, 2, 1, 4, 5]), ("after.txt", after)):
        (runner.folder / file).write_text("".join(f"{n} {c}\n" for n, c in zip(names, counts, strict=False)))
    (line,) = (line for line in script("helpdesk-backup.yml", "drill", "join before").splitlines() if "join " in line)
    assert (runner.step(line).returncode == 0) is is_right


def test_a_schedule_waits_for_nobody() -> None:
    for name in ("helpdesk-drift.yml", "helpdesk-backup.yml"):
        (job,) = jobs(name).values()
        assert job["environment"] == "production-checks"


def test_the_supabase_cli_is_the_version_that_was_tried() -> None:
    for name in NAMES:
        for job in jobs(name).values():
            found = [step["with"]["version"] for step in job["steps"] if "setup-cli" in step.get("uses", "")]
            assert set(found) <= {supabase_cli.VERSION}


def test_no_workflow_accepts_what_a_person_should_look_at() -> None:
    for name in NAMES:
        assert not {"--accept-drift", "--adopt", "--overwrite"} & set((FOLDER / name).read_text().split())
