"""Training: what the trainer reads and stores, and that the database computes what the trainer measured."""

from __future__ import annotations

from pathlib import Path

import pytest
from psycopg.types.json import Jsonb
from tests.db.people import ADMIN, AGENT, CUSTOMER, SERVICE, Db, be, denied, refused, value
from tests.db.test_classification import FIRE, LOGO, best, classified, fire, learnt
from tests.db.world import World

from helpdesk_sdk.errors import InvalidValueError, LocalFileError
from helpdesk_sdk.learning.files import measured_retrieval, read_labelled
from helpdesk_sdk.learning.opinions import Examples, fit, shares_of_heads
from helpdesk_sdk.learning.routing import Routing
from helpdesk_sdk.learning.training import examples_of, labelled, learn


def read(db: Db, kind: str = "priority") -> tuple[Examples, str | None]:
    """The examples of a kind, as a program with the secret key reads them."""
    with be(db, SERVICE):
        query = "select coalesce(jsonb_agg(to_jsonb(e)), '[]') from helpdesk.training_examples(%s, null, 1000) as e"
        return examples_of(value(db, query, kind), value(db, "select helpdesk.active_embedding_model()"))


def train(db: Db, kind: str = "priority") -> Routing:
    """Train a kind and store what it learned."""
    routing, head = learn(kind, *read(db, kind))
    with be(db, SERVICE):
        db.execute("select helpdesk.store_label_head(%s, %s)", (kind, Jsonb(head)))
    return routing


@pytest.fixture
def taught(db: Db, world: World) -> list[str]:
    """Thirty examples each of high and low."""
    db.execute("delete from helpdesk.label_examples")
    people = ("customer", "other", "caller")
    return [
        learnt(db, world, priority, title.format(f"{word} {n}"), requester=people[n % 3])[0]
        for priority, title in (("high", FIRE), ("low", LOGO))
        for n, word in enumerate(["today", "again", "since Monday", "in the office", "at home"] * 6)
    ]


def test_training_is_used_by_the_next_classification(db: Db, world: World, taught: list[str]) -> None:
    routing = train(db)
    assert routing.examples == 60
    assert routing.accuracy == routing.macro_f1 == 1
    assert routing.verdict[0] == "ready"
    ticket = fire(db, world)
    assert best(classified(db, ticket))["label"] == "high"
    with be(db, AGENT):
        report = value(db, "select helpdesk.label_head_report('priority')")
    assert (report["examples"], report["accuracy"], report["model"]) == (60, 1, None)
    with be(db, ADMIN):
        assert value(db, "select helpdesk.forget_label_head('priority')") is True
        assert value(db, "select helpdesk.forget_label_head('priority')") is False
    assert best(classified(db, ticket))["label"] == "high"


def test_the_database_computes_the_shares_of_the_model(db: Db, world: World, taught: list[str]) -> None:
    routing = train(db)
    heads = fit(read(db)[0]).sharpened(*routing.sharpness)
    text = "The colour of the burning server"
    features = value(db, "select helpdesk_private.word_features(%s)", text)
    _, expected = shares_of_heads(heads, Examples(["?"], [features], None, ["?"]))
    rows = db.execute("select label, share from helpdesk_private.word_shares(%s) order by label", (text,)).fetchall()
    assert [row["label"] for row in rows] == heads.labels
    for row, share in zip(rows, expected[0], strict=True):
        assert row["share"] == pytest.approx(share, abs=0.01)
    assert value(db, "select count(*) from helpdesk_private.word_shares('Zzz')") == 0


def test_one_label_cannot_be_trained(db: Db, taught: list[str]) -> None:
    with pytest.raises(InvalidValueError):
        train(db, "team")


@pytest.mark.parametrize(
    "head",
    [
        [],
        {"labels": [], "words": []},
        {"labels": [{"label": "a"}, {"label": "b"}], "words": []},
        {
            "mix": [0, 0, 1],
            "examples": 9,
            "report": {},
            "labels": [
                {"label": "a", "threshold": 1, "words_bias": 0},
                {"label": "b", "threshold": 1, "words_bias": 0},
            ],
            "words": [{"feature": "x", "idf": 1, "weights": [1]}],
        },
    ],
)
def test_what_the_trainer_never_makes_is_refused(db: Db, head: object) -> None:
    with refused("invalid_value"), be(db, SERVICE):
        db.execute("select helpdesk.store_label_head('priority', %s)", (Jsonb(head),))


def test_people_neither_read_the_texts_nor_store_models(db: Db) -> None:
    for person in (ADMIN, AGENT, CUSTOMER):
        for query in ("helpdesk.training_examples('team')", "helpdesk.store_label_head('team', '{}')"):
            with denied(), be(db, person):
                db.execute(b"select " + query.encode())


def test_a_file_is_measured_like_tickets(db: Db, tmp_path: Path) -> None:
    file = tmp_path / "labelled.csv"
    lines = [f"{FIRE.format(n)},ops\n{LOGO.format(n)},design\n" for n in range(30)]
    file.write_text("text,label\n" + "".join(lines), encoding="utf-8")
    pairs = read_labelled(file)
    with be(db, SERVICE):
        examples = labelled(pairs, value(db, "select helpdesk.text_features(%s)", [text for text, _ in pairs]), None)
    assert len(examples.labels) == 60
    assert "server" in examples.features[0]
    file.write_bytes(b"text,label\n\xff,x\n")
    with pytest.raises(InvalidValueError, match="cannot be read"):
        read_labelled(file)
    file.write_text("text\nx\n")
    with pytest.raises(InvalidValueError, match="row 1"):
        read_labelled(file)
    file = tmp_path / "deep.jsonl"
    file.write_text("[" * 100_000, encoding="utf-8")
    with pytest.raises(InvalidValueError, match="cannot be read"):
        read_labelled(file)
    with pytest.raises(LocalFileError, match="No such file"):
        read_labelled(tmp_path / "nothing.csv")


def test_questions_are_asked_and_misses_shown() -> None:
    found = {"a": ["x", "x", "y"], "b": ["y", "x"], "c": ["z"]}
    retrieval = measured_retrieval(((question, "x"), slugs) for question, slugs in found.items())
    assert (retrieval.at_1, retrieval.at_3) == (1 / 3, 2 / 3)
    assert retrieval.missed == [("c", "x")]


@pytest.mark.parametrize("kind", [None, "tag", "assignee", "spam", ""])
def test_only_teams_and_priorities_are_trained(db: Db, kind: str | None) -> None:
    with refused("invalid_value", "kind must be team or priority"), be(db, SERVICE):
        db.execute("select helpdesk.store_label_head(%s, '{}')", (kind,))


@pytest.mark.parametrize("head", [None, [], {}, {"labels": [{}, {}]}, {"labels": [{}], "words": []}])
def test_a_model_has_two_labels_and_words(db: Db, head: object) -> None:
    with refused("invalid_value", "head must have 2 to 1000 labels"), be(db, SERVICE):
        db.execute("select helpdesk.store_label_head('priority', %s)", (Jsonb(head),))
