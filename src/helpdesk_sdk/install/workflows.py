"""The workflows for GitHub Actions that a host's repository gets: plan, deploy, drift, backup drill.

The first line of each has the checksum of the rest: so a later version knows a file that nobody has changed.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path

from ..errors import ConfigurationError
from .files import Clash, ClashError
from .package import NAME

FOLDER = Path(".github") / "workflows"
_TEMPLATES = Path(__file__).with_name("github")
_STAMP = re.compile(r"# Written by helpdesk init --github, version \S+\. sha256 of what follows: ([0-9a-f]{64})\n")
# In the templates, and what stands there for a host.
_VERSION = 'HELPDESK_VERSION: "0.0.0"'
_DIRECTORY = 'HELPDESK_DIRECTORY: "."'
_PATHS = 'paths: ["supabase/**"]'


@dataclass(frozen=True)
class WorkflowsPlan:
    """What would be written, by name."""

    root: Path
    """The root of the repository."""
    new: tuple[str, ...]
    """Files that are not there."""
    updated: tuple[str, ...]
    """Files of an earlier version that nobody has changed."""
    overwritten: tuple[str, ...]
    """Files that were changed, and are replaced all the same."""
    unchanged: tuple[str, ...]
    """Files that are as they should be."""
    clashes: tuple[Clash, ...]
    """Files that are in the way."""
    texts: dict[str, str] = field(repr=False)
    """What the files should have."""


def plan(supabase_dir: Path, *, only_present: bool = False, overwrite: bool = False) -> WorkflowsPlan:
    """What would be written into the repository of a project; nothing is written.

    Args:
        supabase_dir: The project's supabase folder.
        only_present: Whether to look only at files of these names that are there.
        overwrite: Whether files of ours that were changed are replaced.

    Raises:
        ConfigurationError: The project's path cannot be named in a workflow.
    """
    root = _repository(supabase_dir.parent)
    texts = {name: _stamped(text) for name, text in _rendered(supabase_dir.parent, root).items()}
    found: dict[str, list[str]] = {kind: [] for kind in ("new", "updated", "overwritten", "unchanged")}
    clashes = []
    for name, text in texts.items():
        state = _state(root / FOLDER / name, text)
        if state == "changed" and overwrite:
            state = "overwritten"
        if state in found:
            if state != "new" or not only_present:
                found[state].append(name)
        elif state == "changed":
            clashes.append(Clash(name, "was changed since it was written", "keep your change elsewhere and delete it"))
        elif not only_present:
            clashes.append(Clash(name, "is there and not ours", "rename it"))
    lists = {kind: tuple(names) for kind, names in found.items()}
    return WorkflowsPlan(root=root, clashes=tuple(clashes), texts=texts, **lists)


def write(found: WorkflowsPlan) -> None:
    """Write what the plan says.

    Raises:
        ClashError: Files are in the way; nothing was written.
    """
    if found.clashes:
        raise ClashError(found.clashes)
    folder = found.root / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    for name in (*found.new, *found.updated, *found.overwritten):
        temporary = folder / f".{name}.helpdesk-new"
        try:
            temporary.write_text(found.texts[name], "utf-8", newline="\n")
            os.replace(temporary, folder / name)
        finally:
            temporary.unlink(missing_ok=True)


def _repository(directory: Path) -> Path:
    """The root of the repository that a directory is in; without a repository the directory itself."""
    return next((place for place in (directory, *directory.parents) if (place / ".git").exists()), directory)


def _rendered(directory: Path, root: Path) -> dict[str, str]:
    place = directory.relative_to(root).as_posix()
    if re.search(r"[\x00-\x1f]|\$\{\{", place):
        raise ConfigurationError(
            f"{directory} cannot be named in a workflow",
            hint="Rename the directory: without control characters and ${{",
        )
    changes = {
        _VERSION: f"HELPDESK_VERSION: {json.dumps(version(NAME))}",
        _DIRECTORY: f"HELPDESK_DIRECTORY: {json.dumps(place, ensure_ascii=False)}",
        _PATHS: f"paths: [{json.dumps(_glob(place), ensure_ascii=False)}]",
    }
    made = {}
    for path in sorted(_TEMPLATES.glob("*.yml")):
        text = path.read_text("utf-8")
        for before, after in changes.items():
            text = text.replace(before, after)
        made[path.name] = text
    return made


def _glob(place: str) -> str:
    """The supabase folder as a pattern of paths."""
    return "supabase/**" if place == "." else re.sub(r"([*?+\[\]!\\])", r"\\\1", place) + "/supabase/**"


def _stamped(text: str) -> str:
    stamp = f"# Written by helpdesk init --github, version {version(NAME)}. sha256 of what follows: {_checksum(text)}\n"
    return stamp + text


def _checksum(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _state(path: Path, text: str) -> str:
    if not os.path.lexists(path):
        return "new"
    if path.is_symlink() or not path.is_file():
        return "foreign"
    # Git may write the ends of lines in another way.
    there = path.read_text("utf-8", errors="replace").replace("\r\n", "\n")
    if there == text:
        return "unchanged"
    stamp = _STAMP.match(there)
    if stamp is None:
        return "foreign"
    return "updated" if stamp[1] == _checksum(there[stamp.end() :]) else "changed"
