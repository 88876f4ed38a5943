"""`helpdesk export`: files that are complete or not there."""

from __future__ import annotations

import csv
import gzip
import io
import json
from pathlib import Path

from tests.cli.conftest import People


def test_an_export_is_a_file_of_lines(people: People, tmp_path: Path) -> None:
    people.customer("tickets", "create", "Exported once")
    done = people.admin("export", tmp_path / "all.jsonl.gz")
    assert "The next export: --since " in done.err
    lines = [json.loads(line) for line in gzip.decompress((tmp_path / "all.jsonl.gz").read_bytes()).splitlines()]
    assert (lines[0]["kind"], lines[-1]["kind"]) == ("header", "end")
    assert "Exported once" in {line.get("title") for line in lines}
    cursor = done.err.split("--since ")[1].split()[0]
    people.customer("tickets", "create", "Exported later")
    more = [json.loads(line) for line in people.admin("export", "--since", cursor).out.splitlines()]
    assert [line["title"] for line in more if line["kind"] == "ticket"] == ["Exported later"]
    assert list(tmp_path.iterdir()) == [tmp_path / "all.jsonl.gz"]


def test_a_table_is_for_spreadsheets(people: People) -> None:
    people.customer("tickets", "create", "=1+1")
    rows = list(csv.DictReader(io.StringIO(people.customer("export", "--csv").out)))
    assert "'=1+1" in {row["title"] for row in rows}


def test_what_cannot_be_is_refused_and_leaves_no_file(people: People, tmp_path: Path) -> None:
    assert "--csv goes without" in people.admin("export", "--csv", "--since", "0.0", code=2).err
    assert "cannot be written" in people.admin("export", tmp_path / "no" / "file", code=2).err
    assert "cursor" in people.admin("export", tmp_path / "x.jsonl", "--since", "yesterday", code=2).err
    (tmp_path / "taken").write_text("")
    assert "cannot be made" in people.admin("export", "--files", tmp_path / "taken", code=2).err
    assert [path.name for path in tmp_path.iterdir()] == ["taken"]
