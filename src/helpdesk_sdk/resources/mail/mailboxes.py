"""Mailboxes that are read over IMAP, for programs with the secret key."""

from __future__ import annotations

from datetime import date

from ... import _validation as check
from ..._http.flow import Flow, Reply
from ..._http.resource import Driver, Resource, call
from ...errors import ForbiddenError
from ...models.mail_receiving import MailboxPosition

_UID_MAX = 2**32


class MailboxReading(Resource[Driver]):
    """How far each folder of a mailbox was read, and whether it could be."""

    @call
    def position(self, mailbox: str, folder: str) -> Flow[MailboxPosition | None]:
        """How far a folder of a mailbox was read; None if it never was.

        Args:
            mailbox: The mailbox, e.g. ``support@imap.example.com``; up to 500 characters.
            folder: The folder, e.g. ``INBOX``.

        Raises:
            ForbiddenError: The client has no secret key.
        """
        self._require_system()
        reply: Reply = yield self._rpc_read("mailbox_position", mailbox=mailbox, folder=folder)
        return reply.value(MailboxPosition | None)  # type: ignore[arg-type]

    @call
    def advance(
        self,
        mailbox: str,
        folder: str,
        *,
        uidvalidity: int,
        uid: int,
        problem: str | None = None,
        read_since: date | None = None,
    ) -> Flow[None]:
        """Note that a mail of a folder was received, or why it could not be.

        Args:
            mailbox: The mailbox, as for ``position()``.
            folder: The folder.
            uidvalidity: The numbering of the server.
            uid: The number of the mail.
            problem: Why it could not be received: it is tried again later, and the next mails go on.
            read_since: The first time, when older mails are left alone: this day.

        Raises:
            ForbiddenError: The client has no secret key.
        """
        self._require_system()
        arguments = {
            "mailbox": mailbox,
            "folder": folder,
            "uidvalidity": check.integer("uidvalidity", uidvalidity, 0, _UID_MAX),
            "uid": check.integer("uid", uid, 0, _UID_MAX),
            "problem": problem,
            "read_since": None if read_since is None else read_since.isoformat(),
        }
        yield self._rpc_write("advance_mailbox", arguments)

    @call
    def report(self, mailbox: str, folder: str, *, problem: str | None = None) -> Flow[None]:
        """Note that a folder was read now, or why it could not be: ``hd.mail.health()`` says so.

        Args:
            mailbox: The mailbox, as for ``position()``.
            folder: The folder.
            problem: Why it could not be read.

        Raises:
            ForbiddenError: The client has no secret key.
        """
        self._require_system()
        yield self._rpc_write("report_mailbox", {"mailbox": mailbox, "folder": folder, "problem": problem})

    def _require_system(self) -> None:
        if not self._session_store.is_system:
            raise ForbiddenError(hint="This needs the project's secret key: Helpdesk(url, secret_key).")
