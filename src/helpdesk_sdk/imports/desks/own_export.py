"""The export of a helpdesk of this kind: the lines that ``helpdesk export`` writes."""

from __future__ import annotations

import gzip
import json
import os
import zlib
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from .envelopes import BrokenFileError
from .items import Item, Problem, RefusedItemError, content_hash
from .json_files import stage_changed
from .source import Made, Source, moment, written
from .stage import Stage, Staged

_FORMAT = 1
# A ticket is known by its number, so that tickets are opened in that order.
_IDS = {"field": "key", "team": "team_id", "person": "user_id", "ticket": "number"}
_BATCH = 1000
_RELATIONS = {"file": "attachments", "link": "links", "merge": "merge"}
_OF_MERGES = ("source_status", "source_resolved_at", "source_closed_at", "source_snoozed_until", "added_tags")
_UNKNOWN_SINCE = "2000-01-01T00:00:00+00:00"


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
            values = {name: field[name] for name in ("key", "type", "label", "help_text", "audience", "position")}
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
            yield Item("team", id, {"name": team["name"], "description": team["description"]}, place)

    def people(self, stage: Stage) -> Iterator[Made]:
        """People, whatever their role: an import gives nobody a role or a login."""
        for id, place, raw in stage.all("person"):
            yield Item("person", id, _person(json.loads(raw)), place)

    def tickets(self, stage: Stage, field_keys: Mapping[str, str]) -> Iterator[Made]:  # noqa: ARG002  # keys stay
        """Tickets with messages and notes, those with the lowest number first."""
        now = datetime.now(UTC)
        for id, place, raw in stage.all("ticket"):
            try:
                item = _ticket(id, place, json.loads(raw), stage, now)
            except RefusedItemError as refused:
                yield Problem(place, f"ticket {id}", refused.code, refused.message, refused.hint)
                continue
            if self._files is None:
                item.note("files left out: their folder was not named", len(json.loads(raw)["attachments"]))
            yield item

    def files(self, stage: Stage) -> Iterator[Made]:
        """The files that ``helpdesk export --files`` saved."""
        if self._files is None:
            return
        for number, place, file in _relations(stage, "file"):
            made = _file(self._files, number, place, file, stage)
            if made is not None:
                yield made

    def links(self, stage: Stage) -> Iterator[Made]:
        """The links that were there at the time of the newest export."""
        for number, place, link in _relations(stage, "link"):
            values = {"source": number, "target": str(link["target_number"]), "kind": link["kind"]}
            values |= {"linked_at": link["linked_at"], "linked_by": _known(stage, link["linked_by"])}
            yield Item("link", link["link_id"], values, place)

    def merges(self, stage: Stage) -> Iterator[Made]:
        """The merges that were not undone, with what their undo restores."""
        for number, place, merge in _relations(stage, "merge"):
            values = {"source": number, "target": str(merge["target_number"])} | {key: merge[key] for key in _OF_MERGES}
            values |= {"merged_at": merge["merged_at"], "merged_by": _known(stage, merge["merged_by"])}
            yield Item("merge", merge["merge_id"], values, place)


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
        for one in [found] if isinstance(found, dict) else found or ():
            yield number, place, one


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
    values |= {"ticket": number, "comment": parent, "author": _known(stage, file["uploaded_by"])}
    values["author_name"] = file["uploader_name"]
    return Item("file", file["attachment_id"], values, place, file=path)


def _known(stage: Stage, person: str | None) -> str | None:
    """The person, if the export has them."""
    return person if person is not None and stage.find("person", person) is not None else None


def _person(user: Mapping[str, Any]) -> dict[str, Any]:
    values: dict[str, Any] = {"name": user["name"], "created_at": user["created_at"]}
    if user.get("email"):
        # The other helpdesk had verified the addresses of those who signed in.
        values |= {"email": user["email"], "email_verified": user.get("auth_user_id") is not None}
    if not user["is_active"]:
        values["is_active"] = False
    return values


def _ticket(id: str, place: str, ticket: Mapping[str, Any], stage: Stage, now: datetime) -> Item:
    item = Item("ticket", id, {}, place)
    comments = [_comment(part, now) for part in (*ticket["messages"], *ticket["notes"])]
    item.values |= {
        "title": ticket["title"],
        "description": ticket["description"],
        "status": ticket["status"],
        "priority": ticket["priority"],
        "channel": ticket["channel"],
        "team": ticket["team_id"] if stage.find("team", ticket["team_id"]) else None,
        "requester": ticket["requester_id"],
        "assignee": ticket["assignee_id"],
        "tags": ticket["tags"],
        "custom_fields": ticket["custom_fields"] | ticket["staff_fields"],
        "comments": comments,
    }
    for name in ("created_at", "updated_at", "resolved_at", "closed_at"):
        item.values[name] = None if ticket[name] is None else written(moment(name, ticket[name], now))
    # When they change, the ticket is written, and they are made anew.
    relations = sorted(link["link_id"] for link in ticket.get("links") or ()), ticket.get("merge")
    if any(relations):
        item.values["relations"] = content_hash({"links": relations[0], "merge": relations[1]})
    if ticket["external_id"] is not None:
        item.values["reference"] = ticket["external_id"]
    people = [ticket["requester_id"], ticket["assignee_id"], *(comment["author"] for comment in comments)]
    stubs = {
        person: {"name": "Unknown", "created_at": _UNKNOWN_SINCE}
        for person in people
        if person is not None and stage.find("person", person) is None
    }
    if stubs:
        item.values["stubs"] = stubs
    return item


def _comment(part: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    is_public = "message_id" in part
    values = {
        "public": is_public,
        "author": part["author_id"],
        "author_kind": part["author_kind"] if is_public else "system" if part["author_id"] is None else "staff",
        "author_name": part["author_name"],
        "body": part["body"],
        "created_at": written(moment("created_at of a comment", part["created_at"], now)),
    }
    return {"external_id": part["message_id"] if is_public else part["note_id"], "hash": content_hash(values), **values}
