"""`helpdesk worker` as a container runs it: a heartbeat, secrets as files, lines of JSON, and an end in time."""

from __future__ import annotations

import json
import os
import re
import signal
import time
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from subprocess import PIPE
from typing import TYPE_CHECKING, Any

import pytest
from tests.cli.support import Cli
from tests.sdk.files import WithoutFunctions
from tests.sdk.runner_support import KEY, Desk

from helpdesk_cli._work import heartbeat
from helpdesk_cli._work.heartbeat import Heartbeat
from helpdesk_sdk import Helpdesk
from helpdesk_sdk.scripted_provider import ScriptedProvider

if TYPE_CHECKING:
    from helpdesk_sdk.testing import Project

MARKER = "Zanzibar-7731"


@pytest.fixture
def provider() -> Iterator[ScriptedProvider]:
    with ScriptedProvider() as made:
        yield made


@pytest.fixture
def desk(helpdesk_project: Project, provider: ScriptedProvider) -> Iterator[Desk]:
    made = Desk(helpdesk_project, provider)
    yield made
    made.system.close()


@pytest.fixture
def shell(desk: Desk, tmp_path: Path) -> Cli:
    """The shell of a container: no secret in a variable."""
    secrets = {"HELPDESK_KEY": desk.project.secret_key, "OPENAI_API_KEY": KEY}
    for name, value in secrets.items():
        (tmp_path / name).write_text(f"{value}\n")
    env = {"HELPDESK_URL": desk.project.url, **{f"{name}_FILE": str(tmp_path / name) for name in secrets}}
    env |= {"OPENAI_BASE_URL": desk.provider.url, "OPENAI_MODEL": desk.provider.model}
    return Cli(tmp_path, env | {"HELPDESK_HEARTBEAT": str(tmp_path / "heartbeat"), "HELPDESK_LOG_JSON": "1"})


def wait_for(holds: Callable[[], bool], seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.05)


