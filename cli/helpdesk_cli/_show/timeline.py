"""Prints the timeline of a ticket: messages, internal notes (marked as such) and events."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from .._base.output import age, console, local_time, print_hanging
from .._base.text import one_line, printable

if TYPE_CHECKING:
    from helpdesk_sdk import Message, TimelineEntry

    from .name_cache import NameCache

# Fields of an event's data that are not printed: shown elsewhere, or ids that mean nothing to a reader.
_OMITTED_FIELDS = {"title", "author_kind", "message_id", "note_id", "invitation_id", "merge_id", "link_id"}
# Readable on black and on white: no yellow and no cyan, and no bold color, which some terminals show bright.
_KIND_STYLE = {"customer": "bold underline", "staff": "bold", "assistant": "magenta", "system": "bold"}
_PHRASES = {
    "ticket.created": "opened",
    "message.created": "replied",
    "message.redacted": "redacted a message",
    "note.created": "wrote an internal note",
    "attachment.uploaded": "uploaded a file",
    "attachment.checked": "checked a file",
    "attachment.deleted": "deleted a file",
    "proposal.created": "proposed",
    "proposal.decided": "decided on a proposal",
}
_MERGE_WORDS = {"ticket.merged": "into", "ticket.unmerged": "from"}


def show_timeline(entries: Iterable[TimelineEntry], names: NameCache) -> None:
    """Print all entries, oldest first."""
    quiet = True
    for entry in entries:
        if entry.kind == "event" and not quiet:
            console().print()
        quiet = entry.kind == "event"
        if entry.kind == "message":
            _print_message(entry.author_name, entry.author_kind, entry.at, entry.body or "")
        elif entry.kind == "note":
            _print_note(entry)
        else:
            _print_event(entry, names)


def show_messages(messages: Iterable[Message]) -> None:
    """Print messages, oldest first."""
    for message in messages:
        _print_message(message.author_name, message.author_kind, message.created_at, message.body)
    console().print()


def describe_event(type_: str | None, data: Mapping[str, Any] | None, label: Any = None) -> str:
    """An event in a few words, e.g. ``status: open → pending``."""
    shown = label or (lambda value: "-" if value is None else str(value))
    found = {name: value for name, value in (data or {}).items() if name not in _OMITTED_FIELDS}
    changes = found.pop("changes", None) or {}
    parts = []
    for field, pair in changes.items():
        old, new = pair if isinstance(pair, list) and len(pair) == 2 else (None, pair)
        if field in {"custom_fields", "staff_fields"} and isinstance(old, dict) and isinstance(new, dict):
            parts += [_field_change(key, old.get(key), new.get(key), shown) for key in {**old, **new}]
            continue
        name = {"team_id": "team", "assigned_to": "assignee", "merged_into": "merged into"}.get(field, field)
        parts.append(f"{name} changed" if field == "description" else f"{name}: {shown(old)} → {shown(new)}")
    if type_ in _MERGE_WORDS and {"source_id", "target_id"} <= found.keys():
        source, target = found.pop("source_id"), found.pop("target_id")
        parts.append(f"{shown(source)} {_MERGE_WORDS[type_]} {shown(target)}")
    parts += [f"{name.removesuffix('_id')}: {shown(value)}" for name, value in found.items() if value is not None]
    what = _PHRASES.get(type_ or "") or (type_ or "").removeprefix("ticket.").replace("_", " ")
    return one_line(f"{what} ({', '.join(parts)})" if parts else what)


def _field_change(key: str, old: object, new: object, shown: Any) -> str:
    """A change of a custom field. The log has no values of most types."""
    if old is None and new is None:
        return f"{key} changed"
    old, new = (", ".join(map(str, value)) if isinstance(value, list) else value for value in (old, new))
    return f"{key}: {shown(old)} → {shown(new)}"


def print_body(body: str, margin: str, style: str = "") -> None:
    """Print a text with a margin. Wrapped lines have it too: so no text can imitate the heading of another entry."""
    from rich.text import Text

    out = console()
    for line in Text(printable(body).strip("\n")).wrap(out, max(20, out.width - len(margin))):
        out.print(Text.assemble((margin, style), line))


def _print_message(name: str, kind: str, at: datetime, body: str) -> None:
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
            " (not visible to the requester)  ",
            (one_line(entry.author_name), "bold"),
            (f" · {_when(entry.at)}", "dim"),
        )
    )
    print_body(entry.body or "", "▌ ", "magenta")


def _print_event(entry: TimelineEntry, names: NameCache) -> None:
    from rich.text import Text

    what = describe_event(entry.type, entry.data, names.label)
    who = one_line(entry.author_name) or one_line(entry.author_kind)
    print_hanging(Text("· ", "dim"), Text(f"{local_time(entry.at)}  {who}: {what}", "dim"))


def _when(at: datetime) -> str:
    return f"{local_time(at)} ({age(at)} ago)"
