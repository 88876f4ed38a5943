"""`helpdesk demo`: every claim holds, a claim that does not hold is a failure, and nothing is left behind."""

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
from helpdesk_sdk.embeddings import EmbeddingEndpoint
from helpdesk_sdk.local import NotRunningError, Stack, StackInfo

if TYPE_CHECKING:
    from helpdesk_sdk.models.tickets import TimelineEntry
    from helpdesk_sdk.testing import Project

HELPDESK = Path(sys.executable).with_name("helpdesk")
# The environment of a new shell, without a terminal.
BARE = {"PATH": "/usr/bin:/bin", "HOME": str(Path.home())}


class Recorder:
    """A reporter that records the story."""

    def __init__(self) -> None:
        self.scenes: list[str] = []
        self.texts: list[str] = []
        self.timelines: dict[str, list[str]] = {}

    def scene(self, title: str) -> None:
        self.scenes.append(title)

    def say(self, text: str) -> None:
        self.texts.append(text)

    def check(self, check: Check) -> None:
        self.texts.append(check.claim)

    def timeline(self, title: str, entries: Sequence[TimelineEntry]) -> None:
        self.timelines[title] = [entry.type or entry.kind for entry in entries]


def play(project: Project, stack: Stack | None = None) -> tuple[Story, Recorder]:
    reporter = Recorder()
    story = Story(project.url, project.publishable_key, project.secret_key, reporter)
    if stack is None:
        story.play()
    else:
        with EmbeddingEndpoint(stack.info.embeddings["url"] or "", stack.info.embeddings["model"] or "") as endpoint:
            story.play(endpoint)
    return story, reporter


@pytest.fixture(scope="module")
def played(helpdesk_project_module: Project, stack: Stack) -> tuple[Story, Recorder]:
    """The story, played once on a new helpdesk."""
    seed(helpdesk_project_module.db_url)
    return play(helpdesk_project_module, stack)


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


def test_every_claim_of_the_story_holds(played: tuple[Story, Recorder]) -> None:
    story, reporter = played
    assert story.failed == []
    assert len(story.checks) >= 30
    assert len(reporter.scenes) == 10
    assert "note" in reporter.timelines["Chiara sees"]
    assert "note" not in reporter.timelines["Mara sees"]


def test_the_assistant_needs_no_language_model(played: tuple[Story, Recorder]) -> None:
    told = "\n".join(played[1].texts)
    assert "The assistant, with no language model and no network" in played[1].scenes
    assert '[1] Descale the machine: "Limescale makes espresso taste sour and slows the water down."' in told
    assert "have a vector of all-MiniLM-L6-v2-int8, made on this machine" in told
    assert "no model was asked (passages, no_model)" in told
    assert "the team Courses is proposed" in told


def test_the_story_can_be_repeated_and_json_is_one_object(
    played: tuple[Story, Recorder], helpdesk_project_module: Project, demo_on: Callable[[Project], Result]
) -> None:
    result = demo_on(helpdesk_project_module)
    assert result.exit_code == 0
    report = json.loads(result.stdout)
    assert report["ok"] is True
    # No model for vectors is named here.
    assert len(report["checks"]) == len(played[0].checks) - 1
    assert all(check["holds"] for check in report["checks"])
    assert "stack" not in report
    assert report["seconds"] > 0


def test_a_helpdesk_with_an_admin_of_its_own_is_refused(helpdesk_project: Project) -> None:
    helpdesk_project.add_person("admin")
    with pytest.raises(HelpdeskError, match="an admin of its own"):
        play(helpdesk_project)


def test_a_claim_that_does_not_hold_is_reported_and_the_exit_code_is_1(
    helpdesk_project: Project, demo_on: Callable[[Project], Result]
) -> None:
    with psycopg.connect(helpdesk_project.db_url) as db:
        # Everybody may read notes.
        db.execute('create policy "leak" on helpdesk.notes for select to authenticated using (true)')
    result = demo_on(helpdesk_project)
    assert result.exit_code == 1
    report = json.loads(result.stdout)
    assert [check["claim"] for check in report["checks"] if not check["holds"]] == ["Mara sees no note"]
    assert report["ok"] is False


def test_the_output_ends_with_the_next_steps() -> None:
    output = run([HELPDESK, "demo"], BARE)
    assert "claims checked and true" in output
    assert "helpdesk demo --keep" in output
    assert "\x1b" not in output


@pytest.mark.night
def test_a_kept_helpdesk_keeps_running_and_its_logins_work(place: Path) -> None:
    data = place / "kept"
    output = run([HELPDESK, "demo", "--keep", "--data", data, "--port", "0", "--json"], BARE)
    try:
        report = json.loads(output[output.index("{") : output.rindex("}") + 1])
        with Helpdesk(report["stack"]["api_url"], report["stack"]["publishable_key"]) as hd:
            for login in report["logins"]:
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
