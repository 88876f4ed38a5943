"""Articles: written, published, read, archived, and imported again without a change."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from tests.sdk.support import Scenario, both
from tests.sdk.world import World

from helpdesk_sdk import (
    ArticleNotFoundError,
    ForbiddenError,
    ImportReport,
    InvalidValueError,
    LocalFileError,
    StaleArticleError,
)


def name() -> str:
    """A slug that no other test uses."""
    return f"s{uuid4().hex}"


def written(folder: Path, files: Mapping[str, str]) -> Path:
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")
    return folder


def actions(report: ImportReport) -> dict[str, tuple[str, str | None]]:
    return {item.source: (item.action, item.status and str(item.status)) for item in report.items}


@both
def test_an_article_is_read_after_its_publication(world: World) -> Scenario:
    slug = name()
    draft = yield world.agent.knowledge.save(slug, "  How  to refund ", "Refunds take *five* days.", section="Billing")
    assert (draft.title, draft.status, draft.version, draft.audience) == ("How to refund", "draft", 0, "public")
    assert (yield world.agent.knowledge.get(slug)) == draft
    with pytest.raises(ArticleNotFoundError):
        yield world.customer.knowledge.read(slug)
    with pytest.raises(ForbiddenError):
        yield world.agent.knowledge.publish(slug)
    done = yield world.admin.knowledge.publish(draft, expected_revision=draft.revision)
    assert (done.status, done.version) == ("published", 1)
    read = yield world.customer.knowledge.read(slug)
    assert (read.title, read.body, read.is_current) == ("How to refund", "Refunds take *five* days.", True)
    # An edit is the staff's business until it is published.
    edited = yield world.agent.knowledge.save(slug, "How to refund", "Refunds take six days.", section="Billing")
    assert (yield world.customer.knowledge.read(slug)) == read
    with pytest.raises(StaleArticleError):
        yield world.admin.knowledge.publish(slug, expected_revision=done.revision - 1)
    yield world.admin.knowledge.publish(edited)
    assert [one.version for one in (yield world.agent.knowledge.versions(slug))] == [2, 1]
    archived = yield world.admin.knowledge.archive(slug)
    assert archived.status == "archived"
    with pytest.raises(ArticleNotFoundError):
        yield world.customer.knowledge.read(slug)


@both
def test_who_sees_and_lists_articles(world: World) -> Scenario:
    slug, section = name(), name()
    for locale, audience in (("en", "public"), ("de", "internal")):
        yield world.admin.knowledge.save(slug, slug, "Text.", locale=locale, audience=audience, section=section)
        yield world.admin.knowledge.publish(slug, locale=locale)
    listed = yield world.agent.knowledge.list(section=section, page_size=1)
    assert [one.locale for one in listed] == ["de", "en"]
    assert [one.locale for one in (yield world.agent.knowledge.list(section=section, audience="internal"))] == ["de"]
    assert [
        one.locale for one in (yield world.agent.knowledge.list(section=section, locale="en", status="published"))
    ] == ["en"]
    assert list((yield world.customer.knowledge.list())) == []
    with pytest.raises(ArticleNotFoundError):
        yield world.customer.knowledge.get(slug)
    with pytest.raises(ArticleNotFoundError):
        yield world.customer.knowledge.read(slug, locale="de")
    assert (yield world.customer.knowledge.read(slug)).locale == "en"
    with pytest.raises(InvalidValueError, match=f"locale must be one of de, en: {slug} has them all"):
        yield world.agent.knowledge.read(slug)
    with pytest.raises(ForbiddenError):
        yield world.customer.knowledge.save(name(), "Mine", "Text.")


@both
def test_a_folder_is_imported_once(world: World, tmp_path: Path) -> Scenario:
    one = name()
    folder = written(
        tmp_path,
        {
            f"{one}/refunds.md": "# Refunds\n\nSee [plans](plans.md).",
            f"{one}/plans.md": "---\ntitle: Plans\naudience: internal\nstatus: draft\n---\nText.",
            f"{one}/page.html": "<h1>Page</h1><p>Some <b>text</b>.</p><script>x</script>",
            f"{one}/bad.md": "---\ntitle: [\n---\n",
        },
    )
    trial = yield world.admin.knowledge.import_folder(folder, dry_run=True)
    expected = {
        f"{one}/refunds.md": ("created", "published"),
        f"{one}/plans.md": ("created", "draft"),
        f"{one}/page.html": ("created", "published"),
        f"{one}/bad.md": ("refused", None),
    }
    assert actions(trial) == expected
    assert [*(yield world.agent.knowledge.list(section=one))] == []
    seen: list[Any] = []
    report = yield world.admin.knowledge.import_folder(folder, on_item=seen.append)
    assert actions(report) == expected
    assert seen == list(report.items)
    assert (report.count("created"), report.count("refused"), report.is_dry_run) == (3, 1, False)
    body = (yield world.customer.knowledge.read(f"{one}-refunds")).body
    assert body == f"See [plans]({one}-plans)."
    assert (yield world.customer.knowledge.read(f"{one}-page")).body.endswith("Some **text**.")
    before = [*(yield world.agent.knowledge.list(section=one))]
    again = yield world.admin.knowledge.import_folder(folder)
    assert {source: action for source, (action, _) in actions(again).items()} == {
        source: "refused" if action == "refused" else "unchanged" for source, (action, _) in expected.items()
    }
    assert [*(yield world.agent.knowledge.list(section=one))] == before
    written(folder, {f"{one}/refunds.md": "# Refunds\n\nNew."})
    yield world.admin.knowledge.archive(f"{one}-page")
    third = yield world.admin.knowledge.import_folder(folder)
    assert actions(third)[f"{one}/refunds.md"] == ("updated", "published")
    assert actions(third)[f"{one}/page.html"] == ("unchanged", "archived")
    assert third.notes == (f"{one}/page.html: the article is archived here and stays so; publish it to bring it back",)
    assert (yield world.customer.knowledge.read(f"{one}-refunds")).body == "New."
    with pytest.raises(LocalFileError):
        yield world.admin.knowledge.import_folder(folder / "nowhere")


@both
def test_an_agent_imports_drafts(world: World, tmp_path: Path) -> Scenario:
    one = name()
    report = yield world.agent.knowledge.import_folder(written(tmp_path, {f"{one}.md": "# One\n\nText."}))
    (item,) = report.items
    assert (item.action, item.status) == ("created", "draft")
    assert "publish" in (item.problem or "")
    refused = yield world.customer.knowledge.import_folder(tmp_path)
    assert [(item.action, item.article_id) for item in refused.items] == [("refused", None)]


@both
def test_a_help_center_keeps_its_links(world: World, tmp_path: Path) -> Scenario:
    number = int(uuid4().hex[:12], 16)
    row = {
        "id": number,
        "title": "Old title",
        "body": "<p>Text</p>",
        "section_id": 1,
        "locale": "en-us",
        "draft": False,
    }
    export = tmp_path / "articles.json"
    export.write_text(json.dumps({"articles": [row]}))
    first = yield world.admin.knowledge.import_help_center(tmp_path)
    assert [item.action for item in first.items] == ["created"]
    export.write_text(json.dumps({"articles": [row | {"title": "New title", "user_segment_id": 5}]}))
    second = yield world.admin.knowledge.import_help_center(export)
    assert [(item.action, item.slug) for item in second.items] == [("updated", f"old-title-{number}")]
    found = yield world.agent.knowledge.get(f"old-title-{number}")
    assert (found.title, found.audience, found.external_id) == ("New title", "internal", f"zendesk:{number}:en-US")
    with pytest.raises(ArticleNotFoundError):
        yield world.customer.knowledge.read(found)


@both
def test_bad_values_are_named_before_a_request(world: World) -> Scenario:
    knowledge = world.agent.knowledge
    with pytest.raises(InvalidValueError, match="embedding must be 384 finite numbers"):
        yield knowledge.search("x", embedding=[float("nan")] * 384, model="m")
    with pytest.raises(InvalidValueError, match="embedding goes with model"):
        yield knowledge.search("x", embedding=[0.1] * 384)
    with pytest.raises(InvalidValueError, match="query must be"):
        yield knowledge.search(" ")
    with pytest.raises(InvalidValueError, match="audience must be one of"):
        yield knowledge.save("a", "A", "Text.", audience="all")
