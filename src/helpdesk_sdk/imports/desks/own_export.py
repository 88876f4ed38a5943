"""The export of a helpdesk of this kind: the lines that ``helpdesk export`` writes."""

from __future__ import annotations

import gzip
import json
import os
import zlib
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from .envelopes import BrokenFileError
from .items import Item, Problem
from .json_files import stage_changed
from .own_tickets import known_person, person_item, ticket_item
from .source import Made, Source, Worker, made
from .stage import Stage, Staged

_FORMAT = 1
# A ticket is known by its number, so that tickets are opened in that order.
_IDS = {"field": "key", "team": "team_id", "person": "user_id", "ticket": "number"}
_BATCH = 1000
_OF_FIELDS = ("key", "type", "label", "customer_label", "help_text", "audience", "required_for", "position")
_RELATIONS = {"file": "attachments", "link": "links", "merge": "merge"}
_OF_MERGES = ("source_status", "source_resolved_at", "source_closed_at", "source_snoozed_until", "added_tags")


class HelpdeskExport(Source):
    """The export of another helpdesk of this kind, for ``hd.imports.run``.

    Args:
        path: A file of ``helpdesk export``, or a folder with a whole export and those that followed it.
        name: A name for that helpdesk: ids are unique within it.
        files: The folder of ``helpdesk export --files``; None to leave files out.
    """

    def __init__(
        self, path: str | os.PathLike[str], name: str = "helpdesk", files: str | os.PathLike[str] | None = None
    ) -> None:
        self.path = Path(path)
        self._files = None if files is None else Path(files)
        self.name = name if name == "helpdesk" else f"helpdesk:{name}"

    def fingerprint(self) -> str:
        """The files' names and the options."""
        return repr((self.name, str(self.path.resolve()), self._files and str(self._files.resolve())))

    def stage(self, stage: Stage, problem: Callable[[Problem], None], note: Callable[[str, int], None]) -> None:
        """Read all files that have changed since they were read last, in the order of their names."""
        stage_changed(self.path, stage, note, lambda file, shown: _stage_file(file, shown, stage, problem, note))

    def fields(self, stage: Stage) -> Iterator[Made]:
        """Custom fields, with their options."""
        for id, place, raw in stage.all("field"):
            field = json.loads(raw)
            values = {name: field[name] for name in _OF_FIELDS}
            values["teams"] = None if field["for_all_teams"] else field["team_ids"]
            values["retired"] = field["retired_at"] is not None
            if field.get("options"):
                values["options"] = [
                    {"value": one["value"], "label": one["label"], "retired": one.get("retired_at") is not None}
                    for one in field["options"]
                ]
            yield Item("field", id, values, place)

    def teams(self, stage: Stage) -> Iterator[Made]:
        """Teams, without their members."""
        for id, place, raw in stage.all("team"):
            team = json.loads(raw)
            yield Item("team", id, {name: team[name] for name in ("name", "description", "is_public")}, place)

    def people(self, stage: Stage) -> Iterator[Made]:
        """People, whatever their role: ``workers()`` has the roles."""
        for id, place, raw in stage.all("person"):
            yield made(f"person {id}", place, partial(person_item, id, place, json.loads(raw)))

    def workers(self, stage: Stage) -> Iterator[Worker]:
        """Agents and admins who have signed in to the other helpdesk: it had verified their addresses."""
        teams: dict[str, list[str]] = {}
        for id, _, raw in stage.all("team"):
            for member in json.loads(raw).get("members") or ():
                teams.setdefault(member, []).append(id)
        for id, _, raw in stage.all("person"):
            user = json.loads(raw)
            if user["role"] in ("agent", "admin") and user["is_active"] and user.get("auth_user_id") is not None:
                yield Worker(id, user["role"], teams.get(id, []))

    def last_number(self, stage: Stage) -> int | None:
        """The highest number of a ticket."""
        found = stage.db.execute("select max(number) from objects where kind = 'ticket'").fetchone()[0]
        return None if found is None else int(found)

    def tickets(self, stage: Stage, field_keys: Mapping[str, str]) -> Iterator[Made]:  # noqa: ARG002  # keys stay
        """Tickets with messages and notes, those with the lowest number first."""
        now = datetime.now(UTC)
        for id, place, raw in stage.all("ticket"):
            ticket = json.loads(raw)
            one = made(f"ticket {id}", place, partial(ticket_item, id, place, ticket, stage, now))
            if isinstance(one, Item) and self._files is None:
                one.note("files left out: their folder was not named", len(ticket.get("attachments") or ()))
            yield one

    def files(self, stage: Stage) -> Iterator[Made]:
        """The files that ``helpdesk export --files`` saved."""
        if self._files is None:
            return
        for number, place, file in _relations(stage, "file"):
            shown = f"file of ticket {number}"
            if (one := made(shown, place, partial(_file, self._files, number, place, file, stage))) is not None:
                yield one

    def links(self, stage: Stage) -> Iterator[Made]:
        """The links that were there at the time of the newest export."""
        for number, place, link in _relations(stage, "link"):
            yield made(f"link of ticket {number}", place, partial(_link, number, place, link, stage))

    def merges(self, stage: Stage) -> Iterator[Made]:
        """The merges that were not undone, with what their undo restores."""
        for number, place, merge in _relations(stage, "merge"):
            yield made(f"merge of ticket {number}", place, partial(_merge, number, place, merge, stage))


