"""The assistant's functions with a model that fails: a fallback that says why, in time, and the ticket as it was."""

from __future__ import annotations

import socket
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from tests.functions.desk import Desk, desk_with

from helpdesk_sdk.testing import Play, ScriptedProvider

pytestmark = pytest.mark.sample(2)


@pytest.mark.parametrize(
    ("behaviour", "reason", "calls"),
    [
        ("server_error", "model_unreachable", 2),
        ("leaky_error", "model_unreachable", 2),
        ("cut", "model_unreachable", 2),
        ("not_json", "model_unreachable", 1),
        ("rate_limited", "model_rate_limited", 3),
        ("insufficient_quota", "model_quota_exhausted", 1),
        ("wrong_key", "model_key_refused", 1),
        ("forbidden", "model_key_refused", 1),
        ("no_such_model", "model_not_found", 1),
        ("prompt_cut", "prompt_cut", 1),
        ("truncated", "answer_truncated", 1),
        ("refusal", "answer_refused", 1),
        ("content_filter", "answer_refused", 1),
        ("tool_call", "answer_invalid", 2),
        ("huge", "answer_invalid", 1),
        ("endless", "answer_invalid", 1),
        ("prose", "answer_invalid", 2),
        ("empty", "answer_invalid", 2),
        ("other_schema", "answer_invalid", 2),
        ("wrong_json", "answer_invalid", 2),
        ("nan", "answer_invalid", 2),
    ],
)
def test_a_model_that_fails_leaves_a_fallback_with_its_own_reason(
    desk: Desk, ticket: str, provider: ScriptedProvider, behaviour: Any, reason: str, calls: int
) -> None:
    before = desk.state(ticket)
    provider.always(behaviour)
    begun = time.monotonic()
    found = desk.suggest(ticket)
    # A megabyte without an end comes in small pieces.
    assert time.monotonic() - begun < (40 if behaviour == "endless" else 10)
    run = found["run"]
    assert (run["state"], run["mode"], run["reason"], provider.calls) == ("fallback", "timeline", reason, calls), run
    assert (found["proposal"]["kind"], found["proposal"]["state"]) == ("summary", "open")
    assert "sk-scripted" not in str(found)
    assert desk.state(ticket) == before


def test_five_failures_rest_the_endpoint_and_the_sixth_run_falls_back_without_a_call(
    desk: Desk, provider: ScriptedProvider
) -> None:
    provider.always(Play(status=500, headers={"x-should-retry": "false"}))
    runs = [desk.suggest(desk.new_ticket())["run"] for _ in range(6)]
    assert {(run["state"], run["reason"]) for run in runs} == {("fallback", "model_unreachable")}
    assert provider.calls == 5
    assert "rests" in runs[-1]["problem"]
    assert "rests" not in runs[-2]["problem"]


@pytest.mark.night
def test_a_model_that_hangs_or_stops_in_its_answer_is_given_up_in_time(desk: Desk, provider: ScriptedProvider) -> None:
    """The first byte of a streamed suggestion may take 30 seconds; a classification 20 in all."""
    hanging, slow = desk.new_ticket(), desk.new_ticket()
    before = [desk.state(hanging), desk.state(slow)]

    def timed(work: Any, ticket: str) -> tuple[Any, float]:
        begun = time.monotonic()
        return work(ticket), time.monotonic() - begun

    with ThreadPoolExecutor() as pool:
        provider.always("hang")
        first = pool.submit(timed, lambda ticket: desk.stream(ticket)[-1][1], hanging)
        while not provider.calls:
            time.sleep(0.05)
        provider.always("slow")
        second = pool.submit(timed, desk.triage, slow)
        (found, took), (triaged, triage_took) = first.result(), second.result()
    assert (found["run"]["state"], found["run"]["reason"]) == ("fallback", "model_timeout")
    assert found["proposal"]["mode"] == "timeline"
    assert (triaged["state"], triaged["reason"]) == ("needs_human", "model_timeout")
    # A model that did not answer in time may have worked all the same: the most that it can have taken counts.
    for run in (found["run"], triaged):
        assert run["is_estimated"]
        assert min(run["tokens_in"], run["tokens_out"]) > 0
    assert 29 < took < 40
    assert 19 < triage_took < 30
    assert provider.calls == 2
    assert [desk.state(hanging), desk.state(slow)] == before


def test_without_a_budget_the_model_is_not_asked(desk: Desk, ticket: str, provider: ScriptedProvider) -> None:
    before = desk.state(ticket)
    with desk.setting("daily_tokens_project", 0):
        run = desk.suggest(ticket)["run"]
    assert (run["state"], run["mode"], run["reason"]) == ("fallback", "timeline", "budget_exhausted")
    assert (provider.calls, run["tokens_in"], run["tokens_out"]) == (0, 0, 0)
    assert desk.state(ticket) == before


def test_a_dead_model_and_dead_embeddings_leave_the_sentences_that_words_find() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        host = f"127.0.0.1:{closed.getsockname()[1]}"
    dead = f"http://{host}/v1"
    secrets = {"OPENAI_BASE_URL": dead, "OPENAI_API_KEY": "sk-canary", "OPENAI_MODEL": "m"}
    vectors = {
        "EMBEDDINGS_BASE_URL": dead,
        "EMBEDDINGS_MODEL": "all-MiniLM-L6-v2-int8",
        "EMBEDDINGS_API_KEY": "sk-canary",
    }
    with desk_with(secrets | vectors) as desk:
        desk.publish("Late parcels", "A late parcel is sent again after ten days. Ask the carrier first.")
        embedded = desk.post("functions/v1/embed-articles", desk.info.secret_key, {})
        assert (embedded.status_code, embedded.json()["stored"], embedded.json()["postponed"]) == (200, 0, 1)
        (job,) = desk.sql("select to_jsonb(j) as job from helpdesk_private.embedding_jobs as j")
        assert "no answer" in job["job"]["problem"]
        ticket = desk.new_ticket(description="My parcel is late. Is it sent again?")
        before = desk.state(ticket)
        found = desk.suggest(ticket, "reply")
        run = found["run"]
        assert (run["state"], run["mode"], run["reason"]) == ("fallback", "passages", "model_unreachable"), run
        assert f"{host} cannot be reached: the connection was refused" in run["problem"]
        assert found["proposal"]["citations"][0]["quote"] == "A late parcel is sent again after ten days."
        assert "canary" not in str([found, job])
        assert desk.state(ticket) == before
