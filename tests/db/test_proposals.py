"""Proposals: people decide, once, under their own rights; what is out of date cannot be accepted."""

from __future__ import annotations

from typing import Any

import pytest
from tests.db.assisting import accept, classified, draft, make, publish, reply, retrieve, start, state, submit, undo
from tests.db.people import ADMIN, AGENT, CUSTOMER, OTHER, SERVICE, STRANGER, Db, Person, be, one, refused, value
from tests.db.world import World, said, ticket


def reject(db: Db, person: Person, proposal: dict[str, Any], reason: str | None = "wrong") -> dict[str, Any]:
    with be(db, person):
        return one(db, "select * from helpdesk.reject_proposal(%s, %s)", proposal["proposal_id"], reason)


def test_accepting_sends_the_draft_as_the_person(db: Db, world: World) -> None:
    proposal = draft(db, world)
    done = accept(db, AGENT, proposal, status="resolved")
    assert (done["state"], str(done["decided_by"]), done["distance"]) == ("accepted", world["agent"], 0)
    message = one(db, "select * from helpdesk.messages where message_id = %s", done["final"]["message_id"])
    assert (message["body"], message["author_kind"]) == (proposal["payload"]["body"], "staff")
    assert ticket(db, world, "answered")["status"] == "resolved"
    assert done["seconds_to_decide"] >= 0


def test_an_edit_is_sent_and_measured(db: Db, world: World) -> None:
    done = accept(db, AGENT, draft(db, world, reply("kitten")), body="sitting")
    assert (done["state"], done["final"]["body"]) == ("edited", "sitting")
    assert done["distance"] == pytest.approx(3 / 7)


def test_accepting_again_gives_the_same_result(db: Db, world: World) -> None:
    proposal = draft(db, world)
    first = accept(db, AGENT, proposal)
    assert accept(db, AGENT, proposal) == first
    assert accept(db, AGENT, proposal, body=proposal["payload"]["body"]) == first
    for person, more in ((ADMIN, {}), (AGENT, {"body": "Other"}), (AGENT, {"status": "closed"})):
        with refused("proposal_decided"):
            accept(db, person, proposal, **more)
    with refused("proposal_decided"):
        reject(db, AGENT, proposal)


@pytest.mark.parametrize("person", [AGENT, CUSTOMER])
def test_j30_a_draft_dies_when_somebody_writes(db: Db, world: World, person: Person) -> None:
    proposal = draft(db, world)
    with be(db, person):
        said(db, "answered", "Wait.", world, world["answer"])
    assert state(db, proposal) == "superseded"
    before = value(db, "select count(*) from helpdesk.messages")
    with refused("conversation_moved"):
        accept(db, AGENT, proposal)
    assert value(db, "select count(*) from helpdesk.messages") == before


def test_j30_an_old_draft_cannot_be_accepted(db: Db, world: World) -> None:
    proposal = draft(db, world)
    db.execute("alter table helpdesk.proposals disable trigger guard_proposal")
    db.execute("update helpdesk.proposals set expires_at = now() - interval '1 second'")
    db.execute("alter table helpdesk.proposals enable trigger guard_proposal")
    with refused("proposal_expired"):
        accept(db, AGENT, proposal)


def test_a_new_draft_takes_the_place_of_the_old(db: Db, world: World) -> None:
    old = draft(db, world)
    new = draft(db, world)
    assert (state(db, old), state(db, new)) == ("superseded", "open")
    with refused("proposal_expired", "newer"):
        accept(db, AGENT, old)


def test_an_old_draft_cannot_be_rejected_either(db: Db, world: World) -> None:
    old = draft(db, world)
    draft(db, world)
    with refused("proposal_expired"):
        reject(db, AGENT, old)


