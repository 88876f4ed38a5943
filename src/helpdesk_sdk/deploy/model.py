"""What a deployment finds and does, as values: for people as a table, for programs as JSON."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Action = Literal["ok", "run", "deploy", "set", "by_hand", "advice", "later", "unknown"]
"""What is left to do about an item.

ok: nothing. run, deploy, set: `helpdesk deploy` does it. by_hand: somebody has to do it, see ``command``. advice: not
needed, but better. later: a contract migration whose turn has not come. unknown: it cannot be seen from here.
"""


@dataclass(frozen=True)
class Item:
    """One thing as it is and as it should be."""

    part: Literal["migrations", "functions", "secrets", "settings", "buckets"]
    """What it belongs to."""
    name: str
    """Its name."""
    present: str | None
    """How it is; None when it is not there."""
    wanted: str
    """How it should be."""
    action: Action
    """What is left to do."""
    note: str | None = None
    """Why, where it is not obvious."""
    command: str | None = None
    """By hand: the command, or the place in the dashboard."""


@dataclass(frozen=True)
class Problem:
    """A reason not to deploy."""

    kind: str
    """A stable name, e.g. ``drift``."""
    message: str
    """The reason, in one sentence."""
    way_out: str
    """What to do about it."""


@dataclass(frozen=True)
class Plan:
    """A project as it is and as it should be. Reading it changed nothing."""

    environment: str
    """The name of the environment."""
    project_ref: str | None
    """The project's reference, if it is a hosted one."""
    database: str
    """The host and the name of the database, without user and password."""
    release: str
    """The version of the helpdesk's files."""
    from_release: str | None
    """The version of the last deployment; None when there was none."""
    items: tuple[Item, ...]
    """Everything that was compared."""
    problems: tuple[Problem, ...]
    """What speaks against a deployment; empty when nothing does."""
    notes: tuple[str, ...]
    """What to know, one sentence each."""
    backup: str | None
    """The newest backup of the platform, as a sentence; None when it is not known."""

    @property
    def pending(self) -> tuple[Item, ...]:
        """What `run` would do."""
        return tuple(item for item in self.items if item.action in ("run", "deploy", "set"))

    @property
    def by_hand(self) -> tuple[Item, ...]:
        """What somebody has to do."""
        return tuple(item for item in self.items if item.action == "by_hand")


@dataclass(frozen=True)
class Step:
    """A step of a deployment that has ended."""

    name: str
    """Its name, e.g. ``migrations``."""
    message: str
    """What it did, in one sentence."""
