"""Answering: what one has seen, what one writes, and what happens when the conversation moved on meanwhile."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal
from uuid import UUID

from .._base.errors import CliError, ExitCode
from .._base.input import keep_draft, read_text
from .._base.json import plain
from .._base.output import age, remark, tell
from .._base.settings import settings
from .._base.text import one_line, printable
from .seen import Seen
from .timeline import show_messages

if TYPE_CHECKING:
    from helpdesk_sdk import Helpdesk, Message, Ticket

_EXCERPT = 70


@dataclass(frozen=True, slots=True)
class Basis:
    """What counts as read: the newest such message (None: there was none), and why it does."""

    message_id: UUID | None
    why: Literal["given", "seen", "assumed"]


def reply(
    hd: Helpdesk, seen: Seen, ref: str, body: str | None, file: Path | None, expect: str | None, id: UUID | None
) -> None:
    """Answer a ticket."""
    from helpdesk_sdk.errors import ConversationMovedError

    ticket = hd.tickets.get(ref)
    basis = _basis(ticket, seen, expect)
    typed = body is None and file is None
    last = _last_message(hd, ticket) if typed or basis.why == "assumed" else None
    text = read_text("body", body, file, context=_quoted(ticket, last))
    if basis.why == "assumed":
        said = f"after {_excerpt(last)}" if last else "as the first to say something"
        remark(f"You have not read ticket {ticket.number} here; you answer {said}")
    try:
        with _draft_kept(text, typed=typed):
            sent = hd.messages.reply(ticket, text, expected_last_message=basis.message_id, id=id)
    except ConversationMovedError as moved:
        if moved.new_messages:
            # They belong on the screen before the error that they caused; as JSON they are part of it.
            if not settings().json:
                show_messages(moved.new_messages)
            seen.remember(ticket.ticket_id, moved.new_messages[-1].message_id)
        moved.hint = "Nothing was sent. Read what is new above; repeat the command if your answer still fits."
        raise
    seen.remember(ticket.ticket_id, sent.message_id)
    answered = {"message_id": plain(basis.message_id), "why": basis.why}
    tell(f"Answered ticket {ticket.number}.", json={**plain(sent), "answered": answered})


def note(hd: Helpdesk, ref: str, body: str | None, file: Path | None, id: UUID | None) -> None:
    """Leave an internal note."""
    ticket = hd.tickets.get(ref)
    text = read_text("body", body, file)
    with _draft_kept(text, typed=body is None and file is None):
        made = hd.notes.add(ticket, text, id=id)
    tell(f"Noted on ticket {ticket.number}; the customer does not see it.", json=made)


def _basis(ticket: Ticket, seen: Seen, expect: str | None) -> Basis:
    if expect is not None:
        if expect.lower() == "none":
            return Basis(None, "given")
        try:
            return Basis(UUID(expect), "given")
        except ValueError:
            hint = "Its id is in helpdesk tickets show --json; none says that nothing was said yet."
            raise CliError("--expect must be the id of a message, or none", hint, ExitCode.USAGE) from None
    if ticket.ticket_id in seen:
        return Basis(seen.last(ticket.ticket_id), "seen")
    return Basis(ticket.last_message_id, "assumed")


def _last_message(hd: Helpdesk, ticket: Ticket) -> Message | None:
    """The message that the ticket names as its newest."""
    if ticket.last_message_id is None:
        return None
    return next(
        (one for one in hd.messages.list(ticket, page_size=500) if one.message_id == ticket.last_message_id), None
    )


def _excerpt(message: Message) -> str:
    text = one_line(message.body)
    short = text if len(text) <= _EXCERPT else f"{text[: _EXCERPT - 1]}…"
    return (
        f"{message.author_name or message.author_kind}, {age(message.created_at)} ago: “{short}” ({message.message_id})"
    )


def _quoted(ticket: Ticket, last: Message | None) -> str:
    """What stands below the text in the editor."""
    lines = [f"Ticket {ticket.number}: {one_line(ticket.title)}", ""]
    said = last.body if last else ticket.description
    who = one_line(last.author_name) if last else "The ticket"
    lines += [f"{who}:", *printable(said).splitlines()]
    return "\n".join(f"# {line}".rstrip() for line in lines) + "\n"


@contextmanager
def _draft_kept(text: str, *, typed: bool) -> Iterator[None]:
    """Whatever goes wrong, what somebody typed in an editor is not lost."""
    try:
        yield
    except BaseException:
        if typed:
            remark(f"Your text is kept in {keep_draft(text)}")
        raise
