"""Values of custom fields: as a request sends them, as a filter compares them, and as a lost attempt left them."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any

from ... import _limits as limits
from ... import _validation as check
from ..._http.flow import Flow
from ..._http.keyset import Keyset
from ..._http.resource import Resource
from ...models.fields import FieldType
from ...models.tickets import Ticket
from ..fields.options import find_field

FieldValue = str | int | float | Decimal | bool | date | Enum
"""A value of a custom field that a filter compares."""

_UNORDERED = {FieldType.LONG_TEXT, FieldType.MULTI_SELECT}
_NUMBERS = {FieldType.INTEGER, FieldType.DECIMAL}
_FILTERS_MAX = 5
_VALUES_MAX = 50


class FieldOrder(str):
    """The order of a list by a custom field; :func:`by_field` makes it."""

    __slots__ = ()


def by_field(key: str, *, descending: bool = False) -> FieldOrder:
    """The order of a list of tickets by a custom field: ``hd.tickets.list(order=by_field("seats"))``.

    Args:
        key: The field's key.
        descending: Whether the greatest value comes first.
    """
    return FieldOrder(f"{'-' if descending else ''}fields.{key}")


class ValueTicket(Ticket):
    """A ticket with the value by which a list is ordered."""

    text_value: str = ""
    """The value as text."""
    number_value: int | None = None
    """The value of an integer or, times 1,000,000, of a decimal."""


def sent_values(values: object) -> dict[str, Any]:
    """The values as JSON: a decimal and a date as text, a set as list, the members of an enum as their values."""
    if not isinstance(values, Mapping):
        raise check.invalid("custom_fields", f"must be a dict of keys and values, got {type(values).__name__}")
    return check.json_object("custom_fields", {key: _sent(f"custom_fields.{key}", one) for key, one in values.items()})


def _sent(name: str, value: object) -> object:
    if isinstance(value, Enum):
        return _sent(name, value.value)
    if isinstance(value, Decimal):
        return _digits(name, value)
    if isinstance(value, datetime):
        raise check.invalid(name, "must be a date without time, e.g. date.today()")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, AbstractSet | tuple | list):
        # One level: no field has lists in a list. A list that repeats itself is small here and enormous written out.
        items = sorted(value, key=str) if isinstance(value, AbstractSet) else value
        return [one if isinstance(one, AbstractSet | tuple | list) else _sent(name, one) for one in items]
    return value


def _digits(name: str, number: Decimal) -> str:
    if not number.is_finite():
        raise check.invalid(name, "must be a finite number")
    if abs(number.adjusted()) > 400:
        # Further than any float. Written out, a few letters like 1E999999999 would be a gigabyte.
        raise check.invalid(name, "must have at most 12 digits before the point and 6 after it")
    return format(number, "f")


def compared_text(name: str, value: object) -> str:
    """The text by which the database compares a value."""
    sent = _sent(name, value)
    if isinstance(sent, bool):
        return "true" if sent else "false"
    if isinstance(value, Decimal | float):
        try:
            number = Decimal(str(value)).normalize()
        except ArithmeticError:
            number = Decimal("NaN")
        return _digits(name, number) if number else "0"
    if isinstance(sent, int):
        return str(sent)
    if not isinstance(sent, str):
        raise check.invalid(name, f"must be text, a number, True, False or a date, got {type(value).__name__}")
    return check.name(name, sent, 1, limits.FIELD_TEXT_MAX)


FieldFilters = tuple[tuple[str, tuple[str, ...]], ...]


def checked_filters(fields: object) -> FieldFilters:
    """The filters by custom fields: each key with the texts of which the ticket must have one."""
    if fields is None:
        return ()
    if not isinstance(fields, Mapping):
        raise check.invalid("fields", f"must be a dict of keys and values, got {type(fields).__name__}")
    if len(fields) > _FILTERS_MAX:
        raise check.invalid("fields", f"must be at most {_FILTERS_MAX}")
    found = []
    for key, value in fields.items():
        name = f"fields.{check.text('fields', key, 1, limits.FIELD_KEY_MAX)}"
        several = isinstance(value, AbstractSet | Sequence) and not isinstance(value, str)
        texts = tuple(dict.fromkeys(compared_text(name, one) for one in (value if several else [value])))
        if not 0 < len(texts) <= _VALUES_MAX:
            raise check.invalid(name, f"must be a value, or a list of 1 to {_VALUES_MAX}")
        found.append((key, texts))
    # First what has one value: the database reads its tickets in order from an index.
    return tuple(sorted(found, key=lambda one: len(one[1])))


def value_keyset(resource: Resource[Any], key: str, descending: bool) -> Flow[Keyset]:
    """The order by a custom field; among equal values by time of creation."""
    field = yield from find_field(resource, key)
    if field.type in _UNORDERED:
        raise check.invalid("order", f"cannot be by {key}, a field of type {field.type}")
    column = "number_value" if field.type in _NUMBERS else "text_value"
    return Keyset("created_at", "ticket_id", descending=descending, group=column)


def require_fields(resource: Resource[Any], keys: Iterable[str]) -> Flow[None]:
    """Raise an error for the first key that no field has: a list with such a filter is always empty."""
    for key in keys:
        yield from find_field(resource, key)


def quoted(values: Iterable[str]) -> str:
    """The values as the list of an ``in`` filter."""
    return "({})".format(",".join('"{}"'.format(one.replace("\\", "\\\\").replace('"', '\\"')) for one in values))


def same_values(current: Ticket, wanted: Mapping[str, Any]) -> bool:
    """Whether the ticket has these values, in whatever form they were sent."""
    now = {**current.custom_fields, **(current.staff_fields or {})}
    return all(_comparable(now.get(key)) == _comparable(value) for key, value in wanted.items())


def _comparable(value: object) -> object:
    if isinstance(value, list):
        return sorted(set(map(str, value))) or None
    if isinstance(value, bool) or value is None:
        return value
    text = unicodedata.normalize("NFC", " ".join(str(value).split()))
    try:
        return Decimal(text)
    except ArithmeticError:
        return text or None
