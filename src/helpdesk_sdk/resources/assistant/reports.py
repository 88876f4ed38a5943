"""Reports about the assistant: what was asked, what people made of it, what it cost."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from typing import Any

from ... import _validation as check
from ..._http.flow import Flow, Reply
from ..._http.resource import Driver, Resource, call
from ...models.assistant_reports import AssistantFigures, ReportGroup, ReportGroupName, Usage


class AssistantReports(Resource[Driver]):
    """The part of ``hd.assistant`` that counts."""

    @call
    def report(
        self,
        *,
        since: datetime | None = None,
        until: datetime | None = None,
        by: ReportGroup | ReportGroupName | Iterable[str] = (),
    ) -> Flow[Sequence[AssistantFigures]]:
        """What the assistant was asked in a period, what people made of its proposals, and what it cost.

        Admins count everything, agents the tickets that they work. What became of a proposal counts in the period in
        which it was asked for. Without groups there is one row; without runs there is none.

        Args:
            since: From this time on, with a time zone; None: 30 days ago.
            until: Up to this time; None: now.
            by: One row for each ``kind``, ``mode``, ``prompt`` (version), ``model``, ``team``, and ``day``, ``week`` or
                ``month``: one of them, or several. At most 1,000 rows.

        Raises:
            InvalidValueError: A value is not valid.
            ForbiddenError: You are not staff.
        """
        arguments: dict[str, Any] = {"by": check.choices("by", by, ReportGroup) if by else []}
        if since is not None:
            arguments["since"] = check.timestamp("since", since)
        if until is not None:
            arguments["until"] = check.timestamp("until", until)
        reply: Reply = yield self._read(self._rest.rpc("assistant_report", arguments))
        return tuple(reply.rows(AssistantFigures))

    @call
    def usage(self, day: date | None = None) -> Flow[Usage | None]:
        """Admins: what the whole helpdesk used on a day (UTC); None if that is nothing, or you are no admin.

        Args:
            day: The day; None: today.

        Raises:
            InvalidValueError: ``day`` is no date.
        """
        if day is not None and not isinstance(day, date):
            raise check.invalid("day", "must be a date")
        chosen = (day or datetime.now(UTC).date()).isoformat()[:10]
        query = self._rest.from_("ai_usage").select("*").eq("scope", "project").eq("day", chosen)
        return (yield from self._first_row(self._read(query), Usage))
