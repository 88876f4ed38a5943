"""Custom fields on a real stack: definitions, values on tickets, and what is required."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

import pytest
from tests.sdk.support import Scenario, both
from tests.sdk.world import World

from helpdesk_sdk import (
    LATEST,
    CustomField,
    FieldExistsError,
    FieldNotFoundError,
    FieldRequiredError,
    FieldRetiredError,
    ForbiddenError,
    HelpdeskError,
    InvalidValueError,
    NotFoundError,
    OptionExistsError,
    StaleRevisionError,
    TeamNotFoundError,
    new_id,
)


class Plan(StrEnum):
    FREE = "free"
    PRO = "pro"


def fresh_key() -> str:
    return f"f{new_id().hex[-20:]}"


@both
def test_the_life_of_a_field(world: World) -> Scenario:
    fields, key = world.admin.fields, fresh_key()
    options = {"s": "Small", "l": "Large"}
    made = yield fields.create(key, "select", " Size ", options=options, help_text="Of the box.", teams=["Billing"])
    assert (made.key, made.type, made.label, made.audience) == (key, "select", "Size", "customer_visible")
    assert [(option.value, option.label) for option in made.options] == [("s", "Small"), ("l", "Large")]
    assert (made.for_all_teams, len(made.team_ids)) == (False, 1)
    again = yield fields.create(key, "select", "Size", options=options, help_text="Of the box.", teams=["Billing"])
    assert again == made
    with pytest.raises(FieldExistsError):
        yield fields.create(key, "select", "Other", options=options)
    changed = yield fields.update(made, label="Sizes", customer_label="Your size", required_for="resolve", position=7)
    assert (changed.label, changed.customer_label, changed.required_for, changed.position) == (
        *("Sizes", "Your size", "resolve"),
        7,
    )
    assert (yield fields.update(key, customer_label=None)).customer_label is None
    assert (yield fields.set_teams(key, None)).for_all_teams
    grown = yield fields.add_option(key, "xl", "Huge", position=1)
    assert [option.value for option in grown.options] == ["xl", "s", "l"]
    assert (yield fields.add_option(key, "xl", "Huge")) == grown
    with pytest.raises(OptionExistsError):
        yield fields.add_option(key, "xl", "Enormous")
    assert (yield fields.update_option(key, "xl", label="XL")).options[0].label == "XL"
    assert (yield fields.retire_option(key, "xl")).options[0].retired_at is not None
    assert (yield fields.restore_option(key, "xl")).options[0].retired_at is None
    assert (yield fields.retire(key)).retired_at is not None
    assert key not in {field.key for field in (yield fields.list())}
    assert key in {field.key for field in (yield fields.list(include_retired=True))}
    assert (yield fields.restore(key)).retired_at is None
    yield fields.retire(key)


@both
def test_only_admins_change_fields_and_a_field_of_staff_is_absent_for_customers(world: World) -> Scenario:
    for hd in (world.customer, world.agent):
        with pytest.raises(ForbiddenError):
            yield hd.fields.create(fresh_key(), "text", "X")
        with pytest.raises(ForbiddenError):
            yield hd.fields.update("plan", label="X")
        with pytest.raises(ForbiddenError):
            yield hd.fields.retire_option("plan", "pro")
        with pytest.raises(ForbiddenError):
            yield hd.fields.add_option("plan", "x")
        with pytest.raises(ForbiddenError):
            yield hd.fields.set_teams("plan", None)
    seen = {field.key for field in (yield world.customer.fields.list())}
    assert {"plan", "seats"} <= seen
    assert not {"risk", "vip"} & seen
    for key in ("risk", "nothing"):
        with pytest.raises(FieldNotFoundError):
            yield world.customer.fields.get(key)
    assert (yield world.agent.fields.get("risk")).audience == "staff_only"
    with pytest.raises(NotFoundError):
        yield world.admin.fields.retire_option("plan", "huge")
    with pytest.raises(TeamNotFoundError):
        yield world.admin.fields.set_teams("plan", ["Nowhere"])


@both
def test_values_of_every_type_come_back_and_one_can_be_changed_alone(world: World) -> Scenario:
    values = {
        "plan": Plan.PRO,
        "langs": {"fr", "de"},
        "order_no": "  K-1 ",
        "story": "Once\nupon",
        "seats": 5,
        "amount": Decimal("12.50"),
        "due": date(2026, 12, 24),
        "vip": True,
        "risk": "high",
    }
    ticket = yield world.agent.tickets.create("Values", team="Billing", custom_fields=values)
    public = {
        "plan": "pro",
        "langs": ["de", "fr"],
        "order_no": "K-1",
        "story": "Once\nupon",
        "seats": 5,
        "amount": "12.5",
        "due": "2026-12-24",
    }
    found = yield world.agent.tickets.get(ticket)
    assert (found.custom_fields, found.staff_fields) == (public, {"vip": True, "risk": "high"})
    changed = yield world.agent.tickets.update(found, custom_fields={"plan": "free", "risk": None, "seats": 6})
    assert changed.revision == found.revision + 1
    assert changed.custom_fields == {**public, "plan": "free", "seats": 6}
    assert (yield world.agent.tickets.get(ticket)).staff_fields == {"vip": True}
    # Two people who change different fields of what they both read: the second is told.
    with pytest.raises(StaleRevisionError):
        yield world.colleague.tickets.update(found, custom_fields={"seats": 7})
    same = yield world.agent.tickets.update(changed, custom_fields={"seats": 6, "vip": True})
    assert same.revision == changed.revision


@both
def test_a_requester_sets_what_is_theirs_and_never_sees_the_fields_of_staff(world: World) -> Scenario:
    cursor = yield world.customer.events.head()
    ticket = yield world.customer.tickets.create("Mine", team="Billing", custom_fields={"plan": "pro"})
    yield world.agent.tickets.update(ticket, custom_fields={"risk": "high", "seats": 3})
    seen = yield world.customer.tickets.get(ticket)
    assert (seen.custom_fields, seen.staff_fields) == ({"plan": "pro", "seats": 3}, {})
    assert (yield world.customer.tickets.update(seen, custom_fields={"plan": "free"})).custom_fields["plan"] == "free"
    for key, error in (("seats", ForbiddenError), ("risk", FieldNotFoundError), ("nothing", FieldNotFoundError)):
        with pytest.raises(error, match=f"custom_fields.{key}"):
            yield world.customer.tickets.update(seen, custom_fields={key: 1}, revision=LATEST)
        with pytest.raises(error, match=f"custom_fields.{key}"):
            yield world.customer.tickets.create("More", custom_fields={key: 1})
    assert seen.number in {one.number for one in (yield world.customer.tickets.list(fields={"plan": "free"}))}
    with pytest.raises(FieldNotFoundError):
        yield world.customer.tickets.list(fields={"risk": "high"})
    events = [event for event in (yield world.customer.events.since(cursor)) if event.ticket_id == ticket.ticket_id]
    assert "staff_fields" not in str([event.data for event in events])
    assert [event.data["changes"] for event in events if event.type == "ticket.updated"] == [
        {"custom_fields": [{"seats": None}, {"seats": None}]},
        {"custom_fields": [{"plan": "pro"}, {"plan": "free"}]},
    ]


BAD: list[tuple[str, Any]] = [
    *(("seats", value) for value in ("5", 1.5, 2**53, True, [1], {"a": 1})),
    *(("amount", value) for value in ("1,5", "1e3", Decimal("0.0000001"), 10**12, True)),
    *(("due", value) for value in ("2026-02-30", "24.12.2026", "2026-1-1", 20261224)),
    *(("vip", value) for value in ("true", 1, "yes")),
    *(("plan", value) for value in ("prro", "Pro", ["pro"], 1)),
    *(("langs", value) for value in ("de", ["de", "xx"], [1], {"de": 1})),
    *(("order_no", value) for value in (5, "x" * 501)),
    ("story", "x" * 10_001),
]


@pytest.mark.parametrize(("key", "value"), BAD, ids=str)
@both
def test_a_bad_value_is_refused_by_the_name_of_its_field(world: World, key: str, value: object) -> Scenario:
    with pytest.raises(InvalidValueError, match=f"custom_fields.{key}"):
        yield world.agent.tickets.create("Bad", team="Billing", custom_fields={"plan": "pro", key: value})


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("due", datetime(2026, 1, 1)),
        ("amount", Decimal("NaN")),
        ("amount", Decimal("1E999999999")),
        ("amount", Decimal("0E-999999999")),
        ("amount", float("nan")),
        ("plan", b"pro"),
    ],
    ids=str,
)
@both
def test_what_no_field_can_hold_fails_before_the_request(hd: Any, key: str, value: object) -> Scenario:
    with pytest.raises(InvalidValueError, match=f"custom_fields.{key}") as caught:
        yield hd.tickets.create("Bad", custom_fields={key: value})
    assert caught.value.status is None


@both
def test_what_is_required_is_named(world: World) -> Scenario:
    key = fresh_key()
    yield world.admin.fields.create(key, "text", "Cause", required_for="resolve", teams=["Billing"])
    try:
        ticket = yield world.agent.tickets.create("Required", team="Billing")
        with pytest.raises(FieldRequiredError, match=key):
            yield world.agent.tickets.resolve(ticket)
        assert (yield world.agent.tickets.get(ticket)).status == "open"
        done = yield world.agent.tickets.update(ticket, status="resolved", custom_fields={key: "Cable"})
        assert (done.status, done.revision) == ("resolved", 2)
        with pytest.raises(FieldRequiredError, match=key):
            yield world.agent.tickets.update(done, custom_fields={key: ""})
        # Another team does not have it.
        other = yield world.outsider.tickets.create("Free", team="Tech")
        assert (yield world.outsider.tickets.resolve(other)).status == "resolved"
        with pytest.raises(InvalidValueError, match=f"custom_fields.{key}"):
            yield world.outsider.tickets.update(other, custom_fields={key: "Cable"}, revision=LATEST)
    finally:
        yield world.admin.fields.retire(key)


@both
def test_a_field_that_is_retired_while_a_form_is_open(world: World) -> Scenario:
    field: CustomField = yield world.admin.fields.create(fresh_key(), "select", "Gone", options=["a", "b"])
    ticket = yield world.agent.tickets.create("Form", team="Billing", custom_fields={field.key: "a"})
    yield world.admin.fields.retire_option(field, "b")
    with pytest.raises(InvalidValueError, match=f"custom_fields.{field.key}: the option is retired"):
        yield world.agent.tickets.update(ticket, custom_fields={field.key: "b"})
    yield world.admin.fields.retire(field)
    with pytest.raises(FieldRetiredError, match=f"custom_fields.{field.key}"):
        yield world.agent.tickets.update(ticket, title="Lost?", custom_fields={field.key: "b", "seats": 1})
    now = yield world.agent.tickets.get(ticket)
    assert (now.title, now.revision, now.custom_fields) == ("Form", 1, {field.key: "a"})
    # The old value blocks nothing, is found, and can be taken away.
    now = yield world.agent.tickets.update(now, title="Form 2", custom_fields={field.key: "a", "seats": 1})
    assert [one.number for one in (yield world.agent.tickets.list(fields={field.key: "a"}))] == [ticket.number]
    assert (yield world.agent.tickets.update(now, custom_fields={field.key: None})).custom_fields == {"seats": 1}


@both
def test_an_import_may_carry_what_is_retired(world: World) -> Scenario:
    field: CustomField = yield world.admin.fields.create(fresh_key(), "select", "Old", options=["a"])
    yield world.system.fields.add_option(field, "former", retired=True)
    who = (yield world.customer.users.me()).user_id

    def create(channel: str) -> Any:
        values = {field.key: "former"}
        return world.system.tickets.create("Old", requester=who, channel=channel, custom_fields=values)

    with pytest.raises(InvalidValueError):
        yield create("api")
    assert (yield create("import")).custom_fields == {field.key: "former"}
    yield world.admin.fields.retire(field)
    with pytest.raises(HelpdeskError):
        yield create("email")
    assert (yield create("import")).custom_fields == {field.key: "former"}
