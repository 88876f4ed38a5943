"""Examples for labels: from people's acts only, at most 200 of a label, and gone with what they are about."""

from __future__ import annotations

import pytest
from tests.db.people import ADMIN, AGENT, CUSTOMER, SERVICE, STRANGER, Db, Person, as_person, be, refused, value
from tests.db.world import World

ALL = "select coalesce(jsonb_agg(jsonb_build_array(kind, label, source) order by kind, label), '[]') from (" + (
    "select * from helpdesk.label_examples where ticket_id = %s) as e"
)
TEXT = "select min(body) from helpdesk_private.example_texts where ticket_id = %s"


def examples(db: Db, ticket: str) -> list[tuple[str, str, str]]:
    """The examples that a ticket is, as kind, label and source."""
    return [tuple(example) for example in value(db, ALL, ticket)]


def opened(db: Db, world: World, title: str = "The tap drips", **arguments: str) -> str:
    """A new ticket of the customer in the team desk, opened by the system."""
    with be(db, SERVICE):
        return str(
            value(
                db,
                "select ticket_id from helpdesk.create_ticket("
                "%s, %s, requester_id => %s, team_id => %s, channel => %s)",
                title,
                arguments.get("description", "Since Monday, in the kitchen."),
                arguments.get("requester", world["customer"]),
                world["desk"],
                arguments.get("channel", "api"),
            )
        )


def change(db: Db, person: Person, ticket: str, column: str, new: str) -> None:
    with be(db, person):
        if column == "tag":
            db.execute("insert into helpdesk.ticket_tags (ticket_id, tag) values (%s, %s)", (ticket, new))
        elif column == "team":
            db.execute("select helpdesk.transfer_ticket(%s, %s)", (ticket, new))
        elif column == "status":
            db.execute("update helpdesk.tickets set status = %s where ticket_id = %s", (new, ticket))
        else:
            db.execute("update helpdesk.tickets set priority = %s where ticket_id = %s", (new, ticket))


@pytest.mark.parametrize("person", [AGENT, ADMIN], ids=str)
def test_what_people_decide_is_an_example_at_once(db: Db, world: World, person: Person) -> None:
    ticket = opened(db, world)
    change(db, person, ticket, "priority", "high")
    change(db, person, ticket, "tag", "plumbing")
    assert examples(db, ticket) == [("priority", "high", "agent"), ("tag", "plumbing", "agent")]
    change(db, person, ticket, "team", world["vault"])
    assert ("team", world["vault"], "agent") in examples(db, ticket)
    assert value(db, TEXT, ticket) == "The tap drips Since Monday, in the kitchen."
    confirmed = "select distinct confirmed_by::text as by from helpdesk.label_examples where ticket_id = %s"
    assert value(db, confirmed, ticket) == world[person.name]


@pytest.mark.parametrize("status", ["resolved", "closed"])
def test_resolving_confirms_all_that_stands(db: Db, world: World, status: str) -> None:
    ticket = opened(db, world)
    with be(db, SERVICE):
        db.execute("insert into helpdesk.ticket_tags (ticket_id, tag) values (%s, 'plumbing')", (ticket,))
    assert examples(db, ticket) == []
    change(db, AGENT, ticket, "status", status)
    assert examples(db, ticket) == [
        ("priority", "medium", "agent"),
        ("tag", "plumbing", "agent"),
        ("team", world["desk"], "agent"),
    ]


def test_other_steps_confirm_nothing(db: Db, world: World) -> None:
    ticket = opened(db, world)
    change(db, AGENT, ticket, "status", "pending")
    change(db, SERVICE, ticket, "status", "resolved")
    change(db, AGENT, ticket, "status", "open")
    with be(db, AGENT):
        db.execute("update helpdesk.tickets set title = 'Another title' where ticket_id = %s", (ticket,))
        db.execute("select helpdesk.claim_ticket(%s)", (ticket,))
    assert examples(db, ticket) == []
    assert value(db, TEXT, ticket) is None


def test_programs_and_requesters_make_none(db: Db, world: World) -> None:
    ticket = opened(db, world)
    for column, new in (("priority", "urgent"), ("tag", "vip"), ("team", world["vault"]), ("status", "resolved")):
        change(db, SERVICE, ticket, column, new)
    assert examples(db, ticket) == []
    mine = opened(db, world)
    change(db, CUSTOMER, mine, "status", "closed")
    assert examples(db, mine) == []


def test_staff_who_are_the_requester_decide_nothing(db: Db, world: World) -> None:
    # The ticket of an agent, in a team that the agent is not in.
    change(db, AGENT, world["agents"], "status", "closed")
    assert examples(db, world["agents"]) == []


