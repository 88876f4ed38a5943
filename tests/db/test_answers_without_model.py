"""Without a model: sentences of articles, the course of a conversation, or a person; the result says which and why."""

from __future__ import annotations

import pytest
from tests.db.assisting import citations, holding, publish, retrieve, run_of, start, state
from tests.db.people import ADMIN, AGENT, CUSTOMER, STRANGER, Db, be, refused, value
from tests.db.test_embeddings import leased, store, vector
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


def test_the_likeness_that_an_answer_needs_is_asked_only_of_passages_with_a_vector(db: Db, world: World) -> None:
    db.execute("delete from helpdesk_private.example_texts")
    model = "a-minilm"
    publish(db, "router")
    _, secret = start(db, world["answered"])

    def found(*numbers: float) -> set[str]:
        query = "select helpdesk.retrieve_passages('How do I reset my router?', %s::real[], %s)"
        with holding(db, secret):
            passages = value(db, query, vector(*numbers), model)
        assert passages["nothing_found"] is (passages["passages"] == [])
        return {passage["title"] for passage in passages["passages"]}

    # Nobody has made a vector yet: the words decide.
    assert found(0, 1) == {"Router reset"}
    for job in leased(db, model=model):
        store(db, job, vector(1), model)
    assert found(1) == {"Router reset"}
    # The floor of this model is .5: vectors on both sides of it.
    assert found(0.6, 0.8) == {"Router reset"}
    assert found(0.4, 0.9165) == set()
    # An article that has no vector yet is found by its words, and nothing else with it.
    publish(db, "router-anew", title="Router anew")
    assert found(0, 1) == {"Router anew"}
    with be(db, ADMIN):
        db.execute("update helpdesk.ai_settings set similarity_floor = 0.3")
    assert found(0.4, 0.9165) == {"Router anew", "Router reset"}


def test_a_model_whose_floor_is_unknown_has_none_until_an_admin_sets_it(db: Db, world: World) -> None:
    db.execute("delete from helpdesk_private.example_texts")
    publish(db, "router")
    _, secret = start(db, world["answered"])
    for job in leased(db, model="other"):
        store(db, job, vector(1), "other")
    query = "select helpdesk.retrieve_passages('How do I reset my router?', %s::real[], 'other') -> 'nothing_found'"
    with holding(db, secret):
        assert value(db, query, vector(0, 1)) is False
    with be(db, ADMIN):
        db.execute("update helpdesk.ai_settings set similarity_floor = 0.5")
    with holding(db, secret):
        assert value(db, query, vector(0, 1)) is True


def test_passages_are_found_by_vectors_only_where_a_model_is_active(db: Db, world: World) -> None:
    db.execute("delete from helpdesk_private.example_texts")
    model = "a-minilm"
    publish(db, "router")
    _, secret = start(db, world["answered"])

    def mode() -> str:
        query = "select helpdesk.retrieve_passages('How do I reset my router?', %s::real[], %s) ->> 'mode'"
        with holding(db, secret):
            return str(value(db, query, vector(1), model))

    assert mode() == "text"
    for job in leased(db, model=model):
        store(db, job, vector(1), model)
    assert mode() == "hybrid"


def test_rows_of_a_table_stay_rows(db: Db, world: World) -> None:
    rows = ["| Small plan | 9 euros a month | 3 seats |", "| Large plan | 49 euros a month | 25 seats |"]
    publish(db, "plans", "\n".join(["| Plan | Price | Seats |", "|---|---|---|", *rows]), title="Plans")
    with be(db, CUSTOMER):
        said(db, "answered", "What does each plan cost in a month, and how many seats has it?", world)
    _, secret = start(db, world["answered"])
    retrieve(db, secret)
    with holding(db, secret):
        proposal = value(db, FINISH, "no_model")
    lines = proposal["payload"]["body"].splitlines()
    assert [line.removeprefix("> ") for line in lines if "plan" in line] == rows


@pytest.mark.parametrize("reason", [None, "", "No model", "no-model", "zu_groß", "x" * 61, "no_model\n"])
def test_why_no_model_answered_is_a_word(db: Db, world: World, reason: str | None) -> None:
    run_id, secret = start(db, world["answered"], "summary")
    with refused("invalid_value", "reason must be a word"), holding(db, secret):
        db.execute(FINISH, (reason,))
    assert run_of(db, run_id)["state"] == "leased"
