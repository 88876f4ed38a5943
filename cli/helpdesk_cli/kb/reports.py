"""What the knowledge lacks: questions without an article, quotes that are out of date, broken links."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from .._base.app import Commands
from .._base.choices import GapState
from .._base.errors import ExitCode
from .._base.json import jsonable
from .._base.options import LimitOption
from .._base.output import Column, age, console, one_more, print_json, print_result, print_rows, print_up_to
from .._base.settings import settings
from .._base.text import one_line
from .._connect.connection import connect
from .app import ArticleArgument, LocaleOption, app

if TYPE_CHECKING:
    from helpdesk_sdk import ArticleLink, Gap, LinkReport, StaleCitation

gaps = Commands(name="gaps", help="Questions that no article answers.")
app.add_typer(gaps)

GapArgument = Annotated[str, typer.Argument(metavar="GAP", help="The gap's id.", show_default=False)]
_SHOWN_CIRCLES = 20


@gaps.command("list")
def list_gaps(
    state: Annotated[list[GapState] | None, typer.Option(help="This state; may be repeated. By default open.")] = None,
    limit: LimitOption = 50,
) -> None:
    """List the gaps, those that most tickets ask first.

    For those who may write articles. You see and count the tickets that you work. Nearly the same words are the same
    question.
    """
    with connect() as hd:
        pager = hd.knowledge.gaps(state=state or "open")
        found = one_more(pager, limit, "gaps")
    columns: list[Column[Gap]] = [
        Column("Question", lambda gap: gap.question, flexible=True),
        Column("Tickets", lambda gap: gap.tickets, right=True),
        Column("Rejected", lambda gap: gap.rejected or "-", right=True, from_width=100),
        Column("Last ticket", lambda gap: gap.last_ticket_number, right=True),
        Column("Last asked", lambda gap: gap.last_at and age(gap.last_at), right=True, from_width=90),
        Column("State", lambda gap: gap.state, from_width=110),
        Column("Gap", lambda gap: gap.gap_id),
    ]
    print_up_to(found, limit, columns, "gaps", empty="No gaps.")


@gaps.command("dismiss")
def dismiss_gap(gap: GapArgument) -> None:
    """No article is needed. The gap stays dismissed when the question is asked again."""
    with connect() as hd:
        done = hd.knowledge.dismiss_gap(gap)
    print_result(f"Dismissed: {done.question}", json=done)


@gaps.command("resolve")
def resolve_gap(gap: GapArgument, article: ArticleArgument, locale: LocaleOption = None) -> None:
    """This published article answers the question. The gap opens again when nothing is found all the same."""
    with connect() as hd:
        done = hd.knowledge.resolve_gap(gap, article, locale=locale)
    print_result(f"Resolved: {done.question}", json=done)


@gaps.command("reopen")
def reopen_gap(gap: GapArgument) -> None:
    """Take a decision about a gap back."""
    with connect() as hd:
        done = hd.knowledge.reopen_gap(gap)
    print_result(f"Open again: {done.question}", json=done)


@app.command()
def stale(
    all_: Annotated[bool, typer.Option("--all", help="Also quotes that the newest version still has.")] = False,
    limit: LimitOption = 100,
) -> None:
    """List quotes whose article has changed since.

    Quotes of drafts that people rejected are listed, too. You see those of tickets that you work.

    withdrawn: the article is archived. internal: customers no longer read it. changed: the quote is no longer in it.
    rejected: a draft that quotes it was rejected as wrong, unclear or outdated, and the article is still the same.
    """
    with connect() as hd:
        pager = hd.knowledge.stale(problem=None) if all_ else hd.knowledge.stale()
        found = one_more(pager, limit, "quotes")
    columns: list[Column[StaleCitation]] = [
        Column("Article", lambda row: f"{row.slug} ({row.locale})", flexible=True),
        Column("Problem", lambda row: row.problem),
        Column("Version", lambda row: f"{row.cited_version} → {row.current_version or '-'}", right=True),
        Column("Quote", lambda row: row.quote, flexible=True, from_width=80),
        Column("Proposal", lambda row: row.proposal_id, from_width=110),
        Column("Decided", lambda row: age(row.at), right=True),
    ]
    print_up_to(found, limit, columns, "quotes", empty="No quote is out of date.")


@app.command("check")
def check_links(
    external: Annotated[bool, typer.Option("--external", help="List the links to other sites, too.")] = False,
) -> None:
    """Check the links of all published articles.

    The exit code is 1 if a link is broken. Articles that you may not read are left out.

    A link to another article is broken if no article has the slug (missing), if the article is not published (draft,
    archived), or if customers may not read it (internal). Other sites are not fetched. Articles that link to each
    other in a circle are named; that is no mistake by itself.
    """
    with connect() as hd:
        report = hd.knowledge.check_links()
    if settings().json:
        print_json({**jsonable(report), "broken": [jsonable(link) for link in report.broken]})
    else:
        _print_report(report, external)
    if report.broken:
        raise typer.Exit(ExitCode.REFUSED)


def _print_report(report: LinkReport, external: bool) -> None:
    columns: list[Column[ArticleLink]] = [
        Column("Article", lambda link: f"{link.slug} ({link.locale})", flexible=True),
        Column("Link", lambda link: link.target, flexible=True),
        Column("Problem", lambda link: link.problem, style="bold red"),
    ]
    if report.broken:
        print_rows(report.broken, columns, empty="")
    if external:
        print_rows([link for link in report.links if link.kind == "web"], columns[:2], empty="No links to other sites.")
    screen = console()
    for circle in report.circles[:_SHOWN_CIRCLES]:
        shown = ", ".join(circle[:_SHOWN_CIRCLES]) + (
            f" and {len(circle) - _SHOWN_CIRCLES} more" * (len(circle) > _SHOWN_CIRCLES)
        )
        screen.print(f"Circle: {one_line(shown)}", soft_wrap=True)
    if len(report.circles) > _SHOWN_CIRCLES:
        screen.print(f"And {len(report.circles) - _SHOWN_CIRCLES} more circles: --json has them all.")
    counts = {kind: sum(link.kind == kind for link in report.links) for kind in ("article", "web", "other")}
    screen.print(
        f"{report.articles:,} articles, {counts['article']:,} links to articles, {len(report.broken):,} broken, "
        f"{counts['web']:,} to other sites, {counts['other']:,} others.",
        soft_wrap=True,
    )
