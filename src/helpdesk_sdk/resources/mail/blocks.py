"""Senders whose mail opens no ticket."""

from __future__ import annotations

from ... import _limits as limits
from ... import _validation as check
from ..._http.flow import Flow, Page, Reply
from ..._http.keyset import Keyset, keyset_page
from ..._http.resource import Driver, Resource, call, paged
from ...errors import EmailBlockNotFoundError, ForbiddenError
from ...models.mail import EmailBlock

_NEWEST = Keyset("created_at", "pattern", descending=True)


class Blocks(Resource[Driver]):
    """``hd.mail.blocks``: senders whose mail opens no ticket. Staff read them, admins add and remove them."""

    @paged
    def list(self, *, page_size: int = 100) -> Flow[Page[EmailBlock]]:
        """Blocked senders, newest first. Customers see none.

        Args:
            page_size: Blocks per request, 1 to 1000.
        """
        size = check.integer("page_size", page_size, 1, limits.PAGE_MAX)
        blocks = self._rest.from_("email_blocks")
        return keyset_page(self._read, lambda: blocks.select("*"), EmailBlock, _NEWEST, size)

    @call
    def add(self, pattern: str, comment: str = "") -> Flow[EmailBlock]:
        """Admins: block a sender. Their mails are kept with the outcome ``blocked``, and open nothing.

        A sender who is blocked already stays so, with the former comment.

        Args:
            pattern: An address, or a domain, which blocks its subdomains too.
            comment: Why, up to 1,000 characters.

        Raises:
            InvalidValueError: The pattern is neither an address nor a domain.
            EmailBlockNotFoundError: Somebody unblocked the sender at this moment.
            ForbiddenError: You are not an admin.
        """
        key = _pattern(pattern)
        row = {"pattern": key, "note": check.text("comment", comment, 0, limits.BLOCK_NOTE_MAX)}
        made = yield from self._first_row(self._write(self._rest.from_("email_blocks").insert(row)), EmailBlock)
        return made or (yield from self._find(key))

    @call
    def remove(self, block: EmailBlock | str) -> Flow[None]:
        """Admins: unblock a sender.

        Args:
            block: The address or domain, or an EmailBlock.

        Raises:
            EmailBlockNotFoundError: This sender is not blocked.
            ForbiddenError: You are not an admin.
        """
        key = block.pattern if isinstance(block, EmailBlock) else _pattern(block)
        reply: Reply = yield self._write(self._rest.from_("email_blocks").delete().eq("pattern", key))
        # After a repeated attempt it is removed, whichever attempt did it.
        if not reply.rows(EmailBlock) and reply.attempts == 1:
            yield from self._find(key)
            raise ForbiddenError("Only admins unblock senders", hint="Ask an admin.")

    def _find(self, pattern: str) -> Flow[EmailBlock]:
        query = self._rest.from_("email_blocks").select("*").eq("pattern", pattern)
        found = yield from self._first_row(self._read(query), EmailBlock)
        if found is None:
            raise EmailBlockNotFoundError(
                f"{pattern} is not blocked, or it is not yours to see", hint="List the blocks."
            )
        return found


def _pattern(given: str) -> str:
    if isinstance(given, str) and "@" in given:
        return check.email("pattern", given)
    return check.text("pattern", given, 1, limits.EMAIL_MAX).strip().lower()
