"""Zendesk: values of custom fields, and the tags that are theirs."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from ..._limits import FIELD_TEXT_MAX, OPTION_MAX
from ..._names import clean_name
from .items import Item
from .stage import Stage
from .texts import clean, identifier, shortened

_LONG_TEXT_MAX = 10_000
_WHOLE_MAX = 9_007_199_254_740_991


def field_key(title: str, id: str, taken: dict[str, str]) -> str:
    """The key of a field: from its title, so that people can read it.

    Args:
        title: The title.
        id: The field's id, a number: two fields whose titles are alike have it in their keys.
        taken: The id by each key that was given; this one is added.
    """
    key = re.sub(r"[^a-z0-9]+", "_", title.lower()).strip("_")[:40].rstrip("_")
    if not key or not key[0].isalpha():
        key = f"field_{key}"[:40].rstrip("_") if key else f"field_{id}"
    if taken.setdefault(key, id) != id:
        key = f"{key[: 39 - len(id[-12:])]}_{id[-12:]}"
        taken[key] = id
    return key


class FieldValues:
    """Reads the values of tickets' custom fields.

    Args:
        stage: Has the definitions.
        keys: The key of each field that was imported, by its id.
    """

    def __init__(self, stage: Stage, keys: Mapping[str, str]) -> None:
        self._keys = keys
        self._types: dict[str, str] = {}
        self._tags: dict[str, str] = {}
        self._names: dict[str, str] = {}
        for id, _, raw in stage.all("field"):
            field = json.loads(raw)
            self._types[id] = str(field.get("type"))
            self._names[id] = str(field.get("title") or id)[:60]
            if field.get("tag"):
                self._tags[id] = str(field["tag"])

    def of(self, ticket: Mapping[str, Any], item: Item) -> tuple[list[str], dict[str, Any]]:
        """The tags that are no field's, and the values by key."""
        tags = [str(tag) for tag in ticket.get("tags") or ()]
        owned: set[str] = set()
        values: dict[str, Any] = {}
        for entry in ticket.get("custom_fields") or ():
            id, value = identifier(entry.get("id")), entry.get("value")
            if id is None or value is None or value in ("", []):
                continue
            type = self._types.get(id)
            # An option's value is a tag, too, as is a checkbox that is ticked.
            if type == "tagger" or type == "multiselect":
                owned |= set(map(str, value)) if isinstance(value, list) else {str(value)}
            elif type == "checkbox" and id in self._tags:
                owned.add(self._tags[id])
            key = self._keys.get(id)
            if key is None:
                item.note(f"values left out, since field {id} was not imported")
                continue
            read = read_value(type or "text", value, item)
            if read is None:
                item.note(f"values left out, since they do not fit the field {self._names.get(id, id)}")
            else:
                values[key] = read
        return [tag for tag in tags if tag not in owned], values


def read_value(type: str, value: Any, item: Item) -> Any:
    """The value as it is stored; None where it does not fit."""
    if type == "checkbox":
        return {True: True, False: False, "true": True, "false": False, "1": True, "0": False}.get(
            value if isinstance(value, bool | str) else None
        )
    if type == "multiselect":
        return [str(one)[:OPTION_MAX] for one in value][:50] if isinstance(value, list) else [str(value)[:OPTION_MAX]]
    if isinstance(value, list | dict | bool):
        return None
    text = clean(str(value))[0].strip()
    if type == "tagger":
        return text[:OPTION_MAX] or None
    if type == "integer":
        text = text.removesuffix(".0")
        return int(text) if re.fullmatch(r"-?\d{1,16}", text) and abs(int(text)) <= _WHOLE_MAX else None
    if type == "decimal":
        return text if re.fullmatch(r"-?\d{1,12}(\.\d{1,6})?", text) else None
    if type == "date":
        try:
            return date.fromisoformat(text[:10]).isoformat()
        except ValueError:
            return None
    longest = _LONG_TEXT_MAX if type == "textarea" else FIELD_TEXT_MAX
    text, cut = shortened(text if type == "textarea" else clean_name(text), longest)
    item.note("values shortened", cut)
    return text or None
