"""Put the helpdesk's migrations and functions into a Supabase project's folder, and keep them up to date there.

    found = plan(supabase_dir)      # what is new, what would be updated, what is in the way; changes nothing
    write(found)                    # all of it; a clash is an error, and nothing is written

The manifest `supabase/.helpdesk.json` has the checksum of each file as it was written. Only a file that still has this
checksum is replaced.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from ..errors import ConfigurationError, HelpdeskError
from . import manifest
from .package import pip_install
from .project import project_dir

MANIFEST = manifest.FILE
_CONFIGS = ("config.toml", "config.json", "config.jsonc")
_VERSION = re.compile(r"(\d+)_.*\.sql")


class ClashError(HelpdeskError):
    """Files of the project are where files of the helpdesk belong; nothing was written."""

    clashes: tuple[Clash, ...]
    """The files, each with the reason."""

    def __init__(self, clashes: tuple[Clash, ...]) -> None:
        found = "; ".join(f"{clash.path} {clash.reason} ({clash.way_out})" for clash in clashes)
        super().__init__(f"Nothing was written, because of {len(clashes)} of the project's files: {found}")
        self.clashes = clashes


@dataclass(frozen=True)
class Clash:
    """A file of the project that is where a file of the helpdesk belongs."""

    path: str
    """The file, relative to the supabase folder."""
    reason: str
    """What is wrong with it, as the predicate of a sentence."""
    way_out: str
    """What to do about it."""


@dataclass(frozen=True)
class FilesPlan:
    """What `write` would do. Paths are relative to the supabase folder."""

    supabase_dir: Path
    """The project's supabase folder."""
    new: tuple[str, ...]
    """Files that are not there yet."""
    updated: tuple[str, ...]
    """Files of an earlier version, unchanged since."""
    overwritten: tuple[str, ...]
    """Files of ours that the project has changed since; only with ``overwrite``."""
    unchanged: tuple[str, ...]
    """Files that are there already."""
    leftover: tuple[str, ...]
    """Files of an earlier version that this version does not have; they stay."""
    clashes: tuple[Clash, ...]
    """What prevents it."""
    contents: dict[str, bytes] = field(repr=False)
    """Every file of this version."""
    previous: dict[str, str] = field(repr=False)
    """The checksums in the manifest."""

    @property
    def changed_migrations(self) -> tuple[str, ...]:
        """Updated migrations. A database that has run them already does not run them again."""
        replaced = (*self.updated, *self.overwritten)
        return tuple(path for path in replaced if path.startswith("migrations/"))


def find_supabase_dir(directory: Path | None = None) -> Path:
    """The supabase folder of a project that the Supabase CLI knows.

    Args:
        directory: The project's directory, or its supabase folder; None searches upward from the current directory,
            as the Supabase CLI does.

    Raises:
        ConfigurationError: There is none, or it is the helpdesk's own.
    """
    start = (directory or Path.cwd()).absolute()
    places = [start, start / "supabase"] if start.name == "supabase" else [start / "supabase"]
    if directory is None:
        places += [parent / "supabase" for parent in start.parents]
    for place in places:
        if any((place / name).is_file() for name in _CONFIGS):
            if place.resolve() == project_dir().resolve():
                raise ConfigurationError(
                    f"{place} is the helpdesk's own project", hint="Give the directory of your project."
                )
            return place
    where = f"{start} or above it" if directory is None else str(start)
    raise ConfigurationError(
        f"No Supabase project in {where}: there is no supabase/config.toml",
        hint="Make one with `supabase init`, or give the directory that has one.",
    )


def package_files(*, functions: bool = True) -> dict[str, bytes]:
    """The files that belong into a supabase folder, by their path in it.

    Args:
        functions: Whether the edge functions are among them.
    """
    root = project_dir()
    found = sorted(root.glob("migrations/*.sql"))
    if functions:
        of_tests = ("_test.ts", "testing.ts")
        names = [path for path in root.glob("functions/[!.]*/**/*") if not path.name.endswith(of_tests)]
        found += sorted(path for path in names if path.is_file() and "node_modules" not in path.parts)
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in found}


