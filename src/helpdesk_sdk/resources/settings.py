"""Settings: the choices of this helpdesk."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from .. import _limits as limits
from .. import _validation as check
from .._http.flow import Flow
from .._http.resource import Driver, Resource, call
from ..errors import ForbiddenError
from ..models.settings import ArticleStaff, ArticleStaffName
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
        ):
            if value is not None:
                changes[name] = check.integer(name, value, least, most)
        if attachment_require_check is not None:
            changes["attachment_require_check"] = check.boolean("attachment_require_check", attachment_require_check)
        for name, who in (("article_writers", article_writers), ("article_publishers", article_publishers)):
            if who is not None:
                changes[name] = check.choice(name, who, ArticleStaff)
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
