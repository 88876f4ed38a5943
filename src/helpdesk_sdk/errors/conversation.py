"""Errors about messages, notes and their files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .base import ConflictError, NotFoundError

if TYPE_CHECKING:
    # The local stack's supervisor imports the errors, and needs no pydantic.
    from ..models.messages import Message


class MessageNotFoundError(NotFoundError):
    """There is no such message, or it is not yours to see."""

    reason = "message_not_found"


class NoteNotFoundError(NotFoundError):
    """There is no such note, or it is not yours to see."""


class AttachmentNotFoundError(NotFoundError):
    """There is no such file, or it is not yours to see."""

    reason = "attachment_not_found"


class ConversationMovedError(ConflictError):
    """The conversation has moved on since you read it."""

    reason = "conversation_moved"
    new_messages: tuple[Message, ...] = ()
    """The newest of the messages since then, at most 100, oldest first."""
    has_more: bool = False
    """Whether there are more new messages than these: ``hd.messages.list(ticket)`` has them all."""


class AttachmentNotReadyError(ConflictError):
    """The file has not arrived, or was not checked yet."""

    reason = "attachment_not_ready"


class AttachmentRejectedError(ConflictError):
    """The file was rejected."""

    reason = "attachment_rejected"
