"""The rule for names, in SQL and in Python: the same on every value, in each version of PostgreSQL."""

# Letters that look like others are what is tested.
# ruff: noqa: RUF001

from __future__ import annotations

import unicodedata
from typing import Any, LiteralString
from uuid import uuid4

import pytest
from tests.db.people import ADMIN, CUSTOMER, Db, Person, as_person, refused, value
from tests.db.world import World

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


STORED = [("a\x1b[2Jb", "a[2Jb"), (" evil\u202egnp.exe ", "evilgnp.exe"), ("Cafe\u0301\u00a0\tx", "Café x")]


@pytest.mark.parametrize(("given", "stored"), STORED)
def test_whoever_writes_a_name_its_clean_form_is_stored(db: Db, world: World, given: str, stored: str) -> None:
    def change(person: Person, query: LiteralString, *args: object) -> Any:
        with as_person(db, person):
            return value(db, query, *args)

    mine, me = world["mine"], world["customer"]
    assert (
        change(CUSTOMER, "update helpdesk.users set name = %s where user_id = %s returning name", given, me) == stored
    )
    assert change(ADMIN, "select name from helpdesk.create_customer('x@example.com', %s)", given) == stored
    assert change(ADMIN, "insert into helpdesk.teams (name) values (%s) returning name", given) == stored
    assert change(ADMIN, "update helpdesk.teams set name = %s where is_default returning name", given) == stored
    assert change(CUSTOMER, "insert into helpdesk.tickets (title) values (%s) returning title", given) == stored
    assert change(CUSTOMER, "select title from helpdesk.create_ticket(%s)", given) == stored
    assert (
        change(CUSTOMER, "update helpdesk.tickets set title = %s where ticket_id = %s returning title", given, mine)
        == stored
    )
    tag = "insert into helpdesk.ticket_tags (ticket_id, tag) values (%s, %s) returning tag"
    assert change(ADMIN, tag, mine, given) == stored.lower()


@pytest.mark.parametrize("given", SHOW_NOTHING, ids=ascii)
def test_a_name_or_a_text_that_shows_nothing_is_refused_with_its_field(db: Db, world: World, given: str) -> None:
    writes: list[tuple[str, Person, LiteralString]] = [
        ("name", ADMIN, "insert into helpdesk.teams (name) values (%s)"),
        ("name", ADMIN, "update helpdesk.teams set name = %s where is_default"),
        ("title", CUSTOMER, "insert into helpdesk.tickets (title) values (%s)"),
        ("title", CUSTOMER, "select helpdesk.create_ticket(%s)"),
        ("title", ADMIN, "update helpdesk.tickets set title = %s where number = 1"),
        ("tag", ADMIN, "select helpdesk.create_ticket('x', tags => array[%s])"),
        ("external_id", ADMIN, "select helpdesk.create_ticket('x', external_id => %s)"),
        ("body", CUSTOMER, "select helpdesk.send_reply((select ticket_id from helpdesk.my_tickets limit 1), %s)"),
        ("body", ADMIN, "select helpdesk.add_note((select ticket_id from helpdesk.team_tickets limit 1), %s)"),
    ]
    for field, person, query in writes:
        with refused("invalid_value", field), as_person(db, person):
            db.execute(query, (given,))
    with as_person(db, CUSTOMER):
        rename: LiteralString = "update helpdesk.users set name = %s where user_id = %s returning name"
        assert value(db, rename, given, world["customer"]) == ""


@pytest.mark.parametrize("same", ["SUPPORT", " support", "Ｓupport", "Sup\u200bport", "support\u3164", "Sup\u00adport"])
def test_two_teams_never_have_names_that_look_the_same(db: Db, same: str) -> None:
    with refused("name_taken"), as_person(db, ADMIN):
        db.execute("insert into helpdesk.teams (name) values (%s)", (same,))
    with as_person(db, ADMIN):
        db.execute("insert into helpdesk.teams (name) values ('Billing')")
        with refused("name_taken"), db.transaction():
            db.execute("update helpdesk.teams set name = %s where name = 'Billing'", (same,))


def test_a_team_may_have_the_longest_name_of_the_widest_letter(db: Db) -> None:
    with as_person(db, ADMIN):
        # U+FDFA is compared as 18 letters, more than an entry of the index can hold uncompressed.
        db.execute("insert into helpdesk.teams (name) values (repeat(U&'\\FDFA', 100))")
        db.execute(
            "insert into helpdesk.teams (name) select string_agg(chr(13055 + n), '') from generate_series(1, 100) as n"
        )


def test_a_repeated_creation_with_the_same_clean_title_is_a_repetition(db: Db) -> None:
    with as_person(db, CUSTOMER):
        create: LiteralString = "select number from helpdesk.create_ticket(%s, ticket_id => %s)"
        ticket_id = uuid4()
        first = value(db, create, "Cafe\u0301  x", ticket_id)
        assert value(db, create, "Café x", ticket_id) == first
