"""The JSON in what a model wrote."""

from __future__ import annotations

import json
import math
import re
from typing import Any

_THOUGHTS = re.compile(r"\s*<think>.*?</think>", re.S | re.I)
_STARTS_MAX = 50
# Half a pair of surrogates, or NUL: no request carries the one, no database stores the other.
_NO_TEXT = re.compile("[\0\ud800-\udfff]")


def whole_text(text: str) -> str:
    """The text without NUL and halves of characters: models cut pairs of surrogates.

    Args:
        text: The text.
    """
    return _NO_TEXT.sub("\ufffd", text)


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
            return _whole(value) if isinstance(value, dict) else None
        except (ValueError, RecursionError):
            start = text.find("{", start + 1)
    return None


def _whole(value: Any) -> Any:
    if isinstance(value, str):
        return whole_text(value)
    if isinstance(value, list):
        return [_whole(one) for one in value]
    if isinstance(value, dict):
        return {whole_text(name): _whole(held) for name, held in value.items()}
    return value


def _no_number(name: str) -> Any:
    raise ValueError(name)


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(text)
    return number
