"""Write the generated part of docs/events.md: the row of events_since(), the values, and each type of event.

python scripts/events_docs.py           # writes
python scripts/events_docs.py --check   # exits 1 when the page is not up to date
"""

from __future__ import annotations

import inspect
import json
import re
from enum import StrEnum

from pglast import ast
from pglast.enums import FunctionParameterMode

from event_catalogue import CATALOGUE, Entry
from helpdesk_sdk import AuthorKind, Channel, Event, FieldAudience, Priority, RequiredFor, Role, Status
from helpdesk_sdk.models.base import field_descriptions
from http_docs import statements, table
from pages import write_or_check

KINDS: dict[str, type[StrEnum]] = {
    "status": Status,
    "priority": Priority,
    "channel": Channel,
    "role": Role,
    "author kind": AuthorKind,
    "audience": FieldAudience,
    "required for": RequiredFor,
}
SEEN_BY = {"requester": "requester, staff", "staff": "staff", "admins": "admins"}
# The team of an administration event is not the team of a ticket, which an event has a field for.
ATTRIBUTES = {"team_id": "about_team_id", "key": "field_key"}


def columns() -> dict[str, str]:
    """The row of events_since(), and the SQL type of each of its columns."""
    for stmt in statements(ast.CreateFunctionStmt):
        if [part.sval for part in stmt.funcname] == ["helpdesk", "events_since"]:
            return {
                parameter.name: parameter.argType.names[-1].sval
                for parameter in stmt.parameters
                if parameter.mode == FunctionParameterMode.FUNC_PARAM_TABLE
            }
    raise LookupError("no migration has events_since()")


def _plain(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip().replace("``", "`")


def meanings() -> dict[str, str]:
    """The SDK's description of each field of an event."""
    return {name: _plain(text) for name, text in field_descriptions(Event).items()}


def anchor(entry: Entry) -> str:
    """A link to a type. Two entries of one type share a heading."""
    return f"[`{entry.type}`](#{entry.type.replace('.', '')})"


def _names(entry: Entry) -> str:
    changed = f"`changes` of {', '.join(f'`{name}`' for name in entry.changes)}" if entry.changes else ""
    return ", ".join([*(f"`{name}`" for name in entry.values), *([changed] if changed else [])])


def _values() -> list[tuple[str, ...]]:
    kinds: dict[str, str] = {}
    for entry in CATALOGUE:
        kinds |= entry.values
    return [
        (
            f"`{name}`",
            "/".join(f"`{one}`" for one in KINDS[kind]) if kind in KINDS else kind,
            f"`event.{ATTRIBUTES.get(name, name)}`",
            _plain(inspect.getdoc(getattr(Event, ATTRIBUTES.get(name, name))) or ""),
        )
        for name, kind in kinds.items()
    ]


def shown(topic: str) -> str:
    """A topic as the page writes it, e.g. ``helpdesk:user:<data.user_id>``."""
    return "`" + re.sub(r"\[(\w*[a-z]\w*)\]", r".\1", topic.replace("{", "<").replace("}", ">")) + "`"


def _section(entry: Entry) -> list[str]:
    changed = ", ".join(f"`{name}`" + ("" if kind in KINDS else f" ({kind})") for name, kind in entry.changes.items())
    topics = [shown(topic) for topic in entry.topics]
    return [
        entry.when,
        "",
        "```json",
        json.dumps(entry.example),
        "```",
        "",
        *([f"- `changes` may have: {changed}"] if changed else []),
        f"- Seen by: {SEEN_BY[entry.seen_by]} (`audience`: `{entry.audience}`)",
        *(["- Changes access: `changes_access` is true"] if entry.changes_access else []),
        f"- Announced on: {', '.join(topics)}" if topics else "- Not announced",
        "",
    ]


def reference() -> str:
    """The generated part of the page."""
    descriptions = meanings()
    overview = [
        (anchor(entry), entry.when.split(". ")[0].removesuffix("."), SEEN_BY[entry.seen_by], _names(entry))
        for entry in CATALOGUE
    ]
    lines = ["### The row", ""]
    lines += table(
        ("field", "type", ""),
        [(f"`{name}`", kind, descriptions[name].replace("None", "null")) for name, kind in columns().items()],
    )
    lines += ["", "### The types", "", *table(("type", "when", "seen by", "`data`"), overview)]
    lines += ["", "### The values of `data`", "", *table(("`data`", "kind", "in the SDK", ""), _values())]
    about = _plain(inspect.getdoc(Event.changes) or "")
    lines += [f"| `changes` | `{{field: [old, new]}}` | `event.changes[field].old`, `.new` | {about} |", ""]
    heading = ""
    for entry in CATALOGUE:
        if entry.type != heading:
            lines += [f"### `{entry.type}`", ""]
            heading = entry.type
        lines += _section(entry)
    return "\n".join(lines)


if __name__ == "__main__":
    raise SystemExit(write_or_check("events.md", reference(), __doc__))
