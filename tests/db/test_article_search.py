"""Search of articles: what each reader finds, identifiers first, a long article does not fill the page."""

from __future__ import annotations

import pytest
from tests.db.people import ADMIN, AGENT, CUSTOMER, GONE, SERVICE, STRANGER, Db, Person, be, one, refused, value
from tests.db.test_knowledge import published, saved
from tests.db.world import World


def found(db: Db, person: Person, query: str, **arguments: object) -> list[str]:
    """The slugs of the passages, best first."""
    given = {"query": query, **arguments}
    call = ", ".join(f"{name} => %s" for name in given)
    with be(db, person):
        rows = db.execute(f"select slug, mode from helpdesk.search_articles({call})", list(given.values())).fetchall()
    assert {row["mode"] for row in rows} <= {"text"}
    return [row["slug"] for row in rows]


def test_each_reader_finds_what_they_may_read(db: Db, world: World) -> None:
    published(db, "guide", "Refunds are paid within fourteen days.")
    published(db, "runbook", "Refunds over 500 need a second signature.", "internal")
    saved(db, AGENT, "draft", "Refunds will change soon.")
    gone = published(db, "gone", "Refunds of old.")
    with be(db, ADMIN):
        one(db, "select * from helpdesk.archive_article(%s)", gone["article_id"])
    assert found(db, CUSTOMER, "refunds") == ["guide"]
    for person in (AGENT, STRANGER, ADMIN, SERVICE):
        assert sorted(found(db, person, "refunds")) == ["guide", "runbook"]
    assert found(db, CUSTOMER, "refunds", audience="internal") == []
    assert found(db, AGENT, "refunds", audience="internal") == ["runbook"]
    with refused("inactive_user"):
        found(db, GONE, "refunds")


def test_any_word_of_the_question_finds_and_more_words_find_better(db: Db, world: World) -> None:
    published(db, "printing", "The printer needs paper and ink.")
    published(db, "paper", "We sell paper in many sizes.")
    assert found(db, CUSTOMER, "Why does my printer say that it has no paper?") == ["printing", "paper"]
    assert found(db, CUSTOMER, "the and of") == []


def test_an_identifier_comes_first_whatever_else_the_question_says(db: Db, world: World) -> None:
    for number in range(20):
        published(db, f"error-{number}", f"The device shows code E47{number:02}. Printer, paper, printer, paper.")
    published(db, "paper", "Printer, printer, paper and paper again: a printer for paper.")
    for number in (0, 7, 19):
        question = f"My printer is out of paper, I think, because since Monday it says E47{number:02}"
        assert found(db, CUSTOMER, question)[0] == f"error-{number}"


def test_a_long_article_has_at_most_three_passages(db: Db, world: World) -> None:
    published(db, "long", "\n\n".join(f"## Part {n}\n\nRefund number {n}." for n in range(20)))
    published(db, "short", "One refund.")
    assert sorted(found(db, CUSTOMER, "refund", max_rows=100)) == ["long", "long", "long", "short"]


def test_one_language_of_several(db: Db, world: World) -> None:
    published(db, "guide", "Refund in English.")
    with be(db, ADMIN):
        one(
            db,
            "select * from helpdesk.publish_article((helpdesk.save_article('hilfe', 'Hilfe', 'Refund auf Deutsch.', "
            "locale => 'de')).article_id)",
        )
    assert sorted(found(db, CUSTOMER, "refund")) == ["guide", "hilfe"]
    assert found(db, CUSTOMER, "refund", locale="de") == ["hilfe"]


def test_words_that_thousands_of_passages_hold_are_looked_for_together(db: Db, world: World) -> None:
    many = published(db, "many", "Printer.")
    db.execute("set local session_replication_role = replica")
    db.execute(
        "insert into helpdesk.article_chunks (version_id, article_id, ordinal, locale, audience, title, heading_path, "
        "body, sentences, words) select current_version_id, article_id, n, locale, audience, title, '', '', '{}', "
        "case n %% 2 when 0 then 'printer:1' else 'paper:1' end::tsvector "
        "from helpdesk.articles, generate_series(2, 10100) as n where article_id = %s",
        (many["article_id"],),
    )
    db.execute("set local session_replication_role = origin")
    published(db, "both", "A printer for paper.")
    published(db, "rare", "A zebra in a printer of paper.")
    assert set(found(db, CUSTOMER, "printer paper", max_rows=2)) == {"both", "rare"}
    assert found(db, CUSTOMER, "zebra printer", max_rows=1) == ["rare"]
    assert found(db, CUSTOMER, '"printer of paper"', max_rows=1) == ["rare"]
    ranked = "select cardinality(helpdesk_private.worded_chunks(%s, null, '{public}'))"
    assert value(db, ranked, ["printer"]) == 2000
    assert value(db, ranked, ["printer", "paper", "zebra"]) == 2000
    assert value(db, ranked, ["zebra"]) == 1


@pytest.mark.parametrize(("query", "field"), [("", "query"), (" ", "query"), ("x" * 2001, "query")])
def test_bad_input_names_its_field(db: Db, world: World, query: str, field: str) -> None:
    with refused("invalid_value", field):
        found(db, AGENT, query)
    with refused("invalid_value", "audience"):
        found(db, AGENT, "x", audience="everybody")


@pytest.mark.parametrize(("query", "rows", "problem"), [(None, 5, "query is missing"), ("pump", None, "max_rows is")])
def test_a_search_needs_a_query_and_a_number_of_rows(
    db: Db, world: World, query: str | None, rows: int | None, problem: str
) -> None:
    with refused("invalid_value", problem), be(db, CUSTOMER):
        db.execute("select helpdesk.search_articles(%s, max_rows => %s)", (query, rows))
