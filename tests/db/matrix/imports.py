"""Who may do what: imports. They set times and authors, so they are for admins and the system."""

from __future__ import annotations

from tests.db.matrix.operations import Call
from tests.db.matrix.outcomes import Case

_NOT_IN = "deny no_profile inactive_user inactive_user"
_ADMINS = f"{_NOT_IN} | forbidden forbidden | forbidden forbidden"

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
        "write a batch of no import",
        Call("import_batch", {"run_id": "{nothing}", "kind": "ticket", "items": []}),
        f"{_ADMINS} | import_not_found | import_not_found",
        says="Write objects with the times and authors of another helpdesk",
    ),
    Case(
        "finish no import",
        Call("finish_import", {"run_id": "{nothing}"}),
        f"{_ADMINS} | import_not_found | import_not_found",
        says="Finish an import",
    ),
    Case("list the imports", Call("list_imports", {}), f"{_ADMINS} | 0 | 0", says="List the imports"),
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
