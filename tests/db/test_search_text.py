"""The words of tickets: how text is folded, the same in PostgreSQL 16 and 18, and what the index keeps."""

from __future__ import annotations

import itertools
import random
import string
from typing import LiteralString

import pytest
from psycopg import Rollback
from tests.db.people import ADMIN, AGENT, CUSTOMER, SERVICE, Db, be, one, value
from tests.db.world import World, said

FOLDED = {
    "Müller's Rechnung-Nr. ERR-1234": "mullers rechnung nr err 1234",
    "Straße, Strasse": "strasse strasse",
    "Søren Łukasz đặc": "soren lukasz dac",
    "e\u0301te\u0301 = \u00e9t\u00e9": "ete ete",
    "\uff26\uff35\uff2c\uff2c \ufb01x \u21165": "full fix no5",
    "Ёлка ЖУК Ωμέγα": "елка жук ωμεγα",
    "don\u2019t\u2026 co\u00adop \u2014 \u00a7 5": "dont coop 5",
    "请问发票号码 ok 字": "请问 问发 发票 票号 号码 ok 字",
    "한국어 검색": "한국 국어 검색",
    "パスワード": "パス スワ ワー ード",
    "a.b+c@example.co.uk": "a b c example co uk",
    "\U0001f600 \u200b &<>|!:*()'\"\\": "",
    "": "",
}
"""Each text with its words, on every version."""


@pytest.mark.parametrize("text", FOLDED, ids=repr)
def test_text_is_folded_alike_on_every_version(db: Db, text: str) -> None:
    assert value(db, "select helpdesk_private.search_fold(%s)", text) == FOLDED[text]


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("ERR-1234 and INV/2024-001, SKU 77", "err1234 inv2024001 sku77"),
        ("well-known, since 2024", ""),
        ("1.5-2", "152"),
        ("a" * 70 + "-1", ""),
    ],
)
def test_identifiers_are_words_too(db: Db, text: str, keys: str) -> None:
    assert value(db, "select helpdesk_private.search_keys(%s)", text) == keys


def test_an_address_is_one_word_however_it_is_typed(db: Db) -> None:
    keys = {
        value(db, "select helpdesk_private.search_keys(%s)", text)
        for text in ("a.b+c@Example.com", "<a.b+c@example.com>", "Write to a.b+c@example.com.", "(A.B+C@EXAMPLE.COM)")
    }
    assert len(keys) == 1
    assert next(iter(keys)).startswith("x")


@pytest.mark.parametrize(
    "words", ["Müller Mueller muller", "Häuser Haeuser Haus", "Rückerstattung Rueckerstattung", "Größe Groesse Grosse"]
)
def test_german_words_with_and_without_umlauts_are_one_word(db: Db, words: str) -> None:
    query = (
        "select to_tsvector('german', helpdesk_private.fold_german(helpdesk_private.search_fold(%s))) "
        "= to_tsvector('german', helpdesk_private.fold_german(helpdesk_private.search_fold(%s)))"
    )
    first, *others = words.split()
    assert all(value(db, query, first, other) for other in others)


def test_a_form_of_many_letters_is_folded_but_not_without_end(db: Db) -> None:
    ligature = "\ufdfa"
    folded: LiteralString = "select helpdesk_private.search_fold(%s)"
    assert value(db, folded, f"{ligature} end").endswith(" end")
    assert value(db, "select char_length(helpdesk_private.search_fold(%s))", ligature * 40_000) <= 160_000
    # Hangul and Vietnamese letters are up to three.
    for letters in ("\ud55c\uae00 ", "\u1ed9 "):
        assert value(db, folded, letters * 13_000 + "end").endswith(" end")


def _hardest(seed: int) -> dict[str, str]:
    """Texts of 10,000 characters with as many words as can be."""
    chosen = random.Random(seed)
    words = ["".join(letters) for letters in itertools.product(string.ascii_lowercase, repeat=3)]
    chosen.shuffle(words)
    return {
        "short words": " ".join(words)[:10_000],
        "addresses": " ".join(f"{one}@{two}" for one, two in itertools.pairwise(words))[:10_000],
        "identifiers": " ".join(f"{word}-{n}" for n, word in enumerate(words))[:10_000],
        "characters": "".join(chr(0x4E00 + chosen.randrange(20_000)) for _ in range(10_000)),
        "one word": "a" * 10_000,
        "blanks and one letter": " " * 9_999 + "b",
    }


