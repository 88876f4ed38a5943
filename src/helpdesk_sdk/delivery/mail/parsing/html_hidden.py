"""What a mail hides from its reader: elements by their attributes and their own style."""

from __future__ import annotations

import re
from collections.abc import Mapping

_COMMENT = re.compile(r"/\*.*?(?:\*/|$)", re.DOTALL)
_ZERO = re.compile(r"[+-]?0*(?:\.0*)?(?:px|pt|em|rem|%|ex|vh|vw)?|1px|1pt")
_WHITE = {"#fff": "#ffffff", "white": "#ffffff", "#000": "#000000", "black": "#000000"}


def is_hidden(attributes: Mapping[str, str]) -> bool:
    """Whether an element is hidden, with all in it.

    Args:
        attributes: Its attributes, their names in lower case.
    """
    if "hidden" in attributes:
        return True
    style = attributes.get("style", "")
    if not style:
        return False
    rules = _rules(style)
    if rules.get("display") == "none" or rules.get("visibility") in ("hidden", "collapse"):
        return True
    if rules.get("mso-hide") == "all" or _is_zero(rules.get("font-size")) or _is_nothing(rules.get("opacity")):
        return True
    clipped = rules.get("overflow", "").startswith("hidden")
    if clipped and any(_is_zero(rules.get(key)) for key in ("height", "max-height", "width", "max-width")):
        return True
    return _is_own_background(rules, attributes)


def _rules(style: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for rule in _COMMENT.sub("", style.lower()).split(";"):
        key, colon, value = rule.partition(":")
        if colon:
            found[key.strip()] = value.replace("!important", "").strip()
    return found


def _is_zero(value: str | None) -> bool:
    return value is not None and value != "" and _ZERO.fullmatch(value) is not None


def _is_nothing(value: str | None) -> bool:
    return value is not None and re.fullmatch(r"0*(?:\.0*)?%?", value) is not None and value != ""


def _is_own_background(rules: Mapping[str, str], attributes: Mapping[str, str]) -> bool:
    color = rules.get("color")
    ground = rules.get("background-color") or rules.get("background") or attributes.get("bgcolor", "").lower()
    return bool(color) and _WHITE.get(color or "", color) == _WHITE.get(ground or "", ground)
