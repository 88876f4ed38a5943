"""What is removed from a model's text, whatever it is hidden in, and what is left alone."""

from __future__ import annotations

import re
import time
from itertools import product

import pytest
from tests.db.people import Db, value
from tests.harmless import HARMLESS, IN_OTHER_LANGUAGES

KB = "https://kb.example/a"
CLEAN = "select (helpdesk_private.clean_answer(%s, array['https://kb.example/a'])).p_clean"
FLAGS = "select (helpdesk_private.clean_answer(%s, array['https://kb.example/a'])).p_flags"
HOSTILE = [
    # J6, J7: images and definitions of references.
    "![x](https://evil.test/?q=1)",
    "![x][r]\n\n[r]: https://evil.test/1",
    "[a][r]\n\n[r]: https://evil.test/1",
    "[a][r]\n\n   [r]:\n  <https://evil.test/1> 'title'",
    "> [r]: https://evil.test/1\n[a][r]",
    "[![i](https://evil.test/i.png)](https://evil.test/)",
    "![a\\]b](https://evil.test/i)",
    "![](//evil.test/i)",
    # J8, J9: addresses.
    "<https://evil.test/1>",
    "https://evil.test/1?d=2#3",
    "HTTPS://EVIL.TEST/1",
    "hTTps:/evil.test",
    "//evil.test/1",
    "www.evil.test",
    "WWW.evil.test",
    "evil\u3002com/a",
    "evil\uff0ecom",
    "\uff48ttps\uff1a\uff0f\uff0fevil.test",
    "https://kb.example@evil.test/",
    "https://kb.example/a@evil.test",
    "https://kb.example/a?d=secret",
    "https://kb.example/a#secret",
    "https://kb.example/a/secret",
    "https://kb.exampl\u0435/a",
    "https://xn--kb-x.example/a",
    "http://kb.example/a",
    "https://kb.example:8443/a",
    "[x](https://kb.example/a?d=secret)",
    "[x](https://evil.test/(y)z 'title')",
    "[x]( <https://evil.test/a b> )",
    "[x](/admin/delete)",
    "[[x](https://evil.test/)](https://evil.test/)",
    "[x](javascript:alert(1))",
    "javascript:alert(1)",
    "data:text/html;base64,AAAA",
    "vbscript:x",
    "ftp://evil.test/x",
    "file:///etc/passwd",
    "https&#58;//evil.test",
    "https&colon;&sol;&sol;evil.test",
    "&amp;#104;ttps&amp;colon;//evil.test",
    "https\\://evil.test",
    "evil.com/pay",
    # J10: HTML.
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    "<style>@import url(//evil.test)</style>",
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "<a href='https://evil.test'>x</a>",
    '<img src="https://evil.test/x"',
    "<!-- <img src=//evil.test> -->",
    "&lt;img src=x onerror=alert(1)&gt;",
    "&amp;lt;script&amp;gt;alert(1)",
    "<iframe srcdoc='x'></iframe>",
    "<form action=//evil.test><input>",
    "\uff1cimg src=x\uff1e",
    # J13, J14, J31: what nobody sees and what terminals obey.
    "a\u200b\u200d\u2060b",
    "a\u202eb\u2066c",
    "a\U000e0041\U000e0042b",
    "a\ufe01\U000e0101b",
    "a\x1b]52;c;AAAA\x07b",
    "a\x1b[31mb",
    "a\x9b31mb",
    "a\x1bPq\x1b\\b",
    "a\x08\x08b",
    "a\x85b\u2028c",
    "\ue0001\ue001",
]
BAD = re.compile(
    r"evil|!\[|\]\(|\]:\s*[</]|//|www\.|javascript:|data:|vbscript:|kb\.exampl|xn--|"
    r"<[a-zA-Z/!?]|onerror|onload|@import|admin|"
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u034f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ue000-\uf8ff\ufe00-\ufe0f\ufeff]"
    "|[\U000e0000-\U000e0fff]",
    re.IGNORECASE,
)
CARRIERS = ["{}", "Go to {} now.", "- {}\n- b", "**{}**", "> {}", "({})", "a\n\n{}\n\nb", '"{}"', "`{}`"]


@pytest.mark.parametrize("text", HOSTILE, ids=ascii)
def test_j6_to_j10_nothing_that_sends_data_is_left(db: Db, text: str) -> None:
    for carrier in CARRIERS:
        clean = value(db, CLEAN, carrier.format(text))
        assert not BAD.search(clean), (carrier, clean)


def test_pairs_do_not_make_what_neither_is(db: Db) -> None:
    texts = ["![x](", "](https://evil.test)", "<", "img src=x>", "https:", "//evil.test", "[r]:", " https://evil.test"]
    for pair in product(texts + HOSTILE[::6], repeat=2):
        assert not re.search(r"evil|<[a-z/!?]|!\[|\]\(", value(db, CLEAN, "".join(pair)), re.IGNORECASE), pair


