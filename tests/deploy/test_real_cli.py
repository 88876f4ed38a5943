"""A deployment and a rollback by the real Supabase CLI, against the stand-in for the platform."""

from __future__ import annotations

import platform as machine
import sys
from pathlib import Path

import pytest
from tests.deploy.support import REPOSITORY, Host, next_release
from tests.local.test_supabase_cli import supabase

from helpdesk_sdk import deploy
from helpdesk_sdk.install import config

pytestmark = pytest.mark.skipif(
    (machine.system(), machine.machine()) != ("Linux", "x86_64"), reason="the CLI is pinned for Linux on x86-64"
)


@pytest.fixture
def real(deployed: Host, tmp_path: Path) -> Host:
    """The host, with the real program."""
    deployed.cli = tmp_path / "supabase"
    script = REPOSITORY / "scripts" / "supabase_cli.py"
    deployed.cli.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{script}" "$@"\n')
    deployed.cli.chmod(0o755)
    return deployed


def test_functions_are_deployed_and_go_back(real: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    deploy.run(real.target())
    first = dict(real.platform.sources)
    assert sorted(first) == config.function_names()
    assert [name for name, each in real.platform.functions.items() if not each["verify_jwt"]] == ["health"]
    assert all(b"_helpdesk/" in source for source in first.values())
    next_release(real, monkeypatch)
    deploy.run(real.target())
    assert {name for name in first if real.platform.sources[name] != first[name]} == {"health"}
    assert deploy.plan(real.target()).pending == ()
    deploy.rollback(real.target())
    assert real.platform.sources == first


def test_what_it_answers_when_the_platform_refuses(real: Host) -> None:
    real.platform.answers = {"POST /functions/deploy": 403}
    with pytest.raises(deploy.DeploymentFailedError, match="step functions failed: supabase functions deploy failed"):
        deploy.run(real.target())


def test_its_own_push_finds_nothing_left(real: Host) -> None:
    deploy.run(real.target())
    assert "up to date" in supabase(real.db_url, "db", "push", "--include-all", "--yes", cwd=real.directory)
