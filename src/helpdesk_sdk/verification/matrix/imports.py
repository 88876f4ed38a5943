"""Who may do what: imports. They set times and authors, so they are for admins and the system."""

from __future__ import annotations

from .operations import Call
from .outcomes import NOT_IN, Case

_PERSON = {"external_id": "1", "hash": "1", "name": "Moved", "created_at": "2020-01-02T03:04:05Z"}
_MERGE = {"external_id": "1", "hash": "1", "source": "1", "target": "2", "merged_at": "2020-01-02T03:04:05Z"}
_ADMINS = f"{NOT_IN} | forbidden forbidden | forbidden forbidden"

CASES = [
    # anonymous nobody gone left | customer other | agent stranger | admin | service
    Case(
        "start an import",
        Call("start_import", {"run_id": "{new}", "source": "zendesk:acme"}),
        f"{_ADMINS} | 1 | 1",
        says="Import from another helpdesk",
    ),
    Case(
        "start an import from nowhere",
        Call("start_import", {"run_id": "{new}", "source": ""}),
        f"{_ADMINS} | invalid_value | invalid_value",
    ),
    Case(
        "start an import whose tickets keep their numbers",
        Call("start_import", {"run_id": "{new}", "source": "helpdesk:old", "last_number": 5000}),
        f"{_ADMINS} | 1 | 1",
    ),
    Case(
        "start an import with numbers that are too high",
        Call("start_import", {"run_id": "{new}", "source": "helpdesk:old", "last_number": 9000000000}),
        f"{_ADMINS} | invalid_value | invalid_value",
    ),
    Case(
        "write a batch",
        Call("import_batch", {"run_id": "{import}", "kind": "person", "items": [_PERSON]}),
        f"{_ADMINS} | 1 | 1",
        says="Write objects with the times and authors of another helpdesk",
    ),
    Case(
        "write a merge",
        Call("import_batch", {"run_id": "{import}", "kind": "merge", "items": [_MERGE]}),
        f"{_ADMINS} | 1 | 1",
    ),
    Case(
        "write a batch of no import",
        Call("import_batch", {"run_id": "{nothing}", "kind": "ticket", "items": []}),
        f"{_ADMINS} | import_not_found | import_not_found",
    ),
    Case("finish an import", Call("finish_import", {"run_id": "{import}"}), f"{_ADMINS} | 1 | 1"),
    Case(
        "finish no import",
        Call("finish_import", {"run_id": "{nothing}"}),
        f"{_ADMINS} | import_not_found | import_not_found",
        says="Finish an import",
    ),
    Case("list the imports", Call("list_imports", {}), f"{_ADMINS} | 1 | 1", says="List the imports"),
    Case(
        "ask what was imported",
        Call("known_imports", {"source": "x", "kind": "ticket", "external_ids": ["1"]}),
        f"{_ADMINS} | 1 | 1",
        says="See what was imported before",
    ),
    Case(
        "ask for the totals of a source",
        Call("import_totals", {"source": "x", "kind": "ticket"}),
        f"{_ADMINS} | 1 | 1",
        says="See the totals of a source",
    ),
    Case(
        "ask for the totals of no kind",
        Call("import_totals", {"source": "x", "kind": "y"}),
        f"{_ADMINS} | invalid_value | invalid_value",
    ),
]
