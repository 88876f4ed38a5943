"""Embeddings: jobs made by publishing, leases, vectors, dead jobs; the first model, and a change of model."""

from __future__ import annotations

from typing import Any, LiteralString

import pytest
from tests.db.people import ADMIN, AGENT, CUSTOMER, SERVICE, Db, be, one, refused, value
from tests.db.test_knowledge import published

MODEL = "test-model"


pytestmark = pytest.mark.usefixtures("no_examples")


@pytest.fixture
def no_examples(db: Db) -> None:
    """The furnished helpdesk has examples, which wait for vectors too."""
    db.execute("delete from helpdesk_private.example_texts")


def vector(*numbers: float) -> list[float]:
    """A vector that begins with these numbers; the rest is 0."""
    return [*map(float, numbers), *[0.0] * (384 - len(numbers))]


def leased(db: Db, rows: int = 100, model: str | None = MODEL) -> list[dict[str, Any]]:
    """The jobs that a worker gets."""
    with be(db, SERVICE):
        return db.execute(
            "select * from helpdesk.lease_embedding_jobs(%s, 60, %s) order by text", (rows, model)
        ).fetchall()


def store(db: Db, job: dict[str, Any], numbers: list[Any], model: str = MODEL, title: list[Any] | None = None) -> bool:
    """Whether the vector was stored. The title has the same unless it is given."""
    given = [job["job_id"], model, numbers, numbers if title is None else title]
    with be(db, SERVICE):
        return bool(value(db, "select helpdesk.store_embedding(%s, %s, %s::real[], %s::real[])", *given))


def progress(db: Db) -> list[tuple[Any, ...]]:
    """Model, is_active, chunks, embedded, waiting, dead."""
    with be(db, AGENT):
        rows = db.execute("select * from helpdesk.embedding_progress()").fetchall()
    return [
        tuple(row[name] for name in ("model", "is_active", "chunks", "embedded", "waiting", "dead")) for row in rows
    ]


def active(db: Db) -> str | None:
    """The active model, as a customer sees it."""
    with be(db, CUSTOMER):
        model: str | None = value(db, "select helpdesk.active_embedding_model()")
    return model


def test_the_first_worker_decides_the_model_which_is_active_when_nothing_waits(db: Db) -> None:
    published(db, "one", "# One\n\nThe first text of all the texts.")
    published(db, "two", "# Two\n\nThe second text of all the texts.")
    assert progress(db) == [(None, False, 2, 0, 2, 0)]
    jobs = leased(db)
    assert [(job["target"], job["model"]) for job in jobs] == [("chunk", MODEL)] * 2
    assert jobs[0]["text"].startswith("One")
    assert "The first text" in jobs[0]["text"]
    assert leased(db) == []
    assert store(db, jobs[0], vector(3, 4))
    assert (active(db), progress(db)) == (None, [(MODEL, False, 2, 1, 1, 0)])
    assert store(db, jobs[1], vector(1))
    assert (active(db), progress(db)) == (MODEL, [(MODEL, True, 2, 2, 0, 0)])
    # A repetition stores nothing.
    assert not store(db, jobs[1], vector(1))
    with refused("embedding_model_mismatch"):
        leased(db, model="another")


def test_a_passage_that_stays_keeps_its_vector_and_one_that_goes_loses_it(db: Db) -> None:
    body = "# Kept\n\nThis part stays as it is.\n\n# Changed\n\nThis part is written anew."
    article = published(db, "guide", body)
    for job in leased(db):
        store(db, job, vector(1, 2))
    published(db, "guide", body.replace("written anew", "another now"))
    assert progress(db) == [(MODEL, True, 2, 1, 1, 0)]
    (job,) = leased(db)
    assert "another now" in job["text"]
    with be(db, ADMIN):
        db.execute("select helpdesk.archive_article(%s)", (article["article_id"],))
    assert progress(db) == [(MODEL, True, 0, 0, 0, 0)]
    assert not store(db, job, vector(1))


def test_a_lease_that_ends_is_given_again_and_a_job_dies_after_eight_attempts(db: Db) -> None:
    published(db, "guide", "One text of a few words.")
    for _ in range(8):
        (job,) = leased(db)
        with be(db, SERVICE):
            later = value(db, "select helpdesk.postpone_embedding_job(%s, 'no answer')", job["job_id"])
        assert value(db, "select %s > clock_timestamp()", later) is True
        assert leased(db) == []
        db.execute("update helpdesk_private.embedding_jobs set leased_until = '-infinity'")
    assert leased(db) == []
    assert progress(db) == [(MODEL, False, 1, 0, 0, 1)]
    with be(db, ADMIN):
        db.execute("select helpdesk.use_embedding_model(%s)", (MODEL,))
    assert len(leased(db)) == 1