def test_the_last_decision_counts(db: Db, world: World) -> None:
    ticket = opened(db, world)
    for priority in ("high", "low"):
        change(db, AGENT, ticket, "priority", priority)
    change(db, AGENT, ticket, "tag", "plumbing")
    change(db, AGENT, ticket, "tag", "tap")
    with be(db, AGENT):
        db.execute("delete from helpdesk.ticket_tags where ticket_id = %s and tag = 'plumbing'", (ticket,))
    assert examples(db, ticket) == [("priority", "low", "agent"), ("tag", "tap", "agent")]


def test_it_goes_with_the_ticket_with_the_team_and_by_an_admin(db: Db, world: World) -> None:
    first, second, third = (opened(db, world) for _ in range(3))
    change(db, ADMIN, first, "team", world["empty"])
    change(db, AGENT, second, "priority", "low")
    change(db, AGENT, third, "priority", "low")
    db.execute("delete from helpdesk.tickets where ticket_id = %s", (third,))
    assert value(db, TEXT, third) is None
    with be(db, ADMIN):
        db.execute("select helpdesk.transfer_ticket(%s, %s)", (first, world["desk"]))
        db.execute("delete from helpdesk.label_examples where ticket_id = %s", (second,))
    assert examples(db, first) == [("team", world["desk"], "agent")]
    assert value(db, TEXT, second) is None
    change(db, ADMIN, first, "team", world["empty"])
    change(db, SERVICE, first, "team", world["desk"])
    with be(db, ADMIN):
        db.execute("delete from helpdesk.teams where team_id = %s", (world["empty"],))
    assert examples(db, first) == []
    assert value(db, TEXT, first) is None


def test_what_is_redacted_or_rewritten_leaves_the_text(db: Db, world: World) -> None:
    ticket = opened(db, world, description="")
    with be(db, CUSTOMER):
        secret = value(db, "select message_id from helpdesk.send_reply(%s, 'My password is hunter2')", ticket)
    change(db, AGENT, ticket, "priority", "high")
    assert value(db, TEXT, ticket) == "The tap drips My password is hunter2"
    with be(db, AGENT):
        db.execute("select helpdesk.redact_message(%s)", (secret,))
    assert value(db, TEXT, ticket) == "The tap drips"
    with be(db, SERVICE):
        db.execute("update helpdesk.tickets set title = 'A tap' where ticket_id = %s", (ticket,))
    assert value(db, TEXT, ticket) == "A tap"


def test_a_label_has_at_most_200_examples_the_newest(db: Db, world: World) -> None:
    tickets = [opened(db, world, f"Leak {n}") for n in range(203)]
    for ticket in tickets:
        change(db, AGENT, ticket, "priority", "low")
    query = "select ticket_id from helpdesk.label_examples where kind = 'priority' and label = 'low'"
    assert {str(row["ticket_id"]) for row in db.execute(query).fetchall()} == set(tickets[3:])
    assert value(db, TEXT, tickets[0]) is None


def test_tickets_from_before_are_collected_imports_only_when_asked(db: Db, world: World) -> None:
    by_agent, by_program, imported = (opened(db, world, channel=channel) for channel in ("api", "api", "import"))
    change(db, AGENT, by_agent, "status", "resolved")
    for ticket in (by_program, imported):
        change(db, SERVICE, ticket, "status", "resolved")
    with be(db, ADMIN):
        db.execute("delete from helpdesk.label_examples")
        db.execute("select helpdesk.collect_label_examples(max_rows => 1000)")
    assert {source for _, _, source in examples(db, by_agent)} == {"agent"}
    assert examples(db, by_program) == examples(db, imported) == []
    before, found = None, 0
    with be(db, ADMIN):
        while True:
            row = db.execute("select * from helpdesk.collect_label_examples(%s, true, 1)", (before,)).fetchone()
            assert row is not None
            found += row["tickets"]
            before = row["next"]
            if before is None:
                break
    assert {source for _, _, source in examples(db, imported)} == {"import"}
    assert examples(db, by_program) == []
    assert found == 1


def test_people_see_the_examples_of_tickets_they_work(db: Db, world: World) -> None:
    ticket = opened(db, world)
    change(db, AGENT, ticket, "priority", "high")
    seen = "select count(*) from helpdesk.label_examples where ticket_id = %s"
    for person, rows in ((AGENT, 1), (ADMIN, 1), (STRANGER, 0), (CUSTOMER, 0)):
        with as_person(db, person):
            assert value(db, seen, ticket) == rows, person
    with as_person(db, AGENT):
        assert db.execute("delete from helpdesk.label_examples").rowcount == 0


@pytest.mark.parametrize(
    ("kind", "label", "problem"),
    [("colour", "red", "kind must be"), ("tag", "", "label"), ("tag", "x" * 51, "label")],
)
def test_an_example_out_of_bounds_is_refused_by_name(db: Db, world: World, kind: str, label: str, problem: str) -> None:
    with refused("invalid_value", problem):
        db.execute(
            "insert into helpdesk.label_examples (kind, label, ticket_id, source) values (%s, %s, %s, 'agent')",
            (kind, label, world["mine"]),
        )
