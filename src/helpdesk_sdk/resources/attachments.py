"""Attachments: the files of tickets, messages and notes."""

from __future__ import annotations

import io
import os
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from .. import _limits as limits
from .. import _validation as check
from .._http.flow import Flow, Page, Reply, Request
from .._http.keyset import Chronology, Keyset, chronological, keyset_page
from .._http.resource import Driver, Resource, call, paged
from .._http.transfers import Progress, Sink
from .._ids import new_id
from ..errors import (
    AttachmentNotFoundError,
    AttachmentNotReadyError,
    AttachmentRejectedError,
    ForbiddenError,
    NotFoundError,
    UnexpectedResponseError,
)
from ..models.attachments import Attachment, AttachmentState, LeftOver, Placement, PlacementName
from ..models.base import Model
from ._files import FileSource, opened, saved
from ._references import (
    AttachmentRef,
    TicketRef,
    attachment_key,
    find_attachment,
    find_ticket_id,
    require_ticket,
    ticket_key,
)
from ._uploads import BUCKET, object_path, upload

_SWEEP_BATCH = 100
_URL_SECONDS_MAX = 3600


class _Signed(Model):
    signedURL: str


class Attachments(Resource[Driver]):
    """``hd.attachments``: the files of tickets, messages and notes. Nobody downloads a file before it was checked."""

    @paged
    def list(
        self, ticket: TicketRef, *, order: Chronology = "created_at", page_size: int = 100
    ) -> Flow[Page[Attachment]]:
        """The files of a ticket, of its messages, and for those who work it of its notes, in the order of reservation.

        Args:
            ticket: The ticket: its number, its id, or a Ticket.
            order: ``created_at`` for the oldest first, ``-created_at`` for the newest first.
            page_size: Files per request, 1 to 1000.

        Raises:
            TicketNotFoundError: There is no such ticket, or you may not see it.
        """
        ticket_key(ticket)
        keyset = chronological(order)
        return self._list(ticket, keyset, check.integer("page_size", page_size, 1, limits.PAGE_MAX))

    def _list(self, ticket: TicketRef, keyset: Keyset, size: int) -> Flow[Page[Attachment]]:
        ticket_id = yield from find_ticket_id(self, ticket)
        attachments = self._rest.from_("attachments")

        def query() -> Any:
            return attachments.select("*").eq("ticket_id", ticket_id)

        page = yield from keyset_page(self._read, query, Attachment, keyset, size)
        if not page.items:
            yield from require_ticket(self, ticket)
        return page

    @call
    def get(self, attachment: AttachmentRef) -> Flow[Attachment]:
        """One file, as it is now.

        Args:
            attachment: Its id, e.g. ``event.attachment_id``, or an Attachment to read again.

        Raises:
            AttachmentNotFoundError: There is no such file, or you may not see it; both look the same.
        """
        return (yield from self._find(attachment))

    def _find(self, attachment: AttachmentRef) -> Flow[Attachment]:
        found = yield from find_attachment(self, attachment)
        if found is None:
            key = attachment_key(attachment)
            raise AttachmentNotFoundError(f"There is no file {key}, or it is not yours to see", hint="Check its id.")
        return found

    @call
    def upload(
        self,
        ticket: TicketRef,
        file: FileSource,
        *,
        placement: Placement | PlacementName = "ticket",
        name: str | None = None,
        content_type: str | None = None,
        progress: Progress | None = None,
        id: UUID | None = None,
    ) -> Flow[Attachment]:
        """Upload a file to a ticket. Its check follows: ``state`` says whether it has ended.

        ``messages.reply(…, attachments=[…])`` and ``notes.add(…, attachments=[…])`` upload files themselves.

        Args:
            ticket: The ticket: its number, its id, or a Ticket.
            file: The path of a file, or an open binary file.
            placement: ``ticket`` for a file that all who see the ticket see at once; ``message`` or ``note`` for a file
                that only you see, until you send it with a reply or a note.
            name: The name of the file; None for its own. The helpdesk cleans it.
            content_type: Its type, e.g. ``image/png``; None to tell it from the name's extension.
            progress: Called with the bytes sent so far, and their total.
            id: A UUID of your own. Repeating the call with the same id and file uploads it once; so an upload that was
                interrupted is repeated.

        Raises:
            TicketNotFoundError: There is no such ticket, or you may not see it.
            AttachmentRejectedError: The file is not what its type says, or has malware; ``hd.settings`` has the limits.
            AttachmentNotReadyError: Storage did not keep the file; upload it again with the same id.
            AttachmentNotFoundError: You lost the ticket meanwhile, or the file of this id expired or was deleted.
            TooManyError: The ticket, or you, have too many files.
            TicketClosedError: The ticket is closed; a file for a message can still be uploaded.
            ForbiddenError: A file for a note, and you do not work the ticket.
            IdConflictError: The id belongs to another file.
            LocalFileError: The file cannot be read.
            UnknownOutcomeError: No response came: repeat the call with ``id=error.id``.
        """
        attachment_id = new_id() if id is None else check.identifier("id", id)
        place: Any = check.choice("placement", placement, Placement)
        with opened(file, name, content_type) as found:
            ticket_id = yield from find_ticket_id(self, ticket)
            return (yield from upload(self, ticket_id, found, place, attachment_id, progress))

    @call
    def download(
        self,
        attachment: AttachmentRef,
        to: str | os.PathLike[str] = ".",
        *,
        progress: Progress | None = None,
    ) -> Flow[Path]:
        """Download a file and return its path. Nothing is overwritten, and an interrupted download leaves nothing.

        Args:
            attachment: The file: its id, or an Attachment.
            to: A directory, for a file with the attachment's name (made safe for this system, with a number behind it
                if there is one already), or the path of a new file.
            progress: Called with the bytes received so far, and their total.

        Raises:
            AttachmentNotFoundError: There is no such file, you may not see it, or it was deleted.
            AttachmentNotReadyError: The file was not checked yet.
            AttachmentRejectedError: The file was rejected by its check.
            LocalFileError: The path exists already, or cannot be written.
            UnexpectedResponseError: What was received is not the file that was checked.
        """
        found = yield from self._available(attachment)
        with saved(to, found.file_name) as (file, path):
            yield from self._receive(found, Sink(file, found.size, progress))
        return path

    @call
    def read(self, attachment: AttachmentRef) -> Flow[bytes]:
        """The bytes of a file, all in memory; ``download`` is for big files.

        Args:
            attachment: The file: its id, or an Attachment.

        Raises:
            AttachmentNotFoundError: There is no such file, you may not see it, or it was deleted.
            AttachmentNotReadyError: The file was not checked yet.
            AttachmentRejectedError: The file was rejected by its check.
            UnexpectedResponseError: What was received is not the file that was checked.
        """
        found = yield from self._available(attachment)
        content = io.BytesIO()
        yield from self._receive(found, Sink(content, found.size))
        return content.getvalue()

    def _available(self, attachment: AttachmentRef) -> Flow[Attachment]:
        found = yield from self._find(attachment)
        if found.is_available:
            return found
        if found.state == AttachmentState.REJECTED:
            raise AttachmentRejectedError(f"The file {found.file_name} was rejected: {found.reason_text}")
        if found.state in (AttachmentState.EXPIRED, AttachmentState.DELETED):
            raise AttachmentNotFoundError(f"The file {found.file_name} was {found.state}")
        raise AttachmentNotReadyError()

    def _receive(self, found: Attachment, sink: Sink) -> Flow[None]:
        http = self._platform("GET", f"/storage/v1/object/authenticated/{object_path(found)}")
        reply: Reply = yield Request(http, repeatable=True, write=False, accepts=(NotFoundError,), sink=sink)
        if reply.error is not None:
            raise AttachmentNotFoundError(f"The file {found.file_name} is gone, or not yours to see any more")
        if sink.received != found.size or (found.sha256 is not None and sink.sha256 != found.sha256):
            raise UnexpectedResponseError("What was received is not the file that was checked", hint="Try again.")

    @call
    def download_url(self, attachment: AttachmentRef, *, expires_in: int = 60) -> Flow[str]:
        """A URL for a browser that downloads the file, never shows it. Whoever has the URL can use it until it ends.

        Args:
            attachment: The file: its id, or an Attachment.
            expires_in: Seconds until the URL ends, 1 to 3600.

        Raises:
            AttachmentNotFoundError: There is no such file, you may not see it, or it was deleted.
            AttachmentNotReadyError: The file was not checked yet.
            AttachmentRejectedError: The file was rejected by its check.
        """
        seconds = check.integer("expires_in", expires_in, 1, _URL_SECONDS_MAX)
        found = yield from self._available(attachment)
        http = self._platform("POST", f"/storage/v1/object/sign/{object_path(found)}", json={"expiresIn": seconds})
        reply: Reply = yield Request(http, repeatable=True, write=False, accepts=(NotFoundError,))
        if reply.error is not None:
            raise AttachmentNotFoundError(f"The file {found.file_name} is gone, or not yours to see any more")
        signed = reply.value(_Signed).signedURL
        return f"{self._driver.context.url}/storage/v1{signed}&{urlencode({'download': found.file_name})}"

    @call
    def delete(self, attachment: AttachmentRef) -> Flow[Attachment]:
        """Delete a file for good: nobody can download it from now on.

        You delete what you have not sent yet; those who work the ticket delete any file of it.

        Args:
            attachment: The file: its id, or an Attachment.

        Raises:
            AttachmentNotFoundError: There is no such file, or you may not see it.
            ForbiddenError: The file was sent, and you do not work the ticket.
            TicketNotFoundError: You lost the ticket while somebody else was changing it; nothing was deleted.
        """
        request = self._rpc_write("delete_attachment", {"attachment_id": attachment_key(attachment)})
        return (yield from self._call_one(request, Attachment))

    @call
    def sweep(self, *, dry_run: bool = True) -> Flow[tuple[LeftOver, ...]]:
        """With the secret key: remove what is left over, and return it. ``helpdesk worker`` does that too.

        Reservations without a file and files that were not sent expire, files that no attachment needs are deleted from
        Storage, and attachments whose file is lost are rejected.

        Args:
            dry_run: Whether to change nothing, and only return what would be removed.

        Raises:
            ForbiddenError: The client has no secret key.
        """
        request = self._rpc_write("sweep_attachments", {"dry_run": dry_run})
        reply: Reply = yield request
        found = reply.rows(LeftOver)
        names = [one.object_name for one in found if one.object_name is not None]
        for start in range(0, 0 if dry_run else len(names), _SWEEP_BATCH):
            batch = {"prefixes": names[start : start + _SWEEP_BATCH]}
            http = self._platform("DELETE", f"/storage/v1/object/{BUCKET}", json=batch)
            yield Request(http, repeatable=True, write=True)
        return tuple(found)

    @call
    def delete_all_files(self) -> Flow[None]:
        """With the secret key: delete the files of all tickets, for good, before the helpdesk is uninstalled.

        A hosted project does it in the background, within an hour.

        Raises:
            ForbiddenError: The client has no secret key.
        """
        if not self._session_store.is_system:
            # Storage would answer that there is no such bucket.
            raise ForbiddenError(hint="This needs the project's secret key: Helpdesk(url, secret_key).")
        http = self._platform("POST", f"/storage/v1/bucket/{BUCKET}/empty", json={})
        yield Request(http, repeatable=True, write=True)
