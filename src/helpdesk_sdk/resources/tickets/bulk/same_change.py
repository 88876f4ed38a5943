"""The same change to many tickets: tags, assignee, team."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from .... import _validation as check
from ...._http.flow import Flow
from ...._http.resource import Driver, call
from ....bulk import BulkResults
from ....models.tickets import Ticket
from ..._references import TeamRef, TicketRef, UserRef, find_team_id, find_user_id
from .requests import BulkRequests, Progress, named


class SameChange(BulkRequests[Driver]):
    """The part of ``hd.tickets`` that makes the same change to many tickets."""

    @call
    def tag_many(
        self,
        tickets: Iterable[TicketRef],
        *tags: str,
        on_progress: Progress | None = None,
        raise_on_failure: bool = True,
    ) -> Flow[BulkResults]:
        """Those who work the tickets: add tags to many tickets.

        Args:
            tickets: The tickets: numbers, ids or Tickets.
            tags: The tags, each of 1 to 50 characters; stored in lower case.
            on_progress: Is called after each request with the number of items that are done, and of all.
            raise_on_failure: Whether an item that failed raises an error at the end; otherwise look at ``.failed``.

        Raises:
            InvalidValueError: A tag is not valid, or none is given.
            BulkFailedError: At least one item failed; ``.results`` has all results. The others were carried out.
            UnknownOutcomeError: No response came: repeat the whole call.
        """
        change = {"action": "tag", "tags": _given(tags)}
        return (yield from self._change_all(tickets, change, None, on_progress, raise_on_failure))

    @call
    def untag_many(
        self,
        tickets: Iterable[TicketRef],
        *tags: str,
        on_progress: Progress | None = None,
        raise_on_failure: bool = True,
    ) -> Flow[BulkResults]:
        """Those who work the tickets: remove tags from many tickets. A tag that a ticket does not have is no failure.

        Args:
            tickets: The tickets: numbers, ids or Tickets.
            tags: The tags to remove, whatever their case.
            on_progress: Is called after each request with the number of items that are done, and of all.
            raise_on_failure: Whether an item that failed raises an error at the end; otherwise look at ``.failed``.

        Raises:
            InvalidValueError: A tag is not valid, or none is given.
            BulkFailedError: At least one item failed; ``.results`` has all results. The others were carried out.
            UnknownOutcomeError: No response came: repeat the whole call.
        """
        change = {"action": "untag", "tags": _given(tags)}
        return (yield from self._change_all(tickets, change, None, on_progress, raise_on_failure))

    @call
    def assign_many(
        self,
        tickets: Iterable[TicketRef],
        user: UserRef | None,
        *,
        on_progress: Progress | None = None,
        raise_on_failure: bool = True,
    ) -> Flow[BulkResults]:
        """Those who work the tickets: assign many tickets to one agent, or to nobody.

        Args:
            tickets: The tickets: numbers, ids or Tickets.
            user: The assignee: a User, an id, an e-mail address, or "me"; None to unassign.
            on_progress: Is called after each request with the number of items that are done, and of all.
            raise_on_failure: Whether an item that failed raises an error at the end; otherwise look at ``.failed``.

        Raises:
            UserNotFoundError: There is nobody with this e-mail address.
            BulkFailedError: At least one item failed; ``.results`` has all results. The others were carried out.
            UnknownOutcomeError: No response came: repeat the whole call.
        """
        assignee = None if user is None else str((yield from find_user_id(self, "user", user)))
        change = {"action": "assign", "assignee_id": assignee}
        return (yield from self._change_all(tickets, change, Ticket, on_progress, raise_on_failure))

    @call
    def transfer_many(
        self,
        tickets: Iterable[TicketRef],
        team: TeamRef,
        *,
        on_progress: Progress | None = None,
        raise_on_failure: bool = True,
    ) -> Flow[BulkResults]:
        """Those who work the tickets: move many tickets to another team's queue, unassigned.

        Args:
            tickets: The tickets: numbers, ids or Tickets. You no longer see them afterwards if the team is not yours.
            team: The team: a Team, an id, or a name.
            on_progress: Is called after each request with the number of items that are done, and of all.
            raise_on_failure: Whether an item that failed raises an error at the end; otherwise look at ``.failed``.

        Raises:
            TeamNotFoundError: There is no such team, or you may not see it.
            BulkFailedError: At least one item failed; ``.results`` has all results. The others were carried out.
            UnknownOutcomeError: No response came: look which tickets have moved.
        """
        change = {"action": "transfer", "team_id": str((yield from find_team_id(self, "team", team)))}
        return (yield from self._change_all(tickets, change, Ticket, on_progress, raise_on_failure))

    def _change_all(
        self,
        tickets: Iterable[TicketRef],
        change: Mapping[str, Any],
        kind: type[Ticket] | None,
        on_progress: Progress | None,
        raise_on_failure: bool,
    ) -> Flow[BulkResults]:
        def prepare(item: Mapping[str, Any]) -> dict[str, Any]:
            return {**change, **named(item)}

        items = [{"ticket": ticket} for ticket in tickets]
        return (yield from self._bulk(items, prepare, kind, on_progress, raise_on_failure))


def _given(tags: Iterable[str]) -> list[str]:
    chosen = check.tags("tags", tags)
    if not chosen:
        raise check.invalid("tags", "are missing")
    return chosen
