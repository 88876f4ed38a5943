"""Values as JSON: complete, and escaped so that no control character reaches a terminal."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any


def jsonable(value: Any) -> Any:
    """Models, and collections of models, as values that the json module can write."""
    if hasattr(value, "model_dump"):
        return value.model_dump(mode="json")
    if isinstance(value, Mapping):
        return {str(key): jsonable(item) for key, item in value.items()}
    if isinstance(value, str | int | float | bool) or value is None:
        return value
    if isinstance(value, Iterable):
        return [jsonable(item) for item in value]
    return str(value)


def dumps(value: Any, *, indent: int | None = 2) -> str:
    """JSON in printable ASCII: control characters, bidirectional marks and everything beyond ASCII are escaped."""
    return json.dumps(jsonable(value), indent=indent, ensure_ascii=True).replace("\x7f", "\\u007f")
