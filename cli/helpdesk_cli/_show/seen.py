"""What this person has seen of each conversation, so that nobody answers past something unread."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from uuid import UUID

from .._base.errors import CliError
from .._base.files import config_dir, locked, write_privately
from .._base.output import remark

_KEPT = 1_000


class Seen:
    """The newest message of each ticket that was shown to one person of one helpdesk, on this machine.

    Args:
        identity: What differs between helpdesks and between people.
    """

    def __init__(self, identity: str) -> None:
        name = hashlib.sha256(identity.encode()).hexdigest()[:16]
        self._path = config_dir() / "seen" / f"{name}.json"

    def __contains__(self, ticket_id: UUID) -> bool:
        return str(ticket_id) in _read(self._path)

    def last(self, ticket_id: UUID) -> UUID | None:
        """The newest message that was shown; None when there was none."""
        found = _read(self._path).get(str(ticket_id))
        return UUID(found) if found else None

    def remember(self, ticket_id: UUID, message_id: UUID | None) -> None:
        """Note that the conversation was shown up to this message; None: that it was shown, and empty.

        Where nothing can be written, what was done is done all the same.
        """
        try:
            with locked(self._path):
                known = _read(self._path)
                known.pop(str(ticket_id), None)
                known[str(ticket_id)] = str(message_id) if message_id else None
                newest = dict(list(known.items())[-_KEPT:])
                write_privately(self._path, json.dumps(newest))
        except CliError as error:
            remark(f"What you have read is not remembered: {error}")


def _read(path: Path) -> dict[str, str | None]:
    """What is remembered; a file that cannot be read only means that nothing is."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
