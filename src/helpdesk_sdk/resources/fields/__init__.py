"""Custom fields: their definitions, and the options of those with a choice."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ... import _limits as limits
from ... import _validation as check
from ..._http.flow import Flow, Page, Reply
from ..._http.keyset import Keyset, keyset_page
from ..._http.resource import Driver, call, paged
from ..._sentinels import UNSET, Unset
from ...errors import ForbiddenError
from ...models.fields import (
    CustomField,
    FieldAudience,
    FieldAudienceName,
    FieldType,
    FieldTypeName,
    RequiredFor,
    RequiredForName,
)
from .._references import FieldRef, TeamRef, field_key, find_team_id
from .options import COLUMNS, FieldOptions, find_field

_ORDER = Keyset("position", "key", descending=False)


class Fields(FieldOptions[Driver]):
    """``hd.fields``: custom fields of tickets. Staff see all, customers those for requesters; admins change them."""

    @paged
    def list(self, *, include_retired: bool = False, page_size: int = 200) -> Flow[Page[CustomField]]:
        """The custom fields that you may see, in their order, with their options.

        Args:
            include_retired: Whether to return retired fields too.
            page_size: Fields per request, 1 to 1000.
        """
        retired = check.boolean("include_retired", include_retired)
        size = check.integer("page_size", page_size, 1, limits.PAGE_MAX)

        def query() -> Any:
            found = self._rest.from_("field_definitions").select(*COLUMNS)
            return found if retired else found.is_("retired_at", "null")

        return keyset_page(self._read, query, CustomField, _ORDER, size)

    @call
    def get(self, field: FieldRef) -> Flow[CustomField]:
        """One custom field, with its options.

        Args:
            field: Its key, or a CustomField to read again.

        Raises:
            FieldNotFoundError: There is no such field, or you may not see it.
        """
        return (yield from find_field(self, field))

    @call
    def create(
        self,
        key: str,
        type: FieldType | FieldTypeName,
        label: str,
        *,
        options: Iterable[str] | Mapping[str, str] = (),
        customer_label: str | None = None,
        help_text: str = "",
        audience: FieldAudience | FieldAudienceName = FieldAudience.CUSTOMER_VISIBLE,
        required_for: RequiredFor | RequiredForName = RequiredFor.NONE,
        teams: Iterable[TeamRef] | None = None,
        position: int | None = None,
    ) -> Flow[CustomField]:
        """Admins: create a custom field. Repeating the call unchanged returns the same field.

        Args:
            key: The name in ``ticket.custom_fields``, for good: 1 to 40 small letters (a to z), digits and underscores,
                beginning with a letter.
            type: The type of the values, for good.
            label: The name that people see, 1 to 100 characters.
            options: For ``select`` and ``multi_select``: the values, or a dict of values and labels, in their order.
            customer_label: The name for requesters; None for the same as ``label``.
            help_text: What to fill in, up to 1,000 characters.
            audience: ``customer_visible``, ``customer_editable`` or ``staff_only``. A field never becomes
                ``staff_only``, and never stops being it.
            required_for: ``create``, ``resolve`` or ``none``.
            teams: The teams whose tickets have the field; None for all teams.
            position: The place among the fields, 0 to 1,000,000; None for the last place.

        Raises:
            FieldExistsError: There is a field with this key, and it is different.
            InvalidValueError: A value is not valid.
            TeamNotFoundError: There is no such team.
            TooManyError: There would be more than 200 fields, or more than 500 options.
            ForbiddenError: You are not an admin.
        """
        arguments: dict[str, Any] = {
            "key": check.text("key", key, 1, limits.FIELD_KEY_MAX),
            "type": check.choice("type", type, FieldType),
            "options": _options(options),
            **_changes(label, customer_label, help_text, audience, required_for, position),
        }
        if position is None:
            del arguments["position"]
        if teams is not None:
            arguments["team_ids"] = yield from self._team_ids(teams)
        yield self._rpc_write("create_field", arguments)
        return (yield from find_field(self, key))

    @call
    def update(
        self,
        field: FieldRef,
        *,
        label: str | Unset = UNSET,
        customer_label: str | Unset | None = UNSET,
        help_text: str | Unset = UNSET,
        audience: FieldAudience | FieldAudienceName | Unset = UNSET,
        required_for: RequiredFor | RequiredForName | Unset = UNSET,
        position: int | Unset = UNSET,
    ) -> Flow[CustomField]:
        """Admins: change a custom field. A value that is left out stays as it is.

        Args:
            field: The field: its key, or a CustomField.
            label: The new name, 1 to 100 characters.
            customer_label: The new name for requesters; None for the same as ``label``.
            help_text: The new help, up to 1,000 characters.
            audience: ``customer_visible`` or ``customer_editable``.
            required_for: ``create``, ``resolve`` or ``none``.
            position: The new place among the fields, 0 to 1,000,000.

        Raises:
            FieldNotFoundError: There is no such field, or you may not see it.
            InvalidValueError: A value is not valid: a field never becomes ``staff_only``, and never stops being it.
            ForbiddenError: You are not an admin.
        """
        changes = _changes(label, customer_label, help_text, audience, required_for, position)
        if not changes:
            raise check.invalid("changes", "are missing: name at least one value to change")
        return (yield from self._patch(field, changes))

    @call
    def set_teams(self, field: FieldRef, teams: Iterable[TeamRef] | None) -> Flow[CustomField]:
        """Admins: choose the teams whose tickets have the field. Values on tickets of other teams stay.

        Args:
            field: The field: its key, or a CustomField.
            teams: The teams; None for all teams.

        Raises:
            FieldNotFoundError: There is no such field.
            TeamNotFoundError: There is no such team.
            ForbiddenError: You are not an admin.
        """
        key = field_key(field)
        team_ids = None if teams is None else (yield from self._team_ids(teams))
        yield self._rpc_write("set_field_teams", {"key": key, "team_ids": team_ids})
        return (yield from find_field(self, key))

    @call
    def retire(self, field: FieldRef) -> Flow[CustomField]:
        """Admins: retire a field. It takes no new values; old values stay readable.

        Args:
            field: The field: its key, or a CustomField.

        Raises:
            FieldNotFoundError: There is no such field.
            ForbiddenError: You are not an admin.
        """
        return (yield from self._patch(field, {"retired_at": "now"}))

    @call
    def restore(self, field: FieldRef) -> Flow[CustomField]:
        """Admins: take a retired field into use again.

        Args:
            field: The field: its key, or a CustomField.

        Raises:
            FieldNotFoundError: There is no such field.
            ForbiddenError: You are not an admin.
        """
        return (yield from self._patch(field, {"retired_at": None}))

    def _team_ids(self, teams: Iterable[TeamRef]) -> Flow[Any]:
        found = []
        for team in teams:
            found.append(str((yield from find_team_id(self, "teams", team))))
        return found

    def _patch(self, field: FieldRef, changes: Mapping[str, Any]) -> Flow[CustomField]:
        key = field_key(field)
        query = self._rest.from_("field_definitions").update(dict(changes)).eq("key", key)
        reply: Reply = yield self._write(query)
        # Whether there is such a field decides between the two errors.
        found = yield from find_field(self, key)
        if not reply.rows(CustomField):
            raise ForbiddenError("Only admins change custom fields")
        return found


def _options(options: Iterable[str] | Mapping[str, str]) -> list[dict[str, str]]:
    if isinstance(options, str) or not isinstance(options, Iterable):
        raise check.invalid("options", "must be a list of texts, or a dict of values and labels")
    pairs = options.items() if isinstance(options, Mapping) else [(value, value) for value in options]
    return [
        {
            "value": check.name("options", value, 1, limits.OPTION_MAX),
            "label": check.name("options", label, 1, limits.OPTION_MAX),
        }
        for value, label in pairs
    ]


def _changes(
    label: str | Unset,
    customer_label: str | Unset | None,
    help_text: str | Unset,
    audience: FieldAudience | FieldAudienceName | Unset,
    required_for: RequiredFor | RequiredForName | Unset,
    position: int | Unset | None,
) -> dict[str, Any]:
    """The columns to write, after a check of their values."""
    row: dict[str, Any] = {}
    if label is not Unset.UNSET:
        row["label"] = check.name("label", label, 1, limits.FIELD_LABEL_MAX)
    if customer_label is not Unset.UNSET:
        row["customer_label"] = (
            None if customer_label is None else check.name("customer_label", customer_label, 1, limits.FIELD_LABEL_MAX)
        )
    if help_text is not Unset.UNSET:
        row["help_text"] = check.text("help_text", help_text, 0, limits.FIELD_HELP_MAX)
    if audience is not Unset.UNSET:
        row["audience"] = check.choice("audience", audience, FieldAudience)
    if required_for is not Unset.UNSET:
        row["required_for"] = check.choice("required_for", required_for, RequiredFor)
    if position is not Unset.UNSET:
        row["position"] = None if position is None else check.integer("position", position, 0, limits.POSITION_MAX)
    return row
