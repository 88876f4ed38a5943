"""Tickets: opening them once, the status machine, what a customer may change, and that nobody overwrites anybody."""

from __future__ import annotations

from itertools import permutations
from typing import Any
from uuid import uuid4

import pytest
from tests.db.people import (
    ADMIN,
    AGENT,
    CUSTOMER,
    OTHER,
    SERVICE,
    STRANGER,
    Db,
    Person,
    as_person,
    be,
    denied,
    one,
    refused,
    value,
)
from tests.db.world import World, ticket

STATUSES = ("open", "pending", "resolved", "closed")
RANKS = {"urgent": 1, "high": 2, "medium": 3, "low": 4}
ACTING = {"customer": CUSTOMER, "agent": AGENT, "admin": ADMIN, "system": SERVICE}


def create(db: Db, **arguments: Any) -> dict[str, Any]:
    """Call create_ticket() with named arguments."""
    names = ", ".join(f"{name} => %s" for name in arguments)
    query = f"select * from helpdesk.create_ticket({names})".encode()
    row = db.execute(query, list(arguments.values())).fetchone()
    assert row
    return row


@pytest.mark.parametrize("role", ACTING)
def test_each_role_makes_exactly_the_transitions_of_the_table(db: Db, world: World, role: str) -> None:
    rows = db.execute("select from_status, to_status from helpdesk.status_transitions where role = %s", (role,))
    allowed = {(row["from_status"], row["to_status"]) for row in rows}
    assert allowed
    for old, new in permutations(STATUSES, 2):
        with db.transaction(force_rollback=True):
            db.execute("alter table helpdesk.tickets disable trigger guard_ticket_update")
            db.execute("update helpdesk.tickets set status = %s where ticket_id = %s", (old, world["mine"]))
            db.execute("alter table helpdesk.tickets enable trigger guard_ticket_update")
            move = "update helpdesk.tickets set status = %s where ticket_id = %s returning status"
            if (old, new) in allowed:
                with as_person(db, ACTING[role]):
                    assert value(db, move, new, world["mine"]) == new
            else:
                with refused("transition_not_allowed", old), as_person(db, ACTING[role]):
                    db.execute(move, (new, world["mine"]))


def test_the_table_of_transitions_is_the_rule(db: Db, world: World) -> None:
    move = "update helpdesk.tickets set status = 'resolved' where ticket_id = %s"
    with refused("transition_not_allowed"), as_person(db, CUSTOMER):
        db.execute(move, (world["mine"],))
    db.execute("insert into helpdesk.status_transitions values ('customer', 'open', 'resolved')")
    with as_person(db, CUSTOMER):
        db.execute(move, (world["mine"],))


def test_timestamps_of_a_status_are_the_databases(db: Db, world: World) -> None:
    move = "update helpdesk.tickets set status = %s where ticket_id = %s returning *"
    with as_person(db, AGENT):
        resolved = one(db, move, "resolved", world["mine"])
        assert resolved["resolved_at"] == resolved["updated_at"] or resolved["resolved_at"] is not None
        closed = one(db, move, "closed", world["mine"])
        assert (closed["closed_at"] is not None, closed["resolved_at"]) == (True, resolved["resolved_at"])
        opened = one(db, move, "open", world["mine"])
        assert (opened["closed_at"], opened["resolved_at"], opened["revision"]) == (None, None, 4)


def test_a_snooze_ends_when_the_ticket_leaves_pending(db: Db, world: World) -> None:
    with as_person(db, AGENT):
        db.execute(
            "update helpdesk.tickets set snoozed_until = '2100-01-01' where ticket_id = %s", (world["answered"],)
        )
        opened = one(
            db, "update helpdesk.tickets set status = 'open' where ticket_id = %s returning *", world["answered"]
        )
        assert opened["snoozed_until"] is None


def test_a_change_counts_the_revision_and_no_change_does_not(db: Db, world: World) -> None:
    with as_person(db, AGENT):
        before = ticket(db, world, "mine")
        db.execute(
            "update helpdesk.tickets set title = title, priority = priority where ticket_id = %s", (world["mine"],)
        )
        assert ticket(db, world, "mine") == before
        db.execute("update helpdesk.tickets set title = 'New' where ticket_id = %s", (world["mine"],))
        after = ticket(db, world, "mine")
    assert (after["revision"], after["updated_at"] > before["updated_at"]) == (before["revision"] + 1, True)


def test_the_rank_of_a_priority_follows_it(db: Db, world: World) -> None:
    edit = "update helpdesk.tickets set priority = %s where ticket_id = %s returning priority_rank"
    with as_person(db, AGENT):
        assert {priority: value(db, edit, priority, world["mine"]) for priority in RANKS} == RANKS
        made = {priority: create(db, title="x", priority=priority)["priority_rank"] for priority in RANKS}
    assert made == RANKS


