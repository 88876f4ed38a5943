"""Which events change the topics that somebody may join."""

from __future__ import annotations

_MOVES = frozenset(
    {"team.member_added", "team.member_removed", "user.role_changed", "user.deactivated", "user.reactivated"}
)


def is_move(event_type: object) -> bool:
    """Whether events of a type change which topics somebody may join."""
    return isinstance(event_type, str) and event_type in _MOVES