def plan(supabase_dir: Path, *, functions: bool = True, overwrite: bool = False) -> FilesPlan:
    """What `write` would do in a supabase folder. Changes nothing.

    Args:
        supabase_dir: The folder, as `find_supabase_dir` returns it.
        functions: Whether to include the edge functions.
        overwrite: Whether to replace files of ours that the project has changed. A file that we never wrote stays.

    Raises:
        ConfigurationError: The manifest is not readable.
        HelpdeskError: The files there are newer than this package.
    """
    contents = package_files(functions=functions)
    previous = manifest.read(supabase_dir)
    _require_known_version(contents, previous)
    states: dict[str, list[str]] = {"new": [], "updated": [], "overwritten": [], "unchanged": []}
    clashes = _taken_versions(supabase_dir, contents, previous)
    for path, content in contents.items():
        state = _state(supabase_dir, path, content, previous.get(path), overwrite)
        if isinstance(state, Clash):
            clashes.append(state)
        else:
            states[state].append(path)
    known = package_files()
    return FilesPlan(
        supabase_dir,
        **{state: tuple(paths) for state, paths in states.items()},
        leftover=tuple(path for path in previous if path not in known and (supabase_dir / path).exists()),
        clashes=tuple(clashes),
        contents=contents,
        previous=previous,
    )


@contextmanager
def locked(supabase_dir: Path) -> Iterator[None]:
    """Keep other runs of `helpdesk init` waiting, from the plan until everything is written.

    Args:
        supabase_dir: The folder; nothing is left behind in it.
    """
    try:
        import fcntl
    except ImportError:
        # Windows cannot lock a folder.
        yield
        return
    folder = os.open(supabase_dir, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


def write(found: FilesPlan) -> None:
    """Write the new and the updated files, then the manifest.

    Every file is written under a temporary name first, so that a full disk or an interruption leaves no half of a file.
    A repetition completes an interrupted run.

    Raises:
        ClashError: Files are in the way; nothing was written.
        OSError: A file could not be written; nothing was replaced.
    """
    if found.clashes:
        raise ClashError(found.clashes)
    files = {path: found.contents[path] for path in (*found.new, *found.updated, *found.overwritten)}
    checksums = found.previous | {path: manifest.checksum(content) for path, content in found.contents.items()}
    if not files and checksums == found.previous:
        return
    files[MANIFEST] = manifest.content(checksums)
    waiting: list[tuple[Path, Path]] = []
    try:
        for path, content in files.items():
            target = found.supabase_dir / path
            target.parent.mkdir(parents=True, exist_ok=True)
            temporary = target.with_name(f".{target.name}.helpdesk-new")
            waiting.append((temporary, target))
            temporary.write_bytes(content)
        # The manifest is the last of them.
        for temporary, target in waiting:
            os.replace(temporary, target)
    finally:
        for temporary, _ in waiting:
            temporary.unlink(missing_ok=True)


def _state(root: Path, path: str, content: bytes, written: str | None, overwrite: bool) -> str | Clash:
    """The list of `FilesPlan` that the file belongs to, or why the file cannot be written."""
    target = root / path
    for parent in target.relative_to(root).parents:
        if os.path.lexists(root / parent) and not (root / parent).is_dir():
            return Clash(parent.as_posix(), "is not a folder", "move it away")
    if not os.path.lexists(target):
        return "new"
    if not target.is_file():
        return Clash(path, "is not a file", "move it away")
    present = manifest.checksum(target.read_bytes())
    if present == manifest.checksum(content):
        return "unchanged"
    if written is None:
        folder = path.split("/")[1] if path.startswith("functions/") else ""
        other = ", or leave our functions out with --no-functions" if folder else ""
        what = f"rename your function {folder}" if folder and not folder.startswith("_") else "rename it"
        return Clash(path, "is not ours", f"{what}{other}; delete it if it is an old copy of ours")
    if present == written and not target.is_symlink():
        return "updated"
    if overwrite and not target.is_symlink():
        return "overwritten"
    return Clash(path, "was changed since `helpdesk init` wrote it", "restore it from version control, or delete it")


def _taken_versions(root: Path, contents: dict[str, bytes], previous: dict[str, str]) -> list[Clash]:
    """The project's migrations that have a version of ours: the history can hold only one of them."""
    ours = {match[1] for path in contents if (match := _VERSION.fullmatch(path.rpartition("/")[2]))}
    return [
        Clash(
            path,
            "has the version of a migration of the helpdesk",
            "delete it: the migration has another name now" if path in previous else "give its name another version",
        )
        for name in sorted(item.name for item in root.glob("migrations/*.sql"))
        if (path := f"migrations/{name}") not in contents and (match := _VERSION.fullmatch(name)) and match[1] in ours
    ]


def _require_known_version(contents: dict[str, bytes], previous: dict[str, str]) -> None:
    migrations = [path for path in previous if path.startswith("migrations/")]
    if max(migrations, default="") > max(path for path in contents if path.startswith("migrations/")):
        raise HelpdeskError(
            "The helpdesk's files in this project are newer than this package; nothing was written",
            hint=f"Update the package: {pip_install(upgrade=True)}",
        )
