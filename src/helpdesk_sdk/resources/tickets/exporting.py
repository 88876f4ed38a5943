"""Whole tickets, with their conversation, to keep or to move."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from ... import _limits as limits
from ... import _validation as check
from ..._http.flow import Flow, Page
from ..._http.resource import Driver, Resource, paged


class TicketExporting(Resource[Driver]):
    """The part of ``hd.tickets`` that exports."""

    @paged
    def export(
        self, *, tickets: Sequence[UUID | str] | None = None, page_size: int = 100
    ) -> Flow[Page[dict[str, Any]]]:
        """The tickets that you may read, each with its tags, custom fields, messages, notes and attachments' metadata.

        They come as JSON objects in the order of their numbers. Requesters have no tags, notes or fields of staff.
        ``helpdesk_sdk.exports`` writes them to files.

        Args:
            tickets: Only the tickets with these ids, at most 500.
            page_size: Tickets per request, 1 to 500.

        Raises:
            InvalidValueError: A value is not valid.
            TooManyError: There are more than 500 ids.
        """
        wanted = None if tickets is None else [str(check.identifier("tickets", one)) for one in tickets]
        return self._export(wanted, check.integer("page_size", page_size, 1, limits.EXPORT_PAGE_MAX), 0)

    def _export(self, wanted: list[str] | None, size: int, after: int) -> Flow[Page[dict[str, Any]]]:
        arguments: dict[str, Any] = {"after_number": after, "max_rows": size}
        if wanted is not None:
            arguments["ticket_ids"] = wanted
        request = self._read(self._rest.rpc("export_tickets", arguments))
        found = yield from self._call_one(request, list[dict[str, Any]])
        if len(found) < size:
            return Page(found)
        return Page(found, lambda: self._export(wanted, size, found[-1]["number"]))
