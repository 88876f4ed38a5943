"""Staging the JSON files of an export: each object is shaped by its reader; what is odd is named, and the rest read."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

from .envelopes import BrokenFileError, Found, files_of, read_json
from .items import Problem, RefusedItemError
from .stage import Stage, Staged
from .texts import identifier

_BATCH = 1000

Shape = Callable[[Found], Iterator[Staged] | None]
"""From a value to the objects to stage; None for what is left out. Raises RefusedItemError for what is not known."""


def stage_files(
    path: Path, stage: Stage, shape: Shape, problem: Callable[[Problem], None], note: Callable[[str, int], None]
) -> None:
    """Read all JSON files that have changed since they were read last.

    Raises:
        LocalFileError: There is no such file or folder, or nothing to read in it.
    """
    stage_changed(path, stage, note, lambda file, shown: _stage_file(file, shown, stage, shape, problem, note))


def stage_changed(
    path: Path, stage: Stage, note: Callable[[str, int], None], read: Callable[[Path, str], int | None]
) -> None:
    """Call ``read`` for each file that was not read yet, in the order of their names.

    ``read`` receives the file and its name in places. It returns how many objects the file has; None where it was not
    read to its end, so that it is read again. Where files have changed since, all are read again and all objects are
    sent again: what was sent already may be another now, or have comments in a new file.

    Raises:
        LocalFileError: There is no such file or folder, or nothing to read in it.
    """
    files, others = files_of(path)
    root = path if path.is_dir() else path.parent
    there = {}
    for file in files:
        about = file.stat()
        shown = os.fsencode(file.relative_to(root)).decode(errors="replace")
        there[shown] = (file, (about.st_size, about.st_mtime_ns))
    known = {row[0]: (row[1:3], row[3]) for row in stage.db.execute("select path, size, changed, objects from files")}
    are_same = all(shown in there and there[shown][1] == about for shown, (about, _) in known.items())
    if not are_same or (stage.is_read and len(there) > len(known)):
        stage.restart()
        known = {}
        note("times that all was read again, since files had changed", 1)
    if not stage.is_read:
        for other in others:
            note(f"not read, since it is no JSON: {other.name}", 1)
    for shown, (file, about_now) in there.items():
        if shown in known and known[shown][1] >= 0:
            continue
        count = read(file, shown)
        row = (shown, *about_now, -1 if count is None else count)
        stage.db.execute("insert or replace into files values (?, ?, ?, ?)", row)
    stage.put("read", "yes")


def _stage_file(
    file: Path,
    shown: str,
    stage: Stage,
    shape: Shape,
    problem: Callable[[Problem], None],
    note: Callable[[str, int], None],
) -> int | None:
    """How many objects the file has; None where it was not read to its end."""
    broken: list[BrokenFileError] = []
    waiting: list[Staged] = []
    left_out: dict[str, int] = {}
    count = 0
    stage.begin()
    try:
        for found in read_json(file, shown, broken):
            try:
                shaped = shape(found)
                if shaped is None:
                    what = str(found.value.get("result_type") or found.key or "objects")
                    left_out[what] = left_out.get(what, 0) + 1
                else:
                    waiting.extend(shaped)
                count += 1
            except RefusedItemError as refused:
                problem(Problem(found.place, _named(found), refused.code, refused.message, refused.hint))
            except (AttributeError, TypeError, ValueError) as error:
                message = f"it is not formed as it should be: {str(error)[:200]}"
                problem(Problem(found.place, _named(found), "invalid_object", message))
            if len(waiting) >= _BATCH:
                stage.add(waiting)
                waiting.clear()
    except BrokenFileError as error:
        broken.append(error)
    stage.add(waiting)
    stage.commit()
    for what, times in left_out.items():
        note(f"left out: {what}", times)
    for one in broken:
        problem(Problem(one.place, "", "unreadable", one.message, one.hint))
    return None if broken else count


def _named(found: Found) -> str:
    id = identifier(found.value.get("id")) if isinstance(found.value, dict) else None
    return f"{found.key or 'object'} {id}" if id else found.key or ""
