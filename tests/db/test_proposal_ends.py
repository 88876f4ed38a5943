"""What ends a proposal besides a decision: a merge, a redaction, time; and a run whose conversation changed."""

from __future__ import annotations

from typing import Any

import pytest
from tests.db.assisting import (
    ROBOT,
    accept,
    classified,
    draft,
    finish,
    holding,
    make,
    publish,
    reply,
    retrieve,
    run_of,
    start,
    state,
    submit,
)
from tests.db.people import ADMIN, AGENT, Db, be, one, refused, value
from tests.db.world import World

SUMMARY = {"statements": [{"text": "The password is hunter2.", "messages": [1]}]}
TEXTS: dict[str, dict[str, Any]] = {
    "note": {"body": "hunter2"},
    "summary": {"statements": [{"text": "hunter2", "messages": []}]},
    "next_steps": {"steps": ["hunter2"]},
    "escalation": {"reason": "hunter2"},
    "article": {"title": "hunter2", "body": "hunter2", "slug": "x"},
}


def merge(db: Db, source: str, target: str) -> None:
    with be(db, AGENT):
        db.execute("select helpdesk.merge_tickets(%s, %s)", (source, target))


def redact(db: Db, message: str) -> None:
    with be(db, AGENT):
        db.execute("select helpdesk.redact_message(%s)", (message,))


def test_a_merge_ends_what_speaks_of_either_conversation(db: Db, world: World) -> None:
    target = draft(db, world)
    labels = classified(db, world, priority="urgent")
    source = draft(db, world, ticket="mine")
    run_id, _ = start(db, world["mine"], "classification")
    of_source = make(db, run_id, "classification", {"priority": "low"})
    merge(db, world["mine"], world["answered"])
    assert [state(db, p) for p in (target, source, of_source, labels)] == [*["superseded"] * 3, "open"]
    with refused("proposal_expired", "conversation has changed"):
        accept(db, AGENT, target)


def test_the_end_of_a_merge_changes_the_conversation_again(db: Db, world: World) -> None:
    merge(db, world["mine"], world["answered"])
    proposal = draft(db, world)
    with be(db, AGENT):
        db.execute("select helpdesk.unmerge_ticket(%s)", (world["mine"],))
    assert state(db, proposal) == "superseded"


@pytest.mark.parametrize("kind", ["reply", "summary", "next_steps"])
def test_a_run_does_not_answer_a_conversation_that_was_merged_meanwhile(db: Db, world: World, kind: str) -> None:
    publish(db, "router")
    (target, to_target), (source, to_source) = (start(db, world[name], kind) for name in ("answered", "mine"))
    merge(db, world["mine"], world["answered"])
    for run_id, secret, reason in ((target, to_target, "conversation_moved"), (source, to_source, "ticket_merged")):
        assert submit(db, secret, reply()) is None
        assert (run_of(db, run_id)["state"], run_of(db, run_id)["reason"]) == ("cancelled", reason)


def test_labels_of_a_merged_ticket_are_not_proposed(db: Db, world: World) -> None:
    run_id, secret = start(db, world["mine"], "classification")
    _, other = start(db, world["answered"], "classification")
    merge(db, world["mine"], world["answered"])
    answer: dict[str, Any] = {"team": None, "priority": "urgent", "tags": [], "spam": False}
    assert submit(db, secret, answer) is None
    assert run_of(db, run_id)["reason"] == "ticket_merged"
    proposal = submit(db, other, answer)
    assert proposal is not None
    assert proposal["payload"]["priority"] == "urgent"


def test_a_redaction_removes_what_the_assistant_made_of_the_message(db: Db, world: World) -> None:
    run_id, secret = start(db, world["answered"], "summary")
    summary = submit(db, secret, SUMMARY)
    assert summary is not None
    run_ids = {kind: start(db, world["answered"], "article", wish=kind)[0] for kind in TEXTS}
    accepted = accept(db, AGENT, summary)
    others = [make(db, run_ids[kind], kind, payload) for kind, payload in TEXTS.items()]
    labels = make(db, run_ids["note"], "classification", {"priority": "urgent"})
    for made in run_ids.values():
        finish(db, made)
    redact(db, world["question"])
    for proposal in [accepted, *others]:
        now = one(db, "select * from helpdesk.proposals where proposal_id = %s", proposal["proposal_id"])
        assert "hunter2" not in str(now)
        assert "[redacted]" in str(now["payload"])
        assert now["state"] == ("accepted" if proposal is accepted else "superseded")
    assert state(db, labels) == "open"
    assert run_of(db, run_id)["answer"] is None
    with be(db, AGENT):
        for table in ("proposals", "ai_runs"):
            assert value(db, f"select count(*) from helpdesk.{table} as r where r::text like '%%hunter2%%'") == 0


