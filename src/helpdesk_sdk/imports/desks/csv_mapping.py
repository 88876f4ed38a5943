"""The mapping of a CSV import: which column is what, what words mean, and how times are written."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from ...errors import ConfigurationError
from .items import RefusedItemError

PARTS: dict[str, tuple[str, ...]] = {
    "title": ("title", "subject", "summary"),
    "description": ("description", "body", "text", "content", "message", "details"),
    "requester": ("requester", "requester email", "email", "email address", "from", "customer", "reporter"),
    "requester_name": ("requester name", "customer name", "name"),
    "assignee": ("assignee", "assignee email", "agent", "owner"),
    "team": ("team", "queue", "group", "department"),
    "tags": ("tags", "tag", "labels", "label", "category"),
    "priority": ("priority", "severity", "urgency"),
    "status": ("status", "state"),
    "created": ("created at", "created", "date"),
    "updated": ("updated at", "updated", "modified", "last modified"),
    "id": ("id", "ticket id", "external id", "key", "issue key", "number"),
    "comments": ("comments", "comment"),
}
STATUSES = {
    "open": ("open", "new", "reopened", "active", "todo", "to do", "in progress"),
    "pending": ("pending", "hold", "on hold", "waiting", "waiting for customer", "awaiting reply"),
    "resolved": ("resolved", "solved", "done", "fixed"),
    "closed": ("closed", "archived"),
}
PRIORITIES = {
    "low": ("low", "lowest", "minor", "trivial"),
    "medium": ("medium", "normal", "moderate", "default"),
    "high": ("high", "major", "important"),
    "urgent": ("urgent", "highest", "critical", "blocker", "emergency"),
}
_TABLES = {"columns", "statuses", "priorities", "fields", "times"}


def plain(name: str) -> str:
    """A name without capitals, blanks, _, - and the like."""
    return re.sub(r"[\W_]+", " ", name.casefold()).strip()


@dataclass(frozen=True)
class TableMapping:
    """What a mapping file says; see ``docs/moving-in.md``."""

    columns: Mapping[str, str] = field(default_factory=dict)
    statuses: Mapping[str, str] = field(default_factory=dict)
    priorities: Mapping[str, str] = field(default_factory=dict)
    fields: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    """Key of a custom field to column and type."""
    time_format: str | None = None
    zone: str | None = None

    def names(self, part: str) -> tuple[str, ...]:
        """The names that the column of a part may have, without capitals and blanks; none for a part that is ``""``."""
        named = self.columns.get(part)
        return PARTS[part] if named is None else (plain(named),) if named else ()

    def places(self, header: list[str]) -> dict[str, list[int]]:
        """The places of each part's columns: those that are named, else those with a usual name.

        Raises:
            ConfigurationError: A column that is named is not there, nothing is the title, or the description may be
                in a column that nobody named.
        """
        names = [plain(name) for name in header]
        found: dict[str, list[int]] = {}
        taken: set[int] = set()
        for part in PARTS:
            named = self.columns.get(part)
            wanted = [one for one in self.names(part) if one in names]
            # Tags stand in every column that has one of the usual names.
            wanted = wanted if part == "tags" else wanted[:1]
            places = [place for place, name in enumerate(names) if name in wanted and (named or place not in taken)]
            if named and not places:
                raise ConfigurationError(
                    f"There is no column {named!r} for {part}", hint=f"The columns: {', '.join(header)[:300]}"
                )
            if places:
                found[part] = places if part in ("tags", "comments") else places[:1]
                taken.update(found[part])
        if "title" not in found:
            raise ConfigurationError("No column is the title", hint=f"The columns: {', '.join(header)[:300]}")
        for key, (column, _) in self.fields.items():
            places = [place for place, name in enumerate(names) if name == plain(column)]
            if not places:
                raise ConfigurationError(f"There is no column {column!r} for fields.{key}")
            found[f"fields.{key}"] = places[:1]
            taken.update(places[:1])
        left = [name or f"column {place + 1}" for place, name in enumerate(header) if place not in taken]
        if left and "description" not in found and self.columns.get("description") != "":
            raise ConfigurationError(
                f"No column is the description, and these are not used: {', '.join(left)[:300]}",
                hint='Name it in [columns] of the mapping; description = "" imports titles only.',
            )
        return found

    def word(self, part: str, value: str) -> str:
        """The status or priority that a word means.

        Raises:
            RefusedItemError: Nobody knows: a guess would reopen what is closed.
        """
        given, known, usual, table = (
            (self.statuses, STATUSES, "open", "statuses")
            if part == "status"
            else (self.priorities, PRIORITIES, "medium", "priorities")
        )
        if not value.strip():
            return usual
        own = {plain(word): meaning for word, meaning in given.items()}
        if plain(value) in own:
            return own[plain(value)]
        for meaning, words in known.items():
            if plain(value) in words:
                return meaning
        raise RefusedItemError(
            f"unknown_{part}", f"the {part} {value.strip()[:40]!r} is unknown", f"Map it in [{table}] of the mapping."
        )

    def _parsed(self, text: str) -> datetime:
        return datetime.fromisoformat(text) if self.time_format is None else datetime.strptime(text, self.time_format)

    def wants_zone(self, text: str) -> bool:
        """Whether it is a time that only a zone makes a moment, and no zone is named."""
        try:
            return self.zone is None and self._parsed(text.strip()).tzinfo is None
        except ValueError:
            return False

    def time(self, part: str, value: str, now: datetime) -> datetime:
        """A time. Without an offset it is one of the zone that the mapping names; nothing is guessed.

        Raises:
            RefusedItemError: It is no time of this format, it does not exist in the zone, or it is not in the past.
        """
        text = value.strip()
        try:
            found = self._parsed(text)
        except ValueError:
            wanted = self.time_format or "ISO 8601, like 2026-11-28T14:03:00+01:00"
            message = f"{part} is no time of the format {wanted}: {text[:40]!r}"
            raise RefusedItemError("invalid_time", message, "Name its format: --time-format.") from None
        if found.tzinfo is None:
            if self.zone is None:
                message = f"{part} has no time zone: {text[:40]!r}"
                raise RefusedItemError("no_time_zone", message, "Name it: --time-zone Europe/Berlin")
            zone = ZoneInfo(self.zone)
            local = found.replace(tzinfo=zone)
            if local.astimezone(UTC).astimezone(zone).replace(tzinfo=None) != found:
                raise RefusedItemError("invalid_time", f"{part} does not exist in {self.zone}: {text[:40]!r}")
            found = local
        if not datetime(2000, 1, 1, tzinfo=UTC) <= found < now:
            raise RefusedItemError("invalid_time", f"{part} is not between the year 2000 and now: {text[:40]!r}")
        return found.astimezone(UTC)


def read_mapping(path: Path | None = None, *, zone: str | None = None, time_format: str | None = None) -> TableMapping:
    """The mapping of a TOML file, with what the options say.

    Args:
        path: The file; None for the usual names of columns.
        zone: The time zone of times without an offset, e.g. ``Europe/Berlin``.
        time_format: How times are written, as for ``strptime``; None for ISO 8601.

    Raises:
        ConfigurationError: The file is no TOML, or says something that is not known.
    """
    told: dict[str, Any] = {}
    if path is not None:
        try:
            told = tomllib.loads(path.read_text(encoding="utf-8-sig"))
        except (OSError, UnicodeError, tomllib.TOMLDecodeError) as error:
            raise ConfigurationError(f"{path} is no mapping: {error}") from None
    for name, table in told.items():
        if name not in _TABLES or not isinstance(table, dict):
            raise ConfigurationError(f"{path}: {name!r} is not known", hint=f"The tables: {', '.join(sorted(_TABLES))}")
    columns = {str(part): str(column) for part, column in told.get("columns", {}).items()}
    for part in columns:
        if part not in PARTS:
            raise ConfigurationError(f"{path}: columns.{part} is not known", hint=f"The parts: {', '.join(PARTS)}")
    fields = {}
    for key, about in told.get("fields", {}).items():
        column, type = (about, "text") if isinstance(about, str) else (about.get("column"), about.get("type", "text"))
        if not isinstance(column, str) or not re.fullmatch(r"[a-z][a-z0-9_]{0,39}", key):
            raise ConfigurationError(f"{path}: fields.{key} must be a column, or {{column = …, type = …}}")
        fields[key] = (column, str(type))
    times = told.get("times", {})
    zone = zone or times.get("zone")
    if zone is not None:
        try:
            ZoneInfo(zone)
        except (ZoneInfoNotFoundError, ValueError):
            raise ConfigurationError(f"There is no time zone {zone!r}", hint="For example: Europe/Berlin") from None
    words = {}
    for name, allowed in (("statuses", STATUSES), ("priorities", PRIORITIES)):
        words[name] = {str(word): str(meaning) for word, meaning in told.get(name, {}).items()}
        for word, meaning in words[name].items():
            if meaning not in allowed:
                raise ConfigurationError(f"{path}: {name}.{word} must be one of {', '.join(allowed)}")
    time_format = time_format or times.get("format")
    return TableMapping(columns, words["statuses"], words["priorities"], fields, time_format, zone)
