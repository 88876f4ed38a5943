"""How an operation of the matrix is said in SQL."""

from __future__ import annotations

from typing import Any

from psycopg import sql
from psycopg.types.json import Jsonb

from helpdesk_sdk.verification.matrix.operations import (
    Call,
    Delete,
    Insert,
    Operation,
    Read,
    Sql,
    Update,
    resolve,
)


def statement(tries: Operation, world: dict[str, str]) -> tuple[sql.Composed, list[Any]]:
    """The statement and its parameters."""
    match tries:
        case Read(target, where):
            text, parameters = _where(where, world)
            return sql.SQL("select * from {}").format(_table(target)) + text, parameters
        case Insert(target, row, upsert):
            return _insert(target, row, upsert), _parameters(row, world)
        case Update(target, where, changes):
            text, parameters = _where(where, world)
            set_ = sql.SQL(", ").join(sql.SQL("{} = %s").format(sql.Identifier(name)) for name in changes)
            said = sql.SQL("update {} set {}").format(_table(target), set_) + text + sql.SQL(" returning *")
            return said, _parameters(changes, world) + parameters
        case Delete(target, where):
            text, parameters = _where(where, world)
            return sql.SQL("delete from {}").format(_table(target)) + text + sql.SQL(" returning *"), parameters
        case Call(target, arguments):
            named = sql.SQL(", ").join(sql.SQL("{} => %s").format(sql.Identifier(name)) for name in arguments)
            return sql.SQL("select * from {}({})").format(_table(target), named), _parameters(arguments, world)
        case Sql(target, text, schema):
            ids = {name: sql.Literal(id) for name, id in world.items()}
            return sql.SQL(text).format(target=sql.Identifier(schema, target), **ids), []
    raise TypeError(f"no statement for {tries!r}")


def _insert(target: str, row: dict[str, Any], upsert: str | None) -> sql.Composed:
    names = [sql.Identifier(name) for name in row]
    said = sql.SQL("insert into {} ({}) values ({})").format(
        _table(target), sql.SQL(", ").join(names), sql.SQL(", ").join(sql.Placeholder() * len(names))
    )
    if upsert:
        merged = [sql.SQL("{0} = excluded.{0}").format(name) for name in names]
        said += sql.SQL(" on conflict ({}) do update set {}").format(sql.Identifier(upsert), sql.SQL(", ").join(merged))
    return said + sql.SQL(" returning *")


def _where(where: dict[str, Any], world: dict[str, str]) -> tuple[sql.Composable, list[Any]]:
    parts: list[sql.Composable] = []
    parameters = []
    for name, value in where.items():
        if value is None:
            parts.append(sql.SQL("{} is null").format(sql.Identifier(name)))
        else:
            parts.append(sql.SQL("{} = %s").format(sql.Identifier(name)))
            parameters.append(resolve(value, world))
    return (sql.SQL(" where ") + sql.SQL(" and ").join(parts) if parts else sql.SQL("")), parameters


def _parameters(values: dict[str, Any], world: dict[str, str]) -> list[Any]:
    return [_parameter(resolve(value, world)) for value in values.values()]


def _parameter(value: Any) -> Any:
    is_json = isinstance(value, dict) or (isinstance(value, list) and any(isinstance(item, dict) for item in value))
    return Jsonb(value) if is_json else value


def _table(name: str) -> sql.Identifier:
    return sql.Identifier("helpdesk", name)
