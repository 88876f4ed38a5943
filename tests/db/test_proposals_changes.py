"""Proposals that change a ticket: labels, assignment, fields; what is stale is refused, what still stands is undone."""

from __future__ import annotations

from typing import Any

import pytest
from tests.db.assisting import accept, classified, make, start, state, undo
from tests.db.people import ADMIN, AGENT, CUSTOMER, Db, be, refused, value
from tests.db.world import World, said, ticket


def test_labels_are_set_and_undone(db: Db, world: World) -> None:
    before = ticket(db, world, "answered")
    proposal = classified(
        db, world, priority="urgent", team_id=world["vault"], add_tags=["vip", "tag-answered"], spam=True
    )
    done = accept(db, ADMIN, proposal)
    assert done["final"]["changes"] == {
        "priority": ["medium", "urgent"],
        "team_id": [world["desk"], world["vault"]],
        "assigned_to": [world["agent"], None],
        "add_tags": ["spam", "vip"],
    }
    now = ticket(db, world, "answered")
    assert (now["priority"], str(now["team_id"]), now["assigned_to"]) == ("urgent", world["vault"], None)
    undone = undo(db, ADMIN, proposal)
    assert (undone["state"], undone["final"]["kept"]) == ("undone", [])
    now = ticket(db, world, "answered")
    for field in ("priority", "team_id", "assigned_to"):
        assert now[field] == before[field]
    tags = value(db, "select array_agg(tag) from helpdesk.ticket_tags where ticket_id = %s", world["answered"])
    assert tags == ["tag-answered"]
    assert undo(db, ADMIN, proposal) == undone


def test_whoever_moved_a_ticket_away_may_repeat_the_acceptance(db: Db, world: World) -> None:
    proposal = classified(db, world, priority="urgent", team_id=world["vault"])
    first = accept(db, AGENT, proposal)
    assert str(ticket(db, world, "answered")["team_id"]) == world["vault"]
    assert accept(db, AGENT, proposal) == first
    with refused("proposal_not_found"):
        accept(db, AGENT, proposal, status="closed")
    for person, reason in ((CUSTOMER, "proposal_not_found"), (ADMIN, "proposal_decided")):
        with refused(reason):
            accept(db, person, proposal)
    db.execute("update helpdesk.users set role = 'customer' where user_id = %s", (world["agent"],))
    with refused("proposal_not_found"):
        accept(db, AGENT, proposal)


def test_undoing_leaves_what_somebody_has_changed_since(db: Db, world: World) -> None:
    proposal = classified(db, world, priority="urgent", team_id=world["vault"])
    accept(db, ADMIN, proposal)
    with be(db, ADMIN):
        db.execute("update helpdesk.tickets set priority = 'low' where ticket_id = %s", (world["answered"],))
        db.execute("select helpdesk.transfer_ticket(%s, %s)", (world["answered"], world["empty"]))
    undone = undo(db, ADMIN, proposal)
    assert undone["final"]["kept"] == ["priority", "team_id"]
    now = ticket(db, world, "answered")
    assert (now["priority"], str(now["team_id"])) == ("low", world["empty"])


def test_labels_that_somebody_has_changed_since_are_stale(db: Db, world: World) -> None:
    proposal = classified(db, world, priority="urgent")
    with be(db, AGENT):
        db.execute("update helpdesk.tickets set priority = 'low' where ticket_id = %s", (world["answered"],))
    with refused("stale_revision", "priority"), db.transaction():
        accept(db, AGENT, proposal)
    with be(db, AGENT):
        db.execute("update helpdesk.tickets set priority = 'urgent' where ticket_id = %s", (world["answered"],))
    assert accept(db, AGENT, proposal)["final"]["changes"] == {}


def test_labels_survive_a_message(db: Db, world: World) -> None:
    proposal = classified(db, world, priority="urgent")
    with be(db, CUSTOMER):
        said(db, "answered", "And it is on fire.", world)
    assert accept(db, AGENT, proposal)["state"] == "accepted"


