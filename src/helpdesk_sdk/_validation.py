"""Checks of arguments, before a request is sent. An error names the field; the limits are those of the database."""

from __future__ import annotations

import json
import sys
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from ._limits import EMAIL_MAX, JSON_BYTES_MAX, JSON_DEPTH_MAX, NUMBER_MAX, TAG_MAX, TAGS_MAX
from ._names import clean_name, is_blank, small_letters
from .errors import InvalidValueError
from .models.events import parse_cursor

# A list of choices that is longer is not shown in an error.
_CHOICES_SHOWN = 12


def invalid(field: str, problem: str) -> InvalidValueError:
    """The error for an invalid value. Its message begins with the name of the field."""
    error = InvalidValueError(f"{field} {problem}")
    error.field = field
    return error


def text(field: str, value: object, minimum: int, maximum: int) -> str:
    """Text that PostgreSQL can store, of ``minimum`` to ``maximum`` characters; from 1 on, it must show something."""
    if not isinstance(value, str):
        raise invalid(field, f"must be text, got {type(value).__name__}")
    length, shows_nothing = len(value), bool(minimum) and is_blank(value)
    if shows_nothing or not minimum <= length <= maximum:
        found = "only blanks and invisible ones" if value and shows_nothing else length
        raise invalid(field, f"must be {minimum} to {maximum} characters, got {found}")
    if "\0" in value:
        raise invalid(field, f"must not contain NUL characters (there is one at position {value.index(chr(0))})")
    try:
        value.encode()
    except UnicodeEncodeError as error:
        raise invalid(field, f"is not valid Unicode: a lone surrogate at position {error.start}") from None
    return value


def email(field: str, value: object) -> str:
    """An e-mail address, trimmed, in lower case and composed form."""
    address = unicodedata.normalize("NFC", text(field, value, 1, EMAIL_MAX)).strip()
    address = small_letters(address)
    mailbox, at, domain = address.partition("@")
    if not (mailbox and at and domain) or "@" in domain or any(c.isspace() or not c.isprintable() for c in address):
        raise invalid(field, "must be an e-mail address")
    return address


def name(field: str, value: object, minimum: int, maximum: int) -> str:
    """A name or a title of ``minimum`` to ``maximum`` characters, cleaned as the database cleans it."""
    given = text(field, value, 0, sys.maxsize)
    cleaned = clean_name(given)
    return text(field, cleaned if cleaned or not minimum else given, minimum, maximum)


def tags(field: str, values: object) -> list[str]:
    """Tags without duplicates, cleaned and in lower case: at most 50 tags, each of 1 to 50 characters."""
    if isinstance(values, str) or not isinstance(values, Iterable):
        raise invalid(field, f"must be a list of texts, got {type(values).__name__}")
    found: dict[str, None] = {}
    for value in values:
        found[small_letters(name(field, value, 1, TAG_MAX))] = None
        if len(found) > TAGS_MAX:
            raise invalid(field, f"must be at most {TAGS_MAX} tags")
    return list(found)


def identifier(field: str, value: object, expected: str = "a UUID") -> UUID:
    """A UUID, given as a UUID or as text. ``expected`` describes the accepted values, for the error."""
    if isinstance(value, UUID):
        return value
    if isinstance(value, str):
        try:
            return UUID(value)
        except ValueError:
            pass
    raise invalid(field, f"must be {expected}, got {_short_repr(value)}")


def cursor(field: str, value: object, hint: str) -> str:
    """The cursor of an event. ``hint`` names the other places to begin at, for the error."""
    if isinstance(value, str) and parse_cursor(value):
        return value
    error = invalid(field, f'must be the cursor of an event, like "745.12", got {_short_repr(value)}')
    error.hint = hint
    raise error


def choice(field: str, value: object, kind: type[StrEnum]) -> str:
    """One of the values of an enum."""
    if isinstance(value, str) and value in kind._value2member_map_:
        return str(value)
    raise invalid(field, f"must be one of {_named(kind, value)}, got {_short_repr(value)}")


def _named(kind: type[StrEnum], value: object) -> str:
    """The values of an enum, or of many only those that read like the given one."""
    import difflib

    values = list(kind)
    if len(values) > _CHOICES_SHOWN:
        near = difflib.get_close_matches(str(value)[:100], values, n=4)
        values = [kind(text) for text in near] or values[:4]
        return f"{', '.join(values)} … ({len(kind)} in all)"
    return ", ".join(values)


