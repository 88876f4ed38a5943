"""Format, lint and types of every Deno project in the repository; changes nothing.

python scripts/check_typescript.py
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from deno import find_deno_bin  # type: ignore[import-untyped]

ROOT = Path(__file__).parents[1]
SKIPPED = {"node_modules", ".venv"}


def projects() -> list[Path]:
    """Folders with a deno.json of their own."""
    return sorted(path.parent for path in ROOT.rglob("deno.json") if not SKIPPED & set(path.relative_to(ROOT).parts))


def main() -> int:
    failed = False
    for project in projects():
        sources = [
            str(path.relative_to(project)) for path in sorted(project.rglob("*.ts")) if not SKIPPED & set(path.parts)
        ]
        for command in (["fmt", "--check", "."], ["lint", "."], ["check", "--frozen", *sources]):
            done = subprocess.run([find_deno_bin(), *command, "--quiet"], cwd=project, check=False)
            if done.returncode:
                print(f"deno {command[0]} failed in {project.relative_to(ROOT)}", file=sys.stderr)
                failed = True
    return int(failed)


if __name__ == "__main__":
    raise SystemExit(main())
