"""`helpdesk worker`: the assistant's runs and vectors, once and until it is stopped; what is missing is named."""

from __future__ import annotations

import json
import signal
import sys
import time
from collections.abc import Callable, Iterator
from subprocess import PIPE
from typing import TYPE_CHECKING, Any

import pytest
from tests.cli.support import Cli
from tests.sdk.runner_support import KEY, Desk

from helpdesk_sdk.scripted_provider import ScriptedProvider

if TYPE_CHECKING:
    from pathlib import Path

    from helpdesk_sdk.testing import Project


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
    """The shell of a program with the secret key, a language model and a model for vectors."""
    provider = desk.provider
    env = {"HELPDESK_URL": desk.project.url, "HELPDESK_KEY": desk.project.secret_key}
    env |= {"OPENAI_BASE_URL": provider.url, "OPENAI_API_KEY": KEY, "OPENAI_MODEL": provider.model}
    return Cli(tmp_path, env | {"EMBEDDINGS_BASE_URL": provider.url, "EMBEDDINGS_MODEL": "words"})


def test_once_does_what_waits_and_counts_it(desk: Desk, shell: Cli) -> None:
    desk.publish("Late parcels", "A late parcel is sent again after ten days.")
    run_id = desk.ask("reply", "My parcel is late. Is a late parcel sent again?")
    done = shell("worker", "--assistant", "--embed", "--once")
    assert done.out.splitlines() == [
        "1 vectors stored, 0 postponed",
        "1 answered, 0 without a model, 0 given back, 0 not ours any more",
    ]
    assert "The assistant asks the language model at 127.0.0.1." in done.err
    assert desk.run(run_id)["state"] == "done"
    assert "a late parcel sent again?" in desk.provider.embedding_requests[-1].text
    (again,) = shell("worker", "--assistant", "--once", "--json").out.splitlines()
    assert json.loads(again) == {"answered": 0, "without_model": 0, "released": 0, "lost": 0}
    (vectors,) = shell("worker", "--embed", "--once", "--json").out.splitlines()
    assert json.loads(vectors) == {"stored": 0, "postponed": 0, "problem": None}


def test_files_are_checked_unless_other_work_is_named(shell: Cli) -> None:
    everything = shell("worker", "--files", "--embed", "--assistant", "--once", "--json").out.splitlines()
    assert [set(json.loads(line)) for line in everything] == [
        {"clean", "rejected", "postponed", "removed"},
        {"stored", "postponed", "problem"},
        {"answered", "without_model", "released", "lost"},
    ]
    assert set(json.loads(shell("worker", "--once", "--json").out)) == {"clean", "rejected", "postponed", "removed"}


def test_a_wrong_key_is_named_and_the_run_has_its_fallback(desk: Desk, shell: Cli) -> None:
    desk.provider.always("wrong_key")
    run_id = desk.ask("summary")
    done = shell("worker", "--assistant", "--once")
    assert "1 without a model" in done.out
    assert f"Run {run_id}, summary: without a model: model_key_refused." in done.err
    assert "answered 401 (invalid_api_key)" in done.err
    assert KEY not in done.err + done.out


def test_what_is_missing_is_named(desk: Desk, shell: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.ask("summary")
    nothing: dict[str, Any] = {"OPENAI_BASE_URL": "", "OPENAI_API_KEY": "", "EMBEDDINGS_BASE_URL": ""}
    done = shell("worker", "--assistant", "--once", **nothing)
    assert "has no language model (OPENAI_API_KEY, or OPENAI_BASE_URL)" in done.err
    assert "compares words alone" in done.err
    assert "1 without a model" in done.out
    assert "EMBEDDINGS_BASE_URL" in shell("worker", "--embed", "--once", code=2, **nothing).err
    assert "OPENAI_BASE_URL must be" in shell("worker", "--assistant", "--once", code=2, OPENAI_BASE_URL="x").err
    monkeypatch.setitem(sys.modules, "openai", None)
    missing = shell("worker", "--assistant", "--once", code=2).err
    assert "pip install openai" in missing
    assert "[assistant]" in missing
    public: dict[str, Any] = {"HELPDESK_KEY": desk.project.publishable_key}
    assert "secret key" in shell("worker", "--assistant", "--once", code=5, **public).err


def test_a_model_that_is_not_the_helpdesks_is_named(desk: Desk, shell: Cli) -> None:
    desk.publish("Late", "A late parcel is sent again.")
    shell("worker", "--embed", "--once")
    refused = shell("worker", "--embed", "--once", code=4, EMBEDDINGS_MODEL="other").err
    assert "does not use the model other, but words" in refused
    assert "helpdesk kb embed --model NAME" in refused


def test_it_goes_on_until_sigterm_and_finishes_what_it_has_begun(desk: Desk, shell: Cli) -> None:
    desk.provider.delay = 1.0
    worker = shell.start("worker", "--assistant", "--embed", "--interval", 0.1, "--json", stdout=PIPE, stderr=PIPE)
    first = desk.ask("next_steps")
    assert worker.stdout is not None
    assert json.loads(worker.stdout.readline())["run_id"] == first
    second = desk.ask("next_steps")
    _wait_for(lambda: desk.provider.calls == 2)
    worker.send_signal(signal.SIGTERM)
    out, err = worker.communicate(timeout=30)
    assert (worker.returncode, err) == (0, "")
    assert json.loads(out)["run_id"] == second
    assert desk.run(second)["state"] == "done"


def test_what_takes_too_long_at_sigterm_is_given_back(desk: Desk, shell: Cli) -> None:
    desk.provider.always("hang")
    run_id = desk.ask("next_steps")
    worker = shell.start("worker", "--assistant", "--interval", 0.1, stdout=PIPE, stderr=PIPE)
    _wait_for(lambda: desk.provider.calls == 1)
    begun = time.monotonic()
    worker.send_signal(signal.SIGTERM)
    out, _ = worker.communicate(timeout=30)
    assert worker.returncode == 0
    assert 4 < time.monotonic() - begun < 15
    assert f"Run {run_id}, next_steps: given back: The worker was stopped" in out
    assert desk.run(run_id)["state"] == "queued"


def test_two_workers_carry_each_run_out_once_and_ctrl_c_ends_them(desk: Desk, shell: Cli) -> None:
    workers = [
        shell.start("worker", "--assistant", "--interval", 0.1, "--json", stdout=PIPE, stderr=PIPE) for _ in range(2)
    ]
    run_ids = {desk.ask("next_steps") for _ in range(6)}
    _wait_for(lambda: all(desk.run(run_id)["state"] == "done" for run_id in run_ids))
    for worker in workers:
        worker.send_signal(signal.SIGINT)
    # A worker takes up to 25 seconds to end.
    done = [worker.communicate(timeout=60)[0].splitlines() for worker in workers]
    assert [worker.returncode for worker in workers] == [130, 130]
    lines = [json.loads(line)["run_id"] for part in done for line in part]
    assert (len(lines), set(lines)) == (6, run_ids)
    assert desk.provider.calls == 6


def _wait_for(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + 30
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.05)
