"""The TypeScript module: types of values, and the labels."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from .names import MARK, described, in_order, option_types

if TYPE_CHECKING:
    from helpdesk_sdk import CustomField

_HEAD = f"""\
// The custom fields of this helpdesk, typed. {MARK}: run it again after a change of fields.
// deno-fmt-ignore-file
// deno-lint-ignore-file

"""
_TYPES = {"integer": "number", "boolean": "boolean"}


def typescript_module(fields: Sequence[CustomField]) -> str:
    """The text of the module.

    Args:
        fields: All fields, retired ones too: tickets may have their values.
    """
    found = in_order(fields)
    types = option_types(found)
    parts = [_HEAD]
    for field in found:
        if field.key in types:
            parts.append(f"export type {types[field.key]} = {_union(option.value for option in field.options)};\n")
    public = [field for field in found if field.audience != "staff_only"]
    staff = [field for field in found if field.audience == "staff_only"]
    in_use = [field for field in found if field.retired_at is None]
    parts.append(
        "\n/** The values in tickets.custom_fields. A decimal is a text like 12.5, a date like 2026-11-28. */\n"
    )
    parts += _interface("TicketFields", public, types)
    parts.append("\n/** The values in ticket_staff_fields.staff_fields. */\n")
    parts += _interface("StaffFields", staff, types)
    parts.append("\n/** What a write of tickets.custom_fields may name; null removes a value. */\n")
    parts += _changes("FieldChanges", in_use)
    parts.append("\n/** What a requester may set. */\n")
    parts += _changes("CustomerChanges", [one for one in in_use if one.audience == "customer_editable"])
    parts.append("\nexport const fieldLabels: Readonly<Record<string, string>> = ")
    parts.append(_object({field.key: described(field) for field in found}) + ";\n")
    parts.append("\nexport const optionLabels: Readonly<Record<string, Readonly<Record<string, string>>>> = {\n")
    for field in found:
        if field.options:
            labels = json.dumps({option.value: option.label for option in field.options})
            # As an own property, also where a value is __proto__.
            parts.append(f"  {_text(field.key)}: JSON.parse({_text(labels)}),\n")
    parts.append("};\n")
    return "".join(parts)


def _interface(name: str, fields: Sequence[CustomField], types: dict[str, str]) -> Iterable[str]:
    yield f"export interface {name} {{\n"
    for field in fields:
        kind = types.get(field.key) or _TYPES.get(field.type, "string")
        many = "ReadonlyArray<" + kind + ">" if field.type == "multi_select" else kind
        yield f"  readonly {_text(field.key)}?: {_beside_objects_own(field, many)};\n"
    yield "}\n"


def _changes(name: str, fields: Sequence[CustomField]) -> Iterable[str]:
    yield f"export interface {name} {{\n"
    for field in fields:
        kind = _TYPES.get(field.type, "string")
        if field.type in ("select", "multi_select"):
            kind = _union(option.value for option in field.options if option.retired_at is None)
        elif field.type == "decimal":
            kind = "string | number"
        many = f"ReadonlyArray<{kind}>" if field.type == "multi_select" else kind
        yield f"  {_text(field.key)}?: {_beside_objects_own(field, f'{many} | null')};\n"
    yield "}\n"


def _beside_objects_own(field: CustomField, kind: str) -> str:
    """Every object has a constructor: no other type would accept an object without this field."""
    return "unknown" if field.key == "constructor" else kind


def _union(values: Iterable[str]) -> str:
    return " | ".join(map(_text, values)) or "never"


def _object(values: dict[str, str]) -> str:
    return "{\n" + "".join(f"  {_text(key)}: {_text(value)},\n" for key, value in values.items()) + "}"


def _text(value: str) -> str:
    """A literal in ASCII: nothing in it ends a string or a line."""
    return json.dumps(value)
