"""Runs the programs of examples/ as their readers do: in a process of their own, told by the environment."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

if TYPE_CHECKING:
    from helpdesk_sdk.testing import Person, Project

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples"


def environment(project: Project, person: Person | None = None) -> dict[str, str]:
    """What a program needs to talk to a helpdesk, as a person or with the secret key."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("HELPDESK_", "SUPABASE_"))}
    kept |= {"HELPDESK_URL": project.url, "HELPDESK_PUBLISHABLE_KEY": project.publishable_key}
    if person is None:
        return kept | {"HELPDESK_KEY": project.secret_key}
    return kept | {
        "HELPDESK_KEY": project.publishable_key,
        "HELPDESK_EMAIL": person.email,
        "HELPDESK_PASSWORD": person.password,
    }


def run(command: Sequence[str | Path], env: Mapping[str, str], *, code: int | None = 0) -> str:
    """Run a program to its end; what it printed, stderr last."""
    done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=120, stdin=subprocess.DEVNULL)
    assert code is None or done.returncode == code, done.stdout + done.stderr
    return done.stdout + done.stderr


def python(program: str, *arguments: str | Path) -> list[str | Path]:
    """The command line of an example; its warnings are errors, like ours."""
    return [sys.executable, "-W", "error", EXAMPLES / program, *arguments]


@contextmanager
def running(command: Sequence[str | Path], env: Mapping[str, str]) -> Iterator[subprocess.Popen[str]]:
    """A program that runs until it is ended; both its outputs in one."""
    process = subprocess.Popen(
        command, env={**env, "PYTHONUNBUFFERED": "1"}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def read_until(output: IO[str] | None, wanted: str) -> re.Match[str]:
    """The first line in which this occurs."""
    assert output is not None
    lines = []
    for line in output:
        if found := re.search(wanted, line):
            return found
        lines.append(line)
    raise AssertionError(f"it ended without {wanted}:\n{''.join(lines)}")


def soon(holds: Callable[[], Any], seconds: float = 60.0, pause: float = 0.05) -> None:
    """Wait until something is so."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "not in time"
        time.sleep(pause)
