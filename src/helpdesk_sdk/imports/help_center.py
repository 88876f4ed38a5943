"""The export of a Zendesk Help Center: articles, sections, categories and translations as JSON."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, cast

from ..errors import LocalFileError
from .articles import (
    FILE_BYTES_MAX,
    ImportedArticle,
    Reading,
    Refusal,
    RefusedSourceError,
    checked,
    count_by,
    refuse_twins,
    slug_of,
)
from .html import html_to_markdown

_KINDS = ("articles", "sections", "categories", "translations")
_SINGULAR = {"article": "articles", "section": "sections", "category": "categories", "translation": "translations"}
_ARTICLE_LINK = re.compile(r"(?:https?://[^/?#]+)?/hc/(?:[A-Za-z-]{2,10}/)?articles/(\d{1,20})(?:[^/#]*)(#.*)?$")
# A page of an export has at most 100 objects with their texts; a file of all pages is read whole.
_EXPORT_BYTES_MAX = 50 * FILE_BYTES_MAX
_SECTIONS_DEEP = 10


@dataclass(slots=True)
class _Export:
    articles: dict[str, dict[str, Any]] = field(default_factory=dict)
    sections: dict[str, dict[str, Any]] = field(default_factory=dict)
    categories: dict[str, dict[str, Any]] = field(default_factory=dict)
    translations: list[dict[str, Any]] = field(default_factory=list)


def read_help_center(export: str | os.PathLike[str], *, locale: str = "en") -> Reading:
    """Read the export of a Zendesk Help Center: a JSON file, or a folder of them, as its API returns them.

    Pages (``{"articles": [...], "next_page": ...}``), arrays and one object a line are read, in any mix. Drafts stay
    drafts. An article for a user segment becomes internal: here articles are for everybody or for staff. Each
    translation becomes an article of its locale. HTML becomes Markdown, links between articles become links to slugs.

    Args:
        export: The file or the folder.
        locale: The language of articles that name none.

    Raises:
        ConfigurationError: A library of the extra [kb] is not installed.
        LocalFileError: There is no such file or folder.
    """
    root = Path(export)
    if not root.exists():
        raise LocalFileError(f"There is no file or folder {root}")
    reading, found = Reading(), _Export()
    for path in [root] if root.is_file() else sorted(root.rglob("*.json*")):
        name = path.name if root.is_file() else path.relative_to(root).as_posix()
        if path.is_symlink() or not path.is_file():
            continue
        try:
            for kind, row in _objects(path):
                _keep(found, kind, row)
        except RefusedSourceError as error:
            reading.refused.append(Refusal(name, error.problem, error.hint))
    _read_all(found, locale, reading)
    refuse_twins(reading)
    return reading


def _keep(found: _Export, kind: str, row: dict[str, Any]) -> None:
    if kind == "translations":
        found.translations.append(row)
        return
    getattr(found, kind)[_id(row)] = row
    # A translation may come inside of its article.
    inside = row.get("translations")
    for translation in inside if isinstance(inside, list) else ():
        if isinstance(translation, dict):
            found.translations.append({"source_id": row.get("id"), "source_type": "Article", **translation})


def _objects(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each object of a file, with its kind."""
    kind = next((kind for kind in _KINDS if kind in path.name.lower()), "")
    for value in _values(path):
        yield from _unwrapped(value, kind)


def _unwrapped(value: object, kind: str) -> Iterator[tuple[str, dict[str, Any]]]:
    if isinstance(value, list):
        for row in value:
            if isinstance(row, dict):
                yield from _unwrapped(row, kind)
        return
    if not isinstance(value, dict):
        raise RefusedSourceError(
            "it is no export of a Help Center", "Export articles, sections and categories as JSON."
        )
    pages = [name for name in _KINDS if isinstance(value.get(name), list) and "body" not in value]
    if pages:
        for name in pages:
            for row in value[name]:
                if isinstance(row, dict):
                    yield name, row
        return
    single = [name for name in _SINGULAR if isinstance(value.get(name), dict)]
    if single:
        for name in single:
            yield _SINGULAR[name], value[name]
        return
    yield _kind_of(value, kind), value


def _kind_of(row: Mapping[str, Any], kind: str) -> str:
    if "source_id" in row and "source_type" in row:
        return "translations"
    if "section_id" in row or ("body" in row and "title" in row):
        return "articles"
    if "category_id" in row:
        return "sections"
    if kind:
        return kind
    raise RefusedSourceError(
        "it holds objects that are no articles, sections, categories or translations",
        "Name the file after what it holds, such as categories.json.",
    )


