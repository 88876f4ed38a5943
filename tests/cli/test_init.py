"""`helpdesk init`: what it prints and how it ends. tests/local/test_init.py has what it writes."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest
from tests.cli.support import Cli

from helpdesk_sdk.install.files import package_files


@pytest.fixture
def project(tmp_path: Path) -> Path:
    made = tmp_path / "Höst app"
    (made / "supabase").mkdir(parents=True)
    (made / "supabase" / "config.toml").write_text('project_id = "host"\n')
    return made


def test_it_writes_and_says_what_to_run_next_in_order(cli: Cli, project: Path) -> None:
    done = cli("init", project)
    assert done.out.count("new  ") == len(package_files())
    assert f"{len(package_files())} files written to {project / 'supabase'}." in done.out
    steps = [
        "[functions.health]\n  verify_jwt = false",
        'schemas = ["public", "graphql_public", "helpdesk"]',
        f"cd {shlex.quote(str(project))}",
        "export SUPABASE_ACCESS_TOKEN=",
        "export HELPDESK_DB_URL=",
        "helpdesk plan --env staging",
        "helpdesk deploy --env staging",
        "helpdesk login --profile system",
        "helpdesk users bootstrap-admin",
        "helpdesk doctor",
    ]
    places = [done.out.index(step) for step in steps]
    assert places == sorted(places)


def test_here_no_cd_is_needed(cli: Cli, project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(project)
    assert "cd " not in cli("init").out


def test_the_second_run_says_that_all_is_there(cli: Cli, project: Path) -> None:
    cli("init", project)
    config = project / "supabase" / "config.toml"
    functions = "".join(f"[functions.{name}]\nverify_jwt = false\n" for name in ("health", "email-in", "slack"))
    config.write_text(f'{functions}[api]\nschemas = ["public", "helpdesk"]\n')
    done = cli("init", project)
    assert done.out.startswith(f"All {len(package_files())} files are in {project / 'supabase'} already.")
    assert "config.toml" not in done.out


def test_a_dry_run_writes_nothing(cli: Cli, project: Path) -> None:
    assert "would be written" in cli("init", project, "--dry-run").out
    assert cli("init", project, "--dry-run", "--json").json["written"] is False
    assert [path.name for path in (project / "supabase").iterdir()] == ["config.toml"]


def test_json_has_all_of_it(cli: Cli, project: Path) -> None:
    found = cli("init", project, "--json").json
    assert found["written"] is True
    assert sorted(found["new"]) == sorted(package_files())
    assert (found["updated"], found["unchanged"], found["leftover"]) == ([], [], [])
    assert found["settings"][0] == {"section": "functions.health", "lines": ["verify_jwt = false"]}
    assert any("helpdesk deploy --env staging" in step["commands"] for step in found["next"])


def test_without_functions_nothing_speaks_of_them(cli: Cli, project: Path) -> None:
    done = cli("init", project, "--no-functions")
    assert "[functions" not in done.out
    assert not (project / "supabase" / "functions").exists()


@pytest.mark.parametrize("options", [(), ("--dry-run",)])
def test_clashes_are_named_one_a_line_and_nothing_is_written(cli: Cli, project: Path, options: tuple[str]) -> None:
    for name in ("health", "_helpdesk"):
        (project / "supabase" / "functions" / name).mkdir(parents=True)
    index = project / "supabase" / "functions" / "health" / "index.ts"
    index.write_text("// mine")
    shared = project / "supabase" / "functions" / "_helpdesk" / "environment.ts"
    shared.write_text("// mine")
    done = cli("init", project, *options, code=4)
    lines = done.err.splitlines()
    assert [line for line in lines if line.startswith(str(index)) and "rename your function health" in line]
    assert [line for line in lines if line.startswith(str(shared))]
    assert "Error: 2 files are in the way; nothing was written" in lines
    assert not (project / "supabase" / "migrations").exists()
    error = cli("init", project, "--json", *options, code=4).error
    assert "functions/health/index.ts" in error["message"]
    assert "functions/_helpdesk/environment.ts" in error["message"]


def test_it_writes_helpdesk_toml_once(cli: Cli, project: Path) -> None:
    path = project / "supabase" / "helpdesk.toml"
    assert cli("init", project, "--dry-run", "--json").json["new_config"] is True
    assert not path.exists()
    assert f"Name your projects in {path}." in cli("init", project).out
    path.write_text("# mine")
    assert cli("init", project, "--json").json["new_config"] is False
    assert path.read_text() == "# mine"


def test_upgrade_replaces_what_is_ours_and_names_what_was_changed(cli: Cli, project: Path) -> None:
    cli("init", project)
    report = project / "supabase" / "functions" / "health" / "report.ts"
    ours = report.read_bytes()
    report.write_text("// changed")
    done = cli("upgrade", project, code=4)
    assert f"{report} was changed since" in done.err
    assert "helpdesk upgrade --overwrite" in done.err
    assert report.read_text() == "// changed"
    assert "overwritten  functions/health/report.ts" in cli("upgrade", project, "--overwrite", "--dry-run").out
    assert report.read_text() == "// changed"
    done = cli("upgrade", project, "--overwrite", "--json")
    assert done.json["overwritten"] == ["functions/health/report.ts"]
    assert done.json["from_version"] == done.json["to_version"]
    assert report.read_bytes() == ours
    assert cli("upgrade", project).out.startswith("All ")


def test_upgrade_without_functions_leaves_them_out(cli: Cli, project: Path) -> None:
    cli("init", project, "--no-functions")
    assert cli("upgrade", project, "--json").json["new"] == []
    assert not (project / "supabase" / "functions").exists()


def test_upgrade_before_init_says_what_to_run(cli: Cli, project: Path) -> None:
    assert "helpdesk init" in cli("upgrade", project, code=3).err


def test_without_a_supabase_project_it_says_how_to_make_one(cli: Cli, tmp_path: Path) -> None:
    done = cli("init", tmp_path, code=2)
    assert "supabase init" in done.err
    assert list(tmp_path.glob("supabase")) == []


def test_the_readme_has_the_same_commands_in_the_same_order(cli: Cli, project: Path) -> None:
    readme = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    steps = cli("init", project, "--json").json["next"]
    commands = [command for step in steps for command in step["commands"] if not command.startswith("cd ")]
    places = [readme.index(f"   {command}") for command in commands]
    assert places == sorted(places)
