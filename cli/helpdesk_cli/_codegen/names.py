"""Names in generated code, made of the keys of fields."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from helpdesk_sdk import CustomField

MARK = "Written by `helpdesk codegen`"
"""Part of the first line of a generated module."""


def in_order(fields: Sequence[CustomField]) -> list[CustomField]:
    """The fields by key: a new position changes no file."""
    return sorted(fields, key=lambda field: field.key)


def option_types(fields: Sequence[CustomField]) -> dict[str, str]:
    """The name of the type of each field with options."""
    found: dict[str, str] = {}
    for field in in_order(fields):
        if field.options:
            name = "".join(part.capitalize() for part in field.key.split("_")) + "Option"
            found[field.key] = unique(name, found.values())
    return found


def unique(name: str, taken: Collection[str]) -> str:
    """The name, with underscores until nothing else has it."""
    while name in taken:
        name += "_"
    return name


def described(field: CustomField) -> str:
    """The label and the help of a field, for a reader of the code."""
    text = f"{field.label}. {field.help_text}" if field.help_text else field.label
    return f"{text} (retired)" if field.retired_at else text
