"""Answers of models: what is refused with a sentence for a second try, and what is kept."""

from __future__ import annotations

from typing import Any

import pytest
from psycopg.types.json import Jsonb
from tests.db.assisting import (
    BODY,
    add_robot,
    citations,
    draft,
    holding,
    publish,
    reply,
    retrieve,
    run_of,
    start,
    submit,
)
from tests.db.people import ADMIN, AGENT, CUSTOMER, Db, be, one, refused, value
from tests.db.world import World, said


def test_a_reply_becomes_a_draft_whose_quotes_stand_in_the_article(db: Db, world: World) -> None:
    proposal = draft(db, world, reply("Choose the button.", (1, [2, 1]), (1, [3])))
    assert (proposal["kind"], proposal["mode"], proposal["state"]) == ("reply", "model", "open")
    assert proposal["payload"] == {"body": "Choose the button."}
    quotes = [c["quote"] for c in citations(db, proposal)]
    assert quotes == [
        "Open the settings of your account. Choose the button that says reset my router.",
        "The router restarts within two minutes.",
    ]
    assert all(quote in BODY for quote in quotes)
    run = run_of(db, proposal["run_id"])
    assert (run["state"], run["mode"], run["reason"]) == ("done", "model", None)


def test_passages_have_numbered_sentences(db: Db, world: World) -> None:
    publish(db, "router")
    _, secret = start(db, world["answered"])
    found = retrieve(db, secret)
    assert (found["mode"], found["nothing_found"]) == ("text", False)
    (passage,) = found["passages"]
    assert (passage["n"], passage["title"], passage["audience"]) == (1, "Router reset", "public")
    assert passage["sentences"][2] == {"n": 3, "text": "The router restarts within two minutes."}


def test_j4_j5_only_published_public_articles_are_found_for_a_customer(db: Db, world: World) -> None:
    publish(db, "secret", audience="internal")
    gone = publish(db, "gone")
    with be(db, ADMIN):
        db.execute("select helpdesk.save_article('draft', 'Router reset', %s)", (BODY,))
        db.execute("select helpdesk.archive_article(%s)", (gone,))
        db.execute("update helpdesk.ai_settings set internal_articles_in_context = true")
    _, secret = start(db, world["answered"])
    assert retrieve(db, secret)["nothing_found"]
    _, secret = start(db, world["answered"], "next_steps")
    assert [p["audience"] for p in retrieve(db, secret)["passages"]] == ["internal"]


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        ("text", "must be a JSON object"),
        ([], "must be a JSON object"),
        ({}, '"paragraphs" must be a list'),
        ({"paragraphs": "text"}, '"paragraphs" must be a list'),
        ({"paragraphs": []}, "1 to 20 entries"),
        ({"paragraphs": ["text"]}, "A paragraph must be an object"),
        ({"paragraphs": [{"citations": []}]}, '"text" must be a text'),
        ({"paragraphs": [{"text": " \u200b"}]}, '"text" is empty'),
        ({"paragraphs": [{"text": "x" * 4001}]}, "at most 4000 characters"),
        ({"paragraphs": [{"text": "x" * 3999}] * 3}, "at most 10000 characters"),
        ({"paragraphs": [{"text": "x"}] * 21}, "1 to 20 entries"),
        ({"paragraphs": [{"text": "x", "note": 1}]}, 'the key "note"'),
        (reply(close_ticket=True), 'the key "close_ticket"'),
        (reply(language="English please"), '"language" must be a code'),
        (reply(enough="yes"), '"enough" must be true or false'),
        (reply("<img src=x>"), "Nothing is left"),
        (reply("x" * 300_000), "at most 200000 bytes"),
    ],
)
def test_j26_a_wrong_answer_is_refused_with_a_sentence(db: Db, world: World, answer: object, sentence: str) -> None:
    _, secret = start(db, world["answered"])
    with refused("answer_invalid", sentence):
        submit(db, secret, answer)


def test_after_a_refused_answer_another_one_may_follow(db: Db, world: World) -> None:
    publish(db, "router")
    _, secret = start(db, world["answered"])
    retrieve(db, secret)
    with refused("answer_invalid"), db.transaction():
        submit(db, secret, {})
    proposal = submit(db, secret, reply("Choose it.", (1, [1])))
    assert proposal is not None
    with refused("lease_lost"):
        submit(db, secret, reply())


@pytest.mark.parametrize(
    "citation",
    [(0, [1]), (-1, [1]), (2, [1]), (7, [1]), (1, [0]), (1, [-2]), (1, [99]), (1, []), (1, ["1"]), (1, [1.5])],
)
def test_j19_citations_that_do_not_exist_are_dropped(db: Db, world: World, citation: tuple[int, list[Any]]) -> None:
    proposal = draft(db, world, reply("Choose it.", citation))
    assert citations(db, proposal) == []
    assert {"no_citation", "citations_dropped"} <= set(proposal["flags"])


