"""save_article: which article it edits, two at once, and what those learn who may not write."""

from __future__ import annotations

from typing import Any

import pytest
from tests.db.conftest import Server
from tests.db.people import AGENT, CUSTOMER, SERVICE, Db, be, denied, one, refused, value
from tests.db.test_embedding_races import while_open
from tests.db.test_knowledge import published, saved
from tests.db.world import World

_SAVE = "select * from helpdesk.save_article(slug => %s, title => 'T', body => %s, locale => %s, external_id => %s)"


def imported(db: Db, slug: str, external_id: str, body: str = "B", locale: str = "en") -> dict[str, Any]:
    """What an import saves."""
    with be(db, SERVICE):
        return one(db, _SAVE, slug, body, locale, external_id)


def test_an_external_id_belongs_to_one_article_of_all_locales(db: Db, world: World) -> None:
    imported(db, "refunds", "zd:7")
    with refused("external_id_taken", "locale en"):
        imported(db, "erstattung", "zd:7", locale="de")
    with refused("external_id_taken", "locale en"):
        imported(db, "refunds", "zd:7", locale="de")


def test_an_import_does_not_take_the_slug_of_another_article(db: Db, world: World) -> None:
    first = imported(db, "refunds", "zd:7", "The first.")
    with refused("slug_taken", "another external id"):
        imported(db, "refunds", "zd:8", "The second.")
    assert imported(db, "refunds", "zd:7", "The first.") == first
    # An article that was written here becomes that of the import.
    written = saved(db, AGENT, "returns")
    assert imported(db, "returns", "zd:9")["article_id"] == written["article_id"]


@pytest.mark.parametrize(("slug", "title"), [(None, "T"), ("s", None)])
def test_an_article_has_a_slug_and_a_title(db: Db, world: World, slug: str | None, title: str | None) -> None:
    missing = "slug" if slug is None else "title"
    with refused("invalid_value", f"{missing} is missing"), be(db, AGENT):
        db.execute("select helpdesk.save_article(%s, %s)", (slug, title))


@pytest.mark.parametrize(
    "statement",
    [
        "insert into helpdesk.articles (slug, title, external_id) values ('other', 'Other', 'zd:7')",
        "update helpdesk.articles set external_id = 'zd:7' where slug = 'returns'",
    ],
)
def test_a_draft_does_not_take_the_external_id_of_another_article(db: Db, world: World, statement: str) -> None:
    imported(db, "refunds", "zd:7")
    saved(db, AGENT, "returns")
    with refused("external_id_taken", "Another article has this external id"), be(db, AGENT):
        db.execute(statement.encode())


@pytest.mark.parametrize("taken", [True, False])
def test_who_may_not_write_learns_nothing_of_slugs_and_external_ids(db: Db, world: World, taken: bool) -> None:
    if taken:
        imported(db, "layoffs", "zd:7")
        published(db, "runbook", audience="internal")
    for values in ("('layoffs', 'X', null)", "('runbook', 'X', null)", "('new', 'X', 'zd:7')"):
        with denied(), be(db, CUSTOMER):
            db.execute(f"insert into helpdesk.articles (slug, title, external_id) values {values}".encode())


def test_a_transaction_that_never_sees_the_other_article_is_refused(pg: Server, own: str, world: World) -> None:
    with pg.connect(own) as old, pg.connect(own) as new:
        old.execute("set transaction isolation level repeatable read")
        old.execute("select from helpdesk.articles")
        imported(new, "refunds", "zd:7")
        new.commit()
        with refused("slug_taken", "just written"):
            imported(old, "refunds", "zd:7")


@pytest.mark.parametrize("external_id", ["zd:7", "zd:8"])
def test_of_two_who_save_at_once_the_second_edits_or_is_refused(
    pg: Server, own: str, world: World, external_id: str
) -> None:
    with pg.connect(own) as first, pg.connect(own) as second:
        made = imported(first, "refunds", "zd:7", "The first.")
        with while_open(first, second, lambda: imported(second, "refunds", external_id, "The second.")) as again:
            if external_id == "zd:7":
                assert again() == {**made, "body": "The second.", "revision": 2, "updated_at": again()["updated_at"]}
            else:
                with refused("slug_taken", "another external id"):
                    again()


def test_an_article_keeps_its_readers_when_nobody_names_them(db: Db, world: World) -> None:
    save = "select audience from helpdesk.save_article('own', 'T', %s)"
    with be(db, AGENT):
        assert value(db, save, "new") == "public"
        db.execute("select helpdesk.save_article('own', 'T', 'for staff', audience => 'internal')")
        assert value(db, save, "edited") == "internal"
