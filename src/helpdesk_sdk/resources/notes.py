"""Notes: internal texts of staff on a ticket, which its requester never sees."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from .. import _limits as limits
from .. import _validation as check
from .._http.flow import Flow, Page
from .._http.keyset import Chronology, Keyset, chronological, keyset_page
from .._http.resource import Driver, Resource, call, paged
from .._ids import new_id
from ..errors import NoteNotFoundError
from ..models.notes import Note
from ._references import TicketRef, find_ticket_id, require_ticket, ticket_key
from ._uploads import AttachmentSource, upload_all


class Notes(Resource[Driver]):
    """``hd.notes``: internal notes, for those who work the ticket."""

    @paged
    def list(self, ticket: TicketRef, *, order: Chronology = "created_at", page_size: int = 100) -> Flow[Page[Note]]:
        """The notes on a ticket and on tickets merged into it, in the order of writing; for its requester always none.

        Args:
            ticket: The ticket: its number, its id, or a Ticket.
            order: ``created_at`` for the oldest first, ``-created_at`` for the newest first.
            page_size: Notes per request, 1 to 1000.

        Raises:
            TicketNotFoundError: There is no such ticket, or you may not see it.
        """
        ticket_key(ticket)
        keyset = chronological(order)
        return self._list(ticket, keyset, check.integer("page_size", page_size, 1, limits.PAGE_MAX))

    def _list(self, ticket: TicketRef, keyset: Keyset, size: int) -> Flow[Page[Note]]:
        ticket_id = yield from find_ticket_id(self, ticket)
        notes = self._rest.from_("conversation_notes")

        def query() -> Any:
            return notes.select("*").eq("conversation_id", ticket_id)

        page = yield from keyset_page(self._read, query, Note, keyset, size)
        if not page.items:
            yield from require_ticket(self, ticket)
        return page

    @call
    def get(self, note: Note | UUID | str) -> Flow[Note]:
        """One note, for those who work its ticket.

        Args:
            note: Its id, e.g. ``event.note_id``, or a Note to read again.

        Raises:
            NoteNotFoundError: There is no such note, or you do not work its ticket; both look the same.
        """
        key = check.identifier("note", note.note_id if isinstance(note, Note) else note)
        query = self._rest.from_("notes").select("*").eq("note_id", key).limit(1)
        found = yield from self._first_row(self._read(query), Note)
        if found is None:
            raise NoteNotFoundError(f"There is no note {key}, or it is not yours to see", hint="Check its id.")
        return found

    @call
    def add(
        self,
        ticket: TicketRef,
        body: str,
        *,
        attachments: Sequence[AttachmentSource] = (),
        id: UUID | None = None,
    ) -> Flow[Note]:
        """Staff: write a note.

        Args:
            ticket: The ticket: its number, its id, or a Ticket.
            body: The text, 1 to 100,000 characters.
            attachments: Files for the note: paths, open binary files, or what
                ``attachments.upload(…, placement="note")`` returned. They are uploaded first.
            id: A UUID of your own. Repeating the call with the same id, body and files returns the same note.

        Raises:
            TicketNotFoundError: There is no such ticket, or you may not see it.
            ForbiddenError: You see the ticket, and do not work it.
            IdConflictError: The id belongs to another note, or to this one with another body or files.
            AttachmentRejectedError: A file is not what its type says, or has malware.
            AttachmentNotReadyError: A file has not arrived.
            AttachmentNotFoundError: A file is not yours to send here.
            TooManyError: There are too many files; ``hd.settings`` has the limits.
            LocalFileError: A file cannot be read.
            UnknownOutcomeError: No response came: repeat the call with ``id=error.id``.
        """
        note_id = new_id() if id is None else check.identifier("id", id)
        arguments: dict[str, Any] = {"body": check.text("body", body, 1, limits.BODY_MAX), "note_id": note_id}
        ticket_id = arguments["ticket_id"] = yield from find_ticket_id(self, ticket)
        if attachments:
            arguments["attachments"] = yield from upload_all(self, ticket_id, attachments, "note", note_id)
        return (yield from self._call_one(self._rpc_write("add_note", arguments, id=note_id), Note))