def choices(field: str, value: object, kind: type[StrEnum]) -> list[str]:
    """One value of an enum, or several."""
    if isinstance(value, str):
        return [choice(field, value, kind)]
    if not isinstance(value, Iterable):
        raise invalid(field, f"must be one of {_named(kind, value)}, got {_short_repr(value)}")
    chosen = [choice(field, item, kind) for item in value]
    if not chosen:
        raise invalid(field, f"must name at least one of {_named(kind, '')}")
    return chosen


def timestamp(field: str, value: object) -> str:
    """A time with a time zone, in the format that the database reads."""
    if not isinstance(value, datetime):
        raise invalid(field, f"must be a datetime, got {_short_repr(value)}")
    if value.utcoffset() is None:
        raise invalid(field, "must carry a time zone, e.g. datetime.now(timezone.utc)")
    try:
        return value.astimezone(UTC).isoformat()
    except OverflowError:
        raise invalid(field, f"must be a time from the year 1 to 9999 in UTC, got {_short_repr(value)}") from None


def integer(field: str, value: object, minimum: int, maximum: int) -> int:
    """A whole number from ``minimum`` to ``maximum``."""
    if not isinstance(value, int) or isinstance(value, bool) or not minimum <= value <= maximum:
        raise invalid(field, f"must be a whole number from {minimum} to {maximum}, got {_short_repr(value)}")
    return value


def seconds(field: str, value: object, minimum: float, maximum: float) -> float:
    """A duration of ``minimum`` to ``maximum`` seconds."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not minimum <= value <= maximum:
        raise invalid(field, f"must be {minimum:g} to {maximum:g} seconds, got {_short_repr(value)}")
    return float(value)


def boolean(field: str, value: object) -> bool:
    """True or False; 0, 1 and None are refused."""
    if not isinstance(value, bool):
        raise invalid(field, f"must be True or False, got {_short_repr(value)}")
    return value


def json_object(field: str, value: object) -> dict[str, Any]:
    """A JSON object of at most 8 levels and 16,384 bytes. Without recursion: no depth overflows the stack."""
    if not isinstance(value, Mapping):
        raise invalid(field, f"must be a JSON object (a dict), got {type(value).__name__}")
    seen = 0
    level: list[tuple[str, object]] = [(field, value)]
    for _ in range(JSON_DEPTH_MAX + 1):
        following: list[tuple[str, object]] = []
        for path, item in level:
            _check_leaf(path, item)
            following.extend(_children(path, item))
            # Every value takes at least one byte, so a structure that repeats its parts without end is refused here.
            if (seen := seen + 1) > JSON_BYTES_MAX or len(following) > JSON_BYTES_MAX:
                raise invalid(field, f"must be at most {JSON_BYTES_MAX} bytes of JSON")
        level = following
    if level:
        raise invalid(field, f"must be nested at most {JSON_DEPTH_MAX} levels deep")
    size = len(json.dumps(value, ensure_ascii=False, default=_plain).encode())
    if size > JSON_BYTES_MAX:
        raise invalid(field, f"must be at most {JSON_BYTES_MAX} bytes of JSON, got {size}")
    return dict(value)


def _children(path: str, item: object) -> Iterable[tuple[str, object]]:
    if isinstance(item, str) or not isinstance(item, Mapping | Sequence):
        return []
    if len(item) > JSON_BYTES_MAX:
        raise invalid(path, f"must be at most {JSON_BYTES_MAX} bytes of JSON")
    if not isinstance(item, Mapping):
        return [(path, child) for child in item]
    for key in item:
        text(path, key, 0, JSON_BYTES_MAX)
    return [(f"{path}.{key}"[:100], child) for key, child in item.items()]


def _check_leaf(path: str, item: object) -> None:
    if isinstance(item, str):
        text(path, item, 0, JSON_BYTES_MAX)
    elif isinstance(item, int | float) and not abs(item) <= NUMBER_MAX:
        raise invalid(path, f"must be a finite number, of at most {NUMBER_MAX:g}")
    elif not (item is None or isinstance(item, int | float | Mapping | list | tuple)):
        raise invalid(path, f"must be JSON (text, number, true, false, null, list, dict), got {type(item).__name__}")


def _plain(value: object) -> object:
    return dict(value) if isinstance(value, Mapping) else str(value)


def _short_repr(value: object) -> str:
    """The value for an error message: short, on one line."""
    if not isinstance(value, str | int | float | UUID | datetime | None):
        return type(value).__name__
    shown = ascii(value[:60] if isinstance(value, str) else value)
    return shown if len(shown) <= 60 else shown[:57] + "..."
