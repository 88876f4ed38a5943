"""How many tickets there are: kept counters for queues, capped counts for everything else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime
from typing import Literal

from ..._http.flow import Flow, Reply
from ..._http.resource import Driver, Resource, call
from ...models.counts import TeamCount, TicketCount, TicketCounts, WrongCounter
from ...models.tickets import Priority, PriorityName, Status, StatusName
from .._references import TeamRef, UserRef, find_team_id
from .fields import FieldValue
from .query import Scope, count, ticket_query


class TicketCounting(Resource[Driver]):
    """The part of ``hd.tickets`` that counts tickets."""

    @call
    def count(
        self,
        *,
        status: Status | StatusName | Sequence[Status | StatusName] | None = None,
        priority: Priority | PriorityName | Sequence[Priority | PriorityName] | None = None,
        team: TeamRef | None = None,
        assigned_to: UserRef | Literal["me", "nobody"] | None = None,
        requester: UserRef | None = None,
        tag: str | None = None,
        external_id: str | None = None,
        fields: Mapping[str, FieldValue | Sequence[FieldValue] | AbstractSet[FieldValue]] | None = None,
        created_after: datetime | None = None,
        created_before: datetime | None = None,
        updated_after: datetime | None = None,
        updated_before: datetime | None = None,
        scope: Scope | None = None,
    ) -> Flow[TicketCount]:
        """How many tickets ``list()`` would give, counted up to 1,000: "1,000+" costs the same in every helpdesk.

        Args:
            status: Only tickets with this status, or one of these.
            priority: Only tickets with this priority, or one of these.
            team: Only tickets in this team's queue.
            assigned_to: Only tickets of this assignee: a person, "me", or "nobody".
            requester: Only tickets of this requester: a person, or "me".
            tag: Only tickets with this tag. Staff only.
            external_id: Only the ticket with this key.
            fields: Only tickets whose custom fields have these values, as for ``list()``.
            created_after: Only tickets opened at this time or later; a datetime with a time zone.
            created_before: Only tickets opened before this time.
            updated_after: Only tickets changed at this time or later.
            updated_before: Only tickets changed before this time.
            scope: "mine" or "team", as for ``list()``.

        Raises:
            TeamNotFoundError: There is no such team, or you may not see it.
            UserNotFoundError: There is no such assignee or requester, or you may not see them.
            FieldNotFoundError: There is no such custom field, or you may not see it.
        """
        asked = ticket_query(
            status=status,
            priority=priority,
            team=team,
            assigned_to=assigned_to,
            requester=requester,
            tag=tag,
            external_id=external_id,
            moments={
                "created_after": created_after,
                "created_before": created_before,
                "updated_after": updated_after,
                "updated_before": updated_before,
            },
            scope=scope,
            order="number",
            page_size=1,
            fields=fields,
        )
        return (yield from count(self, asked))

    @call
    def counts(self, team: TeamRef | None = None) -> Flow[TicketCounts]:
        """Staff: the open and pending tickets of your teams (admins: of all teams), by status and priority.

        The database keeps these numbers with every write: they are exact, and cost the same in every helpdesk.

        Args:
            team: Only this team; None for all of yours.

        Raises:
            ForbiddenError: You are not staff.
            TeamNotFoundError: There is no such team, or you may not see it.
        """
        team_id = None if team is None else (yield from find_team_id(self, "team", team))
        reply: Reply = yield self._rpc_read("ticket_counts")
        rows = reply.rows(TeamCount)
        return TicketCounts(rows=tuple(row for row in rows if team_id in (None, row.team_id)))

    @call
    def recount(self, *, mend: bool = True) -> Flow[list[WrongCounter]]:
        """Admins: compare the numbers of ``counts()`` with the tickets, and correct those that are wrong.

        None is wrong unless somebody has switched triggers off, for instance to restore data.

        Args:
            mend: False to change nothing.

        Returns:
            The counters that were wrong; empty when all are right.

        Raises:
            ForbiddenError: You are not an admin.
        """
        reply: Reply = yield self._rpc_write("recount_tickets", {"mend": mend})
        return reply.rows(WrongCounter)