@pytest.mark.parametrize("how", ["archive", "publish"])
def test_j5_a_draft_dies_with_the_article_that_it_quotes(db: Db, world: World, how: str) -> None:
    article = publish(db, "router")
    _, secret = start(db, world["answered"])
    retrieve(db, secret)
    proposal = submit(db, secret, reply("Choose it.", (1, [1])))
    assert proposal is not None
    if how == "archive":
        with be(db, ADMIN):
            db.execute("select helpdesk.archive_article(%s)", (article,))
    else:
        publish(db, "router", "Nothing is as it was before this edit.")
    assert state(db, proposal) == "expired"
    with refused("proposal_expired"):
        accept(db, AGENT, proposal)


def test_j5_accepting_compares_the_article_itself(db: Db, world: World) -> None:
    proposal = draft(db, world)
    db.execute("alter table helpdesk.articles disable trigger expire_proposals")
    with be(db, ADMIN):
        db.execute("select helpdesk.archive_article(article_id) from helpdesk.articles")
    db.execute("alter table helpdesk.articles enable trigger expire_proposals")
    assert state(db, proposal) == "open"
    with refused("proposal_expired", "withdrawn"):
        accept(db, AGENT, proposal)


def test_j11_an_unknown_contact_needs_a_confirmation(db: Db, world: World) -> None:
    text = "Call support at +1 900 123 4567."
    with refused("confirmation_needed", "19001234567"), db.transaction():
        accept(db, AGENT, draft(db, world, reply(text)))
    assert accept(db, AGENT, draft(db, world, reply(text)), confirm=True)["state"] == "accepted"


def test_an_edit_without_the_contact_needs_none(db: Db, world: World) -> None:
    assert accept(db, AGENT, draft(db, world, reply("Call +1 900 123 4567.")), body="Call us.")["state"] == "edited"


@pytest.mark.parametrize("person", [CUSTOMER, OTHER, STRANGER])
def test_a_proposal_of_somebody_elses_work_is_not_found(db: Db, world: World, person: Person) -> None:
    proposal = draft(db, world)
    with refused("proposal_not_found"), db.transaction():
        accept(db, person, proposal)
    with refused("proposal_not_found"), db.transaction():
        reject(db, person, proposal)
    assert state(db, proposal) == "open"


def test_a_person_who_lost_the_ticket_cannot_accept(db: Db, world: World) -> None:
    proposal = draft(db, world)
    with be(db, ADMIN):
        db.execute("select helpdesk.transfer_ticket(%s, %s)", (world["answered"], world["vault"]))
    with refused("proposal_not_found"):
        accept(db, AGENT, proposal)


@pytest.mark.parametrize(
    ("kind", "payload", "body"),
    [
        ("note", {"body": "Mind the plan."}, "Mind the plan."),
        ("summary", {"statements": [{"text": "A", "messages": []}, {"text": "B", "messages": []}]}, "- A\n- B"),
        ("next_steps", {"steps": ["Ask", "Wait"]}, "1. Ask\n2. Wait"),
        ("escalation", {"reason": "Nobody knows."}, "Nobody knows."),
    ],
)
def test_what_is_for_staff_becomes_a_note(db: Db, world: World, kind: str, payload: dict[str, Any], body: str) -> None:
    run_id, _ = start(db, world["answered"])
    done = accept(db, AGENT, make(db, run_id, kind, payload))
    note = one(db, "select * from helpdesk.notes where note_id = %s", done["final"]["note_id"])
    assert (note["body"], str(note["author_id"])) == (body, world["agent"])
    with refused("proposal_not_undoable"):
        undo(db, AGENT, done)


def test_an_article_is_saved_as_a_draft(db: Db, world: World) -> None:
    run_id, _ = start(db, world["answered"])
    done = accept(db, AGENT, make(db, run_id, "article", {"title": "Reset", "body": "Do it.", "slug": "reset"}))
    article = one(db, "select * from helpdesk.articles where article_id = %s", done["final"]["article_id"])
    assert (article["status"], article["title"], article["body"]) == ("draft", "Reset", "Do it.")


