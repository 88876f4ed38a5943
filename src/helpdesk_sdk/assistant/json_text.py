"""The JSON in what a model wrote."""

from __future__ import annotations

import json
import math
import re
from typing import Any

_THOUGHTS = re.compile(r"\s*<think>.*?</think>", re.S | re.I)
_STARTS_MAX = 50


def json_in(content: str) -> dict[str, Any] | None:
    """The JSON object in a model's text: the whole text, else its first balanced object; None when there is none.

    Args:
        content: The text.
    """
    # At the beginning only: from every other place, a hostile text would be read to its end.
    thoughts = _THOUGHTS.match(content)
    text = content[thoughts.end() :] if thoughts else content
    decoder = json.JSONDecoder(parse_constant=_no_number, parse_float=_finite)
    start = text.find("{")
    for _ in range(_STARTS_MAX):
        if start < 0:
            return None
        try:
            value, _end = decoder.raw_decode(text, start)
        except (ValueError, RecursionError):
            start = text.find("{", start + 1)
            continue
        return value if isinstance(value, dict) else None
    return None


def _no_number(name: str) -> Any:
    raise ValueError(name)


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(text)
    return number
