"""The shapes and limits of Slack's messages, as its reference states them. What breaks one is an AssertionError."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

Json = Mapping[str, Any]

BLOCKS_MAX = 50
SECTION_MAX = 3000
HEADER_MAX = 150
BUTTON_MAX = 75
VALUE_MAX = 2000
ELEMENTS_MAX = 25
CONTEXT_MAX = 10
# Everything in angle brackets calls or links; only links to a ticket are ours.
_BRACKETS = re.compile(r"<(?!https?://[^>|]+\|#[0-9]+>)")
_ENTITY = re.compile(r"&(?!amp;|lt;|gt;)")


def units(text: str) -> int:
    """How many characters Slack counts."""
    return len(text.encode("utf-16-le")) // 2


def check_mrkdwn(text: str, most: int) -> None:
    """A text in which Slack reads mentions and links holds none that is not ours."""
    assert 0 < units(text) <= most, units(text)
    assert not _BRACKETS.search(text), text
    assert not _ENTITY.search(text), text


def check_plain(text: Json, most: int) -> None:
    assert {**text, "text": ""} == {"type": "plain_text", "text": "", "emoji": False}, text
    assert text["text"].strip()
    assert units(text["text"]) <= most, units(text["text"])


def check_message(body: Json) -> None:
    """The arguments of chat.postMessage or chat.update."""
    assert re.fullmatch(r"[CG][A-Z0-9]+", body["channel"]), body
    check_mrkdwn(body["text"], 3000)
    assert body.get("link_names") is None
    if "blocks" not in body:
        return
    assert 1 <= len(body["blocks"]) <= BLOCKS_MAX
    for block in body["blocks"]:
        _CHECKS[block["type"]](block)


def _section(block: Json) -> None:
    assert set(block) == {"type", "text"}, block
    check_plain(block["text"], SECTION_MAX)


def _header(block: Json) -> None:
    assert set(block) == {"type", "text"}, block
    check_plain(block["text"], HEADER_MAX)


def _context(block: Json) -> None:
    assert set(block) == {"type", "elements"}, block
    assert 1 <= len(block["elements"]) <= CONTEXT_MAX, block
    for element in block["elements"]:
        check_plain(element, SECTION_MAX)


def _actions(block: Json) -> None:
    assert set(block) == {"type", "elements"}, block
    assert 1 <= len(block["elements"]) <= ELEMENTS_MAX, block
    assert len({element["action_id"] for element in block["elements"]}) == len(block["elements"]), block
    for element in block["elements"]:
        assert element["type"] == "button", element
        assert set(element) <= {"type", "action_id", "text", "value", "url"}, element
        assert 0 < len(element["action_id"]) <= 255
        assert 0 < len(element["value"]) <= VALUE_MAX
        check_plain(element["text"], BUTTON_MAX)


_CHECKS = {"section": _section, "header": _header, "context": _context, "actions": _actions}
