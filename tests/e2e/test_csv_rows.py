"""The pure parts of examples/import_csv.py: rows, ids, the report, the memory of how far it came."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from csv_progress import Report, State
from csv_rows import Refused, Row, Stopped, read_rows, ticket_id, ticket_of


def rows(text: str | bytes, encoding: str = "utf-8-sig", **columns: str) -> list[Row]:
    raw = text.encode() if isinstance(text, str) else text
    return list(read_rows(io.BytesIO(raw), encoding, columns))


def test_columns_go_by_their_usual_names() -> None:
    (row,) = rows("Key,repo,title,body,label,created_at\n1,ui,T,B,bug,2020-01-01\n")
    assert row.values == {"queue": "ui", "title": "T", "body": "B", "label": "bug", "created": "2020-01-01"}


def test_or_by_the_names_one_gives() -> None:
    (row,) = rows("what,ref\nHello,7\n", title="what", id="ref")
    assert row.values == {"title": "Hello", "id": "7"}


@pytest.mark.parametrize(
    ("columns", "named"), [({}, "--title-column"), ({"title": "a", "body": "nope"}, "--body-column")]
)
def test_a_missing_column_is_named(columns: dict[str, str], named: str) -> None:
    with pytest.raises(Stopped, match=named):
        rows("a,b\n1,2\n", **columns)


def test_rows_know_their_number_and_line() -> None:
    found = rows('title,body\na,"two\nlines"\n\nb,c\n')
    assert [(row.number, row.line) for row in found] == [(1, 3), (2, 5)]


def test_bytes_of_another_encoding_spoil_their_row_only() -> None:
    good, bad = rows(b"title,body\ngood,fine\nbad,caf\xe9\n")
    assert ticket_of(good, "")["title"] == "good"
    with pytest.raises(Refused) as refused:
        ticket_of(bad, "")
    assert refused.value.column == "body"
    (_, right) = rows(b"title,body\ngood,fine\nbad,caf\xe9\n", "cp1252")
    assert ticket_of(right, "")["description"] == "café"


def test_a_byte_order_mark_is_no_part_of_the_first_column() -> None:
    assert rows("\ufefftitle\nx\n")[0].values == {"title": "x"}


@pytest.mark.parametrize("text", ["title,body\na\n", "title,body\na,b,c\n"])
def test_a_row_of_another_length_is_refused(text: str) -> None:
    with pytest.raises(Refused, match="cells"):
        ticket_of(rows(text)[0], "")


def test_an_open_quote_stops_with_its_line() -> None:
    with pytest.raises(Stopped, match=r"line 3.*quote"):
        rows('title\nok\n"never closed\n')


@pytest.mark.parametrize(("encoding", "text"), [("no-such", "title\nx\n"), ("utf-16", "title\nx\n")])
def test_a_wrong_encoding_of_the_whole_file_says_so(encoding: str, text: str) -> None:
    with pytest.raises(Stopped, match="encoding"):
        rows(text, encoding)


def test_ids_follow_from_the_external_id_or_the_content() -> None:
    with_id, same, edited = (rows(f"id,title\n{line}\n")[0] for line in ("7,a", "7,a", "7,b"))
    assert ticket_id(with_id.external_id()) == ticket_id(same.external_id()) == ticket_id(edited.external_id())
    first, twin, other = (rows(f"title,body\n{line}\n")[0] for line in ("a,b", "a,b", "a,c"))
    assert first.external_id() == twin.external_id() != other.external_id()
    assert first.external_id("eu:").startswith("eu:sha256:")
    assert str(ticket_id("7")) == "522615ab-79d7-5fa2-aec2-c2a2813c44d3"


def test_an_id_with_a_lone_surrogate_still_has_an_id() -> None:
    assert ticket_id("\udce9") != ticket_id("\udcea")


def test_the_report_opens_safely_in_a_spreadsheet(tmp_path: Path) -> None:
    path = tmp_path / "report.csv"
    with Report(path, 0) as report:
        report.add(Row(1, 2, {"title": '=cmd|"/c calc"!A1', "id": "@x"}), "", "title", "too\nlong \udce9 \0")
        report.flush()
    (header, cells) = csv.reader(path.read_text().splitlines())
    assert header == ["row", "line", "external_id", "field", "reason", "title"]
    assert cells == ["1", "2", "'@x", "title", "too long \\udce9 \\0", '\'=cmd|"/c calc"!A1']


def test_what_an_interrupted_batch_reported_is_written_again(tmp_path: Path) -> None:
    path = tmp_path / "report.csv"
    with Report(path, 0) as report:
        report.add(Row(1, 2, {"title": "kept"}), "", "row", "why")
        kept = report.flush()
        report.add(Row(2, 3, {"title": "lost"}), "", "row", "why")
        report.flush()
    with Report(path, kept) as report:
        report.add(Row(2, 3, {"title": "again"}), "", "row", "why")
        report.flush()
    assert [line.split(",")[-1] for line in path.read_text().splitlines()] == ['"title"', '"kept"', '"again"']


def test_progress_belongs_to_one_job(tmp_path: Path) -> None:
    path = tmp_path / "progress.json"
    State("job", rows=300, created=298, refused=2, path=path).save()
    assert State.load(path, "job").rows == 300
    assert State.load(path, "another").rows == 0
    path.write_text("{broken")
    assert State.load(path, "job") == State("job", path=path)
