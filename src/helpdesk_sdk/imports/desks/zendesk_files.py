"""Zendesk: the files of comments, where somebody has downloaded them; and follow-ups."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from .attached import Attached, file_values, files_in, marked, names_of
from .items import Item, Problem, RefusedItemError
from .source import Made, moment, written
from .stage import Stage
from .texts import identifier

_THERE = frozenset({"created", "updated", "unchanged"})


def attached_to(comment: Mapping[str, Any]) -> list[Attached]:
    """The files of a comment that were not deleted."""
    html = comment.get("html_body")
    files = (
        Attached(
            id=identifier(file.get("id")),
            name=str(file.get("file_name") or "file"),
            content_type=str(file.get("content_type") or ""),
            size=size if isinstance(size := file.get("size"), int) else None,
            url=str(file.get("content_url") or file.get("mapped_content_url") or ""),
            is_inline=bool(file.get("inline")),
        )
        for file in comment.get("attachments") or ()
        if isinstance(file, dict) and not file.get("deleted")
    )
    return marked(files, html if isinstance(html, str) else "")


def files_of(folder: Path, stage: Stage) -> Iterator[Made]:
    """The attachments whose bytes are in the folder. The others stay links in the text.

    Raises:
        LocalFileError: The folder cannot be read.
    """
    found = files_in(folder)
    now = datetime.now(UTC)
    for comment_id, ticket, place, raw in stage.children("comment"):
        result = stage.result("ticket", ticket)
        if result is None or result[0] not in _THERE:
            continue
        comment = json.loads(raw)
        attached = attached_to(comment)
        names = names_of(attached)
        author = identifier(comment.get("author_id"))
        for file in attached:
            if file.id is None or (path := found.get(file.id)) is None:
                continue
            try:
                values = file_values(file, names[file.id], path)
                at = written(moment("created_at of the comment", comment.get("created_at"), now))
            except RefusedItemError as refused:
                yield Problem(place, f"file {file.id}", refused.code, refused.message, refused.hint)
                continue
            # The first comment has become the description: its files are the ticket's.
            parent = None if stage.result("description", comment_id) else comment_id
            values |= {"created_at": at, "author": None if author == "-1" else author}
            yield Item("file", file.id, values | {"ticket": ticket, "comment": parent}, place, file=path)


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
