"""The same question has the same answer: one run, one proposal, until something that the answer is made of changes."""

from __future__ import annotations

from typing import Any, LiteralString

import pytest
from tests.db.assisting import ROBOT, accept, add_robot, holding, make, publish, reply, retrieve, run_of, start, submit
from tests.db.conftest import Server
from tests.db.people import ADMIN, AGENT, CUSTOMER, OTHER, STRANGER, Db, Person, be, one, refused, value
from tests.db.test_races import call, together
from tests.db.world import World

ASK = "select * from helpdesk.request_run(%s, %s)"


def ask(db: Db, ticket: str, kind: str = "reply", person: Person = AGENT, **more: Any) -> dict[str, Any]:
    names = "".join(f", {name} => %s" for name in more)
    with be(db, person):
        return one(db, f"select * from helpdesk.request_run(%s, %s{names})", ticket, kind, *more.values())


def answered(db: Db, ticket: str, kind: str = "reply", **more: Any) -> dict[str, Any]:
    """A run that a model answered; its proposal."""
    _, secret = start(db, ticket, kind, **more)
    retrieve(db, secret)
    answer: dict[str, dict[str, Any]] = {
        "reply": reply("Choose it.", (1, [1])),
        "summary": {"statements": [{"text": "It is broken.", "messages": [1]}]},
        "classification": {"team": None, "priority": "urgent", "tags": [], "spam": False},
    }
    proposal = submit(db, secret, answer[kind])
    assert proposal is not None
    return proposal


def test_an_answer_that_is_still_open_is_given_again(db: Db, world: World) -> None:
    publish(db, "router")
    proposal = answered(db, world["answered"])
    for person in (AGENT, ADMIN):
        run = ask(db, world["answered"], person=person)
        assert (run["state"], run["mode"], str(run["cached_from"])) == ("done", "model", proposal["run_id"])
        assert (run["tokens_in"], run["tokens_out"], float(run["cost"])) == (0, 0, 0)
    with be(db, ROBOT):
        assert value(db, "select helpdesk.lease_runs()") == []
    assert value(db, "select count(*) from helpdesk.proposals") == 1


CHANGES: dict[str, tuple[str, Person, LiteralString]] = {
    "a message": ("reply", CUSTOMER, "select helpdesk.send_reply({answered}, 'And now?')"),
    "a redaction": ("summary", AGENT, "select helpdesk.redact_message({question})"),
    "a merge": ("reply", AGENT, "select helpdesk.merge_tickets({mine}, {answered})"),
    "the title": ("reply", AGENT, "update helpdesk.tickets set title = 'Other' where ticket_id = {answered}"),
    "an article": (
        "reply",
        ADMIN,
        "select helpdesk.publish_article((helpdesk.save_article('x', 'X', 'A text.')).article_id)",
    ),
    "the model": ("reply", ADMIN, "update helpdesk.ai_settings set chat_model = 'other'"),
    "the tone": ("reply", ADMIN, "update helpdesk.ai_settings set tone = 'Friendly'"),
    "the signature": ("reply", ADMIN, "update helpdesk.ai_settings set signature = 'The team'"),
    "the language": ("reply", ADMIN, "update helpdesk.ai_settings set reply_language = 'de'"),
    "the floor": ("reply", ADMIN, "update helpdesk.ai_settings set similarity_floor = 0.9"),
    "internal articles": ("reply", ADMIN, "update helpdesk.ai_settings set internal_articles_in_context = true"),
    "notes": ("summary", ADMIN, "update helpdesk.ai_settings set notes_in_context = true"),
    "the prompt": (
        "reply",
        ADMIN,
        "select helpdesk.activate_prompt((helpdesk.create_prompt('reply', 'Be kind.')).prompt_id)",
    ),
    "a team": ("classification", ADMIN, "insert into helpdesk.teams (name) values ('Billing')"),
    "a team without the assistant": (
        "classification",
        ADMIN,
        "insert into helpdesk.ai_exclusions (scope, target_id) values ('team', {empty})",
    ),
}


@pytest.mark.parametrize("what", CHANGES)
def test_whatever_went_into_the_answer_makes_a_new_question(db: Db, world: World, what: str) -> None:
    kind, person, statement = CHANGES[what]
    publish(db, "router")
    answered(db, world["answered"], kind)
    assert ask(db, world["answered"], kind)["cached_from"] is not None
    with be(db, person):
        db.execute(statement.format(**{name: f"'{id}'" for name, id in world.items()}).encode())
    run = ask(db, world["answered"], kind)
    assert (run["state"], run["cached_from"]) == ("queued", None)


def test_a_note_is_a_new_question_only_where_notes_are_read(db: Db, world: World) -> None:
    db.execute("update helpdesk.ai_settings set notes_in_context = true")
    publish(db, "router")
    answered(db, world["answered"])
    answered(db, world["answered"], "summary")
    with be(db, AGENT):
        db.execute("select helpdesk.add_note(%s, 'Mind the plan.')", (world["answered"],))
    assert ask(db, world["answered"])["cached_from"] is not None
    assert ask(db, world["answered"], "summary")["cached_from"] is None


def test_the_embedding_model_is_part_of_the_question(db: Db, world: World) -> None:
    db.execute("delete from helpdesk_private.example_texts")
    publish(db, "router")
    answered(db, world["answered"])
    db.execute("insert into helpdesk_private.embedding_models (model, slot, is_active) values ('m', 0, true)")
    run = ask(db, world["answered"])
    assert (run["cached_from"], run["embedding_model"]) == (None, "m")


