"""The report about the assistant: figures of runs and proposals, by group."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from tests.sdk.support import Scenario, both
from tests.sdk.world import World

from helpdesk_sdk import ForbiddenError, InvalidValueError


@both
def test_a_report_counts_what_was_asked_and_decided(world: World) -> Scenario:
    slug = f"s{uuid4().hex}"
    yield world.agent.knowledge.save(slug, f"The {slug}", f"You find the {slug} in the second drawer on the left.")
    yield world.admin.knowledge.publish(slug)
    begun = datetime.now(UTC)
    ticket = yield world.customer.tickets.create(f"Where is the {slug}?", team="Billing")
    found = yield world.agent.assistant.suggest(ticket)
    yield world.agent.assistant.accept(found.proposal)
    (row,) = yield world.agent.assistant.report(since=begun)
    assert (row.runs, row.answered, row.without_model, row.decided, row.unchanged) == (1, 1, 1, 1, 1)
    assert (row.acceptance, row.precision, row.distance, row.tokens_in, row.cost) == (1, 1, 0, 0, 0)
    assert (row.period, row.kind, row.team_id, row.chat_model) == (None, None, None, None)
    (row,) = yield world.admin.assistant.report(since=begun, by=["kind", "mode", "team", "day"])
    assert (row.kind, row.mode, row.team_id) == ("reply", "passages", ticket.team_id)
    assert abs((datetime.now(UTC).date() - row.period).days) <= 1
    assert not (yield world.outsider.assistant.report(since=begun))
    assert not (yield world.admin.assistant.report(since=begun - timedelta(days=9), until=begun - timedelta(days=8)))


@both
def test_wrong_groups_and_people_are_refused(world: World) -> Scenario:
    with pytest.raises(InvalidValueError, match="by must be"):
        yield world.admin.assistant.report(by="person")
    with pytest.raises(InvalidValueError, match="at most one of"):
        yield world.admin.assistant.report(by=["day", "week"])
    with pytest.raises(InvalidValueError, match="since must carry a time zone"):
        yield world.admin.assistant.report(since=datetime(2026, 1, 1))
    with pytest.raises(ForbiddenError):
        yield world.customer.assistant.report()
