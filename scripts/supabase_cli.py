"""Run the Supabase CLI without Docker and without Node: `python scripts/supabase_cli.py db advisors --help`.

The CLI comes from npm through Deno, pinned by `supabase_cli.lock`, and is kept in the user's cache. Commands that need
Docker (`start`, `test db`, `functions serve`) do not work; commands that connect to a database by URL work:

    python scripts/supabase_cli.py db advisors --remote="$DB_URL?sslmode=disable" --fail-on warn
    python scripts/supabase_cli.py migration list --remote="$DB_URL?sslmode=disable"
    python scripts/supabase_cli.py gen types --lang typescript --schema helpdesk --remote="$DB_URL?sslmode=disable"
"""

from __future__ import annotations

import fcntl
import json
import os
import platform
import shutil
import subprocess
import sys
from pathlib import Path

import platformdirs
from deno import find_deno_bin  # type: ignore[import-untyped]

PACKAGE = "@supabase/cli-linux-x64"
VERSION = "3.1.0"
LOCK = Path(__file__).with_suffix(".lock")


def install() -> Path:
    """The program of the CLI; fetched at the first call."""
    if (platform.system(), platform.machine()) != ("Linux", "x86_64"):
        sys.exit("scripts/supabase_cli.py is pinned for Linux on x86-64; elsewhere install the CLI by its manual")
    home = Path(platformdirs.user_cache_dir("helpdesk")) / f"supabase-cli-{VERSION}"
    program = home / "node_modules" / PACKAGE / "bin" / "supabase"
    home.mkdir(parents=True, exist_ok=True)
    with (home / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not program.exists():
            (home / "package.json").write_text(json.dumps({"private": True, "dependencies": {PACKAGE: VERSION}}))
            (home / "deno.json").write_text('{"nodeModulesDir": "auto"}')
            shutil.copyfile(LOCK, home / "deno.lock")
            subprocess.run([find_deno_bin(), "install", "--quiet", "--frozen"], cwd=home, check=True)
    return program


def main() -> int:
    """Run the CLI with our arguments in the current directory, without telemetry."""
    quiet = {"SUPABASE_TELEMETRY_DISABLED": "1", "DO_NOT_TRACK": "1"}
    return subprocess.run([install(), *sys.argv[1:]], env=os.environ | quiet, check=False).returncode


if __name__ == "__main__":
    raise SystemExit(main())