def test_f6_only_one_of_two_edits_of_the_same_revision_counts(db: Db, world: World) -> None:
    edit = "update helpdesk.tickets set title = %s where ticket_id = %s and revision = 1"
    with as_person(db, AGENT):
        assert db.execute(edit, ("First", world["mine"])).rowcount == 1
        assert db.execute(edit, ("Second", world["mine"])).rowcount == 0
        assert ticket(db, world, "mine")["title"] == "First"


def test_a_customer_edits_until_somebody_has_answered(db: Db, world: World) -> None:
    edit = "update helpdesk.tickets set description = description || ' more' where ticket_id = %s"
    with be(db, CUSTOMER):
        db.execute(edit, (world["mine"],))
    with be(db, AGENT):
        db.execute("select helpdesk.send_reply(%s, 'Hello')", (world["mine"],))
    with refused("already_answered"), as_person(db, CUSTOMER):
        db.execute(edit, (world["mine"],))
    with as_person(db, AGENT):
        db.execute(edit, (world["mine"],))


def test_the_same_creation_twice_is_one_ticket(db: Db, world: World) -> None:
    content = {"ticket_id": uuid4(), "title": "Once", "description": "d", "custom_fields": '{"plan": "pro"}'}
    with be(db, CUSTOMER):
        first = create(db, **content)
    with be(db, AGENT):
        db.execute("update helpdesk.tickets set priority = 'high' where ticket_id = %s", (first["ticket_id"],))
    with be(db, CUSTOMER):
        again = create(db, **content)
    assert (again["number"], again["priority"], again["revision"]) == (first["number"], "high", 2)
    for other in (
        {"title": "Other"},
        {"description": "e"},
        {"custom_fields": '{"plan": "free"}'},
        {"team_id": world["empty"]},
    ):
        with refused("id_conflict"), as_person(db, CUSTOMER):
            create(db, **{**content, **other})
    with refused("id_conflict"), as_person(db, OTHER):
        create(db, **content)


def test_a_creation_is_the_same_after_a_later_concept_has_added_a_column(db: Db, world: World) -> None:
    content = {"ticket_id": uuid4(), "title": "Once"}
    with be(db, CUSTOMER):
        first = create(db, **content)
    db.execute("alter table helpdesk.tickets add column due_at timestamptz")
    with as_person(db, CUSTOMER):
        assert create(db, **content) == first | {"due_at": None}


def test_the_same_creation_by_table_and_by_function_is_a_conflict(db: Db, world: World) -> None:
    with be(db, CUSTOMER):
        db.execute("insert into helpdesk.tickets (ticket_id, title) values (%s, 'Once')", (world["nothing"],))
    with refused("id_conflict"), as_person(db, CUSTOMER):
        create(db, ticket_id=world["nothing"], title="Once")


@pytest.mark.parametrize("priority", RANKS)
def test_a_repeated_creation_tells_nothing_of_a_ticket_that_left_ones_sight(
    db: Db, world: World, priority: str
) -> None:
    content = {"ticket_id": uuid4(), "title": "For them", "team_id": world["vault"], "requester_id": world["other"]}
    content |= {"priority": priority}
    with be(db, AGENT):
        first = create(db, **content)
    with be(db, STRANGER):
        db.execute("update helpdesk.tickets set title = 'Secret', priority = 'high' where title = 'For them'")
    with as_person(db, AGENT):
        again = create(db, **content)
        assert value(db, "select count(*) from helpdesk.tickets where ticket_id = %s", first["ticket_id"]) == 0
    assert again == first


def test_an_external_id_is_one_tickets(db: Db, world: World) -> None:
    with as_person(db, AGENT):
        create(db, title="One", external_id="X-1")
        with refused("external_id_taken"), db.transaction():
            create(db, title="Two", external_id="X-1")


def test_a_refused_creation_can_be_corrected_under_the_same_id(db: Db, world: World) -> None:
    id = uuid4()
    with refused("invalid_value", "title"), as_person(db, CUSTOMER):
        create(db, ticket_id=id, title="")
    with as_person(db, CUSTOMER):
        assert create(db, ticket_id=id, title="Better")["title"] == "Better"


def test_creation_says_who_and_where(db: Db, world: World) -> None:
    with as_person(db, AGENT):
        made = create(db, title="Called", requester_id=world["caller"], channel="phone", tags=["VIP ", "vip", "Urgent"])
        assert (str(made["created_by"]), made["channel"], str(made["team_id"])) == (
            world["caller"],
            "phone",
            world["desk"],
        )
        tags = value(db, "select tags from helpdesk.team_tickets where ticket_id = %s", made["ticket_id"])
    assert tags == ["urgent", "vip"]


