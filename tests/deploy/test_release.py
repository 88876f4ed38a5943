"""A release: its notes, and the trial of the wheel in an empty environment."""

from __future__ import annotations

import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

import check_deployment
import release_notes
import try_wheel


def source(folder: Path, version: str, changelog: str) -> Path:
    (folder / "pyproject.toml").write_text(f'[project]\nversion = "{version}"\n', encoding="utf-8")
    (folder / "CHANGELOG.md").write_text(changelog, encoding="utf-8")
    return folder


def test_the_notes_are_the_section_of_the_version(tmp_path: Path) -> None:
    text = "# Changelog\n\n## Unreleased\n\n- later\n\n## 1.2.0 (2026-11-29)\n\n- new\n- better\n\n## 1.1.0\n\n- old\n"
    assert release_notes.notes("v1.2.0", source(tmp_path, "1.2.0", text)) == "- new\n- better\n"
    assert release_notes.notes("v1.1.0", source(tmp_path, "1.1.0", text)) == "- old\n"


@pytest.mark.parametrize(
    ("tag", "changelog", "says"),
    [
        ("v1.3.0", "## 1.2.0\n\n- new\n", "the tag must be v1.2.0"),
        ("1.2.0", "## 1.2.0\n\n- new\n", "the tag must be v1.2.0"),
        ("v1.2.0", "## Unreleased\n\n- new\n", "no section '## 1.2.0'"),
        ("v1.2.0", "## 1.2.0\n\n## 1.1.0\n\n- old\n", "no section '## 1.2.0'"),
        ("v1.2.0", "## 1.2.01\n\n- new\n", "no section '## 1.2.0'"),
    ],
)
def test_what_does_not_agree_is_refused(tag: str, changelog: str, says: str, tmp_path: Path) -> None:
    with pytest.raises(release_notes.ReleaseError, match=says):
        release_notes.notes(tag, source(tmp_path, "1.2.0", changelog))


@pytest.fixture(scope="module")
def dist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Wheel and source distribution, built as `make dist` does."""
    out = tmp_path_factory.mktemp("dist")
    subprocess.run([sys.executable, "-m", "hatchling", "build", "-d", str(out)], cwd=check_deployment.ROOT, check=True)
    return out


def test_the_wheel_works_in_an_empty_environment(dist: Path) -> None:
    try_wheel.attempt(try_wheel.wheel_in(dist), packages=sysconfig.get_path("purelib"))


def test_the_wheel_has_the_package_and_nothing_else(dist: Path) -> None:
    with zipfile.ZipFile(try_wheel.wheel_in(dist)) as wheel:
        names = wheel.namelist()
    assert {name.partition("/")[0] for name in names if ".dist-info/" not in name} == {"helpdesk_sdk", "helpdesk_cli"}
    assert {"helpdesk_sdk/py.typed", "helpdesk_sdk/_supabase/config.toml"} <= set(names)
    assert [name for name in names if name.endswith((".env", ".pyc")) or "node_modules" in name] == []


@pytest.mark.night
def test_a_wheel_that_does_not_work_is_found(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "helpdesk_sdk-1.0.0-py3-none-any.whl", "w") as wheel:
        wheel.writestr("helpdesk_sdk/__init__.py", "raise RuntimeError('broken')")
        wheel.writestr(
            "helpdesk_sdk-1.0.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: helpdesk-sdk\nVersion: 1.0.0\n"
        )
        wheel.writestr(
            "helpdesk_sdk-1.0.0.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        wheel.writestr("helpdesk_sdk-1.0.0.dist-info/RECORD", "")
    (tmp_path / "helpdesk_sdk-1.0.0.tar.gz").touch()
    with pytest.raises(try_wheel.WheelError, match="broken"):
        try_wheel.attempt(try_wheel.wheel_in(tmp_path), packages=sysconfig.get_path("purelib"))


def test_a_folder_without_a_wheel_is_named(tmp_path: Path) -> None:
    with pytest.raises(try_wheel.WheelError, match="must have one wheel"):
        try_wheel.wheel_in(tmp_path)
