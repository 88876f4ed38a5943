"""The rule for names and titles, as in the database: how a name is cleaned, and by what names are compared.

The twins of ``helpdesk_private.is_blank``, ``clean_name`` and ``name_key``. Characters that are newer than Python's
own tables of Unicode may be compared differently; the database decides.
"""

from __future__ import annotations

import re
import unicodedata

_WHITE_SPACE = re.compile("[\t-\r\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]")
# It leaves out the joiners and variation selectors that scripts and emoji need.
_UNPRINTABLE = re.compile(
    "[\x01-\x1f\x7f-\x9f\xad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]"
)
_BLANK = re.compile(
    "[\x01-\x20\x7f-\xa0\xad\u034f\u061c\u115f\u1160\u1680\u17b4\u17b5\u180b-\u180f\u2000-\u200f\u2028-\u202f"
    "\u205f-\u206f\u2800\u3000\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3"
    "\U0001d173-\U0001d17a\U000e0000-\U000e0fff]*"
)
_INVISIBLE = re.compile(
    "[\u034f\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2060-\u206f\ufe00-\ufe0f\ufff0-\ufffb\U0001bca0-\U0001bca3"
    "\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
# The fillers of Hangul and the blank of braille look like a blank.
_LOOKS_BLANK = re.compile("[ \u115f\u1160\u2800]+")
_LONGEST = 4000


def is_blank(text: str) -> bool:
    """Whether the text shows nothing: it is empty, or has only blanks and invisible characters."""
    return _BLANK.fullmatch(text) is not None


def is_printable(text: str) -> bool:
    """Whether the text is without control characters, direction marks and other invisible characters."""
    return _UNPRINTABLE.search(text) is None


def clean_name(text: str) -> str:
    """A name or a title as it is stored: composed, without invisible characters, each run of white space one blank."""
    if len(text) > _LONGEST:
        return text
    if is_blank(text):
        return ""
    shown = _UNPRINTABLE.sub("", _WHITE_SPACE.sub(" ", text))
    return re.sub(" +", " ", unicodedata.normalize("NFC", shown)).strip(" ")


def name_key(text: str) -> str:
    """What names are compared by: names with the same key look the same."""
    name = clean_name(text)
    if name.isascii() or len(name) > _LONGEST:
        return small_letters(name)
    shown = _INVISIBLE.sub("", unicodedata.normalize("NFKC", name))
    return _LOOKS_BLANK.sub(" ", unicodedata.normalize("NFKC", _fold(shown))).strip(" ")


def small_letters(text: str) -> str:
    """The text as the database's ``lower()`` returns it: letter by letter, whatever the letters beside it."""
    return "".join(map(_small, text))


def _fold(text: str) -> str:
    return "".join(_small(capital if len(capital := letter.upper()) == 1 else letter) for letter in text)


def _small(letter: str) -> str:
    if letter == "İ":
        return "i"
    small = letter.lower()
    return small if len(small) == 1 else letter
