"""What people of the load scenario do beside its shares: they sign in, ask the assistant, and follow their events."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from benchmarks.load import drive
from benchmarks.load.acts import Somebody, WithoutModelError, reason_of
from benchmarks.load.besides import OF_AGENTS_ONLY, PER_MINUTE, Besides
from benchmarks.load.model import SHARES, BoundsError, Load
from benchmarks.load.report import Run, as_text
from benchmarks.load.subscribers import Deliveries, Subscribers, delay

from helpdesk_sdk import AuthenticationError, Helpdesk
from helpdesk_sdk.local import Stack
from helpdesk_sdk.testing import Project

PASSWORD = "correct horse battery"


def test_rare_acts_are_no_shares_and_within_what_auth_permits() -> None:
    assert not set(PER_MINUTE) & set(SHARES)
    assert PER_MINUTE["sign in"] * 5 <= 30


def test_rare_acts_keep_to_their_rate_however_often_people_ask() -> None:
    besides, done = Besides(100.0, {"sign in": 6.0, "suggest": 12.0}), Counter[str | None]()
    for step in range(6000):
        done[besides.due(100.0 + step / 100, is_agent=step % 5 == 0)] += 1
    assert (done["sign in"], done["suggest"]) == (6, 12)


def test_a_pause_is_not_made_up_for() -> None:
    besides = Besides(0.0, {"sign in": 6.0})
    assert besides.due(4.9, is_agent=False) is None
    assert besides.due(600.0, is_agent=False) == "sign in"
    assert besides.due(600.0, is_agent=False) is None
    assert besides.due(609.9, is_agent=False) is None
    assert besides.due(610.0, is_agent=False) == "sign in"


def test_customers_ask_no_assistant() -> None:
    besides = Besides(0.0, dict.fromkeys(OF_AGENTS_ONLY, 60.0))
    assert besides.due(60.0, is_agent=False) is None
    assert besides.due(60.0, is_agent=True) in OF_AGENTS_ONLY


def somebody(hd: Helpdesk, *, is_agent: bool = True, email: str = "a@example.com") -> Somebody:
    return Somebody(hd, is_agent, random.Random(1), email, PASSWORD)


def test_who_has_seen_no_ticket_asks_nothing_about_one(helpdesk_project: Project) -> None:
    one = somebody(helpdesk_project.client("agent"))
    assert one.choose("suggest") == "team tickets"
    assert one.choose("sign in") == "sign in"


def test_who_was_slower_than_another_agent_has_not_failed(helpdesk_project: Project) -> None:
    ticket = helpdesk_project.client("customer").tickets.create("About a login", "It fails.")
    one = somebody(helpdesk_project.client("admin"))
    one.seen = [ticket.ticket_id]
    one.hd.tickets.close(ticket)
    one.do("reply")


def test_a_sign_in_goes_on_with_the_new_session(helpdesk_project: Project) -> None:
    hd = helpdesk_project.client("customer", email="ana@example.com", password=PASSWORD)
    one = somebody(hd, is_agent=False, email="ana@example.com")
    one.do("sign in")
    one.do("create")
    assert len(one.seen) == 1
    one.password = "wrong"
    with pytest.raises(AuthenticationError) as refused:
        one.do("sign in")
    assert reason_of(refused.value) == "AuthenticationError"


@pytest.fixture(scope="module")
def load_stack() -> Iterator[Stack]:
    """The stack of the scenario, with its scripted model."""
    with drive.stack_with_model() as running:
        yield running


def test_an_agent_of_the_scenario_is_answered_by_the_scripted_model(load_stack: Stack) -> None:
    agent, customer, *_ = drive.sign_in(load_stack, 2)
    assert (agent.is_agent, customer.is_agent) == (True, False)
    url, key = load_stack.info.api_url, load_stack.info.publishable_key
    with Helpdesk(url, key, access_token=customer.token) as hd:
        hd.tickets.create("About a login", "It fails.", team="Load 0")
    with Helpdesk(url, key, access_token=agent.token) as hd:
        one = somebody(hd)
        one.do("team tickets")
        one.do("suggest")
        one.do("suggest")
        with Helpdesk(url, load_stack.info.secret_key) as system:
            system.assistant.update_settings(is_enabled=False)
            with pytest.raises(Exception, match="switched off") as refused:
                one.do("suggest")
            system.assistant.update_settings(is_enabled=True)
        assert reason_of(refused.value) == "helpdesk.assistant_off"  # type: ignore[arg-type]


def test_an_answer_without_the_model_is_a_failure(helpdesk_project: Project) -> None:
    helpdesk_project.client("customer").tickets.create("About a login", "It fails.")
    one = somebody(helpdesk_project.client("admin"))
    one.do("team tickets")
    with pytest.raises(WithoutModelError) as missing:
        one.do("suggest")
    assert reason_of(missing.value) == "WithoutModelError"


def test_lost_and_doubled_events_are_counted_for_each_subscriber() -> None:
    found = Deliveries()
    found.count({1, 2, 3}, [1, 2, 3])
    assert (found.subscribers, found.lost, found.doubled) == (1, 0, 0)
    found.count({1, 2, 3, 4}, [1, 3, 3, 3])
    assert (found.subscribers, found.lost, found.doubled) == (2, 2, 2)
    found.delays = [float(number) for number in range(1, 101)]
    run = Run(Load(people=10, seconds=10), 10.0, deliveries=found)
    assert "events: 100 to 2 subscribers, p50 50.0, p95 95.0, p99 99.0 ms" in as_text(run, 2)
    assert "lost 2, doubled 2" in as_text(run, 2)


def test_a_delay_counts_from_the_change_and_is_never_negative() -> None:
    class Changed:
        created_at = datetime(2026, 1, 2, tzinfo=UTC)

    event: Any = Changed()
    at = event.created_at.timestamp()
    assert delay(event, at + 0.25) == pytest.approx(250)
    assert delay(event, at - 1) == 0


@pytest.mark.parametrize(("people", "subscribers"), [(10, -1), (10, 11), (200, 51)])
def test_subscribers_are_bounded(people: int, subscribers: int) -> None:
    with pytest.raises(BoundsError):
        Load(people=people, subscribers=subscribers).check("http://127.0.0.1:54321")


def test_subscribers_receive_each_event_once(load_stack: Stack) -> None:
    customer, other = (one for one in drive.sign_in(load_stack, 3) if not one.is_agent)
    url, key = load_stack.info.api_url, load_stack.info.publishable_key
    following = Subscribers(url, key, [customer.token, other.token])
    with following, Helpdesk(url, key, access_token=customer.token) as hd:
        for number in range(3):
            hd.tickets.create(f"Number {number}", "Under load.")
    found = following.deliveries
    assert (found.subscribers, found.lost, found.doubled, found.unpushed) == (2, 0, 0, 0)
    assert len(found.delays) >= 3
    assert 0 < found.quantiles()[2] < 10_000


def test_a_subscriber_that_is_refused_ends_the_run(load_stack: Stack) -> None:
    with (
        pytest.raises(AuthenticationError),
        Subscribers(load_stack.info.api_url, load_stack.info.publishable_key, ["no.token.this"]),
    ):
        pass


def test_nobody_needs_to_follow() -> None:
    with Subscribers("http://127.0.0.1:1", "sb_publishable_x", []) as following:
        pass
    assert following.deliveries == Deliveries()
