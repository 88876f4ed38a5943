"""The runner in Python: the same claims, calls and answers as the edge functions, on the real stack."""

from __future__ import annotations

import logging
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest
from tests.sdk.runner_support import KEY, Desk

from helpdesk_sdk import ConfigurationError, new_id
from helpdesk_sdk.assistant import ModelSettings
from helpdesk_sdk.embeddings import EmbeddingEndpoint, embed_waiting
from helpdesk_sdk.resources.assistant.waiting import wait_for_worker
from helpdesk_sdk.scripted_provider import Play, ScriptedProvider

pytestmark = pytest.mark.sample(2)

if TYPE_CHECKING:
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


def test_a_run_is_answered_by_the_model_and_counted(desk: Desk) -> None:
    desk.sql("update helpdesk.ai_settings set price_in = 1, price_out = 2")
    run_id = desk.ask("next_steps")
    with desk.runner() as runner:
        (report,) = runner.work_waiting()
        assert runner.work_waiting() == []
    assert (str(report.run_id), report.kind, report.outcome, report.reason) == (run_id, "next_steps", "answered", None)
    run = desk.run(run_id)
    assert (run["state"], run["mode"], run["chat_model"], run["rung"]) == ("done", "model", "scripted", "json_schema")
    assert run["tokens_in"] > 0
    assert run["cost"] > 0
    assert run["milliseconds"] > 0
    assert not run["is_estimated"]
    (proposal,) = desk.proposals(run_id)
    assert (proposal["kind"], proposal["state"]) == ("next_steps", "open")
    (usage,) = desk.sql("select * from helpdesk.ai_usage where scope = 'project'")
    assert (usage["reserved_tokens"], usage["used_tokens"]) == (0, run["tokens_in"] + run["tokens_out"])
    (settings,) = desk.sql("select capability from helpdesk.ai_settings")
    assert settings["capability"][f"{desk.provider.url} scripted"]["rung"] == "json_schema"


def test_a_reply_cites_passages_that_vectors_found(desk: Desk) -> None:
    desk.publish("Late parcels", "A late parcel is sent again after ten days. Ask the carrier first.")
    desk.publish("Refunds", "Refunds take five days.")
    with EmbeddingEndpoint(desk.provider.url, "words") as vectors:
        embed_waiting(desk.system, vectors)
        run_id = desk.ask("reply", "My parcel is late. Is a late parcel sent again?")
        with desk.runner(vectors=vectors) as runner:
            assert runner.work_waiting()[0].outcome == "answered"
    assert desk.run(run_id)["state"] == "done"
    assert "Is a late parcel sent again?" in desk.provider.embedding_requests[-1].text
    quotes = desk.sql("select c.quote from helpdesk.citations as c join helpdesk.proposals as p using (proposal_id)")
    assert quotes[0]["quote"] == "A late parcel is sent again after ten days."


def test_without_a_model_the_run_ends_with_what_the_database_has(desk: Desk) -> None:
    run_id = desk.ask("summary")
    with desk.runner(model=None) as runner:
        (report,) = runner.work_waiting()
    assert (report.outcome, report.reason) == ("without_model", "no_model")
    run = desk.run(run_id)
    assert (run["state"], run["mode"], run["reason"]) == ("fallback", "timeline", "no_model")
    assert desk.provider.calls == 0


def test_a_character_that_the_database_cannot_store_becomes_another(desk: Desk) -> None:
    run_id = desk.ask("next_steps")
    desk.provider.always(Play('{"steps": ["Say \\u0000 to the customer."]}'))
    with desk.runner() as runner:
        (report,) = runner.work_waiting()
    assert (report.outcome, report.reason) == ("answered", None)
    assert desk.run(run_id)["reason"] is None
    assert desk.provider.calls == 1


