"""How long commands of the program take as whole processes, against a bare `python -c "import httpx"`."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from benchmarks.measure import Result, Section, percentile
from helpdesk_sdk.local import Stack
from helpdesk_sdk.testing import Project

_HELPDESK = str(Path(sys.executable).with_name("helpdesk"))
_BASE = [sys.executable, "-c", "import httpx"]
_TICKETS = 60
# Milliseconds on an otherwise idle machine. The first two talk to nobody.
_COMMANDS: dict[str, tuple[list[str], float]] = {
    "version": (["version"], 120),
    "status": (["status"], 120),
    "tickets list": (["tickets", "list"], 200),
    "tickets list --json": (["tickets", "list", "--json"], 200),
    "tickets show 1": (["tickets", "show", "1"], 200),
}


@dataclass(frozen=True)
class _Took:
    wall: float
    """Milliseconds."""
    cpu: float
    """Milliseconds of processor time, in user and system mode."""


def run(runs: int = 20) -> Section:
    """Measure each command on a small helpdesk, in turns with the bare import."""
    section = Section(
        "Command line",
        "A command as a whole process, as an agent with a saved profile, against `python -c 'import httpx'`, in turns. "
        "Lower quartiles; the ratio is the median of the pairs, of processor time.",
    )
    with (
        tempfile.TemporaryDirectory(prefix="helpdesk-bench-") as parent,
        Stack.start(Path(parent) / ".helpdesk") as stack,
    ):
        info = stack.info
        project = Project(info.api_url, info.publishable_key, info.secret_key, info.db_url)
        try:
            agent = project.add_person("agent", name="Ana")
            client = project.sign_in(agent)
            for number in range(_TICKETS):
                requester = client.users.create_customer(f"caller-{number % 20}@example.com")
                client.tickets.create(f"Paper jam {number}", requester=requester)
        finally:
            project.close()
        environment = _environment(Path(parent))
        login = [
            "login",
            "--profile",
            "bench",
            "--url",
            info.api_url,
            "--key",
            info.publishable_key,
            "--email",
            agent.email,
        ]
        subprocess.run(
            [_HELPDESK, *login, "--password-stdin"],
            env=environment,
            input=agent.password,
            text=True,
            capture_output=True,
            check=True,
        )
        for name, (arguments, aim) in _COMMANDS.items():
            section.results.append(_compare(name, [_HELPDESK, *arguments], aim, environment, parent, runs))
    return section


def _environment(home: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("HELPDESK_", "SUPABASE_"))}
    return kept | {"HELPDESK_CONFIG_DIR": str(home / "config"), "XDG_CACHE_HOME": str(home / "cache"), "COLUMNS": "120"}


def _compare(
    name: str, command: Sequence[str], aim: float, environment: dict[str, str], parent: str, runs: int
) -> Result:
    for warm_up in (command, _BASE):
        _time(warm_up, environment, parent)
    pairs = [(_time(command, environment, parent), _time(_BASE, environment, parent)) for _ in range(runs)]
    wall = percentile([mine.wall for mine, _ in pairs], 0.25)
    numbers: dict[str, float | str] = {
        "ms": wall,
        "processor, ms": percentile([mine.cpu for mine, _ in pairs], 0.25),
        "import httpx, ms": percentile([base.wall for _, base in pairs], 0.25),
        "import httpx, processor": percentile([base.cpu for _, base in pairs], 0.25),
        "ratio": median(mine.cpu / base.cpu for mine, base in pairs),
    }
    return Result(name, numbers, f"≤ {aim:g} ms", wall <= aim)


def _time(command: Sequence[str], environment: dict[str, str], directory: str) -> _Took:
    began = time.perf_counter()
    process = subprocess.Popen(
        command,
        env=environment,
        cwd=directory,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    with process.stdout as output, process.stderr as errors:
        output.read()
        problem = errors.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    wall = time.perf_counter() - began
    if process.returncode:
        raise RuntimeError(f"{' '.join(command)} failed: {problem.decode()}")
    return _Took(wall * 1000, (usage.ru_utime + usage.ru_stime) * 1000)
