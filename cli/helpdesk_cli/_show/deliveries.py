"""Deliveries of the outbox as a table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

import typer

from .._base.choices import DeliveryState, words
from .._base.output import Column, age

if TYPE_CHECKING:
    from helpdesk_sdk import Delivery

KindName = Literal["webhook", "email", "slack"]

StateOption = Annotated[
    list[DeliveryState] | None,
    typer.Option("--state", metavar=words(DeliveryState), help="Only this state; may be repeated.", show_default=False),
]

_STYLES = {"done": "green", "failed": "red", "dead": "bold red", "unknown": "magenta"}

DELIVERY_COLUMNS: list[Column[Delivery]] = [
    Column("Id", lambda row: row.delivery_id),
    Column("Kind", lambda row: row.kind, from_width=100),
    Column("Event", lambda row: row.event_id, right=True),
    Column("State", lambda row: row.state, style=lambda text: _STYLES.get(text, "")),
    Column("Attempts", lambda row: row.attempts, right=True),
    Column("Answer", lambda row: row.last_status),
    Column("Problem", lambda row: row.last_problem or row.last_answer, flexible=True, from_width=90),
    Column("Age", lambda row: age(row.created_at), right=True),
]
