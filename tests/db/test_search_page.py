"""docs/search.md: every example is a query, every field is on the page, and numbers are those of the database."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from tests.db.people import Db, value

PAGE = (Path(__file__).parents[2] / "docs" / "search.md").read_text()
GRAMMAR = PAGE[PAGE.index("## The grammar") : PAGE.index("## What words find")]
# Words of the tables that are values or names, not queries.
EXAMPLES = sorted({text for text in re.findall(r"`([^`\n]+)`", GRAMMAR) if re.search(r"\w", text)})


@pytest.mark.parametrize("text", EXAMPLES)
def test_every_example_is_a_query_without_a_warning(db: Db, text: str) -> None:
    assert value(db, "select helpdesk_private.scan_query(%s)", text)["warnings"] == []


def test_every_field_and_each_of_its_names_is_on_the_page(db: Db) -> None:
    for row in db.execute("select field, choices from helpdesk_private.query_fields").fetchall():
        assert f"`{row['field']}`" in GRAMMAR
        assert all(choice in GRAMMAR for choice in row["choices"] or ())


def test_the_tree_of_the_page_is_one(db: Db) -> None:
    tree = re.search(r"```json\n(.*?)\n```", PAGE, re.DOTALL)
    assert tree is not None
    assert (
        value(db, "select helpdesk_private.check_query(%s::jsonb)", tree[1])["all"][0] == json.loads(tree[1])["all"][0]
    )
