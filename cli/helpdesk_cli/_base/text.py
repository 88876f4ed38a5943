"""Text that others wrote, made harmless for a terminal."""

from __future__ import annotations

import re

# A string sequence (OSC, DCS, SOS, PM, APC) with its terminator, then CSI, then what is left of two-character escapes.
# No part can run past the next escape, so that the time it takes is proportional to the text.
_SEQUENCE = re.compile(
    "(?:\x1b[\\]PX^_]|[\x9d\x90\x98\x9e\x9f])[^\x00-\x1f\x7f-\x9f]*(?:\x07|\x1b\\\\|\x9c)"
    "|(?:\x1b\\[|\x9b)[0-?]*[ -/]*[@-~]"
    "|\x1b[ -/]+[0-~]"
    "|\x1b[0-Z\\\\^-~]"
)
# Whatever a terminal might obey or a reader might be fooled by: C0 (not tab and newline), DEL, C1, line and paragraph
# separators, marks and overrides of writing direction, interlinear annotation, invisible tag characters.
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
    """The same on one line: every run of blanks is one space."""
    return _BLANKS.sub(" ", printable(text)).strip()
