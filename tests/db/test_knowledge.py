"""Knowledge: who drafts, publishes and reads; versions that never change; publishing the same twice; withdrawal."""

from __future__ import annotations

from typing import Any, LiteralString
from uuid import uuid4

import pytest
from tests.db.people import (
    ADMIN,
    AGENT,
    CUSTOMER,
    GONE,
    OWNER,
    SERVICE,
    STRANGER,
    Db,
    Person,
    be,
    denied,
    one,
    refused,
    value,
)
from tests.db.world import World

BODY = "# Refunds\n\nWe refund within 14 days. Write to us first.\n\n## Late\n\nAfter that we do not."
SAVE = "select * from helpdesk.save_article(slug => %s, title => %s, body => %s, audience => %s)"


def saved(db: Db, person: Person, slug: str = "refunds", body: str = BODY, audience: str = "public") -> dict[str, Any]:
    """An article, as a draft."""
    with be(db, person):
        return one(db, SAVE, slug, slug.title(), body, audience)


def published(db: Db, slug: str = "refunds", body: str = BODY, audience: str = "public") -> dict[str, Any]:
    """An article that readers see."""
    article = saved(db, ADMIN, slug, body, audience)
    with be(db, ADMIN):
        return one(db, "select * from helpdesk.publish_article(%s)", article["article_id"])


def seen(db: Db, person: Person, table: str) -> list[str]:
    """What the person sees of the articles, versions or passages."""
    column = {"articles": "slug", "article_versions": "slug", "article_chunks": "lower(title)"}[table]
    with be(db, person):
        rows = db.execute(f"select distinct {column} as name from helpdesk.{table} order by 1").fetchall()
    return [row["name"] for row in rows]


def test_a_draft_is_for_staff_and_what_is_published_for_its_audience(db: Db, world: World) -> None:
    saved(db, AGENT, "draft")
    published(db, "guide")
    published(db, "runbook", audience="internal")
    for table in ("article_versions", "article_chunks"):
        assert seen(db, CUSTOMER, table) == ["guide"]
        for person in (AGENT, STRANGER, ADMIN, SERVICE):
            assert seen(db, person, table) == ["guide", "runbook"]
        assert seen(db, GONE, table) == []
    assert seen(db, CUSTOMER, "articles") == []
    assert seen(db, GONE, "articles") == []
    assert seen(db, AGENT, "articles") == ["draft", "guide", "runbook"]


def test_an_edit_of_a_published_article_is_seen_when_it_is_published(db: Db, world: World) -> None:
    article = published(db)
    saved(db, AGENT, body="# Refunds\n\nNo refunds, ever, for anybody.")
    bodies = "select string_agg(body, ' ') from helpdesk.article_chunks where is_current"
    with be(db, CUSTOMER):
        assert "14 days" in value(db, bodies)
    with be(db, ADMIN):
        again = one(db, "select * from helpdesk.publish_article(%s)", article["article_id"])
    assert again["version"] == 2
    with be(db, CUSTOMER):
        assert "No refunds" in value(db, bodies)
        assert "14 days" not in value(db, bodies)
        assert value(db, "select count(*) from helpdesk.article_versions") == 1
    with be(db, AGENT):
        assert value(db, "select count(*) from helpdesk.article_versions") == 2


def test_the_same_content_again_is_the_same_version(db: Db, world: World) -> None:
    article = published(db)
    before = value(db, "select revision from helpdesk_private.knowledge_state")
    assert published(db) == article
    assert value(db, "select revision from helpdesk_private.knowledge_state") == before


def test_an_archived_article_is_gone_at_once_and_comes_back(db: Db, world: World) -> None:
    article = published(db)
    with be(db, ADMIN):
        gone = one(db, "select * from helpdesk.archive_article(%s)", article["article_id"])
        assert gone["status"] == "archived"
        assert one(db, "select * from helpdesk.archive_article(%s)", article["article_id"]) == gone
    for table in ("article_versions", "article_chunks"):
        assert seen(db, CUSTOMER, table) == []
    with be(db, ADMIN):
        back = one(db, "select * from helpdesk.publish_article(%s)", article["article_id"])
    assert (back["status"], back["version"]) == ("published", 2)
    assert seen(db, CUSTOMER, "article_chunks") == ["refunds"]


@pytest.mark.parametrize(
    ("writers", "publishers", "agent_writes", "agent_publishes"),
    [("staff", "admins", True, False), ("staff", "staff", True, True), ("admins", "admins", False, False)],
)
def test_the_settings_say_who_writes_and_who_publishes(
    db: Db, world: World, writers: str, publishers: str, agent_writes: bool, agent_publishes: bool
) -> None:
    article = published(db)
    with be(db, ADMIN):
        db.execute("update helpdesk.settings set article_writers = %s, article_publishers = %s", [writers, publishers])
    if agent_writes:
        assert saved(db, AGENT, "other")["status"] == "draft"
    else:
        with refused("forbidden"):
            saved(db, AGENT, "other")
        with denied(), be(db, AGENT):
            db.execute("insert into helpdesk.articles (slug, title) values ('x', 'X')")
        with be(db, AGENT):
            assert db.execute("update helpdesk.articles set title = 'Mine'").rowcount == 0
    for function in ("publish_article", "archive_article"):
        call = f"select * from helpdesk.{function}(%s)"
        if agent_publishes:
            with be(db, AGENT):
                one(db, call, article["article_id"])
        else:
            with refused("forbidden"), be(db, AGENT):
                one(db, call, article["article_id"])
    for person in (CUSTOMER,):
        with refused("forbidden"):
            saved(db, person, "mine")
        with refused("forbidden"), be(db, person):
            one(db, "select * from helpdesk.publish_article(%s)", article["article_id"])
        with denied(), be(db, person):
            db.execute("insert into helpdesk.articles (slug, title) values ('x', 'X')")


