"""Does what a Dockerfile says without an engine: as far as folders, commands, variables and the user go.

Absolute folders of the image lie below a folder of the test. Each stage begins without what the one before has left,
except for what it copies.
"""

from __future__ import annotations

import fnmatch
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

_FOLDERS = re.compile(r"(?<![\w.])/(?=(?:opt|build)\b)")


@dataclass
class Image:
    """An image that was built: its folder, and how it starts."""

    root: Path
    variables: dict[str, str] = field(default_factory=dict)
    user: str = "root"
    entrypoint: list[str] = field(default_factory=list)
    command: list[str] = field(default_factory=list)
    health: list[str] = field(default_factory=list)
    stop_signal: str = "SIGTERM"


def instructions(text: str) -> list[tuple[str, str]]:
    """The instructions of a Dockerfile, each with its words in one line."""
    plain = "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("#"))
    joined = re.sub(r"\\\n\s*", "", plain)
    return [(line.partition(" ")[0], line.partition(" ")[2].strip()) for line in joined.splitlines() if line.strip()]


def is_sent(path: str, rules: list[str]) -> bool:
    """Whether a file is in the context, by .dockerignore: the last rule that fits it or a folder above it decides."""
    names = [str(part) for part in (PurePosixPath(path), *PurePosixPath(path).parents) if str(part) != "."]
    sent = True
    for rule in rules:
        pattern = rule.removeprefix("!")
        ends = [pattern, pattern.removeprefix("**/")] if pattern.startswith("**/") else [pattern]
        if any(fnmatch.fnmatchcase(name, end) and (end != "*" or "/" not in name) for name in names for end in ends):
            sent = rule.startswith("!")
        elif pattern.startswith("**/") and any(
            PurePosixPath(name).match(pattern.removeprefix("**/")) for name in names
        ):
            sent = False
    return sent


def rules(text: str) -> list[str]:
    """The rules of a .dockerignore."""
    return [line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#")]


def context(repository: Path, names: list[str], to: Path) -> None:
    """Copy the files that an engine would receive."""
    given = rules((repository / ".dockerignore").read_text())
    for name in names:
        if is_sent(name, given):
            (to / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(repository / name, to / name)


def build(dockerfile: str, sent: Path, root: Path) -> Image:
    """Follow the instructions.

    Args:
        dockerfile: The text of the Dockerfile.
        sent: The context.
        root: The folder that stands for the image's root; what a stage before the last leaves there is removed.
    """
    image, folder = Image(root), root
    for name, words in instructions(dockerfile):
        place = _FOLDERS.sub(f"{root}/", words)
        if name == "FROM":
            image, folder = Image(root), root
        elif name == "WORKDIR":
            folder = Path(place)
            folder.mkdir(parents=True)
        elif name == "RUN":
            _run(re.sub(r"^(--mount=\S+\s+)+", "", place), folder)
        elif name == "COPY" and words.startswith("--from="):
            _keep(root, Path(shlex.split(place)[1]))
        elif name == "COPY":
            *sources, target = shlex.split(words)
            for source in sources:
                _copy(sent / source, folder / target, source)
        elif name == "ENV":
            image.variables |= dict(pair.split("=", 1) for pair in shlex.split(place))
        elif name == "USER":
            image.user = words
        elif name == "STOPSIGNAL":
            image.stop_signal = words
        elif name == "HEALTHCHECK":
            image.health = json.loads(words.partition("CMD ")[2])
        elif name in ("ENTRYPOINT", "CMD"):
            setattr(image, "entrypoint" if name == "ENTRYPOINT" else "command", json.loads(words))
        else:
            raise AssertionError(f"an instruction that this does not follow: {name}")
    return image


def interpreter() -> Path:
    """A Python that other users may run, too, if there is one."""
    own = Path(sys.executable).resolve()
    if is_open(own):
        return own
    test = "import sys, ensurepip, venv; raise SystemExit(sys.version_info < (3, 11))"
    system = Path("/usr/bin/python3")
    if system.exists() and not subprocess.run([system, "-c", test], capture_output=True, check=False).returncode:
        return system.resolve()
    return own


def is_open(path: Path) -> bool:
    """Whether every user may run this program."""
    return all(part.stat().st_mode & 0o001 for part in (path, *path.parents))


def _run(command: str, folder: Path) -> None:
    python = interpreter()
    variables = {name: value for name, value in os.environ.items() if not name.startswith(("HELPDESK_", "VIRTUAL_"))}
    shim = re.sub(r"(?<![\w/.-])python(?= )", str(python), command)
    done = subprocess.run(["sh", "-ec", shim], cwd=folder, env=variables, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"


def _copy(source: Path, target: Path, name: str) -> None:
    assert source.exists(), f"{name} is not in the context"
    if source.is_dir():
        shutil.copytree(source, target)
        return
    # A target with a slash behind it is a folder; shlex keeps the slash, Path does not.
    target.mkdir(parents=True, exist_ok=True)
    shutil.copy(source, target / source.name)


def _keep(root: Path, kept: Path) -> None:
    """Remove all of the image but one folder: the next stage has that alone."""
    for path in sorted(root.iterdir()):
        if not kept.is_relative_to(path):
            shutil.rmtree(path)
    for path in kept.parent.iterdir():
        if path != kept:
            shutil.rmtree(path)
