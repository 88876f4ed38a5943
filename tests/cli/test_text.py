"""Text from other people cannot control a terminal."""

import time
import unicodedata

import pytest
from tests.cli.support import HOSTILE

from helpdesk_cli._base.text import one_line, printable

CASES = {
    "\x1b[31mred\x1b[0m": "red",
    "\x1b]0;title\x07after": "after",
    "\x1b]52;c;ZXZpbA==\x1b\\after": "after",
    "\x1b]8;;http://evil.example\x07link\x1b]8;;\x07": "link",
    "\x9b2Jgone \x9d0;x\x9cback": "gone back",
    "\x1bPq#0;2\x1b\\sixel": "sixel",
    "\x1bcreset \x1b(0charset \x1b7saved": "reset charset saved",
    "\x1b\x1b[31m[31mnested": "[31mnested",
    "\x1b]0;never ended": "]0;never ended",
    "a\rb\r\nc": "ab\nc",
    "bell\a back\b del\x7f nel\x85": "bell back del nel",
    "\u202egnp.exe\u202c \u2066x\u2069\u200e\u200f\u061c": "gnp.exe x",
    "tag\U000e0041\U000e007f \u2028\u2029": "tag ",
    "lone \ud800 surrogate": "lone \ufffd surrogate",
    "tab\tand\nnewline": "tab\tand\nnewline",
    "Grüße, 東京, مرحبا, 👩\u200d💻": "Grüße, 東京, مرحبا, 👩\u200d💻",
    "[bold]is text[/bold]": "[bold]is text[/bold]",
}


@pytest.mark.parametrize("text", CASES, ids=ascii)
def test_control_sequences_go_and_text_stays(text: str) -> None:
    assert printable(text) == CASES[text]


def test_whatever_comes_in_no_control_character_goes_out() -> None:
    every = "".join(chr(code) for code in range(0x3000)) + "".join(chr(code) for code in range(0xFFF0, 0x10000))
    for text in (HOSTILE, every, *(f"\x1b{chr(code)}x" for code in range(0x100))):
        left = {char for char in printable(text) if unicodedata.category(char) in {"Cc", "Zl", "Zp"}}
        assert left <= {"\n", "\t"}
        assert not {char for char in printable(text) if unicodedata.bidirectional(char) in {"RLO", "LRO", "RLI", "PDF"}}


def test_one_line_is_one_line() -> None:
    assert one_line(" a\n\n b\t c\r\n\x1b[1md ") == "a b c d"


@pytest.mark.parametrize("piece", ["\x1b]", "\x1b[", "\x1b[0", "\x9d", "\x1bP1", "\x1b ", "\x1b]a\n"], ids=ascii)
def test_the_time_it_takes_grows_with_the_text_and_no_faster(piece: str) -> None:
    begun = time.process_time()
    printable(piece * 200_000)
    assert time.process_time() - begun < 2
