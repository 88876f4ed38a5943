"""Which rows of the matrix are tried against a running project, and in which of two ways.

Tried are all reads, and every refusal for want of a right. Left out is what checks a value or a state (`invalid_value`,
`name_taken`): the same SQL decides that everywhere. Left out as well is what would change the whole project (settings,
custom fields, the default team), and a write without a filter. What people *can* write is tried on tickets, messages,
notes and tags: each time on tickets of its own.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from .matrix import CASES, Case, Outcome
from .matrix.operations import Call, Insert
from .people import Person
from .world import FILES, MESSAGES_AND_NOTES, TICKETS, World

_REFUSALS = {"deny", "forbidden", "no_profile", "inactive_user", "55000", "428C9", "42883"}
_ABSENT = re.compile(r"[a-z]+_not_found")
# Tables whose rows in the tests' helpdesk are not in a throw-away helpdesk: only refusals and empty answers are tried.
_NOT_FURNISHED = {
    *("field_definitions", "field_options", "field_teams", "ticket_staff_fields", "ticket_field_values"),
    *("my_field_tickets", "team_field_tickets", "label_examples", "knowledge_gaps", "gap_questions", "settings"),
    *("gap_report", "ai_settings", "ai_thresholds", "status_transitions", "events", "ai_prompts"),
    *("webhooks", "outbox", "delivery_attempts", "slack_connections", "slack_channels"),
    *("email_channels", "user_emails", "email_blocks", "ticket_participants", "inbound_emails"),
    *("outbound_emails", "email_suppressions", "automatic_emails"),
}
_CHANGEABLE = {
    *("tickets", "ticket_tags", "send_reply", "add_note", "create_ticket", "claim_ticket", "assign_ticket"),
    *("unassign_ticket", "transfer_ticket", "redact_message"),
}
_NAMES = re.compile(r"\{([a-z ]+)\}")


@dataclass(frozen=True)
class Try:
    """One row of the matrix for one person.

    Attributes:
        case: the row.
        person: who tries.
        outcome: what they must get.
        changes: whether it must succeed in changing something: it gets tickets of its own.
    """

    case: Case
    person: Person
    outcome: Outcome
    changes: bool


def names_in(value: Any) -> set[str]:
    """The names of things of the world in a value, but for the new ids."""
    if isinstance(value, str):
        return set(_NAMES.findall(value)) - {"new"}
    if isinstance(value, dict):
        return set().union(*map(names_in, value.values())) if value else set()
    if isinstance(value, list | tuple):
        return set().union(*map(names_in, value)) if value else set()
    return set()


def all_tries(world: World, *, sample: bool = False, targets: Collection[str] | None = None) -> Iterator[Try]:
    """Everything that is tried.

    Args:
        world: the ids by name; what is not there cannot be tried.
        sample: only the first try of each target, verb, person and kind of outcome.
        targets: only tries of these tables and functions; None for all.
    """
    seen: set[tuple[str, str, Person, str]] = set()
    for case in CASES:
        if targets is not None and case.tries.target not in targets:
            continue
        for person, outcome in case.outcomes():
            chosen = _try(case, person, outcome, world)
            key = (case.tries.target, case.tries.verb, person, outcome.kind)
            if chosen is not None and not (sample and key in seen):
                seen.add(key)
                yield chosen


def _try(case: Case, person: Person, outcome: Outcome, world: World) -> Try | None:
    tries = case.tries
    if tries.verb == "sql" or person.database_role is None or _has_fields(tries):
        return None
    if not names_in(vars(tries)) <= set(world):
        return None
    writes_everywhere = tries.verb in ("update", "delete") and not names_in(getattr(tries, "where", {}))
    if tries.verb == "read":
        furnished = tries.target not in _NOT_FURNISHED or outcome.refused
        return Try(case, person, outcome, changes=False) if furnished else None
    if outcome.token in _REFUSALS or _ABSENT.fullmatch(outcome.token):
        return None if writes_everywhere and not _is_harmless(tries) else Try(case, person, outcome, changes=False)
    if outcome.rows == 0 and tries.verb in ("update", "delete") and not writes_everywhere:
        return Try(case, person, outcome, changes=False)
    if outcome.refused or tries.target not in _CHANGEABLE or writes_everywhere:
        return None
    # A file is sent once, and a ticket that is made anew has none.
    return None if names_in(vars(tries)) & set(FILES) else Try(case, person, outcome, changes=True)


def _is_harmless(tries: object) -> bool:
    """Whether a write without an id in its filter names one value of a key, so that it cannot reach all rows."""
    return bool(getattr(tries, "where", {}))


def _has_fields(tries: object) -> bool:
    given = {**getattr(tries, "row", {}), **getattr(tries, "changes", {}), **getattr(tries, "arguments", {})}
    return "custom_fields" in given or "external_id" in given


def touched(tries: object) -> Sequence[str]:
    """The tickets of the world that a try names: by themselves, or by a message, note or file on them."""
    names = names_in(vars(tries))
    found = {FILES[name][0] if name in FILES else MESSAGES_AND_NOTES.get(name, name) for name in names}
    return sorted(found & set(TICKETS))


def opens_in_default_team(tries: object) -> bool:
    """Whether a new ticket goes to the project's default team, which is not the world's."""
    if isinstance(tries, Insert):
        return tries.target == "tickets" and "team_id" not in tries.row
    return isinstance(tries, Call) and tries.target == "create_ticket" and "team_id" not in tries.arguments
