"""Which messages a person has read on this machine, so that no reply misses an unread message."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from uuid import UUID

from .._base.errors import CliError
from .._base.files import config_dir, locked, write_private_file
from .._base.output import print_note

_MAX_TICKETS = 1_000


class ReadReceipts:
    """For each ticket, the newest message that was shown to one person on this machine.

    Args:
        identity: A string that differs between helpdesks and between people.
    """

    def __init__(self, identity: str) -> None:
        name = hashlib.sha256(identity.encode()).hexdigest()[:16]
        self._name = f"{name}.json"

    @property
    def _path(self) -> Path:
        return config_dir() / "seen" / self._name

    def __contains__(self, ticket_id: UUID) -> bool:
        return str(ticket_id) in self._recorded()

    def last_read(self, ticket_id: UUID) -> UUID | None:
        """The newest message that was shown; None when there was no message yet."""
        found = self._recorded().get(str(ticket_id))
        return UUID(found) if found else None

    def _recorded(self) -> dict[str, str | None]:
        try:
            return _read(self._path)
        except CliError:
            # No directory for them, as in a container without a home.
            return {}

    def record(self, ticket_id: UUID, message_id: UUID | None) -> None:
        """Record that the conversation was shown up to this message; None: it was shown, and empty.

        When the file cannot be written, a note says so and the command goes on.
        """
        try:
            with locked(self._path):
                known = _read(self._path)
                known.pop(str(ticket_id), None)
                known[str(ticket_id)] = str(message_id) if message_id else None
                newest = dict(list(known.items())[-_MAX_TICKETS:])
                write_private_file(self._path, json.dumps(newest))
        except CliError as error:
            print_note(f"The messages you have read were not recorded: {error}")


def _read(path: Path) -> dict[str, str | None]:
    """The recorded messages; empty when the file cannot be read."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
