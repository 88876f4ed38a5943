"""A mailbox that is read over IMAP."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from .._base.errors import CliError, ExitCode
from .._base.secrets import register_secret
from .log import note, say

if TYPE_CHECKING:
    from helpdesk_sdk import Helpdesk
    from helpdesk_sdk.delivery.mail.fetching import FetchReport
    from helpdesk_sdk.delivery.mail.mailboxes import Mailbox
    from helpdesk_sdk.delivery.mail.receiving import ReceivedMail

_FIRST_WAIT = 2.0
_LONGEST_WAIT = 60.0


class Mailboxes:
    """Receives what comes into a mailbox, at once where the server tells (IDLE), else within minutes."""

    longest = 600.0
    pause = 0.1

    def __init__(self, hd: Helpdesk, mailbox: Mailbox, *, existing: bool | None = None) -> None:
        self._hd = hd
        self._mailbox = mailbox
        self._existing = existing
        self._is_interrupted = False
        self._wait = _FIRST_WAIT
        self._said = ""
        self._spam: int | None = None

    def work(self, is_stopping: Callable[[], bool], *, once: bool) -> None:
        """Receive what is new; then wait for more, unless it is done once."""
        from helpdesk_sdk.delivery.mail.fetching import MailboxError, fetch_mailbox, wait_for_mail

        def stops() -> bool:
            return self._is_interrupted or is_stopping()

        try:
            done = fetch_mailbox(self._hd, self._mailbox, existing=self._existing, on_mail=_show, is_stopping=stops)
            self._tell(done, once)
            self._wait, self._said = _FIRST_WAIT, ""
            if not once and not stops():
                wait_for_mail(self._mailbox, uid_next=done.uid_next, is_stopping=stops)
        except MailboxError as error:
            if once:
                raise
            if error.message != self._said:
                note(f"{error.message}. It is tried again.", "warning")
            self._said = error.message
            until = time.monotonic() + self._wait
            self._wait = min(self._wait * 2, _LONGEST_WAIT)
            while time.monotonic() < until and not stops():
                time.sleep(0.2)

    def _tell(self, done: FetchReport, once: bool) -> None:
        if once or done.received or done.failed:
            say(f"{done.received} received, {done.failed} failed", {"received": done.received, "failed": done.failed})
        if done.spam and done.spam != self._spam:
            note(f"The server keeps {done.spam} mails in its folder for spam; they are not read. Look at them.")
        self._spam = done.spam

    def interrupt(self) -> None:
        """Leave the next mail to the next time."""
        self._is_interrupted = True


def _show(received: ReceivedMail) -> None:
    number = received.decision.ticket_number
    ticket = f", ticket {number}" if number is not None else ""
    say(
        f"Mail {received.inbound_id}: {received.decision.outcome}{ticket}",
        {
            "inbound_id": received.inbound_id,
            "outcome": received.decision.outcome,
            "ticket_number": number,
            "is_new": received.is_new,
        },
    )


def configured_mailbox() -> Mailbox:
    """The mailbox of the environment.

    Raises:
        CliError: HELPDESK_IMAP_URL is not set.
        ConfigurationError: It is not valid.
    """
    from helpdesk_sdk.delivery.mail.mailboxes import mailbox_from_env

    for name in ("PASSWORD", "TOKEN", "OAUTH_CLIENT_SECRET", "OAUTH_REFRESH_TOKEN"):
        register_secret(os.environ.get(f"HELPDESK_IMAP_{name}"))
    found = mailbox_from_env()
    if found is None:
        hint = "For example: HELPDESK_IMAP_URL=imaps://imap.example.com/INBOX. See: helpdesk mail fetch --help"
        raise CliError("HELPDESK_IMAP_URL is not set: which mailbox?", hint, ExitCode.USAGE)
    return found
