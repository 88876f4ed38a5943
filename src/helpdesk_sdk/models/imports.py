"""Imports from other helpdesks."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from .base import Model

ImportKind = Literal["field", "team", "person", "ticket", "file", "link", "merge"]
"""What is imported, in this order."""


class ImportRun(Model):
    """A run of an import, as the helpdesk keeps it."""

    run_id: UUID
    """The run's id."""
    source: str
    """Where the objects come from, e.g. ``zendesk:acme``."""
    started_by: UUID | None = None
    """The admin who started it; None for the secret key."""
    counts: dict[str, dict[str, int]]
    """How many objects of each kind had each outcome."""
    report: dict[str, Any] | None = None
    """The report; None while the import runs."""
    started_at: datetime
    """The beginning."""
    finished_at: datetime | None = None
    """The end; None while the import runs, or after it was interrupted."""


class ImportCounts(Model):
    """What became of the objects of one kind. ``read`` is the sum of the others."""

    read: int = 0
    """The objects of the source."""
    created: int = 0
    """New here."""
    updated: int = 0
    """There already, and changed in the source since."""
    unchanged: int = 0
    """There already, with the same content."""
    dead: int = 0
    """Deleted in the source or here: they stay deleted."""
    refused: int = 0
    """Not imported: see the problems."""


class ImportProblem(Model):
    """Something that was not imported, and why."""

    place: str
    """The file with its line, or the number of the item in the file."""
    item: str
    """What it is, e.g. ``ticket 17``; empty for a part of a file that cannot be read."""
    code: str
    """A stable word, e.g. ``unknown_status``, or the reason of the helpdesk, e.g. ``user_not_found``."""
    message: str
    """What is wrong."""
    hint: str = ""
    """The way out, if there is one."""


class ImportCheck(Model):
    """The comparison of source and helpdesk for one kind: people, tickets, messages, notes, files, links, merges."""

    kind: str
    """What was compared."""
    source_count: int
    """How many there should be, counted in the source."""
    helpdesk_count: int
    """How many there are, counted in the helpdesk."""
    differing: tuple[str, ...] = ()
    """The ids of objects that are missing or differ, at most 20; the counts and checksums are of all."""
    adds_up: bool
    """Whether counts and checksums are the same."""


class ImportSummary(Model):
    """The report of an import."""

    source: str
    """Where the objects come from."""
    state: Literal["finished", "dry_run", "unreadable"]
    """``unreadable``: a file cannot be read to its end, so nothing was imported."""
    run_id: UUID | None = None
    """The run; None when nothing was written."""
    counts: dict[str, ImportCounts]
    """What became of fields, teams, people and tickets; of files, links and merges where there are some."""
    comments: dict[str, int]
    """``messages``, ``notes`` and ``descriptions`` of the tickets that are there."""
    checks: tuple[ImportCheck, ...] = ()
    """Source and helpdesk compared. Empty for a dry run."""
    problems: list[ImportProblem]
    """What was not imported, at most 1,000; the counts have all."""
    problem_count: int
    """How many problems there are."""
    notes: dict[str, int]
    """What was left out or changed on the way, and how often."""
    seconds: float
    """How long it took, since it was last begun."""

    @property
    def is_complete(self) -> bool:
        """Whether everything was imported, and source and helpdesk have the same."""
        return self.state != "unreadable" and not self.problem_count and all(check.adds_up for check in self.checks)


class ComparedKind(Model):
    """How many objects of one kind were compared."""

    compared: int
    """The objects of the source."""
    equal: int
    """Those that are here with the same values."""


class Difference(Model):
    """A value that is not the same in the source and in the helpdesk."""

    item: str
    """What it belongs to, e.g. ``ticket 17``, with its id in the source."""
    value: str
    """Which value, e.g. ``priority``; empty for an object that is missing."""
    in_source: str
    """What it is in the source, as text or JSON, at most 200 characters."""
    in_helpdesk: str
    """What it is here."""


class Comparison(Model):
    """An export and the helpdesk that has imported it, compared value by value."""

    source: str
    """Where the objects come from."""
    kinds: dict[str, ComparedKind]
    """How many teams, people, fields and tickets were compared."""
    differences: list[Difference]
    """What differs, at most 1,000."""
    difference_count: int
    """How many differences there are."""

    @property
    def is_equal(self) -> bool:
        """Whether everything of the export is here, with the same values."""
        return not self.difference_count
