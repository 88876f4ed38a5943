"""The bytes of attachments, beside an export."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from helpdesk_sdk import ApiError, Helpdesk

_AVAILABLE = ("clean", "unchecked")


@dataclass
class Saved:
    """How many files were saved, were there already, or could not be had."""

    new: int = 0
    """Files that were downloaded."""
    kept: int = 0
    """Files that were there already, of the right size."""
    problems: int = 0
    """Files that could not be downloaded."""


class FileSaver:
    """Downloads the attachments of an export's lines into a directory; what is there already is not downloaded again.

    Args:
        hd: The client.
        directory: Where the files go: each has its attachment's id as name, and the extension of its file name.
    """

    def __init__(self, hd: Helpdesk, directory: Path) -> None:
        self._hd = hd
        self._directory = directory
        self.saved = Saved()
        """How many there were so far."""

    def each(self, lines: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
        """The same lines; an attachment that was saved has the name of its ``file``, else a ``problem``.

        Args:
            lines: The lines of an export.

        Raises:
            LocalFileError: A file cannot be written.
        """
        for line in lines:
            for attachment in line.get("attachments", ()):
                if attachment["state"] in _AVAILABLE:
                    self._save(attachment)
            yield line

    def _save(self, attachment: dict[str, Any]) -> None:
        path = self._directory / _name(attachment)
        if path.is_file() and path.stat().st_size == attachment["size"]:
            self.saved.kept += 1
        else:
            path.unlink(missing_ok=True)
            try:
                self._hd.attachments.download(attachment["attachment_id"], path)
            except ApiError as error:
                attachment["problem"] = str(error)
                self.saved.problems += 1
                return
            self.saved.new += 1
        attachment["file"] = path.name


def _name(attachment: dict[str, Any]) -> str:
    """A name that no file name of a customer can choose: the id, and a plain extension."""
    extension = re.search(r"\.[A-Za-z0-9]{1,10}$", attachment["file_name"])
    return f"{attachment['attachment_id']}{extension[0].lower() if extension else ''}"
