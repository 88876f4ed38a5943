"""`helpdesk init --github`: workflows in the root of the repository, for the version and the place of the project."""

from __future__ import annotations

import hashlib
import re
from importlib.metadata import version
from pathlib import Path

import pytest
import yaml
from tests.cli.support import Cli

import check_deployment

NAMES = ["helpdesk-backup.yml", "helpdesk-deploy.yml", "helpdesk-drift.yml", "helpdesk-plan.yml"]
PLACES = [".", "apps/Höst app", "we [ird]*"]


def project(repository: Path, place: str) -> Path:
    (repository / ".git").mkdir(parents=True, exist_ok=True)
    made = repository / place
    (made / "supabase").mkdir(parents=True)
    (made / "supabase" / "config.toml").write_text('project_id = "host"\n')
    return made


@pytest.fixture
def host(tmp_path: Path) -> Path:
    return project(tmp_path / "repository", ".")


def workflows(repository: Path) -> Path:
    return repository / ".github" / "workflows"


@pytest.mark.parametrize("place", PLACES)
def test_they_are_valid_and_name_version_and_place(cli: Cli, place: str, tmp_path: Path) -> None:
    repository = tmp_path / "repository"
    done = cli("init", project(repository, place), "--github")
    assert f"4 workflows written to {repository}." in done.out
    assert "production-checks" in done.out
    written = sorted(workflows(repository).iterdir())
    assert [path.name for path in written] == NAMES
    assert check_deployment.check(written) == []
    for path in written:
        made = yaml.safe_load(path.read_text())
        for job in made["jobs"].values():
            if "env" in job:
                assert job["env"]["HELPDESK_VERSION"] == version("helpdesk-sdk")
                assert job["env"]["HELPDESK_DIRECTORY"] == place
    (pattern,) = yaml.safe_load((workflows(repository) / "helpdesk-plan.yml").read_text())[True]["pull_request"][
        "paths"
    ]
    escaped = {".": "supabase/**", "we [ird]*": r"we \[ird\]\*/supabase/**"}
    assert pattern == escaped.get(place, f"{place}/supabase/**")


def test_no_page_is_named_that_only_our_own_repository_has(cli: Cli, host: Path) -> None:
    done = cli("init", host, "--github")
    written = [path for folder in ("supabase", ".github") for path in (host / folder).rglob("*") if path.is_file()]
    assert len(written) > 100
    texts = {str(path): path.read_text("utf-8") for path in written} | {"what it prints": done.out}
    assert [name for name, text in texts.items() if re.search(r"(?<![\w./])docs/", text)] == []


def test_without_the_option_none_is_written_or_named(cli: Cli, host: Path) -> None:
    done = cli("init", host)
    assert "workflow" not in done.out
    assert "workflows" not in cli("init", host, "--json").json
    assert not (host / ".github").exists()


def test_without_a_repository_they_lie_in_the_project(cli: Cli, tmp_path: Path) -> None:
    made = project(tmp_path / "x", ".")
    (tmp_path / "x" / ".git").rmdir()
    cli("init", made, "--github")
    assert len(list(workflows(made).iterdir())) == 4


def test_a_dry_run_writes_none(cli: Cli, host: Path) -> None:
    found = cli("init", host, "--github", "--dry-run", "--json").json
    assert found["workflows"]["new"] == NAMES
    assert "would be written" in cli("init", host, "--github", "--dry-run").out
    assert not (host / ".github").exists()


def test_the_second_time_nothing_is_to_be_done(cli: Cli, host: Path) -> None:
    cli("init", host, "--github")
    # As git on Windows writes it.
    plan = workflows(host) / "helpdesk-plan.yml"
    plan.write_bytes(plan.read_bytes().replace(b"\n", b"\r\n"))
    found = cli("init", host, "--github", "--json").json["workflows"]
    assert (found["unchanged"], found["new"], found["updated"]) == (NAMES, [], [])


def test_an_earlier_version_is_replaced_and_a_change_of_yours_is_not(cli: Cli, host: Path) -> None:
    cli("init", host, "--github")
    plan, drift = workflows(host) / "helpdesk-plan.yml", workflows(host) / "helpdesk-drift.yml"
    now = plan.read_text()
    first, _, rest = now.partition("\n")
    older = rest.replace("3.13", "3.12")
    checksum = hashlib.sha256(older.encode()).hexdigest()
    plan.write_text(f"{first.rpartition(' ')[0]} {checksum}\n{older}")
    found = cli("upgrade", host, "--json").json["workflows"]
    assert (found["updated"], plan.read_text()) == (["helpdesk-plan.yml"], now)
    drift.write_text(drift.read_text().replace("23 3 * * *", "0 0 * * *"))
    for words in (("init", host, "--github"), ("upgrade", host)):
        refused = cli(*words, code=4)
        assert "helpdesk-drift.yml was changed since it was written" in refused.err
        assert "nothing was written" in refused.err
    assert "helpdesk-drift.yml" in cli("upgrade", host, "--json", code=4).error["message"]
    assert cli("upgrade", host, "--overwrite", "--json").json["workflows"]["overwritten"] == ["helpdesk-drift.yml"]
    assert "23 3 * * *" in drift.read_text()


def test_a_workflow_of_yours_with_the_same_name_is_never_replaced(cli: Cli, host: Path) -> None:
    workflows(host).mkdir(parents=True)
    mine = workflows(host) / "helpdesk-deploy.yml"
    mine.write_text("name: mine\n")
    refused = cli("init", host, "--github", code=4)
    assert f"{mine} is there and not ours: rename it." in refused.err
    assert not (host / "supabase" / "migrations").exists()
    # Without --github it is in nobody's way.
    cli("init", host)
    cli("upgrade", host, "--overwrite")
    assert mine.read_text() == "name: mine\n"
    assert list(workflows(host).iterdir()) == [mine]


def test_a_link_is_not_followed(cli: Cli, host: Path, tmp_path: Path) -> None:
    workflows(host).mkdir(parents=True)
    elsewhere = tmp_path / "elsewhere.yml"
    elsewhere.write_text("kept")
    (workflows(host) / "helpdesk-plan.yml").symlink_to(elsewhere)
    cli("init", host, "--github", code=4)
    assert elsewhere.read_text() == "kept"


def test_a_place_that_a_workflow_would_calculate_is_refused(cli: Cli, tmp_path: Path) -> None:
    made = project(tmp_path / "repository", "${{ secrets.X }}")
    assert "cannot be named in a workflow" in cli("init", made, "--github", code=2).err
    assert not (made / "supabase" / "migrations").exists()
