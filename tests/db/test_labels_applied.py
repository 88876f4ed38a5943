"""Labels that the assistant applies itself: only where an admin set apply_share, and never against a person."""

from __future__ import annotations

from typing import Any

import pytest
from tests.db.assisting import ROBOT, accept, add_robot, undo
from tests.db.people import ADMIN, AGENT, CUSTOMER, SERVICE, Db, Person, be, one, value
from tests.db.test_assistant_runs import leased
from tests.db.test_classification import FIRE, taught
from tests.db.test_classification_runs import classify
from tests.db.test_label_examples import change, examples, opened
from tests.db.world import World

PRIORITY = "select priority from helpdesk.tickets where ticket_id = %s"
PROPOSALS = "select * from helpdesk.proposals where ticket_id = %s order by created_at"


def allow(db: Db, kind: str = "priority", share: float | None = 0.7) -> None:
    """An admin lets the assistant apply labels of this kind."""
    with be(db, ADMIN):
        db.execute("update helpdesk.ai_thresholds set apply_share = %s where kind = %s", (share, kind))


def classify_anew(db: Db, ticket: str, **more: Any) -> list[dict[str, Any]]:
    """Carry out a run for the ticket; all its proposals."""
    if value(db, "select count(*) from helpdesk.users where email = %s", ROBOT.email) == 0:
        add_robot(db, ROBOT)
    _, secret = leased(db, ticket, "classification", **more)
    classify(db, secret)
    return db.execute(PROPOSALS, (ticket,)).fetchall()


def burning(db: Db, world: World, title: str = "Our server is burning!") -> str:
    """A new ticket whose priority the examples know."""
    taught(db, world)
    return opened(db, world, title, description="")


def test_a_label_is_applied_in_the_assistants_name(db: Db, world: World) -> None:
    ticket = burning(db, world)
    allow(db)
    (proposal,) = classify_anew(db, ticket)
    assert (proposal["state"], proposal["mode"], proposal["flags"]) == ("accepted", "neighbours", [])
    assert proposal["final"]["changes"] == {"priority": ["medium", "high"]}
    assert value(db, PRIORITY, ticket) == "high"
    by = "select actor_kind from helpdesk.events where ticket_id = %s and data -> 'changes' ? 'priority'"
    assert value(db, by, ticket) == "assistant"
    assert examples(db, ticket) == []


def test_a_label_that_a_person_undid_is_not_applied_again(db: Db, world: World) -> None:
    ticket = burning(db, world)
    allow(db)
    (proposal,) = classify_anew(db, ticket)
    assert undo(db, AGENT, proposal)["state"] == "undone"
    assert value(db, PRIORITY, ticket) == "medium"
    with be(db, AGENT):
        db.execute("update helpdesk.tickets set title = 'Our server is burning!!' where ticket_id = %s", (ticket,))
    assert [row["state"] for row in classify_anew(db, ticket)] == ["undone", "open"]
    assert value(db, PRIORITY, ticket) == "medium"


@pytest.mark.parametrize("person", [AGENT, CUSTOMER, SERVICE], ids=str)
def test_only_an_admin_or_the_system_lets_it_apply(db: Db, world: World, person: Person) -> None:
    ticket = burning(db, world)
    with be(db, person):
        changed = db.execute("update helpdesk.ai_thresholds set apply_share = 0.7 where kind = 'priority'").rowcount
    (proposal,) = classify_anew(db, ticket)
    assert (changed, proposal["state"]) == ((1, "accepted") if person == SERVICE else (0, "open"))


@pytest.mark.parametrize("because", ["never", "share", "hidden", "decided", "opened", "resolved", "other kind"])
def test_otherwise_a_person_decides(db: Db, world: World, because: str) -> None:
    taught(db, world)
    title = "Our server is burning, change the logo" if because == "share" else "Our server is burning!"
    ticket = opened(db, world, title, description="Now." + "\u200b" * 8 if because == "hidden" else "")
    allow(db, "tag" if because == "other kind" else "priority", {"never": None, "share": 1}.get(because, 0.7))
    if because == "decided":
        change(db, AGENT, ticket, "priority", "low")
    elif because == "resolved":
        change(db, SERVICE, ticket, "status", "resolved")
    elif because == "opened":
        with be(db, AGENT):
            ticket = value(
                db,
                "select ticket_id::text from helpdesk.create_ticket(%s, '', requester_id => %s, team_id => %s)",
                *(FIRE.format(9), world["customer"], world["desk"]),
            )
    before = value(db, PRIORITY, ticket)
    (proposal,) = classify_anew(db, ticket)
    assert (proposal["state"], proposal["payload"]["priority"]) == ("open", "high")
    assert proposal["flags"] == (["hidden_text"] if because == "hidden" else [])
    assert value(db, PRIORITY, ticket) == before
    assert accept(db, AGENT, proposal)["state"] == "accepted"
    assert value(db, PRIORITY, ticket) == "high"


def test_a_ticket_stays_with_its_assignee(db: Db, world: World) -> None:
    tickets = taught(db, world)
    with be(db, ADMIN):
        for ticket in tickets:
            for team in (world["desk"], world["vault"] if ticket in tickets[:3] else world["empty"]):
                db.execute("select helpdesk.transfer_ticket(%s, %s)", (ticket, team))
    free, taken = (opened(db, world, f"Our server is burning {n}", description="") for n in "ab")
    with be(db, AGENT):
        db.execute("select helpdesk.claim_ticket(%s)", (taken,))
    allow(db, "team")
    # What may be applied is applied; the rest is proposed beside it.
    assert [(row["state"], sorted(row["payload"])) for row in classify_anew(db, free)] == [
        ("accepted", ["previous", "team_id"]),
        ("open", ["previous", "priority"]),
    ]
    assert [(row["state"], sorted(row["payload"])) for row in classify_anew(db, taken)] == [
        ("open", ["previous", "priority", "team_id"])
    ]
    where = "select team_id::text as team from helpdesk.tickets where ticket_id = %s"
    assert (value(db, where, free), value(db, where, taken)) == (world["vault"], world["desk"])


def test_what_a_rule_of_the_ticket_refuses_is_proposed(db: Db, world: World) -> None:
    tickets = taught(db, world)
    for ticket in tickets[:3]:
        change(db, AGENT, ticket, "tag", "outage")
    new = opened(db, world, "Our server is burning!", description="")
    with be(db, SERVICE):
        for n in range(50):
            db.execute("insert into helpdesk.ticket_tags (ticket_id, tag) values (%s, %s)", (new, f"t{n}"))
    allow(db, "tag")
    (proposal,) = classify_anew(db, new)
    assert (proposal["state"], proposal["payload"]["add_tags"]) == ("open", ["outage"])


def test_a_test_run_proposes_nothing(db: Db, world: World) -> None:
    ticket = burning(db, world)
    allow(db)
    with be(db, ADMIN):
        prompt = one(db, "select prompt_id from helpdesk.ai_prompts where task = 'classification'")["prompt_id"]
    assert classify_anew(db, ticket, person=ADMIN, is_test=True, prompt_id=prompt) == []
    assert value(db, PRIORITY, ticket) == "medium"
