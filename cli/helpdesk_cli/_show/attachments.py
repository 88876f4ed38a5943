"""Shows attachments: a table, and the lines below a ticket."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from .._base.output import Column, age

if TYPE_CHECKING:
    from helpdesk_sdk import Attachment

_STATE_STYLE = {"clean": "green", "rejected": "red", "uploaded": "bold", "deleted": "dim", "expired": "dim"}
_STATE_WORDS = {"uploaded": "being checked", "reserved": "not uploaded"}


def columns() -> list[Column[Attachment]]:
    """The columns of a table of files; fewer on narrow terminals."""
    return [
        Column("Name", lambda one: one.file_name, flexible=True),
        Column("Size", lambda one: size(one.size), right=True),
        Column("State", state, style=lambda text: _STATE_STYLE.get(text.partition(":")[0], "")),
        Column("On", lambda one: one.placement, from_width=60),
        Column("From", lambda one: one.uploader_name, flexible=True, from_width=80),
        Column("Age", lambda one: age(one.created_at), right=True, from_width=50),
        Column("Id", lambda one: one.attachment_id),
    ]


def state(attachment: Attachment) -> str:
    """The state in words, with the reason of a rejection."""
    words = _STATE_WORDS.get(attachment.state, str(attachment.state))
    return f"{words}: {attachment.reason_text}" if attachment.reason_text else words


def size(count: int) -> str:
    """A number of bytes in the largest unit."""
    for unit, factor in (("GB", 2**30), ("MB", 2**20), ("kB", 2**10)):
        if count >= factor:
            return f"{count / factor:.1f} {unit}"
    return f"{count} B"


def shown(attachments: Sequence[Attachment]) -> str:
    """The files on one line, for the head of a ticket."""
    return ", ".join(
        f"{one.file_name} ({size(one.size)}{'' if one.is_available else f', {state(one)}'})" for one in attachments
    )
