"""What the doctor says of the assistant: switch, model, budget, vectors, gaps."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from tests.cli.conftest import People

from helpdesk_cli._connect import assistant_check
from helpdesk_sdk import AssistantSettings, EmbeddingProgress, Run


def _findings(done: Any) -> dict[str, tuple[bool | None, str]]:
    return {one["check"]: (one["ok"], f"{one['message']} {one['fix'] or ''}") for one in done.json["findings"]}


def _run(mode: str | None, reason: str | None = None, seconds: float = 5, **more: Any) -> Run:
    at = datetime.now(UTC) - timedelta(seconds=seconds)
    row = {"run_id": uuid4(), "kind": "reply", "ticket_id": uuid4(), "state": "done", "mode": mode, "reason": reason}
    return Run.model_validate({**row, "created_at": at, "finished_at": at, **more})


def _settings(**more: Any) -> AssistantSettings:
    row = {"is_enabled": True, "triage_new_tickets": False, "notes_in_context": False, "proposal_hours": 24}
    return AssistantSettings.model_validate({**row, "internal_articles_in_context": False, **more})


def test_staff_see_it_and_customers_do_not(people: People) -> None:
    admin = _findings(people.admin("doctor", "--json"))
    assert admin["assistant"] == (True, "switched on ")
    assert "of 2,000,000 tokens used today (UTC)" in admin["token budget"][1]
    assert admin["vectors"][0] is True
    assert "token budget" in _findings(people.system("doctor", "--json"))
    agent = _findings(people.agent("doctor", "--json"))
    assert {"assistant", "language model", "vectors", "knowledge gaps"} <= agent.keys()
    assert "token budget" not in agent
    assert not {"assistant", "vectors"} & _findings(people.customer("doctor", "--json")).keys()


def test_a_switched_off_assistant_is_a_warning(people: People) -> None:
    people.admin("assistant", "settings", "set", "--disabled")
    try:
        ok, text = _findings(people.agent("doctor", "--json"))["assistant"]
    finally:
        people.admin("assistant", "settings", "set", "--enabled")
    assert (ok, "--enabled" in text) == (None, True)


_M, _P = "model", "passages"


@pytest.mark.parametrize(
    ("runs", "ok", "said"),
    [
        ([], True, "not asked yet"),
        ([("neighbours", None)], True, "not asked yet"),
        ([(_M, None), (None, "model_timeout")], True, "m-1 answered 1h ago"),
        ([(_P, "no_model")], True, "none was configured 1h ago"),
        ([(_P, "model_key_refused")], None, "model_key_refused 1h ago (It said so)"),
        ([(_P, "model_timeout")] * 9, None, "model_timeout 1h ago"),
    ],
)
def test_the_newest_run_tells_of_the_endpoint(runs: list[tuple[str, str]], ok: bool | None, said: str) -> None:
    made = [_run(mode, reason, 3700, chat_model="m-1", problem="It said so.") for mode, reason in runs]
    found = assistant_check._model(_settings(), made)
    assert found[0] is ok
    assert said in found[1]
    assert "left alone" not in found[1]
    assert (found[2] is None) is (ok is True and "configured" not in said)


@pytest.mark.parametrize(("count", "rests"), [(4, False), (5, True)])
def test_five_failures_within_a_minute_rest_an_endpoint(count: int, rests: bool) -> None:
    said = assistant_check._model(_settings(), [_run(_P, "model_unreachable")] * count)[1]
    assert ("5 failures within a minute: the endpoint is left alone" in said) is rests


def test_what_is_known_of_endpoints_is_shown() -> None:
    known = {"https://x.test/v1 m-1": {"rung": "json_object"}, "odd": None}
    said = assistant_check._model(_settings(capability=known, chat_model="m-1"), [])[1]
    assert said == "not asked yet; the setting asks for m-1; https://x.test/v1 m-1 takes json_object; odd takes unknown"


@pytest.mark.parametrize(
    ("limit", "used", "reserved", "ok", "said"),
    [
        (1000, 800, 0, True, "800 of 1,000 tokens used today (UTC)"),
        (1000, 700, 101, None, "700 of 1,000 tokens used today (UTC), 101 reserved"),
        (None, 5, 0, True, "5 tokens used today (UTC); no limit"),
    ],
)
def test_a_budget_that_ends_is_a_warning(
    limit: int | None, used: int, reserved: int, ok: bool | None, said: str
) -> None:
    assert assistant_check._budget(limit, used, reserved)[:2] == (ok, said)


def test_vectors_say_the_model_and_a_switch() -> None:
    old = EmbeddingProgress(model="old", is_active=True, chunks=1000, embedded=1000, waiting=0, dead=0)
    new = EmbeddingProgress(model="new", chunks=1000, embedded=10, waiting=989, dead=1, problem="too long")
    assert assistant_check._vectors([old])[:2] == (True, "old: 1,000 of 1,000 passages")
    ok, said, fix = assistant_check._vectors([old, new])
    assert (ok, fix) == (None, "Try them again: helpdesk kb embed --model new")
    assert said == (
        "old: 1,000 of 1,000 passages; a switch to new is in progress: 10 of 1,000; 1 texts failed too often (too long)"
    )
    nothing = EmbeddingProgress(chunks=3, embedded=0, waiting=3, dead=0)
    assert "3 passages are found by their words" in assistant_check._vectors([nothing])[1]
