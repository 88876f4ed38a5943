"""The console in a real browser: built once for all workers, a browser and a stack for each worker."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from filelock import FileLock

import chromium
import console_build
from helpdesk_sdk.local import Stack
from helpdesk_sdk.testing import Project, ScriptedProvider
from helpdesk_sdk.testing._databases import Databases

_SUPABASE = Path(__file__).parents[2] / "supabase"


@pytest.fixture(scope="session")
def packages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The console's folder, with its packages installed."""
    console_build.install()
    return console_build.CONSOLE


@pytest.fixture(scope="session")
def dist(packages: Path, tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """The built console, as a host would serve it."""
    base = tmp_path_factory.getbasetemp()
    out = (base if worker_id == "master" else base.parent) / "console-dist"
    with FileLock(f"{out}.lock"):
        if not (out / "index.html").exists():
            variables = {"HELPDESK_URL": "https://example.supabase.co", "HELPDESK_KEY": "sb_publishable_example"}
            console_build.build(out, variables)
    return out


@pytest.fixture(scope="session")
def browser() -> Iterator[str]:
    """The address of a Chromium that all stories of this worker share; each has contexts of its own."""
    with chromium.start() as address:
        yield address


@pytest.fixture(scope="session")
def provider() -> Iterator[ScriptedProvider]:
    """The model of the assistant."""
    with ScriptedProvider() as started:
        yield started


@pytest.fixture(scope="session")
def console_databases(provider: ScriptedProvider) -> Iterator[Databases]:
    """A stack whose functions ask that model."""
    with _stack(provider.environment) as databases:
        yield databases


@pytest.fixture(scope="session")
def modelless_databases() -> Iterator[Databases]:
    """A stack in which no model is configured."""
    with _stack({}) as databases:
        yield databases


@contextmanager
def _stack(environment: dict[str, str]) -> Iterator[Databases]:
    with tempfile.TemporaryDirectory(prefix="helpdesk-tests-") as name:
        project = Path(name)
        project.chmod(0o711)
        for part in ("migrations", "functions"):
            shutil.copytree(_SUPABASE / part, project / part, ignore=shutil.ignore_patterns(".env"))
        shutil.copy(_SUPABASE / "config.toml", project)
        secrets = "".join(f"{key}={value}\n" for key, value in environment.items())
        (project / "functions" / ".env").write_text(secrets)
        with Stack.start(project=project, ephemeral=True) as stack:
            databases = Databases(stack)
            databases.prepare()
            yield databases


@pytest.fixture
def console_project(request: pytest.FixtureRequest, provider: ScriptedProvider, world: str) -> Iterator[Project]:
    """A fresh helpdesk for one story, with realtime and functions."""
    provider.reset()
    databases: Databases = request.getfixturevalue(
        "modelless_databases" if world == "no_model" else "console_databases"
    )
    with databases.project() as project:
        yield project
