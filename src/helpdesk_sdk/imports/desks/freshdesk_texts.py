"""Freshdesk: people and conversations as items, and the files of texts."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ..._limits import BODY_MAX, NAME_MAX
from ..._names import clean_name
from .attached import Attached, file_values, files_in, marked, names_of, text_of
from .items import Item, Problem, RefusedItemError, content_hash
from .source import Made, moment, written
from .stage import Stage
from .texts import clean, identifier, shortened

UNKNOWN = "2000-01-01T00:00:00+00:00"
_THERE = frozenset({"created", "updated", "unchanged"})


def person_item(id: str, place: str, user: Mapping[str, Any], now: datetime) -> Item:
    """A contact or an agent, without role and login."""
    item = Item("person", id, {"created_at": UNKNOWN}, place)
    item.values["name"] = shortened(clean_name(clean(str(user.get("name") or ""))[0]), NAME_MAX)[0]
    email = str(user.get("email") or "").strip()
    if email and re.fullmatch(r"[^@\s<>(),;:\"\[\]\\]+@[^@\s<>(),;:\"\[\]\\]+", email) and not user.get("deleted"):
        # Whoever writes a mail becomes an active contact: only agents have proved who they are.
        item.values |= {"email": email, "email_verified": user.get("is_agent") is True}
    elif email:
        item.note("addresses left out: of deleted people, or none")
    with suppress(RefusedItemError):
        item.values["created_at"] = written(moment("created_at", user.get("created_at"), now))
    return item


def comment_values(
    stage: Stage, id: str, comment: Mapping[str, Any], item: Item, requester: str, now: datetime
) -> dict[str, Any]:
    """A conversation as a comment.

    Raises:
        RefusedItemError: It cannot be imported.
    """
    author = identifier(comment.get("user_id"))
    raw = stage.find("user", author) if author is not None else None
    known = json.loads(raw) if raw is not None else {}
    is_customer = author == requester or (comment.get("incoming") is True and not known.get("is_agent"))
    body = text_with_files(comment, "body_text", "body", item)
    if not clean_name(body[:4000]):
        item.note("conversations without a text")
        body = "(no text)"
    values: dict[str, Any] = {
        "public": comment.get("private") is False,
        "author": author,
        "author_kind": "system" if author is None else "customer" if is_customer else "staff",
        "author_name": shortened(clean_name(clean(str(known.get("name") or ""))[0]), NAME_MAX)[0],
        "body": body,
        "created_at": written(moment(f"created_at of conversation {id}", comment.get("created_at"), now)),
    }
    return {"external_id": id, "hash": content_hash(values), **values}


def text_with_files(value: Mapping[str, Any], plain: str, html: str, item: Item) -> str:
    """The text of a description or a conversation, with its files as links.

    Raises:
        RefusedItemError: It is too long.
    """
    text = text_of(str(value.get(plain) or ""), str(value.get(html) or ""), _attached_to(value, html), item)
    if len(text) > BODY_MAX:
        raise RefusedItemError("too_long", f"a text has {len(text):,} characters")
    return text


def _attached_to(value: Mapping[str, Any], html: str) -> list[Attached]:
    files = (
        Attached(
            id=identifier(file.get("id")),
            name=str(file.get("name") or "file"),
            content_type=str(file.get("content_type") or ""),
            size=size if isinstance(size := file.get("size"), int) else None,
            url=str(file.get("attachment_url") or ""),
            is_inline=False,
        )
        for file in value.get("attachments") or ()
        if isinstance(file, dict)
    )
    return marked(files, str(value.get(html) or ""))


def files_of(folder: Path, stage: Stage) -> Iterator[Made]:
    """The files of tickets and conversations whose bytes are in the folder. The others stay links in the text.

    Raises:
        LocalFileError: The folder cannot be read.
    """
    found = files_in(folder)
    for id, place, raw in stage.all("ticket"):
        # Few have one.
        if '"attachments":[{' in raw:
            ticket = json.loads(raw)
            requester = identifier(ticket.get("requester_id"))
            yield from _files(ticket, "description", id, None, requester, place, found, stage)
    for id, parent, place, raw in stage.children("comment"):
        if '"attachments":[{' in raw:
            comment = json.loads(raw)
            yield from _files(comment, "body", parent, id, identifier(comment.get("user_id")), place, found, stage)


def _files(
    value: Mapping[str, Any],
    html: str,
    ticket: str,
    comment: str | None,
    author: str | None,
    place: str,
    found: Mapping[str, Path],
    stage: Stage,
) -> Iterator[Made]:
    result = stage.result("ticket", ticket)
    if result is None or result[0] not in _THERE:
        return
    attached = _attached_to(value, html)
    names = names_of(attached)
    for file in attached:
        if file.id is None or (path := found.get(file.id)) is None:
            continue
        try:
            values = file_values(file, names[file.id], path)
            at = written(moment("created_at", value.get("created_at"), datetime.now(UTC)))
        except RefusedItemError as refused:
            yield Problem(place, f"file {file.id}", refused.code, refused.message, refused.hint)
            continue
        values |= {"created_at": at, "author": author, "ticket": ticket, "comment": comment}
        yield Item("file", file.id, values, place, file=path)
