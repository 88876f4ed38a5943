"""Who may join which topic of Realtime, as a table: `tests/db` asks the database, `helpdesk verify` joins."""

from __future__ import annotations

from .matrix import ORDER
from .people import Person
from .world import World

ROBOT = Person("robot", "host_robot", None)
"""A database role of the host's own, which it lets use Realtime."""
EVERYBODY = (*ORDER, ROBOT)

_ABSENT = "- - - - | - - | - - | - | * -"
_ADMIN = "- - - - | - - | - - | b | * -"
OURS: dict[str, str] = {
    # topic: rights of anonymous, nobody, gone, left | customer, other | agent, stranger | admin | service, robot
    "helpdesk:ticket:{mine}": "- - - - | b - | b - | b | * -",
    "helpdesk:ticket:{mine}:staff": "- - - - | - - | s - | s | * -",
    "helpdesk:ticket:{theirs}": "- - - - | - b | - b | b | * -",
    "helpdesk:ticket:{theirs}:staff": "- - - - | - - | - s | s | * -",
    "helpdesk:ticket:{lent}": "- - - - | - b | b b | b | * -",
    "helpdesk:ticket:{lent}:staff": "- - - - | - - | s s | s | * -",
    "helpdesk:ticket:{agents}": "- - - - | - - | b b | b | * -",
    "helpdesk:ticket:{agents}:staff": "- - - - | - - | - s | s | * -",
    "helpdesk:ticket:{gones}": "- - - - | - - | - b | b | * -",
    "helpdesk:ticket:{nothing}": _ABSENT,
    "helpdesk:ticket:{nothing}:staff": _ABSENT,
    "helpdesk:team:{desk}": "- - - - | - - | b - | b | * -",
    "helpdesk:team:{vault}": "- - - - | - - | - b | b | * -",
    "helpdesk:team:{empty}": _ADMIN,
    "helpdesk:team:{nothing}": _ABSENT,
    "helpdesk:user:{customer}": "- - - - | b - | - - | - | * -",
    "helpdesk:user:{agent}": "- - - - | - - | b - | - | * -",
    "helpdesk:user:{admin}": _ADMIN,
    "helpdesk:user:{gone}": _ABSENT,
    "helpdesk:user:{left}": _ABSENT,
    "helpdesk:user:{nothing}": _ABSENT,
    "helpdesk:staff": "- - - - | - - | b b | b | * -",
    "helpdesk:admin": _ADMIN,
}
NONE_OF_OURS = (
    "helpdesk:",
    "helpdesk:ticket:",
    "helpdesk:ticket:*",
    "helpdesk:ticket:%",
    "helpdesk:*",
    "helpdesk:ticket:{MINE}",
    "helpdesk:ticket:{mine}\n",
    "helpdesk:ticket:{mine}\nhelpdesk:admin",
    "helpdesk:ticket:{mine} ",
    "helpdesk:ticket:{mine}:staff:staff",
    "helpdesk:ticket:{mine}:STAFF",
    "helpdesk:ticket:{mine}:other",
    "helpdesk:ticket:{mine},{theirs}",
    "helpdesk:ticket:{{{mine}}}",
    "helpdesk:ticket:1",
    "helpdesk:ticket:{mine}' or true --",
    "helpdesk:ticket:{theirs}'; drop table realtime.messages; --",
    "helpdesk:ticket:" + "0" * 10_000,
    "helpdesk:team:{desk}:staff",
    "helpdesk:user:{agent}:staff",
    "helpdesk:user:{customer}:staff",
    "helpdesk:admin:staff",
    "helpdesk:staff:staff",
    "helpdesk:staff\n",
    "helpdesk:staff:{agent}",
    "helpdesk:admin\n",
    "helpdesk:event:{mine}",
)
"""Topics that begin like ours and are none: shut to everybody, whatever the host says."""
THEIRS = (
    *("room:1", "", " ", "helpdesk", "Helpdesk:admin", "\nhelpdesk:admin", "ticket:{mine}", "*", "x" * 10_000),
    *("xhelpdesk:ticket:{mine}", "xhelpdesk:admin", " helpdesk:ticket:{mine}:staff"),
)
"""Topics of the host, however much they look like ours."""

_WORDS = {"-": "", "s": "bpP", "*": "bpcBPC"}


def expected(row: str) -> dict[str, str]:
    """A row of the table: to each person what they may do.

    Hear `b`roadcasts, `p`resence, `c`hanges; in capitals: send them.
    """
    tokens = row.replace("|", " ").split()
    return {person.name: _WORDS.get(token, token) for person, token in zip(EVERYBODY, tokens, strict=True)}


def named(topic: str, world: World) -> str:
    """The topic with ids for the names in it; a name in capitals stands for an id in capitals."""
    return topic.format_map(world | {"MINE": world["mine"].upper()})