@pytest.mark.parametrize("kind", _hardest(0))
def test_no_text_is_too_much_for_the_index(db: Db, world: World, kind: str) -> None:
    before = value(db, "select words from helpdesk_private.ticket_texts where ticket_id = %s", world["mine"])
    with be(db, CUSTOMER):
        for seed in range(12):
            said(db, "mine", f"{seed} {_hardest(seed)[kind]}", world)
    with be(db, ADMIN):
        db.execute("select helpdesk.add_note(%s, %s)", (world["mine"], _hardest(99)[kind]))
    row = one(db, "select * from helpdesk_private.ticket_texts where ticket_id = %s", world["mine"])
    assert row["words"] != before
    assert row["bytes"] <= 100_000


def test_a_description_of_100_000_characters_is_stored_and_found_by_its_beginning(db: Db, world: World) -> None:
    with db.transaction() as block:
        with be(db, CUSTOMER):
            ticket = one(
                db,
                "select * from helpdesk.create_ticket(title => 'Long', description => %s)",
                "beginning " + "word " * 19_990 + "end",
            )
        found = (
            "select words @@ 'beginning'::tsquery as head, words @@ 'end'::tsquery as tail "
            "from helpdesk_private.ticket_texts where ticket_id = %s"
        )
        assert one(db, found, ticket["ticket_id"]) == {"head": True, "tail": False}
        raise Rollback(block)


MATCHES = "select words @@ %s::tsquery from helpdesk_private.{} where ticket_id = %s"


def finds(db: Db, world: World, word: str, ticket: str = "mine", table: str = "ticket_texts") -> bool:
    """Whether the ticket's words have this word."""
    found = db.execute(MATCHES.format(table).encode(), (word, world[ticket])).fetchone()
    return bool(found and next(iter(found.values())))


def test_the_words_are_written_with_the_text_and_go_with_it(db: Db, world: World) -> None:
    with be(db, CUSTOMER):
        message = said(db, "mine", "My password is swordfish", world)
    assert finds(db, world, "swordfish")
    with be(db, AGENT):
        db.execute("select helpdesk.redact_message(%s)", (message,))
    assert not finds(db, world, "swordfish")
    with be(db, CUSTOMER):
        db.execute("select set_config('search_path', '', true)")
    with be(db, ADMIN):
        db.execute("update helpdesk.tickets set title = 'Marmalade' where ticket_id = %s", (world["mine"],))
    assert finds(db, world, "marmalade:A")
    assert not finds(db, world, "ticket:A")
    with be(db, SERVICE):
        db.execute("select helpdesk.transfer_ticket(%s, %s)", (world["mine"], world["vault"]))
    scope = "select team_id::text from helpdesk_private.ticket_texts where ticket_id = %s"
    assert value(db, scope, world["mine"]) == world["vault"]


def test_notes_have_words_of_their_own(db: Db, world: World) -> None:
    with be(db, AGENT):
        db.execute("select helpdesk.add_note(%s, 'Confidential marzipan')", (world["mine"],))
    assert finds(db, world, "marzipan", table="note_texts")
    assert not finds(db, world, "marzipan")


def test_the_newest_messages_are_found_when_the_oldest_no_longer_fit(db: Db, world: World) -> None:
    with be(db, CUSTOMER):
        said(db, "mine", "oldest " + "x " * 4_990, world)
        for _ in range(11):
            said(db, "mine", "filler " + "y " * 4_990, world)
        said(db, "mine", "newest " + "z " * 4_990, world)
    assert finds(db, world, "newest")
    assert not finds(db, world, "oldest")


def test_all_words_can_be_computed_anew(db: Db, world: World) -> None:
    words = "select ticket_id, words from helpdesk_private.ticket_texts order by 1"
    before = db.execute(words).fetchall()
    db.execute("update helpdesk_private.ticket_texts set words = ''")
    db.execute("delete from helpdesk_private.note_texts")
    assert value(db, "select helpdesk_private.rebuild_search()") == len(before)
    assert db.execute(words).fetchall() == before
    assert finds(db, world, "between", "answered", "note_texts")
