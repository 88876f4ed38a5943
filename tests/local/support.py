"""What the tests of the local stack share: programs that start stacks, and processes to look at."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, TypeVar

import httpx
import psutil

from helpdesk_sdk import RoleName
from helpdesk_sdk.local import StackInfo
from helpdesk_sdk.testing import Person, Project

T = TypeVar("T")

REPOSITORY = Path(__file__).parents[2]
PROJECT = REPOSITORY / "supabase"

_CLI = "from helpdesk_cli.main import run; run()"
# Not the directory of whoever runs these tests: `up` records its stacks there.
_CONFIG = tempfile.TemporaryDirectory(prefix="helpdesk-config-")


def helpdesk(*words: str, **options: Any) -> subprocess.CompletedProcess[str]:
    """Run a command of the stack to its end."""
    options = {"capture_output": True, "text": True, "timeout": 120} | options | _environment(options)
    return subprocess.run([sys.executable, "-c", _CLI, *words], **options)


def _environment(options: Mapping[str, Any]) -> dict[str, Any]:
    return {"env": {"HELPDESK_CONFIG_DIR": _CONFIG.name, **(options.get("env") or os.environ)}}


@contextmanager
def helpdesk_running(*words: str, prefix: Sequence[str] = (), **options: Any) -> Iterator[subprocess.Popen[str]]:
    """A command of the stack that goes on; killed at the end at the latest. `prefix` is a program that runs it."""
    argv = [*prefix, sys.executable, "-c", _CLI, *words]
    with subprocess.Popen(
        argv,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        **options | _environment(options),
    ) as process:
        try:
            yield process
        finally:
            if process.poll() is None:
                process.kill()


def eventually(condition: Callable[[], object], what: str, seconds: float = 60.0) -> None:
    """Wait until something is so."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"not within {seconds} s: {what}"
        time.sleep(0.05)


def processes_of(info: StackInfo) -> list[psutil.Process]:
    """All processes of a stack, descendants included."""
    roots = [psutil.Process(pid) for pid in info.pids.values()]
    return list({process.pid: process for root in roots for process in [root, *root.children(recursive=True)]}.values())


def each(processes: list[psutil.Process], look: Callable[[psutil.Process], T]) -> list[T]:
    """What `look` returns for each process that still runs: PostgreSQL's come and go."""
    seen = []
    for process in processes:
        with suppress(psutil.NoSuchProcess):
            seen.append(look(process))
    return seen


def gone(processes: list[psutil.Process]) -> bool:
    """Whether none of the processes runs any more (one that only waits to be reaped does not run)."""
    return not [p for p in processes if p.is_running() and p.status() != psutil.STATUS_ZOMBIE]


def answers(info: StackInfo) -> bool:
    """Whether the Data API answers a request with the secret key."""
    try:
        return get(info, "/rest/v1/tickets?limit=1").status_code == 200
    except httpx.HTTPError:
        return False


def get(info: StackInfo, path: str, **headers: str) -> httpx.Response:
    """A GET with the secret key, unless other headers are given."""
    return httpx.get(info.api_url + path, headers={"apikey": info.secret_key} | headers, timeout=150)


def is_root() -> bool:
    """Whether the tests run as root."""
    return os.geteuid() == 0


def person_headers(project: Project, role: RoleName = "customer") -> tuple[Person, dict[str, str]]:
    """A new person of a helpdesk, and the headers of the person's requests."""
    person = project.add_person(role)
    headers = {"apikey": project.publishable_key}
    login = {"email": person.email, "password": person.password}
    answer = httpx.post(f"{project.url}/auth/v1/token?grant_type=password", headers=headers, json=login)
    return person, headers | {"authorization": f"Bearer {answer.json()['access_token']}"}
