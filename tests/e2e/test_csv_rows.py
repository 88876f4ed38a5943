"""The pure parts of examples/import_csv.py: rows, external ids, the report, the memory of how far it came."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import pytest

from csv_progress import Report, State
from csv_rows import Refused, Row, row_of, wanted_of
from csv_table import open_table


def rows(text: str | bytes, encoding: str | None = None) -> list[Row]:
    raw = text.encode() if isinstance(text, str) else text
    table = open_table(io.BytesIO(raw), encoding, None, {})
    return [row_of(record, table) for record in table.records]


def wanted(text: str | bytes) -> dict[str, Any]:
    """The one ticket of a file."""
    (row,) = rows(text)
    return wanted_of(row, "").arguments


def refused(text: str | bytes) -> str:
    """The part that is wrong with the last row of a file."""
    with pytest.raises(Refused) as caught:
        wanted_of(rows(text)[-1], "")
    return caught.value.column


def test_a_row_becomes_a_ticket() -> None:
    (row,) = rows(
        "Id,Subject,Description,Labels,Priority,Status,Requester,Queue,Created\n"
        '7, T ,"a\r\n b ","bug, ui;old|x",Highest,On-Hold,Ada <ada@example.com>,Desk,2020-01-01\n'
    )
    found = wanted_of(row, "old:", "created_at_source")
    assert found.arguments == {
        "title": "T",
        "description": "a\r\n b ",
        "external_id": "old:7",
        "channel": "import",
        "priority": "urgent",
        "tags": ["bug", "ui", "old", "x"],
        "custom_fields": {"created_at_source": "2020-01-01"},
    }
    assert (found.requester, found.team, found.status) == (("ada@example.com", "Ada"), "Desk", "pending")


def test_a_row_with_nothing_but_a_title() -> None:
    found = wanted_of(rows("title,priority,status,requester,tags,body\nx,,,,,\n")[0], "", "created")
    assert found.arguments["priority"] == "medium"
    assert (found.arguments["tags"], found.arguments["description"]) == ([], "")
    assert (found.requester, found.team, found.status) == (None, "", "open")


@pytest.mark.parametrize(
    ("header", "cell"), [("priority", "P1"), ("status", "deleted"), ("requester", "Ada Lovelace"), ("requester", "@")]
)
def test_a_word_that_is_not_known_is_refused(header: str, cell: str) -> None:
    assert refused(f"title,body,{header}\nx,y,{cell}\n") == header


def test_bytes_of_another_encoding_spoil_their_row_only() -> None:
    raw = b"title,body,tags\ngood,fine,\nbad,caf\xe9,\n"
    assert wanted_of(rows(raw)[0], "").arguments["title"] == "good"
    assert refused(raw) == "body"
    assert refused(b"title,tags\nx,caf\xe9\n") == "tags"
    assert wanted_of(rows(raw, "cp1252")[1], "").arguments["description"] == "café"


@pytest.mark.parametrize("text", ["title,body\na\n", "title,body\na,b,c\n", "title,body\na,b,,c\n"])
def test_a_row_of_another_length_is_refused(text: str) -> None:
    assert refused(text) == "row"


def test_empty_cells_at_the_end_are_no_content() -> None:
    assert wanted("title,body\na,b,, \n")["description"] == "b"


def test_the_external_id_is_the_id_column_or_a_digest_of_the_content() -> None:
    with_id, same, edited = (rows(f"id,title\n{line}\n")[0] for line in ("7,a", "7,a", "7,b"))
    assert with_id.external_id() == same.external_id() == edited.external_id() == "7"
    first, twin, other = (rows(f"title,body\n{line}\n")[0] for line in ("a,b", "a,b", "a,c"))
    assert first.external_id() == twin.external_id() != other.external_id()
    tagged = rows("title,body,tags\na,b,x\n")[0]
    assert tagged.external_id() != first.external_id()
    assert first.external_id("eu:").startswith("eu:sha256:")


def test_a_cell_that_is_not_text_still_has_an_external_id() -> None:
    (one, other) = rows(b"title\n\xe9\n\xea\n")
    assert one.external_id() != other.external_id()


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
