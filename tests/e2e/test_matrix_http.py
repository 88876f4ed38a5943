"""Who may do what: the rows of the matrix over HTTP, through the real gateway with real tokens."""

from __future__ import annotations

import pytest
from tests.db.matrix import CASES, Case
from tests.db.matrix.in_sql import fingerprint
from tests.db.matrix.over_http import Api, failures


@pytest.fixture(scope="module")
def untouched(api: Api) -> str:
    """The fingerprint of the world before anybody did anything."""
    return fingerprint(api.db)


@pytest.mark.parametrize("case", [c for c in CASES if c.tries.verb != "sql"], ids=lambda case: case.name)
def test_who_may_do_what(api: Api, untouched: str, case: Case) -> None:
    found = failures(api, case, untouched)
    assert not found, "\n".join(found)