def test_cleaning_twice_changes_nothing_more(db: Db) -> None:
    for text in (*HOSTILE, f"[k]({KB}) {KB} <b>x</b>", "a < b", "List<String>"):
        once = value(db, CLEAN, text)
        assert value(db, CLEAN, once) == once, text


@pytest.mark.parametrize(
    "text",
    [
        "If a < b and c > d, then 10:30 and 1/2.",
        "Node.js v1.2.3, config.yaml, C:\\dir\\file, e.g. this; and/or that.",
        "**Bold**, _italic_, `code`.\n\n1. One\n2. Two\n\n> Quote",
        "Grüße, naïve, 日本語。次の文。",
        "[Note]: Restart the router first.",
        "array[0] and f(x)[1], see [1].",
        f"[k]({KB}) and {KB}. ({KB})",
        "R&D costs 5 & more",
        "Write to help@example.com",
        "Ignore my previous mail: which data do I need?",
    ],
)
def test_what_is_harmless_stays(db: Db, text: str) -> None:
    assert value(db, CLEAN, text) == text
    assert value(db, FLAGS, text) == []


# A word in angle brackets gets a blank, whatever it is.
@pytest.mark.parametrize("text", [text for text in HARMLESS + IN_OTHER_LANGUAGES if "<" not in text])
def test_a_reply_that_repeats_harmless_words_of_an_attack_stays(db: Db, text: str) -> None:
    assert value(db, CLEAN, text) == text
    assert value(db, FLAGS, text) == []
    assert value(db, "select helpdesk_private.has_hidden_text(%s)", text) is False
    assert value(db, "select helpdesk_private.unknown_contacts(%s, '')", text) == []


@pytest.mark.parametrize(
    ("text", "flag"),
    [
        ("see https://evil.test", "links_removed"),
        ("<b>x</b>", "markup_removed"),
        ("a\u200bb", "invisible_removed"),
    ],
)
def test_a_flag_says_what_was_removed(db: Db, text: str, flag: str) -> None:
    assert value(db, FLAGS, text) == [flag]


def test_the_text_of_a_link_stays(db: Db) -> None:
    assert value(db, CLEAN, "See [our page](https://evil.test) for more.") == "See our page for more."


def test_only_plain_addresses_of_an_article_count(db: Db) -> None:
    body = "See https://kb.example/a, <https://kb.example/q?x=1>. [x](https://kb.example/b_(c)) https://u@kb.example/ "
    assert value(db, "select helpdesk_private.links_of(%s)", body) == [
        "https://kb.example/a",
        "https://kb.example/b_(c)",
        "https://kb.example/q?x=1",
    ]


@pytest.mark.parametrize(
    "part", ["[", "![", "<", "<a ", "[a](", "a.", "http://", "&#", "[a]: ", "\n[a]:", "(", "<script>", "<!--", "\x1b]"]
)
def test_hostile_repetition_costs_little(db: Db, part: str) -> None:
    began = time.monotonic()
    value(db, CLEAN, part * (20_000 // len(part)))
    assert time.monotonic() - began < 5


@pytest.mark.parametrize(
    ("text", "known", "unknown"),
    [
        ("Call +49 (30) 123-4567.", "my number: 030 1234567", []),
        ("Call 0800 555 1234.", "", ["8005551234"]),
        ("Write to Help@Evil.test", "", ["help@evil.test"]),
        ("Write to help@example.com.", "From: HELP@example.com", []),
        ("On 2026-11-28 at 10:00, or 28.11.2026.", "", []),
        ("Order 4711 costs 1,299.00", "", []),
        ("\u0660\u0661\u0662\u0663\u0664\u0665\u0666\u0667\u0668", "", ["12345678"]),
        ("help (at) evil.test", "", ["help (at) evil.test"]),
    ],
)
def test_j11_contacts_that_nobody_named(db: Db, text: str, known: str, unknown: list[str]) -> None:
    assert value(db, "select helpdesk_private.unknown_contacts(%s, %s)", text, known) == unknown


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Please open the settings and then choose the account that you want to use.", "en"),
        ("Bitte öffnen Sie die Einstellungen und wählen Sie das Konto, das Sie verwenden wollen.", "de"),
        ("Veuillez ouvrir les paramètres et choisir le compte que vous voulez utiliser.", "fr"),
        ("Abra la configuración y elija la cuenta que quiere usar para el pedido.", "es"),
        ("設定を開いてください", "ja"),
        ("Router X200", None),
        ("", None),
    ],
)
def test_j25_the_language_of_a_text(db: Db, text: str, language: str | None) -> None:
    assert value(db, "select helpdesk_private.language_of(%s)", text) == language


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ('<span style="display:none">x</span>', True),
        ("<p hidden>x</p>", True),
        ("<!-- do it -->", True),
        ("a\U000e0041\U000e0042\U000e0043\U000e0044", True),
        ("a\u202eb", True),
        ("plain <b>text</b> \u2764\ufe0f", False),
    ],
)
def test_j12_hidden_text_is_noticed(db: Db, text: str, hidden: bool) -> None:
    assert value(db, "select helpdesk_private.has_hidden_text(%s)", text) is hidden
