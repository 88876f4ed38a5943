"""The nouns of the helpdesk: ``hd.tickets``, ``hd.messages`` and the others, one module each."""

from typing import TYPE_CHECKING

from .._lazy import lazy_names

if TYPE_CHECKING:
    from .auth import Auth
    from .events import Events
    from .messages import Messages
    from .notes import Notes
    from .presence import Presence, TicketPresence
    from .teams import Teams
    from .tickets import Tickets
    from .users import Users

__all__ = ["Auth", "Events", "Messages", "Notes", "Presence", "Teams", "TicketPresence", "Tickets", "Users"]

__getattr__ = lazy_names(
    globals(),
    {
        "auth": ("Auth",),
        "events": ("Events",),
        "messages": ("Messages",),
        "notes": ("Notes",),
        "presence": ("Presence", "TicketPresence"),
        "teams": ("Teams",),
        "tickets": ("Tickets",),
        "users": ("Users",),
    },
)


def __dir__() -> list[str]:
    return __all__
