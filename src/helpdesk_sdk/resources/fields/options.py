"""The options of custom fields with a choice."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ... import _limits as limits
from ... import _validation as check
from ..._http.flow import Flow, Reply
from ..._http.resource import Driver, Resource, call
from ..._sentinels import UNSET, Unset
from ...errors import FieldNotFoundError, ForbiddenError, NotFoundError, OptionExistsError
from ...models.fields import CustomField, FieldOption
from .._references import FieldRef, field_key

COLUMNS = ("*", "field_options(value,label,position,retired_at)", "field_teams(team_id)")


def find_field(resource: Resource[Any], field: FieldRef) -> Flow[CustomField]:
    """The definition of a field."""
    query = resource._rest.from_("field_definitions").select(*COLUMNS).eq("key", field_key(field)).limit(1)
    found = yield from resource._first_row(resource._read(query), CustomField)
    if found is None:
        raise FieldNotFoundError(f"There is no custom field {field_key(field)}, or it is not yours to see")
    return found


class FieldOptions(Resource[Driver]):
    """The part of ``hd.fields`` that changes options."""

    @call
    def add_option(
        self,
        field: FieldRef,
        value: str,
        label: str | None = None,
        *,
        position: int | None = None,
        retired: bool = False,
    ) -> Flow[CustomField]:
        """Admins: add an option to a field. Adding an option that the field has with this label changes nothing.

        Args:
            field: The field: its key, or a CustomField.
            value: The value in ``ticket.custom_fields``, for good, 1 to 100 characters.
            label: The name that people see, 1 to 100 characters; None for the value.
            position: The place among the options, 0 to 1,000,000; None for the last place.
            retired: Whether the option is retired: only imports may use it.

        Raises:
            OptionExistsError: The field has the option with another label.
            FieldNotFoundError: There is no such field.
            InvalidValueError: A value is not valid, or the field's type has no options.
            TooManyError: The field would have more than 500 options.
            ForbiddenError: You are not an admin.
        """
        key = field_key(field)
        row: dict[str, Any] = {"field_key": key, "value": check.name("value", value, 1, limits.OPTION_MAX)}
        row["label"] = row["value"] if label is None else check.name("label", label, 1, limits.OPTION_MAX)
        if position is not None:
            row["position"] = check.integer("position", position, 0, limits.POSITION_MAX)
        if check.boolean("retired", retired):
            row["retired_at"] = "now"
        query = self._rest.from_("field_options").insert(row)
        reply: Reply = yield self._write(query, accepts=(OptionExistsError,))
        found = yield from find_field(self, key)
        if reply.error is not None and (row["value"], row["label"]) not in {(o.value, o.label) for o in found.options}:
            raise reply.error
        return found

    @call
    def update_option(
        self, field: FieldRef, value: str, *, label: str | Unset = UNSET, position: int | Unset = UNSET
    ) -> Flow[CustomField]:
        """Admins: change an option's label or place. Its value stays, and so do the tickets that have it.

        Args:
            field: The field: its key, or a CustomField.
            value: The option's value.
            label: The new name, 1 to 100 characters.
            position: The new place among the options, 0 to 1,000,000.

        Raises:
            NotFoundError: There is no such option.
            FieldNotFoundError: There is no such field.
            ForbiddenError: You are not an admin.
        """
        changes: dict[str, Any] = {}
        if label is not Unset.UNSET:
            changes["label"] = check.name("label", label, 1, limits.OPTION_MAX)
        if position is not Unset.UNSET:
            changes["position"] = check.integer("position", position, 0, limits.POSITION_MAX)
        if not changes:
            raise check.invalid("changes", "are missing: name at least one value to change")
        return (yield from self._patch_option(field, value, changes))

    @call
    def retire_option(self, field: FieldRef, value: str) -> Flow[CustomField]:
        """Admins: retire an option. Nobody can choose it any more; tickets that have it keep it.

        Args:
            field: The field: its key, or a CustomField.
            value: The option's value.

        Raises:
            NotFoundError: There is no such option.
            FieldNotFoundError: There is no such field.
            ForbiddenError: You are not an admin.
        """
        return (yield from self._patch_option(field, value, {"retired_at": "now"}))

    @call
    def restore_option(self, field: FieldRef, value: str) -> Flow[CustomField]:
        """Admins: take a retired option into use again.

        Args:
            field: The field: its key, or a CustomField.
            value: The option's value.

        Raises:
            NotFoundError: There is no such option.
            FieldNotFoundError: There is no such field.
            ForbiddenError: You are not an admin.
        """
        return (yield from self._patch_option(field, value, {"retired_at": None}))

    def _patch_option(self, field: FieldRef, value: str, changes: Mapping[str, Any]) -> Flow[CustomField]:
        key = field_key(field)
        chosen = check.name("value", value, 1, limits.OPTION_MAX)
        query = self._rest.from_("field_options").update(dict(changes)).eq("field_key", key).eq("value", chosen)
        reply: Reply = yield self._write(query)
        found = yield from find_field(self, key)
        if not reply.rows(FieldOption):
            if chosen in {option.value for option in found.options}:
                raise ForbiddenError("Only admins change custom fields")
            raise NotFoundError(f"The field {key} has no such option", hint="See its options: hd.fields.get(key).")
        return found
