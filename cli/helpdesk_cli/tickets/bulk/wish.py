"""What a bulk command asks for, and what that means for one ticket."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

import typer

from ..._base.choices import Priority, Status, words
from ..._base.errors import CliError, ExitCode
from ..._base.times import parse_time
from ..._show.field_values import parsed

if TYPE_CHECKING:
    from helpdesk_sdk import Helpdesk, Team, Ticket, User

_KEYS = "status, priority, snoozed_until, fields.KEY"


@dataclass(frozen=True)
class Wish:
    """The change that every ticket shall have."""

    values: Mapping[str, Any] = field(default_factory=dict)
    """Arguments of update: status, priority, snoozed_until."""
    fields: Mapping[str, Any] = field(default_factory=dict)
    add_tags: tuple[str, ...] = ()
    remove_tags: tuple[str, ...] = ()
    assign: bool = False
    assignee: User | None = None
    team: Team | None = None
    reply: str | None = None

    @property
    def is_empty(self) -> bool:
        """Whether nothing is asked for."""
        return not (
            self.values or self.fields or self.add_tags or self.remove_tags or self.assign or self.team or self.reply
        )

    @property
    def closes_late(self) -> bool:
        """Whether the status is set after the assignee: a closed ticket keeps its assignee."""
        return self.assign and self.values.get("status") == "closed" and self.reply is None


@dataclass(frozen=True)
class Planned:
    """A ticket, and what would change in it: for each name the old and the new value."""

    ticket: Ticket
    changes: Mapping[str, tuple[Any, Any]]

    @property
    def values(self) -> dict[str, Any]:
        """The arguments of update that would change something."""
        found = {
            name: new for name, (_, new) in self.changes.items() if name in ("status", "priority", "snoozed_until")
        }
        fields = {name[7:]: new for name, (_, new) in self.changes.items() if name.startswith("fields.")}
        return {**found, **({"custom_fields": fields} if fields else {})}


def read_wish(
    hd: Helpdesk,
    *,
    sets: Sequence[str],
    tags: Sequence[str],
    untags: Sequence[str],
    assign: str | None,
    transfer: str | None,
    reply: str | None,
) -> Wish:
    """The wish of a command line; names of people, teams and fields are looked up once.

    Raises:
        CliError: The options contradict each other, or there are none.
    """
    values, fields = _read_sets(sets)
    if transfer is not None and (assign is not None or values.get("status") == "closed"):
        raise CliError(
            "--transfer cannot go with --assign or status=closed",
            "A transferred ticket is unassigned, and a closed one keeps its team: use two commands.",
            ExitCode.USAGE,
        )
    nobody = assign is not None and assign.lower() == "nobody"
    wish = Wish(
        values=values,
        fields=parsed(hd, fields, option="--set fields."),
        add_tags=_cleaned(tags),
        remove_tags=_cleaned(untags),
        assign=assign is not None,
        assignee=None if assign is None or nobody else hd.users.me() if assign == "me" else hd.users.get(assign),
        team=None if transfer is None else hd.teams.get(transfer),
        reply=reply,
    )
    if wish.is_empty:
        raise CliError("Name at least one change", "See: helpdesk tickets bulk --help", ExitCode.USAGE)
    if both := sorted({*wish.add_tags} & {*wish.remove_tags}):
        raise CliError(f"The tag {both[0]} is both added and removed", None, ExitCode.USAGE)
    return wish


def _read_sets(sets: Sequence[str]) -> tuple[dict[str, Any], list[str]]:
    values: dict[str, Any] = {}
    fields: list[str] = []
    for one in sets:
        key, equals, text = one.partition("=")
        if not equals:
            raise CliError(f"--set must be KEY=VALUE, got {one[:60]!r}", f"Keys: {_KEYS}", ExitCode.USAGE)
        if key.startswith("fields."):
            fields.append(f"{key[7:]}={text}")
        elif key in values:
            raise CliError(f"--set {key} is given twice", None, ExitCode.USAGE)
        else:
            values[key] = _value(key, text)
    return values, fields


def _value(key: str, text: str) -> str | datetime | None:
    choice: Any = {"status": Status, "priority": Priority}.get(key)
    if choice is not None:
        if text not in list(choice):
            raise CliError(f"--set {key}: must be {words(choice)}, got {text[:60]!r}", None, ExitCode.USAGE)
        return text
    if key != "snoozed_until":
        hint = f"Keys: {_KEYS}. For tags, assignee and team: --tag, --untag, --assign, --transfer"
        raise CliError(f"--set does not know {key[:60]!r}", hint, ExitCode.USAGE)
    try:
        return parse_time(text) if text else None
    except typer.BadParameter as error:
        raise CliError(f"--set snoozed_until: {error.message}", None, ExitCode.USAGE) from None


def _cleaned(tags: Sequence[str]) -> tuple[str, ...]:
    """The tags as they are stored, so that a tag that is there already is no change."""
    return tuple(dict.fromkeys(" ".join(tag.split()).lower() for tag in tags))


def plan(wish: Wish, ticket: Ticket) -> Planned:
    """What the wish would change in a ticket."""
    changes: dict[str, tuple[Any, Any]] = {}
    for name, wanted in wish.values.items():
        now = getattr(ticket, name)
        # A reply may change the status itself: then it is sent with it.
        if now != wanted or (name == "status" and wish.reply is not None):
            changes[name] = (now, wanted)
    known = {**ticket.custom_fields, **(ticket.staff_fields or {})}
    for key, wanted in wish.fields.items():
        if _text(known.get(key)) != _text(wanted) or key not in known:
            changes[f"fields.{key}"] = (known.get(key), wanted)
    tags = {*(ticket.tags or ())}
    kept = (tags | {*wish.add_tags}) - {*wish.remove_tags}
    if kept != tags:
        changes["tags"] = (sorted(tags), sorted(kept))
    wanted_id = None if wish.assignee is None else wish.assignee.user_id
    if wish.assign and ticket.assigned_to != wanted_id:
        changes["assigned_to"] = (ticket.assigned_to, wanted_id)
    if wish.team is not None and ticket.team_id != wish.team.team_id:
        changes["team_id"] = (ticket.team_id, wish.team.team_id)
    if wish.reply is not None:
        changes["reply"] = (None, wish.reply)
    return Planned(ticket, changes)


def _text(value: object) -> object:
    if isinstance(value, list | set | tuple):
        return sorted(map(str, value))
    return value if value is None or isinstance(value, bool) else str(value)
