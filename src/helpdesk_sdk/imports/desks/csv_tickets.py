"""A table of tickets: CSV, one row for each."""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from email.utils import parseaddr
from pathlib import Path
from typing import Any

from ..._limits import BODY_MAX, NAME_MAX, TEAM_NAME_MAX, TITLE_MAX
from ..._names import clean_name, name_key
from ...errors import ConfigurationError
from .csv_files import CsvFile
from .csv_mapping import TableMapping, read_mapping
from .envelopes import BrokenFileError, dumped
from .items import Item, Problem, RefusedItemError, content_hash
from .source import Made, written
from .stage import Stage, Staged
from .texts import clean, shortened
from .zendesk_fields import read_value
from .zendesk_tickets import tags_of

_TYPES = {
    "text": "text",
    "long_text": "textarea",
    "integer": "integer",
    "decimal": "decimal",
    "boolean": "checkbox",
    "date": "date",
    "select": "tagger",
}
_YES = {"yes": "true", "ja": "true", "no": "false", "nein": "false"}


class NoTimeZoneError(ConfigurationError):
    """Times have no time zone, and nobody named it."""


class CsvTable:
    """A CSV file of tickets, for ``hd.imports.run``.

    Args:
        path: The file, with a header.
        name: A name for the table: ids are unique within it.
        mapping: Which column is what; None for the usual names.
        requester: The address of the requester of rows that name none.
        encoding: The encoding; None for UTF-8.
        separator: What stands between two cells; None to find out.
        verified: Whether the addresses were verified: then rows join people who have a login here.

    Raises:
        LocalFileError: There is no such file.
        ConfigurationError: A column, or what a row needs, is missing.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        name: str = "csv",
        *,
        mapping: TableMapping | None = None,
        requester: str | None = None,
        encoding: str | None = None,
        separator: str | None = None,
        verified: bool = False,
    ) -> None:
        self.path, self.name = Path(path), name if name == "csv" else f"csv:{name}"
        self._mapping = mapping or read_mapping()
        self._requester, self._verified = requester, verified
        self._encoding, self._separator = encoding, separator
        with CsvFile(self.path, encoding, separator) as file:
            self._places = self._mapping.places(file.header)
            self._header = file.header
            self._ask_for_zone(file)
        if requester is not None and "@" not in requester:
            raise ConfigurationError("The requester must be an e-mail address")

    def _ask_for_zone(self, file: CsvFile) -> None:
        """Times without a zone are refused before anything is read, not row by row."""
        for part in ("created", "updated"):
            for place in self._places.get(part, ()):
                with suppress(BrokenFileError):  # It is named when the file is read.
                    cells = (one.cells[place] for one in file.rows() if len(one.cells) > place)
                    text = next((cell for cell in cells if cell.strip()), "")
                    if text and self._mapping.wants_zone(text):
                        raise NoTimeZoneError(
                            f"The times in the column {self._header[place]!r} have no time zone: {text[:40]!r}",
                            hint="Name it, e.g. Europe/Berlin: --time-zone, or zone in [times] of the mapping.",
                        )

    def fingerprint(self) -> str:
        """The file and the options."""
        about = self._mapping, self._requester, self._verified, self._encoding, self._separator
        return repr((self.name, str(self.path.resolve()), about))

    def stage(self, stage: Stage, problem: Callable[[Problem], None], note: Callable[[str, int], None]) -> None:
        """Read all rows, with the people and teams that they name."""
        used = {place for places in self._places.values() for place in places}
        waiting: list[Staged] = []
        stage.begin()
        try:
            with CsvFile(self.path, self._encoding, self._separator) as file:
                for row in file.rows():
                    place = f"{self.path.name}:{row.line}"
                    cells = row.cells
                    while len(cells) > len(self._header) and not cells[-1].strip():
                        cells.pop()
                    if len(cells) != len(self._header):
                        message = f"{len(cells)} cells where the header has {len(self._header)}"
                        problem(Problem(place, f"row at line {row.line}", "row", message))
                        continue
                    waiting += self._staged(place, cells)
                    if len(waiting) > 1000:
                        stage.add(waiting)
                        waiting.clear()
        except BrokenFileError as error:
            problem(Problem(error.place, "", "unreadable", error.message, error.hint))
        stage.add(waiting)
        stage.commit()
        for number, name in enumerate(self._header):
            if number not in used:
                note(f"column not imported: {name or number + 1}", 1)

    def _staged(self, place: str, cells: list[str]) -> Iterator[Staged]:
        parts = {part: [cells[one] for one in places] for part, places in self._places.items()}
        given = parts.get("id", [""])[0].strip()
        id = given or "sha256:" + hashlib.sha256(dumped([sorted(parts.items())]).encode()).hexdigest()[:40]
        yield Staged("ticket", clean(id)[0][:200], None, "", place, dumped(parts))
        for part in ("requester", "assignee"):
            address = _address(parts.get(part, [""])[0])
            if address is not None:
                name = parts.get("requester_name", [""])[0] if part == "requester" else ""
                is_staff = part == "assignee"
                person = {"email": address[1], "name": address[0] or name, "verified": self._verified or is_staff}
                # What is known from one row is not lost by the next: staff named whom the ticket was assigned to.
                version = f"{person['verified']:d}{bool(person['name']):d}"
                yield Staged("user", address[1], None, version, place, dumped(person))
        if team := clean_name(clean(parts.get("team", [""])[0])[0]):
            yield Staged("group", name_key(team)[:200], None, "", place, dumped({"name": team}))

    def fields(self, stage: Stage) -> Iterator[Made]:
        """The custom fields that the mapping names."""
        for key, (column, type) in self._mapping.fields.items():
            if type not in _TYPES:
                message = f"the type {type[:40]!r} is unknown: it is one of {', '.join(_TYPES)}"
                yield Problem(self.path.name, f"field {key}", "unknown_type", message)
                continue
            values: dict[str, Any] = {"key": key, "type": type, "label": shortened(clean_name(column), 100)[0]}
            if type == "select":
                values["options"] = [{"value": one, "label": one} for one in sorted(self._options(stage, key))]
            yield Item("field", key, values, self.path.name)

    def _options(self, stage: Stage, key: str) -> set[str]:
        found: set[str] = set()
        for _, _, raw in stage.all("ticket"):
            value = clean_name(json.loads(raw)[f"fields.{key}"][0])[:100]
            if value and len(found) < 500:
                found.add(value)
        return found

    def teams(self, stage: Stage) -> Iterator[Made]:
        """The teams that rows name."""
        for id, place, raw in stage.all("group"):
            yield Item("team", id, {"name": shortened(json.loads(raw)["name"], TEAM_NAME_MAX)[0]}, place)

    def people(self, stage: Stage) -> Iterator[Made]:
        """The people whose addresses stand in rows."""
        for id, place, raw in stage.all("user"):
            person = json.loads(raw)
            yield _person(id, person["name"], person["verified"], place)
        if self._requester is not None:
            address = self._requester.strip().lower()
            if stage.find("user", address) is None:
                yield _person(address, "", self._verified, self.path.name)

    def tickets(self, stage: Stage, field_keys: Mapping[str, str]) -> Iterator[Made]:
        """The rows."""
        now = datetime.now(UTC)
        for id, place, raw in stage.all("ticket"):
            try:
                yield self._ticket(id, place, json.loads(raw), field_keys, now)
            except RefusedItemError as refused:
                yield Problem(place, f"ticket {id}", refused.code, refused.message, refused.hint)

    def _ticket(
        self, id: str, place: str, parts: Mapping[str, list[str]], field_keys: Mapping[str, str], now: datetime
    ) -> Item:
        item = Item("ticket", id, {}, place)

        def one(part: str) -> str:
            text, removed = clean(parts.get(part, [""])[0])
            item.note("characters removed that cannot be stored", removed)
            return text

        title, cut = shortened(clean_name(one("title")), TITLE_MAX)
        item.note("titles shortened", cut)
        if not title:
            raise RefusedItemError("missing_title", "the title is empty")
        if not one("created").strip():
            raise RefusedItemError("missing_time", "the creation time is empty", "Name its column: columns.created.")
        created = self._mapping.time("created", one("created"), now)
        updated = self._mapping.time("updated", one("updated"), now) if one("updated").strip() else created
        requester = _address(one("requester"))
        if requester is None and (one("requester").strip() or self._requester is None):
            shown = one("requester").strip()[:60]
            message = f"the requester {shown!r} is no e-mail address" if shown else "the requester is empty"
            raise RefusedItemError("missing_requester", message, "For rows that name none: --requester ADDRESS.")
        description = one("description")
        if len(description) > BODY_MAX:
            raise RefusedItemError("too_long", f"the description has {len(description):,} characters")
        address = requester[1] if requester else str(self._requester).strip().lower()
        item.values.update(
            title=title,
            description=description,
            status=self._mapping.word("status", one("status")),
            priority=self._mapping.word("priority", one("priority")),
            channel="import",
            requester=address,
            reference=f"{self.name}:{id}"[:200],
            created_at=written(created),
            updated_at=written(max(created, updated)),
            tags=tags_of([tag for cell in parts.get("tags", ()) for tag in re.split("[,;|]", cell)], item),
            custom_fields=self._field_values(parts, field_keys, item),
            comments=self._comments(id, parts, item, address, now),
        )
        if (assignee := _address(one("assignee"))) is not None:
            item.values["assignee"] = assignee[1]
        if team := clean_name(one("team")):
            item.values["team"] = name_key(team)[:200]
        return item

    def _field_values(
        self, parts: Mapping[str, list[str]], field_keys: Mapping[str, str], item: Item
    ) -> dict[str, Any]:
        values = {}
        for key, (_, type) in self._mapping.fields.items():
            text = parts[f"fields.{key}"][0].strip()
            if not text:
                continue
            if key not in field_keys:
                item.note(f"values left out, since field {key} was not imported")
                continue
            word = text.casefold()
            value = read_value(_TYPES[type], _YES.get(word, word) if type == "boolean" else text, item)
            if value is None:
                raise RefusedItemError("invalid_value", f"fields.{key}: {text[:40]!r} is no value of type {type}")
            values[key] = value
        return values

    def _comments(
        self, id: str, parts: Mapping[str, list[str]], item: Item, requester: str, now: datetime
    ) -> list[dict[str, Any]]:
        """Cells of the form ``time;author;text``, as Jira writes them."""
        found = []
        stubs: dict[str, dict[str, Any]] = {}
        for number, cell in enumerate(parts.get("comments", ()), 1):
            if not cell.strip():
                continue
            pieces = clean(cell)[0].split(";", 2)
            if len(pieces) != 3 or not clean_name(pieces[2][:4000]):
                raise RefusedItemError("invalid_comment", f"comment {number} is not of the form time;author;text")
            time = self._mapping.time(f"the time of comment {number}", pieces[0], now)
            author = (_address(pieces[1]) or ("", clean_name(pieces[1])[:200]))[1]
            if not author:
                raise RefusedItemError("invalid_comment", f"comment {number} has no author")
            if len(pieces[2]) > BODY_MAX:
                raise RefusedItemError("too_long", f"comment {number} has {len(pieces[2]):,} characters")
            kind = "customer" if author == requester else "staff"
            stubs[author] = {"name": "" if "@" in author else author, "created_at": "2000-01-01T00:00:00+00:00"}
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


def _person(address: str, name: str, verified: bool, place: str) -> Item:
    shown = shortened(clean_name(clean(name)[0]), NAME_MAX)[0]
    values = {"name": shown, "email": address, "email_verified": verified}
    return Item("person", address, values | {"created_at": "2000-01-01T00:00:00+00:00"}, place)


def _address(value: str) -> tuple[str, str] | None:
    """Name and address in ``Ada <ada@example.com>`` or ``ada@example.com``."""
    name, address = parseaddr(value.strip())
    return (name, address.strip().lower()) if "@" in address else None
