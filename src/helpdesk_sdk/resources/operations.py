"""Operations: what keeps a helpdesk running."""

from __future__ import annotations

from collections.abc import Iterable

from .. import _limits as limits
from .. import _validation as check
from .._http.flow import Flow, Reply
from .._http.resource import Driver, Resource, call
from ..models.metrics import Metric
from ..models.throwaways import RemovedThrowaways


class Operations(Resource[Driver]):
    """``hd.operations``: for admins and programs that watch the helpdesk."""

    @call
    def metrics(self) -> Flow[list[Metric]]:
        """Admins: the numbers for a monitoring system. No person and no ticket is named.

        Raises:
            ForbiddenError: You are not an admin.
        """
        reply: Reply = yield self._rpc_read("metrics")
        return reply.rows(Metric)

    @call
    def remove_throwaways(self, emails: Iterable[str] | None = None) -> Flow[RemovedThrowaways]:
        """With the secret key: remove people at ``@throwaway.helpdesk.invalid``, with their tickets.

        Their files go first: ``hd.attachments``. Events stay.

        Args:
            emails: Only these people; None for all such people.

        Raises:
            ForbiddenError: The client has no secret key.
        """
        given = None if emails is None else [check.text("emails", one, 1, limits.EMAIL_MAX) for one in emails]
        request = self._rpc_write("remove_throwaways", {} if given is None else {"emails": given})
        return (yield from self._call_one(request, RemovedThrowaways))
