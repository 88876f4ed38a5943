"""The text by which a ticket is classified: the requester's own words, and nothing that nobody sees."""

from __future__ import annotations

import time

import pytest
from tests.db.people import CUSTOMER, SERVICE, Db, be, value
from tests.db.world import World

TEXT = "select helpdesk_private.text_to_classify(%s, %s)"


@pytest.mark.parametrize(
    ("body", "own"),
    [
        ("It leaks.\n\n> Does it leak?\n>> yes\nBadly.", "It leaks. Badly."),
        ("It leaks.\n-- \nJo Doe\n+44 20 7946 0000", "It leaks."),
        ("It leaks.\r\n-- \r\nJo Doe", "It leaks."),
        ("It leaks.\n\nOn Mon, 2 Nov 2026 at 10:00, Desk <desk@example.com> wrote:\nHello", "It leaks."),
        ("Es tropft.\n\nAm 02.11.2026 um 10:00 schrieb Desk:\nHallo", "Es tropft."),
        ("Ça fuit.\nLe lun. 2 nov. 2026 à 10:00, Desk a écrit :\nBonjour", "Ça fuit."),
        ("It leaks.\n-----Original Message-----\nFrom: Desk", "It leaks."),
        ("It leaks.\nSent from my phone", "It leaks."),
        ("On Monday it leaked.\nI wrote: it leaks", "On Monday it leaked. I wrote: it leaks"),
        ("le\u200baks \u202eback\U000e0041", "leaks back"),
        ("\t a \n\n b\u00a0c ", "a b c"),
        ("> only\n> a quotation", ""),
        ("", ""),
    ],
)
def test_it_is_what_the_sender_wrote(db: Db, body: str, own: str) -> None:
    assert value(db, TEXT, "Title", body) == f"Title {own}".strip()


def test_it_has_at_most_256_words_and_stays_short_in_scripts_without_blanks(db: Db) -> None:
    assert len(value(db, TEXT, "Title", "word " * 20_000).split()) == 256
    assert len(value(db, TEXT, "件名", "水漏れ" * 8_000)) <= 2048


@pytest.mark.parametrize("text", ["a", "> ", "\n", "On ", "-", "\u200b", "\ufdfa"])
def test_hostile_texts_take_no_time(db: Db, text: str) -> None:
    began = time.monotonic()
    value(db, "select helpdesk_private.word_features(helpdesk_private.text_to_classify('Title', %s))", text * 30_000)
    assert time.monotonic() - began < 2


def test_a_ticket_without_a_description_is_its_first_public_question(db: Db, world: World) -> None:
    of_ticket = "select helpdesk_private.classification_text(t) from helpdesk.tickets as t where t.ticket_id = %s"
    with be(db, SERVICE):
        ticket = value(
            db,
            "select ticket_id from helpdesk.create_ticket('Leak', requester_id => %s, team_id => %s)",
            world["customer"],
            world["desk"],
        )
        first = value(db, "select message_id from helpdesk.send_reply(%s, 'We received it.')", ticket)
    with be(db, CUSTOMER):
        question = value(db, "select message_id from helpdesk.send_reply(%s, 'The tap drips.', %s)", ticket, first)
        value(db, "select message_id from helpdesk.send_reply(%s, 'Are you there?', %s)", ticket, question)
    assert value(db, of_ticket, ticket) == "Leak The tap drips."
    with be(db, SERVICE):
        db.execute("select helpdesk.redact_message(%s)", (question,))
    assert value(db, of_ticket, ticket) == "Leak Are you there?"


def test_its_features_are_folded_words_and_pairs(db: Db) -> None:
    assert set(value(db, "select helpdesk_private.word_features('Größe: the TAP, the tap!')")) == {
        *("grosse", "the", "tap"),
        *("grosse the", "the tap", "tap the"),
    }
    assert value(db, "select helpdesk_private.word_features('!!! …')") == []
