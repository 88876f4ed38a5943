"""What `helpdesk init` writes into a project's supabase folder, and what it leaves alone."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

import pytest

from helpdesk_sdk.errors import ConfigurationError, HelpdeskError
from helpdesk_sdk.install import config, files
from helpdesk_sdk.install.project import project_dir

MIGRATION = "migrations/20261122000100_helpdesk_foundation.sql"
REPORT = "functions/health/report.ts"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The supabase folder of a host with files of its own, under a name with a blank and an umlaut."""
    made = tmp_path / "Höst app" / "supabase"
    for path, text in {
        "config.toml": 'project_id = "host"\n',
        "migrations/20240101000000_own.sql": "select 1;",
        "functions/deno.json": '{"imports": {}}',
        "functions/_shared/environment.ts": "export const theirs = 1;",
        "functions/hello/index.ts": "Deno.serve(() => new Response());",
    }.items():
        (made / path).parent.mkdir(parents=True, exist_ok=True)
        (made / path).write_text(text)
    return made


def contents(folder: Path) -> dict[str, bytes]:
    """Every file below a folder."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def install(folder: Path) -> files.FilesPlan:
    found = files.plan(folder)
    files.write(found)
    return found


def older(monkeypatch: pytest.MonkeyPatch, change: Callable[[dict[str, bytes]], None]) -> None:
    """Until `monkeypatch.undo()` the package has other files."""
    present = files.package_files()
    change(present)
    monkeypatch.setattr(files, "package_files", lambda *, functions=True: dict(present))


def test_everything_is_written_beside_the_hosts_own_files(folder: Path) -> None:
    before = contents(folder)
    found = install(folder)
    after = contents(folder)
    assert (set(found.new), found.updated, found.unchanged) == (set(files.package_files()), (), ())
    assert after == before | files.package_files() | {files.MANIFEST: after[files.MANIFEST]}
    manifest = json.loads(after[files.MANIFEST])
    assert set(manifest["files"]) == set(files.package_files())
    assert manifest["version"] == version("helpdesk-sdk")


def test_the_files_compile_alone_and_tests_stay_at_home() -> None:
    names = set(files.package_files())
    assert {"functions/health/deno.json", "functions/health/deno.lock", "functions/_helpdesk/environment.ts"} <= names
    assert not [
        name for name in names if name.endswith(("_test.ts", "testing.ts")) or "node_modules" in name or "/." in name
    ]
    assert {name.split("/")[0] for name in names} == {"migrations", "functions"}
    assert all(len(name.split("/")) == 3 for name in names if name.startswith("functions/"))
    assert all(name.startswith("migrations/") for name in files.package_files(functions=False))


def test_a_second_run_changes_nothing(folder: Path) -> None:
    install(folder)
    times = {path: path.stat().st_mtime_ns for path in folder.rglob("*")}
    found = install(folder)
    assert (found.new, found.updated, found.clashes, found.leftover) == ((), (), (), ())
    assert {path: path.stat().st_mtime_ns for path in folder.rglob("*")} == times


def test_a_plan_changes_nothing(folder: Path) -> None:
    before = contents(folder)
    files.plan(folder)
    assert contents(folder) == before


def test_a_newer_version_updates_what_is_unchanged(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def change(present: dict[str, bytes]) -> None:
        present[REPORT] = b"// as it was"
        present["functions/health/gone.ts"] = b"// left out since"
        del present[max(path for path in present if path.startswith("migrations/"))]

    older(monkeypatch, change)
    install(folder)
    monkeypatch.undo()
    found = install(folder)
    assert found.updated == (REPORT,)
    assert [path.startswith("migrations/") for path in found.new] == [True]
    assert found.leftover == ("functions/health/gone.ts",)
    assert found.changed_migrations == ()
    assert (folder / REPORT).read_bytes() == files.package_files()[REPORT]
    assert (folder / "functions/health/gone.ts").exists()
    assert files.plan(folder).new == files.plan(folder).updated == ()


def test_a_migration_that_changed_is_named(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    older(monkeypatch, lambda present: present.update({MIGRATION: b"select 0;"}))
    install(folder)
    monkeypatch.undo()
    assert files.plan(folder).changed_migrations == (MIGRATION,)


def test_line_ends_that_git_changed_are_no_change(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    older(monkeypatch, lambda present: present.update({REPORT: b"one\ntwo\n"}))
    install(folder)
    monkeypatch.undo()
    (folder / REPORT).write_bytes(b"one\r\ntwo\r\n")
    assert files.plan(folder).updated == (REPORT,)


def test_every_clash_is_named_and_nothing_is_written(folder: Path) -> None:
    install(folder)
    (folder / REPORT).write_text("// the host's change")
    (folder / "functions/health/index.ts").unlink()
    (folder / MIGRATION).unlink()
    (folder / MIGRATION).mkdir()
    (folder / "migrations/20261122000200_accounts.sql").write_text("select 1;")
    before = contents(folder)
    with pytest.raises(files.ClashError) as caught:
        install(folder)
    assert contents(folder) == before
    assert {clash.path: clash.reason for clash in caught.value.clashes} == {
        "migrations/20261122000200_accounts.sql": "has the version of a migration of the helpdesk",
        MIGRATION: "is not a file",
        REPORT: "was changed since `helpdesk init` wrote it",
    }
    assert all(clash.path in str(caught.value) and clash.way_out in str(caught.value) for clash in caught.value.clashes)


def test_a_function_of_the_hosts_is_never_replaced(folder: Path) -> None:
    (folder / "functions/health").mkdir()
    (folder / "functions/health/index.ts").write_text("// the host's")
    before = contents(folder)
    with pytest.raises(files.ClashError, match="rename your function health, or leave our functions out"):
        install(folder)
    assert contents(folder) == before
    files.write(files.plan(folder, functions=False))
    assert (folder / MIGRATION).exists()
    assert (folder / "functions/health/index.ts").read_text() == "// the host's"


@pytest.mark.parametrize("where", ["functions", "functions/health", "functions/_helpdesk"])
def test_a_file_where_a_folder_belongs_is_a_clash(tmp_path: Path, where: str) -> None:
    (tmp_path / where).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / where).write_text("")
    assert {(clash.path, clash.reason) for clash in files.plan(tmp_path).clashes} == {(where, "is not a folder")}


def test_a_link_is_never_written_through(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    older(monkeypatch, lambda present: present.update({REPORT: b"// as it was"}))
    install(folder)
    monkeypatch.undo()
    elsewhere = tmp_path / "elsewhere.ts"
    (folder / REPORT).rename(elsewhere)
    (folder / REPORT).symlink_to(elsewhere)
    for overwrite in (False, True):
        assert [clash.path for clash in files.plan(folder, overwrite=overwrite).clashes] == [REPORT]


def test_only_on_demand_a_changed_file_of_ours_is_overwritten_and_never_one_of_theirs(folder: Path) -> None:
    install(folder)
    (folder / REPORT).write_text("// the host's change")
    found = files.plan(folder, overwrite=True)
    assert (found.overwritten, found.clashes) == ((REPORT,), ())
    files.write(found)
    assert (folder / REPORT).read_bytes() == files.package_files()[REPORT]
    known = json.loads((folder / files.MANIFEST).read_text())
    del known["files"][REPORT]
    (folder / files.MANIFEST).write_text(json.dumps(known))
    (folder / REPORT).write_text("// the host's own file")
    assert [clash.path for clash in files.plan(folder, overwrite=True).clashes] == [REPORT]


def test_a_changed_migration_that_is_overwritten_is_named(folder: Path) -> None:
    install(folder)
    (folder / MIGRATION).write_text("select 1;")
    assert files.plan(folder, overwrite=True).changed_migrations == (MIGRATION,)


def test_files_that_were_copied_by_hand_are_taken_over(folder: Path) -> None:
    content = files.package_files()[REPORT]
    (folder / REPORT).parent.mkdir()
    (folder / REPORT).write_bytes(content)
    found = install(folder)
    assert found.unchanged == (REPORT,)
    assert REPORT in json.loads((folder / files.MANIFEST).read_text())["files"]


def test_a_failure_before_the_end_replaces_nothing(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = contents(folder)
    real = Path.write_bytes

    def full(path: Path, content: bytes) -> int:
        if "report.ts" in path.name:
            real(path, content[:10])
            raise OSError(28, "No space left on device")
        return real(path, content)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "write_bytes", full)
        with pytest.raises(OSError, match="No space"):
            install(folder)
    assert contents(folder) == before
    assert install(folder).clashes == ()


def test_a_run_that_was_interrupted_is_completed(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    older(monkeypatch, lambda present: present.update({REPORT: b"// as it was"}))
    install(folder)
    monkeypatch.undo()
    real, done = os.replace, []

    def interrupted(source: Path, target: Path) -> None:
        if target.name == files.MANIFEST:
            raise KeyboardInterrupt
        done.append(target)
        real(source, target)

    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", interrupted)
        with pytest.raises(KeyboardInterrupt):
            install(folder)
    assert done == [folder / REPORT]
    assert not list(folder.rglob("*.helpdesk-new"))
    assert REPORT in install(folder).unchanged
    assert files.plan(folder).updated == ()


def test_files_of_a_newer_version_are_left_alone(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    older(monkeypatch, lambda present: present.update({"migrations/20990101000000_helpdesk_new.sql": b""}))
    install(folder)
    monkeypatch.undo()
    with pytest.raises(HelpdeskError, match="newer than this package"):
        files.plan(folder)


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"files": []}', '{"files": {"a": 1}}', "\udcff"])
def test_a_manifest_that_is_damaged_is_an_error_with_a_way_out(folder: Path, text: str) -> None:
    (folder / files.MANIFEST).write_bytes(text.encode(errors="surrogateescape"))
    with pytest.raises(ConfigurationError, match=r"Restore it from version control"):
        files.plan(folder)


def test_the_folder_is_found_as_the_supabase_cli_finds_it(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project = folder.parent
    (project / "src" / "deep").mkdir(parents=True)
    assert files.find_supabase_dir(project) == files.find_supabase_dir(folder) == folder
    for place in (project, project / "src" / "deep", folder, folder / "functions"):
        monkeypatch.chdir(place)
        assert files.find_supabase_dir() == folder
    with pytest.raises(ConfigurationError, match=r"supabase init"):
        files.find_supabase_dir(project / "src")
    (folder / "config.toml").unlink()
    with pytest.raises(ConfigurationError, match=r"there is no supabase/config.toml"):
        files.find_supabase_dir()


def test_our_own_project_is_no_host() -> None:
    with pytest.raises(ConfigurationError, match="the helpdesk's own project"):
        files.find_supabase_dir(project_dir())


# Health is asked by monitors; mail providers and Slack have signatures of their own.
OPEN = {f"functions.{name}": "verify_jwt = false" for name in ("health", "email-in", "slack")}
OURS = "\n".join(f"[{section}]\n{line}" for section, line in OPEN.items())


@pytest.mark.parametrize(
    ("toml", "wanted"),
    [
        ("", {**OPEN, "api": 'schemas = ["public", "graphql_public", "helpdesk"]'}),
        (
            '[functions.health]\nverify_jwt = true\n[api]\nschemas = ["públic", "helpdesk_private"]',
            {**OPEN, "api": 'schemas = ["públic", "helpdesk"]'},
        ),
        (f'{OURS}\n[api]\nschemas = ["helpdesk", "public"]', {}),
    ],
)
def test_settings_are_shown_only_while_they_are_missing(folder: Path, toml: str, wanted: dict[str, str]) -> None:
    (folder / "config.toml").write_text(toml, encoding="utf-8")
    assert {one.section: "\n".join(one.lines) for one in config.missing_settings(folder)} == wanted


def test_settings_that_are_not_toml_are_an_error(folder: Path) -> None:
    (folder / "config.toml").write_text("[api")
    with pytest.raises(ConfigurationError, match=r"config.toml is not valid"):
        config.missing_settings(folder)


def test_two_runs_at_once_write_one_after_the_other(folder: Path) -> None:
    """Both plan before either has written, unless the second waits: it would take the first one's files for others'."""
    second: list[files.FilesPlan] = []

    def run() -> None:
        with files.locked(folder):
            second.append(files.plan(folder))

    with files.locked(folder):
        waiting = threading.Thread(target=run)
        waiting.start()
        found = files.plan(folder)
        waiting.join(0.3)
        assert second == []
        files.write(found)
    waiting.join(30)
    assert (second[0].new, second[0].clashes) == ((), ())
    assert not [path for path in contents(folder) if "lock" in path and path not in found.new]