def test_a_merge(db: Db, world: World) -> None:
    run_id, _ = start(db, world["mine"])
    with refused("ticket_not_found"), db.transaction():
        make(db, run_id, "merge", {"into": world["theirs"]})
    accept(db, AGENT, make(db, run_id, "merge", {"into": world["answered"]}))
    assert str(ticket(db, world, "mine")["merged_into"]) == world["answered"]


@pytest.mark.parametrize(
    ("kind", "payload"),
    [
        ("reply", {}),
        ("reply", {"body": 1}),
        ("reply", {"body": " "}),
        ("reply", {"body": "x", "status": "closed"}),
        ("reply", {"body": "x" * 20_001}),
        ("reply", []),
        ("summary", {"statements": []}),
        ("summary", {"statements": [{"text": "x"}]}),
        ("next_steps", {"steps": [1]}),
        ("classification", {"priority": "critical"}),
        ("classification", {"add_tags": ["UPPER"]}),
        ("classification", {"status": "closed"}),
        ("fields", {"custom_fields": []}),
        ("deletion", {"body": "x"}),
    ],
)
def test_a_payload_is_exactly_that_of_its_kind(db: Db, world: World, kind: str, payload: Any) -> None:
    run_id, _ = start(db, world["answered"])
    with refused("invalid_value"):
        make(db, run_id, kind, payload)


def test_j30_arguments_cannot_be_smuggled_in(db: Db, world: World) -> None:
    labels = classified(db, world, priority="urgent")
    with refused("invalid_value", "no text"), db.transaction():
        accept(db, AGENT, labels, body="low")
    with refused("invalid_value", "only a reply"), db.transaction():
        accept(db, AGENT, labels, status="closed")
    with refused("forbidden", "never changes"):
        db.execute("update helpdesk.proposals set payload = '{}' where proposal_id = %s", (labels["proposal_id"],))


@pytest.mark.parametrize("reason", [None, "", "bad", "other:", "other: \u200b", "other:" + "x" * 201])
def test_a_rejection_has_a_reason(db: Db, world: World, reason: str | None) -> None:
    with refused("invalid_value"):
        reject(db, AGENT, draft(db, world), reason)


def test_a_rejection_is_final(db: Db, world: World) -> None:
    proposal = draft(db, world)
    first = reject(db, AGENT, proposal, "other: too long")
    assert (first["state"], first["reject_reason"]) == ("rejected", "other: too long")
    assert reject(db, AGENT, proposal, "other: too long") == first
    with refused("proposal_decided"), db.transaction():
        reject(db, AGENT, proposal, "tone")
    with refused("proposal_decided"):
        accept(db, AGENT, proposal)


def test_time_counts_from_the_first_look(db: Db, world: World) -> None:
    proposal = draft(db, world)
    with be(db, AGENT):
        first = one(db, "select * from helpdesk.show_proposal(%s)", proposal["proposal_id"])
        again = one(db, "select * from helpdesk.show_proposal(%s)", proposal["proposal_id"])
    assert first["shown_at"] is not None
    assert again["shown_at"] == first["shown_at"]


def test_the_system_may_decide_too(db: Db, world: World) -> None:
    done = accept(db, SERVICE, draft(db, world))
    assert (done["state"], done["decided_by"]) == ("accepted", None)


@pytest.mark.parametrize(
    ("a", "b", "distance"),
    [
        ("kitten", "sitting", 3 / 7),
        ("a  b\n", "a b", 0),
        ("abc", "", 1),
        ("", "", 0),
        ("abcdef", "abcdef!", 1 / 7),
        ("ab", "ba", 1),
        ("a" * 5000, "b" * 5000, 1),
        ("w " * 20_000, "w " * 20_000 + "x", 1 / 20_001),
    ],
)
def test_the_distance_of_two_texts(db: Db, a: str, b: str, distance: float) -> None:
    assert value(db, "select helpdesk_private.text_distance(%s, %s)", a, b) == pytest.approx(distance, abs=1e-4)