@pytest.mark.parametrize(
    ("behaviour", "reason", "calls"),
    [
        ("wrong_key", "model_key_refused", 1),
        ("insufficient_quota", "model_quota_exhausted", 1),
        ("no_such_model", "model_not_found", 1),
        ("leaky_error", "model_unreachable", 2),
        ("not_json", "model_unreachable", 1),
        ("truncated", "answer_truncated", 1),
        ("refusal", "answer_refused", 1),
        ("prompt_cut", "prompt_cut", 1),
        ("prose", "answer_invalid", 2),
        ("other_schema", "answer_invalid", 2),
        ("tool_call", "answer_invalid", 2),
        ("hang", "model_timeout", 1),
        ("slow", "model_timeout", 1),
        ("rate_limited", "model_rate_limited", 3),
        ("forbidden", "model_key_refused", 1),
        ("content_filter", "answer_refused", 1),
        ("huge", "answer_invalid", 1),
        ("endless", "answer_invalid", 1),
        ("empty", "answer_invalid", 2),
        ("wrong_json", "answer_invalid", 2),
        ("nan", "answer_invalid", 2),
        ("cut", "model_unreachable", 1),
    ],
)
def test_a_model_that_fails_leaves_a_fallback_with_its_reason_and_no_secret(
    desk: Desk, behaviour: Any, reason: str, calls: int, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    run_id = desk.ask("summary", "My secret word is xylophone.")
    desk.provider.always(behaviour)
    with desk.runner(timeout=2 if reason == "model_timeout" else 20) as runner:
        (report,) = runner.work_waiting()
    run = desk.run(run_id)
    assert (run["state"], run["mode"], run["reason"]) == ("fallback", "timeline", reason), run
    assert (report.outcome, report.reason, desk.provider.calls) == ("without_model", reason, calls)
    for told in (str(run["problem"]), str(report), caplog.text):
        assert KEY not in told
        assert "xylophone" not in told


def test_a_refused_answer_is_repaired_once_with_the_reason(desk: Desk) -> None:
    desk.provider.play(Play('{"steps": []}'), "good")
    run_id = desk.ask("next_steps")
    with desk.runner() as runner:
        assert runner.work_waiting()[0].outcome == "answered"
    assert "Your answer was refused" in desk.provider.prompts[1]
    assert '{\\"steps\\": []}' in desk.provider.prompts[1]
    assert desk.run(run_id)["tokens_in"] > len(desk.provider.prompts[0]) // 4


def test_the_ladder_is_remembered_for_the_next_run_of_any_runner(desk: Desk) -> None:
    with ScriptedProvider(formats=["none"]) as picky:
        picky.always("fenced")
        model = ModelSettings(picky.url, KEY, "scripted")
        for _ in range(2):
            desk.ask("next_steps")
            with desk.runner(model=model) as runner:
                assert runner.work_waiting()[0].outcome == "answered"
        assert [one.played for one in picky.requests] == ["refused_field", "refused_field", "fenced", "fenced"]


def test_the_budget_is_asked_before_each_call(desk: Desk) -> None:
    desk.sql("update helpdesk.ai_settings set daily_tokens_project = 10")
    run_id = desk.ask("summary")
    with desk.runner() as runner:
        assert runner.work_waiting()[0].reason == "budget_exhausted"
    assert desk.provider.calls == 0
    assert desk.run(run_id)["tokens_in"] == 0


def test_an_endpoint_that_fails_rests(desk: Desk) -> None:
    desk.provider.always(Play(status=500, headers={"x-should-retry": "false"}))
    for _ in range(6):
        desk.ask("summary")
    with desk.runner() as runner:
        reports = runner.work_waiting()
    assert [report.reason for report in reports] == ["model_unreachable"] * 6
    assert desk.provider.calls == 5
    assert "rests" in (reports[-1].problem or "")


def test_four_runners_at_once_carry_each_run_out_once(desk: Desk) -> None:
    run_ids = {desk.ask("next_steps") for _ in range(12)}
    desk.provider.delay = 0.05

    def work(_: int) -> list[str]:
        with desk.runner() as runner:
            return [str(report.run_id) for report in runner.work_waiting()]

    with ThreadPoolExecutor(4) as pool:
        done = [run_id for part in pool.map(work, range(4)) for run_id in part]
    assert (len(done), set(done)) == (12, run_ids)
    assert desk.provider.calls == 12
    assert {row["state"] for row in desk.sql("select state from helpdesk.ai_runs")} == {"done"}
    # Four programs found no login, and there is one.
    (login,) = desk.sql("select role, name from helpdesk.users where email = 'assistant@helpdesk.invalid'")
    assert login == {"role": "assistant", "name": "Assistant"}


def test_a_lost_lease_ends_the_work_silently(desk: Desk) -> None:
    run_id = desk.ask("next_steps")
    desk.provider.delay = 1.0
    with desk.runner() as runner, ThreadPoolExecutor() as pool:
        work = pool.submit(runner.work_waiting)
        _wait_for(lambda: desk.provider.calls == 1)
        desk.sql(
            "update helpdesk_private.run_leases set leased_until = now() - interval '1 second', due_at = 'infinity'"
        )
        desk.sql("update helpdesk_private.run_leases set secret_hash = null, lessee = null, leased_until = null")
        (report,) = work.result()
    assert (report.outcome, report.reason, report.problem) == ("lost", "lease_lost", None)
    assert desk.proposals(run_id) == []


def test_a_conversation_that_moves_leaves_no_proposal(desk: Desk) -> None:
    run_id = desk.ask("next_steps")
    desk.provider.delay = 1.0
    with desk.runner() as runner, ThreadPoolExecutor() as pool:
        work = pool.submit(runner.work_waiting)
        _wait_for(lambda: desk.provider.calls == 1)
        desk.agent.messages.reply(desk.run(run_id)["ticket_id"], "It has arrived.")
        work.result()
    assert (desk.run(run_id)["state"], desk.run(run_id)["reason"]) == ("cancelled", "conversation_moved")
    assert desk.proposals(run_id) == []


def test_who_asks_without_a_function_may_wait_for_a_worker(desk: Desk) -> None:
    ticket = desk.agent.tickets.create("Where is my parcel?", "It should have come.")
    body = {"ticket_id": str(ticket.ticket_id), "kind": "next_steps"}
    with desk.runner() as runner, ThreadPoolExecutor() as pool:
        waiting = pool.submit(lambda: desk.agent._driver.run(wait_for_worker(desk.agent.assistant, body, new_id(), 20)))
        _wait_for(lambda: bool(desk.sql("select run_id from helpdesk.ai_runs")))
        runner.work_waiting()
        found = waiting.result()
    assert found is not None
    assert (found.run.state, found.mode) == ("done", "model")
    assert found.proposal is not None
    assert desk.agent._driver.run(wait_for_worker(desk.agent.assistant, body, new_id(), 0)) is not None


def test_an_interruption_gives_the_run_back(desk: Desk) -> None:
    run_id = desk.ask("next_steps")
    desk.provider.always("hang")
    with desk.runner() as runner, ThreadPoolExecutor() as pool:
        work = pool.submit(runner.work_waiting)
        _wait_for(lambda: desk.provider.calls == 1)
        begun = time.monotonic()
        runner.interrupt()
        (report,) = work.result()
        assert time.monotonic() - begun < 5
        assert runner.work_waiting() == []
    assert (report.outcome, report.problem) == ("released", "The worker was stopped")
    run = desk.run(run_id)
    assert (run["state"], run["problem"]) == ("queued", "The worker was stopped")
    desk.sql("update helpdesk_private.run_leases set due_at = now()")
    desk.provider.always("good")
    with desk.runner() as runner:
        assert runner.work_waiting()[0].outcome == "answered"


def test_the_work_ends_before_the_next_run_when_it_is_to_stop(desk: Desk) -> None:
    desk.ask("next_steps")
    desk.ask("next_steps")
    stopping = threading.Event()
    with desk.runner() as runner:
        reports = runner.work_waiting(is_stopping=stopping.is_set, on_run=lambda _: stopping.set())
    assert len(reports) == 1


def test_the_environment_names_the_model() -> None:
    assert ModelSettings.from_env({}) is None
    assert ModelSettings.from_env({"OPENAI_MODEL": "m"}) is None
    openai = ModelSettings.from_env({"OPENAI_API_KEY": "k"})
    assert openai == ModelSettings("https://api.openai.com/v1", "k", None)
    local = ModelSettings.from_env({"OPENAI_BASE_URL": "http://127.0.0.1:11434/v1/", "OPENAI_MODEL": "m"})
    assert local == ModelSettings("http://127.0.0.1:11434/v1", None, "m")
    for wrong in ("127.0.0.1:11434", "ftp://host", "http://", "http://host:port/v1"):
        with pytest.raises(ConfigurationError):
            ModelSettings.from_env({"OPENAI_BASE_URL": wrong})


def test_the_missing_package_is_named(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "openai", None)
    with pytest.raises(ConfigurationError, match=r"needs openai.*\[assistant\]"):
        desk.runner()
    with desk.runner(model=None) as runner:
        assert runner.work_waiting() == []


def _wait_for(holds: Any) -> None:
    end = time.monotonic() + 20
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.02)