def test_j19_a_citation_twice_counts_once(db: Db, world: World) -> None:
    proposal = draft(db, world, reply("Choose it.", (1, [3, 3]), (1, [3]), (9, [1])))
    assert [c["quote"] for c in citations(db, proposal)] == ["The router restarts within two minutes."]
    assert "no_citation" not in proposal["flags"]


def test_a_quote_that_arrives_as_text_is_located(db: Db, world: World) -> None:
    answer = reply("Choose it.")
    answer["paragraphs"][0]["citations"] = [
        {"passage": 1, "quote": "the ROUTER restarts  within two minutes"},
        {"passage": 1, "quote": "The router restarts within ten minutes."},
    ]
    proposal = draft(db, world, answer)
    assert [c["quote"] for c in citations(db, proposal)] == ["The router restarts within two minutes."]


def test_j9_only_the_exact_address_of_a_cited_article_survives(db: Db, world: World) -> None:
    text = "See https://kb.example/router?page=2 and https://kb.example/router?page=2&d=secret."
    proposal = draft(db, world, reply(text, (1, [1])))
    assert proposal["payload"]["body"] == "See https://kb.example/router?page=2 and"
    assert "links_removed" in proposal["flags"]
    without = draft(db, world, reply(text))
    assert "kb.example" not in without["payload"]["body"]


def test_j2_an_id_in_an_answer_counts_for_nothing(db: Db, world: World) -> None:
    proposal = draft(db, world, reply("Choose it.", (1, [1]), ticket_id=world["theirs"], number=17))
    assert proposal["ticket_id"] == world["answered"]
    assert "foreign_id" in proposal["flags"]


def test_j11_j25_what_a_person_should_look_at(db: Db, world: World) -> None:
    proposal = draft(db, world, reply("Bitte rufen Sie an, wenn das nicht hilft und Sie es eilig haben: 0900 123 4567"))
    assert "unknown_contact" in proposal["flags"]
    with be(db, ADMIN):
        db.execute("update helpdesk.ai_settings set reply_language = 'en'")
    proposal = draft(db, world, reply("Bitte wählen Sie es, wenn das nicht hilft und Sie es eilig haben."))
    assert "other_language" in proposal["flags"]
    assert "unknown_contact" not in draft(db, world, reply("Call +1 800 555 0100.", (1, [5])))["flags"]


def test_not_enough_proposes_an_escalation(db: Db, world: World) -> None:
    proposal = draft(db, world, {"paragraphs": [], "language": "en", "enough": False})
    assert proposal["kind"] == "escalation"
    assert run_of(db, proposal["run_id"])["reason"] == "nothing_found"


def test_f2_a_draft_dies_with_the_conversation(db: Db, world: World) -> None:
    run_id, secret = start(db, world["answered"])
    with be(db, CUSTOMER):
        said(db, "answered", "Never mind.", world)
    assert submit(db, secret, reply()) is None
    assert (run_of(db, run_id)["state"], run_of(db, run_id)["reason"]) == ("cancelled", "conversation_moved")


def test_j5_an_article_withdrawn_while_drafting(db: Db, world: World) -> None:
    article = publish(db, "router")
    run_id, secret = start(db, world["answered"])
    retrieve(db, secret)
    with be(db, ADMIN):
        db.execute("select helpdesk.archive_article(%s)", (article,))
    assert submit(db, secret, reply("Choose it.", (1, [1]))) is None
    assert (run_of(db, run_id)["state"], run_of(db, run_id)["reason"]) == ("needs_human", "article_withdrawn")


def test_a_summary_names_messages(db: Db, world: World) -> None:
    _, secret = start(db, world["answered"], "summary")
    with refused("answer_invalid", "needs the numbers"), db.transaction():
        submit(db, secret, {"statements": [{"text": "She asks.", "messages": [0, 99]}]})
    proposal = submit(
        db,
        secret,
        {"statements": [{"text": "She asks.", "messages": [1, 99]}, {"text": "Invented.", "messages": []}]},
    )
    assert proposal is not None
    assert proposal["payload"] == {"statements": [{"text": "She asks.", "messages": [world["question"]]}]}


def test_next_steps_and_an_article(db: Db, world: World) -> None:
    _, secret = start(db, world["answered"], "next_steps")
    proposal = submit(db, secret, {"steps": ["Ask for the <b>serial</b> number."]})
    assert proposal is not None
    assert proposal["payload"] == {"steps": ["Ask for the serial number."]}
    _, secret = start(db, world["answered"], "article")
    proposal = submit(db, secret, {"title": "Réset", "body": "See ![x](https://evil.test)"})
    assert proposal is not None
    assert proposal["payload"]["slug"].startswith("reset-")
    assert "evil" not in proposal["payload"]["body"]


