"""Fifty requests of agents at once: the budget holds, one question is asked once, a bad endpoint delays nobody."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from tests.functions.desk import Desk

from helpdesk_sdk.testing import ScriptedProvider

REQUESTS = 50
AGENTS = 10


@pytest.fixture(scope="module")
def agents(assistant_desk: Desk) -> list[str]:
    """The tokens of agents of the default team."""
    with ThreadPoolExecutor(4) as pool:
        tokens = list(pool.map(lambda _: assistant_desk.sign_in("agent"), range(AGENTS)))
    return tokens * (REQUESTS // AGENTS)


def new_tickets(desk: Desk) -> list[str]:
    """A ticket for each request."""
    with ThreadPoolExecutor(4) as pool:
        return list(pool.map(lambda _: desk.new_ticket(), range(REQUESTS)))


def all_tickets(desk: Desk) -> list[dict[str, Any]]:
    """The tickets as they are."""
    return desk.sql("select to_jsonb(t) as ticket from helpdesk.tickets as t order by number")


def ask_all(desk: Desk, agents: list[str], tickets: list[str]) -> list[Any]:
    """What each agent receives for their ticket, all at the same time."""

    def ask(agent: str, ticket: str) -> Any:
        answer = desk.post("functions/v1/suggest-reply", agent, {"ticket_id": ticket, "kind": "summary"})
        assert answer.status_code == 200, answer.text
        return answer.json()

    with ThreadPoolExecutor(REQUESTS) as pool:
        return list(pool.map(ask, agents, tickets))


def usage(desk: Desk) -> dict[str, Any]:
    """What the project has used today."""
    query = "select reserved_tokens, used_tokens, calls from helpdesk.ai_usage where scope = 'project'"
    return (desk.sql(query) or [{"reserved_tokens": 0, "used_tokens": 0, "calls": 0}])[0]


@pytest.mark.night
def test_fifty_requests_share_one_run_and_one_call_for_the_same_question(
    desk: Desk, agents: list[str], provider: ScriptedProvider
) -> None:
    ticket = desk.new_ticket()
    before = usage(desk)
    found = ask_all(desk, agents, [ticket] * REQUESTS)
    assert provider.calls == 1
    assert {each["run"]["state"] for each in found} == {"done"}
    assert len({each["proposal"]["proposal_id"] for each in found}) == 1
    assert usage(desk)["calls"] == before["calls"] + 1


def test_fifty_requests_never_exceed_the_budget(desk: Desk, agents: list[str], provider: ScriptedProvider) -> None:
    tickets = new_tickets(desk)
    before = all_tickets(desk)
    used = usage(desk)
    # A call reserves the most that it can take, 5,000 tokens or more: a few of them fit at a time.
    limit = used["used_tokens"] + used["reserved_tokens"] + 20_000
    provider.delay = 0.5
    try:
        with desk.setting("daily_tokens_project", limit):
            found = ask_all(desk, agents, tickets)
    finally:
        provider.delay = 0
    after = usage(desk)
    assert (after["reserved_tokens"], after["used_tokens"] <= limit) == (0, True)
    assert after["calls"] - used["calls"] == provider.calls
    outcomes = [(each["run"]["state"], each["run"]["reason"]) for each in found]
    assert outcomes.count(("done", None)) == provider.calls
    assert outcomes.count(("fallback", "budget_exhausted")) == REQUESTS - provider.calls
    assert 0 < provider.calls < REQUESTS
    assert {each["proposal"]["mode"] for each in found} == {"model", "timeline"}
    assert all_tickets(desk) == before


@pytest.mark.parametrize("behaviour", ["server_error", "rate_limited", "cut"])
@pytest.mark.night
def test_fifty_requests_fall_back_in_time_when_the_endpoint_fails(
    desk: Desk, agents: list[str], provider: ScriptedProvider, behaviour: Any
) -> None:
    tickets = new_tickets(desk)
    before = all_tickets(desk)
    provider.always(behaviour)
    begun = time.monotonic()
    found = ask_all(desk, agents, tickets)
    assert time.monotonic() - begun < 25
    assert {each["run"]["state"] for each in found} == {"fallback"}
    assert {each["proposal"]["mode"] for each in found} == {"timeline"}
    assert all_tickets(desk) == before
    assert usage(desk)["reserved_tokens"] == 0


@pytest.mark.night
def test_fifty_classifications_end_in_time_when_the_endpoint_hangs(
    desk: Desk, agents: list[str], provider: ScriptedProvider
) -> None:
    """A classification waits for a model for twenty seconds at most."""
    tickets = new_tickets(desk)
    before = all_tickets(desk)
    provider.always("hang")

    def ask(agent: str, ticket: str) -> Any:
        answer = desk.post("functions/v1/triage-ticket", agent, {"ticket_id": ticket})
        assert answer.status_code == 200, answer.text
        return answer.json()["runs"][0]

    begun = time.monotonic()
    with ThreadPoolExecutor(REQUESTS) as pool:
        runs = list(pool.map(ask, agents, tickets))
    assert time.monotonic() - begun < 40
    assert {run["state"] for run in runs} == {"needs_human"}
    assert {run["reason"] for run in runs} <= {"model_timeout", "model_unreachable"}
    assert "model_timeout" in {run["reason"] for run in runs}
    assert all_tickets(desk) == before
    assert usage(desk)["reserved_tokens"] == 0
