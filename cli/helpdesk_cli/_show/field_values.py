"""Values of custom fields: read from the command line by the types of the fields, and shown with their labels."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from .._base.errors import CliError, ExitCode

if TYPE_CHECKING:
    from helpdesk_sdk import CustomField, Helpdesk, Ticket

_WORDS = {"true": True, "yes": True, "false": False, "no": False}


def parsed(hd: Helpdesk, given: Sequence[str], *, several: bool = False, option: str = "--field ") -> dict[str, Any]:
    """The values of ``--field KEY=VALUE``, by the types of the fields; None for an empty value.

    Args:
        hd: The connection.
        given: The options as they were typed.
        several: Whether a repeated key means one of several values, as in a filter.
        option: What stands before the key on the command line, for errors.
    """
    if not given:
        return {}
    from helpdesk_sdk.errors import FieldNotFoundError

    known = {field.key: field for field in hd.fields.list(include_retired=True)}
    found: dict[str, Any] = {}
    for one in given:
        key, equals, text = one.partition("=")
        if not equals or not key:
            raise CliError(
                f"{option.strip()} must be KEY=VALUE, got {one!r}", f"For example: {option}plan=pro", ExitCode.USAGE
            )
        if key not in known:
            raise FieldNotFoundError(f"There is no custom field {key}, or it is not yours to see")
        value = _read(known[key], text, option)
        if isinstance(value, list) and key in found:
            value = [*found[key], *value]
        elif several and key in found:
            value = [*(found[key] if isinstance(found[key], list) else [found[key]]), value]
        found[key] = value
    return found


def _read(field: CustomField, text: str, option: str) -> Any:
    """A value from its text. The database checks the rest."""
    from decimal import Decimal, InvalidOperation

    if not text:
        return None
    if field.type == "multi_select":
        chosen = _option(field, text)
        return [chosen] if chosen is not None else [_option(field, part) or part for part in text.split(",")]
    if field.type == "select":
        return _option(field, text) or text
    if field.type == "boolean":
        if text.lower() not in _WORDS:
            raise _bad(option + field.key, text, "true or false")
        return _WORDS[text.lower()]
    if field.type == "integer":
        if not re.fullmatch(r"[+-]?[0-9]{1,18}", text):
            raise _bad(option + field.key, text, "a whole number")
        return int(text)
    if field.type == "decimal":
        try:
            number = Decimal(text)
        except InvalidOperation:
            number = Decimal("NaN")
        if not number.is_finite():
            raise _bad(option + field.key, text, "a number like 12.50")
        return number
    return text


def _option(field: CustomField, text: str) -> str | None:
    """The value of the option that has this value, or a label that looks the same."""
    from helpdesk_sdk._names import name_key

    for option in field.options:
        if option.value == text:
            return option.value
    wanted = name_key(text)
    return next((option.value for option in field.options if name_key(option.label) == wanted), None)


def _bad(option: str, text: str, wanted: str) -> CliError:
    return CliError(f"{option}: must be {wanted}, got {text[:60]!r}", None, ExitCode.USAGE)


def labelled(hd: Helpdesk, ticket: Ticket) -> list[tuple[str, object]]:
    """The fields of a ticket that have a value, each with its label and the labels of its options."""
    values: Mapping[str, Any] = {**ticket.custom_fields, **(ticket.staff_fields or {})}
    if not values:
        return []
    known = {field.key: field for field in hd.fields.list(include_retired=True)}
    order = [*known, *(key for key in values if key not in known)]
    rows: list[tuple[str, object]] = []
    for key in order:
        if key in values:
            field = known.get(key)
            name = key if field is None else field.label
            rows.append(
                (f"{name} (staff only)" if key in (ticket.staff_fields or {}) else name, _shown(field, values[key]))
            )
    return rows


def _shown(field: CustomField | None, value: Any) -> str:
    labels = {} if field is None else {option.value: option.label for option in field.options}
    if isinstance(value, list):
        return ", ".join(labels.get(str(one), str(one)) for one in value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    return labels.get(str(value), str(value))
