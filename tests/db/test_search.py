"""Search: who finds which tickets, and who may not ask what."""

from __future__ import annotations

import pytest
from tests.db.people import (
    ADMIN,
    AGENT,
    ANONYMOUS,
    CUSTOMER,
    GONE,
    NOBODY,
    OTHER,
    SERVICE,
    STRANGER,
    Db,
    Person,
    as_person,
    be,
    denied,
    refused,
    value,
)
from tests.db.searching import found, names, search
from tests.db.world import World

EVERYBODY_FINDS: list[tuple[str, dict[Person, set[str]]]] = [
    (
        "ticket",
        {
            CUSTOMER: {"mine", "answered", "closed"},
            OTHER: {"theirs", "lent"},
            AGENT: {"mine", "answered", "closed", "lent"},
            STRANGER: {"theirs", "lent", "gones", "agents"},
            ADMIN: {"mine", "answered", "closed", "theirs", "lent", "gones", "agents"},
            SERVICE: {"mine", "answered", "closed", "theirs", "lent", "gones", "agents"},
        },
    ),
    # What a message says.
    ("where", {CUSTOMER: {"answered"}, OTHER: set(), AGENT: {"answered"}, STRANGER: set(), ADMIN: {"answered"}}),
    # What a note says, and words of which some are in notes.
    (
        '"between us"',
        {
            CUSTOMER: set(),
            OTHER: set(),
            AGENT: {"answered", "lent"},
            STRANGER: {"theirs", "lent", "agents"},
            ADMIN: {"answered", "lent", "theirs", "agents"},
        },
    ),
    ("between answered", {CUSTOMER: set(), AGENT: {"answered"}, STRANGER: set(), ADMIN: {"answered"}}),
    ("answered -between", {CUSTOMER: {"answered"}, AGENT: set(), ADMIN: set()}),
    ("ticket -between", {AGENT: {"mine", "closed"}, CUSTOMER: {"mine", "answered", "closed"}}),
    ("-between", {CUSTOMER: {"mine", "answered", "closed"}, AGENT: {"mine", "closed"}, OTHER: {"theirs", "lent"}}),
    # Conditions, with words and without.
    ("status:closed", {CUSTOMER: {"closed"}, AGENT: {"closed"}, STRANGER: set(), OTHER: set()}),
    ("ticket status:closed", {CUSTOMER: {"closed"}, AGENT: {"closed"}, STRANGER: set()}),
    ("assignee:me", {AGENT: {"answered", "lent"}, STRANGER: set(), CUSTOMER: set()}),
    ("assignee:me words", {AGENT: {"answered", "lent"}, STRANGER: set()}),
    (
        "is:unassigned",
        {AGENT: {"mine", "closed"}, CUSTOMER: {"mine", "closed"}, STRANGER: {"theirs", "gones", "agents"}},
    ),
    ("team:my_teams", {AGENT: {"mine", "answered", "closed"}, STRANGER: {"theirs", "lent", "gones", "agents"}}),
    ("team:vault", {AGENT: {"lent"}, STRANGER: {"theirs", "lent", "gones", "agents"}}),
    ("requester:other@example.com", {AGENT: {"lent"}, STRANGER: {"theirs", "lent"}, ADMIN: {"theirs", "lent"}}),
    ("tag:tag-lent", {AGENT: {"lent"}, STRANGER: {"lent"}, ADMIN: {"lent"}}),
    ("tag:tag-lent words", {AGENT: {"lent"}, STRANGER: {"lent"}, ADMIN: {"lent"}}),
    ("-tag:tag-lent", {AGENT: {"mine", "answered", "closed"}}),
    ("tag:none", {ADMIN: set()}),
    ("has:note", {AGENT: {"answered", "lent"}, STRANGER: {"lent", "theirs", "agents"}}),
    ("-has:note words", {AGENT: {"mine", "closed"}}),
    ("where OR status:closed", {CUSTOMER: {"answered", "closed"}, AGENT: {"answered", "closed"}, OTHER: set()}),
    ("between OR status:closed", {CUSTOMER: {"closed"}, AGENT: {"answered", "lent", "closed"}}),
    ("priority>=high", {ADMIN: set()}),
    ("priority<high created:1h", {CUSTOMER: {"mine", "answered", "closed"}}),
    ("created<1h", {ADMIN: set()}),
    ("resolved:none", {CUSTOMER: {"mine", "answered", "closed"}}),
    ("closed>1h", {CUSTOMER: {"closed"}}),
    ("-closed:none", {CUSTOMER: {"closed"}}),
    ("-is:snoozed channel:api", {CUSTOMER: {"mine", "answered", "closed"}}),
    ("is:snoozed", {CUSTOMER: set()}),
    (
        "has:attachment",
        {
            CUSTOMER: {"answered"},
            OTHER: {"theirs"},
            AGENT: {"answered", "lent"},
            STRANGER: {"theirs", "lent", "agents"},
        },
    ),
    ("assignee:none", {AGENT: {"mine", "closed"}, CUSTOMER: {"mine", "closed"}}),
    ("assignee:none OR assignee:me", {AGENT: {"mine", "closed", "answered", "lent"}}),
    ("-assignee:none", {AGENT: {"answered", "lent"}, CUSTOMER: {"answered"}}),
    ("assignee:*", {AGENT: {"answered", "lent"}}),
    ("requester:me", {AGENT: set(), CUSTOMER: {"mine", "answered", "closed"}}),
    ("title:mine", {CUSTOMER: {"mine"}, OTHER: set()}),
    ("title:words", {CUSTOMER: set(), ADMIN: set()}),
    ("description:words title:theirs", {OTHER: {"theirs"}, ADMIN: {"theirs"}, CUSTOMER: set()}),
    ("", {CUSTOMER: {"mine", "answered", "closed"}, AGENT: {"mine", "answered", "closed", "lent"}}),
]


