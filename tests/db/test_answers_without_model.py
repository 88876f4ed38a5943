"""Without a model: sentences of articles, the course of a conversation, or a person; the result says which and why."""

from __future__ import annotations

import pytest
from tests.db.assisting import citations, holding, publish, retrieve, run_of, start, state
from tests.db.people import AGENT, CUSTOMER, STRANGER, Db, be, refused, value
from tests.db.world import World, said

FINISH = "select helpdesk.finish_without_model(%s)"


def test_without_a_model_a_reply_is_sentences_of_articles(db: Db, world: World) -> None:
    publish(db, "router")
    with be(db, CUSTOMER):
        said(db, "answered", "How do I reset my router? It never restarts.", world)
    run_id, secret = start(db, world["answered"])
    retrieve(db, secret)
    with holding(db, secret):
        proposal = value(db, FINISH, "no_model")
    assert (proposal["kind"], proposal["mode"]) == ("reply", "passages")
    assert proposal["payload"]["body"].startswith("> ")
    assert 1 <= len(citations(db, proposal)) <= 3
    assert (run_of(db, run_id)["state"], run_of(db, run_id)["reason"]) == ("fallback", "no_model")


def test_without_a_model_and_without_an_article_somebody_must_know(db: Db, world: World) -> None:
    run_id, secret = start(db, world["answered"])
    with holding(db, secret):
        proposal = value(db, FINISH, "model_unreachable")
    assert proposal["kind"] == "escalation"
    assert run_of(db, run_id)["reason"] == "nothing_found"


def test_without_a_model_a_summary_is_the_timeline(db: Db, world: World) -> None:
    _, secret = start(db, world["answered"], "summary")
    with holding(db, secret):
        proposal = value(db, FINISH, "no_model")
    assert proposal["mode"] == "timeline"
    assert [world["question"]] in [s["messages"] for s in proposal["payload"]["statements"]]


@pytest.mark.parametrize("kind", ["classification", "next_steps", "article"])
def test_without_a_model_the_rest_needs_a_person(db: Db, world: World, kind: str) -> None:
    run_id, secret = start(db, world["answered"], kind)
    with holding(db, secret):
        assert value(db, FINISH, "budget_exhausted") is None
    assert (run_of(db, run_id)["state"], run_of(db, run_id)["reason"]) == ("needs_human", "budget_exhausted")


def test_a_suggestion_in_sql_alone(db: Db, world: World) -> None:
    publish(db, "router")
    with be(db, CUSTOMER):
        said(db, "answered", "How do I reset my router?", world)
    with be(db, AGENT):
        found = value(db, "select helpdesk.suggest_without_model(%s)", world["answered"])
    assert found["run"]["state"] == "fallback"
    assert found["proposal"]["mode"] == "passages"
    assert state(db, found["proposal"]) == "open"
    with refused("ticket_not_found"), be(db, STRANGER):
        db.execute("select helpdesk.suggest_without_model(%s)", (world["answered"],))


def test_a_run_that_is_under_way_is_left_alone(db: Db, world: World) -> None:
    run_id, _ = start(db, world["answered"])
    with be(db, AGENT):
        found = value(db, "select helpdesk.suggest_without_model(%s)", world["answered"])
    assert (found["run"]["run_id"], found["run"]["state"], found["proposal"]) == (run_id, "leased", None)