def _values(path: Path) -> Iterator[Any]:
    """The JSON values of a file: one, or one a line."""
    try:
        size = path.stat().st_size
        if size > _EXPORT_BYTES_MAX:
            raise RefusedSourceError(f"it has {size:,} bytes", f"Split it: at most {_EXPORT_BYTES_MAX:,} are read.")
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise RefusedSourceError(f"it cannot be read: {error.strerror}", "Check its permissions.") from None
    except UnicodeDecodeError as error:
        raise RefusedSourceError(f"it is not UTF-8: byte {error.start:,}", "Export it again, or convert it.") from None
    try:
        yield json.loads(text)
        return
    except (ValueError, RecursionError) as error:
        whole = error
    lines = [line for line in text.split("\n") if line.strip()]
    for number, line in enumerate(lines, 1):
        try:
            value = json.loads(line)
        except (ValueError, RecursionError):
            what = f"line {number}" if number > 1 else str(whole)
            raise RefusedSourceError(f"it is no JSON: {what}", "Export it again: is it complete?") from None
        yield value


def _read_all(found: _Export, default: str, reading: Reading) -> None:
    own: dict[str, str] = {}
    slugs = {key: _slug(key, row) for key, row in found.articles.items()}
    texts: list[tuple[dict[str, Any], dict[str, Any]]] = []
    for key, row in found.articles.items():
        own[key] = _locale(row, default)
        texts.append((row, row))
    homeless = 0
    for text in found.translations:
        if str(text.get("source_type", "Article")).lower() != "article":
            continue
        parent = found.articles.get(str(text.get("source_id")))
        if parent is None:
            homeless += 1
        elif _locale(text, default) != own[_id(parent)]:
            texts.append((parent, text))
    if homeless:
        reading.notes.append(f"{homeless:,} translations belong to articles that the export does not have")
    segments, labels = 0, [label for row in found.articles.values() for label in row.get("label_names") or ()]
    for row, text in texts:
        source = f"article {_id(row)}" + ("" if text is row else f", {_locale(text, default)}")
        try:
            article = _article(row, text, source, slugs, found, default, reading)
            reading.articles.append(checked(article))
            segments += article.audience == "internal" and text is row
        except RefusedSourceError as error:
            reading.refused.append(Refusal(source, error.problem, error.hint))
    if segments:
        reading.notes.append(f"{segments:,} articles are for a user segment: they become internal")
    if labels:
        reading.notes.append(f"Labels are not kept: {count_by(str(label)[:50] for label in labels)}")


def _article(
    row: dict[str, Any],
    text: dict[str, Any],
    source: str,
    slugs: dict[str, str],
    found: _Export,
    default: str,
    reading: Reading,
) -> ImportedArticle:
    def resolve(place: str) -> str | None:
        match = _ARTICLE_LINK.match(place)
        if match is None:
            return None
        if match[1] not in slugs:
            reading.notes.append(f"{source}: the link to {place[:200]} leads to no article of the export")
            return None
        return slugs[match[1]] + (match[2] or "")

    html = text.get("body") or ""
    if not isinstance(html, str):
        raise RefusedSourceError("its body is no text", "Export it again.")
    _, body = html_to_markdown(html, resolve)
    locale = _locale(text, default)
    internal = row.get("user_segment_id") is not None or bool(row.get("user_segment_ids"))
    draft = bool(row.get("draft") or text.get("draft"))
    made = ImportedArticle(
        source=source,
        slug=slugs[_id(row)],
        title=str(text.get("title") or row.get("title") or row.get("name") or ""),
        body=body,
        locale=locale,
        audience="internal" if internal else "public",
        section=_section(row, found),
        status="draft" if draft else "published",
        external_id=f"zendesk:{_id(row)}:{locale}",
    )
    return replace(made, title=" ".join(made.title.split()))


def _section(row: dict[str, Any], found: _Export) -> str | None:
    """The names of its section, of the sections around, and of its category: ``Billing / Refunds``."""
    names: list[str] = []
    section = found.sections.get(str(row.get("section_id")))
    last = section
    while section is not None and len(names) < _SECTIONS_DEEP:
        names.append(str(section.get("name") or ""))
        last = section
        section = found.sections.get(str(section.get("parent_section_id")))
    category = found.categories.get(str(last.get("category_id"))) if last is not None else None
    if category is not None:
        names.append(str(category.get("name") or ""))
    return " / ".join(name.strip() for name in reversed(names) if name.strip())[:200] or None


def _slug(key: str, row: Mapping[str, Any]) -> str:
    """The title and the id: unique, and still readable."""
    title = slug_of(str(row.get("title") or row.get("name") or ""))[:75].rstrip("-")
    return f"{title}-{key}" if title else f"article-{key}"


def _locale(row: Mapping[str, Any], default: str) -> str:
    """The locale, with its parts as they are usually written: ``en-us`` is ``en-US``."""
    given = cast(object, row.get("locale"))
    if not isinstance(given, str) or not given:
        return default
    first, *others = given.split("-")
    return "-".join([first.lower(), *(part.upper() if len(part) == 2 else part for part in others)])


def _id(row: Mapping[str, Any]) -> str:
    key = row.get("id")
    if isinstance(key, bool) or not isinstance(key, int | str) or not re.fullmatch(r"[0-9]{1,20}", str(key)):
        raise RefusedSourceError(
            f"an object has no id: {str(row)[:80]}", "Export it again: each object has a number as id."
        )
    return str(key)
