"""The real Supabase CLI beside our tools: it finds nothing to criticise; either goes on where the other stopped."""

from __future__ import annotations

import platform
import shutil
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
from tests.local.support import PROJECT, REPOSITORY

from helpdesk_sdk.install import config, files
from helpdesk_sdk.local import migrations
from helpdesk_sdk.testing import Project

pytestmark = pytest.mark.skipif(
    (platform.system(), platform.machine()) != ("Linux", "x86_64"), reason="the CLI is pinned for Linux on x86-64"
)


def supabase(db_url: str, *words: str, cwd: Path = REPOSITORY) -> str:
    """What the CLI prints, run in a directory that has a supabase/config.toml."""
    script = REPOSITORY / "scripts" / "supabase_cli.py"
    command = [sys.executable, str(script), *words, f"--remote={db_url}?sslmode=disable"]
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    # A setting of config.toml that will go away is said as a warning.
    assert "deprecated" not in done.stderr
    return done.stdout + done.stderr


def test_the_advisors_find_nothing(helpdesk_project_module: Project) -> None:
    for kind in ("security", "performance"):
        told = supabase(
            helpdesk_project_module.db_url, "db", "advisors", "--type", kind, "--level", "warn", "--fail-on", "warn"
        )
        assert "No issues found" in told


def test_the_advisors_would_find_something(helpdesk_project: Project) -> None:
    """They look at the helpdesk's schema: a table without row-level security is seen."""
    with psycopg.connect(helpdesk_project.db_url) as db:
        db.execute("create table helpdesk.careless (id int primary key)")
        db.execute("grant all on helpdesk.careless to anon, authenticated")
    with pytest.raises(AssertionError, match="careless"):
        supabase(helpdesk_project.db_url, "db", "advisors", "--fail-on", "warn")


def test_it_knows_our_migrations(helpdesk_project_module: Project) -> None:
    listed = supabase(helpdesk_project_module.db_url, "migration", "list")
    for version in migrations.applied(helpdesk_project_module.db_url):
        assert listed.count(version) == 2, f"{version} is not both local and remote"


def test_it_makes_types_of_our_schema(helpdesk_project_module: Project) -> None:
    for language, wanted in (("typescript", "schema_version"), ("python", "class HelpdeskTickets(BaseModel)")):
        made = supabase(helpdesk_project_module.db_url, "gen", "types", "--lang", language, "--schema", "helpdesk")
        assert wanted in made


@pytest.mark.night
def test_it_goes_on_where_we_stopped_and_we_where_it_stopped(hosted_database: str, tmp_path: Path) -> None:
    ours = migrations.available(PROJECT / "migrations")
    project = tmp_path / "supabase"
    (project / "migrations").mkdir(parents=True)
    (project / "config.toml").write_text('project_id = "helpdesk"\n')
    for number, migration in enumerate(ours):
        shutil.copy(migration.path, project / "migrations")
        if number % 2:
            supabase(hosted_database, "migration", "up", "--yes", cwd=tmp_path)
        else:
            assert migrations.apply(hosted_database, project / "migrations") == [migration.path.name]
    assert migrations.applied(hosted_database) == [migration.version for migration in ours]
    assert migrations.pending(hosted_database, PROJECT / "migrations") == []
    with psycopg.connect(hosted_database) as db:
        rows = db.execute(
            "select version, name, cardinality(statements) > 0 from supabase_migrations.schema_migrations"
        )
        assert sorted(rows.fetchall()) == [(migration.version, migration.name, True) for migration in ours]


@pytest.fixture
def host(tmp_path: Path) -> Path:
    """A project as `supabase init` and `supabase functions new` make it, with blank and umlaut in its name."""
    made = tmp_path / "Höst app"
    made.mkdir()
    for words in (["init", "--yes"], ["functions", "new", "hello"]):
        script = REPOSITORY / "scripts" / "supabase_cli.py"
        subprocess.run([sys.executable, str(script), *words], cwd=made, check=True, capture_output=True, timeout=120)
    (made / "supabase" / "migrations").mkdir()
    return made


def _own_migration(host: Path, version: str) -> None:
    (host / "supabase" / "migrations" / f"{version}_own.sql").write_text(f"create table public.own_{version} ();")


def _push(db_url: str, host: Path, *, dry_run: bool = False) -> str:
    options = ["--dry-run"] if dry_run else ["--yes"]
    return supabase(db_url, "db", "push", "--include-all", *options, cwd=host)


def test_first_install_and_upgrade_in_a_project_with_older_and_newer_migrations_of_its_own(
    hosted_database: str, host: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As README.md says it: `helpdesk init`, then `supabase db push --include-all`."""
    folder = files.find_supabase_dir(host)
    ours = [migration.version for migration in migrations.available(PROJECT / "migrations")]
    own = ["20240101000000", "20980101000000"]
    for version in own:
        _own_migration(host, version)
    supabase(hosted_database, "db", "push", "--yes", cwd=host)
    # The last version of this package had two migrations less.
    before = {path: content for path, content in files.package_files().items() if path[11:25] not in ours[-2:]}
    with monkeypatch.context() as patch:
        patch.setattr(files, "package_files", lambda *, functions=True: before)
        files.write(files.plan(folder))
    with pytest.raises(AssertionError, match="inserted before the last migration"):
        supabase(hosted_database, "db", "push", "--yes", cwd=host)
    assert ours[0] in _push(hosted_database, host, dry_run=True)
    assert migrations.applied(hosted_database) == own
    _push(hosted_database, host)
    assert migrations.applied(hosted_database) == [own[0], *ours[:-2], own[1]]
    # The host goes on, then comes the upgrade.
    own.append("20990101000000")
    _own_migration(host, own[-1])
    supabase(hosted_database, "db", "push", "--yes", cwd=host)
    files.write(files.plan(folder))
    _push(hosted_database, host)
    assert migrations.applied(hosted_database) == [own[0], *ours, *own[1:]]
    assert "up to date" in supabase(hosted_database, "db", "push", "--yes", cwd=host)
    with psycopg.connect(hosted_database) as db:
        assert db.execute("select helpdesk.schema_version()").fetchone() == (ours[-1],)


def test_the_settings_to_paste_are_valid_for_the_cli(hosted_database: str, host: Path) -> None:
    folder = files.find_supabase_dir(host)
    path = folder / "config.toml"
    missing = {setting.section: "\n".join(setting.lines) for setting in config.missing_settings(folder)}
    text = path.read_text().replace('schemas = ["public", "graphql_public"]', missing.pop("api"))
    path.write_text(text + "".join(f"\n[{section}]\n{lines}\n" for section, lines in missing.items()))
    assert config.missing_settings(folder) == []
    supabase(hosted_database, "migration", "list", cwd=host)
