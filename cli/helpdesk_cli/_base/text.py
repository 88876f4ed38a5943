"""Text from other people, made harmless for a terminal."""

from __future__ import annotations

import re

# A string sequence (OSC, DCS, SOS, PM, APC) with its terminator, then CSI, then the remaining two-character escapes.
# No part matches across the next escape, so the time is proportional to the length of the text.
_SEQUENCE = re.compile(
    "(?:\x1b[\\]PX^_]|[\x9d\x90\x98\x9e\x9f])[^\x00-\x1f\x7f-\x9f]*(?:\x07|\x1b\\\\|\x9c)"
    "|(?:\x1b\\[|\x9b)[0-?]*[ -/]*[@-~]"
    "|\x1b[ -/]+[0-~]"
    "|\x1b[0-Z\\\\^-~]"
)
# Characters that control a terminal or mislead a reader: C0 (except tab and newline), DEL, C1, line and paragraph
# separators, bidirectional marks and overrides, interlinear annotation, invisible tag characters.
_CONTROL = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufff9-\ufffb\U000e0000-\U000e007f]"
)
_SURROGATE = re.compile("[\ud800-\udfff]")
_BLANKS = re.compile(r"\s+")


def printable(text: object) -> str:
    """The text without control sequences and control characters; newlines and tabs stay."""
    made = str(text).replace("\r\n", "\n")
    made = _CONTROL.sub("", _SEQUENCE.sub("", made))
    return _SURROGATE.sub("\ufffd", made)


def one_line(text: object) -> str:
    """The printable text on one line: each run of white space becomes one space."""
    return _BLANKS.sub(" ", printable(text)).strip()
