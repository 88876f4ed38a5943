"""The stories of examples/console/tests/e2e, each as a test."""

from __future__ import annotations

import json
import os
import re
import subprocess
from pathlib import Path

import pytest
from deno import find_deno_bin  # type: ignore[import-untyped]
from tests.console import worlds

from helpdesk_sdk.testing import Project, ScriptedProvider

_E2E = Path(__file__).parents[2] / "examples" / "console" / "tests" / "e2e"
_STORY = re.compile(r'^story\(\s*"([^"\n]+)"(?:,\s*\{[^}\n]*?world: "(\w+)"[^}\n]*\})?', re.M)
_STORIES = [
    (path.name, name, world or "plain")
    for path in sorted(_E2E.glob("*.ts"))
    for name, world in _STORY.findall(path.read_text(encoding="utf-8"))
]


# A browser on a busy machine is late now and then. A story that fails is played once more, on a fresh helpdesk; the
# closing line counts the reruns, and each of them is worth a look.
@pytest.mark.flaky(reruns=1)
@pytest.mark.parametrize(("file", "name", "world"), _STORIES, ids=[f"{file}: {name}" for file, name, _ in _STORIES])
def test_story(
    file: str,
    name: str,
    world: str,
    console_project: Project,
    provider: ScriptedProvider,
    dist: Path,
    browser: str,
    tmp_path: Path,
) -> None:
    if world in worlds.MODELS:
        provider.always(worlds.MODELS[world])
    made = worlds.make(world, console_project)
    failures = Path(os.environ.get("HELPDESK_FAILURES", tmp_path))
    variables = {
        "HELPDESK_BROWSER": browser,
        "HELPDESK_DIST": str(dist),
        "HELPDESK_WORLD": json.dumps(made),
        "HELPDESK_FAILURES": str(failures),
        "NO_COLOR": "1",
    }
    done = subprocess.run(
        [find_deno_bin(), "run", "-A", "--quiet", "--no-check", "run.ts", f"./{file}", name],
        cwd=_E2E,
        env=os.environ | variables,
        capture_output=True,
        text=True,
        timeout=270,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_each_story_is_found_by_its_name(packages: Path) -> None:
    """pytest reads the names from the text; here Deno says which there are."""
    for path in sorted(_E2E.glob("*.ts")):
        found = [name for file, name, _ in _STORIES if file == path.name]
        if "story(" not in path.read_text(encoding="utf-8") or path.name in ("harness.ts", "run.ts"):
            continue
        done = subprocess.run(
            [find_deno_bin(), "run", "-A", "--quiet", "--no-check", "run.ts", f"./{path.name}"],
            cwd=_E2E,
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert done.returncode == 0, done.stderr
        assert json.loads(done.stdout) == found, path.name
