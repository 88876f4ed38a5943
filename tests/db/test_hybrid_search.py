"""Search in articles with vectors: each role finds what it may read, and learns no more."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest
from tests.db.people import ADMIN, AGENT, CUSTOMER, GONE, NOBODY, SERVICE, Db, Person, be, refused
from tests.db.test_embeddings import MODEL, leased, no_examples, store, vector
from tests.db.test_knowledge import published, saved

__all__ = ["no_examples"]
pytestmark = pytest.mark.usefixtures("no_examples")

_SEARCH = "select * from helpdesk.search_articles(%s, %s::real[], %s, audience => %s, max_rows => %s)"


def found(
    db: Db,
    query: str,
    numbers: list[float] | None = None,
    person: Person = CUSTOMER,
    audience: str | None = None,
    limit: int = 10,
) -> list[dict[str, Any]]:
    """The passages that the person finds."""
    with be(db, person):
        return db.execute(_SEARCH, (query, numbers, MODEL if numbers else None, audience, limit)).fetchall()


def slugs(rows: list[dict[str, Any]]) -> list[str]:
    """The names of the articles, in order."""
    return [row["slug"] for row in rows]


def embed(db: Db, **vectors: list[float]) -> None:
    """Store the vector of each article whose title begins with that name."""
    for job in leased(db):
        store(db, job, vectors[job["text"].split()[0].lower()])


def article(db: Db, slug: str, text: str, audience: str = "public") -> None:
    """A published article of one passage."""
    published(db, slug, text, audience)


def test_words_alone_find_at_once_what_is_published(db: Db) -> None:
    article(db, "refunds", "We refund every order within a fortnight.")
    article(db, "shipping", "Parcels leave the warehouse on Monday.")
    rows = found(db, "How do you refund my order?")
    assert slugs(rows) == ["refunds"]
    assert (rows[0]["mode"], rows[0]["cosine"], rows[0]["lexical"]) == ("text", None, 1.0)


def test_vectors_find_what_has_no_word_in_common(db: Db) -> None:
    article(db, "alpha", "Parcels leave the warehouse on Monday.")
    article(db, "beta", "We refund every order within a fortnight.")
    embed(db, alpha=vector(1), beta=vector(0, 1))
    rows = found(db, "money back", vector(0.1, 0.9))
    assert slugs(rows) == ["beta", "alpha"]
    assert {row["mode"] for row in rows} == {"hybrid"}
    assert rows[0]["cosine"] == pytest.approx(0.9939, abs=1e-3)


def test_an_identifier_that_few_passages_hold_comes_first(db: Db) -> None:
    article(db, "alpha", "Error ORD-2231 means that the card has expired.")
    article(db, "beta", "Error INV-2231 means that the invoice was paid twice.")
    article(db, "gamma", "What an error means is written below its number.")
    embed(db, alpha=vector(0.7, 1), beta=vector(1, 0.9), gamma=vector(1))
    rows = found(db, "What does the error ORD-2231 mean?", vector(1))
    assert (rows[0]["slug"], rows[0]["matched_identifier"]) == ("alpha", True)
    assert [row["matched_identifier"] for row in rows[1:]] == [False, False]


def test_an_identifier_comes_before_what_is_much_nearer_by_vector_and_words(db: Db) -> None:
    article(db, "alpha", "Code E4711: call us.")
    article(db, "beta", "The printer of the shop says an error on its screen since Monday morning.")
    embed(db, alpha=vector(-1), beta=vector(1))
    question = "The printer of the shop says an error on its screen since Monday morning: E4711"
    rows = found(db, question, vector(1))
    assert slugs(rows) == ["alpha", "beta"]
    assert rows[0]["cosine"] == -1
    assert rows[0]["score"] > rows[1]["score"]
    assert slugs(found(db, question)) == ["alpha", "beta"]


def test_a_quoted_string_that_few_passages_hold_comes_first(db: Db) -> None:
    article(db, "alpha", "The light blinks, and the screen says paper jam in tray.")
    article(db, "beta", "A jam of paper and a tray.")
    embed(db, alpha=vector(0.8, 1), beta=vector(1))
    assert slugs(found(db, 'It says "paper jam"', vector(1)))[0] == "alpha"


def test_a_passage_without_a_vector_is_found_by_its_words(db: Db) -> None:
    article(db, "alpha", "Parcels leave the warehouse on Monday.")
    embed(db, alpha=vector(1))
    article(db, "beta", "Zebras are refunded within a fortnight.")
    rows = found(db, "zebras", vector(1))
    assert {row["slug"]: row["cosine"] for row in rows} == {"alpha": 1.0, "beta": None}


def test_who_may_not_read_an_article_finds_nothing_of_it(db: Db) -> None:
    article(db, "alpha", "The secret handshake 4711 of the house.")
    article(db, "beta", "The secret handshake 4711 of the cellar.", "internal")
    article(db, "gamma", "The secret handshake 4711 of the attic.", "internal")
    embed(db, alpha=vector(1), beta=vector(1), gamma=vector(1))
    saved(db, AGENT, "delta", "The secret handshake 4711 of the draft.")
    for numbers in (None, vector(1)):
        for query in ("secret handshake", "4711", '"secret handshake"'):
            assert slugs(found(db, query, numbers)) == ["alpha"]
            assert found(db, query, numbers, audience="internal") == []
            for person in (AGENT, ADMIN, SERVICE):
                assert sorted(slugs(found(db, query, numbers, person))) == ["alpha", "beta", "gamma"]
    for person, reason in ((GONE, "inactive_user"), (NOBODY, "no_profile")):
        with refused(reason):
            found(db, "secret", person=person)


def test_what_a_customer_finds_does_not_depend_on_internal_articles(db: Db) -> None:
    article(db, "alpha", "Error 4711 of the pump.")
    article(db, "beta", "The pump of the garden.")
    embed(db, alpha=vector(1), beta=vector(0.5, 1))
    before = found(db, "error 4711 pump", vector(0, 1))
    for n in range(5):
        article(db, f"inner{n}", f"Error 4711 pump pump pump of room {n}.", "internal")
    embed(db, **{f"inner{n}": vector(0, 1) for n in range(5)})
    assert found(db, "error 4711 pump", vector(0, 1)) == before


def test_a_withdrawn_article_is_not_found(db: Db) -> None:
    made = published(db, "alpha", "The pump of the garden.")
    embed(db, alpha=vector(1))
    with be(db, ADMIN):
        db.execute("select helpdesk.archive_article(%s)", (made["article_id"],))
    assert found(db, "pump", vector(1), ADMIN) == []


def test_an_article_has_at_most_three_passages(db: Db) -> None:
    published(db, "alpha", "\n\n".join(f"# Part {n}\n\nThe pump number {n}." for n in "abcdefg"))
    article(db, "beta", "A garden with a pump.")
    assert sorted(slugs(found(db, "pump"))) == ["alpha", "alpha", "alpha", "beta"]


def test_a_vector_needs_the_active_model(db: Db) -> None:
    article(db, "alpha", "The pump of the garden.")
    # No model is complete: words decide.
    assert [row["mode"] for row in found(db, "pump", vector(1))] == ["text"]
    embed(db, alpha=vector(1))
    with refused("embedding_model_mismatch", MODEL), be(db, CUSTOMER):
        db.execute(_SEARCH, ("pump", vector(1), "another", None, 5))
    with refused("invalid_value", "model must be given"), be(db, CUSTOMER):
        db.execute(_SEARCH, ("pump", vector(1), None, None, 5))
    with refused("invalid_value", "embedding must be 384 numbers"), be(db, CUSTOMER):
        db.execute(_SEARCH, ("pump", [1.0], MODEL, None, 5))


@pytest.mark.parametrize(
    "query", ["'", "\\", "a & | !b :*", '"', "((", "\u0645\u0631\u062d\u0628\u0627", "the", "' | 'x"]
)
def test_any_text_is_a_question(db: Db, query: str) -> None:
    article(db, "alpha", "The pump of the garden.")
    assert set(slugs(found(db, query))) <= {"alpha"}


def test_a_long_article_that_is_nearest_leaves_room_for_others(db: Db) -> None:
    published(db, "long", "\n\n".join(f"## Part {n}\n\nRefund number {n}." for n in range(220)))
    for number in range(5):
        article(db, f"short{number}", "One more refund.")
    for _ in range(3):
        embed(db, long=vector(1), **{f"short{number}": vector(0.8, 0.6) for number in range(5)})
    assert slugs(found(db, "anything", vector(1), limit=3)) == ["long"] * 3
    for limit in (8, 10, 100):
        rows = found(db, "anything", vector(1), limit=limit)
        assert slugs(rows)[:3] == ["long"] * 3
        assert sorted(slugs(rows)[3:]) == [f"short{number}" for number in range(5)]


_BY_INDEX = "select n.distance from helpdesk_private.chunks_by_index(%s::real[], 0, %s, %s) as n"
_NO_FURTHER = """
create or replace function helpdesk_private.more_chunks(
  p_embedding real[], p_slot integer, p_audience text, p_limit integer
)
returns table (chunk_id uuid, article_id uuid, locale text, distance double precision) language plpgsql stable
as 'begin raise exception ''searched further''; end'
"""


@pytest.mark.parametrize(
    ("question", "audience", "limit", "further"),
    [
        (vector(0.9), "public", 50, False),
        (vector(0.41), "public", 50, False),
        (vector(0.39), "public", 50, True),
        (vector(0, 1), "public", 50, True),
        (vector(0.9), "internal", 50, True),
        (vector(0.9), "public", 60, False),
        (vector(0.9), "public", 61, True),
    ],
)
def test_the_index_is_searched_further_where_the_nearest_are_far_or_many_are_asked_for(
    db: Db, question: list[float], audience: str, limit: int, further: bool
) -> None:
    article(db, "alpha", "Parcels leave the warehouse on Monday.")
    embed(db, alpha=vector(1))
    found_at_first = [row["distance"] for row in db.execute(_BY_INDEX, (question, audience, limit))]
    assert found_at_first == ([pytest.approx(-question[0])] if audience == "public" else [])
    db.execute(_NO_FURTHER)
    if further:
        with pytest.raises(psycopg.errors.RaiseException, match="searched further"):
            db.execute(_BY_INDEX, (question, audience, limit))
    else:
        assert len(db.execute(_BY_INDEX, (question, audience, limit)).fetchall()) == 1
