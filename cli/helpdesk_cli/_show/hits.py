"""Shows the answer to a search: each ticket with the passages that matched, the words marked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from .._base import output as out
from .._base.json import jsonable
from .._base.output import age
from .._base.settings import settings
from .._base.text import one_line
from .name_cache import NameCache

if TYPE_CHECKING:
    from rich.text import Text

    from helpdesk_sdk import Helpdesk, SearchAnswer, SearchHit, Snippet, Ticket

_MARK = "bold reverse"
_INDENT = "    "


def show_answer(hd: Helpdesk, answer: SearchAnswer, hits: Sequence[SearchHit], cursor: str | None) -> None:
    """Print the hits of all pages that were read, or one JSON object."""
    names = NameCache()
    names.load_tickets(hd, [*answer.exact, *(hit.ticket for hit in hits)])
    if settings().json:
        out.print_json(_json(answer, hits, cursor, names))
        return
    screen = out.console()
    for ticket in answer.exact:
        screen.print(_line(ticket, names, None), soft_wrap=True)
    if answer.exact and hits:
        screen.print()
    shown = {ticket.ticket_id for ticket in answer.exact}
    for hit in hits:
        title = next((snippet for snippet in hit.snippets if snippet.part == "title"), None)
        if hit.ticket.ticket_id not in shown or hit.snippets:
            screen.print(_line(hit.ticket, names, title), soft_wrap=True)
        for snippet in hit.snippets:
            if snippet.part != "title":
                screen.print(_passage(snippet), soft_wrap=True)
    if not hits and not answer.exact:
        screen.print("No tickets.")
    for warning in answer.warnings:
        out.print_note(one_line(warning))
    if answer.capped:
        out.print_note("More than 2,000 tickets match: only the newest 2,000 were ranked.")


def _json(answer: SearchAnswer, hits: Sequence[SearchHit], cursor: str | None, names: NameCache) -> dict[str, Any]:
    made: dict[str, Any] = jsonable(answer)
    made["exact"] = [names.ticket_json(ticket) for ticket in answer.exact]
    made["hits"] = [{**jsonable(hit), "ticket": names.ticket_json(hit.ticket)} for hit in hits]
    made["next"] = cursor
    return made


def _line(ticket: Ticket, names: NameCache, title: Snippet | None) -> Text:
    from rich.text import Text

    made = Text(f"#{ticket.number}  ", style="bold")
    made.append(f"{ticket.status}  {ticket.priority}  ", style="not bold")
    if title is None:
        made.append(one_line(ticket.title), style="not bold")
    else:
        _append_marked(made, title)
    who = names.person(ticket.assigned_to)
    made.append(f"  {who or '-'}  {age(ticket.created_at)}", style="dim not bold")
    return made


def _passage(snippet: Snippet) -> Text:
    from rich.text import Text

    made = Text(f"{_INDENT}{snippet.part}: ", style="dim")
    made.append("…" if snippet.start else "", style="not dim")
    _append_marked(made, snippet)
    return made


def _append_marked(line: Text, snippet: Snippet) -> None:
    """Add the snippet to the line. Each stretch is cleaned for the terminal by itself, so that the offsets hold."""
    place = 0
    for begin, end in snippet.marks:
        line.append(_clean(snippet.text[place:begin]), style="not bold not dim")
        line.append(_clean(snippet.text[begin:end]), style=f"not dim {_MARK}")
        place = end
    line.append(_clean(snippet.text[place:]), style="not bold not dim")


def _clean(text: str) -> str:
    """One line; blanks at the ends stay, because more text follows."""
    if not text.strip():
        return " " if text else ""
    return (" " if text[0].isspace() else "") + one_line(text) + (" " if text[-1].isspace() else "")
