"""Shows articles: a text, the passages that a search found, and what an import did."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from .._base import output as out
from .._base.json import jsonable
from .._base.output import Column, local_time
from .._base.settings import settings
from .._base.text import one_line, printable

if TYPE_CHECKING:
    from rich.text import Text

    from helpdesk_sdk import Article, ArticleHit, ArticleVersion, ImportedItem, ImportReport

_MARK = "bold reverse"
_INDENT = "    "
_WORD = re.compile(r"\w{3,}")
_STYLES = {"created": "green", "updated": "yellow", "unchanged": "dim", "refused": "bold red"}


def show_text(article: Article | ArticleVersion, published_at: datetime | None) -> None:
    """Print an article as a page: its title, what it is, and its Markdown."""
    if settings().json:
        out.print_json(article)
        return
    status = getattr(article, "status", "published")
    about = [
        f"{article.slug} ({article.locale})",
        article.section,
        f"for {'staff' if article.audience == 'internal' else 'everybody'}",
        f"{status}, version {article.version}" if article.version else str(status),
        local_time(published_at) if published_at is not None else None,
    ]
    from rich.text import Text

    screen = out.console()
    screen.print(Text(one_line(article.title), style="bold"), soft_wrap=True)
    screen.print(Text(one_line(" · ".join(part for part in about if part)), style="dim"), soft_wrap=True)
    screen.print()
    screen.print(Text(printable(article.body)), soft_wrap=True)


def show_hits(hits: Sequence[ArticleHit], query: str) -> None:
    """Print the passages with the words of the question marked, and the parts of their scores."""
    if settings().json:
        out.print_json(hits)
        return
    from rich.text import Text

    screen = out.console()
    if not hits:
        screen.print("No passage answers that.")
        return
    for number, hit in enumerate(hits, 1):
        place = " \u203a ".join(part for part in (hit.title, hit.heading_path) if part)
        line = Text(f"{number}. ", style="bold").append(one_line(place))
        line.append(f"  {hit.slug} ({hit.locale})", style="dim not bold")
        if hit.audience == "internal":
            line.append("  internal", style="yellow not bold")
        screen.print(line, soft_wrap=True)
        screen.print(marked(one_line(hit.body), query), soft_wrap=True)
        screen.print(Text(_INDENT + _score(hit), style="dim"), soft_wrap=True)


def _score(hit: ArticleHit) -> str:
    parts = [f"score {hit.score:.3f}"]
    if hit.cosine is not None:
        parts.append(f"likeness {hit.cosine:.3f}")
    if hit.lexical is not None:
        parts.append(f"words {hit.lexical:.3f}")
    if hit.matched_identifier:
        parts.append("holds an identifier of the question")
    return ", ".join([*parts, f"mode {one_line(hit.mode)}"])


def marked(text: str, query: str) -> Text:
    """A text on one line, indented, with the words of the question marked."""
    from rich.text import Text

    made = Text(_INDENT)
    words = {word.lower() for word in _WORD.findall(query)}
    place = 0
    for found in _WORD.finditer(text):
        if found[0].lower() in words:
            made.append(text[place : found.start()])
            made.append(found[0], style=_MARK)
            place = found.end()
    made.append(text[place:])
    return made


def show_report(report: ImportReport) -> None:
    """Print what an import did with each file, then its notes, then the numbers."""
    if settings().json:
        counts = {action: report.count(action) for action in ("created", "updated", "unchanged", "refused")}
        out.print_json({**jsonable(report), "counts": counts})
        return
    # What has not changed is only counted, but in a dry run.
    shown = [item for item in report.items if report.is_dry_run or item.action != "unchanged" or item.problem]
    columns: list[Column[ImportedItem]] = [
        Column("File", lambda item: item.source, flexible=True),
        Column("Action", lambda item: item.action, style=lambda text: _STYLES.get(text, "")),
        Column("Status", lambda item: item.status),
        Column("Slug", lambda item: item.slug, flexible=True, from_width=70),
        Column("Locale", lambda item: item.locale, from_width=90),
        Column("Title", lambda item: item.title, flexible=True, from_width=110),
    ]
    if shown:
        out.print_rows(shown, columns, empty="")
    for item in report.items:
        if item.problem:
            out.print_note(f"{item.source}: {item.problem.rstrip('.')}. {item.hint or ''}")
    for note in report.notes:
        out.print_note(note)
    counts_text = ", ".join(f"{report.count(a):,} {a}" for a in ("created", "updated", "unchanged", "refused"))
    prefix = "Nothing was written. It would be: " if report.is_dry_run else ""
    out.console().print(f"{prefix}{counts_text}.", soft_wrap=True)