@pytest.mark.parametrize("end", ["accept_proposal(%s)", "reject_proposal(%s, 'wrong')"])
def test_an_answer_that_somebody_decided_is_not_given_again(db: Db, world: World, end: str) -> None:
    db.execute("update helpdesk.ai_settings set notes_in_context = false")
    publish(db, "router")
    proposal = answered(db, world["answered"], "summary")
    with be(db, AGENT):
        db.execute(f"select helpdesk.{end}".encode(), (proposal["proposal_id"],))
    assert ask(db, world["answered"], "summary")["state"] == "queued"


def test_an_answer_whose_time_is_over_is_not_given_again(db: Db, world: World) -> None:
    publish(db, "router")
    answered(db, world["answered"])
    db.execute("alter table helpdesk.proposals disable trigger guard_proposal")
    db.execute("update helpdesk.proposals set expires_at = now()")
    db.execute("alter table helpdesk.proposals enable trigger guard_proposal")
    assert ask(db, world["answered"])["state"] == "queued"


def test_what_no_model_answered_is_asked_again(db: Db, world: World) -> None:
    publish(db, "router")
    with be(db, AGENT):
        found = value(db, "select helpdesk.suggest_without_model(%s)", world["answered"])
    assert found["run"]["state"] == "fallback"
    assert ask(db, world["answered"])["state"] == "queued"


def test_a_test_is_never_an_answer(db: Db, world: World) -> None:
    publish(db, "router")
    _, secret = start(db, world["answered"], "reply", ADMIN, is_test=True)
    retrieve(db, secret)
    assert submit(db, secret, reply("Choose it.", (1, [1]))) is None
    answered(db, world["answered"])
    run = ask(db, world["answered"], person=ADMIN, is_test=True)
    assert (run["state"], run["cached_from"]) == ("queued", None)


def test_j33_the_same_words_of_two_customers_are_two_questions(db: Db, world: World) -> None:
    publish(db, "router")
    tickets = []
    for person in (CUSTOMER, OTHER):
        with be(db, person):
            row = one(db, "select * from helpdesk.create_ticket('Router', 'How do I reset my router?')")
        tickets.append(str(row["ticket_id"]))
    answered(db, tickets[0])
    run = ask(db, tickets[1], person=ADMIN)
    assert (run["state"], run["cached_from"]) == ("queued", None)
    keys = "select array_agg(distinct cache_key) from helpdesk.ai_runs where kind = 'summary'"
    for ticket in tickets:
        ask(db, ticket, "summary", ADMIN)
    assert len(value(db, keys)) == 2


def test_an_answer_is_for_those_who_work_the_ticket(db: Db, world: World) -> None:
    publish(db, "router")
    proposal = answered(db, world["answered"])
    for person, reason in ((STRANGER, "ticket_not_found"), (OTHER, "ticket_not_found"), (CUSTOMER, "forbidden")):
        with refused(reason), db.transaction():
            ask(db, world["answered"], person=person)
        with be(db, person):
            query = "select count(*) from helpdesk.ai_runs where run_id = %s"
            assert value(db, query, proposal["run_id"]) == 0


def test_a_wish_makes_another_draft_in_place_of_the_first(db: Db, world: World) -> None:
    publish(db, "router")
    first = answered(db, world["answered"])
    add_robot(db)
    _, secret = start(db, world["answered"], wish="shorter, please")
    retrieve(db, secret)
    with holding(db, secret):
        prompt = value(db, "select helpdesk.run_prompt()")
    assert 'wish_of_the_agent\n"shorter, please"\n' in prompt["user"]
    second = submit(db, secret, reply("Choose.", (1, [1])))
    assert second is not None
    states = "select array_agg(state order by created_at) from helpdesk.proposals"
    assert value(db, states) == ["superseded", "open"]
    # The same wish again has the same answer; the question without it is asked anew, as its answer is gone.
    assert str(ask(db, world["answered"], wish="shorter, please")["cached_from"]) == second["run_id"]
    assert ask(db, world["answered"])["state"] == "queued"
    with refused("proposal_expired"):
        accept(db, AGENT, first)


def test_many_at_once_make_one_run(pg: Server, own: str, world: World) -> None:
    people = (AGENT, ADMIN) * 5
    runs = together([call(pg, own, person, ASK, world["answered"], "reply") for person in people])
    assert len({rows[0]["run_id"] for rows in runs}) == 1
    with pg.connect(own) as db:
        assert value(db, "select count(*) from helpdesk.ai_runs") == 1


def test_a_cached_run_can_be_repeated_with_its_id(db: Db, world: World) -> None:
    publish(db, "router")
    answered(db, world["answered"])
    run_id = value(db, "select gen_random_uuid()")
    first = ask(db, world["answered"], run_id=run_id)
    assert (first["run_id"], first["state"]) == (run_id, "done")
    assert ask(db, world["answered"], run_id=run_id) == first
    assert run_of(db, str(run_id)) == first


def test_labels_of_past_tickets_are_no_answer_of_a_model(db: Db, world: World) -> None:
    run_id, _ = start(db, world["answered"], "classification")
    make(db, run_id, "classification", {"priority": "urgent"})
    db.execute("select helpdesk_private.finish_run(%s, 'done', 'neighbours', null, null, null, null)", (run_id,))
    assert ask(db, world["answered"], "classification")["state"] == "queued"


def test_a_redaction_in_a_merged_ticket_is_a_new_question(db: Db, world: World) -> None:
    with be(db, AGENT):
        db.execute("select helpdesk.merge_tickets(%s, %s)", (world["answered"], world["mine"]))
    before = ask(db, world["mine"], "summary")
    with be(db, AGENT):
        db.execute("select helpdesk.redact_message(%s)", (world["question"],))
    assert ask(db, world["mine"], "summary")["cache_key"] != before["cache_key"]
