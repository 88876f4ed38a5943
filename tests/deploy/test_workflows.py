"""The workflows: what they run exists, what they use is pinned once, and what they may do is little."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

import check_deployment

ROOT = check_deployment.ROOT
WORKFLOWS = [path for folder in check_deployment.WORKFLOW_FOLDERS for path in sorted((ROOT / folder).glob("*.yml"))]
_USES = re.compile(r"uses: (\S+)@(\S+)(?: # (v\d+\.\d+\.\d+))?\s*$", re.M)
# What a job may write, and the steps for which it may.
_REASONS = {
    ("helpdesk-deploy.yml", "id-token: write"): "aws-actions/configure-aws-credentials@",
    ("helpdesk-drift.yml", "issues: write"): "gh issue create",
    ("helpdesk-plan.yml", "pull-requests: write"): "gh pr comment",
    ("release.yml", "attestations: write"): "actions/attest@",
    ("release.yml", "contents: write"): "gh release create",
    ("release.yml", "id-token: write"): "actions/attest@|pypa/gh-action-pypi-publish@",
}


def load(path: Path) -> dict[Any, Any]:
    made: dict[Any, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return made


def steps() -> list[tuple[Path, dict[str, Any]]]:
    return [(path, step) for path in WORKFLOWS for job in load(path)["jobs"].values() for step in job["steps"]]


def test_every_action_is_pinned_by_commit_with_its_version_and_everywhere_the_same() -> None:
    pins: dict[str, set[tuple[str, str]]] = {}
    for path in WORKFLOWS:
        text = path.read_text(encoding="utf-8")
        assert len(_USES.findall(text)) == text.count("uses: "), path
        for action, commit, version in _USES.findall(text):
            assert re.fullmatch(r"[0-9a-f]{40}", commit), (path, action)
            assert version, (path, action)
            pins.setdefault(action, set()).add((commit, version))
    assert pins
    assert {action: found for action, found in pins.items() if len(found) > 1} == {}


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_a_job_may_do_little_and_ends(path: Path) -> None:
    made = load(path)
    assert made["permissions"] == {}
    # YAML 1.1 reads the key "on" as true.
    assert "pull_request_target" not in made[True]
    for name, job in made["jobs"].items():
        assert job["timeout-minutes"] <= 90, name
        for scope, access in job["permissions"].items():
            if access == "write":
                reason = _REASONS[path.name, f"{scope}: write"]
                assert re.search(reason, str(job["steps"])), (name, scope)


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_only_what_changes_nothing_outside_is_cancelled(path: Path) -> None:
    is_cancelled = load(path)["concurrency"]["cancel-in-progress"]
    assert is_cancelled is (path.name == "ci.yml")


def test_every_command_exists() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for path, step in steps():
        for line in str(step.get("run", "")).splitlines():
            for target in re.findall(r"^\s*make ([\w-]+)", line):
                assert re.search(rf"^{target}:", makefile, re.M), (path, line)
            for script in re.findall(r"(?<![\w/])((?:scripts|\.ci)/[\w./-]+)", line):
                assert (ROOT / script).exists(), (path, line)
    nightly = load(ROOT / ".github/workflows/nightly.yml")["jobs"]["nightly"]["strategy"]["matrix"]["target"]
    assert all(re.search(rf"^{target}:", makefile, re.M) for target in nightly)


def test_no_value_of_a_run_is_put_into_a_shell_line() -> None:
    assert [(path.name, step["run"]) for path, step in steps() if "${{" in str(step.get("run", ""))] == []


def test_the_release_is_tried_where_the_package_says_that_it_works() -> None:
    matrix = load(ROOT / ".github/workflows/release.yml")["jobs"]["try"]["strategy"]["matrix"]
    said = re.findall(r"Python :: (3\.\d+)", (ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert matrix["python"] == said
    assert [name.partition("-")[0] for name in matrix["os"]] == ["ubuntu", "macos", "windows"]


def test_nothing_is_published_before_it_was_checked_and_tried() -> None:
    jobs = load(ROOT / ".github/workflows/release.yml")["jobs"]

    def before(name: str) -> set[str]:
        needs = jobs[name].get("needs", [])
        direct = {needs} if isinstance(needs, str) else set(needs)
        return direct.union(*(before(need) for need in direct))

    assert {"check", "build", "try", "image", "attest"} <= before("publish")
    assert "publish" in before("release")
    assert jobs["publish"]["environment"] == "pypi"
