"""What happened on a ticket, for reading: who, when, what was said, and what is not for the customer's eyes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from .._base.output import age, console, moment
from .._base.text import one_line, printable

if TYPE_CHECKING:
    from helpdesk_sdk import Message, TimelineEntry

    from .names import Names

# Of an event's data: what stands beside it anyway, and ids that tell a reader nothing.
_SAID_ELSEWHERE = {"title", "author_kind", "message_id", "note_id", "invitation_id"}
# Readable on black and on white: no yellow and no cyan, and nothing bold that a terminal shows bright instead.
_KIND_STYLE = {"customer": "bold underline", "staff": "bold", "assistant": "magenta", "system": "bold"}
_WORDS = {
    "ticket.created": "opened",
    "message.created": "replied",
    "message.redacted": "redacted a message",
    "note.created": "wrote an internal note",
}


def show_timeline(entries: Iterable[TimelineEntry], names: Names) -> None:
    """Print all entries, oldest first, as they come."""
    quiet = True
    for entry in entries:
        if entry.kind == "event" and not quiet:
            console().print()
        quiet = entry.kind == "event"
        if entry.kind == "message":
            _print_said(entry.author_name, entry.author_kind, entry.at, entry.body or "")
        elif entry.kind == "note":
            _print_note(entry)
        else:
            _print_event(entry, names)


def show_messages(messages: Iterable[Message]) -> None:
    """Print messages, oldest first."""
    for message in messages:
        _print_said(message.author_name, message.author_kind, message.created_at, message.body)
    console().print()


def describe(type_: str | None, data: Mapping[str, Any] | None, anything: Any = None) -> str:
    """An event in a few words, e.g. ``status: open → pending``."""
    shown = anything or (lambda value: "-" if value is None else str(value))
    found = {name: value for name, value in (data or {}).items() if name not in _SAID_ELSEWHERE}
    changes = found.pop("changes", None) or {}
    parts = []
    for field, pair in changes.items():
        old, new = pair if isinstance(pair, list) and len(pair) == 2 else (None, pair)
        name = {"team_id": "team", "assigned_to": "assigned"}.get(field, field)
        parts.append(f"{name} changed" if field == "description" else f"{name}: {shown(old)} → {shown(new)}")
    parts += [f"{name.removesuffix('_id')}: {shown(value)}" for name, value in found.items() if value is not None]
    what = _WORDS.get(type_ or "") or (type_ or "").removeprefix("ticket.").replace("_", " ")
    return one_line(f"{what} ({', '.join(parts)})" if parts else what)


def print_body(body: str, margin: str, style: str = "") -> None:
    """Print what somebody wrote. The margin stands before wrapped lines too.

    So no text can pass itself off as the heading of another.
    """
    from rich.text import Text

    out = console()
    for line in Text(printable(body).strip("\n")).wrap(out, max(20, out.width - len(margin))):
        out.print(Text.assemble((margin, style), line))


def _print_said(name: str, kind: str, at: datetime, body: str) -> None:
    from rich.text import Text

    out = console()
    head = Text.assemble(
        (one_line(name) or "-", _KIND_STYLE.get(kind, "bold")), (f"  {one_line(kind)} · {_when(at)}", "dim")
    )
    out.print()
    out.print(head)
    print_body(body, "  ")


def _print_note(entry: TimelineEntry) -> None:
    from rich.text import Text

    out = console()
    out.print()
    out.print(
        Text.assemble(
            (" INTERNAL NOTE ", "bold black on yellow"),
            " (the customer does not see this)  ",
            (one_line(entry.author_name), "bold"),
            (f" · {_when(entry.at)}", "dim"),
        )
    )
    print_body(entry.body or "", "▌ ", "magenta")


def _print_event(entry: TimelineEntry, names: Names) -> None:
    from rich.text import Text

    what = describe(entry.type, entry.data, names.anything)
    who = one_line(entry.author_name) or one_line(entry.author_kind)
    console().print(Text(f"· {moment(entry.at)}  {who}: {what}", style="dim"))


def _when(at: datetime) -> str:
    return f"{moment(at)} ({age(at)} ago)"
