"""`helpdesk fields`, and custom fields of tickets at the command line."""

from __future__ import annotations

import re
from collections.abc import Iterator
from uuid import uuid4

import pytest
from tests.cli.conftest import TEAM, People


@pytest.fixture
def key(people: People) -> Iterator[str]:
    """A field of this test's own, a choice of two."""
    name = f"f{uuid4().hex[:12]}"
    people.admin("fields", "create", name, "--type", "select", "--option", "s=Small", "--option", "l")
    yield name
    people.admin("fields", "retire", name)


def test_the_life_of_a_field(people: People) -> None:
    key = f"f{uuid4().hex[:12]}"
    options = ("--option", "s=Small", "--option", "l")
    create = ("fields", "create", key, "--type", "select", *options, "--team", TEAM, "--required-for", "resolve")
    made = people.admin(*create, "--json").json
    assert (made["key"], made["type"], made["for_all_teams"], made["required_for"]) == (key, "select", False, "resolve")
    assert [(one["value"], one["label"]) for one in made["options"]] == [("s", "Small"), ("l", "l")]
    assert people.admin(*create, "--json").json == made
    assert people.admin("fields", "create", key, "--type", "text", code=4).err
    assert re.search(rf"teams +{TEAM}\n", people.agent("fields", "show", key).out)
    update = ("--label", "Size", "--customer-label", "Your size", "--all-teams", "--required-for", "none")
    changed = people.admin("fields", "update", key, *update, "--json").json
    assert (changed["label"], changed["customer_label"], changed["for_all_teams"]) == ("Size", "Your size", True)
    assert people.admin("fields", "update", key, "--customer-label", "", "--json").json["customer_label"] is None
    assert people.admin("fields", "options", "add", key, "xl", "--label", "Huge").out
    assert people.admin("fields", "options", "add", key, "xl", "--label", "Other", code=4).err
    assert people.admin("fields", "options", "update", key, "xl", "--label", "XL", "--position", "1").out
    retired = people.admin("fields", "options", "retire", key, "l", "--json").json
    assert [(one["value"], one["label"], bool(one["retired_at"])) for one in retired["options"]] == [
        ("xl", "XL", False),
        ("s", "Small", False),
        ("l", "l", True),
    ]
    shown = people.agent("fields", "show", key).out
    assert "l (retired)" in shown
    assert people.admin("fields", "options", "restore", key, "l").out
    assert people.admin("fields", "retire", key).out == f"The field {key} takes no new values from now on.\n"
    assert key not in people.agent("fields", "list").out
    assert key in people.agent("fields", "list", "--retired").out
    assert people.admin("fields", "restore", key, "--json").json["retired_at"] is None
    people.admin("fields", "retire", key)


def test_who_may_not(people: People) -> None:
    assert people.agent("fields", "create", "x", "--type", "text", code=5).err
    assert people.agent("fields", "retire", "plan", code=5).err
    assert people.customer("fields", "show", "vip", code=3).err
    assert "vip" not in {one["key"] for one in people.customer("fields", "list", "--json").json}
    assert "vip" in {one["key"] for one in people.agent("fields", "list", "--json").json}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("create", "Bad Key", "--type", "text"), "key must be"),
        (("create", "bad", "--type", "select"), "needs at least one"),
        (("create", "bad", "--type", "text", "--option", "a"), "has none"),
        (("create", "bad", "--type", "float"), "Invalid value"),
        (("create", "bad", "--type", "text", "--label", " "), "label must be"),
        (("update", "plan"), "Name at least one value"),
        (("update", "plan", "--team", TEAM, "--all-teams"), "alternatives"),
        (("update", "plan", "--audience", "staff_only"), "never becomes staff_only"),
        (("options", "add", "seats", "1"), "has none"),
        (("options", "update", "plan", "pro"), "Name at least one value"),
    ],
)
def test_bad_input_is_named(people: People, arguments: tuple[str, ...], message: str) -> None:
    assert message in people.admin("fields", *arguments, code=2).err


def test_values_are_read_by_type_and_shown_with_labels(people: People, key: str) -> None:
    values = {
        "seats": "5",
        "amount": "12.50",
        "vip": "yes",
        "plan": "Professional",
        "langs": "en,de",
        "order_no": "K=1",
    }
    given = [part for name, value in values.items() for part in ("--field", f"{name}={value}")]
    made = people.agent("tickets", "create", "Fields", "--team", TEAM, *given, "--field", f"{key}=Small", "--json").json
    assert made["custom_fields"] == {
        "seats": 5,
        "amount": "12.5",
        "plan": "pro",
        "langs": ["de", "en"],
        "order_no": "K=1",
        key: "s",
    }
    shown = people.agent("tickets", "show", made["number"], "--json").json
    assert shown["staff_fields"] == {"vip": True}
    out = people.agent("tickets", "show", made["number"]).out
    lines = {line.strip().partition("  ")[0]: line.strip().partition("  ")[2].strip() for line in out.splitlines()}
    assert (lines["Plan"], lines["VIP (staff only)"], lines["Languages"]) == ("Professional", "yes", "de, en")
    update = ("--field", "seats=", "--field", "vip=no", "--field", f"{key}=l")
    people.agent("tickets", "update", made["number"], *update)
    out = people.agent("tickets", "show", made["number"]).out
    assert "Seats" not in out
    assert "vip: True → False" in out
    assert f"{key}: s → l" in out
    assert "seats changed" in out
    filters = ("--field", f"{key}=l", "--field", f"{key}= \uff33MALL", "--field", "plan=pro")
    assert [one["number"] for one in people.agent("tickets", "list", *filters, "--json").json] == [made["number"]]
    ordered = people.agent("tickets", "list", "--order", f"-fields.{key}", "--json").json
    assert [one["number"] for one in ordered] == [made["number"]]
    assert people.agent("tickets", "list", "--field", "nothing=1", code=3).err
    assert "must be a whole number" in people.agent("tickets", "list", "--field", "seats=+-5", code=2).err
    assert "--order" in people.agent("tickets", "list", "--order", "seats", code=2).err
    refused = people.agent("tickets", "update", made["number"], "--field", f"{key}=xxl", "--json", code=2).error
    assert f"custom_fields.{key}" in refused["message"]
    assert "The options: s, l" in refused["hint"]


def test_a_customer_sets_what_is_theirs(people: People) -> None:
    made = people.customer("tickets", "create", "Mine", "--team", TEAM, "--field", "order_no=K-7", "--json").json
    assert made["custom_fields"] == {"order_no": "K-7"}
    assert people.customer("tickets", "update", made["number"], "--field", "seats=1", code=5).err
    assert people.customer("tickets", "update", made["number"], "--field", "vip=yes", code=3).err
    assert people.customer("tickets", "list", "--field", "order_no=K-7", "--json").json
