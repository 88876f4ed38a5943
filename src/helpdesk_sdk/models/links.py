"""Links between tickets."""

from __future__ import annotations

from datetime import datetime
from typing import Literal
from uuid import UUID

from .base import Model, OpenEnum
from .tickets import Status


class LinkKind(OpenEnum):
    """What a link says of its source: ``source <kind> target``."""

    DUPLICATE_OF = "duplicate_of"
    """Both are about the same matter; the target is the ticket to work on."""
    BLOCKS = "blocks"
    """The target waits for the source."""
    CHILD_OF = "child_of"
    """The source is a part of the target."""
    FOLLOW_UP_OF = "follow_up_of"
    """The source continues the target, which is over."""


LinkKindName = Literal["duplicate_of", "blocks", "child_of", "follow_up_of"]


class LinkedTicket(Model):
    """What a list of links says of a ticket."""

    number: int
    """The ticket's number."""
    title: str
    """The ticket's title."""
    status: Status
    """The ticket's status."""


class Link(Model):
    """A link between two tickets: ``source <kind> target``."""

    link_id: UUID
    """The link's id."""
    source_id: UUID
    """The ticket that the link begins at."""
    kind: LinkKind
    """``duplicate_of``, ``blocks``, ``child_of`` or ``follow_up_of``."""
    target_id: UUID
    """The ticket that the link leads to."""
    linked_by: UUID | None = None
    """The person who made the link; None for the system."""
    linked_at: datetime
    """The time when the link was made."""
    unlinked_by: UUID | None = None
    """The person who removed the link; None for the system, and while the link stands."""
    unlinked_at: datetime | None = None
    """The time when the link was removed; None while it stands."""
    source: LinkedTicket | None = None
    """Number, title and status of the source; None when the response did not contain them (``hd.tickets.links``
    reads them)."""
    target: LinkedTicket | None = None
    """Number, title and status of the target, as for ``source``."""


class Duplicate(Model):
    """A ticket that may be about the same matter as another one."""

    ticket_id: UUID
    """The ticket's id."""
    number: int
    """The ticket's number."""
    title: str
    """The ticket's title."""
    status: Status
    """``open`` or ``pending``."""
    created_at: datetime
    """The time at which the ticket was opened."""
    same_requester: bool
    """Whether both tickets have the same requester."""
    identifiers: tuple[str, ...] = ()
    """The identifiers that both tickets name, in small letters without signs, e.g. ``ord4471``; ``e-mail address`` for
    an address."""
    similarity: float
    """The share of words that titles and descriptions have in common, 0 to 1."""
