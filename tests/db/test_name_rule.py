"""The rule for names, in SQL and in Python: the same on every value, in each version of PostgreSQL."""

# Letters that look like others are what is tested.
# ruff: noqa: RUF001

from __future__ import annotations

import unicodedata

import pytest
from tests.db.people import Db, value

from helpdesk_sdk import _names

# What is given, what is stored, what it is compared by.
NAMES = [
    ("Support", "Support", "support"),
    ("  two   blanks ", "two blanks", "two blanks"),
    ("tab\tline\r\nend\x0b\x0c\x85", "tab line end", "tab line end"),
    ("no\u00a0break\u2007\u202fspace\u3000wide", "no break space wide", "no break space wide"),
    ("line\u2028paragraph\u2029", "line paragraph", "line paragraph"),
    ("Cafe\u0301", "Café", "café"),
    ("CAFÉ", "CAFÉ", "café"),
    ("\u212bngstr\u00f6m", "\u00c5ngstr\u00f6m", "\u00e5ngstr\u00f6m"),
    ("e\u200b\u0301", "é", "é"),
    ("evil\u202egnp.exe", "evilgnp.exe", "evilgnp.exe"),
    ("\u2066isolate\u2069 \u200fmark\u200e \u061carabic", "isolate mark arabic", "isolate mark arabic"),
    ("a\x1b[2Jb", "a[2Jb", "a[2jb"),
    ("\ufeffzero\u200bwidth\u2060", "zerowidth", "zerowidth"),
    ("soft\u00adhyphen", "softhyphen", "softhyphen"),
    ("a \u200b b", "a b", "a b"),
    ("می\u200cخواهم", "می\u200cخواهم", "میخواهم"),
    ("👨\u200d👩\u200d👧", "👨\u200d👩\u200d👧", "👨👩👧"),
    ("☎\ufe0f desk", "☎\ufe0f desk", "☎ desk"),
    ("🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "🏴"),
    ("葛\U000e0100飾", "葛\U000e0100飾", "葛飾"),
    ("Ｓｕｐｐｏｒｔ", "Ｓｕｐｐｏｒｔ", "support"),
    ("oﬃce", "oﬃce", "office"),
    ("№ ①", "№ ①", "no 1"),
    ("ｶﾞ", "ｶﾞ", "ガ"),
    ("ΟΔΟΣ", "ΟΔΟΣ", "οδοσ"),
    ("οδος", "οδος", "οδοσ"),
    ("Straße", "Straße", "straße"),
    ("STRAẞE", "STRAẞE", "straße"),
    ("İstanbul", "İstanbul", "istanbul"),
    ("ΣΊΣΥΦΟΣ", "ΣΊΣΥΦΟΣ", "σίσυφοσ"),
    ("I\u0307stanbul", "İstanbul", "istanbul"),
    ("ılık", "ılık", "ilik"),
    ("Ǆ ǅ ǆ", "Ǆ ǅ ǆ", "dž dž dž"),
    ("ſong", "ſong", "song"),
    ("ᏣᎳᎩ", "ᏣᎳᎩ", "ꮳꮃꭹ"),
    ("a\u3164b", "a\u3164b", "a b"),
    ("Support\u3164", "Support\u3164", "support"),
    ("a\u2800b", "a\u2800b", "a b"),
    ("mongo\u180elia", "mongo\u180elia", "mongolia"),
    ("\u0301accent", "\u0301accent", "\u0301accent"),
    ("Пoddержка", "Пoddержка", "пoddержка"),
]
SHOW_NOTHING = [
    "",
    " ",
    "\t\r\n",
    "\u00a0\u2003\u3000",
    "\u200b",
    "\u200d\u200c",
    "\u202e\u2066",
    "\u00ad",
    "\u034f",
    "\u061c",
    "\u115f",
    "\u1160",
    "\u180e",
    "\u2028",
    "\u2800",
    "\u3164",
    "\ufe0f",
    "\ufeff",
    "\uffa0",
    "\U000e0020\U000e007f",
    "\x01\x1b\x7f\x9f",
]


@pytest.mark.parametrize(("given", "stored", "key"), NAMES)
def test_a_name_is_cleaned_and_compared_alike_in_the_database_and_the_sdk(
    db: Db, given: str, stored: str, key: str
) -> None:
    assert _names.clean_name(given) == stored
    assert _names.name_key(given) == key
    assert value(db, "select helpdesk_private.clean_name(%s)", given) == stored
    assert value(db, "select helpdesk_private.name_key(%s)", given) == key
    assert value(db, "select helpdesk_private.is_blank(%s)", given) is _names.is_blank(given) is False
    assert value(db, "select helpdesk_private.clean_name(%s)", stored) == stored
    assert value(db, "select helpdesk_private.name_key(%s)", key) == key


@pytest.mark.parametrize("given", SHOW_NOTHING, ids=ascii)
def test_what_shows_nothing_is_an_empty_name(db: Db, given: str) -> None:
    assert _names.is_blank(given)
    assert (_names.clean_name(given), _names.name_key(given)) == ("", "")
    assert value(db, "select helpdesk_private.is_blank(%s)", given) is True
    assert value(db, "select helpdesk_private.clean_name(%s)", given) == ""
    assert value(db, "select helpdesk_private.name_key(%s)", given) == ""


def test_every_character_that_both_know_is_cleaned_and_compared_alike(db: Db) -> None:
    # Characters that Python's tables do not have yet are new in PostgreSQL's, or the reverse.
    letters = [chr(n) for n in range(1, 0x110000) if unicodedata.category(chr(n)) not in ("Cn", "Cs")]
    given = [f"{letter}{'x' if n % 2 else ' A'}" for n, letter in enumerate(letters)]
    query = (
        "select g as given, helpdesk_private.clean_name(g) as stored, helpdesk_private.name_key(g) as key "
        "from unnest(%s::text[]) as g"
    )
    found = {row["given"]: (row["stored"], row["key"]) for row in db.execute(query, (given,)).fetchall()}
    assert found == {name: (_names.clean_name(name), _names.name_key(name)) for name in given}


def test_no_blank_and_no_invisible_character_makes_two_names_of_one(db: Db) -> None:
    letters = [chr(n) for n in range(1, 0x110000) if unicodedata.category(chr(n)) != "Cs" and _names.is_blank(chr(n))]
    query = "select distinct helpdesk_private.name_key('Sup' || g || 'port' || g) as key from unnest(%s::text[]) as g"
    assert {row["key"] for row in db.execute(query, (letters,)).fetchall()} == {"support", "sup port"}


def test_a_value_that_is_too_long_for_any_name_is_left_to_the_limit(db: Db) -> None:
    long = "É\u200b" * 2001
    assert value(db, "select helpdesk_private.clean_name(%s)", long) == long == _names.clean_name(long)
    assert value(db, "select helpdesk_private.clean_name(null)") is None
    assert value(db, "select helpdesk_private.name_key(null)") is None
