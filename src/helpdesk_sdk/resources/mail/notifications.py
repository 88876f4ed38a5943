"""Which notifications somebody of staff receives by mail."""

from __future__ import annotations

from typing import Any

from ... import _limits as limits
from ... import _validation as check
from ..._http.flow import Flow, Reply
from ..._http.resource import Driver, Resource, call
from ..._sentinels import UNSET, Unset
from ...models.notifications import NotificationPreferences


class Notifications(Resource[Driver]):
    """``hd.mail.notifications``: for staff: which notifications you receive by mail."""

    @call
    def get(self) -> Flow[NotificationPreferences]:
        """Your switches, and your language.

        Raises:
            ForbiddenError: You are not staff, or the client has the secret key: only a person has notifications.
        """
        reply: Reply = yield self._rpc_read("notification_preferences")
        return reply.value(NotificationPreferences)

    @call
    def update(
        self,
        *,
        assigned: bool | Unset | None = UNSET,
        customer_replied: bool | Unset | None = UNSET,
        team_customer_replied: bool | Unset | None = UNSET,
        mentioned: bool | Unset | None = UNSET,
        bounced: bool | Unset | None = UNSET,
        locale: str | Unset | None = UNSET,
    ) -> Flow[NotificationPreferences]:
        """Change your switches. None goes back to the settings; what is not given stays.

        Args:
            assigned: A ticket was assigned to you.
            customer_replied: A customer replied on a ticket that is assigned to you.
            team_customer_replied: A customer replied on a ticket of your team that is assigned to nobody.
            mentioned: Somebody mentioned you in a note.
            bounced: A reply on a ticket that is assigned to you did not arrive.
            locale: The language of these mails, like ``en`` or ``de``.

        Raises:
            InvalidValueError: A value is not valid, or none is given.
            ForbiddenError: You are not staff, or the client has the secret key: only a person has notifications.
        """
        changes: dict[str, Any] = {}
        for name, value in (
            ("assigned", assigned),
            ("customer_replied", customer_replied),
            ("team_customer_replied", team_customer_replied),
            ("mentioned", mentioned),
            ("bounced", bounced),
        ):
            if not isinstance(value, Unset):
                changes[name] = None if value is None else check.boolean(name, value)
        if not isinstance(locale, Unset):
            changes["locale"] = None if locale is None else check.text("locale", locale, 1, limits.LOCALE_MAX)
        if not changes:
            raise check.invalid("notifications", "has nothing to change")
        request = self._rpc_write("set_notification_preferences", {"changes": changes})
        return (yield from self._call_one(request, NotificationPreferences))
