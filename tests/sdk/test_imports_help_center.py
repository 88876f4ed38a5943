"""The export of a Help Center: made-up objects in the shapes of its API."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from helpdesk_sdk.imports import read_help_center


def article(id: int, title: str, body: str | None, **more: Any) -> dict[str, Any]:
    made = {
        "id": id,
        "url": f"https://desk.example/api/v2/help_center/en-us/articles/{id}.json",
        "html_url": f"https://desk.example/hc/en-us/articles/{id}-{title.replace(' ', '-')}",
        "title": title,
        "name": title,
        "body": body,
        "locale": "en-us",
        "source_locale": "en-us",
        "section_id": 7,
        "user_segment_id": None,
        "draft": False,
        "label_names": [],
        "outdated": False,
    }
    return made | more


SECTIONS = {
    "sections": [
        {"id": 7, "name": "Refunds", "category_id": 3, "parent_section_id": 8, "locale": "en-us"},
        {"id": 8, "name": "Billing", "category_id": 3, "parent_section_id": None, "locale": "en-us"},
    ],
    "next_page": None,
    "count": 2,
}
CATEGORIES = {"categories": [{"id": 3, "name": "Help", "locale": "en-us"}], "count": 1}


def export(folder: Path, *articles: dict[str, Any], **files: object) -> Path:
    pages = {"articles-1": {"articles": list(articles), "next_page": None, "count": len(articles)}, **files}
    for name, value in {"sections": SECTIONS, "categories": CATEGORIES, **pages}.items():
        (folder / f"{name}.json").write_text(value if isinstance(value, str) else json.dumps(value))
    return folder


def test_articles_with_sections_audience_drafts_and_links(tmp_path: Path) -> None:
    reading = read_help_center(
        export(
            tmp_path,
            article(
                2**40 + 1,
                "How to refund",
                "<h2>When</h2><p>See <a href='/hc/en-us/articles/12-Agents#top'>agents</a>, "
                "<a href='https://desk.example/hc/en-us/articles/99'>gone</a>.</p><script>x()</script>",
                label_names=["money", "late"],
            ),
            article(12, "Agents", "<p>Only for us.</p>", user_segment_id=360, draft=True),
            article(13, "Segments", "<p>Only for some.</p>", user_segment_ids=[5]),
        )
    )
    first, second, third = reading.articles
    assert first.slug == f"how-to-refund-{2**40 + 1}"
    assert first.body == "## When\n\nSee [agents](agents-12#top), [gone](https://desk.example/hc/en-us/articles/99)."
    assert (first.locale, first.section, first.status) == ("en-US", "Help / Billing / Refunds", "published")
    assert (first.external_id, first.audience) == (f"zendesk:{2**40 + 1}:en-US", "public")
    assert (second.audience, second.status, third.audience) == ("internal", "draft", "internal")
    assert not reading.refused
    assert reading.notes == [
        f"article {2**40 + 1}: the link to https://desk.example/hc/en-us/articles/99 leads to no article of the export",
        "2 articles are for a user segment: they become internal",
        "Labels are not kept: late (1), money (1)",
    ]


def test_each_translation_is_an_article_of_its_locale(tmp_path: Path) -> None:
    own = {"id": 1, "source_id": 12, "source_type": "Article", "locale": "en-us", "title": "Agents", "body": "<p>x</p>"}
    german = own | {"id": 2, "locale": "de", "title": "Agenten", "body": "<p>Hallo</p>", "draft": True}
    lines = "\n".join(
        json.dumps(row) for row in (own, german, german | {"source_id": 5}, german | {"source_type": "Section"})
    )
    reading = read_help_center(export(tmp_path, article(12, "Agents", "<p>Hello</p>"), translations=lines))
    assert [(one.slug, one.locale, one.title, one.body, one.status) for one in reading.articles] == [
        ("agents-12", "en-US", "Agents", "Hello", "published"),
        ("agents-12", "de", "Agenten", "Hallo", "draft"),
    ]
    assert reading.notes == ["1 translations belong to articles that the export does not have"]


def test_arrays_lines_single_objects_and_inner_translations(tmp_path: Path) -> None:
    inner = [{"locale": "fr", "title": "Un", "body": "<p>Bonjour</p>"}]
    (tmp_path / "a.json").write_text(json.dumps([article(1, "One", "<p>1</p>", translations=inner)]))
    (tmp_path / "b.jsonl").write_text("\n\n".join(json.dumps(article(n, f"N{n}", "<p>x</p>")) for n in (2, 3)))
    (tmp_path / "c.json").write_text(json.dumps({"article": article(4, "Four", "<p>4</p>")}))
    found = read_help_center(tmp_path).articles
    assert sorted(one.external_id or "" for one in found) == [
        "zendesk:1:en-US",
        "zendesk:1:fr",
        "zendesk:2:en-US",
        "zendesk:3:en-US",
        "zendesk:4:en-US",
    ]
    assert read_help_center(tmp_path / "c.json").articles[0].title == "Four"


def test_what_cannot_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / "half.json").write_text('{"articles": [')
    (tmp_path / "latin.json").write_bytes(b'"caf\xe9"')
    (tmp_path / "other.json").write_text('{"tickets": []}')
    (tmp_path / "deep.json").write_text("[" * 100_000)
    (tmp_path / "number.json").write_text("5")
    export(tmp_path, article(1, "", "<p>x</p>"), article(2, "Empty", None), article(3, "Odd", "<div>" * 300 + "x"))
    reading = read_help_center(tmp_path)
    assert reading.articles == []
    assert all(refused.hint for refused in reading.refused)
    assert {refused.source: refused.problem.partition(" while")[0] for refused in reading.refused} == {
        "half.json": "it is no JSON: Expecting value: line 1 column 15 (char 14)",
        "latin.json": "it is not UTF-8: byte 4",
        "other.json": "it holds objects that are no articles, sections, categories or translations",
        "deep.json": "it is no JSON: maximum recursion depth exceeded",
        "number.json": "it is no export of a Help Center",
        "article 1": "the title has 0 characters",
        "article 2": "it has no text",
        "article 3": "its HTML is nested more than 100 levels deep",
    }
