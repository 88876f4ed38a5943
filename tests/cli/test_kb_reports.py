"""Gaps, stale quotes and links on the command line; broken links give an exit code."""

from __future__ import annotations

from pathlib import Path
from uuid import uuid4

from tests.cli.conftest import People


def test_a_gap_is_listed_dismissed_and_resolved(people: People) -> None:
    word = f"w{uuid4().hex}"
    # Not HOSTILE: articles of other tests have its words, and would answer.
    title = f"Where is the {word}? \x1b[31m{word}\x07 \u202e{word}\x9b"
    ticket = people.customer("tickets", "create", title, "--json").json
    people.admin("assistant", "suggest", str(ticket["number"]))
    listed = people.admin("kb", "gaps", "list", "--limit", "0")
    assert not set(listed.out) & {"\x1b", "\x07", "\x9b", "\u202e", "\x08"}
    assert listed.out.splitlines()[0].split() == [
        *("Question", "Tickets", "Rejected", "Last", "ticket", "Last", "asked", "State", "Gap"),
    ]
    rows = people.admin("kb", "gaps", "list", "--limit", "0", "--json").json
    (gap,) = [row for row in rows if word in row["question"]]
    assert (gap["tickets"], gap["last_ticket_number"]) == (1, ticket["number"])
    done = people.admin("kb", "gaps", "dismiss", gap["gap_id"])
    assert done.out.startswith(f"Dismissed: Where is the {word}?")
    dismissed = people.admin("kb", "gaps", "list", "--state", "dismissed", "--json").json
    assert gap["gap_id"] in {row["gap_id"] for row in dismissed}
    assert people.admin("kb", "gaps", "reopen", gap["gap_id"], "--json").json["state"] == "open"
    assert people.customer("kb", "gaps", "list").out == "No gaps.\n"
    assert people.admin("kb", "gaps", "resolve", gap["gap_id"], word, code=3).err.startswith("Error: There is no arti")


def test_a_check_of_links_fails_while_one_is_broken(people: People, tmp_path: Path) -> None:
    slug = f"s{uuid4().hex}"
    folder = tmp_path / slug
    folder.mkdir()
    (folder / "one.md").write_text(f"# One\n\n[two](two.md) [three]({slug}-three) [web](https://x.test/)")
    (folder / "two.md").write_text("# Two\n\n[one](one.md)")
    people.admin("kb", "import", folder.parent)
    broken = people.admin("kb", "check", code=1)
    assert f"{slug}-one (en)  {slug}-three  missing" in [" ".join(line.split(" ")) for line in broken.out.splitlines()]
    assert f"Circle: {slug}-one (en), {slug}-two (en)" in broken.out
    found = people.admin("kb", "check", "--json", code=1).json
    assert [link["problem"] for link in found["broken"] if link["slug"] == f"{slug}-one"] == ["missing"]
    (folder / "three.md").write_text("# Three\n\nText.")
    people.admin("kb", "import", folder.parent)
    left = people.admin("kb", "check", "--json").json
    assert [link for link in left["broken"] if link["slug"].startswith(slug)] == []
    assert "https://x.test/" in people.admin("kb", "check", "--external").out


def test_nothing_is_stale(people: People) -> None:
    assert people.customer("kb", "stale").out == "No quote is out of date.\n"
    assert isinstance(people.admin("kb", "stale", "--all", "--json").json, list)
