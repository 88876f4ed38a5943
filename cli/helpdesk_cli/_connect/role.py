"""Lists that depend on the person's role."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Literal, TypeVar

from .._base.parallel import in_parallel
from . import profiles
from .target import target

if TYPE_CHECKING:
    from helpdesk_sdk import Helpdesk

Scope = Literal["mine", "team"]
T = TypeVar("T")


def in_scope_of_role(hd: Helpdesk, read: Callable[[Scope | None], T]) -> T:
    """A list in the scope of the person's role: a customer's own tickets, or the queues of staff.

    It is read by the role that the profile remembers, while the helpdesk is asked for the role of now: one wait instead
    of two. When the role has changed, the list is read again.

    Args:
        hd: The client.
        read: Reads the list in a scope; None for a client that asks for the role itself.
    """
    profile = target().profile
    if profile is None or profile.role is None:
        return read(None)
    remembered = _scope(profile.role)
    me, found = in_parallel(hd.users.me, lambda: read(remembered))
    if me.role != profile.role:
        profiles.remember_role(profile.name, str(me.role))
    return found if _scope(me.role) == remembered else read(_scope(me.role))


def _scope(role: str) -> Scope:
    return "team" if role in {"agent", "admin"} else "mine"
