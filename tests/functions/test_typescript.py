"""The TypeScript of the functions and of the gateway: its own tests, and where its packages come from."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from helpdesk_sdk.local import _gateway, _sql
from helpdesk_sdk.local.postgres import Postgres

_FUNCTIONS = Path(__file__).parents[2] / "supabase" / "functions"
_PROJECTS = sorted(path.parent for path in _FUNCTIONS.glob("*/deno.json"))


@pytest.fixture(scope="module")
def gateway() -> Iterator[Path]:
    """A copy of the gateway's sources, tests included, with its packages."""
    home = _gateway.install(lambda _: None, _FUNCTIONS.parent)
    with tempfile.TemporaryDirectory() as name:
        copy = Path(name) / "gäte way"
        shutil.copytree(_gateway.SOURCES, copy, ignore=shutil.ignore_patterns("node_modules"))
        (copy / "node_modules").symlink_to(home / "node_modules")
        yield copy


@pytest.fixture(scope="module")
def database_url() -> Iterator[str]:
    with tempfile.TemporaryDirectory(prefix="helpdesk-tests-") as name:
        Path(name).chmod(0o711)
        with Postgres(Path(name) / "server", durable=False) as server:
            _sql.run(server.url(), _sql.BEFORE_GATEWAY)
            yield server.url()


def deno(directory: Path, *words: str, **variables: str) -> None:
    """Run deno; its output is the message of the failure. `make check` checks the types, of tests too."""
    done = subprocess.run(
        [_gateway.deno_program(), *words],
        cwd=directory,
        capture_output=True,
        text=True,
        env=os.environ | {"NO_COLOR": "1"} | variables,
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("project", _PROJECTS, ids=lambda path: path.name)
def test_the_functions_own_tests(project: Path) -> None:
    deno(project, "test", "--quiet", "--no-check", "--frozen", "--allow-net=127.0.0.1")


def test_nothing_of_ours_lies_where_a_host_has_files_of_its_own() -> None:
    """Each function has its own import map and lock, as the Supabase CLI wants; shared code is in our own folder."""
    assert [path.name for path in _FUNCTIONS.iterdir() if not path.is_dir() and not path.name.startswith(".")] == []
    for function in _FUNCTIONS.glob("*/index.ts"):
        assert function.with_name("deno.json").exists()
        assert function.with_name("deno.lock").exists()
    assert {path.parent.name for path in _FUNCTIONS.glob("_*/*")} == {"_helpdesk"}


def test_the_gateways_own_tests(gateway: Path, database_url: str) -> None:
    """Among them one for each shim, that fails when a newer version of what is under it no longer needs it."""
    variables = {"HELPDESK_TEST_DB_URL": database_url, "LITE_TELEMETRY": "0", "EXPERIMENTAL_STORAGE": "1"}
    deno(gateway, "test", "--quiet", "--no-check", "--frozen", "--cached-only", "--allow-all", **variables)


@pytest.mark.parametrize("directory", [_gateway.SOURCES, *_PROJECTS], ids=lambda path: path.name)
def test_every_package_is_pinned_and_comes_from_npm(directory: Path) -> None:
    lock = (directory / "deno.lock").read_text() if directory.name != "_helpdesk" else ""
    # A function without packages has a lock without specifiers.
    assert '"npm"' in lock or "specifiers" not in lock
    assert "http" not in lock
    assert '"jsr"' not in lock
    sources = "\n".join(path.read_text() for path in directory.rglob("*.ts") if "node_modules" not in path.parts)
    assert "jsr:" not in sources
    assert 'from "http' not in sources
