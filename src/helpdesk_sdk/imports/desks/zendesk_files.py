"""Zendesk: the files of comments, where somebody has downloaded them; and follow-ups."""

from __future__ import annotations

import json
import mimetypes
import os
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ...errors import LocalFileError
from .items import Item, Problem, RefusedItemError
from .source import Made, moment, written
from .stage import Stage
from .texts import clean, identifier

_NAMED = re.compile(r"(\d+)(?=[._-]|$)")
_THERE = frozenset({"created", "updated", "unchanged"})


def files_of(folder: Path, stage: Stage) -> Iterator[Made]:
    """The attachments whose bytes are in the folder. The others stay links in the text.

    Raises:
        LocalFileError: The folder cannot be read.
    """
    found = _found(folder)
    now = datetime.now(UTC)
    for comment_id, ticket, place, raw in stage.children("comment"):
        result = stage.result("ticket", ticket)
        if result is None or result[0] not in _THERE:
            continue
        comment = json.loads(raw)
        for file in comment.get("attachments") or ():
            id = identifier(file.get("id")) if isinstance(file, dict) else None
            if id is None or file.get("deleted") or (path := found.get(id)) is None:
                continue
            try:
                values = _values(file, comment, path, now)
            except RefusedItemError as refused:
                yield Problem(place, f"file {id}", refused.code, refused.message, refused.hint)
                continue
            # The first comment has become the description: its files are the ticket's.
            parent = None if stage.result("description", comment_id) else comment_id
            yield Item("file", id, values | {"ticket": ticket, "comment": parent}, place, file=path)


def _found(folder: Path) -> dict[str, Path]:
    """The files by the id that their name, or their folder's name, begins with."""
    found: dict[str, Path] = {}
    try:
        for entry in os.scandir(folder):
            if (named := _NAMED.match(entry.name)) is None:
                continue
            files = [one.path for one in os.scandir(entry.path) if one.is_file()] if entry.is_dir() else [entry.path]
            if len(files) == 1:
                found[named[1]] = Path(files[0])
    except OSError as error:
        raise LocalFileError(f"{folder} cannot be read: {error.strerror or error}") from None
    return found


def _values(file: Mapping[str, Any], comment: Mapping[str, Any], path: Path, now: datetime) -> dict[str, Any]:
    name = clean(str(file.get("file_name") or path.name))[0]
    size = path.stat().st_size
    if isinstance(file.get("size"), int) and file["size"] != size:
        message = f"{path.name[:100]} has {size:,} bytes where the export says {file['size']:,}"
        raise RefusedItemError("file_size", message, "Download it again.")
    author = identifier(comment.get("author_id"))
    return {
        "file_name": name[:1000],
        "content_type": str(file.get("content_type") or mimetypes.guess_type(name)[0] or ""),
        "size": size,
        "created_at": written(moment("created_at of the comment", comment.get("created_at"), now)),
        "author": None if author == "-1" else author,
    }


def follow_ups_of(stage: Stage) -> Iterator[Made]:
    """A link for each ticket that follows up another ticket of the export."""
    now = datetime.now(UTC)
    for id, place, raw in stage.all("ticket"):
        # Few have one.
        if '"follow_up"' not in raw or (earlier := _followed(json.loads(raw))) is None:
            continue
        results = stage.result("ticket", id), stage.result("ticket", earlier)
        if id != earlier and all(result is not None and result[0] in _THERE for result in results):
            time = written(moment("created_at", json.loads(raw).get("created_at"), now))
            values = {"source": id, "target": earlier, "kind": "follow_up_of", "linked_at": time}
            yield Item("link", f"{id} follow_up_of {earlier}", values, place)


def _followed(ticket: Mapping[str, Any]) -> str | None:
    via = ticket.get("via")
    source = via.get("source") if isinstance(via, dict) else None
    if not isinstance(source, dict) or source.get("rel") != "follow_up" or not isinstance(source.get("from"), dict):
        return None
    return identifier(source["from"].get("ticket_id"))