def test_a_draft_that_was_sent_goes_with_its_message(db: Db, world: World) -> None:
    before = draft(db, world, reply("An answer from before."))
    done = accept(db, AGENT, draft(db, world, reply("hunter2 is it.")), body="hunter2 was it.")
    redact(db, done["final"]["message_id"])
    now = one(db, "select * from helpdesk.proposals where proposal_id = %s", done["proposal_id"])
    assert (now["state"], now["payload"], now["final"]["body"]) == ("edited", {"body": "[redacted]"}, "[redacted]")
    assert run_of(db, done["run_id"])["answer"] is None
    # What is older than the message cannot hold it.
    assert "before" in str(one(db, "select * from helpdesk.proposals where proposal_id = %s", before["proposal_id"]))
    assert run_of(db, before["run_id"])["answer"] is not None


def test_a_redaction_reaches_the_ticket_that_the_message_was_merged_into(db: Db, world: World) -> None:
    merge(db, world["answered"], world["mine"])
    _, secret = start(db, world["mine"], "summary")
    summary = submit(db, secret, SUMMARY)
    assert summary is not None
    redact(db, world["question"])
    assert "hunter2" not in str(one(db, "select * from helpdesk.proposals"))
    assert state(db, summary) == "superseded"


@pytest.mark.parametrize("kind", ["summary", "article"])
def test_a_run_does_not_bring_back_what_was_redacted_meanwhile(db: Db, world: World, kind: str) -> None:
    run_id, secret = start(db, world["answered"], kind)
    redact(db, world["question"])
    assert submit(db, secret, SUMMARY if kind == "summary" else {"title": "T", "body": "hunter2"}) is None
    run = run_of(db, run_id)
    assert (run["state"], run["reason"], run["answer"]) == ("cancelled", "conversation_moved", None)


def test_the_text_of_a_proposal_changes_in_no_other_way(db: Db, world: World) -> None:
    proposal = draft(db, world)
    for payload in ('{"body": "other"}', "{}", '{"body": "[redacted]", "more": 1}'):
        with refused("forbidden", "never changes"), db.transaction():
            db.execute("update helpdesk.proposals set payload = %s::jsonb", (payload,))
    assert state(db, proposal) == "open"


def test_time_ends_proposals_when_the_assistant_asks_for_runs(db: Db, world: World) -> None:
    db.execute("update helpdesk.ai_settings set proposal_hours = 1")
    old, labels = draft(db, world), classified(db, world, priority="urgent")
    db.execute("alter table helpdesk.proposals disable trigger guard_proposal")
    db.execute("update helpdesk.proposals set expires_at = now() where proposal_id = %s", (old["proposal_id"],))
    db.execute("alter table helpdesk.proposals enable trigger guard_proposal")
    with be(db, ROBOT):
        db.execute("select helpdesk.lease_runs()")
    assert (state(db, old), state(db, labels)) == ("expired", "open")
    found = one(db, "select * from helpdesk.proposals where proposal_id = %s", old["proposal_id"])
    assert (found["decided_by"], found["decided_at"] is not None) == (None, True)
    hours = (labels["expires_at"] - labels["created_at"]).total_seconds() / 3600
    assert hours == pytest.approx(1, abs=0.01)


def test_a_redacted_message_is_not_read(db: Db, world: World) -> None:
    redact(db, world["question"])
    _, secret = start(db, world["answered"], "summary")
    with holding(db, secret):
        assert "[redacted]" not in str(value(db, "select helpdesk.read_run()"))
    retrieve(db, secret)


def test_an_admin_decides_about_a_ticket_of_any_team(db: Db, world: World) -> None:
    run_id, _ = start(db, world["theirs"], "next_steps", ADMIN)
    assert accept(db, ADMIN, make(db, run_id, "next_steps", {"steps": ["Ask."]}))["state"] == "accepted"
