"""Build the console (examples/console) into static files: `make console-build`.

HELPDESK_URL and HELPDESK_KEY name the helpdesk; without them examples/console/config.json does, if it is there.
"""

from __future__ import annotations

import fcntl
import os
import re
import subprocess
import sys
from pathlib import Path

from deno import find_deno_bin  # type: ignore[import-untyped]

CONSOLE = Path(__file__).parents[1] / "examples" / "console"


class ConsoleError(Exception):
    """The console cannot be built or started; the text is a sentence for the user."""


def deno(*words: str, variables: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    """Run Deno in the console's folder, without colors."""
    environment = os.environ | {"NO_COLOR": "1"} | (variables or {})
    return subprocess.run(
        [find_deno_bin(), *words], cwd=CONSOLE, env=environment, capture_output=True, text=True, check=False
    )


def install() -> None:
    """Fetch the pinned packages of the console; nothing when they are there.

    Raises:
        ConsoleError: the packages cannot be fetched.
    """
    with (CONSOLE / ".install.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = deno("install", "--quiet", "--frozen")
    if done.returncode:
        raise ConsoleError(
            "The console's npm packages cannot be fetched. The first build needs the network, or a mirror in "
            f"NPM_CONFIG_REGISTRY.\n{_essence(done.stderr)}"
        )


def build(out: Path = CONSOLE / "dist", variables: dict[str, str] | None = None) -> Path:
    """Build into a folder, whose content is replaced.

    Args:
        out: The folder.
        variables: Environment variables of the build, in addition to those of this program.

    Raises:
        ConsoleError: a file has a fault, or the configuration is refused.
    """
    done = deno("run", "-A", "npm:vite", "build", "--outDir", str(out), "--emptyOutDir", variables=variables)
    if done.returncode:
        raise ConsoleError(f"The console was not built.\n{_essence(done.stderr)}")
    if "No helpdesk is named" in done.stdout + done.stderr:
        print("No helpdesk is named: edit config.json and the headers before you publish the files.", file=sys.stderr)
    return out


def _essence(text: str) -> str:
    """The message without the stack that follows it."""
    plain = re.sub(r"\x1b\[[0-9;]*m", "", text)
    return "\n".join(
        line for line in plain.splitlines() if line.strip() and not re.match(r"\s+at |\s*errors: |}", line)
    )


def main() -> int:
    try:
        install()
        out = build()
    except ConsoleError as error:
        print(error, file=sys.stderr)
        return 1
    print(f"Built into {os.path.relpath(out)}: any host of static files can serve it.")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
