"""Every function of the API with null, absent ids and odd values for each argument: an error of ours, or none.

An error of a constraint or of PL/pgSQL names tables and shows rows, and clients can do nothing with it.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any, LiteralString
from uuid import uuid4

import psycopg
import pytest
from psycopg import sql
from tests.db.catalog import ALLOWED
from tests.db.people import ADMIN, AGENT, CUSTOMER, SERVICE, Db, Person, as_person, value
from tests.db.world import World

pytestmark = pytest.mark.sample(3)

_GRANTED = re.compile(r"authenticated: function (helpdesk(?:_private)?\.\w+)\(")
# The first raises what it is told to; the other takes any number of words.
_HELPERS = {"helpdesk_private.fail", "helpdesk_private.text_among"}
FUNCTIONS = sorted({found[1] for line in ALLOWED if (found := _GRANTED.match(line))} - _HELPERS)
# What a call that succeeds has: the name of something in the world, or the value itself. None: the default.
_USUAL: dict[str, Any] = {
    "ticket_id": "mine",
    "team_id": "empty",
    "user_id": "agent",
    "only_ticket": "mine",
    "assignee_id": "agent",
    "attachment_id": "answer file",
    "message_id": "answer",
    "invitation_id": "invitation",
    "title": "Help",
    "body": "Hello",
    "email": "new@example.com",
    "role": "agent",
    "key": "order_no",
    "type": "text",
    "label": "Order number",
    "file_name": "a.png",
    "content_type": "image/png",
    "size": 10,
    "name": "Support",
    "query": "printer",
}
_NEW = {("create_ticket", "ticket_id"), ("send_reply", "message_id"), ("create_customer", "user_id")}
_LONG = "x" * 200_000
_ODD: dict[str, list[Any]] = {
    "uuid": [None, str(uuid4())],
    "text": [None, "", "\u200b", _LONG, "%", "'; drop", "\U0001f600", "0", "null", "*:*", '"', "(", "-", "9" * 400],
    "text[]": [None, [], [None], [""], [_LONG], ["x"] * 1000],
    "uuid[]": [None, [], [None], [str(uuid4())], [str(uuid4())] * 1000],
    "integer": [None, -1, 0, 2**31 - 1, -(2**31)],
    "bigint": [None, -1, 0, 2**63 - 1, -(2**63)],
    "boolean": [None],
    "jsonb": [
        *(None, "null", "[]", "{}", '"x"', "1", "[null]", '{"":null}', '{"x": {}}', '[{"value": null}]', "[[[]]]"),
        *('{"and": null}', '{"op": "and", "args": [null]}', json.dumps([_LONG]), "[" * 500 + "]" * 500),
    ],
}


def _empty_row(db: Db, table: str) -> list[str]:
    """A row of nulls, for an argument that is a row of a table."""
    columns: LiteralString = (
        "select count(*) from pg_attribute as a join pg_type as t on t.typrelid = a.attrelid "
        "where t.oid = %s::regtype and a.attnum > 0 and not a.attisdropped"
    )
    count = value(db, columns, table)
    return [f"({',' * (count - 1)})"] if count else []


@dataclass(frozen=True)
class Argument:
    """An argument of a function, and whether it may be left out."""

    name: str
    type: str
    has_default: bool


def _arguments(db: Db, function: str) -> list[Argument]:
    row = db.execute(
        "select proargnames[1:pronargs] as names, pronargs - pronargdefaults as required, "
        "array(select format_type(t, null) from unnest(proargtypes) with ordinality as a (t, n) order by n) as types "
        "from pg_proc where oid = %s::regproc",
        (function,),
    ).fetchone()
    assert row
    return [
        Argument(name, kind, number >= row["required"])
        for number, (name, kind) in enumerate(zip(row["names"] or [], row["types"], strict=True))
    ]


def _usual(world: World, function: str, argument: Argument) -> Any:
    name = argument.name.removeprefix("p_")
    if (function.partition(".")[2], name) in _NEW:
        return str(uuid4())
    usual = _USUAL.get(name)
    return world.get(usual, usual) if isinstance(usual, str) else usual


def _call(db: Db, function: str, given: dict[str, Any], types: dict[str, str]) -> None:
    values = [
        sql.SQL("{} => ({})::{}").format(sql.Identifier(n), sql.Literal(v), sql.SQL(types[n])) for n, v in given.items()
    ]
    db.execute(sql.SQL("select * from {}({})").format(sql.Identifier(*function.split(".")), sql.SQL(", ").join(values)))


def _problem(error: psycopg.Error) -> str | None:
    """What is wrong with an error: nothing, when it is one of ours or PostgreSQL's own about a privilege."""
    state = error.sqlstate or ""
    if state.startswith("PT") and (error.diag.message_detail or "").startswith("helpdesk."):
        shown = f"{error.diag.message_primary} {error.diag.message_hint}"
        return f"too long: {len(shown)}" if len(shown) > 2000 else None
    return None if state == "42501" else f"{state} {str(error)[:200]}"


# Functions of the private schema are within reach of people whom the host lets use SQL.
TRIED = [
    (function, person)
    for function in FUNCTIONS
    for person in (ADMIN, CUSTOMER, *(() if "private" in function else (AGENT, SERVICE)))
]


# The errors are the same in every version.
@pytest.mark.parametrize("pg", [18], indirect=True, ids=["pg18"])
@pytest.mark.parametrize(("function", "person"), TRIED, ids=str)
def test_an_odd_argument_gives_an_error_of_ours_or_none(db: Db, world: World, function: str, person: Person) -> None:
    arguments = _arguments(db, function)
    types = {argument.name: argument.type for argument in arguments}
    usual = {argument.name: _usual(world, function, argument) for argument in arguments}
    calls = [dict.fromkeys(usual)] if usual else []
    for argument in arguments:
        for odd in _ODD.get(argument.type, [None, *_empty_row(db, argument.type)]):
            given = {n: v for n, v in usual.items() if v is not None or not _has_default(arguments, n)}
            calls.append(given | {argument.name: odd})
    wrong = []
    for given in calls:
        try:
            with as_person(db, person):
                _call(db, function, given, types)
        except psycopg.Error as error:
            if problem := _problem(error):
                wrong.append(f"{ {n: str(v)[:40] for n, v in given.items()} }: {problem}")
    assert wrong == []


def _has_default(arguments: list[Argument], name: str) -> bool:
    return next(argument.has_default for argument in arguments if argument.name == name)
