"""Which notifications somebody of staff receives by mail."""

from __future__ import annotations

from .base import Model


class NotificationPreferences(Model):
    """Which notifications you receive by mail."""

    assigned: bool
    """A ticket was assigned to you."""
    customer_replied: bool
    """A customer replied on a ticket that is assigned to you."""
    team_customer_replied: bool
    """A customer replied on a ticket of your team that is assigned to nobody."""
    mentioned: bool
    """Somebody mentioned you in a note, like ``@anna``."""
    bounced: bool
    """A reply on a ticket that is assigned to you did not arrive."""
    locale: str
    """The language of these mails."""
    chosen: tuple[str, ...] = ()
    """The names of the fields above that you have chosen yourself; the others are as the settings say."""
