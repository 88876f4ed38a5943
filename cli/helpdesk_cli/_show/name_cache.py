"""The names of teams, people and files, and the numbers of tickets, by id. Each is requested once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any
from uuid import UUID

from .._base.json import jsonable
from .._base.parallel import in_parallel

if TYPE_CHECKING:
    from helpdesk_sdk import AsyncHelpdesk, Attachment, Helpdesk, Ticket, User

_BATCH_SIZE = 100
# Fields of an event's data that hold the id of a person or a ticket. Other ids, as of messages, have no name.
_PERSON_FIELDS = ("assigned_to", "user_id")
_TICKET_FIELDS = ("source_id", "merged_into")
# A ticket costs a request. When there are more, the rest is shown by id.
_MOST_TICKETS = 50


class NameCache:
    """The names of the teams, people and files that the user may see, and the numbers of tickets."""

    def __init__(self) -> None:
        self.teams: dict[UUID, str] = {}
        self.people: dict[UUID, User] = {}
        self.files: dict[UUID, str] = {}
        # "#" and the number; "another ticket" for a ticket that the user may not see.
        self.tickets: dict[UUID, str] = {}
        # Includes ids that the user may not see, so that they are not requested again.
        self._requested: set[UUID] = set()

    def load_tickets(self, hd: Helpdesk, tickets: Iterable[Ticket]) -> None:
        """Fetch the teams, requesters and assignees of tickets."""
        found = list(tickets)
        self._add_numbers(found)
        self._load(hd, *_ids_in_tickets(found))

    def load_events(self, hd: Helpdesk, events: Iterable[Mapping[str, Any] | None]) -> None:
        """Fetch the teams, people and tickets in the data of events."""
        known = [data for data in events if data]
        self._load(hd, *_ids_in_events(known))
        for ticket_id in self._unknown_tickets(known):
            with suppress(_not_found()):
                self._add_numbers([hd.tickets.get(ticket_id)])

    async def load_async(
        self,
        hd: AsyncHelpdesk,
        tickets: Iterable[Ticket] = (),
        events: Iterable[Mapping[str, Any] | None] = (),
    ) -> None:
        """Fetch the teams and people of tickets and events: at most two requests, none when all are known.

        Each ticket in the data of events is a request, too.
        """
        listed, known = list(tickets), [data for data in events if data]
        self._add_numbers(listed)
        of_tickets, of_events = _ids_in_tickets(listed), _ids_in_events(known)
        teams, people = of_tickets[0] | of_events[0], of_tickets[1] | of_events[1]
        if teams - self._requested:
            self.teams |= {team.team_id: team.name async for team in hd.teams.list(page_size=1000)}
        for ids in _batches(people - self._requested):
            self.people |= {user.user_id: user async for user in hd.users.list(ids=ids, page_size=_BATCH_SIZE + 1)}
        self._requested |= teams | people
        for ticket_id in self._unknown_tickets(known):
            with suppress(_not_found()):
                self._add_numbers([await hd.tickets.get(ticket_id)])

    def load_teams(self, hd: Helpdesk) -> None:
        """Fetch the teams that the user may see."""
        self.teams |= {team.team_id: team.name for team in hd.teams.list(page_size=1000)}

    def add_files(self, attachments: Iterable[Attachment]) -> None:
        """Take the names of files that were read already. A deleted file has lost its name."""
        self.files |= {one.attachment_id: one.file_name for one in attachments if one.state != "deleted"}

    def _add_numbers(self, tickets: Iterable[Ticket]) -> None:
        self.tickets |= {ticket.ticket_id: f"#{ticket.number}" for ticket in tickets}

    def _unknown_tickets(self, events: Iterable[Mapping[str, Any]]) -> list[UUID]:
        """The tickets to fetch. Each is "another ticket" until its number is known."""
        unknown = sorted({one for data in events for one in _ids_of_tickets(data)} - self.tickets.keys())
        unknown = unknown[:_MOST_TICKETS]
        self.tickets |= dict.fromkeys(unknown, "another ticket")
        return unknown

    def _load(self, hd: Helpdesk, teams: set[UUID], people: set[UUID]) -> None:
        def load_people() -> None:
            for ids in _batches(people - self._requested):
                self.people |= {user.user_id: user for user in hd.users.list(ids=ids, page_size=_BATCH_SIZE + 1)}

        if not teams <= self._requested and not people <= self._requested:
            in_parallel(lambda: self.load_teams(hd), load_people)
        elif not teams <= self._requested:
            self.load_teams(hd)
        else:
            load_people()
        self._requested |= teams | people

    def team(self, team_id: UUID | None) -> str | None:
        """A team's name; the beginning of its id when the name is not known."""
        return None if team_id is None else self.teams.get(team_id, str(team_id)[:8])

    def person(self, user_id: UUID | None) -> str | None:
        """A person's name, address or id, whichever is there first. A person the user may not see is "staff"."""
        if user_id is None:
            return None
        found = self.people.get(user_id)
        return "staff" if found is None else found.name or found.email or str(user_id)[:8]

    def full_person(self, user_id: UUID | None) -> str | None:
        """A person's name and address."""
        found = self.people.get(user_id) if user_id else None
        return full_name(found) if found else self.person(user_id)

    def ticket_json(self, ticket: Ticket) -> dict[str, Any]:
        """A ticket for programs: its values, and its team, requester and assignee by id and name.

        A name or an address that the user may not see is null.
        """
        team = {"team_id": str(ticket.team_id), "name": self.teams.get(ticket.team_id)}
        people = {"requester": self._person_json(ticket.created_by), "assignee": self._person_json(ticket.assigned_to)}
        return {**jsonable(ticket), "team": team, **people}

    def _person_json(self, user_id: UUID | None) -> dict[str, Any] | None:
        if user_id is None:
            return None
        found = self.people.get(user_id)
        return {"user_id": str(user_id), "name": found and found.name, "email": found and found.email}

    def label(self, value: object) -> str:
        """A value in an event's data, as text; an id becomes its name when it is known."""
        if isinstance(value, str) and len(value) == 36:
            try:
                given = UUID(value)
            except ValueError:
                return value
            if given in self.people:
                return self.person(given) or value
            return self.teams.get(given) or self.files.get(given) or self.tickets.get(given) or value
        return "-" if value is None else str(value)