def lines(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def test_a_worker_that_is_alive_passes_the_check_and_ends_without_a_trace(shell: Cli, tmp_path: Path) -> None:
    before = shell("worker", "--check", code=1).error
    assert "no sign of life" in before["message"]
    assert "is missing" in before["message"]
    worker = shell.start("worker", "--assistant", "--interval", 0.2, stdout=PIPE, stderr=PIPE)
    wait_for((tmp_path / "heartbeat").exists)
    found = shell("worker", "--check").json
    assert found["answers"] is True
    assert found["heartbeat_age"] < heartbeat.OLDEST
    worker.send_signal(signal.SIGTERM)
    _, err = worker.communicate(timeout=30)
    assert (worker.returncode, err) == (0, "")
    assert not (tmp_path / "heartbeat").exists()


def test_an_old_heartbeat_and_a_helpdesk_that_does_not_answer_fail_the_check(shell: Cli, tmp_path: Path) -> None:
    sign = tmp_path / "heartbeat"
    sign.touch()
    assert shell("worker", "--check").json["answers"] is True
    assert shell("worker", "--check", code=6, HELPDESK_URL="http://127.0.0.1:9").error["message"]
    (tmp_path / "HELPDESK_KEY").write_text("sb_secret_0123456789_wrong")
    assert shell("worker", "--check", code=5).error["message"]
    os.utime(sign, (time.time() - 60, time.time() - 60))
    assert re.search(r"is 6\d seconds old", shell("worker", "--check", code=1).error["message"])


def test_a_stuck_duty_lets_the_heartbeat_grow_old(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    sign = Heartbeat(tmp_path / "heartbeat")
    sign.expect("files", 60)
    sign.expect("runs", 300)
    sign.beat()
    assert heartbeat.age(tmp_path / "heartbeat") is not None
    (tmp_path / "heartbeat").unlink()
    now[0] += 61
    sign.beat()
    assert heartbeat.age(tmp_path / "heartbeat") is None
    sign.forget("files")
    sign.beat()
    assert heartbeat.age(tmp_path / "heartbeat") is not None


def test_a_heartbeat_that_cannot_be_written_stops_nothing(tmp_path: Path) -> None:
    sign = Heartbeat(tmp_path / "no such folder" / "heartbeat")
    sign.beat()
    sign.end()


@pytest.mark.parametrize("behaviour", ["good", "leaky_error", "prose"])
def test_the_log_is_json_and_has_no_word_of_a_ticket(behaviour: Any, desk: Desk, shell: Cli) -> None:
    desk.provider.always(behaviour)
    run_id = desk.ask("next_steps", f"My flight to {MARKER} is late, says ana@example.com.")
    done = shell("worker", "--assistant", "--once")
    found = lines(done.out)
    assert done.err == ""
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", line["time"]) for line in found)
    assert {line["level"] for line in found} <= {"info", "warning"}
    assert all(line["message"] for line in found)
    assert desk.run(run_id)["state"] == ("done" if behaviour == "good" else "needs_human")
    for word in (MARKER, "ana@example.com", "parcel", KEY, desk.project.secret_key):
        assert word not in done.out


def test_a_run_has_its_id_in_the_log(desk: Desk, shell: Cli) -> None:
    worker = shell.start("worker", "--assistant", "--interval", 0.1, stdout=PIPE, stderr=PIPE)
    run_id = desk.ask("next_steps")
    wait_for(lambda: desk.run(run_id)["state"] == "done")
    worker.send_signal(signal.SIGTERM)
    found = lines(worker.communicate(timeout=30)[0])
    (line,) = (line for line in found if line.get("run_id") == run_id)
    assert (line["level"], line["kind"], line["outcome"]) == ("info", "next_steps", "answered")
    # The model's endpoint, like the platform's log, has the run's id as that of the request.
    assert {request.headers["x-client-request-id"] for request in desk.provider.requests} == {run_id}


def test_what_is_tried_again_is_a_warning_in_the_log(shell: Cli) -> None:
    worker = shell.start("worker", "--files", "--interval", 0.1, "--profile", "none", stdout=PIPE, stderr=PIPE)
    out, err = worker.communicate(timeout=30)
    # A wrong configuration ends the worker at once, as one line of JSON.
    assert (worker.returncode, out) == (3, "")
    assert json.loads(err)["error"]["exit_code"] == 3
    gone = Cli(shell.config, shell.env | {"HELPDESK_URL": "http://127.0.0.1:9"})
    worker = gone.start("worker", "--files", "--interval", 0.1, stdout=PIPE, stderr=PIPE)
    assert worker.stdout is not None
    first = json.loads(worker.stdout.readline())
    worker.send_signal(signal.SIGTERM)
    worker.communicate(timeout=30)
    assert (first["level"], first["message"].endswith("It is tried again.")) == ("warning", True), first


@pytest.mark.parametrize(
    ("content", "more", "says"),
    [
        (None, {}, "cannot be read"),
        ("", {}, "is empty"),
        ("one\ntwo\n", {}, "more than one line"),
        ("x" * 70_000, {}, "too large"),
        ("sb_secret_0123456789", {"HELPDESK_KEY": "sb_secret_9876543210"}, "are both set"),
    ],
)
def test_a_secret_file_that_is_wrong_is_named_and_not_shown(
    content: str | None, more: dict[str, str], says: str, shell: Cli, tmp_path: Path
) -> None:
    path = tmp_path / "HELPDESK_KEY"
    path.unlink()
    if content is not None:
        path.write_text(content)
    error = shell("worker", "--check", "--json", code=2, **more).error
    assert says in error["message"]
    assert "HELPDESK_KEY_FILE" in error["message"]
    assert "sb_secret_" not in json.dumps(error)


def test_a_run_is_free_for_others_within_half_a_minute_after_sigterm(desk: Desk, shell: Cli) -> None:
    desk.provider.always("hang")
    run_id = desk.ask("next_steps")
    worker = shell.start("worker", "--assistant", "--interval", 0.1, stdout=PIPE, stderr=PIPE)
    wait_for(lambda: desk.provider.calls == 1)
    begun = time.monotonic()
    worker.send_signal(signal.SIGTERM)
    # What comes now is for others.
    later = desk.ask("next_steps")
    worker.communicate(timeout=30)
    assert time.monotonic() - begun < 30
    assert desk.run(run_id)["state"] == "queued"
    assert desk.run(later)["state"] == "queued"
    assert desk.provider.calls == 1


@pytest.mark.night
def test_two_workers_do_each_of_a_hundred_jobs_once(desk: Desk, shell: Cli) -> None:
    runs = {desk.ask("next_steps") for _ in range(60)}
    ticket = desk.agent.tickets.create("Files")
    # No function checks them.
    with Helpdesk(desk.project.url, desk.project.secret_key, transport=WithoutFunctions()) as system:
        for number in range(40):
            if number % 5 == 0:
                ticket = desk.agent.tickets.create(f"Files from {number} on")
            system.attachments.upload(ticket, BytesIO(b"hello"), name=f"{number}.txt")
    words = ("worker", "--assistant", "--files", "--no-sweep", "--interval", 0.1)
    workers = [shell.start(*words, stdout=PIPE, stderr=PIPE) for _ in range(2)]
    wait_for(lambda: all(desk.run(run_id)["state"] == "done" for run_id in runs), 120)
    wait_for(lambda: not desk.sql("select 1 from helpdesk.attachments where state = 'uploaded'"), 60)
    for worker in workers:
        worker.send_signal(signal.SIGTERM)
    done = [line for worker in workers for line in lines(worker.communicate(timeout=60)[0])]
    carried_out = [line["run_id"] for line in done if "run_id" in line]
    assert (len(carried_out), set(carried_out)) == (60, runs)
    assert sum(line.get("clean", 0) for line in done) == 40
    assert desk.provider.calls == 60
    assert desk.sql("select max(attempts) as most from helpdesk_private.attachment_checks") == [{"most": 1}]
