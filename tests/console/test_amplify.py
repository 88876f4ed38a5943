"""The console as Amplify builds and serves it: by the commands, headers and rewrites in the repository alone."""

from __future__ import annotations

import ast
import json
import os
import re
import subprocess
import tomllib
import venv
from collections.abc import Iterator
from pathlib import Path

import pytest
from deno import find_deno_bin  # type: ignore[import-untyped]
from tests.console import amplify_host, worlds

import console_build
from helpdesk_sdk.testing import Project

ROOT = Path(__file__).parents[2]
_E2E = console_build.CONSOLE / "tests" / "e2e"
# Signing in, the live connection, and what people and models write, under the policy that is published.
_STORIES = [
    ("start.ts", "each role signs in and lands on its own page"),
    ("portal.ts", "answers arrive by themselves; a reply, solved, and open again"),
    ("portal.ts", "what a message brings is inert and readable, also on a telephone"),
]


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What Amplify clones: the files that git knows."""
    made = tmp_path_factory.mktemp("amplify") / "repository"
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    parts = ("amplify.yml", "customHttp.yml", "examples/console/", "requirements/", "scripts/")
    for name in filter(None, listed.stdout.decode().split("\0")):
        if name.startswith(parts) and (ROOT / name).exists():
            (made / name).parent.mkdir(parents=True, exist_ok=True)
            (made / name).write_bytes((ROOT / name).read_bytes())
    return made


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An interpreter without packages."""
    home = tmp_path_factory.mktemp("python") / "env"
    venv.create(home, with_pip=True)
    return home / "bin" / "python3"


@pytest.fixture
def site(checkout: Path, python: Path, console_project: Project) -> amplify_host.Site:
    """What Amplify publishes for this project."""
    variables = amplify_host.environment(checkout, python, console_project.url, console_project.publishable_key)
    return amplify_host.build(checkout, variables)


@pytest.fixture
def world() -> str:
    """The people and tickets of the stories."""
    return "plain"


@pytest.fixture
def address(site: amplify_host.Site) -> Iterator[str]:
    with amplify_host.serve(site) as found:
        yield found


@pytest.mark.night
def test_the_stories_play_on_what_amplify_publishes(
    site: amplify_host.Site, address: str, console_project: Project, world: str, browser: str, tmp_path: Path
) -> None:
    made = json.dumps(worlds.make(world, console_project))
    variables = {"HELPDESK_BROWSER": browser, "HELPDESK_CONSOLE": address, "HELPDESK_WORLD": made}
    variables |= {"HELPDESK_FAILURES": str(tmp_path), "NO_COLOR": "1"}
    for file, name in _STORIES:
        done = subprocess.run(
            [find_deno_bin(), "run", "-A", "--quiet", "--no-check", "run.ts", f"./{file}", name],
            cwd=_E2E,
            env=os.environ | variables,
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert done.returncode == 0, done.stdout + done.stderr
    policy = site.answer("/")[1]["Content-Security-Policy"]
    assert f"connect-src 'self' {console_project.url} ws" in policy
    assert "*" not in policy
    assert json.loads(site.answer("/version.json")[2]) == {"build": "0123abc"}
    _, headers, body = site.answer("/tickets/42")
    assert (headers["Content-Type"], body) == ("text/html", site.files["/index.html"])
    script = next(name for name in site.files if name.startswith("/assets/") and name.endswith(".js"))
    status, headers, _ = site.answer(script)
    assert (status, headers["Content-Type"]) == (200, "text/javascript")
    assert "immutable" in headers["Cache-Control"]
    assert "no-cache" in site.answer("/index.html")[1]["Cache-Control"]
    status, headers, body = site.answer("/assets/nope.js")
    assert (status, headers["Content-Type"], body) == (404, "text/plain", b"Not found")


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"HELPDESK_URL": ""}, "Set HELPDESK_URL in Amplify"),
        ({"HELPDESK_KEY": ""}, "Set HELPDESK_KEY in Amplify"),
        ({"HELPDESK_KEY": "sb_secret_0123456789"}, "is a secret key"),
        ({"HELPDESK_KEY": "e30.eyJyb2xlIjoic2VydmljZV9yb2xlIn0.x"}, "is a secret key"),
    ],
)
def test_a_wrong_environment_ends_the_build(
    changed: dict[str, str], says: str, checkout: Path, python: Path, packages: Path
) -> None:
    variables = amplify_host.environment(checkout, python, "https://x.supabase.co", "sb_publishable_x") | changed
    with pytest.raises(amplify_host.AmplifyError, match=says):
        amplify_host.build(checkout, variables)


def test_the_files_in_the_repository_are_what_the_console_says(packages: Path, tmp_path: Path) -> None:
    for name in ("hosts.ts", "csp.ts"):
        (tmp_path / APP / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / APP / name).write_bytes((console_build.CONSOLE / name).read_bytes())
    command = [find_deno_bin(), "run", "--no-lock", "--allow-write", "--allow-read", str(tmp_path / APP / "hosts.ts")]
    subprocess.run(command, check=True, capture_output=True)
    for name in ("customHttp.yml", f"{APP}/rewrites.json"):
        assert (tmp_path / name).read_text() == (ROOT / name).read_text(), f"deno run -A {APP}/hosts.ts"


APP = amplify_host.APP_ROOT


def test_the_build_has_the_same_rules_as_the_local_server() -> None:
    """The list of endings that are files is in one place; here are paths that people have met."""
    ((source, target),) = amplify_host.rewrites(console_build.CONSOLE / "rewrites.json")
    pages = ["/", "/tickets/42", "/people/ana@example.com", "/kb/v1.2-release", "/kb/a.b/c"]
    files = ["/assets/nope.js", "/version.json", "/a/b.woff2", "/icon.svg", "/index.html", "/404.txt"]
    assert [path for path in [*pages, *files] if re.search(source, path)] == pages
    assert target == "/index.html"
    program = 'import { isFile } from "./csp.ts"; console.log(JSON.stringify(JSON.parse(Deno.args[0]).map(isFile)));'
    command = [find_deno_bin(), "eval", "--no-lock", "--ext=ts", program, json.dumps([*pages, *files])]
    done = subprocess.run(command, cwd=console_build.CONSOLE, capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == [False] * len(pages) + [True] * len(files)


def test_the_folders_and_the_deno_that_amplify_uses_are_ours() -> None:
    assert (ROOT / amplify_host.APP_ROOT / "package.json").exists()
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    (pin,) = project["dependency-groups"]["console"]
    assert pin in project["project"]["optional-dependencies"]["local"]
    assert (ROOT / "requirements" / "console.txt").read_text().startswith(f"{pin} \\\n")
    # The default of Amplify's image.
    ast.parse((ROOT / "scripts" / "console_build.py").read_text(), feature_version=(3, 10))