def test_a_title_that_cleaning_makes_longer_is_cut(db: Db, world: World) -> None:
    _, secret = start(db, world["answered"], "article")
    title = "<INFO>" * 50
    assert len(title) == 300
    proposal = submit(db, secret, {"title": title, "body": "Ask for the number."})
    assert proposal is not None
    assert proposal["payload"]["title"] == ("< INFO>" * 50)[:300]


@pytest.mark.parametrize(
    "answer",
    [
        {"team": "Nowhere", "priority": None, "tags": [], "spam": False},
        {"team": None, "priority": "critical", "tags": [], "spam": False},
        {"team": None, "priority": None, "tags": ["brand-new"], "spam": False},
        {"team": None, "priority": None, "tags": [], "spam": "no"},
        {"team": None, "priority": None, "tags": "spam", "spam": None},
        {"team": None, "status": "closed"},
    ],
)
def test_j26_a_label_outside_the_list_is_refused(db: Db, world: World, answer: object) -> None:
    _, secret = start(db, world["answered"], "classification")
    with refused("answer_invalid"):
        submit(db, secret, answer)


def test_j1_labels_are_only_proposed(db: Db, world: World) -> None:
    before = one(db, "select * from helpdesk.tickets where ticket_id = %s", world["answered"])
    _, secret = start(db, world["answered"], "classification")
    proposal = submit(db, secret, {"team": "Vault", "priority": "low", "tags": ["tag-answered"], "spam": False})
    assert proposal is not None
    assert proposal["payload"] == {
        "team_id": world["vault"],
        "priority": "low",
        "previous": {"team_id": world["desk"], "priority": "medium"},
    }
    assert one(db, "select * from helpdesk.tickets where ticket_id = %s", world["answered"]) == before


def test_labels_that_the_ticket_has_are_no_proposal(db: Db, world: World) -> None:
    run_id, secret = start(db, world["answered"], "classification")
    assert submit(db, secret, {"team": None, "priority": "medium", "tags": [], "spam": False}) is None
    assert run_of(db, run_id)["reason"] == "no_change"


@pytest.mark.parametrize("call", ["retrieve_passages()", "submit_answer('{}')", "finish_without_model('no_model')"])
def test_only_the_holder_of_a_lease_gets_in(db: Db, world: World, call: str) -> None:
    add_robot(db)
    _, secret = start(db, world["answered"])
    with refused("lease_lost"), holding(db, "guess"):
        db.execute(f"select helpdesk.{call}".encode())
    for person in (AGENT, ADMIN, CUSTOMER):
        with refused("forbidden"), be(db, person):
            db.execute("select set_config('request.headers', %s, true)", (f'{{"x-helpdesk-run": "{secret}"}}',))
            db.execute(f"select helpdesk.{call}".encode())


def test_a_test_run_makes_no_proposal(db: Db, world: World) -> None:
    publish(db, "router")
    run_id, secret = start(db, world["answered"], is_test=True)
    retrieve(db, secret)
    assert submit(db, secret, reply("Choose it.", (1, [1]))) is None
    assert run_of(db, run_id)["answer"] == {"body": "Choose it."}
    assert value(db, "select count(*) from helpdesk.proposals where run_id = %s", run_id) == 0


def test_the_answer_may_be_json_of_any_kind(db: Db, world: World) -> None:
    _, secret = start(db, world["answered"])
    answers: tuple[object, ...] = (None, 1, True, [[]], {"paragraphs": {"a": 1}}, {"paragraphs": [None]})
    for answer in (*answers, {"paragraphs": [{"text": {}}]}):
        with refused("answer_invalid"), db.transaction(), holding(db, secret):
            db.execute("select helpdesk.submit_answer(%s)", (Jsonb(answer),))


GERMAN = "Guten Tag, ich habe eine Frage: wie kann ich den Router wieder in Gang bringen, und ist das nicht zu teuer?"


@pytest.mark.parametrize(
    ("setting", "text", "flagged"),
    [
        (None, "Bitte wählen Sie das, wenn es nicht mehr geht und Sie es eilig haben.", False),
        (None, "Please choose that one, if it does not work and you are in a hurry.", True),
        ("en", "Please choose that one, if it does not work and you are in a hurry.", False),
        ("en", "Bitte wählen Sie das, wenn es nicht mehr geht und Sie es eilig haben.", True),
    ],
)
def test_j25_a_reply_in_another_language_than_the_customers_is_flagged(
    db: Db, world: World, setting: str | None, text: str, flagged: bool
) -> None:
    db.execute("update helpdesk.ai_settings set reply_language = %s", (setting,))
    with be(db, CUSTOMER):
        said(db, "answered", GERMAN, world)
    assert ("other_language" in draft(db, world, reply(text))["flags"]) is flagged