def test_an_assignment_and_its_undoing(db: Db, world: World) -> None:
    run_id, _ = start(db, world["mine"])
    proposal = make(db, run_id, "assignment", {"assigned_to": world["agent"]})
    accept(db, ADMIN, proposal)
    assert str(ticket(db, world, "mine")["assigned_to"]) == world["agent"]
    assert undo(db, ADMIN, proposal)["final"]["kept"] == []
    assert ticket(db, world, "mine")["assigned_to"] is None


def test_a_merge_is_seen_and_rejected_where_the_other_ticket_has_gone_away(db: Db, world: World) -> None:
    run_id, _ = start(db, world["mine"])
    proposal = make(db, run_id, "merge", {"into": world["answered"]})
    with be(db, ADMIN):
        db.execute("select helpdesk.transfer_ticket(%s, %s)", (world["answered"], world["vault"]))
    with refused("ticket_not_found"):
        accept(db, AGENT, proposal)
    with be(db, AGENT):
        shown = value(db, "select shown_at from helpdesk.show_proposal(%s)", proposal["proposal_id"])
        db.execute("select helpdesk.reject_proposal(%s, 'wrong')", (proposal["proposal_id"],))
    assert shown is not None
    assert state(db, proposal) == "rejected"


@pytest.mark.parametrize("person", ["stranger", "left", "customer", "nothing"])
def test_j27_only_those_who_work_the_team_are_proposed(db: Db, world: World, person: str) -> None:
    run_id, _ = start(db, world["mine"])
    with refused("assignee_not_found"):
        make(db, run_id, "assignment", {"assigned_to": world[person]})


def test_fields_and_their_undoing(db: Db, world: World) -> None:
    run_id, _ = start(db, world["answered"])
    proposal = make(db, run_id, "fields", {"custom_fields": {"plan": "free", "risk": "low", "seats": 3}})
    done = accept(db, AGENT, proposal)
    assert done["final"]["changes"] == {
        "custom_fields": {"plan": ["pro", "free"], "risk": ["high", "low"], "seats": [None, 3]}
    }
    with be(db, AGENT):
        db.execute(
            "update helpdesk.tickets set custom_fields = '{\"seats\": 4}' where ticket_id = %s", (world["answered"],)
        )
    assert undo(db, AGENT, proposal)["final"]["kept"] == ["seats"]
    assert ticket(db, world, "answered")["custom_fields"] == {"plan": "pro", "seats": 4}


@pytest.mark.parametrize(
    ("payload", "reason", "problem"),
    [
        ({"team_id": "{nothing}"}, "team_not_found", ""),
        ({"team_id": "Support"}, "team_not_found", ""),
        ({"priority": "soon"}, "invalid_value", "priority must be"),
        ({"add_tags": [f"tag {n}" for n in range(11)]}, "too_many", "add_tags"),
        ({"add_tags": ["VIP"]}, "invalid_value", "add_tags must be names of tags"),
        ({"add_tags": ["x" * 51]}, "invalid_value", "tag must be"),
        ({"spam": "yes"}, "invalid_value", "payload.spam must be a boolean"),
        ({"status": "closed"}, "invalid_value", "payload.status is not known"),
    ],
)
def test_labels_that_do_not_exist_are_not_proposed(
    db: Db, world: World, payload: dict[str, Any], reason: str, problem: str
) -> None:
    run_id, _ = start(db, world["answered"], "classification")
    filled = {name: each.format(**world) if isinstance(each, str) else each for name, each in payload.items()}
    with refused(reason, problem), db.transaction():
        make(db, run_id, "classification", filled)
    assert value(db, "select count(*) from helpdesk.proposals") == 0


@pytest.mark.parametrize("payload", [[], 5, "body", None])
@pytest.mark.parametrize("kind", ["note", "classification", "fields"])
def test_a_payload_is_an_object(db: Db, world: World, kind: str, payload: Any) -> None:
    run_id, _ = start(db, world["answered"], "classification")
    with refused("invalid_value", "payload must be a JSON object"):
        make(db, run_id, kind, payload)
