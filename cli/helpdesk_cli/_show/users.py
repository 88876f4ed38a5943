"""Shows a person."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._base.output import local_time, print_fields

if TYPE_CHECKING:
    from helpdesk_sdk import User


def show_user(user: User) -> None:
    """Print a person."""
    fields: list[tuple[str, object]] = [
        ("e-mail", user.email),
        ("role", user.role),
        ("active", "yes" if user.is_active else "no"),
        ("login", "yes" if user.auth_user_id else "no"),
        ("since", local_time(user.created_at)),
        ("id", user.user_id),
    ]
    print_fields(user.name or user.email or str(user.user_id), fields, json=user)
