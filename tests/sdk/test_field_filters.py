"""Lists of tickets filtered and ordered by custom fields, on a real stack."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from tests.sdk.support import Scenario, both
from tests.sdk.test_fields import Plan
from tests.sdk.world import World

from helpdesk_sdk import (
    FieldNotFoundError,
    InvalidValueError,
    by_field,
    new_id,
)


@both
def test_lists_filtered_and_ordered_by_fields(world: World) -> Scenario:
    word, made = new_id().hex[:10], []
    for seats, plan, langs in ((3, "pro", ["de"]), (1, "free", ["de", "en"]), (2, "pro", ["en"]), (2, "pro", ["de"])):
        values = {"order_no": word, "seats": seats, "plan": plan, "langs": langs, "amount": Decimal(seats) / 4}
        made.append((yield world.agent.tickets.create("Sorted", team="Billing", custom_fields=values)).number)

    def numbers(**options: Any) -> Scenario:
        options["fields"] = {"order_no": word, **options.get("fields", {})}
        return [one.number for one in (yield world.agent.tickets.list(**options, page_size=2))]

    a, b, c, d = made
    assert (yield from numbers()) == [d, c, b, a]
    assert (yield from numbers(order="created_at")) == [a, b, c, d]
    assert (yield from numbers(fields={"plan": "pro"})) == [d, c, a]
    assert (yield from numbers(fields={"plan": ["pro", Plan.FREE], "seats": {1, 2}})) == [d, c, b]
    assert (yield from numbers(fields={"langs": "de", "amount": Decimal("0.50")})) == [d]
    assert (yield from numbers(fields={"langs": ["de", "en"]})) == [d, c, b, a]
    assert (yield from numbers(order="fields.seats")) == [b, c, d, a]
    assert (yield from numbers(order="-fields.seats")) == [a, d, c, b]
    assert (yield from numbers(order=by_field("amount", descending=True), fields={"plan": "pro"})) == [a, d, c]
    assert (yield from numbers(order="fields.plan", status="open")) == [b, a, c, d]
    yield world.agent.tickets.claim(c)
    assert (yield from numbers(assigned_to="me", fields={"plan": "pro"})) == [c]
    assert (yield from numbers(assigned_to="me", fields={"plan": "free"})) == []
    yield world.agent.tickets.tag(d, word)
    assert (yield from numbers(tag=word, fields={"plan": "pro"})) == [d]
    assert [one.number for one in (yield world.outsider.tickets.list(fields={"order_no": word}))] == []
    assert len((yield world.system.tickets.list(fields={"order_no": word, "plan": "pro"}))) == 3
    for wrong in ({"nothing": 1}, {"order_no": "a", "nothing": 1}):
        with pytest.raises(FieldNotFoundError):
            yield world.agent.tickets.list(fields=wrong)
    for order in ("fields.langs", "fields.story", "seats", "fields."):
        with pytest.raises((InvalidValueError, FieldNotFoundError)):
            yield world.agent.tickets.list(order=order)
    with pytest.raises(InvalidValueError):
        yield world.agent.tickets.list(order="fields.seats", assigned_to="me")


@pytest.mark.parametrize(
    "fields",
    [
        *([], {"plan": None}, {"plan": []}, {"plan": {"a": 1}}, {1: 2}, dict.fromkeys("abcdef", 1), {"x": "\0"}),
        *({"seats": float("inf")}, {"seats": float("nan")}, {"amount": Decimal("1E999999999")}),
    ],
)
@both
def test_a_filter_that_says_nothing_fails_before_the_request(hd: Any, fields: object) -> Scenario:
    with pytest.raises(InvalidValueError, match="fields"):
        yield hd.tickets.list(fields=fields)


ODD = ['say "hi"', "a,b", "(x)", "back\\slash", "{curly}", "100%", "a.b:c", "true", "null", "*", "é"]


@pytest.mark.parametrize("text", ODD)
@both
def test_odd_texts_are_found(world: World, text: str) -> Scenario:
    ticket = yield world.agent.tickets.create("Odd", team="Billing", custom_fields={"order_no": text, "seats": 44})
    for fields in ({"order_no": text}, {"order_no": [text, "nowhere"]}, {"seats": 44, "order_no": text}):
        assert ticket.number in {one.number for one in (yield world.agent.tickets.list(fields=fields))}
