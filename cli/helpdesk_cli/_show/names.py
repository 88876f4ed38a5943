"""The names that belong to ids: fetched for a whole page at once, and once only."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any
from uuid import UUID

if TYPE_CHECKING:
    from helpdesk_sdk import AsyncHelpdesk, Helpdesk, Ticket, User

_AT_ONCE = 100
# Of an event's data: what names a person. Other ids, as of logins and messages, have no name.
_PEOPLE = ("assigned_to", "user_id")


class Names:
    """Names of teams and people, as far as one may see them."""

    def __init__(self) -> None:
        self.teams: dict[UUID, str] = {}
        self.people: dict[UUID, User] = {}
        # Also those that one may not see: to ask again would not help.
        self._asked: set[UUID] = set()

    def learn_tickets(self, hd: Helpdesk, tickets: Iterable[Ticket]) -> None:
        """Fetch the teams, requesters and agents of tickets."""
        self._learn(hd, *_in_tickets(tickets))

    def learn_events(self, hd: Helpdesk, events: Iterable[Mapping[str, Any] | None]) -> None:
        """Fetch the teams and people in what events say."""
        self._learn(hd, *_in_events(events))

    async def learn_live(
        self,
        hd: AsyncHelpdesk,
        tickets: Iterable[Ticket] = (),
        events: Iterable[Mapping[str, Any] | None] = (),
    ) -> None:
        """Fetch the teams and people of tickets and in what events say; two requests, when all is known none."""
        of_tickets, of_events = _in_tickets(tickets), _in_events(events)
        teams, people = of_tickets[0] | of_events[0], of_tickets[1] | of_events[1]
        if teams - self._asked:
            self.teams |= {team.team_id: team.name async for team in hd.teams.list(page_size=1000)}
        for ids in _portions(people - self._asked):
            self.people |= {user.user_id: user async for user in hd.users.list(ids=ids, page_size=_AT_ONCE + 1)}
        self._asked |= teams | people

    def _learn(self, hd: Helpdesk, teams: set[UUID], people: set[UUID]) -> None:
        if teams - self._asked:
            self.teams |= {team.team_id: team.name for team in hd.teams.list(page_size=1000)}
        for ids in _portions(people - self._asked):
            self.people |= {user.user_id: user for user in hd.users.list(ids=ids, page_size=_AT_ONCE + 1)}
        self._asked |= teams | people

    def team(self, team_id: UUID | None) -> str | None:
        """A team's name; its id when one may not see it."""
        return None if team_id is None else self.teams.get(team_id, str(team_id)[:8])

    def person(self, user_id: UUID | None) -> str | None:
        """A person's name, else their address, else their id. Whom customers may not see is staff."""
        if user_id is None:
            return None
        found = self.people.get(user_id)
        return "staff" if found is None else found.name or found.email or str(user_id)[:8]

    def person_in_full(self, user_id: UUID | None) -> str | None:
        """A person's name and address."""
        found = self.people.get(user_id) if user_id else None
        return full_name(found) if found else self.person(user_id)

    def anything(self, value: object) -> str:
        """A value of an event: an id becomes a name where it is known."""
        if isinstance(value, str) and len(value) == 36:
            try:
                given = UUID(value)
            except ValueError:
                return value
            return self.teams.get(given) or (self.person(given) or value if given in self.people else value[:8])
        return "-" if value is None else str(value)


def full_name(user: User) -> str:
    """Name and address, as in a letter's head."""
    return f"{user.name} <{user.email}>" if user.name and user.email else user.name or user.email or str(user.user_id)


def _in_tickets(tickets: Iterable[Ticket]) -> tuple[set[UUID], set[UUID]]:
    """The teams, and the people."""
    found = list(tickets)
    people = {one for ticket in found for one in (ticket.created_by, ticket.assigned_to) if one is not None}
    return {ticket.team_id for ticket in found}, people


def _in_events(events: Iterable[Mapping[str, Any] | None]) -> tuple[set[UUID], set[UUID]]:
    said = [data for data in events if data]
    people = {one for data in said for name in _PEOPLE for one in _ids(data, name)}
    return {one for data in said for one in _ids(data, "team_id")}, people


def _ids(data: Mapping[str, Any], name: str) -> Iterator[UUID]:
    """The ids under a name: the value itself, and the old and the new one of a change."""
    for value in (data.get(name), *((data.get("changes") or {}).get(name) or ())):
        if isinstance(value, str):
            yield UUID(value)


def _portions(ids: set[UUID]) -> Iterator[list[UUID]]:
    found = sorted(ids)
    for start in range(0, len(found), _AT_ONCE):
        yield found[start : start + _AT_ONCE]
