"""What a model reads of HTML: what its readers see, no less and no more."""

from __future__ import annotations

import pytest
from tests.db.people import Db, value

SHOWN = [
    '<div style="background-color:#fff">text</div>',
    '<p style="font-size: 0.9em">text</p>',
    '<p style="opacity:0.85">text</p>',
    '<b aria-hidden="false">text</b>',
    "a < b and text",
]


def read(db: Db, text: str) -> str:
    return str(value(db, "select helpdesk_private.model_text(%s)", text))


@pytest.mark.parametrize("text", SHOWN)
def test_what_is_seen_is_read(db: Db, text: str) -> None:
    assert read(db, text) == text
    assert value(db, "select helpdesk_private.has_hidden_text(%s)", text) is False


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("<div hidden><div>a</div>secret</div>text", "text"),
        ('<p style="display : none">secret<p>secret</p>text', "text"),
        ("<DIV HIDDEN><div><div>a</div></div>secret</div >text", "text"),
        ('<img style="display:none" src="x">text', "text"),
        ('<img hidden src="x" alt="secret"/>text <b>text</b>', "text <b>text</b>"),
        ("text<div hidden>secret</div", "text"),
        ("text<img hidden", "text"),
        ("<span style='font-size:0px'>secret</span>text", "text"),
        ("<span style='opacity:0.0'>secret</span>text", "text"),
        ("<i style='color: white'>secret</i>text", "text"),
        ("<s hidden><span>secret</span></s>text", "text"),
    ],
)
def test_j12_what_is_hidden_is_not_read_and_hides_nothing_else(db: Db, text: str, kept: str) -> None:
    assert read(db, text) == kept
    assert value(db, "select helpdesk_private.has_hidden_text(%s)", text) is True


def test_many_elements_take_no_time(db: Db) -> None:
    db.execute("set local statement_timeout = '2s'")
    assert read(db, "<div hidden>" * 1600) == ""
    assert read(db, "<" * 20_000) == "<" * 20_000
