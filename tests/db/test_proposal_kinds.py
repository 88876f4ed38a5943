"""Each kind of proposal from its making to its end: who decides it, who cannot, and what is refused when it is made."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest
from psycopg.types.json import Jsonb
from tests.db.assisting import (
    ROBOT,
    accept,
    holding,
    publish,
    reply,
    retrieve,
    run_of,
    start,
    state,
    submit,
    undo,
)
from tests.db.people import ADMIN, AGENT, CUSTOMER, GONE, LEFT, OTHER, STRANGER, Db, be, one, refused, value
from tests.db.world import World, said, ticket

ANSWERS: dict[str, dict[str, Any]] = {
    "reply": reply("Choose the button that says so.", (1, [1, 2])),
    "summary": {"statements": [{"text": "It is broken.", "messages": [1]}]},
    "next_steps": {"steps": ["Ask for the number."]},
    "classification": {"team": None, "priority": "urgent", "tags": [], "spam": False},
    "article": {"title": "Reset", "body": "Press it."},
}
BESIDES: dict[str, dict[str, Any]] = {
    "note": {"body": "Mind the plan."},
    "assignment": {"assigned_to": "{agent}"},
    "fields": {"custom_fields": {"plan": "free", "seats": 3}},
    "merge": {"into": "{closed}"},
    "escalation": {"reason": "Nobody knows."},
}
KINDS = [*ANSWERS, *BESIDES]
WITH_TEXT = {"reply", "summary", "next_steps", "article", "note", "escalation"}
UNDOABLE = {"classification", "assignment", "fields"}


def filled(payload: dict[str, Any], world: World) -> dict[str, Any]:
    return {key: item.format(**world) if isinstance(item, str) else item for key, item in payload.items()}


def propose(db: Db, secret: str, kind: str | None, payload: Any, confidence: float | None = None) -> Any:
    with holding(db, secret):
        return value(db, "select helpdesk.propose(%s, %s, %s::real)", kind, Jsonb(payload), confidence)


def proposed(db: Db, world: World, kind: str) -> dict[str, Any]:
    """A proposal of this kind, made as the assistant makes it."""
    db.execute("update helpdesk.tickets set status = 'open' where ticket_id = %s", (world["closed"],))
    publish(db, "router")
    _, secret = start(db, world["answered"], kind if kind in ANSWERS else "next_steps")
    if kind in BESIDES:
        made = propose(db, secret, kind, filled(BESIDES[kind], world))
    else:
        retrieve(db, secret)
        made = submit(db, secret, ANSWERS[kind])
    assert made is not None
    assert (made["kind"], made["mode"], made["state"]) == (kind, "model", "open")
    found: dict[str, Any] = made
    return found


def effect(db: Db, world: World, kind: str, done: dict[str, Any]) -> object:
    """What is there after the acceptance."""
    final, row = done["final"], ticket(db, world, "answered")
    if kind == "reply":
        return value(db, "select body from helpdesk.messages where message_id = %s", final["message_id"])
    if kind in ("summary", "next_steps", "note", "escalation"):
        return value(db, "select body from helpdesk.notes where note_id = %s", final["note_id"])
    if kind == "article":
        return value(db, "select title || status from helpdesk.articles where article_id = %s", final["article_id"])
    fields = {"classification": "priority", "assignment": "assigned_to", "fields": "custom_fields"}
    return str(row[fields.get(kind, "merged_into")])


@pytest.mark.parametrize("kind", KINDS)
def test_who_works_the_ticket_can_accept_it(db: Db, world: World, kind: str) -> None:
    done = accept(db, AGENT, proposed(db, world, kind))
    assert (done["state"], str(done["decided_by"])) == ("accepted", world["agent"])
    expected = {
        "reply": "Choose the button that says so.",
        "summary": "- It is broken.",
        "next_steps": "1. Ask for the number.",
        "note": "Mind the plan.",
        "escalation": "Nobody knows.",
        "article": "Resetdraft",
        "classification": "urgent",
        "assignment": world["agent"],
        "fields": "{'plan': 'free', 'seats': 3}",
        "merge": world["closed"],
    }
    assert effect(db, world, kind, done) == expected[kind]


@pytest.mark.parametrize("kind", KINDS)
def test_nobody_else_can_decide_or_see_it(db: Db, world: World, kind: str) -> None:
    proposal = proposed(db, world, kind)
    for person in (CUSTOMER, OTHER, STRANGER, ROBOT, GONE, LEFT):
        reason = "inactive_user" if person in (GONE, LEFT) else "proposal_not_found"
        for call in ("accept_proposal(%s)", "reject_proposal(%s, 'wrong')", "show_proposal(%s)", "undo_proposal(%s)"):
            with refused(reason), be(db, person):
                db.execute(f"select helpdesk.{call}".encode(), (proposal["proposal_id"],))
        with be(db, person):
            assert value(db, "select count(*) from helpdesk.proposals") == 0
    assert state(db, proposal) == "open"


@pytest.mark.parametrize("kind", KINDS)
def test_it_can_be_rejected_with_a_reason(db: Db, world: World, kind: str) -> None:
    before = ticket(db, world, "answered")
    proposal = proposed(db, world, kind)
    with be(db, AGENT):
        done = one(db, "select * from helpdesk.reject_proposal(%s, 'wrong')", proposal["proposal_id"])
    assert (done["state"], done["reject_reason"], done["final"]) == ("rejected", "wrong", None)
    with refused("proposal_decided"):
        accept(db, AGENT, proposal)
    assert ticket(db, world, "answered") == before


@pytest.mark.parametrize("kind", KINDS)
def test_a_text_can_be_edited_and_nothing_else(db: Db, world: World, kind: str) -> None:
    proposal = proposed(db, world, kind)
    if kind not in WITH_TEXT:
        with refused("invalid_value", "no text"):
            accept(db, AGENT, proposal, body="Other words.")
        return
    done = accept(db, AGENT, proposal, body="Other words.")
    assert (done["state"], done["final"]["body"]) == ("edited", "Other words.")
    assert done["distance"] > 0


@pytest.mark.parametrize("kind", KINDS)
def test_what_changes_the_ticket_can_be_undone(db: Db, world: World, kind: str) -> None:
    with be(db, ADMIN):
        db.execute("select helpdesk.unassign_ticket(%s)", (world["answered"],))
    before = ticket(db, world, "answered")
    proposal = proposed(db, world, kind)
    with refused("proposal_decided" if kind in UNDOABLE else "proposal_not_undoable"):
        undo(db, AGENT, proposal)
    accept(db, AGENT, proposal)
    if kind not in UNDOABLE:
        with refused("proposal_not_undoable"):
            undo(db, AGENT, proposal)
        return
    assert undo(db, AGENT, proposal)["final"]["kept"] == []
    after = ticket(db, world, "answered")
    assert {key for key in after if after[key] != before[key]} <= {"revision", "updated_at"}


@pytest.mark.parametrize("kind", KINDS)
def test_after_its_time_it_cannot_be_accepted(db: Db, world: World, kind: str) -> None:
    proposal = proposed(db, world, kind)
    db.execute("alter table helpdesk.proposals disable trigger guard_proposal")
    db.execute("update helpdesk.proposals set expires_at = now() - interval '1 second'")
    db.execute("alter table helpdesk.proposals enable trigger guard_proposal")
    with refused("proposal_expired"):
        accept(db, AGENT, proposal)


@pytest.mark.parametrize("kind", BESIDES)
def test_j30_what_is_proposed_besides_the_answer_is_bound_to_the_ticket(db: Db, world: World, kind: str) -> None:
    _, secret = start(db, world["answered"], "next_steps")
    with be(db, CUSTOMER):
        said(db, "answered", "Wait.", world)
    with refused("conversation_moved"):
        propose(db, secret, kind, filled(BESIDES[kind], world))
    assert value(db, "select count(*) from helpdesk.proposals") == 0


@pytest.mark.parametrize(
    ("kind", "payload", "reason"),
    [
        (None, {}, "invalid_value"),
        ("reply", {"body": "x"}, "invalid_value"),
        ("classification", {"priority": "low"}, "invalid_value"),
        ("note", {}, "invalid_value"),
        ("note", [], "invalid_value"),
        ("note", {"body": 1}, "invalid_value"),
        ("note", {"body": " \u200b"}, "answer_invalid"),
        ("note", {"body": "x" * 20_001}, "answer_invalid"),
        ("note", {"body": "x", "to": "customer"}, "invalid_value"),
        ("escalation", {"reason": "x" * 2001}, "invalid_value"),
        ("assignment", {"assigned_to": "nobody"}, "assignee_not_found"),
        ("assignment", {"assigned_to": "{agent}", "because": "x" * 100_000}, "invalid_value"),
        ("merge", {"into": "{theirs}"}, "ticket_not_found"),
        ("merge", {"into": "{answered}"}, "ticket_not_found"),
        ("merge", {"into": "x"}, "ticket_not_found"),
        ("fields", {"custom_fields": {"plan": "gold"}}, "invalid_value"),
        ("fields", {"custom_fields": {"seats": "many"}}, "invalid_value"),
        ("fields", {"custom_fields": {"nothing": 1}}, "field_not_found"),
        ("fields", {"custom_fields": []}, "invalid_value"),
    ],
)
def test_a_payload_that_could_not_be_carried_out_is_refused(
    db: Db, world: World, kind: str | None, payload: Any, reason: str
) -> None:
    _, secret = start(db, world["answered"], "next_steps")
    with refused(reason):
        propose(db, secret, kind, filled(payload, world) if isinstance(payload, dict) else payload)


@pytest.mark.parametrize("confidence", [-0.1, 1.1, float("nan")])
def test_a_confidence_is_a_share(db: Db, world: World, confidence: float) -> None:
    _, secret = start(db, world["answered"], "next_steps")
    with refused("invalid_value", "confidence"):
        propose(db, secret, "note", {"body": "x"}, confidence)


def test_the_text_of_a_note_is_cleaned(db: Db, world: World) -> None:
    _, secret = start(db, world["answered"], "next_steps")
    made = propose(db, secret, "note", {"body": "See ![x](https://evil.example/?q=1) <img src=x>now."}, 0.5)
    assert made["payload"] == {"body": "See x now."}
    assert (set(made["flags"]), made["confidence"]) == ({"links_removed", "markup_removed"}, 0.5)


def test_a_test_proposes_nothing_and_still_checks(db: Db, world: World) -> None:
    run_id, secret = start(db, world["answered"], "next_steps", ADMIN, is_test=True)
    assert propose(db, secret, "note", {"body": "x"}) is None
    with refused("invalid_value"), db.transaction():
        propose(db, secret, "note", {})
    assert (value(db, "select count(*) from helpdesk.proposals"), run_of(db, run_id)["state"]) == (0, "leased")


def test_a_proposal_does_not_end_the_run(db: Db, world: World) -> None:
    run_id, secret = start(db, world["answered"], "next_steps")
    first = propose(db, secret, "note", {"body": "One."})
    second = propose(db, secret, "note", {"body": "Two."})
    assert (state(db, first), state(db, second), run_of(db, run_id)["state"]) == ("superseded", "open", "leased")
    assert submit(db, secret, ANSWERS["next_steps"]) is not None
    assert state(db, second) == "open"


def test_the_assistant_cannot_carry_out_what_it_proposes(db: Db, world: World) -> None:
    _, secret = start(db, world["answered"], "next_steps")
    made = propose(db, secret, "assignment", {"assigned_to": world["agent"]})
    with pytest.raises(psycopg.Error), holding(db, secret):
        db.execute("select helpdesk_private.apply_as_assistant(%s)", (made["proposal_id"],))


def test_a_proposal_without_a_kind_or_on_a_merged_ticket_is_refused_by_name(db: Db, world: World) -> None:
    _, secret = start(db, world["answered"], "next_steps")
    with refused("invalid_value", "kind is missing"), db.transaction():
        propose(db, secret, None, {})
    with be(db, ADMIN):
        db.execute("select helpdesk.merge_tickets(%s, %s)", (world["answered"], world["mine"]))
    with refused("ticket_merged"):
        propose(db, secret, "note", {"body": "x"})


@pytest.mark.parametrize(
    ("as_assistant", "xid", "reason"),
    [(False, "pg_current_xact_id()", "ticket_not_found"), (True, "'3'::xid8", "ticket_not_found"), (True, None, None)],
)
def test_the_assistant_works_a_ticket_only_while_it_carries_out_its_own(
    db: Db, world: World, as_assistant: bool, xid: str | None, reason: str | None
) -> None:
    proposal = proposed(db, world, "note")
    db.execute(
        "insert into helpdesk_private.applied_proposals (ticket_id, proposal_id, as_assistant, xid) "
        f"values (%s, %s, %s, {xid or 'pg_current_xact_id()'})".encode(),
        (world["answered"], proposal["proposal_id"], as_assistant),
    )
    query = "select helpdesk.transfer_ticket(%s, %s)"
    if reason is not None:
        with refused(reason), be(db, ROBOT):
            db.execute(query, (world["answered"], world["vault"]))
        return
    with be(db, ROBOT):
        db.execute(query, (world["answered"], world["vault"]))
    kind = "select actor_kind from helpdesk.events where type = 'ticket.transferred'"
    assert value(db, kind) == "assistant"
