"""Settings: the choices of this helpdesk."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from .. import _limits as limits
from .. import _validation as check
from .._http.flow import Flow
from .._http.resource import Driver, Resource, call
from .._sentinels import UNSET, Unset
from ..errors import ForbiddenError
from ..models.settings import (
    Acknowledged,
    AcknowledgedName,
    ArticleStaff,
    ArticleStaffName,
    NotificationKind,
    NotificationKindName,
)
from ..models.settings import Settings as SettingsRow


class Settings(Resource[Driver]):
    """``hd.settings``: what this helpdesk allows. Everybody reads the settings, admins change them."""

    @call
    def get(self) -> Flow[SettingsRow]:
        """The settings as they are now.

        Raises:
            ForbiddenError: You have no profile, or are deactivated.
        """
        found = yield from self._first_row(self._read(self._rest.from_("settings").select("*").limit(1)), SettingsRow)
        if found is None:
            raise ForbiddenError("You may not read the settings")
        return found

    @call
    def update(
        self,
        *,
        attachment_types: Iterable[str] | None = None,
        attachment_max_bytes: int | None = None,
        attachment_max_per_message: int | None = None,
        attachment_max_per_ticket: int | None = None,
        attachment_max_bytes_per_ticket: int | None = None,
        attachment_require_check: bool | None = None,
        article_writers: ArticleStaff | ArticleStaffName | None = None,
        article_publishers: ArticleStaff | ArticleStaffName | None = None,
        email_reopen_days: int | None = None,
        console_url: str | Unset | None = UNSET,
        email_locale: str | None = None,
        email_acknowledgements: Acknowledged | AcknowledgedName | None = None,
        email_notifications: Iterable[NotificationKind | NotificationKindName] | None = None,
        email_batch_minutes: int | None = None,
        email_max_per_minute: int | None = None,
        email_tickets_per_sender: int | None = None,
        email_tickets_per_known_sender: int | None = None,
        email_tickets_per_domain: int | None = None,
        email_tickets_per_channel: int | None = None,
        email_reply_line: bool | None = None,
    ) -> Flow[SettingsRow]:
        """Admins: change settings. What is None stays as it is.

        Args:
            attachment_types: The content types that files may have, e.g. ``["image/png", "application/pdf"]``.
            attachment_max_bytes: The greatest size of a file, 1 to 1,073,741,824 bytes.
            attachment_max_per_message: The greatest number of files of a message or note, 0 to 100.
            attachment_max_per_ticket: The greatest number of files of a ticket, 0 to 10,000.
            attachment_max_bytes_per_ticket: The greatest size of all files of a ticket, 0 to 1,099,511,627,776 bytes.
            attachment_require_check: Whether a file can be downloaded only after its check. Without the check, only
                images, PDF, plain text and CSV are accepted, and whatever is in them can be downloaded.
            article_writers: Who drafts and edits articles: ``staff`` or ``admins``.
            article_publishers: Who publishes and archives articles: ``staff`` or ``admins``.
            email_reopen_days: A mail to a ticket that was closed within so many days, 0 to 3,650, opens it again.
            console_url: Where staff open the console, for links in mails: https, or http on this computer. None removes
                it: mails have no links.
            email_locale: The language of mails that the helpdesk writes by itself, like ``en`` or ``de``.
            email_acknowledgements: Which new tickets are acknowledged by mail: ``none``, ``email`` or ``all``.
            email_notifications: What staff are notified of by mail who have not chosen for themselves: any of
                ``assigned``, ``customer_replied``, ``team_customer_replied``, ``mentioned`` and ``bounced``.
            email_batch_minutes: Replies of a customer within so many minutes, 0 to 1,440, are one notification.
            email_max_per_minute: How many mails the helpdesk writes by itself in a minute, 0 to 100,000; 0 stops them.
            email_tickets_per_sender: How many tickets an address opens by mail in an hour, 0 to 100,000. Further mails
                wait in quarantine. Not for known people whose domain vouches for the mail, nor for staff.
            email_tickets_per_known_sender: The same of known people whose domain vouches for the mail, 0 to 100,000.
            email_tickets_per_domain: How many tickets the unknown senders of a domain open in an hour, 0 to 100,000.
            email_tickets_per_channel: How many tickets unknown senders open in an hour at an address of the helpdesk,
                0 to 100,000; 0: each of their mails waits for a person.
            email_reply_line: Whether mails begin with a line above which people are asked to reply: what stands below
                it in their answers is folded. The template ``reply_line`` has its words.

        Raises:
            InvalidValueError: A value is not valid, or none is given.
            ForbiddenError: You are not an admin.
        """
        changes: dict[str, Any] = {}
        if attachment_types is not None:
            changes["attachment_types"] = _types(attachment_types)
        for name, value, least, most in (
            ("attachment_max_bytes", attachment_max_bytes, 1, limits.FILE_BYTES_MAX),
            ("attachment_max_per_message", attachment_max_per_message, 0, limits.MESSAGE_FILES_MAX),
            ("attachment_max_per_ticket", attachment_max_per_ticket, 0, limits.TICKET_FILES_MAX),
            ("attachment_max_bytes_per_ticket", attachment_max_bytes_per_ticket, 0, limits.TICKET_BYTES_MAX),
            ("email_reopen_days", email_reopen_days, 0, limits.REOPEN_DAYS_MAX),
            ("email_batch_minutes", email_batch_minutes, 0, limits.BATCH_MINUTES_MAX),
            ("email_max_per_minute", email_max_per_minute, 0, limits.AUTOMATIC_MAILS_MAX),
            ("email_tickets_per_sender", email_tickets_per_sender, 0, limits.MAIL_TICKETS_MAX),
            ("email_tickets_per_known_sender", email_tickets_per_known_sender, 0, limits.MAIL_TICKETS_MAX),
            ("email_tickets_per_domain", email_tickets_per_domain, 0, limits.MAIL_TICKETS_MAX),
            ("email_tickets_per_channel", email_tickets_per_channel, 0, limits.MAIL_TICKETS_MAX),
        ):
            if value is not None:
                changes[name] = check.integer(name, value, least, most)
        for name, is_on in (
            ("attachment_require_check", attachment_require_check),
            ("email_reply_line", email_reply_line),
        ):
            if is_on is not None:
                changes[name] = check.boolean(name, is_on)
        for name, who in (("article_writers", article_writers), ("article_publishers", article_publishers)):
            if who is not None:
                changes[name] = check.choice(name, who, ArticleStaff)
        if not isinstance(console_url, Unset):
            text = None if console_url is None else check.text("console_url", console_url, 1, limits.CONSOLE_URL_MAX)
            changes["console_url"] = text
        if email_locale is not None:
            changes["email_locale"] = check.text("email_locale", email_locale, 1, limits.LOCALE_MAX)
        if email_acknowledgements is not None:
            changes["email_acknowledgements"] = check.choice(
                "email_acknowledgements", email_acknowledgements, Acknowledged
            )
        if email_notifications is not None:
            changes["email_notifications"] = _kinds(email_notifications)
        if not changes:
            raise check.invalid("settings", "has nothing to change")
        query = self._rest.from_("settings").update(changes).eq("singleton", True)
        done = yield from self._first_row(self._write(query), SettingsRow)
        if done is None:
            raise ForbiddenError("Only admins change the settings", hint="Ask an admin of the helpdesk.")
        return done


def _types(given: object) -> list[str]:
    if isinstance(given, str) or not isinstance(given, Iterable):
        raise check.invalid("attachment_types", f"must be a list of texts, got {type(given).__name__}")
    return [check.text("attachment_types", one, 1, limits.CONTENT_TYPE_MAX) for one in given]


def _kinds(given: object) -> list[str]:
    # None of them is a choice, too.
    if isinstance(given, (list, tuple, set, frozenset)) and not given:
        return []
    return check.choices("email_notifications", given, NotificationKind)