def test_nobody_writes_versions_and_passages(db: Db, world: World) -> None:
    published(db)
    for person in (CUSTOMER, AGENT, ADMIN, SERVICE):
        for table in ("article_versions", "article_chunks"):
            for statement in (f"update helpdesk.{table} set title = 'x'", f"delete from helpdesk.{table}"):
                with denied(), be(db, person):
                    db.execute(statement)
    for table in ("article_versions", "article_chunks"):
        with refused("forbidden", "never changes"), be(db, OWNER):
            db.execute(f"update helpdesk.{table} set body = 'x'")


def test_a_slug_belongs_to_one_article_a_locale(db: Db, world: World) -> None:
    saved(db, AGENT)
    with be(db, AGENT):
        german = one(
            db, "select * from helpdesk.save_article(slug => 'refunds', title => 'Erstattung', locale => 'de')"
        )
        assert german["locale"] == "de"
    with refused("slug_taken"), be(db, AGENT):
        db.execute("insert into helpdesk.articles (slug, title) values ('refunds', 'Again')")
    saved(db, AGENT, "returns")
    with refused("slug_taken"), be(db, AGENT):
        db.execute("update helpdesk.articles set slug = 'refunds' where slug = 'returns'")


def test_an_import_finds_its_article_by_external_id(db: Db, world: World) -> None:
    call = "select * from helpdesk.save_article(slug => %s, title => 'T', body => 'B', external_id => 'zd:7')"
    with be(db, SERVICE):
        first = one(db, call, "old-name")
        renamed = one(db, call, "new-name")
        assert (renamed["article_id"], renamed["slug"]) == (first["article_id"], "new-name")
        assert one(db, call, "new-name") == renamed


def test_an_edit_of_an_older_revision_is_refused(db: Db, world: World) -> None:
    article = saved(db, AGENT)
    saved(db, AGENT, body="New")
    with refused("stale_article"), be(db, ADMIN):
        one(db, "select * from helpdesk.publish_article(%s, %s)", article["article_id"], article["revision"])
    with be(db, AGENT):
        changed = db.execute("update helpdesk.articles set title = 'x' where revision = %s", [article["revision"]])
        assert changed.rowcount == 0


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        *(("slug", wrong) for wrong in ("", "Über", "a--b", "-a", "a b", "a/b", "x" * 101)),
        *(("locale", wrong) for wrong in ("", "english", "de_DE", "d")),
        ("title", " "),
        ("title", "x" * 301),
        ("body", "x" * 500_001),
        ("audience", "everybody"),
        ("section", ""),
        *(("external_id", wrong) for wrong in ("", "x" * 201)),
    ],
)
def test_bad_input_is_refused_by_the_name_of_its_field(db: Db, world: World, field: str, wrong: str) -> None:
    arguments = {"slug": "good", "title": "Good", field: wrong}
    call = ", ".join(f"{name} => %s" for name in arguments)
    with refused("invalid_value", field), be(db, ADMIN):
        db.execute(f"select helpdesk.save_article({call})", list(arguments.values()))


def test_an_empty_article_and_one_that_is_not_there_cannot_be_published(db: Db, world: World) -> None:
    article = saved(db, AGENT, body=" \n​")
    with refused("invalid_value", "body is empty"), be(db, ADMIN):
        one(db, "select * from helpdesk.publish_article(%s)", article["article_id"])
    with refused("article_not_found"), be(db, ADMIN):
        one(db, "select * from helpdesk.publish_article(%s)", uuid4())


def test_the_log_has_ids_and_no_text(db: Db, world: World) -> None:
    before = value(db, "select max(event_id) from helpdesk.events")
    article = published(db, body="A secret text.")
    saved(db, AGENT, body="Another secret text.")
    with be(db, ADMIN):
        one(db, "select * from helpdesk.archive_article(%s)", article["article_id"])
    rows = db.execute(
        "select type, audience, data::text as data from helpdesk.events where event_id > %s order by event_id", [before]
    ).fetchall()
    assert [row["type"] for row in rows] == [
        *("article.created", "article.published", "article.updated", "article.archived"),
    ]
    assert all(str(article["article_id"]) in row["data"] and "secret" not in row["data"] for row in rows)
    assert {row["audience"] for row in rows} == {"staff"}


@pytest.mark.parametrize("title", ["", "x" * 301])
@pytest.mark.parametrize(
    "copy",
    [
        "insert into helpdesk.article_versions "
        "(article_id, version, slug, locale, title, body, audience, content_hash, is_current) "
        "select article_id, 99, slug, locale, %s, body, audience, content_hash, false from helpdesk.article_versions",
        "insert into helpdesk.article_chunks "
        "(version_id, article_id, ordinal, locale, audience, title, heading_path, body, sentences, words) "
        "select version_id, article_id, 99, locale, audience, %s, heading_path, body, sentences, words "
        "from helpdesk.article_chunks where ordinal = 1",
    ],
    ids=["a version", "a passage"],
)
def test_published_copies_have_the_limits_of_their_article(db: Db, copy: LiteralString, title: str) -> None:
    published(db)
    with refused("invalid_value", "title"):
        db.execute(copy, (title,))
