"""A table of tickets: CSV, one row for each."""

from __future__ import annotations

import json
import os
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ..._limits import BODY_MAX, TEAM_NAME_MAX, TITLE_MAX
from ..._names import clean_name, name_key
from ...errors import ConfigurationError
from .csv_files import CsvFile
from .csv_mapping import TableMapping, read_mapping
from .csv_parts import NoTimeZoneError, SeenRows, address_of, comments_of, default_time, id_of, person_of
from .envelopes import BrokenFileError, dumped
from .items import Item, Problem, RefusedItemError
from .json_files import stage_changed
from .source import Made, Source, written
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


class CsvTable(Source):
    """A CSV file of tickets, for ``hd.imports.run``.

    Args:
        path: The file, with a header.
        name: A name for the table: ids are unique within it.
        mapping: Which column is what; None for the usual names.
        requester: The address of the requester of rows that name none.
        encoding: The encoding; None for UTF-8.
        separator: What stands between two cells; None to find out.
        verified: Whether the addresses were verified: then rows join people who have a login here.
        created: The creation time of rows that have none, with its zone.
        max_teams: How many teams the rows may name: more are no teams.

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
        created: str | None = None,
        max_teams: int = 50,
    ) -> None:
        self.path, self.name = Path(path), name if name == "csv" else f"csv:{name}"
        self._mapping = mapping or read_mapping()
        self._requester, self._verified = requester, verified
        self._encoding, self._separator, self._max_teams = encoding, separator, max_teams
        self._created = None if created is None else default_time(created)
        with self._open() as file:
            self._places = self._mapping.places(file.header)
            self._header = file.header
            self._ask_for_zone(file)
        if "created" not in self._places and created is None:
            raise ConfigurationError(
                "No column is the creation time",
                hint="Name it in [columns] of the mapping: created = …; or one time for all: --created TIME.",
            )
        if requester is not None and "@" not in requester:
            raise ConfigurationError("The requester must be an e-mail address")

    def _open(self) -> CsvFile:
        return CsvFile(self.path, self._encoding, self._separator, self._mapping.names("title"))

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
        about = self._mapping, self._requester, self._verified, self._encoding, self._separator, self._created
        return repr((self.name, str(self.path.resolve()), about))

    def stage(self, stage: Stage, problem: Callable[[Problem], None], note: Callable[[str, int], None]) -> None:
        """Read all rows, with the people and teams that they name.

        Raises:
            ConfigurationError: The rows name more teams than they may.
        """
        stage_changed(self.path, stage, note, lambda _, shown: self._stage_rows(shown, stage, problem, note))
        if (teams := stage.count("group")) > self._max_teams:
            column = self._header[self._places["team"][0]]
            raise ConfigurationError(
                f"The column {column!r} names {teams:,} teams",
                hint=f"If they are teams: --max-teams {teams}. Else name the right column in [columns] of the mapping.",
            )

    def _stage_rows(
        self, shown: str, stage: Stage, problem: Callable[[Problem], None], note: Callable[[str, int], None]
    ) -> int | None:
        """How many rows the file has; None where it was not read to its end."""
        seen, waiting, count = SeenRows(stage), list[Staged](), 0
        notes = Counter(
            f"column not imported: {name or number + 1}"
            for number, name in enumerate(self._header)
            if not any(number in places for places in self._places.values())
        )
        is_whole = True
        stage.begin()
        try:
            with self._open() as file:
                for line, cells in file.rows():
                    count += 1
                    place = f"{shown}:{line}"
                    while len(cells) > len(self._header) and not cells[-1].strip():
                        cells.pop()
                    if len(cells) != len(self._header):
                        message = f"{len(cells)} cells where the header has {len(self._header)}"
                        problem(Problem(place, f"row at line {line}", "row", message))
                        continue
                    parts = {part: [cells[one] for one in places] for part, places in self._places.items()}
                    id, content = id_of(parts), dumped(parts)
                    if (first := seen.before(id, content, line)) is None:
                        waiting += self._staged(place, id, parts, content)
                    elif first < 0:
                        notes["rows that repeat a row above them"] += 1
                    else:
                        message = f"line {first} has this id and other content"
                        problem(Problem(place, f"ticket {id}", "repeated_id", message))
                    if len(waiting) > 1000:
                        stage.add(waiting)
                        waiting.clear()
        except BrokenFileError as error:
            is_whole = False
            problem(Problem(error.place, "", "unreadable", error.message, error.hint))
        stage.add(waiting)
        stage.commit()
        for what, times in notes.items():
            note(what, times)
        return count if is_whole else None

    def _staged(self, place: str, id: str, parts: Mapping[str, list[str]], content: str) -> Iterator[Staged]:
        yield Staged("ticket", id, None, "", place, content)
        for part in ("requester", "assignee"):
            address = address_of(parts.get(part, [""])[0])
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
            yield person_of(id, person["name"], person["verified"], place)
        if self._requester is not None:
            address = self._requester.strip().lower()
            if stage.find("user", address) is None:
                yield person_of(address, "", self._verified, self.path.name)

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
        if one("created").strip():
            created = self._mapping.time("created", one("created"), now)
        elif self._created is not None:
            created = self._created
        else:
            raise RefusedItemError("missing_time", "the creation time is empty", "For rows without it: --created TIME.")
        updated = self._mapping.time("updated", one("updated"), now) if one("updated").strip() else created
        reference = f"{self.name}:{id}"
        if len(id) > 190 or len(reference) > 200:
            raise RefusedItemError("too_long", "the id is too long")
        requester = address_of(one("requester"))
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
            reference=reference,
            created_at=written(created),
            updated_at=written(max(created, updated)),
            tags=tags_of([tag for cell in parts.get("tags", ()) for tag in re.split("[,;|]", cell)], item),
            custom_fields=self._field_values(parts, field_keys, item),
            comments=comments_of(
                id, parts.get("comments", ()), item, address, lambda what, text: self._mapping.time(what, text, now)
            ),
        )
        if (assignee := address_of(one("assignee"))) is not None:
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
