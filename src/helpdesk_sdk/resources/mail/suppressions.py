"""Addresses to which nothing is sent."""

from __future__ import annotations

from ... import _limits as limits
from ... import _validation as check
from ..._http.flow import Flow, Page, Reply
from ..._http.keyset import Keyset, keyset_page
from ..._http.resource import Driver, Resource, call, paged
from ...errors import ForbiddenError, SuppressionNotFoundError
from ...models.mail_out import EmailSuppression

_NEWEST = Keyset("created_at", "address", descending=True)


class Suppressions(Resource[Driver]):
    """``hd.mail.suppressions``: addresses to which nothing is sent. Staff read them, admins add and remove them."""

    @paged
    def list(self, *, page_size: int = 100) -> Flow[Page[EmailSuppression]]:
        """Addresses to which nothing is sent, newest first. Customers see none.

        Args:
            page_size: Addresses per request, 1 to 1000.
        """
        size = check.integer("page_size", page_size, 1, limits.PAGE_MAX)
        rows = self._rest.from_("email_suppressions")
        return keyset_page(self._read, lambda: rows.select("*"), EmailSuppression, _NEWEST, size)

    @call
    def get(self, address: str) -> Flow[EmailSuppression | None]:
        """Why nothing is sent to an address; None when mails go there.

        Args:
            address: The address.
        """
        return (yield from self._find(check.email("address", address)))

    @call
    def add(self, address: str, detail: str = "") -> Flow[EmailSuppression]:
        """Admins: send nothing to an address any more. One that is suppressed already stays as it is.

        Args:
            address: The address.
            detail: Why, up to 1,000 characters.

        Raises:
            ForbiddenError: You are not an admin.
            SuppressionNotFoundError: Somebody removed it at this moment.
        """
        key = check.email("address", address)
        row = {"address": key, "detail": check.text("detail", detail, 0, limits.BLOCK_NOTE_MAX)}
        insert = self._rest.from_("email_suppressions").insert(row)
        made = yield from self._first_row(self._write(insert), EmailSuppression)
        found = made or (yield from self._find(key))
        if found is None:
            raise SuppressionNotFoundError()
        return found

    @call
    def remove(self, suppression: EmailSuppression | str) -> Flow[None]:
        """Admins: send to an address again, e.g. when the mailbox is there again. What was not sent is not sent later.

        Args:
            suppression: The address, or an EmailSuppression.

        Raises:
            SuppressionNotFoundError: Mails go to this address already.
            ForbiddenError: You are not an admin.
        """
        given = suppression.address if isinstance(suppression, EmailSuppression) else suppression
        key = check.email("suppression", given)
        reply: Reply = yield self._write(self._rest.from_("email_suppressions").delete().eq("address", key))
        # After a repeated attempt it is removed, whichever attempt did it.
        if reply.rows(EmailSuppression) or reply.attempts > 1:
            return
        if (yield from self._find(key)) is None:
            message = f"Mails to {key} are not suppressed, or it is not yours to see"
            raise SuppressionNotFoundError(message, hint="List the suppressions.")
        raise ForbiddenError("Only admins remove suppressions", hint="Ask an admin.")

    def _find(self, address: str) -> Flow[EmailSuppression | None]:
        query = self._rest.from_("email_suppressions").select("*").eq("address", address)
        return (yield from self._first_row(self._read(query), EmailSuppression))
