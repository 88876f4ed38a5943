"""Errors about custom fields."""

from __future__ import annotations

from .base import ApiError, ConflictError, NotFoundError


class FieldNotFoundError(NotFoundError):
    """There is no such custom field."""

    reason = "field_not_found"


class FieldExistsError(ConflictError):
    """There is a field with this key already."""

    reason = "field_exists"


class FieldRetiredError(ConflictError):
    """The custom field is retired."""

    reason = "field_retired"


class OptionExistsError(ConflictError):
    """The field has this option already."""

    reason = "option_exists"


class FieldRequiredError(ApiError):
    """A required custom field has no value."""

    reason = "field_required"
