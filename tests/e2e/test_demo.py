"""`helpdesk demo`: the story holds, says so, and leaves nothing behind; one that does not hold is no success."""

from __future__ import annotations

import json
import re
import shlex
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING

import psycopg
import pytest
from tests.e2e.programs import run
from typer.testing import CliRunner, Result

from helpdesk_cli.main import app
from helpdesk_sdk import Helpdesk, HelpdeskError
from helpdesk_sdk.demo.stage import Check, seed
from helpdesk_sdk.demo.story import Story
from helpdesk_sdk.local import NotRunningError, Stack, StackInfo

if TYPE_CHECKING:
    from helpdesk_sdk.models.tickets import TimelineEntry
    from helpdesk_sdk.testing import Project

HELPDESK = Path(sys.executable).with_name("helpdesk")
# As little as a fresh shell has; no terminal.
BARE = {"PATH": "/usr/bin:/bin", "HOME": str(Path.home())}


class Listener:
    """Hears the story."""

    def __init__(self) -> None:
        self.scenes: list[str] = []
        self.said: list[str] = []
        self.timelines: dict[str, list[str]] = {}

    def scene(self, title: str) -> None:
        self.scenes.append(title)

    def say(self, text: str) -> None:
        self.said.append(text)

    def check(self, check: Check) -> None:
        self.said.append(check.claim)

    def timeline(self, title: str, entries: Sequence[TimelineEntry]) -> None:
        self.timelines[title] = [entry.type or entry.kind for entry in entries]


def play(project: Project) -> tuple[Story, Listener]:
    listener = Listener()
    story = Story(project.url, project.publishable_key, project.secret_key, listener)
    story.play()
    return story, listener


@pytest.fixture(scope="module")
def played(helpdesk_project_module: Project) -> tuple[Story, Listener]:
    """The story, played once on a fresh helpdesk."""
    seed(helpdesk_project_module.db_url)
    return play(helpdesk_project_module)


@pytest.fixture
def demo_on(monkeypatch: pytest.MonkeyPatch) -> Callable[[Project], Result]:
    """Runs `helpdesk demo --json` on a helpdesk that runs already."""

    def demo(project: Project) -> Result:
        keys = (project.publishable_key, project.secret_key)
        info = StackInfo(project.url, *keys, project.db_url, port=0, data_dir="", schema_version=None, pids={})
        started = SimpleNamespace(info=info, stop=lambda: None)
        monkeypatch.setattr("helpdesk_cli.demo._start", lambda *_: started)
        return CliRunner().invoke(app, ["demo", "--json"])

    return demo


def test_every_claim_of_the_story_holds(played: tuple[Story, Listener]) -> None:
    story, listener = played
    assert story.failed == []
    assert len(story.checks) >= 30
    assert len(listener.scenes) == 9
    assert "note" in listener.timelines["Chiara sees"]
    assert "note" not in listener.timelines["Mara sees"]


def test_it_holds_again_and_programs_get_one_object(
    played: tuple[Story, Listener], helpdesk_project_module: Project, demo_on: Callable[[Project], Result]
) -> None:
    result = demo_on(helpdesk_project_module)
    assert result.exit_code == 0
    told = json.loads(result.stdout)
    assert told["ok"] is True
    assert len(told["checks"]) == len(played[0].checks)
    assert all(check["holds"] for check in told["checks"])
    assert "stack" not in told
    assert told["seconds"] > 0


def test_it_does_not_take_over_a_helpdesk_that_has_an_admin(helpdesk_project: Project) -> None:
    helpdesk_project.add_person("admin")
    with pytest.raises(HelpdeskError, match="an admin of its own"):
        play(helpdesk_project)


def test_a_claim_that_does_not_hold_is_noticed_and_no_success(
    helpdesk_project: Project, demo_on: Callable[[Project], Result]
) -> None:
    with psycopg.connect(helpdesk_project.db_url) as db:
        # A helpdesk whose notes everybody may read.
        db.execute('create policy "leak" on helpdesk.notes for select to authenticated using (true)')
    result = demo_on(helpdesk_project)
    assert result.exit_code == 1
    told = json.loads(result.stdout)
    assert [check["claim"] for check in told["checks"] if not check["holds"]] == ["Mara sees no note"]
    assert told["ok"] is False


def test_people_are_told_how_to_go_on() -> None:
    output = run([HELPDESK, "demo"], BARE)
    assert "claims checked and true" in output
    assert "helpdesk demo --keep" in output
    assert "\x1b" not in output


def test_one_that_is_kept_runs_on_and_its_logins_work(place: Path) -> None:
    data = place / "kept"
    output = run([HELPDESK, "demo", "--keep", "--data", data, "--port", "0", "--json"], BARE)
    try:
        told = json.loads(output[output.index("{") : output.rindex("}") + 1])
        with Helpdesk(told["stack"]["api_url"], told["stack"]["publishable_key"]) as hd:
            for login in told["logins"]:
                hd.auth.sign_in(login["email"], login["password"])
                assert hd.users.me().role == login["role"]
        again = run([HELPDESK, "demo", "--keep", "--data", data], BARE)
        assert "is already running: the story adds its people and tickets to it" in again
        for command in ("watch", "tickets create Hello", "events tail --follow"):
            assert f"  helpdesk {command} " in again
        (how,) = re.findall(r"^  helpdesk (login --local .*)$", again, re.MULTILINE)
        assert shlex.split(how)[:4] == ["login", "--local", "--data", str(data)]
    finally:
        run([HELPDESK, "down", "--data", data], BARE)
    with pytest.raises(NotRunningError):
        Stack.find(data)
