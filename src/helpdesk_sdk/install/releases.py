"""The migrations of each release, with their checksums: `supabase/released.sha256`.

A migration of a release never changes again: databases that have run it do not run it a second time. The file is in the
format of `sha256sum --check`; a comment names the release that the lines below it came with.
"""

from __future__ import annotations

import re
from pathlib import Path

from ..errors import HelpdeskError
from . import manifest
from .project import project_dir

FILE = "released.sha256"
_RELEASE = re.compile(r"# (\d+\.\d+\.\d+)")
_LINE = re.compile(r"([0-9a-f]{64})  migrations/(\d+_\w+\.sql)")
_CONTRACT = re.compile(r"-- Contract: after (\d+\.\d+\.\d+) is everywhere\.")
_HEAD = "# The migrations of each release. Frozen: scripts/freeze_migrations.py adds lines and changes none.\n"


class FrozenMigrationError(HelpdeskError):
    """A migration of a release was changed, removed, or is not the newest any more."""


def released(supabase_dir: Path | None = None) -> dict[str, dict[str, str]]:
    """The checksums of the migrations by release and file name, in order; empty before the first release.

    Args:
        supabase_dir: The folder with the file; by default that of this package.

    Raises:
        FrozenMigrationError: The file is not readable.
    """
    path = (supabase_dir or project_dir()) / FILE
    found: dict[str, dict[str, str]] = {}
    if not path.exists():
        return found
    release = None
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        if match := _RELEASE.fullmatch(line):
            release = found.setdefault(match[1], {})
        elif (match := _LINE.fullmatch(line)) and release is not None:
            release[match[2]] = match[1]
        elif line and not line.startswith("# The"):
            raise FrozenMigrationError(f"{path}:{number} is not a line of this file", hint="Restore it.")
    return found


def check(supabase_dir: Path | None = None) -> None:
    """Compare the migrations with those of the releases.

    Args:
        supabase_dir: The folder with the file and the migrations; by default that of this package.

    Raises:
        FrozenMigrationError: One was changed or removed, or a new one comes before a released one.
    """
    folder = (supabase_dir or project_dir()) / "migrations"
    frozen = {name: checksum for files in released(supabase_dir).values() for name, checksum in files.items()}
    for name, checksum in frozen.items():
        path = folder / name
        if not path.is_file():
            raise FrozenMigrationError(f"{name} was released, but is not there", hint="Restore it.")
        if manifest.checksum(path.read_bytes()) != checksum:
            raise FrozenMigrationError(
                f"{name} was changed after its release", hint="Restore it, and write a new migration instead."
            )
    new = [path.name for path in sorted(folder.glob("*.sql")) if path.name not in frozen]
    if frozen and new and new[0] < max(frozen):
        raise FrozenMigrationError(
            f"{new[0]} comes before {max(frozen)}, which was released", hint="Give it a later version."
        )


def freeze(release: str, supabase_dir: Path | None = None) -> list[str]:
    """Add the migrations that no release has yet to a release; return their names.

    Args:
        release: The version of the release, e.g. ``0.2.0``.
        supabase_dir: The folder; by default that of this package.

    Raises:
        FrozenMigrationError: A released migration was changed, or the version is not newer than the last release.
    """
    root = supabase_dir or project_dir()
    if not _RELEASE.fullmatch(f"# {release}"):
        raise FrozenMigrationError(f"{release!r} is not a version", hint="Give three numbers, e.g. 0.2.0.")
    check(root)
    found = released(root)
    last = max(found, key=version_key, default=None)
    if last is not None and version_key(release) <= version_key(last):
        raise FrozenMigrationError(
            f"{release} is not newer than the release {last}", hint="Set the next version in pyproject.toml first."
        )
    known = {name for files in found.values() for name in files}
    new = [path for path in sorted((root / "migrations").glob("*.sql")) if path.name not in known]
    lines = [f"{manifest.checksum(path.read_bytes())}  migrations/{path.name}\n" for path in new]
    path = root / FILE
    before = path.read_text("utf-8") if path.exists() else _HEAD
    path.write_text(f"{before}# {release}\n{''.join(lines)}", "utf-8", newline="\n")
    return [item.name for item in new]


def contract_after(sql: str) -> str | None:
    """The release that must be everywhere before a contract migration runs; None for any other migration.

    Args:
        sql: The text of the migration. Its first line says it.
    """
    match = _CONTRACT.match(sql)
    return match[1] if match else None


def version_key(version: str) -> tuple[int, ...]:
    """The order of versions; what follows the three numbers does not count.

    Args:
        version: A version, e.g. ``0.2.0``.
    """
    return tuple(int(number) for number in re.findall(r"\d+", version)[:3])
