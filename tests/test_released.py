"""Migrations of a release never change: supabase/released.sha256, and how it is written."""

from __future__ import annotations

import shutil
import subprocess
from datetime import datetime
from pathlib import Path

import pytest

from helpdesk_sdk.install import releases
from helpdesk_sdk.install.releases import FrozenMigrationError

SUPABASE = Path(__file__).parents[1] / "supabase"


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of our migrations, of which nothing was released."""
    shutil.copytree(SUPABASE / "migrations", tmp_path / "migrations")
    return tmp_path


def names(folder: Path) -> list[str]:
    return [path.name for path in sorted((folder / "migrations").glob("*.sql"))]


def add(folder: Path, name: str) -> str:
    (folder / "migrations" / name).write_text("select 1;\n")
    return name


def test_no_released_migration_was_changed() -> None:
    releases.check(SUPABASE)


def test_versions_are_times() -> None:
    """The Supabase CLI shows them as such; it lets what is none pass, and writes no time beside it."""
    for name in names(SUPABASE):
        datetime.strptime(name.partition("_")[0], "%Y%m%d%H%M%S")


def test_the_newest_migration_is_not_a_contract() -> None:
    """schema_version() is the version of the newest one, also while the contract migrations wait."""
    assert "_helpdesk_contract_" not in names(SUPABASE)[-1]


def test_every_contract_migration_says_which_release_must_be_everywhere_first() -> None:
    for path in (SUPABASE / "migrations").glob("*_helpdesk_contract_*.sql"):
        assert releases.contract_after(path.read_text("utf-8")), path.name


def test_a_release_freezes_what_is_new_and_the_next_one_the_rest(copy: Path) -> None:
    first = names(copy)
    assert releases.released(copy) == {}
    assert releases.freeze("0.2.0", copy) == first
    new = add(copy, "20990101000000_helpdesk_telepathy.sql")
    assert releases.freeze("0.10.0", copy) == [new]
    found = releases.released(copy)
    assert [list(files) for files in found.values()] == [first, [new]]
    assert list(found) == ["0.2.0", "0.10.0"]
    releases.check(copy)


def test_the_file_is_as_sha256sum_reads_it(copy: Path) -> None:
    releases.freeze("0.2.0", copy)
    checked = subprocess.run(
        ["sha256sum", "--check", "--strict", "--quiet", releases.FILE], cwd=copy, capture_output=True, text=True
    )
    assert checked.returncode == 0, checked.stderr


def test_a_changed_migration_is_named(copy: Path) -> None:
    releases.freeze("0.2.0", copy)
    path = copy / "migrations" / names(copy)[3]
    path.write_text(path.read_text("utf-8") + "-- a word more\n", "utf-8")
    with pytest.raises(FrozenMigrationError, match=f"{path.name} was changed after its release"):
        releases.check(copy)
    with pytest.raises(FrozenMigrationError, match="was changed"):
        releases.freeze("0.3.0", copy)


def test_line_ends_are_no_change(copy: Path) -> None:
    releases.freeze("0.2.0", copy)
    path = copy / "migrations" / names(copy)[0]
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    releases.check(copy)


def test_a_removed_migration_is_named(copy: Path) -> None:
    releases.freeze("0.2.0", copy)
    gone = names(copy)[5]
    (copy / "migrations" / gone).unlink()
    with pytest.raises(FrozenMigrationError, match=f"{gone} was released, but is not there"):
        releases.check(copy)


def test_a_new_migration_comes_after_the_released_ones(copy: Path) -> None:
    releases.freeze("0.2.0", copy)
    add(copy, "20261122000101_helpdesk_late.sql")
    with pytest.raises(FrozenMigrationError, match=r"helpdesk_late\.sql comes before"):
        releases.check(copy)


@pytest.mark.parametrize("version", ["0.2.0", "0.1.9", "next", "0.3", "0.3.0rc1"])
def test_a_version_is_released_once_and_in_order(copy: Path, version: str) -> None:
    releases.freeze("0.2.0", copy)
    before = (copy / releases.FILE).read_bytes()
    with pytest.raises(FrozenMigrationError, match="is not"):
        releases.freeze(version, copy)
    assert (copy / releases.FILE).read_bytes() == before


@pytest.mark.parametrize("text", ["0" * 64 + "  migrations/1_a.sql\n", "# 0.2.0\nabc\n", "# 0.2.0\n" + "0" * 64 + " x"])
def test_a_damaged_file_is_refused(copy: Path, text: str) -> None:
    (copy / releases.FILE).write_text(text)
    with pytest.raises(FrozenMigrationError, match="is not a line of this file"):
        releases.check(copy)


@pytest.mark.parametrize(
    ("text", "release"),
    [
        ("-- Contract: after 0.3.0 is everywhere.\n-- Removes …\nselect 1;", "0.3.0"),
        ("-- Removes …\nselect 1;", None),
        ("select 1;\n-- Contract: after 0.3.0 is everywhere.", None),
    ],
)
def test_the_release_of_a_contract_migration_is_in_its_first_line(text: str, release: str | None) -> None:
    assert releases.contract_after(text) == release
