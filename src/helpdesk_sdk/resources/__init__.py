"""The nouns of the helpdesk: ``hd.tickets``, ``hd.messages`` and the others, one module each."""

from .auth import Auth
from .events import Events
from .messages import Messages
from .notes import Notes
from .presence import Presence, TicketPresence
from .teams import Teams
from .tickets import Tickets
from .users import Users

__all__ = ["Auth", "Events", "Messages", "Notes", "Presence", "Teams", "TicketPresence", "Tickets", "Users"]