def _stage_file(
    file: Path, shown: str, stage: Stage, problem: Callable[[Problem], None], note: Callable[[str, int], None]
) -> int | None:
    """How many objects the file has; None where it was not read to its end."""
    broken: list[BrokenFileError] = []
    waiting: list[Staged] = []
    count, is_whole = 0, False
    exported_at = ""
    stage.begin()
    try:
        for place, line in _lines(file, shown):
            kind = line["kind"]
            if kind == "header":
                exported_at = str(line.get("exported_at", ""))
            elif kind == "end":
                is_whole = True
            elif kind == "gone":
                note("tickets that are gone from the source stay here", 1)
            else:
                # Of two lines of a ticket, that of the later export counts.
                staged = Staged(kind, str(line[_IDS[kind]]), None, exported_at, place, json.dumps(line))
                waiting.append(staged)
                waiting += _marks(line, exported_at, place)
                count += 1
            if len(waiting) >= _BATCH:
                stage.add(waiting)
                waiting.clear()
        if not is_whole:
            broken.append(BrokenFileError(shown, "the export was cut: it has no last line", "Export again."))
    except BrokenFileError as error:
        broken.append(error)
    stage.add(waiting)
    stage.commit()
    for one in broken:
        problem(Problem(one.place, "", "unreadable", one.message, one.hint))
    return None if broken else count


def _lines(file: Path, shown: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """The place and the object of each line.

    Raises:
        BrokenFileError: The file cannot be read to its end, or is something else.
    """
    try:
        with file.open("rb") as raw:
            is_packed = raw.read(2) == b"\x1f\x8b"
            raw.seek(0)
            with gzip.open(raw) if is_packed else raw as lines:
                for number, line in enumerate(lines, 1):
                    yield f"{shown}:{number}", _checked(f"{shown}:{number}", line)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise BrokenFileError(shown, f"the file is cut off or damaged: {error}", "Export again.") from None
    except OSError as error:
        raise BrokenFileError(shown, f"the file cannot be read: {error.strerror or error}") from None


def _checked(place: str, text: bytes) -> dict[str, Any]:
    try:
        line = json.loads(text)
    except (ValueError, RecursionError):
        raise BrokenFileError(place, "the line is no JSON", "Export again.") from None
    kind = line.get("kind") if isinstance(line, dict) else None
    if kind == "header":
        if line.get("format") != _FORMAT:
            message = f"the format {line.get('format')!r} is not known"
            raise BrokenFileError(place, message, "A newer version of this program reads it.")
    elif kind not in ("end", "gone") and (kind not in _IDS or line.get(_IDS[kind]) is None):
        raise BrokenFileError(place, "this is no line of helpdesk export", "Is it a file of helpdesk export?")
    return dict(line)


def _marks(line: Mapping[str, Any], version: str, place: str) -> Iterator[Staged]:
    """Which tickets have links or a merge: few do."""
    for kind, name in _RELATIONS.items():
        if line.get(name):
            yield Staged(kind, str(line["number"]), None, version, place, "")


def _relations(stage: Stage, kind: str) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Number, place and content of the links or merges that begin at tickets, as the newest lines have them."""
    for number, place, _ in stage.all(kind):
        ticket = json.loads(stage.find("ticket", number) or "{}")
        found = ticket.get(_RELATIONS[kind])
        for one in found if isinstance(found, list) else [found]:
            if isinstance(one, dict):
                yield number, place, one


def _link(number: str, place: str, link: Mapping[str, Any], stage: Stage) -> Item:
    values = {"source": number, "target": str(link["target_number"]), "kind": link["kind"]}
    values |= {"linked_at": link["linked_at"], "linked_by": known_person(stage, link["linked_by"])}
    return Item("link", str(link["link_id"]), values, place)


def _merge(number: str, place: str, merge: Mapping[str, Any], stage: Stage) -> Item:
    values = {"source": number, "target": str(merge["target_number"])} | {key: merge[key] for key in _OF_MERGES}
    values |= {"merged_at": merge["merged_at"], "merged_by": known_person(stage, merge["merged_by"])}
    return Item("merge", str(merge["merge_id"]), values, place)


def _file(folder: Path, number: str, place: str, file: Mapping[str, Any], stage: Stage) -> Made | None:
    """A file of a ticket; None for a file that nobody can see."""
    parent = file["message_id"] or file["note_id"]
    if parent is None and file["placement"] != "ticket":
        # It was never sent.
        return None
    shown = f"file {file['attachment_id']}"
    name = file.get("file")
    if not isinstance(name, str):
        why = file.get("problem") or f"its state is {file['state']}"
        return Problem(place, shown, "file_left_out", f"{file['file_name']} is not in the export: {why}")
    path = folder / name
    if Path(name).name != name or not path.is_file() or path.stat().st_size != file["size"]:
        message = f"{name[:100]!r} is not in the folder, or has another size"
        return Problem(place, shown, "file_missing", message, "Export with --files again, and name that folder.")
    values = {name: file[name] for name in ("file_name", "content_type", "size", "created_at")}
    values |= {"ticket": number, "comment": parent, "author": known_person(stage, file["uploaded_by"])}
    values["author_name"] = file["uploader_name"]
    return Item("file", file["attachment_id"], values, place, file=path)
