"""The time of `helpdesk up` to the first answered request, and the memory of the stack then."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path

import httpx
import psutil

from benchmarks.measure import Result, Section
from helpdesk_sdk.local.errors import StackError

_AIM_S = 3.0
_AIM_MB = 350
_HELPDESK = [str(Path(sys.executable).with_name("helpdesk"))]


def run(starts: int = 3) -> Section:
    """Start a stack once in a fresh directory, then several times in the same directory."""
    section = Section(
        "The local stack",
        "`helpdesk up --detach` from the command line to the first answered request; memory is the proportional set "
        "size of all its processes.",
    )
    with tempfile.TemporaryDirectory(prefix="helpdesk-bench-") as parent:
        directory = Path(parent) / "stack"
        cold, _ = _start(directory)
        warm = [_start(directory) for _ in range(starts)]
    seconds = statistics.median(took for took, _ in warm)
    megabytes = statistics.median(memory for _, memory in warm)
    section.results += [
        Result("first start, creates the database", {"s": cold}),
        Result("warm start", {"s": seconds}, f"≤ {_AIM_S:g} s", seconds <= _AIM_S),
        Result("memory after a warm start", {"MB": megabytes}, f"≤ {_AIM_MB} MB", megabytes <= _AIM_MB),
    ]
    return section


def _start(directory: Path) -> tuple[float, float]:
    """Seconds to the first response, and megabytes; stops the stack again."""
    began = time.perf_counter()
    up = [*_HELPDESK, "up", "--data", str(directory), "--port", "0", "--detach", "--json"]
    done = subprocess.run(up, capture_output=True, text=True, check=False)
    if done.returncode:
        raise StackError(f"helpdesk up failed: {(done.stderr or done.stdout).strip().splitlines()[-1]}")
    info = json.loads(done.stdout)
    try:
        headers = {"apikey": info["secret_key"], "Accept-Profile": "helpdesk"}
        httpx.get(f"{info['api_url']}/rest/v1/teams?select=name", headers=headers, timeout=30).raise_for_status()
        took = time.perf_counter() - began
        return took, _memory(info["pids"].values())
    finally:
        subprocess.run([*_HELPDESK, "down", "--data", str(directory)], capture_output=True, check=True)


def _memory(pids: Iterable[int]) -> float:
    total = 0
    for process in {process for pid in pids for process in (psutil.Process(pid), *psutil.Process(pid).children(True))}:
        info = process.memory_full_info()
        # Proportional set size: shared memory is counted once. Only Linux has this number.
        total += getattr(info, "pss", info.uss)
    return total / 1024 / 1024
