"""JSON in every envelope; files that are cut off, damaged, or in another encoding."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from helpdesk_sdk import LocalFileError
from helpdesk_sdk.imports.desks import envelopes
from helpdesk_sdk.imports.desks.envelopes import BrokenFileError, Found, files_of, read_json

ONE: dict[str, Any] = {"id": 7282640316815, "comments": [{"id": 5}], "subject": "Größe \U0001f600"}
TWO: dict[str, Any] = {"id": 2, "subject": 'q " \\ [ { } ]'}
Read = Callable[[bytes], tuple[list[Found], list[BrokenFileError]]]


@pytest.fixture(params=[1 << 18, 64], ids=["large pieces", "small pieces"])
def read(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Read:
    """Reads bytes as a file."""
    monkeypatch.setattr(envelopes, "_PIECE", request.param)

    def reading(data: bytes) -> tuple[list[Found], list[BrokenFileError]]:
        file = tmp_path / "file"
        file.write_bytes(data)
        broken: list[BrokenFileError] = []
        return list(read_json(file, "file", broken)), broken

    return reading


def _text(value: Any, **options: Any) -> bytes:
    return json.dumps(value, **options).encode()


ENVELOPES: dict[str, tuple[bytes, str | None]] = {
    "lines": (_text(ONE) + b"\n" + _text(TWO) + b"\n", None),
    "lines without an end": (_text(ONE) + b"\r\n\r\n" + _text(TWO), None),
    "array": (_text([ONE, TWO]), None),
    "pretty array": (_text([ONE, TWO], indent=2), None),
    "page": (_text({"tickets": [ONE, TWO], "next_page": None, "count": 2, "end_of_stream": True}), "tickets"),
    "pretty page": (_text({"count": 2, "tickets": [ONE, TWO], "next_page": None}, indent=1), "tickets"),
    "two pages": (_text({"tickets": [ONE]}) + b"\n" + _text({"tickets": [TWO]}), "tickets"),
    "pages in an array": (_text([ONE]) + b"\n" + _text([TWO]), None),
    "gzip": (gzip.compress(_text([ONE])) + gzip.compress(b"\n" + _text([TWO])), None),
    "mark": (b"\xef\xbb\xbf" + _text([ONE, TWO]), None),
    "utf-16": (json.dumps([ONE, TWO], ensure_ascii=False).encode("utf-16"), None),
    "letters": (json.dumps([ONE, TWO], ensure_ascii=False).encode(), None),
}


@pytest.mark.parametrize("name", ENVELOPES)
def test_every_envelope(read: Read, name: str) -> None:
    data, key = ENVELOPES[name]
    found, broken = read(data)
    assert [(one.key, one.value) for one in found] == [(key, ONE), (key, TWO)]
    assert not broken


def test_one_object(read: Read) -> None:
    for indent in (None, 2):
        assert [(one.key, one.value) for one in read(_text({"ticket": ONE}, indent=indent))[0]] == [("ticket", ONE)]
        assert [(one.key, one.value) for one in read(_text(ONE, indent=indent))[0]] == [(None, ONE)]
    assert read(b"") == read(b" \n") == read(b"[]") == read(_text({"tickets": [], "count": 0})) == ([], [])


def test_a_bad_line_is_named_and_the_others_are_read(read: Read) -> None:
    line = _text(TWO)
    found, broken = read(line + b"\n" + line[:20] + b"\n" + line + b"\nhello\n" + line + b"\n" + line[:-1])
    assert len(found) == 3
    assert [(one.place, one.message) for one in broken] == [
        ("file:2", "the line is cut off"),
        ("file:4", "this is no JSON: Expecting value"),
        ("file:6", "the line is cut off"),
    ]


BROKEN: dict[str, tuple[bytes, str, str]] = {
    "array cut": (_text([ONE, TWO])[:-8], "file:1", "element 2: the file is cut off here"),
    "array without an end": (_text([ONE, TWO])[:-1], "file:1", "after element 2: the file is cut off here"),
    "page cut": (_text({"tickets": [TWO, TWO]}, indent=1)[:-20], "file:9", "tickets 2: the file is cut off here"),
    "gzip cut": (gzip.compress(_text([ONE] * 1000))[:60], "file", "the file is cut off or damaged"),
    "gzip damaged": (b"\x1f\x8b" + b"x" * 40, "file", "the file is cut off or damaged"),
    "no comma": (b"[1 2]", "file:1", "after element 1: a comma is missing"),
    "latin 1": (json.dumps([ONE["subject"][:5]], ensure_ascii=False).encode("latin-1"), "file:1", "this is not UTF-8"),
    "deep": (b"[" + b"[" * 200_000, "file", "nested too deep"),
    "long number": (b"[" + b"1" * 9_000 + b"]", "file", "a number too long"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_file_that_cannot_be_read_to_its_end(read: Read, name: str) -> None:
    data, place, message = BROKEN[name]
    with pytest.raises(BrokenFileError) as caught:
        read(data)
    assert caught.value.place.startswith(place)
    assert message in caught.value.message


def test_the_files_of_a_folder(tmp_path: Path) -> None:
    with pytest.raises(LocalFileError, match="no such file"):
        files_of(tmp_path / "none")
    (tmp_path / "x.txt").touch()
    with pytest.raises(LocalFileError, match="no JSON files"):
        files_of(tmp_path)
    for name in ("b.json", "a.jsonl.gz", ".hidden.json"):
        (tmp_path / name).touch()
    read, others = files_of(tmp_path)
    assert ([one.name for one in read], [one.name for one in others]) == (["a.jsonl.gz", "b.json"], ["x.txt"])