def full_name(user: User) -> str:
    """Name and address, like ``Ana Silva <ana@example.com>``."""
    return f"{user.name} <{user.email}>" if user.name and user.email else user.name or user.email or str(user.user_id)


def _ids_in_tickets(tickets: Iterable[Ticket]) -> tuple[set[UUID], set[UUID]]:
    """The ids of teams, and the ids of people."""
    found = list(tickets)
    people = {one for ticket in found for one in (ticket.created_by, ticket.assigned_to) if one is not None}
    return {ticket.team_id for ticket in found}, people


def _ids_in_events(events: Iterable[Mapping[str, Any]]) -> tuple[set[UUID], set[UUID]]:
    """The ids of teams, and the ids of people."""
    teams: set[UUID] = set()
    people: set[UUID] = set()
    for data in events:
        teams.update(_ids(data, "team_id"))
        people.update(one for name in _PERSON_FIELDS for one in _ids(data, name))
        # What the assistant leaves alone.
        if data.get("scope") == "team":
            teams.update(_ids(data, "target_id"))
        elif data.get("scope") == "customer":
            people.update(_ids(data, "target_id"))
    return teams, people


def _ids_of_tickets(data: Mapping[str, Any]) -> Iterator[UUID]:
    for name in _TICKET_FIELDS:
        yield from _ids(data, name)
    if data.get("scope") in (None, "ticket"):
        yield from _ids(data, "target_id")


def _not_found() -> type[Exception]:
    from helpdesk_sdk.errors import TicketNotFoundError

    return TicketNotFoundError


def _ids(data: Mapping[str, Any], name: str) -> Iterator[UUID]:
    """The ids in a field: its value, and the old and new values of a change."""
    for value in (data.get(name), *((data.get("changes") or {}).get(name) or ())):
        if isinstance(value, str):
            yield UUID(value)


def _batches(ids: set[UUID]) -> Iterator[list[UUID]]:
    found = sorted(ids)
    for start in range(0, len(found), _BATCH_SIZE):
        yield found[start : start + _BATCH_SIZE]
