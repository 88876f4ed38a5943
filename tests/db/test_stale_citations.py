"""Quotes of articles that have changed since, and those that people rejected."""

from __future__ import annotations

from typing import Any

import pytest
from tests.db.assisting import BODY, accept, draft
from tests.db.people import ADMIN, AGENT, CUSTOMER, STRANGER, Db, Person, be, value
from tests.db.world import World

CITED = "select a.article_id from helpdesk.articles as a where starts_with(a.slug, 'router-')"


def stale(db: Db, person: Person = AGENT) -> list[dict[str, Any]]:
    """The stale citations that the person sees."""
    with be(db, person):
        return db.execute("select * from helpdesk.stale_citations order by at desc, citation_id").fetchall()


def sent(db: Db, world: World) -> dict[str, Any]:
    """A reply that was sent with a quote."""
    return accept(db, AGENT, draft(db, world))


def published_again(db: Db, body: str, audience: str = "public") -> None:
    """A new version of the cited article."""
    with be(db, ADMIN):
        article = value(db, CITED)
        db.execute(
            "update helpdesk.articles set body = %s, audience = %s where article_id = %s", (body, audience, article)
        )
        db.execute("select helpdesk.publish_article(%s)", (article,))


def test_a_quote_is_current_as_long_as_its_version_is(db: Db, world: World) -> None:
    sent(db, world)
    assert stale(db) == []


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        (BODY + "\n\nNew at the end.", "replaced"),
        # Another passage, another typography: the words are the same.
        ("# New\n\n" + BODY.replace("Choose the button", "\n\n*Choose*  the button"), "replaced"),
        (BODY.replace("reset my router", "restart"), "changed"),
        ("Nothing of all that.", "changed"),
    ],
    ids=["appended", "moved", "reworded", "rewritten"],
)
def test_a_new_version_has_the_quote_or_not(db: Db, world: World, body: str, problem: str) -> None:
    proposal = sent(db, world)
    published_again(db, body)
    (row,) = stale(db)
    assert (row["problem"], row["cited_version"], row["current_version"]) == (problem, 1, 2)
    assert (row["proposal_id"], row["proposal_state"]) == (proposal["proposal_id"], "accepted")
    assert row["quote"].startswith("Open the settings")


def test_an_article_that_was_withdrawn_or_became_internal(db: Db, world: World) -> None:
    sent(db, world)
    published_again(db, BODY, "internal")
    assert [row["problem"] for row in stale(db)] == ["internal"]
    with be(db, ADMIN):
        db.execute(
            "select helpdesk.archive_article(article_id) from helpdesk.articles where starts_with(slug, 'router-')"
        )
    (row,) = stale(db)
    assert (row["problem"], row["current_version"]) == ("withdrawn", None)


@pytest.mark.parametrize(("reason", "problems"), [("wrong", ["rejected"]), ("unclear", ["rejected"]), ("tone", [])])
def test_rejected_quotes_point_to_articles_until_they_change(
    db: Db, world: World, reason: str, problems: list[str]
) -> None:
    proposal = draft(db, world)
    with be(db, AGENT):
        db.execute("select helpdesk.reject_proposal(%s, %s)", (proposal["proposal_id"], reason))
    assert [row["problem"] for row in stale(db)] == problems
    published_again(db, "Better words.")
    assert stale(db) == []


def test_they_are_seen_by_those_who_work_the_ticket(db: Db, world: World) -> None:
    sent(db, world)
    published_again(db, "Nothing of all that.")
    assert [len(stale(db, person)) for person in (ADMIN, AGENT, STRANGER, CUSTOMER)] == [1, 1, 0, 0]
