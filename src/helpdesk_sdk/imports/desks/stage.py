"""The stage of an import: a file beside the export that keeps what was read and how far the import has come.

It is what makes memory constant, whatever the order of the files, and an import that was killed go on.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Self

from ...errors import LocalFileError
from .items import Problem

_VERSION = "1"
_FORGOTTEN = ("files", "objects", "results", "problems", "notes")
_SCHEMA = """
create table if not exists meta (key text primary key, value text not null) without rowid;
create table if not exists files (
  path text primary key, size integer not null, changed integer not null, objects integer not null
) without rowid;
create table if not exists objects (
  kind text not null, number integer not null, external_id text not null, parent text, version text not null,
  place text not null, raw text not null,
  primary key (kind, number, external_id)
) without rowid;
create index if not exists objects_parent on objects (parent, number) where parent is not null;
create table if not exists results (
  kind text not null, external_id text not null, outcome text not null, own_id text, checksum integer,
  primary key (kind, external_id)
) without rowid;
create table if not exists problems (
  place text not null, item text not null, code text not null, message text not null, hint text not null,
  primary key (place, item, code)
) without rowid;
create table if not exists notes (what text primary key, times integer not null) without rowid;
"""


class Staged(NamedTuple):
    """An object as it was read."""

    kind: str
    external_id: str
    parent: str | None
    """The ticket of a comment."""
    version: str
    """What tells which of two readings is newer."""
    place: str
    raw: str
    """The object as JSON."""


def order_of(external_id: str) -> int:
    """The number by which objects are ordered: of ids that are numbers, the number."""
    return int(external_id) if external_id.isdigit() and len(external_id) < 19 else 0


class Stage:
    """The stage of one import.

    Args:
        path: The file. It is made when there is none.

    Raises:
        LocalFileError: The file cannot be written, or is something else.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self.db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
            # What a power cut takes away is read and sent again.
            self.db.executescript(
                "pragma journal_mode = wal; pragma synchronous = off; pragma cache_size = -16000; "
                "pragma temp_store = file;" + _SCHEMA
            )
        except sqlite3.Error as error:
            raise LocalFileError(f"{path} cannot be used as the stage of an import: {error}") from None
        if self.get("version") not in (None, _VERSION):
            raise LocalFileError(f"{path} was made by another version", hint="Delete it, or name another with --stage.")
        self.put("version", _VERSION)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.db.close()
        if isinstance(error, sqlite3.OperationalError):
            # The disk is full, or another import uses the file.
            raise LocalFileError(f"{self.path} cannot be written: {error}") from None

    def get(self, key: str) -> str | None:
        """A value that was put."""
        row = self.db.execute("select value from meta where key = ?", (key,)).fetchone()
        return None if row is None else str(row[0])

    def put(self, key: str, value: str) -> None:
        """Keep a value."""
        self.db.execute("insert or replace into meta values (?, ?)", (key, value))

    def begin(self) -> None:
        """Begin a transaction."""
        self.db.execute("begin")

    def commit(self) -> None:
        """End it."""
        self.db.execute("commit")

    def add(self, objects: Iterable[Staged]) -> None:
        """Keep objects. Of two with one id the newer stays; of two that are as new, the one that was read later."""
        self.db.executemany(
            "insert into objects values (?, ?, ?, ?, ?, ?, ?) on conflict (kind, number, external_id) do update "
            "set parent = excluded.parent, version = excluded.version, place = excluded.place, raw = excluded.raw "
            "where excluded.version >= version",
            ((o.kind, order_of(o.external_id), o.external_id, *o[2:]) for o in objects),
        )

    def clear(self) -> None:
        """Forget what was read and what came of it: until the next import, rows of the files may be mended or gone."""
        self.restart()
        self.db.execute("delete from meta where key in ('finished', 'run_id')")

    @property
    def is_read(self) -> bool:
        """Whether all files were read."""
        return self.get("read") is not None

    def restart(self) -> None:
        """Forget what was read and what came of it, but not which import it is."""
        self.db.executescript("".join(f"delete from {name};" for name in _FORGOTTEN))
        self.db.execute("delete from meta where key = 'read'")

    def keep_problem(self, problem: Problem) -> None:
        """Keep a problem, once."""
        row = (problem.place, problem.item, problem.code, problem.message, problem.hint)
        self.db.execute("insert or replace into problems values (?, ?, ?, ?, ?)", row)

    def keep_note(self, what: str, times: int) -> None:
        """Count something that was left out or changed."""
        self.db.execute(
            "insert into notes values (?, ?) on conflict (what) do update set times = times + excluded.times",
            (what, times),
        )

    def count(self, kind: str) -> int:
        """How many objects of a kind there are."""
        return int(self.db.execute("select count(*) from objects where kind = ?", (kind,)).fetchone()[0])

    def find(self, kind: str, external_id: str) -> str | None:
        """The object with that id, as JSON."""
        row = self.db.execute(
            "select raw from objects where kind = ? and number = ? and external_id = ?",
            (kind, order_of(external_id), external_id),
        ).fetchone()
        return None if row is None else str(row[0])

    def all(self, kind: str) -> Iterator[tuple[str, str, str]]:
        """Id, place and JSON of every object of a kind, in the order of their ids."""
        cursor = self.db.cursor()
        cursor.execute(
            "select external_id, place, raw from objects where kind = ? order by number, external_id", (kind,)
        )
        while rows := cursor.fetchmany(500):
            yield from rows

    def of_parent(self, external_id: str) -> list[tuple[str, str, str]]:
        """Id, place and JSON of a ticket's comments."""
        return self.db.execute(
            "select external_id, place, raw from objects where parent = ? order by number, external_id", (external_id,)
        ).fetchall()

    def children(self, kind: str) -> Iterator[tuple[str, str, str, str]]:
        """Id, parent, place and JSON of every object of a kind that has a parent."""
        cursor = self.db.execute(
            "select external_id, parent, place, raw from objects where kind = ? and parent is not null "
            "order by number, external_id",
            (kind,),
        )
        while rows := cursor.fetchmany(500):
            yield from rows

    def orphans(self) -> Iterator[tuple[str, str, str]]:
        """Id, ticket and place of the comments whose ticket is not there."""
        cursor = self.db.execute(
            "select o.external_id, o.parent, o.place from objects as o where o.parent is not null and not exists "
            "(select 1 from objects as t where t.kind in ('ticket', 'deleted') and t.external_id = o.parent "
            "and t.number = cast(o.parent as integer)) and not exists "
            "(select 1 from objects as t where t.kind in ('ticket', 'deleted') and t.external_id = o.parent "
            "and t.number = 0)"
        )
        while rows := cursor.fetchmany(500):
            yield from rows

    def save_results(self, rows: Iterable[tuple[str, str, str, str | None, int | None]]) -> None:
        """Keep kind, id, outcome, own id and checksum of what was sent."""
        self.db.executemany("insert or replace into results values (?, ?, ?, ?, ?)", rows)

    def result(self, kind: str, external_id: str) -> tuple[str, str | None] | None:
        """The outcome and the own id of an object that was sent."""
        found: tuple[str, str | None] | None = self.db.execute(
            "select outcome, own_id from results where kind = ? and external_id = ?", (kind, external_id)
        ).fetchone()
        return found

    def outcomes(self) -> dict[str, dict[str, int]]:
        """How many objects of each kind had each outcome."""
        found: dict[str, dict[str, int]] = {}
        for kind, outcome, times in self.db.execute("select kind, outcome, count(*) from results group by 1, 2"):
            found.setdefault(kind, {})[outcome] = times
        return found

    def sums(self, kind: str, size: int) -> Iterator[list[tuple[str, int]]]:
        """Id and checksum of everything of a kind that is there now, some at a time."""
        cursor = self.db.execute(
            "select external_id, checksum from results where kind = ? and checksum is not null order by external_id",
            (kind,),
        )
        while rows := cursor.fetchmany(size):
            yield rows
