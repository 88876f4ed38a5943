"""Write the generated part of docs/http.md from the migrations: tables, views, functions and errors.

python scripts/http_docs.py           # writes
python scripts/http_docs.py --check   # exits 1 when the page and the migrations differ
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pglast
from pglast import ast
from pglast.enums import FunctionParameterMode, ObjectType

from pages import write_or_check

ROOT = Path(__file__).parents[1]
INPUT = {FunctionParameterMode.FUNC_PARAM_IN, FunctionParameterMode.FUNC_PARAM_DEFAULT}


def statements(kind: type[Any]) -> Iterator[Any]:
    """Every statement of this kind in the migrations, parsed by PostgreSQL's own parser."""
    for path in sorted((ROOT / "supabase" / "migrations").glob("*.sql")):
        yield from (raw.stmt for raw in pglast.parse_sql(path.read_text()) if isinstance(raw.stmt, kind))


def _path(names: Any) -> list[str]:
    parts: list[str] = [part.sval for part in names]
    return parts


def comments() -> dict[tuple[str, str], str]:
    """The comment of every object in the exposed schema, by kind and name."""
    found = {}
    for stmt in statements(ast.CommentStmt):
        names = stmt.object.objname if isinstance(stmt.object, ast.ObjectWithArgs) else stmt.object
        if isinstance(names, tuple) and (path := _path(names))[0] == "helpdesk" and len(path) == 2:
            found[ObjectType(stmt.objtype).name.removeprefix("OBJECT_").lower(), path[1]] = stmt.comment
    return found


def signatures() -> dict[str, str]:
    """The arguments of each exposed function; those with a default in brackets."""
    found = {}
    for stmt in statements(ast.CreateFunctionStmt):
        if _path(stmt.funcname)[0] == "helpdesk":
            names = [
                f"[{parameter.name}]" if parameter.defexpr else parameter.name
                for parameter in stmt.parameters or ()
                if parameter.mode in INPUT
            ]
            found[_path(stmt.funcname)[1]] = ", ".join(names)
    return found


def errors() -> list[tuple[str, str, str, str]]:
    """Reason, status, message and hint of every rule."""
    for stmt in statements(ast.InsertStmt):
        if stmt.relation.relname == "error_codes":
            rows = [[cell.val for cell in row] for row in stmt.selectStmt.valuesLists]
            return [(row[0].sval, str(row[1].ival), row[2].sval, row[3].sval) for row in rows]
    raise LookupError("no migration lists the errors")


def table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> list[str]:
    """The lines of a Markdown table."""
    lines: list[tuple[str, ...]] = [head, ("---",) * len(head), *rows]
    return ["| " + " | ".join(re.sub(r"\s+", " ", cell) for cell in line) + " |" for line in lines]


def reference() -> str:
    """The generated part of the page."""
    texts, arguments = comments(), signatures()
    relations = [(f"`{name}`", text) for (kind, name), text in texts.items() if kind in ("table", "view")]
    functions = [(f"`{name}({arguments[name]})`", text) for (kind, name), text in texts.items() if kind == "function"]
    parts = [
        "### Tables and views",
        table(("name", "what it is"), relations),
        "### Functions",
        table(("`POST /rest/v1/rpc/…`", "what it does"), functions),
        "### Errors",
        table(
            ("`details`", "HTTP", "`message`, by default", "`hint`"),
            [(f"`helpdesk.{reason}`", status, message, hint) for reason, status, message, hint in errors()],
        ),
    ]
    return "\n\n".join(part if isinstance(part, str) else "\n".join(part) for part in parts)


if __name__ == "__main__":
    raise SystemExit(write_or_check("http.md", reference(), __doc__))
