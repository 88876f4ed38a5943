"""Who may do what: the rows of the matrix over HTTP, through the real gateway with real tokens.

The rules are proven in SQL (tests/db/test_matrix.py); here it is that requests, tokens and answers carry them. So
`make test` tries a sample, for each table or function and each verb a row for every kind of outcome; `make test-all`
tries every row.
"""

from __future__ import annotations

import pytest
from tests.db.matrix import CASES, Case
from tests.db.matrix.in_sql import fingerprint
from tests.db.matrix.over_http import Api, failures, sample

OVER_HTTP = [case for case in CASES if case.tries.verb != "sql"]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "case" in metafunc.fixturenames:
        cases = OVER_HTTP if metafunc.config.getoption("--all") else sample(OVER_HTTP)
        metafunc.parametrize("case", cases, ids=[case.name for case in cases])


@pytest.fixture(scope="module")
def untouched(api: Api) -> str:
    """The fingerprint of the world before anybody did anything."""
    return fingerprint(api.db)


@pytest.mark.sample(3)
def test_who_may_do_what(api: Api, untouched: str, case: Case) -> None:
    found = failures(api, case, untouched)
    assert not found, "\n".join(found)


def test_the_sample_has_every_table_function_and_verb() -> None:
    tried = {(case.tries.target, case.tries.verb) for case in sample(OVER_HTTP)}
    assert tried == {(case.tries.target, case.tries.verb) for case in OVER_HTTP}
