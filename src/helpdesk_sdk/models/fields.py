"""Custom fields: their definitions and options."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AliasChoices, BeforeValidator, Field

from .base import Model, OpenEnum


class FieldType(OpenEnum):
    """The type of a custom field's values."""

    TEXT = "text"
    LONG_TEXT = "long_text"
    INTEGER = "integer"
    DECIMAL = "decimal"
    BOOLEAN = "boolean"
    DATE = "date"
    SELECT = "select"
    MULTI_SELECT = "multi_select"


FieldTypeName = Literal["text", "long_text", "integer", "decimal", "boolean", "date", "select", "multi_select"]


class FieldAudience(OpenEnum):
    """Who sees and who sets a custom field."""

    CUSTOMER_VISIBLE = "customer_visible"
    CUSTOMER_EDITABLE = "customer_editable"
    STAFF_ONLY = "staff_only"


FieldAudienceName = Literal["customer_visible", "customer_editable", "staff_only"]


class RequiredFor(OpenEnum):
    """When a custom field must have a value."""

    NONE = "none"
    CREATE = "create"
    RESOLVE = "resolve"


RequiredForName = Literal["none", "create", "resolve"]


def _ordered(value: Any) -> Any:
    """The rows of field_options in their order."""
    if isinstance(value, list) and all(isinstance(row, dict) for row in value):
        return sorted(value, key=lambda row: (row.get("position", 0), row.get("value", "")))
    return value


def _team_ids(value: Any) -> Any:
    """The teams as ids: the response has rows of field_teams."""
    if isinstance(value, list):
        return sorted(row["team_id"] if isinstance(row, dict) else row for row in value)
    return value


class FieldOption(Model):
    """An option of a custom field of the type ``select`` or ``multi_select``."""

    value: str
    """The value in ``ticket.custom_fields``, 1 to 100 characters. It never changes."""
    label: str
    """The name that people see, 1 to 100 characters."""
    position: int
    """The place among the options: smallest first."""
    retired_at: datetime | None = None
    """The time since when the option cannot be chosen; None for an option that can. Tickets that have it keep it."""


class CustomField(Model):
    """The definition of a custom field of tickets."""

    key: str
    """The name in ``ticket.custom_fields``: small letters, digits and underscores. It never changes."""
    type: FieldType
    """The type of its values. It never changes."""
    label: str
    """The name that staff see, 1 to 100 characters. Requesters can read it too, unless the field is ``staff_only``."""
    customer_label: str | None = None
    """The name for requesters; None where it is the same as ``label``."""
    help_text: str = ""
    """What to fill in, up to 1,000 characters."""
    audience: FieldAudience
    """``customer_editable`` (the requester sets it too), ``customer_visible`` (the requester reads it) or
    ``staff_only`` (only those who work the ticket)."""
    required_for: RequiredFor
    """``create`` (no ticket is opened without a value), ``resolve`` (staff cannot resolve without one) or ``none``."""
    for_all_teams: bool = True
    """Whether tickets of every team have the field; else those of ``team_ids``."""
    position: int
    """The place among the fields: smallest first."""
    retired_at: datetime | None = None
    """The time since when the field takes no new values; None for a field in use. Old values stay readable."""
    created_at: datetime
    """The time at which the field was created."""
    updated_at: datetime
    """The time of the last change of the definition, its options aside."""
    options: Annotated[tuple[FieldOption, ...], BeforeValidator(_ordered)] = Field(
        default=(), validation_alias=AliasChoices("options", "field_options")
    )
    """The options, retired ones too, in their order; empty for other types than ``select`` and ``multi_select``."""
    team_ids: Annotated[tuple[UUID, ...], BeforeValidator(_team_ids)] = Field(
        default=(), validation_alias=AliasChoices("team_ids", "field_teams")
    )
    """The teams whose tickets have the field, if it is not for all teams. Requesters see public teams only."""
