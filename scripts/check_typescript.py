"""Check format, lint and types of every Deno project in the repository; with --fix, format instead.

python scripts/check_typescript.py [--fix]
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

from deno import find_deno_bin  # type: ignore[import-untyped]

ROOT = Path(__file__).parents[1]
SKIPPED = {"node_modules", ".venv", "dist"}


def sources(project: Path) -> list[str]:
    """The project's TypeScript."""
    found = sorted(path.relative_to(project) for path in project.rglob("*.ts*") if path.suffix in (".ts", ".tsx"))
    return [str(path) for path in found if not SKIPPED & set(path.parts)]


def projects() -> list[Path]:
    """Folders with a deno.json, and TypeScript: a test writes its own into a copy of such a folder."""
    found = (path.parent for path in ROOT.rglob("deno.json") if not SKIPPED & set(path.relative_to(ROOT).parts))
    return sorted(project for project in found if sources(project))


def checks(project: Path) -> list[list[str]]:
    """The deno commands that check a project. A browser's code is checked as its own tsconfig.json says."""
    style = [["fmt", "--check", "."], ["lint", "."]]
    if not (project / "tsconfig.json").exists():
        return [*style, ["check", "--frozen", *sources(project)]]
    own = [source for source in sources(project) if not source.startswith("src/") and source != "vite.config.ts"]
    return [["install", "--frozen"], *style, ["task", "types"], ["check", "--frozen", *own]]


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--fix", action="store_true", help="format, and apply the linter's safe fixes, instead")
    fix = parser.parse_args().fix
    failed = False
    for project in projects():
        for command in [["lint", "--fix", "."], ["fmt", "."]] if fix else checks(project):
            done = subprocess.run([find_deno_bin(), command[0], "--quiet", *command[1:]], cwd=project, check=False)
            if done.returncode:
                print(f"deno {command[0]} failed in {project.relative_to(ROOT)}", file=sys.stderr)
                failed = True
    return int(failed)


if __name__ == "__main__":
    raise SystemExit(main())
