"""The stories of examples/console/tests/e2e, each as a test."""

from __future__ import annotations

import json
import os
import re
import subprocess
from pathlib import Path

import pytest
from _pytest.mark import ParameterSet
from deno import find_deno_bin  # type: ignore[import-untyped]
from tests.console import worlds

from helpdesk_sdk.testing import Project, ScriptedProvider

_E2E = Path(__file__).parents[2] / "examples" / "console" / "tests" / "e2e"
_STORY = re.compile(r'^story\(\s*"([^"\n]+)"(?:,\s*(\{[^}\n]*\}))?', re.M)
_WORLD = re.compile(r'world: "(\w+)"')
_STORIES = [
    (path.name, name, options)
    for path in sorted(_E2E.glob("*.ts"))
    for name, options in _STORY.findall(path.read_text(encoding="utf-8"))
]


def _as_test(file: str, name: str, options: str) -> ParameterSet:
    world = _WORLD.search(options)
    marks = [pytest.mark.night] if "night: true" in options else []
    return pytest.param(file, name, world[1] if world else "plain", id=f"{file}: {name}", marks=marks)


# A browser on a busy machine is late now and then. A story that fails is played once more, on a fresh helpdesk; the
# closing line counts the reruns, and each of them is worth a look.
@pytest.mark.flaky(reruns=1)
@pytest.mark.parametrize(("file", "name", "world"), [_as_test(*told) for told in _STORIES])
def test_story(
    file: str,
    name: str,
    world: str,
    console_project: Project,
    provider: ScriptedProvider,
    dist: Path,
    browser: str,
    tmp_path: Path,
    pytestconfig: pytest.Config,
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
    if pytestconfig.getoption("--all"):
        variables["HELPDESK_NIGHT"] = "1"
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
    files = [
        f"./{path.name}"
        for path in sorted(_E2E.glob("*.ts"))
        if "story(" in path.read_text(encoding="utf-8") and path.name not in ("harness.ts", "run.ts")
    ]
    done = subprocess.run(
        [find_deno_bin(), "run", "-A", "--quiet", "--no-check", "run.ts", "--list", *files],
        cwd=_E2E,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    found = {file: [name for of, name, _ in _STORIES if f"./{of}" == file] for file in files}
    assert json.loads(done.stdout) == found
