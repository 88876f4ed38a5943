"""Spam as a label, what accepted proposals teach, what exclusions drop, and new tickets that queue themselves."""

from __future__ import annotations

from typing import Any

import pytest
from tests.db.assisting import accept, undo
from tests.db.people import ADMIN, AGENT, CUSTOMER, SERVICE, Db, as_person, be, value
from tests.db.test_classification import classified, fire, learnt, taught
from tests.db.test_label_examples import TEXT, change, examples, opened
from tests.db.test_labels_applied import PRIORITY, allow, classify_anew
from tests.db.world import World

TAGS = "select coalesce(array_agg(tag order by tag), '{}') from helpdesk.ticket_tags where ticket_id = %s"


def new_spam(db: Db, world: World) -> str:
    """A new ticket like three that people have tagged as spam, each of another requester."""
    taught(db, world)
    for n, requester in enumerate(("customer", "other", "caller")):
        (ticket,) = learnt(db, world, "low", f"Cheap watches casino winner {n}", requester=requester)
        change(db, AGENT, ticket, "tag", "spam")
    return opened(db, world, "Casino winner: cheap watches", description="")


def test_spam_is_a_label_of_its_own(db: Db, world: World) -> None:
    spam = new_spam(db, world)
    found = classified(db, spam)
    (label,) = (label for label in found["labels"] if label["kind"] == "spam")
    assert (label["label"], label["is_sure"], label["examples"]) == ("spam", True, 3)
    assert (found["changes"]["spam"], "add_tags" in found["changes"]) == (True, False)
    assert "spam" not in classified(db, fire(db, world))["changes"]
    (proposal,) = classify_anew(db, spam)
    assert (proposal["state"], proposal["payload"]["spam"]) == ("open", True)
    assert accept(db, AGENT, proposal)["final"]["changes"]["add_tags"] == ["spam"]
    assert ("tag", "spam", "accepted_proposal") in examples(db, spam)
    assert "spam" not in classified(db, spam)["changes"]


def test_spam_has_a_threshold_of_its_own(db: Db, world: World) -> None:
    spam = new_spam(db, world)
    allow(db, "tag")
    assert [row["state"] for row in classify_anew(db, spam)] == ["open"]
    allow(db, "spam")
    with be(db, AGENT):
        db.execute("update helpdesk.tickets set title = 'Casino winner, cheap watches' where ticket_id = %s", (spam,))
    applied = next(row for row in classify_anew(db, spam) if row["state"] == "accepted")
    assert (applied["payload"]["spam"], value(db, TAGS, spam)) == (True, ["spam"])
    assert examples(db, spam) == []
    assert undo(db, AGENT, applied)["state"] == "undone"
    assert value(db, TAGS, spam) == []
    with be(db, AGENT):
        db.execute("update helpdesk.tickets set title = 'Casino winner. Cheap watches' where ticket_id = %s", (spam,))
    classify_anew(db, spam)
    assert value(db, TAGS, spam) == []


def proposed(db: Db, world: World) -> tuple[str, dict[str, Any]]:
    """A ticket with an open proposal of a priority."""
    taught(db, world)
    ticket = fire(db, world)
    (proposal,) = classify_anew(db, ticket)
    return ticket, proposal


def test_what_a_person_accepts_is_an_example(db: Db, world: World) -> None:
    ticket, proposal = proposed(db, world)
    accept(db, AGENT, proposal)
    assert examples(db, ticket) == [("priority", "high", "accepted_proposal")]
    who = "select confirmed_by::text as who from helpdesk.label_examples where ticket_id = %s"
    assert value(db, who, ticket) == world["agent"]
    change(db, AGENT, ticket, "priority", "urgent")
    assert examples(db, ticket) == [("priority", "urgent", "agent")]


def test_what_is_undone_teaches_nothing(db: Db, world: World) -> None:
    ticket, proposal = proposed(db, world)
    accept(db, AGENT, proposal)
    undo(db, AGENT, proposal)
    assert value(db, PRIORITY, ticket) == "medium"
    assert examples(db, ticket) == []
    assert value(db, TEXT, ticket) is None


def test_what_a_program_accepts_is_no_example(db: Db, world: World) -> None:
    ticket, proposal = proposed(db, world)
    accept(db, SERVICE, proposal)
    assert value(db, PRIORITY, ticket) == "high"
    assert examples(db, ticket) == []


@pytest.mark.parametrize("scope", ["ticket", "team", "customer"])
def test_an_exclusion_drops_the_examples(db: Db, world: World, scope: str) -> None:
    db.execute("delete from helpdesk.label_examples")
    ticket, other = opened(db, world), opened(db, world, requester=world["other"])
    change(db, ADMIN, other, "team", world["vault"])
    for each in (ticket, other):
        change(db, ADMIN, each, "priority", "high")
    target = {"ticket": ticket, "team": world["desk"], "customer": world["customer"]}[scope]
    with be(db, {"ticket": AGENT, "team": ADMIN, "customer": CUSTOMER}[scope]):
        db.execute("insert into helpdesk.ai_exclusions (scope, target_id) values (%s, %s)", (scope, target))
    assert examples(db, ticket) == []
    assert value(db, TEXT, ticket) is None
    assert [kind for kind, _, _ in examples(db, other)] == ["priority", "team"]


def test_new_tickets_queue_themselves_when_the_setting_is_on(db: Db, world: World) -> None:
    taught(db, world)
    runs = "select coalesce(jsonb_agg(kind || ' ' || state), '[]') from helpdesk.ai_runs where ticket_id = %s"
    before = fire(db, world)
    with be(db, ADMIN):
        db.execute("update helpdesk.ai_settings set triage_new_tickets = true where singleton")
    with be(db, CUSTOMER):
        new = str(value(db, "select ticket_id from helpdesk.create_ticket('Our server is burning!', '')"))
    assert (value(db, runs, before), value(db, runs, new)) == ([], ["classification queued"])
    with be(db, ADMIN):
        db.execute(
            "insert into helpdesk.ai_exclusions (scope, target_id) values ('customer', %s)", (world["customer"],)
        )
    with be(db, CUSTOMER):
        left = str(value(db, "select ticket_id from helpdesk.create_ticket('Our server is burning!', '')"))
    assert value(db, runs, left) == []
    with as_person(db, CUSTOMER):
        assert value(db, runs, new) == []
