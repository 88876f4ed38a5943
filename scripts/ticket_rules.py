"""Who may set which field of a ticket (from the grants and the matrix), and its status (from the transitions)."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pglast import ast
from tests.db.matrix import CASES, Case
from tests.db.matrix.relations import relation, thing
from tests.db.people import AGENT, CUSTOMER, Person

from helpdesk_sdk.verification.matrix.operations import Insert, Update
from http_docs import statements
from permission_lines import Line, aligned, cell, code, numbered, word

PRIVILEGES = Path(__file__).parents[1] / "tests" / "db" / "privileges.txt"
MOVED_BY = {
    "team_id": ("transfer_ticket",),
    "assigned_to": ("claim_ticket", "assign_ticket", "unassign_ticket", "transfer_ticket"),
}
"""Fields that only functions change, since the ticket may leave the caller's sight."""


def granted(role: str, kind: str = "") -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """Each grant on a table or view: the name of the table, the privilege, and the columns if the grant names any."""
    for line in PRIVILEGES.read_text().splitlines():
        match = re.fullmatch(rf"{role}: (?:table|view) helpdesk\.(\w+): (.*)", line)
        if match and (not kind or match[1] == kind):
            for verb, columns in re.findall(r"(\w+)(?: \(([^)]*)\))?(?:, |$)", match[2]):
                yield match[1], verb, tuple(filter(None, columns.split(", ")))


def fields() -> str:
    """Which fields of a ticket may be set, when, by whom."""
    may = {(verb, name) for _, verb, names in granted("authenticated", "tickets") for name in names}
    if any(verb == "select" and names for _, verb, names in granted("authenticated", "tickets")):
        raise ValueError("the page says that whoever sees a ticket reads all its fields")
    rows: list[tuple[str, ...]] = []
    alone: list[str] = []
    notes: list[str] = []
    for name in _columns("tickets"):
        if ("insert", name) not in may and ("update", name) not in may and name not in MOVED_BY:
            alone += [f"`{name}`"] * (name != "created_by")
            continue
        line = Line(f"`{name}`")
        for when, kind, verb in (("opening", Insert, "insert"), ("later", Update, "update")):
            for person, who in ((CUSTOMER, "customer"), (AGENT, "staff")):
                tried = _values(kind, name, person) if (verb, name) in may else {"": "refused"}
                if kind is Update and name in MOVED_BY:
                    tried = _moved(name, "requester" if person == CUSTOMER else "works it")
                for label, got in tried.items():
                    line.add(f"{when}: {who}", label, got)
        rows.append((line.what, *(cell(line, column, notes) for column in line.cells)))
    head = ("field", "opening: customer", "opening: staff", "later: requester", "later: works it")
    return (
        f"{aligned([head, *rows])}\n\n{numbered(notes)}\n\n"
        + "".join(f"- `{name}` changes by {_functions(by)}.\n" for name, by in MOVED_BY.items())
        + "- Staff and the secret key name another requester (`created_by`) in `create_ticket()`. It never changes.\n"
        f"- The database alone sets {', '.join(alone)}."
    )


def _functions(names: tuple[str, ...]) -> str:
    return ", ".join(f"`{name}()`" for name in names)


def _values(kind: type[Insert | Update], name: str, person: Person) -> dict[str, str]:
    """The outcome of setting a field of a ticket, for each value that the matrix tries."""
    found: dict[str, str] = {}
    for case in CASES:
        if case.tries.target != "tickets" or not isinstance(case.tries, kind):
            continue
        new = case.tries.row if isinstance(case.tries, Insert) else case.tries.changes
        where = {} if isinstance(case.tries, Insert) else case.tries.where
        outcome = dict(case.outcomes()).get(person)
        if (
            name not in new
            or outcome is None
            or outcome.reason == "helpdesk.invalid_value"
            or set(where) > {"ticket_id"}
        ):
            continue
        # A refusal of several fields at once does not say which field was refused.
        alone = set(new) <= {name, "title"} if kind is Insert else set(new) == {name}
        if where.get("ticket_id") in (None, "{mine}", "{answered}") and (
            outcome.rows or (alone and outcome.reason and "{nothing}" not in new.values())
        ):
            found.setdefault(_value(case, new[name]), word(case, outcome))
    if not found:
        raise LookupError(f"no row of the matrix tries {kind.__name__} of tickets.{name} as {person}")
    return found


def _value(case: Case, new: object) -> str:
    if case.says and case.says.startswith("…"):
        return case.says.removeprefix("… ")
    return {"{empty}": "a public team", "{vault}": "a private team"}.get(str(new), str(new))


def _moved(name: str, column: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for case in CASES:
        if case.tries.target in MOVED_BY[name] and case.says and not case.says.startswith("…"):
            for person, outcome in case.outcomes():
                if person in (CUSTOMER, AGENT) and relation(person, thing(case.tries))[0] == column:
                    got = word(case, outcome)
                    found[f"`{code(case.tries)}`"] = "by function" if got == "yes" else got
    return found


def _columns(table_name: str) -> list[str]:
    return [
        str(column.colname)
        for stmt in statements(ast.CreateStmt)
        if (stmt.relation.schemaname, stmt.relation.relname) == ("helpdesk", table_name)
        for column in stmt.tableElts
        if isinstance(column, ast.ColumnDef)
    ]


def statuses() -> str:
    """Who moves a ticket from which status to which."""
    found: dict[tuple[str, str], list[str]] = {}
    for stmt in statements(ast.InsertStmt):
        if stmt.relation.relname == "status_transitions":
            for role, old, new in _rows(stmt.selectStmt):
                found.setdefault((old, new), []).append(role)
    names = list(dict.fromkeys(old for old, _ in found))
    rows = [(f"`{old}`", *(_movers(found.get((old, new), [])) for new in names)) for old in names]
    return aligned([("from", *(f"to `{name}`" for name in names)), *rows])


def _movers(roles: list[str]) -> str:
    staff = {"agent", "admin", "system"} & set(roles)
    if staff and len(staff) < 3:
        raise ValueError(f"agents, admins and the secret key differ: {roles}")
    return ", ".join([*(["works it"] if staff else []), *(["requester"] if "customer" in roles else [])]) or "-"


def _rows(select: Any) -> list[tuple[str, ...]]:
    """The rows of VALUES, of a cross join of VALUES, or of a UNION ALL of these."""
    if select.larg:
        return _rows(select.larg) + _rows(select.rarg)
    if select.valuesLists:
        return [tuple(cell.val.sval for cell in row) for row in select.valuesLists]
    joined = _joined(select.fromClause[0])
    wanted = [tuple(part.sval for part in target.val.fields) for target in select.targetList]
    return [tuple(row[name] for name in wanted) for row in joined]


def _joined(source: Any) -> list[dict[tuple[str, ...], str]]:
    if isinstance(source, ast.JoinExpr):
        return [left | right for left, right in itertools.product(_joined(source.larg), _joined(source.rarg))]
    names = [(source.alias.aliasname, name.sval) for name in source.alias.colnames]
    return [dict(zip(names, row, strict=True)) for row in _rows(source.subquery)]
