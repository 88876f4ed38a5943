"""The import of articles: what a reader found, saved and published one by one. Repeated, it changes nothing."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from ... import _validation as check
from ..._http.flow import Flow, Reply
from ..._http.resource import Driver, Resource, call
from ...errors import ApiError
from ...imports import ImportedArticle, Reading, read_folder, read_help_center
from ...models.knowledge import (
    Article,
    ArticleAudience,
    ArticleAudienceName,
    ArticleStatus,
    ArticleStatusName,
    ImportAction,
    ImportedItem,
    ImportReport,
)

OnItem = Callable[[ImportedItem], object]
"""Called after each file or object."""

# Articles that are looked up with one request: their texts come with them, to be compared.
_BATCH = 20


class KnowledgeImports(Resource[Driver]):
    """The part of ``hd.knowledge`` that imports articles."""

    @call
    def import_folder(
        self,
        folder: str | os.PathLike[str],
        *,
        locale: str = "en",
        audience: ArticleAudienceName = "public",
        status: ArticleStatusName = "published",
        section: str | None = None,
        dry_run: bool = False,
        on_item: OnItem | None = None,
    ) -> Flow[ImportReport]:
        """Import a folder of Markdown and HTML files. Repeated, it changes what has changed, and nothing else.

        A Markdown file may begin with front matter: ``slug``, ``title``, ``locale``, ``audience``, ``section``,
        ``status``. Nothing is archived because its file is gone. ``helpdesk_sdk.imports.read_folder`` says more.

        Args:
            folder: The folder, or one file.
            locale: The language of files that name none.
            audience: ``public`` or ``internal``, for files that name none.
            status: ``published``, ``draft`` or ``archived``, for files that name none.
            section: The section of files that name none; by default the folder that a file is in.
            dry_run: Whether to write nothing, and report what would be done.
            on_item: Called after each file.

        Raises:
            LocalFileError: There is no such folder.
            ConfigurationError: A library of the extra [kb] is not installed.
        """
        chosen = check.choice("audience", audience, ArticleAudience), check.choice("status", status, ArticleStatus)
        reading = read_folder(folder, locale=locale, audience=chosen[0], status=chosen[1], section=section)
        return (yield from _import_reading(self, reading, check.boolean("dry_run", dry_run), on_item))

    @call
    def import_help_center(
        self,
        export: str | os.PathLike[str],
        *,
        locale: str = "en",
        dry_run: bool = False,
        on_item: OnItem | None = None,
    ) -> Flow[ImportReport]:
        """Import the export of a Zendesk Help Center: JSON of articles, sections, categories and translations.

        Drafts stay drafts, and articles for a user segment become internal. An article keeps its slug when its title
        changes. Repeated, it changes what has changed, and nothing else.

        Args:
            export: The file, or the folder of files.
            locale: The language of articles that name none.
            dry_run: Whether to write nothing, and report what would be done.
            on_item: Called after each article.

        Raises:
            LocalFileError: There is no such file or folder.
            ConfigurationError: A library of the extra [kb] is not installed.
        """
        reading = read_help_center(export, locale=locale)
        return (yield from _import_reading(self, reading, check.boolean("dry_run", dry_run), on_item))


def _import_reading(
    resource: Resource[Any], reading: Reading, dry_run: bool, on_item: OnItem | None
) -> Flow[ImportReport]:
    """Save and publish what was read. What the helpdesk refuses is in the report; the rest goes on."""
    items: list[ImportedItem] = []
    notes = list(reading.notes)

    def add(item: ImportedItem) -> None:
        items.append(item)
        if on_item is not None:
            on_item(item)

    for refused in reading.refused:
        add(ImportedItem(source=refused.source, action="refused", problem=refused.problem, hint=refused.hint))
    for batch in _batches(reading.articles):
        known = yield from _known(resource, batch)
        for article in batch:
            found = known.get(article.external_id or "") or known.get(f"{article.slug} {article.locale}")
            # The name in links stays, whatever the title is now in the system that it comes from.
            kept = replace(article, slug=found.slug) if found is not None and article.external_id else article
            add((yield from _import_one(resource, kept, found, dry_run, notes)))
    return ImportReport(items=tuple(items), notes=tuple(notes), is_dry_run=dry_run)


def _batches(articles: Sequence[ImportedArticle]) -> Iterator[Sequence[ImportedArticle]]:
    for begin in range(0, len(articles), _BATCH):
        yield articles[begin : begin + _BATCH]


def _known(resource: Resource[Any], batch: Sequence[ImportedArticle]) -> Flow[dict[str, Article]]:
    """The articles that are there already, by slug and locale and by external id."""
    wanted = [f"slug.in.({','.join(_quoted(article.slug) for article in batch)})"]
    external = [_quoted(article.external_id) for article in batch if article.external_id]
    if external:
        wanted.append(f"external_id.in.({','.join(external)})")
    query = resource._rest.from_("articles").select("*").or_(",".join(wanted))
    reply: Reply = yield resource._read(query)
    known: dict[str, Article] = {}
    for row in reply.rows(Article):
        known[f"{row.slug} {row.locale}"] = row
        if row.external_id:
            known[row.external_id] = row
    return known


def _quoted(value: str) -> str:
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _import_one(
    resource: Resource[Any], article: ImportedArticle, found: Article | None, dry_run: bool, notes: list[str]
) -> Flow[ImportedItem]:
    action: ImportAction = "created" if found is None else "unchanged" if _same(article, found) else "updated"
    stays_archived = found is not None and found.status == "archived" and article.status == "published"
    if stays_archived:
        notes.append(f"{article.source}: the article is archived here and stays so; publish it to bring it back")
    status = ArticleStatus("archived" if stays_archived else article.status)
    if found is not None and found.status == "published" and article.status == "draft":
        # A draft of a published article: what was published stays.
        status = ArticleStatus.PUBLISHED
    about: dict[str, Any] = {
        "source": article.source,
        "slug": article.slug,
        "locale": article.locale,
        "title": article.title,
        "status": status,
        "article_id": found.article_id if found is not None else None,
    }
    if dry_run:
        return ImportedItem(action=action, **about)
    row = found
    if found is None or action == "updated":
        reply: Reply = yield resource._rpc_write("save_article", _arguments(article), accepts=(ApiError,))
        if reply.error is not None:
            about["status"] = found.status if found is not None else None
            return _refused(about, "refused", reply.error)
        row = reply.value(Article)
        about["article_id"] = row.article_id
        if found is not None and row.revision == found.revision:
            action = "unchanged"
    assert row is not None
    change = None if stays_archived else _CHANGES.get((article.status, row.status == "archived"))
    if change is not None:
        reply = yield resource._rpc_write(change, {"article_id": str(row.article_id)}, accepts=(ApiError,))
        if reply.error is not None:
            about["status"] = row.status
            return _refused(about, action, reply.error)
        done = reply.value(Article)
        if action == "unchanged" and done.revision != row.revision:
            # It was saved before, and is published now.
            action = "updated"
    return ImportedItem(action=action, **about)


# What is called after saving, by the status that the source names and whether the article is archived.
_CHANGES = {
    ("published", False): "publish_article",
    ("published", True): "publish_article",
    ("archived", False): "archive_article",
}


def _same(article: ImportedArticle, found: Article) -> bool:
    external_id = article.external_id or found.external_id
    return (article.slug, article.title, article.body, article.audience, article.section, external_id) == (
        found.slug,
        found.title,
        found.body,
        str(found.audience),
        found.section,
        found.external_id,
    )


def _arguments(article: ImportedArticle) -> dict[str, Any]:
    return {
        "slug": article.slug,
        "title": article.title,
        "body": article.body,
        "locale": article.locale,
        "audience": article.audience,
        "section": article.section,
        "external_id": article.external_id,
    }


def _refused(about: dict[str, Any], action: ImportAction, error: ApiError) -> ImportedItem:
    return ImportedItem(action=action, problem=error.message, hint=error.hint, **about)
