"""Uploads: from a file on this machine to an attachment. The same for a ticket, a reply and a note."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID, uuid5

from .. import _validation as check
from .._http.flow import Flow, Reply, Request
from .._http.resource import Resource
from .._http.transfers import FileBody, Progress
from ..errors import AttachmentNotFoundError, AttachmentRejectedError, ConflictError
from ..models.attachments import Attachment, AttachmentState, PlacementName
from ._files import FileSource, OpenFile, opened
from ._references import find_attachment

BUCKET = "helpdesk-attachments"

AttachmentSource = Attachment | UUID | FileSource
"""A file for a reply or a note: an Attachment that was uploaded for it, its id, a path, or an open binary file."""


def object_path(attachment: Attachment) -> str:
    """The path of a file's object in Storage."""
    return f"{BUCKET}/tickets/{attachment.ticket_id}/{attachment.attachment_id}"


def upload_all(
    resource: Resource[Any],
    ticket_id: UUID,
    sources: Sequence[AttachmentSource],
    placement: PlacementName,
    parent_id: UUID,
) -> Flow[list[UUID]]:
    """Upload what is not uploaded yet; the ids of all. The ids of new attachments come from the id of the message or
    note, so that a repetition of the call uploads nothing twice."""
    if isinstance(sources, str | bytes) or not isinstance(sources, Sequence):
        raise check.invalid("attachments", f"must be a list of files, got {type(sources).__name__}")
    ids = []
    for place, source in enumerate(sources):
        if isinstance(source, Attachment):
            ids.append(source.attachment_id)
        elif isinstance(source, UUID):
            ids.append(source)
        else:
            with opened(source, None, None) as file:
                made = yield from upload(resource, ticket_id, file, placement, uuid5(parent_id, f"attachment {place}"))
            ids.append(made.attachment_id)
    return ids


def upload(
    resource: Resource[Any],
    ticket_id: UUID,
    file: OpenFile,
    placement: PlacementName,
    attachment_id: UUID,
    progress: Progress | None = None,
) -> Flow[Attachment]:
    """Reserve, upload, finish, and ask for the check."""
    reservation = {
        "ticket_id": ticket_id,
        "file_name": file.name,
        "content_type": file.content_type,
        "size": file.size,
        "placement": placement,
        "attachment_id": attachment_id,
    }
    request = resource._rpc_write("reserve_attachment", reservation, id=attachment_id)
    made = yield from resource._call_one(request, Attachment)
    if made.state == AttachmentState.RESERVED:
        made = yield from bring(resource, made, file, progress)
    if made.state == AttachmentState.UPLOADED:
        made = yield from _checked(resource, made)
    _refuse_rejected(made)
    if made.state in (AttachmentState.EXPIRED, AttachmentState.DELETED):
        raise AttachmentNotFoundError(f"The attachment {attachment_id} was {made.state}", hint="Use a new id.")
    return made


def bring(
    resource: Resource[Any], reserved: Attachment, file: OpenFile, progress: Progress | None = None
) -> Flow[Attachment]:
    """Upload the bytes of a file that was reserved.

    Raises:
        AttachmentRejectedError: What has arrived is not what was reserved.
    """
    id = reserved.attachment_id
    body = FileBody(file.file, file.size, progress)
    headers = {"Content-Type": reserved.content_type, "Cache-Control": "no-store"}
    http = resource._platform("POST", f"/storage/v1/object/{object_path(reserved)}", headers=headers, body=body)
    # A conflict: an earlier attempt has arrived. The database compares it with the reservation.
    yield Request(http, repeatable=True, write=True, id=id, accepts=(ConflictError,))
    request = resource._rpc_write("finish_attachment", {"attachment_id": id}, id=id)
    made = yield from resource._call_one(request, Attachment)
    _refuse_rejected(made)
    return made


def _refuse_rejected(made: Attachment) -> None:
    if made.state == AttachmentState.REJECTED:
        raise AttachmentRejectedError(f"The file {made.file_name} was rejected: {made.reason_text}")


def _checked(resource: Resource[Any], made: Attachment) -> Flow[Attachment]:
    """Ask the edge function for the check. Where there is none, or it fails, a worker checks the file later."""
    http = resource._platform("POST", "/functions/v1/check-attachment", json={"attachment_id": str(made.attachment_id)})
    reply: Reply = yield Request(http, repeatable=False, write=False, best_effort=True)
    if reply.failed:
        return made
    return (yield from find_attachment(resource, made)) or made
