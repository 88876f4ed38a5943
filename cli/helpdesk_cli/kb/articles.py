"""Articles: import, list, show, search, publish, archive, and their vectors."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .._base.choices import ArticleAudience, ArticleStatus
from .._base.errors import ExitCode
from .._base.json import jsonable
from .._base.options import LimitOption
from .._base.output import Column, age, one_more, print_result, print_rows, print_up_to
from .._base.settings import settings
from .._connect.connection import connect
from .app import ArticleArgument, LocaleOption, app

if TYPE_CHECKING:
    from helpdesk_sdk import Article, EmbeddingProgress, ImportReport


@app.command("import")
def import_(
    path: Annotated[Path, typer.Argument(help="A folder, or one file.", show_default=False)],
    help_center: Annotated[
        bool, typer.Option("--help-center", help="It is the export of a Zendesk Help Center: JSON files.")
    ] = False,
    locale: Annotated[str, typer.Option(metavar="LOCALE", help="The language of articles that name none.")] = "en",
    audience: Annotated[ArticleAudience, typer.Option(help="Who may read files that do not say it.")] = "public",
    section: Annotated[
        str | None,
        typer.Option(
            metavar="NAME", help="The section of files that name none; else their folder.", show_default=False
        ),
    ] = None,
    draft: Annotated[bool, typer.Option("--draft", help="Publish nothing that does not say it.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Write nothing; show what would be done.")] = False,
) -> None:
    """Import a folder of files, or the export of a Help Center.

    Markdown and HTML are read; with --help-center, the JSON of a Zendesk Help Center. A Markdown file may begin with
    front matter between two lines ---: slug, title, locale, audience, section, status. Repeated, the import changes
    what has changed. A file that cannot be read is named, and the others are imported.

    For example: helpdesk kb import docs/ --dry-run
    """
    from .._show.articles import show_report

    with connect() as hd:
        if help_center:
            report = _with_counter(
                lambda tick: hd.knowledge.import_help_center(path, locale=locale, dry_run=dry_run, on_item=tick)
            )
        else:
            report = _with_counter(
                lambda tick: hd.knowledge.import_folder(
                    path,
                    locale=locale,
                    audience=audience,
                    status="draft" if draft else "published",
                    section=section,
                    dry_run=dry_run,
                    on_item=tick,
                )
            )
    show_report(report)
    if any(item.problem for item in report.items):
        raise typer.Exit(ExitCode.REFUSED)


def _with_counter(work: Callable[[Callable[[object], object]], ImportReport]) -> ImportReport:
    """The result of the import; on a terminal with a line that counts the articles."""
    from rich.console import Console

    screen = Console(stderr=True, highlight=False)
    if not screen.is_terminal or settings().json:
        return work(lambda _: None)
    done = 0
    with screen.status("Reading …") as status:

        def tick(_: object) -> None:
            nonlocal done
            done += 1
            status.update(f"{done:,} articles …")

        return work(tick)


@app.command("list")
def list_(
    status: Annotated[list[ArticleStatus] | None, typer.Option(help="Only this status; may be repeated.")] = None,
    audience: Annotated[ArticleAudience | None, typer.Option(help="Only for these readers.")] = None,
    locale: Annotated[str | None, typer.Option(metavar="LOCALE", help="Only of this language.")] = None,
    section: Annotated[str | None, typer.Option(metavar="NAME", help="Only of this section.")] = None,
    limit: LimitOption = 100,
) -> None:
    """Staff: list the articles, those changed last first."""
    with connect() as hd:
        pager = hd.knowledge.list(
            status=status or None, audience=audience, locale=locale, section=section, page_size=100
        )
        found = one_more(pager, limit, "articles")
    columns: list[Column[Article]] = [
        Column("Slug", lambda article: article.slug, flexible=True),
        Column("Locale", lambda article: article.locale),
        Column("Title", lambda article: article.title, flexible=True, from_width=80),
        Column("Section", lambda article: article.section, flexible=True, from_width=110),
        Column("For", lambda article: article.audience),
        Column("Status", lambda article: article.status),
        Column("Version", lambda article: article.version, right=True),
        Column("Changed", lambda article: age(article.updated_at), right=True),
    ]
    print_up_to(found, limit, columns, "articles", empty="No articles.", json=_without_body)


def _without_body(article: Article) -> object:
    return {name: value for name, value in jsonable(article).items() if name != "body"}


@app.command()
def show(
    article: ArticleArgument,
    locale: LocaleOption = None,
    draft: Annotated[bool, typer.Option("--draft", help="Staff: what is written now, published or not.")] = False,
) -> None:
    """Show an article: what readers see of it, or its draft."""
    from .._show.articles import show_text

    with connect() as hd:
        if not draft:
            version = hd.knowledge.read(article, locale=locale)
            show_text(version, version.published_at)
            return
        found = hd.knowledge.get(article, locale=locale)
    show_text(found, found.published_at)


@app.command(context_settings={"ignore_unknown_options": True})
def search(
    query: Annotated[list[str], typer.Argument(metavar="QUESTION", help="The question.", show_default=False)],
    locale: Annotated[str | None, typer.Option(metavar="LOCALE", help="Only of this language.")] = None,
    audience: Annotated[ArticleAudience | None, typer.Option(help="Only for these readers.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=100, help="How many passages at most.")] = 5,
) -> None:
    """Find the passages that answer a question, best first.

    The words of the question are marked. A passage that holds an identifier of the question, such as an error code,
    comes first. Vectors decide together with the words where a model is known: that of the local stack, or that of
    EMBEDDINGS_BASE_URL and EMBEDDINGS_MODEL.

    For example: helpdesk kb search how do I get a refund
    """
    from .._show.articles import show_hits
    from .._work.embedding import question_vector

    words = " ".join(query)
    with connect() as hd:
        vector = question_vector(hd, words)
        hits = hd.knowledge.search(words, locale=locale, audience=audience, limit=limit, **vector)
    show_hits(hits, words)


@app.command()
def publish(article: ArticleArgument, locale: LocaleOption = None) -> None:
    """Publish an article as it is written now."""
    with connect() as hd:
        done = hd.knowledge.publish(article, locale=locale)
    print_result(f"Published {done.slug} ({done.locale}), version {done.version}.", json=done)


@app.command()
def archive(article: ArticleArgument, locale: LocaleOption = None) -> None:
    """Withdraw an article: readers and search no longer have it."""
    with connect() as hd:
        done = hd.knowledge.archive(article, locale=locale)
    print_result(f"Archived {done.slug} ({done.locale}). To bring it back: helpdesk kb publish {done.slug}", json=done)


@app.command()
def embed(
    model: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="Admins: fill this model beside the present one, and let search use it when it is complete.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Make the vectors that are missing.

    With the secret key, this program makes them: at the endpoint EMBEDDINGS_BASE_URL with the model EMBEDDINGS_MODEL
    (and the key EMBEDDINGS_API_KEY), else with the local stack's model. Otherwise the edge function embed-articles
    makes them.

    For example: helpdesk kb embed --model text-embedding-3-small
    """
    from .._work.embedding import embed_all

    with connect() as hd:
        embed_all(hd, model)


@app.command()
def progress() -> None:
    """Staff: show how many passages have a vector, by model."""
    with connect() as hd:
        found = hd.knowledge.embedding_progress()
    columns: list[Column[EmbeddingProgress]] = [
        Column("Model", lambda row: row.model or "none yet", flexible=True),
        Column("Used", lambda row: "yes" if row.is_active else "no"),
        Column("Passages", lambda row: f"{row.chunks:,}", right=True),
        Column("Embedded", lambda row: f"{row.embedded:,}", right=True),
        Column("Waiting", lambda row: f"{row.waiting:,}", right=True),
        Column("Failed", lambda row: f"{row.dead:,}", right=True),
        Column("Last failure", lambda row: row.problem, flexible=True, from_width=100),
    ]
    print_rows(found, columns, empty="No articles are published.")