def test_an_assistant_opens_no_tickets(db: Db, world: World) -> None:
    db.execute("update helpdesk.users set role = 'assistant' where user_id = %s", (world["other"],))
    with refused("forbidden"), as_person(db, OTHER):
        create(db, title="Beep")
    with refused("forbidden"), as_person(db, OTHER):
        db.execute("insert into helpdesk.tickets (title) values ('Beep')")


def test_numbers_rise(db: Db, world: World) -> None:
    with as_person(db, CUSTOMER):
        numbers = [create(db, title="Again")["number"] for _ in range(5)]
    assert numbers == sorted(set(numbers))


def test_a_tag_that_is_there_stays_as_it_is(db: Db, world: World) -> None:
    insert = "insert into helpdesk.ticket_tags (ticket_id, tag) values (%s, %s) returning tag"
    kept = "select created_at from helpdesk.ticket_tags where (ticket_id, tag) = (%s, 'tag-mine')"
    before = value(db, kept, world["mine"])
    for person in (AGENT, ADMIN, SERVICE):
        with as_person(db, person):
            assert db.execute(insert, (world["mine"], "tag-mine")).fetchall() == []
            assert db.execute(insert, (world["mine"], " Tag-MINE ")).fetchall() == []
            assert value(db, kept, world["mine"]) == before
    # Whoever does not work the ticket is refused, whether the tag is there or not.
    for tag in ("tag-mine", "other"):
        with denied(), as_person(db, CUSTOMER):
            db.execute(insert, (world["mine"], tag))
        with refused("ticket_not_found"), as_person(db, STRANGER):
            db.execute(insert, (world["mine"], tag))


def test_fifty_tags_and_not_one_more(db: Db, world: World) -> None:
    add = "insert into helpdesk.ticket_tags (ticket_id, tag) select %s, 'n' || i from generate_series(1, %s) as i"
    with as_person(db, AGENT):
        db.execute(add, (world["mine"], 49))
        with refused("too_many", "tags"), db.transaction():
            db.execute("insert into helpdesk.ticket_tags (ticket_id, tag) values (%s, 'more')", (world["mine"],))
    with refused("too_many", "tags"), as_person(db, AGENT):
        create(db, title="Many", tags=[f"n{i}" for i in range(51)])
    with refused("too_many", "tags"), as_person(db, AGENT):
        create(db, title="Many times the same", tags=["same"] * 51)


def test_tags_are_compared_as_people_read_them(db: Db, world: World) -> None:
    with as_person(db, AGENT):
        made = create(db, title="Tags", tags=["Café", "cafe\u0301", " CAFÉ "])
        tags = value(db, "select tags from helpdesk.team_tickets where ticket_id = %s", made["ticket_id"])
    assert tags == ["café"]


def test_one_request_does_not_change_more_than_a_thousand_tickets(db: Db, world: World) -> None:
    with be(db, SERVICE):
        opened = "insert into helpdesk.tickets (title, created_by) select 'n', %s from generate_series(1, 1001)"
        db.execute(opened, (world["customer"],))
    for person in (AGENT, CUSTOMER):
        with refused("too_many", "tickets: at most 1000"), as_person(db, person):
            db.execute("update helpdesk.tickets set title = 'm' where title = 'n'")
    with as_person(db, SERVICE):
        assert db.execute("update helpdesk.tickets set title = 'm' where title = 'n'").rowcount == 1001


LIMITS: dict[str, tuple[Any, Any]] = {
    # column: (the largest that is accepted, what is refused)
    "title": ("t" * 300, "t" * 301),
    "description": ("d" * 100_000, "d" * 100_001),
    "external_id": ("e" * 200, "e" * 201),
    "custom_fields": ('{"story": "' + "x" * 10_000 + '"}', '{"story": "' + "x" * 17_000 + '"}'),
    "priority": ("urgent", "asap"),
    "channel": ("import", "fax"),
}


@pytest.mark.parametrize("column", LIMITS)
@pytest.mark.parametrize("person", [AGENT, SERVICE], ids=str)
def test_every_value_is_limited_by_name(db: Db, world: World, column: str, person: Person) -> None:
    accepted, too_much = LIMITS[column]
    requester = {"requester_id": world["other"]}
    with as_person(db, person):
        create(db, **{"title": "t", **requester, column: accepted})
    with refused("invalid_value", f"{column} must be"), as_person(db, person):
        create(db, **{"title": "t", **requester, column: too_much})
    if column != "channel":
        with refused("invalid_value", f"{column} must be"), as_person(db, person):
            db.execute(
                f"update helpdesk.tickets set {column} = %s where ticket_id = %s".encode(), (too_much, world["mine"])
            )
