"""The browser of the stories ends with the test run."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

_SCRIPTS = Path(__file__).parents[2] / "scripts"
_START = (
    "import chromium, time\nwith chromium.start() as address:\n    print(address, flush=True)\n    time.sleep(60)\n"
)


@pytest.mark.skipif(sys.platform != "linux", reason="needs Linux, whose kernel ends a child together with its parent")
def test_an_interrupted_run_leaves_no_process_of_the_browser(tmp_path: Path) -> None:
    environment = os.environ | {"TMPDIR": str(tmp_path)}
    with subprocess.Popen(
        [sys.executable, "-c", _START], cwd=_SCRIPTS, env=environment, stdout=subprocess.PIPE, text=True
    ) as run:
        assert run.stdout is not None
        assert run.stdout.readline().startswith("ws://")
        assert _of(tmp_path)
        run.kill()
    end = time.monotonic() + 60
    while (left := _of(tmp_path)) and time.monotonic() < end:
        time.sleep(0.1)
    assert left == []


def _of(directory: Path) -> list[str]:
    """The processes of the browser whose profile is in the directory: those that have it on their command line."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            command = path.read_bytes()
        except OSError:
            continue
        if os.fsencode(directory) in command:
            found.append(command.decode(errors="replace"))
    return found
