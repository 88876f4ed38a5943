"""The Python module: pydantic models to read values, typed dictionaries to write them."""

from __future__ import annotations

import keyword
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from .names import MARK, described, in_order, option_types, unique

if TYPE_CHECKING:
    from helpdesk_sdk import CustomField

_HEAD = f'''\
"""The custom fields of this helpdesk, typed. {MARK}: run it again after a change of fields.

    TicketFields.of(ticket).KEY                                          what a ticket has
    hd.tickets.update(ticket, custom_fields=FieldChanges(KEY=VALUE))     what staff may set
    hd.tickets.create(title, custom_fields=CustomerChanges(KEY=VALUE))   what a requester may set
"""
# fmt: off
# ruff: noqa

from __future__ import annotations

import datetime as _datetime
import decimal as _decimal
import typing as _typing

import pydantic as _pydantic

if _typing.TYPE_CHECKING:
    from helpdesk_sdk import Ticket as _Ticket

# Names that begin with an underscore: no field can be called that.
_Text: _typing.TypeAlias = str
_Integer: _typing.TypeAlias = int
_Boolean: _typing.TypeAlias = bool
_Decimal: _typing.TypeAlias = _decimal.Decimal
_Date: _typing.TypeAlias = _datetime.date
'''

_BASE = '''

_READING = object()


def _read(
    value: _typing.Any, check: _pydantic.ValidatorFunctionWrapHandler, info: _pydantic.ValidationInfo
) -> _typing.Any:
    """Of a ticket, a value that is newer than this module is taken as it is."""
    try:
        return check(value)
    except _pydantic.ValidationError:
        if info.context is _READING:
            return value
        raise


class _Fields(_pydantic.BaseModel):
    model_config = _pydantic.ConfigDict(frozen=True, extra="ignore", populate_by_name=True)
    _staff: _typing.ClassVar[_Boolean] = False

    @classmethod
    def of(cls, ticket: _Ticket) -> _typing.Self:
        """The values of a ticket."""
        values = (ticket.staff_fields or {}) if cls._staff else ticket.custom_fields
        return cls.model_validate(values, context=_READING)
'''

_TYPES = {
    "text": "_Text",
    "long_text": "_Text",
    "integer": "_Integer",
    "decimal": "_Decimal",
    "boolean": "_Boolean",
    "date": "_Date",
}


def python_module(fields: Sequence[CustomField]) -> str:
    """The text of the module.

    Args:
        fields: All fields, retired ones too: tickets may have their values.
    """
    found = in_order(fields)
    types = option_types(found)
    parts = [_HEAD]
    for field in found:
        if field.key in types:
            values = [repr(option.value) for option in field.options]
            parts.append(f"{types[field.key]}: _typing.TypeAlias = _typing.Literal[{', '.join(values)}]\n")
    parts.append(_BASE)
    public = [field for field in found if field.audience != "staff_only"]
    staff = [field for field in found if field.audience == "staff_only"]
    parts += _model("TicketFields", "What requesters may read.", public, types, staff=False)
    parts += _model("StaffFields", "What only staff may read.", staff, types, staff=True)
    in_use = [field for field in found if field.retired_at is None]
    parts += _changes("FieldChanges", in_use)
    parts += _changes("CustomerChanges", [one for one in in_use if one.audience == "customer_editable"])
    return "".join(parts)


def _model(name: str, about: str, fields: Sequence[CustomField], types: dict[str, str], staff: bool) -> Iterable[str]:
    yield f'\n\nclass {name}(_Fields):\n    """{about}"""\n'
    if staff:
        yield "\n    _staff: _typing.ClassVar[_Boolean] = True\n"
    # What a model has of its own, and what is no name in Python.
    taken = _own_names()
    keys = {field.key for field in fields}
    for field in fields:
        attribute = field.key
        if keyword.iskeyword(attribute) or attribute in taken or attribute.startswith("model_"):
            attribute = unique(f"{attribute}_", taken | keys)
        taken = taken | {attribute}
        alias = "" if attribute == field.key else f", validation_alias={field.key!r}"
        kind = types.get(field.key) or _TYPES.get(field.type, "_typing.Any")
        kind = f"_typing.Tuple[{kind}, ...]" if field.type == "multi_select" else kind
        yield (
            f"\n    {attribute}: _typing.Annotated[{kind} | None, _pydantic.WrapValidator(_read)]"
            f" = _pydantic.Field(default=None{alias})\n    {described(field)!r}\n"
        )


def _own_names() -> frozenset[str]:
    from pydantic import BaseModel

    return frozenset({*dir(BaseModel), "of"})


def _changes(name: str, fields: Sequence[CustomField]) -> Iterable[str]:
    yield f"\n\n{name} = _typing.TypedDict({name!r}, {{\n"
    for field in fields:
        kind = _TYPES.get(field.type, "_typing.Any")
        if field.type in ("select", "multi_select"):
            values = ", ".join(repr(option.value) for option in field.options if option.retired_at is None)
            # All retired: nothing can be chosen.
            kind = f"_typing.Literal[{values}]" if values else "_typing.Never"
        if field.type == "multi_select":
            kind = f"_typing.Union[_typing.List[{kind}], _typing.Tuple[{kind}, ...], _typing.Set[{kind}]]"
        elif field.type == "decimal":
            kind = "_typing.Union[_Decimal, _Integer]"
        yield f"    {field.key!r}: _typing.Optional[{kind}],\n"
    yield "}, total=False)\n"
