"""Which events change the topics that a person may join."""

from __future__ import annotations

_MEMBERSHIP_EVENTS = frozenset(
    {"team.member_added", "team.member_removed", "user.role_changed", "user.deactivated", "user.reactivated"}
)


def changes_membership(event_type: object) -> bool:
    """Whether events of a type change which topics a person may join."""
    return isinstance(event_type, str) and event_type in _MEMBERSHIP_EVENTS
