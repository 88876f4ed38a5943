"""`helpdesk verify` as a program: its result, its exit codes, functions that accept no token, and an interruption."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from tests.cli.support import PROGRAM

from helpdesk_sdk.install.environments import FILE
from helpdesk_sdk.local import Stack
from helpdesk_sdk.testing import Project

_SUPABASE = Path(__file__).parents[2] / "supabase"
_CARELESS = 'Deno.serve(() => Response.json({ status: "ok" }));\n'


class Verify:
    """Runs the program against one project."""

    def __init__(self, project: Project, directory: Path) -> None:
        self.project = project
        self.directory = directory

    def start(self, *arguments: str, **more: str) -> subprocess.Popen[str]:
        """Start it; its process."""
        env = {name: value for name, value in os.environ.items() if not name.startswith("HELPDESK_")}
        env |= {
            "HELPDESK_CONFIG_DIR": str(self.directory / "config"),
            "HELPDESK_PUBLISHABLE_KEY": self.project.publishable_key,
            "HELPDESK_SECRET_KEY": self.project.secret_key,
        }
        command = [*PROGRAM, "verify", *arguments]
        pipe = subprocess.PIPE
        return subprocess.Popen(command, env=env | more, stdout=pipe, stderr=pipe, text=True, cwd=self.directory)

    def __call__(self, *arguments: str, code: int = 0, url: str | None = None, **more: str) -> tuple[str, str]:
        """Run it; what it printed to both streams."""
        process = self.start("--url", url or self.project.url, *arguments, **more)
        out, err = process.communicate(timeout=240)
        assert process.returncode == code, (process.returncode, out, err)
        assert self.project.secret_key not in out + err
        return out, err

    def json(self, *arguments: str, code: int = 0) -> dict[str, Any]:
        """Run it; its JSON."""
        found: dict[str, Any] = json.loads(self("--json", *arguments, code=code)[0])
        return found

    def left(self) -> int:
        """How many throw-away people, logins and teams there are."""
        query = (
            "select (select count(*) from helpdesk.users where email like '%@throwaway.helpdesk.invalid')"
            " + (select count(*) from auth.users where email like '%@throwaway.helpdesk.invalid')"
            " + (select count(*) from helpdesk.teams where name like 'Throw-away %')"
            " + (select count(*) from storage.objects where bucket_id = 'helpdesk-attachments')"
        )
        with psycopg.connect(self.project.db_url) as db:
            row = db.execute(query).fetchone()
        assert row is not None
        return int(row[0])


@pytest.fixture
def verify(helpdesk_project: Project, tmp_path: Path) -> Verify:
    return Verify(helpdesk_project, tmp_path)


def test_a_project_that_keeps_its_promises(verify: Verify) -> None:
    found = json.loads(verify.start("--url", verify.project.url, "--json", "--sample").communicate()[0])
    assert found["broken"] == []
    assert (found["ok"], found["cleaning"]["left"]) == (True, [])
    assert set(found["tried"]) == {"data", "live", "files", "functions"}
    assert found["tried"]["data"] > 2000
    assert found["tried"]["live"] > 300
    assert found["cleaning"]["people"] == 9
    assert verify.left() == 0


def test_a_broken_promise_is_named_and_the_exit_code_says_so(verify: Verify) -> None:
    with psycopg.connect(verify.project.db_url) as db:
        db.execute("update storage.buckets set public = true where id = 'helpdesk-attachments'")
    out, _ = verify("--only", "files", code=1)
    assert "BROKEN   files: The bucket of the attachments is private" in out
    assert verify.left() == 0


@pytest.mark.parametrize("kill", [signal.SIGINT, signal.SIGKILL])
def test_an_interruption_leaves_nothing_behind_after_cleanup(verify: Verify, kill: signal.Signals) -> None:
    process = verify.start("--url", verify.project.url, "--only", "data")
    deadline = time.monotonic() + 120
    while verify.left() < 24 and process.poll() is None:
        assert time.monotonic() < deadline
        time.sleep(0.1)
    process.send_signal(kill)
    process.communicate(timeout=120)
    if kill == signal.SIGINT:
        assert process.returncode == 130
        assert verify.left() == 0
        return
    assert verify.left() > 0
    assert verify.json("--cleanup")["left"] == []
    assert verify.left() == 0
    assert verify.json("--cleanup")["people"] == 0


def test_production_is_refused(verify: Verify) -> None:
    url = "https://abcdefghijklmnopqrst.supabase.co"
    _, err = verify(url=url, code=1)
    assert "may be production" in err
    assert "--staging" in err
    supabase = verify.directory / "supabase"
    supabase.mkdir()
    (supabase / FILE).write_text(
        'id = "11111111-1111-4111-8111-111111111111"\n[environments.production]\nproject_ref = "abcdefghijklmnopqrst"\n'
    )
    for arguments in ((), ("--staging",), ("--cleanup", "--staging")):
        _, err = verify(*arguments, url=url, code=2)
        assert "is the environment production" in err


def test_keys_that_are_missing(verify: Verify) -> None:
    _, err = verify(HELPDESK_SECRET_KEY="", code=2)
    assert "Traceback" not in err
    _, err = verify(HELPDESK_PUBLISHABLE_KEY="", code=2)
    assert "--publishable-key" in err
    _, err = verify(HELPDESK_SECRET_KEY=verify.project.publishable_key, code=2)
    assert "secret key" in err


@pytest.fixture
def careless(place: Path) -> Iterator[Stack]:
    """A stack whose function `embed-articles` asks nobody for a token."""
    shutil.copytree(_SUPABASE, place / "supabase", ignore=shutil.ignore_patterns("node_modules", ".temp", ".branches"))
    (place / "supabase/functions/embed-articles/index.ts").write_text(_CARELESS)
    config = place / "supabase/config.toml"
    head, name, tail = config.read_text().partition("[functions.embed-articles]")
    assert name
    config.write_text(head + name + tail.replace("verify_jwt = true", "verify_jwt = false", 1))
    with Stack.start(ephemeral=True, project=place / "supabase") as stack:
        yield stack


def test_a_function_that_accepts_no_token_is_named(careless: Stack, tmp_path: Path) -> None:
    info = careless.info
    project = Project(info.api_url, info.publishable_key, info.secret_key, info.db_url)
    found = Verify(project, tmp_path).json("--only", "functions", code=1)
    promises = {one["promise"] for one in found["broken"]}
    assert promises == {
        "A function asks for a token [embed-articles]",
        "A function refuses a token that this project has not signed [embed-articles]",
        "Only staff and the secret key make vectors [embed-articles]",
    }
