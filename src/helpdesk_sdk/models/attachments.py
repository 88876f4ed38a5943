"""Attachments: the files of tickets, messages and notes."""

from __future__ import annotations

from datetime import datetime
from typing import Literal
from uuid import UUID

from .base import Model, OpenEnum


class Placement(OpenEnum):
    """What a file is for."""

    TICKET = "ticket"
    MESSAGE = "message"
    NOTE = "note"


# Each enum's values as text too, so that a type checker finds a typo.
PlacementName = Literal["ticket", "message", "note"]


class AttachmentState(OpenEnum):
    """How far a file has come."""

    RESERVED = "reserved"
    UPLOADED = "uploaded"
    CLEAN = "clean"
    UNCHECKED = "unchecked"
    REJECTED = "rejected"
    EXPIRED = "expired"
    DELETED = "deleted"


class Attachment(Model):
    """A file as it was when it was read; ``hd.attachments.get(attachment)`` reads it again."""

    attachment_id: UUID
    """The file's id."""
    ticket_id: UUID
    """The ticket it belongs to."""
    placement: Placement
    """What it is for: the ``ticket`` itself, a ``message``, or an internal ``note``."""
    message_id: UUID | None = None
    """The message that has it; None for other files, and until the message is sent."""
    note_id: UUID | None = None
    """The note that has it; None for other files, and until the note is written."""
    uploaded_by: UUID | None = None
    """The person who uploaded it; None for the system (the secret key, a job, SQL)."""
    uploader_kind: str
    """The uploader's capacity: ``customer``, ``staff`` or ``system``."""
    uploader_name: str
    """The uploader's display name at that time."""
    file_name: str
    """The name, cleaned: no path, no invisible characters, with an extension of the type. It is data, not a path."""
    content_type: str
    """The type that the uploader declared, e.g. ``image/png``; the check compares the bytes with it."""
    size: int
    """The size in bytes."""
    state: AttachmentState
    """``reserved``, ``uploaded`` (waits for its check), ``clean``, ``unchecked``, ``rejected``, ``expired`` or
    ``deleted``."""
    reason: str | None = None
    """Why the file was rejected, e.g. ``type_mismatch``."""
    sha256: str | None = None
    """The SHA-256 of the bytes, in hexadecimal; None until the check ends."""
    sequence: int
    """The file's place among the messages, notes, events and files of its ticket: a later one has a higher number."""
    created_at: datetime
    """The time of the reservation."""
    uploaded_at: datetime | None = None
    """The time at which the file was there."""
    checked_at: datetime | None = None
    """The time at which its check ended."""
    expires_at: datetime | None = None
    """Until when the file must arrive, or a message or note take it; None once that has happened."""
    imported: bool = False
    """Whether an import has brought it from another helpdesk."""

    @property
    def is_available(self) -> bool:
        """Whether the file can be downloaded."""
        return self.state in (AttachmentState.CLEAN, AttachmentState.UNCHECKED)

    @property
    def reason_text(self) -> str | None:
        """Why the file was rejected, in words; a reason that this version does not know stays as it is."""
        if self.reason is None:
            return None
        code, _, detail = self.reason.partition(": ")
        if code == "infected" and detail:
            return f"the virus scanner found {detail}"
        if code == "type_mismatch":
            return f"the content is not {_TYPE_NAMES.get(self.content_type, self.content_type)}"
        return _REASONS.get(self.reason, self.reason)


class LeftOver(Model):
    """Something that the sweep found."""

    kind: str
    """``expired``, ``file_not_needed``, ``file_without_attachment`` or ``attachment_without_file``."""
    attachment_id: UUID | None = None
    """The attachment; None for a file without one."""
    ticket_id: UUID | None = None
    """The attachment's ticket."""
    object_name: str | None = None
    """The key of the file in Storage; None where it is about the attachment only."""
    size: int | None = None
    """The size in bytes."""
    since: datetime | None = None
    """When it expired, or when the file was uploaded."""


# As helpdesk_private.file_types: the types that the check can recognise, by extension.
FILE_TYPES = {
    "png": "image/png",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "gif": "image/gif",
    "webp": "image/webp",
    "heic": "image/heic",
    "tif": "image/tiff",
    "tiff": "image/tiff",
    "pdf": "application/pdf",
    "txt": "text/plain",
    "log": "text/plain",
    "text": "text/plain",
    "csv": "text/csv",
    "md": "text/markdown",
    "markdown": "text/markdown",
    "json": "application/json",
    "zip": "application/zip",
    "gz": "application/gzip",
    "tgz": "application/gzip",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "odt": "application/vnd.oasis.opendocument.text",
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
    "odp": "application/vnd.oasis.opendocument.presentation",
    "mp4": "video/mp4",
    "m4v": "video/mp4",
    "mov": "video/quicktime",
    "webm": "video/webm",
    "mp3": "audio/mpeg",
}

_TYPE_NAMES = {
    "image/png": "a PNG image",
    "image/jpeg": "a JPEG image",
    "image/gif": "a GIF image",
    "image/webp": "a WebP image",
    "image/heic": "a HEIC image",
    "image/tiff": "a TIFF image",
    "application/pdf": "a PDF document",
    "text/plain": "plain text",
    "text/csv": "CSV",
    "text/markdown": "Markdown",
    "application/json": "JSON",
    "application/zip": "a ZIP archive",
    "application/gzip": "a gzip file",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "a Word document",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "an Excel workbook",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": "a PowerPoint presentation",
    "application/vnd.oasis.opendocument.text": "an OpenDocument text",
    "application/vnd.oasis.opendocument.spreadsheet": "an OpenDocument spreadsheet",
    "application/vnd.oasis.opendocument.presentation": "an OpenDocument presentation",
    "video/mp4": "an MP4 video",
    "video/quicktime": "a QuickTime video",
    "video/webm": "a WebM video",
    "audio/mpeg": "an MP3 file",
}

# As the table in docs/attachments.md.
_REASONS = {
    "damaged_or_mixed": "the file is damaged, or has other content behind its end",
    "archive_damaged": "the archive is damaged, or has other content between its parts",
    "archive_too_large": "the archive has more than 10,000 entries",
    "macros": "the document has macros",
    "not_text": "the content is not text of the declared type",
    "markup_in_text": "the text contains HTML, SVG or a script",
    "infected": "the virus scanner found malware",
    "not_acceptable": "the check did not accept the content",
    "size_mismatch": "the uploaded file has another size than announced",
    "not_the_uploader": "another person uploaded the file",
    "too_late": "the file was uploaded too late",
    "file_lost": "Storage has lost the file",
    "type_not_permitted": "files of this type are not permitted here; the e-mail has it",
    "too_large": "the file is too large; the e-mail has it",
    "too_many": "the ticket has too many files; the e-mail has it",
}
