"""Messages: the public conversation of a ticket."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from .. import _limits as limits
from .. import _validation as check
from .._http.flow import Flow, Page, Reply
from .._http.keyset import Chronology, Keyset, chronological, keyset_page
from .._http.resource import Driver, Resource, call, paged
from .._ids import new_id
from .._sentinels import UNSET, Latest, Unset
from ..errors import ConversationMovedError, HelpdeskError, MessageNotFoundError
from ..models.messages import Message
from ..models.tickets import Status, StatusName, Ticket
from ._references import TicketRef, find_newest_message, find_ticket_id, require_ticket, ticket_key
from ._uploads import AttachmentSource, upload_all
from .tickets.revisions import current_ticket

# With LATEST: attempts, when a new message arrives between reading the newest and replying.
_CATCH_UP = 5
# The messages that an error carries.
_NEW_MESSAGES_MAX = 100

LastSeen = Message | UUID | str | None | Latest | Unset


class Messages(Resource[Driver]):
    """``hd.messages``: the public messages of a ticket, for everybody who may see the ticket."""

    @paged
    def list(self, ticket: TicketRef, *, order: Chronology = "created_at", page_size: int = 100) -> Flow[Page[Message]]:
        """The messages of a ticket, and of tickets merged into it, in the order of writing.

        Args:
            ticket: The ticket: its number, its id, or a Ticket.
            order: ``created_at`` for the oldest first, ``-created_at`` for the newest first.
            page_size: Messages per request, 1 to 1000.

        Raises:
            TicketNotFoundError: There is no such ticket, or you may not see it.
        """
        ticket_key(ticket)
        keyset = chronological(order)
        return self._list(ticket, keyset, check.integer("page_size", page_size, 1, limits.PAGE_MAX))

    def _list(self, ticket: TicketRef, keyset: Keyset, size: int) -> Flow[Page[Message]]:
        ticket_id = yield from find_ticket_id(self, ticket)
        messages = self._rest.from_("conversation")

        def query() -> Any:
            return messages.select("*").eq("conversation_id", ticket_id)

        page = yield from keyset_page(self._read, query, Message, keyset, size)
        if not page.items:
            yield from require_ticket(self, ticket)
        return page

    @call
    def get(self, message: Message | UUID | str) -> Flow[Message]:
        """One message, as it is now.

        Args:
            message: Its id, e.g. ``event.message_id``, or a Message to read again.

        Raises:
            MessageNotFoundError: There is no such message, or you may not see its ticket; both look the same.
        """
        key = _message_id(message)
        query = self._rest.from_("messages").select("*").eq("message_id", key).limit(1)
        found = yield from self._first_row(self._read(query), Message)
        if found is None:
            raise MessageNotFoundError(f"There is no message {key}, or it is not yours to see", hint="Check its id.")
        return found

    @call
    def reply(
        self,
        ticket: TicketRef,
        body: str,
        *,
        status: Status | StatusName | None = None,
        expected_last_message: LastSeen = UNSET,
        attachments: Sequence[AttachmentSource] = (),
        id: UUID | None = None,
    ) -> Flow[Message]:
        """Reply to a ticket, unless the conversation has moved on since you read it.

        A reply to a merged ticket is stored on the ticket that it is merged into: ``.ticket_id`` of the result.

        To reply twice in a row, read the ticket again (``ticket = hd.tickets.get(ticket)``), or name your first reply
        as the last message you saw: ``hd.messages.reply(ticket, "And …", expected_last_message=first)``.

        Args:
            ticket: The ticket. A Ticket carries the last message you saw. With a number or an id, a reply of staff is
                the first message, or it is refused; customers may always add one.
            body: The text, 1 to 100,000 characters.
            status: The ticket's new status; reply and status are one change of the ticket, one revision. None for the
                usual one: ``pending`` after a reply of staff, ``open`` after a reply of the requester. A requester may
                also close the ticket.
            expected_last_message: The newest Message you saw, or its id; None when there was none; LATEST to reply
                whatever was written since.
            attachments: Files to send: paths, open binary files, or what ``attachments.upload(…, placement="message")``
                returned. They are uploaded first; they can be downloaded when their check has ended.
            id: A UUID of your own. Repeating the call with the same id, body, status and files returns the same
                message.

        Raises:
            ConversationMovedError: There are new messages: ``.new_messages`` has the newest 100; ``.current`` is the
                ticket as it is now.
            TicketClosedError: Staff reply to a closed ticket only with ``status="open"``, which reopens it.
            TicketMergedError: The ticket is merged into one that you do not work; or it is merged into a ticket of
                another requester, and ``status`` is given.
            TransitionNotAllowedError: The ticket cannot go from its status to this one.
            IdConflictError: The id belongs to another message, or to this one with another body, status or files.
            TicketNotFoundError: There is no such ticket, or you may not see it.
            AttachmentRejectedError: A file is not what its type says, or has malware.
            AttachmentNotReadyError: A file has not arrived.
            AttachmentNotFoundError: A file is not yours to send here.
            TooManyError: There are too many files; ``hd.settings`` has the limits.
            LocalFileError: A file cannot be read.
            UnknownOutcomeError: No response came: repeat the call with ``id=error.id``.
        """
        message_id = new_id() if id is None else check.identifier("id", id)
        arguments: dict[str, Any] = {"message_id": message_id, "body": check.text("body", body, 1, limits.BODY_MAX)}
        if status is not None:
            arguments["status"] = check.choice("status", status, Status)
        if attachments:
            ticket_id = yield from find_ticket_id(self, ticket)
            arguments["attachments"] = yield from upload_all(self, ticket_id, attachments, "message", message_id)
        if expected_last_message is Latest.LATEST:
            return (yield from self._reply_to_latest(ticket, arguments))
        seen = _seen(ticket, expected_last_message)
        ticket_id = yield from find_ticket_id(self, ticket)
        reply = yield from self._send(ticket_id, arguments, seen)
        if isinstance(reply.error, ConversationMovedError):
            raise (yield from self._caught_up(reply.error, ticket_id, seen))
        return reply.value(Message)

    def _reply_to_latest(self, ticket: TicketRef, arguments: dict[str, Any]) -> Flow[Message]:
        for _ in range(_CATCH_UP):
            ticket_id, seen = yield from find_newest_message(self, ticket)
            reply = yield from self._send(ticket_id, arguments, seen)
            if reply.error is None:
                return reply.value(Message)
            # Merged: the reply belongs to the conversation of another ticket.
            ticket = (yield from self._living_ticket(ticket_id)) or ticket
        raise ConversationMovedError("New messages kept arriving while the reply was sent", hint="Try again.")

    def _send(self, ticket_id: UUID, arguments: dict[str, Any], seen: UUID | None) -> Flow[Reply]:
        arguments = {"ticket_id": ticket_id, **arguments}
        if seen is not None:
            arguments["expected_last_message"] = seen
        reply: Reply = yield self._rpc_write(
            "send_reply", arguments, id=arguments["message_id"], accepts=(ConversationMovedError,)
        )
        return reply

    def _living_ticket(self, ticket_id: UUID) -> Flow[Ticket | None]:
        """The ticket that a reply to this one is stored on: after a merge, another one of the same requester."""
        addressed = ticket = yield from current_ticket(self, ticket_id)
        while ticket is not None and addressed is not None and ticket.merged_into is not None:
            target = yield from current_ticket(self, ticket.merged_into)
            if target is None or target.created_by != addressed.created_by:
                return addressed
            ticket = target
        return ticket

    def _caught_up(self, error: ConversationMovedError, ticket_id: UUID, seen: UUID | None) -> Flow[HelpdeskError]:
        """The error, with the new messages."""
        error.hint = (
            "Read error.new_messages, then hd.messages.reply(error.current, …) if the reply still fits;"
            " expected_last_message=LATEST replies after any message."
        )
        error.current = yield from self._living_ticket(ticket_id)
        if error.current is not None:
            ticket_id = error.current.ticket_id
        query = self._rest.from_("conversation").select("*").eq("conversation_id", ticket_id)
        query = query.order("sequence", desc=True).limit(_NEW_MESSAGES_MAX + 1)
        newest = (yield self._read(query)).rows(Message)
        ids = [message.message_id for message in newest]
        new = newest[: ids.index(seen)] if seen in ids else newest
        error.new_messages = tuple(reversed(new[:_NEW_MESSAGES_MAX]))
        # A project may cap the rows of a response at this very number: the message that was seen is behind them.
        capped = len(new) == _NEW_MESSAGES_MAX and seen is not None and seen not in ids
        error.has_more = capped or len(new) > _NEW_MESSAGES_MAX
        return error

    @call
    def redact(self, message: Message | UUID | str) -> Flow[Message]:
        """Those who work the ticket: replace the text of a message for good, e.g. one with a password.

        The event log keeps who did it and when.

        Args:
            message: The message: its id, or a Message.

        Raises:
            MessageNotFoundError: There is no such message, or you do not work its ticket.
            TicketNotFoundError: You lost the ticket while somebody else was changing it; nothing was redacted.
            ForbiddenError: You are not staff.
        """
        return (
            yield from self._call_one(self._rpc_write("redact_message", {"message_id": _message_id(message)}), Message)
        )


def _seen(ticket: TicketRef, expected: LastSeen) -> UUID | None:
    """The id of the last message that the caller has seen. By number or id, staff have seen none: a first reply goes
    through, and the conversation comes with the error of any other."""
    if isinstance(expected, Message):
        return expected.message_id
    if expected is None:
        return None
    if not isinstance(expected, Unset | Latest):
        return check.identifier("expected_last_message", expected)
    return ticket.last_message_id if isinstance(ticket, Ticket) else None


def _message_id(message: Message | UUID | str) -> UUID:
    return check.identifier("message", message.message_id if isinstance(message, Message) else message)
