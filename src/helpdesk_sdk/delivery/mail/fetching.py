"""Mail in over IMAP. The memory is the last UID of the folder, in the database: neither "unread" nor a date is one."""

from __future__ import annotations

import imaplib
import logging
import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from ...errors import ApiError, ConfigurationError, HelpdeskError
from .addresses import one_line
from .mailboxes import Mailbox, server_words
from .oauth import TokenError
from .receiving import MAIL_BYTES_MAX, ReceivedMail, receive_mail
from .tls import why_not_trusted

if TYPE_CHECKING:
    from ... import Helpdesk
    from ...models.mail_receiving import MailboxPosition

logger = logging.getLogger("helpdesk_sdk")

FIRST_MAX = 100
"""Mails that are read from a folder at the first time, without a word about it."""

_SIZES_AT_ONCE = 500
# A connection that died says nothing: the folder is looked at all the same. Servers end IDLE after 29 minutes.
_SWEEP_SECONDS = 240.0
_POLL_SECONDS = 60.0
_IDLE_SLICE = 2.0


class MailboxError(HelpdeskError):
    """The mailbox cannot be read: no connection, no sign-in, or no such folder."""


@dataclass
class FetchReport:
    """What became of the mails of a folder."""

    received: int = 0
    """Mails that were received; what became of each is its outcome."""
    failed: int = 0
    """Mails that could not be received. They are tried again later, and stay in the mailbox."""
    spam: int | None = None
    """Mails in the folder for spam, which is not read; None without such a folder."""
    uid_next: int = 0
    """The number that the next mail has, by the server."""


def fetch_mailbox(
    hd: Helpdesk,
    mailbox: Mailbox,
    *,
    existing: bool | None = None,
    on_mail: Callable[[ReceivedMail], object] = lambda _: None,
    is_stopping: Callable[[], bool] = lambda: False,
) -> FetchReport:
    """Receive the mails of a folder that are new since the last time. The mailbox is not changed.

    Args:
        hd: A client with the secret key.
        mailbox: The mailbox.
        existing: The first time: True reads the mails that are there already, False leaves them alone. None reads them
            if there are at most 100.
        on_mail: Called with what became of each mail.
        is_stopping: Asked before each mail; when true, the others are left to the next time.

    Raises:
        MailboxError: The mailbox cannot be read.
        ConfigurationError: The extra [mail] is not installed; or it is the first time, and there are many mails.
        ForbiddenError: The client has no secret key.
        HelpdeskError: The helpdesk cannot be reached.
    """
    try:
        with _connected(mailbox) as client:
            report = _Folder(hd, mailbox, client, existing, on_mail, is_stopping).fetch()
    except MailboxError as error:
        # The mailbox is the trouble, whatever else is.
        with suppress(HelpdeskError):
            hd.mail.receiving.report(mailbox.name, mailbox.folder, problem=error.message)
        raise
    hd.mail.receiving.report(mailbox.name, mailbox.folder)
    return report


def wait_for_mail(mailbox: Mailbox, *, uid_next: int = 0, is_stopping: Callable[[], bool]) -> None:
    """Wait until something may have changed in the folder: at most four minutes.

    Args:
        mailbox: The mailbox.
        uid_next: What the last report says; a mail that came since then ends the waiting.
        is_stopping: Asked every two seconds; when true, the waiting ends.

    Raises:
        MailboxError: The mailbox cannot be read.
    """
    with _connected(mailbox) as client:
        found = client.select_folder(mailbox.folder, readonly=True)
        if uid_next and int(found.get(b"UIDNEXT", 0)) > uid_next:
            return
        can_idle = client.has_capability("IDLE")
        until = time.monotonic() + (_SWEEP_SECONDS if can_idle else _POLL_SECONDS)
        if can_idle:
            client.idle()
        while time.monotonic() < until and not is_stopping():
            if not can_idle:
                time.sleep(min(_IDLE_SLICE, max(0.0, until - time.monotonic())))
            elif client.idle_check(timeout=_IDLE_SLICE):
                break
        if can_idle:
            client.idle_done()


@contextmanager
def _connected(mailbox: Mailbox) -> Iterator[Any]:
    """A connection; what is wrong with it is one error, which names no password."""
    client: Any = None
    try:
        client = mailbox.connect()
        yield client
    except imaplib.IMAP4.error as error:
        said = server_words(error, mailbox.password, mailbox.token) or type(error).__name__
        raise MailboxError(f"The mailbox {mailbox.name} cannot be read; {said}") from None
    except TokenError as error:
        raise MailboxError(str(error)[:500]) from None
    except ssl.SSLError as error:
        why = why_not_trusted(error, mailbox.host, "HELPDESK_IMAP_URL", "HELPDESK_IMAP_CA_FILE")
        raise MailboxError(f"The mail server {mailbox.host} is not trusted: {why}"[:500]) from None
    except OSError as error:
        what = one_line(error.strerror or str(error)) or type(error).__name__
        raise MailboxError(f"The mail server {mailbox.host} cannot be reached: {what}"[:300]) from None
    finally:
        if client is not None:
            with suppress(Exception):
                client.logout()


