"""The parts of a table's rows: ids, people, comments."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from email.utils import parseaddr
from typing import Any

from ..._limits import BODY_MAX, NAME_MAX
from ..._names import clean_name
from ...errors import ConfigurationError
from .envelopes import dumped
from .items import Item, RefusedItemError, content_hash
from .source import moment, written
from .stage import Stage
from .texts import clean, shortened

_UNKNOWN_SINCE = "2000-01-01T00:00:00+00:00"


class NoTimeZoneError(ConfigurationError):
    """Times have no time zone, and nobody named it."""


class SeenRows:
    """The ids of the rows so far, in the stage's file: memory stays the same."""

    def __init__(self, stage: Stage) -> None:
        self._db = stage.db
        # What an earlier reading found: the file may have been edited since.
        self._db.execute("delete from objects")
        self._db.execute(
            "create temp table if not exists seen (id text primary key, hash blob, line int) without rowid"
        )
        self._db.execute("delete from seen")

    def before(self, id: str, content: str, line: int) -> int | None:
        """The line that has this id and other content; -1 if the content is the same; None if the id is new."""
        digest = hashlib.sha256(content.encode("utf-8", "surrogatepass")).digest()
        if self._db.execute("insert or ignore into seen values (?, ?, ?)", (id, digest, line)).rowcount:
            return None
        known, first = self._db.execute("select hash, line from seen where id = ?", (id,)).fetchone()
        return -1 if known == digest else int(first)


def address_of(value: str) -> tuple[str, str] | None:
    """Name and address in ``Ada <ada@example.com>`` or ``ada@example.com``."""
    name, address = parseaddr(value.strip())
    return (name, address.strip().lower()) if "@" in address else None


def person_of(address: str, name: str, verified: bool, place: str) -> Item:
    """The person with an address."""
    shown = shortened(clean_name(clean(name)[0]), NAME_MAX)[0]
    values = {"name": shown, "email": address, "email_verified": verified}
    return Item("person", address, values | {"created_at": _UNKNOWN_SINCE}, place)


def comments_of(
    id: str, cells: Iterable[str], item: Item, requester: str, time_of: Callable[[str, str], datetime]
) -> list[dict[str, Any]]:
    """Cells of the form ``time;author;text``, as Jira writes them.

    Raises:
        RefusedItemError: A cell has another form.
    """
    found = []
    stubs: dict[str, dict[str, Any]] = {}
    for number, cell in enumerate(cells, 1):
        if not cell.strip():
            continue
        pieces = clean(cell)[0].split(";", 2)
        if len(pieces) != 3 or not clean_name(pieces[2][:4000]):
            raise RefusedItemError("invalid_comment", f"comment {number} is not of the form time;author;text")
        time = time_of(f"the time of comment {number}", pieces[0])
        author = (address_of(pieces[1]) or ("", clean_name(pieces[1])[:200]))[1]
        if not author:
            raise RefusedItemError("invalid_comment", f"comment {number} has no author")
        if len(pieces[2]) > BODY_MAX:
            raise RefusedItemError("too_long", f"comment {number} has {len(pieces[2]):,} characters")
        kind = "customer" if author == requester else "staff"
        stubs[author] = {"name": "" if "@" in author else author, "created_at": _UNKNOWN_SINCE}
        values: dict[str, Any] = {
            "public": True,
            "author": author,
            "author_kind": kind,
            "author_name": "" if "@" in author else author,
            "body": pieces[2],
            "created_at": written(time),
        }
        found.append({"external_id": f"{id[:190]}#{number}", "hash": content_hash(values), **values})
    stubs.pop(requester, None)
    if stubs:
        item.values["stubs"] = stubs
    return sorted(found, key=lambda one: str(one["created_at"]))


def id_of(parts: Mapping[str, list[str]]) -> str:
    """The id of a row; without one, a digest of its content."""
    given = parts.get("id", [""])[0].strip()
    id = given or "sha256:" + hashlib.sha256(dumped([sorted(parts.items())]).encode()).hexdigest()[:40]
    return clean(id)[0][:200]


def default_time(text: str) -> datetime:
    """The creation time of rows that have none.

    Raises:
        ConfigurationError: It is no time, or has no zone.
    """
    try:
        return moment("the creation time", text, datetime.now(UTC))
    except RefusedItemError as error:
        raise ConfigurationError(str(error), hint="For example: 2026-11-28T14:03:00+01:00") from None
