"""Who may do what: questions that no article answers, quotes that are out of date, reports about the assistant."""

from __future__ import annotations

from .operations import Call, Delete, Insert, Read, Update
from .outcomes import DENY, NOT_IN, Case

_NO_VIEW_TO_WRITE = "deny 55000 55000 55000 | 55000 55000 | 55000 55000 | 55000 | 55000"
_MINE = {"gap_id": "{gap of mine}"}
_SEEN = "deny 0 0 0 | 0 0 | 1 1 | 2 | 2"
_DECIDES = f"{NOT_IN} | forbidden forbidden | 1 gap_not_found | 1 | 1"

CASES = [
    # anonymous nobody gone left | customer other | agent stranger | admin | service
    Case(
        "read gaps", Read("knowledge_gaps"), _SEEN, says="Read gaps of tickets that you work, as a writer of articles"
    ),
    Case("read their words", Read("gap_report"), _SEEN, says="Read their words"),
    Case(
        "read their questions",
        Read("gap_questions"),
        _SEEN,
        says="Read which tickets ask",
    ),
    Case("A12 a gap of another team", Read("gap_report", _MINE), "deny 0 0 0 | 0 0 | 1 0 | 1 | 1"),
    Case("dismiss a gap", Call("dismiss_gap", _MINE), _DECIDES, gives={"state": "dismissed"}, says="Dismiss a gap"),
    Case("reopen a gap", Call("reopen_gap", _MINE), _DECIDES, gives={"state": "open"}, says="Reopen it"),
    Case(
        "resolve a gap",
        Call("resolve_gap", _MINE | {"article_id": "{nothing}"}),
        f"{NOT_IN} | forbidden forbidden | article_not_found gap_not_found | article_not_found | article_not_found",
        says="Resolve it by an article that is not there",
    ),
    Case(
        "report about the assistant",
        Call("assistant_report"),
        f"{NOT_IN} | forbidden forbidden | 0 0 | 0 | 0",
        says="Report about the assistant, on the tickets that you work",
    ),
    Case(
        "report about the assistant by what there is not",
        Call("assistant_report", {"by": " {person}"}),
        f"{NOT_IN} | forbidden forbidden | invalid_value invalid_value | invalid_value | invalid_value",
    ),
    Case(
        "read stale citations",
        Read("stale_citations"),
        "deny 0 0 0 | 0 0 | 0 0 | 0 | 0",
        says="Read stale citations of tickets that you work",
    ),
    *(
        Case(f"A34 {tries.verb} {table}", tries, DENY)
        for table, column in (("knowledge_gaps", "state"), ("gap_questions", "source"))
        for tries in (Insert(table, _MINE), Update(table, _MINE, {column: "open"}), Delete(table, _MINE))
    ),
    *(
        Case(f"{tries.verb} through {view}", tries, _NO_VIEW_TO_WRITE)
        for view, column, row in (("gap_report", "state", _MINE), ("stale_citations", "quote", {"slug": "x"}))
        for tries in (Insert(view, row), Update(view, row, {column: "open"}), Delete(view, row))
    ),
]
