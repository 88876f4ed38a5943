"""The reader of examples/import_csv.py: encodings, separators and headers as real programs write them."""

from __future__ import annotations

import io

import pytest

from csv_table import Stopped, Table, encoding_of, open_table

TITLES = ("title,body\n", "Straße,1\n", "a,b\n")


def table(raw: str | bytes, encoding: str | None = None, separator: str | None = None, **columns: str) -> Table:
    return open_table(io.BytesIO(raw.encode() if isinstance(raw, str) else raw), encoding, separator, columns)


def cells(raw: str | bytes, encoding: str | None = None, **columns: str) -> list[list[str]]:
    return [record.cells for record in table(raw, encoding, **columns).records]


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"], ids=lambda name: name
)
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"], ids=["lf", "crlf", "cr"])
def test_the_encoding_is_found_out(encoding: str, newline: str) -> None:
    raw = "".join(TITLES).replace("\n", newline).encode(encoding)
    assert cells(raw) == [["Straße", "1"], ["a", "b"]]


def test_big_and_little_utf_16_with_a_mark() -> None:
    for mark, encoding in ((b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be")):
        assert cells(mark + "".join(TITLES).encode(encoding)) == [["Straße", "1"], ["a", "b"]]


def test_text_of_another_script_is_not_taken_for_utf_16() -> None:
    assert encoding_of("title,body\n标题,正文\n".encode()) == "utf-8"
    assert encoding_of(b"title\nnul\0nul\n") == "utf-8"
    assert encoding_of(b"") == "utf-8"


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"], ids=["comma", "semicolon", "tab", "pipe"])
@pytest.mark.parametrize("told", ["", "sep={}\n", '"sep={}"\r\n', "SEP={}\n", "\ufeffsep={}\n"], ids=repr)
def test_the_separator_is_found_out_or_told_in_the_first_line(separator: str, told: str) -> None:
    raw = (
        told.format(separator)
        + "Title,Body,Tags\n".replace(",", separator)
        + '"a;b,c|d\te"'
        + f"{separator}x{separator}\n"
    )
    found = table(raw)
    assert found.header == ["Title", "Body", "Tags"]
    assert [record.cells for record in found.records] == [["a;b,c|d\te", "x", ""]]


def test_the_lines_count_from_the_first_line_of_the_file() -> None:
    records = table('sep=;\ntitle;body\na;"two\nlines"\n\nb;c\n').records
    assert [(record.number, record.line) for record in records] == [(1, 4), (2, 6)]


def test_a_separator_in_the_header_of_a_file_with_another_one() -> None:
    assert table("title;notes, internal;body\n1;2;3\n").header == ["title", "notes, internal", "body"]
    assert table('"title, short";body\n1;2\n', title="title, short").header == ["title, short", "body"]


def test_a_file_of_one_column_needs_no_separator() -> None:
    assert cells("title\nwith; and | and\n") == [["with; and | and"]]


def test_a_separator_that_is_given_is_used() -> None:
    assert table("title,body;other\n", separator=",").header == ["title", "body;other"]


@pytest.mark.parametrize("header", ["TITLE,Created At,E-Mail", "Subject,created_at,EMAIL", "summary,CREATED-AT,email "])
def test_capitals_blanks_and_lines_in_the_header_make_no_difference(header: str) -> None:
    places = table(f"{header}\n").places
    assert places["title"] == (0,)
    assert places["created"] == (1,)
    assert ("requester" in places) is not header.startswith("TITLE")


def test_columns_go_by_their_usual_names() -> None:
    found = table("Key,repo,title,body,label,status,priority,requester,created_at\n")
    assert found.places == {
        "id": (0,),
        "team": (1,),
        "title": (2,),
        "body": (3,),
        "tags": (4,),
        "status": (5,),
        "priority": (6,),
        "requester": (7,),
        "created": (8,),
    }
    assert found.unused == []


def test_or_by_the_names_that_are_given() -> None:
    found = table("What,ref,title,id\n", title="what", id="REF")
    assert found.places == {"title": (0,), "id": (1,)}
    assert found.unused == ["title", "id"]


def test_every_column_of_tags_is_used() -> None:
    found = table("Summary,Labels,Labels,Comment,Comment,tags,\n")
    assert found.places["tags"] == (5, 1, 2)
    # Of other columns that repeat their name nothing is taken, and each is named.
    assert found.unused == ["Comment", "Comment", "(column 7)"]


def test_a_second_column_of_the_same_name_is_named() -> None:
    found = table("title,body,Body,description\n")
    assert found.places["body"] == (1,)
    assert found.unused == ["Body", "description"]


@pytest.mark.parametrize(
    ("columns", "named"), [({}, "--title-column"), ({"title": "a", "body": "nope"}, "--body-column.*nope.*a, b")]
)
def test_a_missing_column_is_named(columns: dict[str, str], named: str) -> None:
    with pytest.raises(Stopped, match=named):
        table("a,b\n1,2\n", **columns)


@pytest.mark.parametrize("raw", ["", "\n", "sep=;\n"])
def test_an_empty_file_says_so(raw: str) -> None:
    with pytest.raises(Stopped, match="the file is empty"):
        table(raw)


def test_an_open_quote_stops_with_its_line() -> None:
    with pytest.raises(Stopped, match=r"line 3.*quote"):
        cells('title\nok\n"never closed\n')


@pytest.mark.parametrize(("encoding", "raw"), [("no-such", b"title\nx\n"), ("utf-16", b"title\nx\n")])
def test_a_wrong_encoding_of_the_whole_file_says_so(encoding: str, raw: bytes) -> None:
    with pytest.raises(Stopped, match="encoding"):
        cells(raw, encoding)


def test_half_a_letter_at_the_end_of_utf_16_stops_with_its_line() -> None:
    with pytest.raises(Stopped, match="after line"):
        cells("".join(TITLES).encode("utf-16") + b"x")
