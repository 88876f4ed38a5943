"""Replies and notes: which messages the author has read, and what happens when there are newer ones."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal
from uuid import UUID

from .._base.choices import Status
from .._base.errors import CliError, ExitCode
from .._base.input import read_text, save_draft
from .._base.json import jsonable
from .._base.output import age, print_note, print_result
from .._base.settings import settings
from .._base.text import one_line, printable
from .read_receipts import ReadReceipts
from .timeline import show_messages

if TYPE_CHECKING:
    from helpdesk_sdk import Helpdesk, Message, Ticket

_EXCERPT_LENGTH = 70


@dataclass(frozen=True, slots=True)
class LastRead:
    """The newest message that counts as read (None: there was none), and why it counts."""

    message_id: UUID | None
    why: Literal["given", "seen", "assumed"]


def reply(
    hd: Helpdesk,
    receipts: ReadReceipts,
    ref: str,
    body: str | None,
    file: Path | None,
    *,
    status: Status | None,
    expect: str | None,
    attach: Sequence[Path],
    id: UUID | None,
) -> None:
    """Reply to a ticket."""
    from helpdesk_sdk.errors import ConversationMovedError

    ticket = hd.tickets.get(ref)
    read = _last_read(ticket, receipts, expect)
    typed = body is None and file is None
    newest = _newest_message(hd, ticket) if typed or read.why == "assumed" else None
    text = read_text("body", body, file, context=_editor_context(ticket, newest))
    if read.why == "assumed":
        print_note(_assumption(ticket, newest))
    try:
        with _draft_saved(text, typed=typed):
            sent = hd.messages.reply(
                ticket, text, status=status, expected_last_message=read.message_id, attachments=attach, id=id
            )
    except ConversationMovedError as moved:
        if moved.new_messages:
            # People read them before the error that they caused; in JSON the error contains them.
            if not settings().json:
                show_messages(moved.new_messages)
            if not moved.has_more:
                receipts.record(ticket.ticket_id, moved.new_messages[-1].message_id)
        moved.hint = "Nothing was sent. Read the new messages above; repeat the command if your reply still fits."
        if moved.has_more:
            count = len(moved.new_messages)
            moved.hint = f"Nothing was sent. There are more new messages than these {count}: read them all with "
            moved.hint += f"helpdesk tickets show {ticket.number}, then reply."
        raise
    receipts.record(ticket.ticket_id, sent.message_id)
    answered = {"message_id": jsonable(read.message_id), "why": read.why}
    outcome = f"; it is {status} now" if status else ""
    print_result(f"Replied to ticket {ticket.number}{outcome}.", json={**jsonable(sent), "answered": answered})


def note(hd: Helpdesk, ref: str, body: str | None, file: Path | None, attach: Sequence[Path], id: UUID | None) -> None:
    """Add an internal note."""
    ticket = hd.tickets.get(ref)
    text = read_text("body", body, file)
    with _draft_saved(text, typed=body is None and file is None):
        made = hd.notes.add(ticket, text, attachments=attach, id=id)
    print_result(f"Added a note to ticket {ticket.number}. The requester cannot see it.", json=made)


def _last_read(ticket: Ticket, receipts: ReadReceipts, expect: str | None) -> LastRead:
    if expect is not None:
        if expect.lower() == "none":
            return LastRead(None, "given")
        try:
            return LastRead(UUID(expect), "given")
        except ValueError:
            hint = "helpdesk tickets show --json has the ids. none means that there is no message yet."
            raise CliError("--expect must be the id of a message, or none", hint, ExitCode.USAGE) from None
    if ticket.ticket_id in receipts:
        return LastRead(receipts.last_read(ticket.ticket_id), "seen")
    return LastRead(ticket.last_message_id, "assumed")


def _newest_message(hd: Helpdesk, ticket: Ticket) -> Message | None:
    """The message that the ticket names as its newest."""
    if ticket.last_message_id is None:
        return None
    return hd.messages.get(ticket.last_message_id)


def _assumption(ticket: Ticket, newest: Message | None) -> str:
    if newest is None:
        return f"Ticket {ticket.number} has no messages yet: your reply is the first."
    return f"Ticket {ticket.number} was not shown to you on this machine. Your reply follows {excerpt(newest)}"


def excerpt(message: Message) -> str:
    """The author, the age and the beginning of a message, on one line."""
    text = one_line(message.body)
    short = text if len(text) <= _EXCERPT_LENGTH else f"{text[: _EXCERPT_LENGTH - 1]}…"
    return (
        f"{message.author_name or message.author_kind}, {age(message.created_at)} ago: “{short}” ({message.message_id})"
    )


def _editor_context(ticket: Ticket, newest: Message | None) -> str:
    """The text below the reply in the editor."""
    lines = [f"Ticket {ticket.number}: {one_line(ticket.title)}", ""]
    heading = one_line(newest.author_name) if newest else "Description"
    lines += [f"{heading}:", *printable(newest.body if newest else ticket.description).splitlines()]
    return "\n".join(f"# {line}".rstrip() for line in lines) + "\n"


@contextmanager
def _draft_saved(text: str, *, typed: bool) -> Iterator[None]:
    """Save a text that was typed in an editor when it cannot be sent, whatever the error."""
    try:
        yield
    except BaseException:
        if typed:
            print_note(f"Your text is saved in {save_draft(text)}")
        raise
