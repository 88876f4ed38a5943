"""The reasons of a rejection in words: each reason of docs/attachments.md has a sentence."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from helpdesk_sdk.models.attachments import FILE_TYPES, Attachment

_PAGE = Path(__file__).parents[2] / "docs/attachments.md"
_TABLE = _PAGE.read_text(encoding="utf-8").partition("| the file is rejected as |")[2].partition("\n\n")[0]
_CODES = [code for row in _TABLE.splitlines()[2:] for code in re.findall("`([a-z_]+)[`:]", row.split(" | ")[0])]


def _text(reason: str | None, content_type: str = "image/png") -> str | None:
    return Attachment.model_construct(reason=reason, content_type=content_type).reason_text


def test_the_page_has_the_reasons() -> None:
    assert {"type_mismatch", "archive_too_large", "file_lost", "infected"} <= set(_CODES)


@pytest.mark.parametrize("code", _CODES)
def test_each_reason_is_words(code: str) -> None:
    text = _text(code)
    assert text is not None
    assert " " in text
    assert "_" not in text


@pytest.mark.parametrize("content_type", sorted(set(FILE_TYPES.values())))
def test_each_type_has_a_name(content_type: str) -> None:
    assert "/" not in str(_text("type_mismatch", content_type))


def test_details_and_new_reasons_stay() -> None:
    assert _text("infected: Eicar-Signature") == "the virus scanner found Eicar-Signature"
    assert _text("of_a_later_version") == "of_a_later_version"
    assert _text("type_mismatch", "font/woff2") == "the content is not font/woff2"
    assert _text(None) is None
