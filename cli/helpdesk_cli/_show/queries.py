"""A query's tree as the text that people type."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from .._base.json import dumps

_SIGNS = {"lt": "<", "le": "<=", "gt": ">", "ge": ">="}
_MOMENTS = {"created", "updated", "resolved", "closed"}
_PLAIN = re.compile(r"[\w.@+#/-]+")
# Of a whole day, "after" and "until" become the next day when the text is read.
_DAY = re.compile(r"\d{4}-\d\d-\d\d|today|yesterday", re.IGNORECASE)


def shown_query(tree: Mapping[str, Any]) -> str:
    """A query as text, or as JSON where the grammar has no words for the tree."""
    try:
        return _text(tree)
    except _NoWordsError:
        return dumps(tree, indent=None)


class _NoWordsError(Exception):
    """The grammar cannot say this."""


def _text(node: Mapping[str, Any]) -> str:
    if "all" in node:
        return " ".join(map(_text, node["all"]))
    if "any" in node:
        return " OR ".join(map(_term, node["any"]))
    if isinstance(node.get("value"), list) and node["op"] == "is" and not all(map(_is_plain, node["value"])):
        # A list has no quoted values. A field that is named twice means either value.
        return " ".join(_condition({**node, "value": value}) for value in node["value"])
    return _term(node)


def _term(node: Mapping[str, Any]) -> str:
    if "not" in node:
        term = _term(node["not"])
        if term.startswith("-"):
            raise _NoWordsError
        return f"-{term}"
    if "text" in node:
        return _words(node)
    if "field" in node:
        return _condition(node)
    raise _NoWordsError


def _words(node: Mapping[str, Any]) -> str:
    text, match = node["text"], node.get("match", "word")
    if match == "phrase":
        words = _quoted(text)
    elif _PLAIN.fullmatch(text) and not text.startswith("-") and text != "OR":
        words = f"{text}*" if match == "prefix" else text
    else:
        raise _NoWordsError
    return f"{node['in']}:{words}" if "in" in node else words


def _condition(node: Mapping[str, Any]) -> str:
    field, op, value = node["field"], node["op"], node["value"]
    if field in ("snoozed", "unassigned"):
        return _flag(field, op, value)
    if op in _SIGNS:
        if op in ("le", "gt") and field in _MOMENTS and _DAY.fullmatch(str(value)):
            raise _NoWordsError
        return f"{field}{_SIGNS[op]}{_value(value)}"
    values = value if isinstance(value, list) else [value]
    if field in _MOMENTS and values != [None]:
        raise _NoWordsError
    if values == [None] and op == "is_not":
        return f"{field}:*"
    if len(values) > 1 and not all(map(_is_plain, values)):
        raise _NoWordsError
    term = f"{field}:{','.join(map(_value, values))}"
    return term if op == "is" else f"-{term}"


def _flag(field: str, op: str, value: object) -> str:
    if value not in (True, False) or op != "is":
        raise _NoWordsError
    if value:
        return f"is:{field}"
    return "is:assigned" if field == "unassigned" else "snoozed:no"


def _is_plain(value: object) -> bool:
    return value is None or bool(_PLAIN.fullmatch(str(value)))


def _value(value: object) -> str:
    if value is None:
        return "none"
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return text if _is_plain(value) else _quoted(text)


def _quoted(text: str) -> str:
    if '"' in text:
        raise _NoWordsError
    return f'"{text}"'
