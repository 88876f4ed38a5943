"""Values as JSON: exact, and escaped so that nothing in them reaches a terminal raw."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any


def plain(value: Any) -> Any:
    """Models, and whatever holds them, as what JSON knows."""
    if hasattr(value, "model_dump"):
        return value.model_dump(mode="json")
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, str | int | float | bool) or value is None:
        return value
    if isinstance(value, Iterable):
        return [plain(item) for item in value]
    return str(value)


def dumps(value: Any, *, indent: int | None = 2) -> str:
    """JSON in printable ASCII: control characters, marks of writing direction and all else beyond ASCII are escaped."""
    return json.dumps(plain(value), indent=indent, ensure_ascii=True).replace("\x7f", "\\u007f")