@pytest.mark.parametrize(("query", "expected"), EVERYBODY_FINDS, ids=[query for query, _ in EVERYBODY_FINDS])
def test_who_finds_what(db: Db, world: World, query: str, expected: dict[Person, set[str]]) -> None:
    for person, tickets in expected.items():
        with as_person(db, person):
            assert found(db, world, query) == tickets, person
            listed = value(db, "select helpdesk.query_tickets(query => %s)", query)["tickets"]
            assert names(world, listed) == tickets, person
            count = value(db, "select helpdesk.count_tickets(query => %s)", query)
            assert count == {"count": len(tickets), "more": False}, person


def test_staff_search_their_own_requests_as_customers_do(db: Db, world: World) -> None:
    with as_person(db, AGENT):
        assert found(db, world, "ticket", mine=True) == {"agents"}
        assert found(db, world, "between", mine=True) == set()
        with refused("forbidden", "query: tag is for staff only"):
            search(db, "tag:tag-agents", mine=True)


@pytest.mark.parametrize(
    ("person", "reason"), [(NOBODY, "no_profile"), (GONE, "inactive_user"), (ANONYMOUS, None)], ids=str
)
@pytest.mark.parametrize("function", ["search_tickets", "query_tickets", "count_tickets"])
def test_who_is_refused(db: Db, person: Person, reason: str | None, function: str) -> None:
    with denied() if reason is None else refused(reason), as_person(db, person):
        db.execute(f"select helpdesk.{function}(query => 'ticket')".encode())


def test_an_assistant_is_refused(db: Db, world: World) -> None:
    with be(db, SERVICE):
        db.execute("select helpdesk.set_user_role(%s, 'assistant')", (world["other"],))
    with refused("forbidden"), as_person(db, OTHER):
        search(db, "ticket")


@pytest.mark.parametrize(
    ("query", "reason", "message"),
    [
        ("tag:vip", "forbidden", "query: tag is for staff only"),
        ("-tag:none", "forbidden", "query: tag is for staff only"),
        ("has:note", "forbidden", "query: has is for staff only"),
        ("a OR has:note", "forbidden", "query: has is for staff only"),
        ("from:other@example.com", "forbidden", "query: requester: staff search by address"),
        ("assignee:agent@example.com", "forbidden", "query: assignee: staff search by address"),
        ("team:vault", "invalid_value", "query: team at position 1: there is no such team: vault"),
        ("team:nowhere", "invalid_value", "query: team at position 1: there is no such team: nowhere"),
        ("team:my_teams", "invalid_value", "query: team at position 1: only staff have teams"),
    ],
)
def test_what_a_customer_may_not_ask(db: Db, query: str, reason: str, message: str) -> None:
    with refused(reason, message), as_person(db, CUSTOMER):
        search(db, query)


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("refund team:nowhere", "query: team at position 8: there is no such team: nowhere"),
        ("from:nobody@nowhere.example", "query: requester at position 1: there is nobody with the address"),
        ("fields.colour:red", "query: fields.colour at position 1: there is no such custom field"),
    ],
)
def test_names_that_do_not_exist_are_named(db: Db, query: str, message: str) -> None:
    with refused("invalid_value", message), as_person(db, ADMIN):
        search(db, query)
    with refused("invalid_value", "me is nobody"), as_person(db, SERVICE):
        search(db, "assignee:me")
