"""Check what deploys: workflows, Amplify's files, the Dockerfile and the compose file. All of it works offline.

    python scripts/check_deployment.py [FILE …]

Without files: those of the repository, and the workflows that `helpdesk init --github` writes.
"""

from __future__ import annotations

import subprocess
import sys
import sysconfig
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from deno import find_deno_bin  # type: ignore[import-untyped]

ROOT = Path(__file__).parents[1]
SCHEMAS = Path(__file__).parent / "schemas"
LINTER = Path(__file__).parent / "actionlint"
PROGRAMS = Path(sysconfig.get_path("scripts"))
WORKFLOW_FOLDERS = (".github/workflows", "src/helpdesk_sdk/install/github")


def files() -> list[Path]:
    """The files of the repository that deploy something."""
    named = [".github/dependabot.yml", "amplify.yml", "customHttp.yml", "examples/console/rewrites.json"]
    found = [path for folder in WORKFLOW_FOLDERS for path in sorted((ROOT / folder).glob("*.yml"))]
    return [*found, *(path for path in map(ROOT.joinpath, [*named, "Dockerfile", "compose.yml"]) if path.exists())]


def commands(paths: Iterable[Path]) -> Iterator[list[str]]:
    """The commands that check these files, each a list of words. A file's name says its kind."""
    workflows = []
    for path in paths:
        if path.name == "Dockerfile":
            yield [str(PROGRAMS / "hadolint"), "--failure-threshold", "info", str(path)]
        elif schema := _schema(path):
            yield _schema_command(*schema, path)
        else:
            workflows.append(path)
    if workflows:
        yield _schema_command("--builtin-schema", "vendor.github-workflows", *workflows)
        yield _schema_command("--builtin-schema", "custom.github-workflows-require-timeout", *workflows)
        yield [str(PROGRAMS / "zizmor"), "--offline", "--quiet", "--no-progress", *map(str, workflows)]
        deno = [find_deno_bin(), "run", "--quiet", "--frozen", "--allow-read", "--allow-env"]
        yield [*deno, f"--config={LINTER / 'deno.json'}", str(LINTER / "main.ts"), *map(str, workflows)]


def _schema(path: Path) -> tuple[str, str] | None:
    own = {"amplify.yml": "amplify.json", "customHttp.yml": "custom_http.json", "rewrites.json": "rewrites.json"}
    if path.name in own:
        return "--schemafile", str(SCHEMAS / own[path.name])
    vendored = {"compose.yml": "vendor.compose-spec", "dependabot.yml": "vendor.dependabot"}
    return ("--builtin-schema", vendored[path.name]) if path.name in vendored else None


def _schema_command(option: str, schema: str, *paths: Path) -> list[str]:
    return [str(PROGRAMS / "check-jsonschema"), option, schema, *map(str, paths)]


def check(paths: Sequence[Path]) -> list[str]:
    """Check files; what each failed check printed."""

    def run(command: list[str]) -> str | None:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if not done.returncode:
            return None
        return f"{Path(command[0]).name} ended with {done.returncode}:\n{done.stdout}{done.stderr}"

    with ThreadPoolExecutor(4) as pool:
        return [text for text in pool.map(run, commands(paths)) if text is not None]


def main() -> int:
    found = check([Path(name).resolve() for name in sys.argv[1:]] or files())
    for text in found:
        print(text, file=sys.stderr)
    return int(bool(found))


if __name__ == "__main__":
    raise SystemExit(main())
