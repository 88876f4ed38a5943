"""docs/permissions.md leaves nothing out that somebody may do, and follows the matrix."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from tests.db.matrix import CASES, Case

import permissions_docs
from pages import DOCS
from permission_lines import METHODS, Line
from ticket_rules import PRIVILEGES, granted

PAGE = (DOCS / "permissions.md").read_text(encoding="utf-8")


def wanted() -> set[str]:
    """Every function of the API, and every verb of a table or view that has a grant, as the page writes them."""
    functions = set(re.findall(r"^\w+: function helpdesk\.(\w+)\(", PRIVILEGES.read_text(), re.MULTILINE))
    verbs = {
        f"{permissions_docs.GRANTS[verb]} {name}"
        for role in ("authenticated", "service_role")
        for name, verb, _ in granted(role)
    }
    return {f"{name}()" for name in functions} | verbs


def found(page: str) -> set[str]:
    """The operations that begin a line of the page's tables."""
    return {
        operation
        for what in re.findall(r"^\| ([^|]*) \|", page, re.MULTILINE)
        for operation in re.findall(r"`(.+)`", what)
    }


def test_everything_that_somebody_may_do_is_on_the_page() -> None:
    assert len(wanted()) > 40
    assert wanted() - found(PAGE) == set()


@pytest.mark.parametrize("operation", ["assign_ticket()", "GET notes", "PATCH tickets", "DELETE ticket_tags"])
def test_what_the_page_leaves_out_is_noticed(operation: str) -> None:
    less = "\n".join(line for line in PAGE.splitlines() if f" `{operation}` " not in line)
    assert wanted() - found(less) == {operation}


def test_a_changed_row_changes_the_page(monkeypatch: pytest.MonkeyPatch) -> None:
    before = permissions_docs.reference()
    monkeypatch.setattr(permissions_docs, "CASES", [_changed(case) for case in CASES])
    after = permissions_docs.reference()
    lines = set(after.splitlines()) - set(before.splitlines())
    assert [line for line in lines if "redact_message()" in line and "| yes " in line]


def _changed(case: Case) -> Case:
    """The customer, too, may redact a message."""
    if case.name != "redact a message":
        return case
    assert isinstance(case.expect, str)
    return replace(case, expect=case.expect.replace("forbidden forbidden", "1 forbidden"))


def test_rows_that_contradict_each_other_are_refused() -> None:
    line = Line("Read it")
    line.add("requester", "", "yes")
    with pytest.raises(ValueError, match="Read it"):
        line.add("requester", "", "no rows")


def test_the_verbs_of_the_matrix_and_of_the_grants_are_the_same() -> None:
    assert set(METHODS.values()) == set(permissions_docs.GRANTS.values())
