"""Articles on the command line: imported, listed, shown, published; no text reaches the terminal unescaped."""

from __future__ import annotations

from pathlib import Path
from uuid import uuid4

import pytest
from tests.cli.conftest import People
from tests.cli.support import HOSTILE


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two articles and a broken file, in a folder with a name of its own."""
    made = tmp_path / "docs" / f"s{uuid4().hex}"
    made.mkdir(parents=True)
    (made / "refunds.md").write_text("# Refunds\n\nRefunds take *five* days.")
    (made / "agents.md").write_text("---\ntitle: For agents\naudience: internal\nstatus: draft\n---\nText.")
    (made / "bad.md").write_bytes(b"caf\xe9")
    return made


def test_an_import_says_what_it_does_with_each_file(people: People, folder: Path) -> None:
    trial = people.admin("kb", "import", folder.parent, "--dry-run", code=1)
    lines = [line.split() for line in trial.out.splitlines()]
    name = folder.name
    assert lines[0] == ["File", "Action", "Status", "Slug", "Locale", "Title"]
    assert [line[:4] for line in lines[1:4]] == [
        [f"{name}/bad.md", "refused", "-", "-"],
        [f"{name}/agents.md", "created", "draft", f"{name}-agents"],
        [f"{name}/refunds.md", "created", "published", f"{name}-refunds"],
    ]
    assert trial.out.endswith("Nothing was written. It would be: 2 created, 0 updated, 0 unchanged, 1 refused.\n")
    assert f"{name}/bad.md: it is not UTF-8: byte 3 is 0xe9. Convert it" in trial.err
    assert people.admin("kb", "show", f"{name}-refunds", code=3).err.startswith("Error: There is no article")
    done = people.admin("kb", "import", folder.parent, "--json", code=1).json
    assert done["counts"] == {"created": 2, "updated": 0, "unchanged": 0, "refused": 1}
    (folder / "bad.md").unlink()
    again = people.admin("kb", "import", folder.parent)
    assert again.out == "0 created, 0 updated, 2 unchanged, 0 refused.\n"


def test_articles_are_listed_shown_published_and_archived(people: People, folder: Path) -> None:
    (folder / "bad.md").unlink()
    name = folder.name
    drafts = people.agent("kb", "import", folder.parent, "--draft")
    assert drafts.out.endswith("2 created, 0 updated, 0 unchanged, 0 refused.\n")
    rows = people.agent("kb", "list", "--section", name, "--json").json
    assert [(row["slug"], row["status"], "body" in row) for row in rows] == [
        (f"{name}-refunds", "draft", False),
        (f"{name}-agents", "draft", False),
    ]
    assert people.customer("kb", "list").out == "No articles.\n"
    assert people.agent("kb", "publish", f"{name}-refunds", code=5).err.startswith("Error: Only admins publish")
    assert people.admin("kb", "publish", f"{name}-refunds").out == f"Published {name}-refunds (en), version 1.\n"
    shown = people.customer("kb", "show", f"{name}-refunds").out.splitlines()
    assert shown[0] == "Refunds"
    assert shown[1].startswith(f"{name}-refunds (en) · {name} · for everybody · published, version 1 · 20")
    assert shown[3:] == ["Refunds take *five* days."]
    assert people.agent("kb", "show", f"{name}-agents", "--draft").out.splitlines()[0] == "For agents"
    assert people.admin("kb", "archive", f"{name}-refunds").out.startswith(f"Archived {name}-refunds (en).")
    assert people.customer("kb", "show", f"{name}-refunds", code=3).err.startswith("Error: There is no article")


def test_a_refusal_of_the_helpdesk_is_a_sentence(people: People, folder: Path) -> None:
    (folder / "bad.md").unlink()
    refused = people.customer("kb", "import", folder, code=1).err
    assert "refunds.md: You may not do this. Ask an admin" in refused


def test_hostile_articles_are_shown_as_text(people: People, folder: Path) -> None:
    hostile = HOSTILE.replace("\r", "")
    (folder / "bad.md").write_text(f"# {hostile}\n\n{hostile}")
    shown = people.admin("kb", "import", folder.parent).out
    slug = f"{folder.name}-bad"
    for out in (
        shown,
        people.customer("kb", "show", slug).out,
        people.agent("kb", "list", "--section", folder.name).out,
        people.agent("kb", "show", slug, "--draft", "--json").out,
    ):
        assert not set(out) & {"\x1b", "\x07", "\x9b", "\u202e", "\x08"}


def test_what_is_not_there_is_said(people: People, tmp_path: Path) -> None:
    assert "There is no folder" in people.admin("kb", "import", tmp_path / "nowhere", code=1).err
    assert "There is no file or folder" in people.admin("kb", "import", tmp_path / "x", "--help-center", code=1).err
    assert people.admin("kb", "import", tmp_path).out == "0 created, 0 updated, 0 unchanged, 0 refused.\n"