def test_another_model_is_filled_beside_the_active_one_then_switched(db: Db) -> None:
    published(db, "guide", "One text of a few words.")
    store(db, leased(db)[0], vector(1))
    with be(db, ADMIN):
        assert value(db, "select helpdesk.use_embedding_model('better')") is False
    with refused("embedding_incomplete", "1 texts"), be(db, ADMIN):
        db.execute("select helpdesk.switch_embedding_model('better')")
    (job,) = leased(db, model=None)
    with refused("embedding_model_mismatch"):
        store(db, job, vector(1), MODEL)
    assert store(db, job, vector(0, 1), "better")
    assert active(db) == MODEL
    with be(db, ADMIN):
        assert value(db, "select helpdesk.switch_embedding_model('better')") is True
    assert progress(db) == [("better", True, 1, 1, 0, 0)]
    logged: LiteralString = (
        "select array_agg(data ->> 'model' order by event_id) from helpdesk.events "
        "where type = 'embedding_model.activated'"
    )
    assert value(db, logged) == [MODEL, "better"]


@pytest.mark.parametrize(
    ("numbers", "message"),
    [
        ([1.0], "embedding must be 384 numbers, got 1"),
        ([0.0] * 384, "embedding must be finite numbers, not all of them 0"),
        (vector(float("nan")), "embedding must be finite"),
        (vector(float("inf")), "embedding must be finite"),
        ([None, *[1.0] * 383], "embedding must be finite"),
        ([[1.0] * 192, [1.0] * 192], "embedding must be 384 numbers"),
    ],
)
def test_what_is_no_vector_is_refused_by_name(db: Db, numbers: list[Any], message: str) -> None:
    published(db, "guide", "One text of a few words.")
    (job,) = leased(db)
    with refused("invalid_value", message):
        store(db, job, numbers)


def test_vectors_are_stored_with_length_one(db: Db) -> None:
    published(db, "guide", "One text of a few words.")
    store(db, leased(db)[0], vector(3e20, 4e20))
    stored = one(db, "select embedding::real[] as numbers from helpdesk_private.chunk_embeddings")["numbers"]
    assert stored[:3] == pytest.approx([0.6, 0.8, 0.0])


def test_a_passage_has_a_quarter_of_its_title_in_its_vector(db: Db) -> None:
    published(db, "guide", "One text of a few words.")
    (job,) = leased(db)
    assert (job["title"], job["text"]) == ("Guide", "Guide\nOne text of a few words.")
    with refused("invalid_value", "title_embedding must be 384 numbers, got none"), be(db, SERVICE):
        db.execute("select helpdesk.store_embedding(%s, %s, %s::real[])", (job["job_id"], MODEL, vector(1)))
    with refused("invalid_value", "title_embedding must be finite numbers"):
        store(db, job, vector(1), title=vector(float("nan")))
    # Of any length, each counts the same.
    assert store(db, job, vector(5), title=vector(0, 7))
    stored = one(db, "select embedding::real[] as numbers from helpdesk_private.chunk_embeddings")["numbers"]
    assert stored[:3] == pytest.approx([1 / 1.0625**0.5, 0.25 / 1.0625**0.5, 0.0])


def test_without_articles_the_vector_of_a_past_ticket_makes_its_model_active(db: Db, world: dict[str, str]) -> None:
    db.execute(
        "insert into helpdesk_private.example_texts (ticket_id, body, requester_id) "
        "select ticket_id, 'one', created_by from helpdesk.tickets where ticket_id = %s",
        (world["mine"],),
    )
    (job,) = leased(db)
    assert active(db) is None
    assert store(db, job, vector(1))
    assert active(db) == MODEL


def test_a_changed_example_is_embedded_anew(db: Db, world: dict[str, str]) -> None:
    published(db, "guide", "One text of a few words.")
    store(db, leased(db)[0], vector(1))
    requester = value(db, "select created_by from helpdesk.tickets where ticket_id = %s", world["mine"])
    db.execute(
        "insert into helpdesk_private.example_texts (ticket_id, body, requester_id) values (%s, 'one', %s)",
        (world["mine"], requester),
    )
    (old,) = leased(db)
    assert (old["target"], old["text"], old["title"]) == ("example", "one", None)
    db.execute("update helpdesk_private.example_texts set body = 'two'")
    assert not store(db, old, vector(1))
    (new,) = leased(db)
    with be(db, SERVICE):
        assert value(db, "select helpdesk.store_embedding(%s, %s, %s::real[])", new["job_id"], MODEL, vector(1))
    assert value(db, "select count(*) from helpdesk_private.example_embeddings") == 1


@pytest.mark.parametrize("model", ["never-filled", None])
def test_a_model_without_vectors_is_not_switched_to(db: Db, model: str | None) -> None:
    published(db, "guide", "One text of a few words.")
    store(db, leased(db)[0], vector(1))
    with refused("embedding_incomplete", "There are no vectors of the model"), be(db, ADMIN):
        db.execute("select helpdesk.switch_embedding_model(%s)", (model,))
    assert (active(db), progress(db)) == (MODEL, [(MODEL, True, 1, 1, 0, 0)])