class _Folder:
    """One look at a folder."""

    def __init__(
        self,
        hd: Helpdesk,
        mailbox: Mailbox,
        client: Any,
        existing: bool | None,
        on_mail: Callable[[ReceivedMail], object],
        is_stopping: Callable[[], bool],
    ) -> None:
        self._hd = hd
        self._mailbox = mailbox
        self._client = client
        self._existing = existing
        self._on_mail = on_mail
        self._is_stopping = is_stopping
        self._uidvalidity = 0
        self._report = FetchReport()

    def fetch(self) -> FetchReport:
        # Nothing is marked as read, moved or deleted.
        found = self._client.select_folder(self._mailbox.folder, readonly=True)
        self._uidvalidity = int(found[b"UIDVALIDITY"])
        self._report.uid_next = int(found.get(b"UIDNEXT", 0))
        position = self._hd.mail.receiving.position(self._mailbox.name, self._mailbox.folder)
        if position is None:
            uids = self._begin(int(found.get(b"EXISTS", 0)))
        elif position.uidvalidity != self._uidvalidity:
            uids = self._numbered_anew(position)
        else:
            uids = sorted({*position.failed, *self._since(position.last_uid)})
        for at in range(0, len(uids), _SIZES_AT_ONCE):
            batch = uids[at : at + _SIZES_AT_ONCE]
            sizes = self._client.fetch(batch, ["RFC822.SIZE"])
            for uid in batch:
                if self._is_stopping():
                    return self._report
                self._one(uid, int(sizes.get(uid, {}).get(b"RFC822.SIZE", 0)))
        self._look_at_spam()
        return self._report

    def _begin(self, count: int) -> list[int]:
        """The first time that this folder is read."""
        if self._existing is None and count > FIRST_MAX:
            raise ConfigurationError(
                f"There are {count:,} mails in {self._mailbox.folder} already",
                hint="Say whether they are to be read (--existing) or left alone (--no-existing); it is asked once.",
            )
        uids = self._all()
        if self._existing is False:
            self._advance(max(uids, default=0), read_since=datetime.now(UTC).date())
            return []
        if not uids:
            # The first time is over: what comes from now on is read, however much it is.
            self._advance(0)
        return uids

    def _numbered_anew(self, position: MailboxPosition) -> list[int]:
        # Nobody can say what is new: everything is listed, and what came before is recognised by its bytes.
        if position.read_since is None:
            return self._all()
        return sorted(int(uid) for uid in self._client.search(["SINCE", position.read_since]))

    def _all(self) -> list[int]:
        return sorted(int(uid) for uid in self._client.search(["ALL"]))

    def _since(self, last: int) -> list[int]:
        # `n:*` always gives the last mail, even if its number is smaller.
        found = self._client.search(["UID", f"{last + 1}:*"])
        return [int(uid) for uid in found if int(uid) > last]

    def _one(self, uid: int, size: int) -> None:
        """One mail. What is wrong with it keeps no other from being received."""
        problem: str | None = None
        if size > MAIL_BYTES_MAX:
            problem = f"It has {size // 1024 // 1024} MB; at most {MAIL_BYTES_MAX // 1024 // 1024} are received"
        else:
            raw = self._client.fetch([uid], ["BODY.PEEK[]"]).get(uid, {}).get(b"BODY[]")
            # None: somebody has deleted it meanwhile.
            problem = self._receive(raw) if raw is not None else None
        self._advance(uid, problem)
        if problem is not None:
            self._report.failed += 1
            logger.warning("mail %s of %s was not received: %s", uid, self._mailbox.folder, problem)

    def _receive(self, raw: bytes) -> str | None:
        to = [self._mailbox.address] if self._mailbox.address else []
        try:
            received = receive_mail(self._hd, raw, to=to, source="imap")
        except ApiError as error:
            if error.is_transient:
                raise
            return error.message
        except HelpdeskError:
            raise
        except Exception as error:
            logger.exception("a mail cannot be read")
            return f"It cannot be read: {type(error).__name__}"
        self._report.received += 1
        self._on_mail(received)
        return None

    def _advance(self, uid: int, problem: str | None = None, read_since: date | None = None) -> None:
        self._hd.mail.receiving.advance(
            self._mailbox.name,
            self._mailbox.folder,
            uidvalidity=self._uidvalidity,
            uid=uid,
            problem=problem,
            read_since=read_since,
        )

    def _look_at_spam(self) -> None:
        """How many mails the server took for spam: a person looks at them."""
        folder = None
        with suppress(imaplib.IMAP4.error):
            folder = self._client.find_special_folder(b"\\Junk")
        if folder and folder != self._mailbox.folder:
            with suppress(imaplib.IMAP4.error):
                self._report.spam = int(self._client.folder_status(folder, ["MESSAGES"])[b"MESSAGES"])
