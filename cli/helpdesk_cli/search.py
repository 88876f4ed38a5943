"""`helpdesk search`: the tickets that match a query, best first."""

from __future__ import annotations

from typing import Annotated

import typer

from ._base.app import Commands
from ._base.output import print_note
from ._connect.connection import connect

_PAGE = 100


def register(app: Commands) -> None:
    """Add the command to the program."""
    app.command("search", profile=True, context_settings={"ignore_unknown_options": True})(search)


def search(
    query: Annotated[
        list[str],
        typer.Argument(
            metavar="QUERY", help='Words, "phrases", -not, field:value; in single quotes.', show_default=False
        ),
    ],
    mine: Annotated[bool, typer.Option("--mine", help="Staff: only tickets that you requested.")] = False,
    limit: Annotated[int, typer.Option(min=1, max=2000, help="How many hits at most.")] = 20,
    cursor: Annotated[
        str | None, typer.Option(metavar="CURSOR", help="Go on after an earlier search: its next.", show_default=False)
    ] = None,
) -> None:
    """Search tickets by their words, best hits first.

    Searched are title, description and messages, and for staff notes.

    helpdesk search 'status:open assignee:me "double charge" -refund'

    Fields: status, priority, team, assignee, requester (from), tag, channel, number, external_id, created (before,
    after), updated, resolved, closed, has:attachment, has:note, is:unassigned, is:snoozed, title, description,
    fields.KEY. Times are dates, or 7d and 4h for so long ago. The words that matched are marked.
    """
    from ._show.hits import show_answer

    with connect() as hd:
        words = " ".join(query)
        first = answer = hd.search(words, mine=mine, limit=min(limit, _PAGE), cursor=cursor)
        hits = list(answer.hits)
        while answer.next is not None and len(hits) < limit:
            answer = hd.search(words, mine=mine, limit=min(limit - len(hits), _PAGE), cursor=answer.next)
            hits += answer.hits
        show_answer(hd, first, hits, answer.next)
    if answer.next is not None:
        print_note(f"There are more hits: --limit {min(limit * 4, 2000)}, or --cursor {answer.next}")
