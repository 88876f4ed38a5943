"""Who somebody is to the ticket, team or person that a row of the matrix is about."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from tests.db.people import ADMIN, MEMBERS, SERVICE, Person
from tests.db.world import ASSIGNEES, FILES, MESSAGES_AND_NOTES, TEAM_MEMBERS, TICKETS, WITHOUT_MEMBERS

TEAMS = {team for team, _ in TEAM_MEMBERS} | set(WITHOUT_MEMBERS)
PEOPLE = {person.name: person for person in MEMBERS}


def thing(tries: object) -> str | None:
    """The first ticket, team or person of the world that is named; the ticket, for a message, a note or a file."""
    for name in _names(tries if isinstance(tries, str) else vars(tries)):
        name = (
            FILES[name][0]
            if name in FILES
            else MESSAGES_AND_NOTES.get(name, name.removeprefix("gap of ").removeprefix("mail to "))
        )
        if name in TICKETS or name in TEAMS or name in PEOPLE:
            return name
    return None


def _names(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield from re.findall(r"\{([a-z ]+)\}", value)
    elif isinstance(value, dict):
        for part in value.values():
            yield from _names(part)


def relation(person: Person, name: str | None) -> tuple[str, str]:
    """The column of the page that the person stands in, and who they are there.

    Args:
        person: somebody active, or the secret key.
        name: what `thing` found.
    """
    on_ticket = name in TICKETS
    if person in (ADMIN, SERVICE):
        label = "secret key" if person == SERVICE else "admins"
        if person == ADMIN and name in PEOPLE:
            label = "themselves" if name == ADMIN.name else "others"
        return ("works it" if on_ticket else "admin"), label
    role = str(person.helpdesk_role)
    if not on_ticket:
        if name in PEOPLE:
            return role, "themselves" if name == person.name else "others"
        if name in TEAMS and role == "agent":
            return role, "members" if (name, person) in TEAM_MEMBERS else "others"
        return role, f"{role}s"
    requester, team = TICKETS[str(name)]
    if (team, person) in TEAM_MEMBERS:
        return "works it", "assignee" if ASSIGNEES.get(str(name)) == person else "team members"
    if ASSIGNEES.get(str(name)) == person:
        return "works it", "assignee of another team"
    return ("requester", "") if person == requester else ("anybody else", f"{role}s")
