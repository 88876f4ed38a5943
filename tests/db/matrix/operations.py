"""What somebody may try: one description, which can be said in SQL and over HTTP."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, LiteralString, Protocol
from uuid import uuid4

from psycopg import sql
from psycopg.types.json import Jsonb


@dataclass(frozen=True)
class HttpRequest:
    """A request to the Data API; the path begins after `/rest/v1`."""

    method: str
    path: str
    params: dict[str, str] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    json: Any = None


class Operation(Protocol):
    """Something to try."""

    @property
    def target(self) -> str:
        """The table, view or function that it is about."""

    @property
    def verb(self) -> str:
        """read, insert, update, delete, call or sql."""

    def sql(self, world: dict[str, str]) -> tuple[sql.Composed, list[Any]]:
        """The statement and its parameters."""

    def http(self, world: dict[str, str]) -> HttpRequest | None:
        """The same over HTTP; None when the Data API has no way to say it."""


def resolve(value: Any, world: dict[str, str]) -> Any:
    """Replace `{name}` by the id of that thing in the world, and `{new}` by a new id, wherever it stands."""
    if isinstance(value, str):
        return value.replace("{new}", str(uuid4())).format_map(world) if value.startswith("{") else value
    if isinstance(value, list):
        return [resolve(item, world) for item in value]
    if isinstance(value, dict):
        return {name: resolve(item, world) for name, item in value.items()}
    return value


def _parameter(value: Any) -> Any:
    is_json = isinstance(value, dict) or (isinstance(value, list) and any(isinstance(item, dict) for item in value))
    return Jsonb(value) if is_json else value


def _query(where: dict[str, Any], world: dict[str, str]) -> dict[str, str]:
    return {name: "is.null" if value is None else f"eq.{resolve(value, world)}" for name, value in where.items()}


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


def _table(name: str) -> sql.Identifier:
    return sql.Identifier("helpdesk", name)


@dataclass(frozen=True)
class Read:
    """Rows of a table or view."""

    target: str
    where: dict[str, Any] = field(default_factory=dict)
    verb = "read"

    def sql(self, world: dict[str, str]) -> tuple[sql.Composed, list[Any]]:
        """See Operation."""
        where, parameters = _where(self.where, world)
        return sql.SQL("select * from {}").format(_table(self.target)) + where, parameters

    def http(self, world: dict[str, str]) -> HttpRequest:
        """See Operation."""
        return HttpRequest("GET", f"/{self.target}", _query(self.where, world))


@dataclass(frozen=True)
class Insert:
    """One row; with `upsert`, merged into the row that has the same value in that column."""

    target: str
    row: dict[str, Any]
    upsert: str | None = None
    verb = "insert"

    def sql(self, world: dict[str, str]) -> tuple[sql.Composed, list[Any]]:
        """See Operation."""
        names = [sql.Identifier(name) for name in self.row]
        statement = sql.SQL("insert into {} ({}) values ({})").format(
            _table(self.target), sql.SQL(", ").join(names), sql.SQL(", ").join(sql.Placeholder() * len(names))
        )
        if self.upsert:
            merged = [sql.SQL("{0} = excluded.{0}").format(name) for name in names]
            statement += sql.SQL(" on conflict ({}) do update set {}").format(
                sql.Identifier(self.upsert), sql.SQL(", ").join(merged)
            )
        return statement + sql.SQL(" returning *"), [_parameter(resolve(v, world)) for v in self.row.values()]

    def http(self, world: dict[str, str]) -> HttpRequest:
        """See Operation."""
        prefer = "return=representation" + (", resolution=merge-duplicates" if self.upsert else "")
        params = {"on_conflict": self.upsert} if self.upsert else {}
        row = {name: resolve(value, world) for name, value in self.row.items()}
        return HttpRequest("POST", f"/{self.target}", params, {"Prefer": prefer}, row)


@dataclass(frozen=True)
class Update:
    """Change the rows that match."""

    target: str
    where: dict[str, Any]
    changes: dict[str, Any]
    verb = "update"

    def sql(self, world: dict[str, str]) -> tuple[sql.Composed, list[Any]]:
        """See Operation."""
        where, parameters = _where(self.where, world)
        changes = sql.SQL(", ").join(sql.SQL("{} = %s").format(sql.Identifier(name)) for name in self.changes)
        new = [_parameter(resolve(value, world)) for value in self.changes.values()]
        statement = sql.SQL("update {} set {}").format(_table(self.target), changes) + where + sql.SQL(" returning *")
        return statement, new + parameters

    def http(self, world: dict[str, str]) -> HttpRequest:
        """See Operation."""
        changes = {name: resolve(value, world) for name, value in self.changes.items()}
        headers = {"Prefer": "return=representation"}
        return HttpRequest("PATCH", f"/{self.target}", _query(self.where, world), headers, changes)


@dataclass(frozen=True)
class Delete:
    """Remove the rows that match."""

    target: str
    where: dict[str, Any]
    verb = "delete"

    def sql(self, world: dict[str, str]) -> tuple[sql.Composed, list[Any]]:
        """See Operation."""
        where, parameters = _where(self.where, world)
        return sql.SQL("delete from {}").format(_table(self.target)) + where + sql.SQL(" returning *"), parameters

    def http(self, world: dict[str, str]) -> HttpRequest:
        """See Operation."""
        headers = {"Prefer": "return=representation"}
        return HttpRequest("DELETE", f"/{self.target}", _query(self.where, world), headers)


@dataclass(frozen=True)
class Call:
    """A function of the API, with named arguments."""

    target: str
    arguments: dict[str, Any] = field(default_factory=dict)
    verb = "call"

    def sql(self, world: dict[str, str]) -> tuple[sql.Composed, list[Any]]:
        """See Operation."""
        named = sql.SQL(", ").join(sql.SQL("{} => %s").format(sql.Identifier(name)) for name in self.arguments)
        parameters = [_parameter(resolve(value, world)) for value in self.arguments.values()]
        return sql.SQL("select * from {}({})").format(_table(self.target), named), parameters

    def http(self, world: dict[str, str]) -> HttpRequest:
        """See Operation."""
        arguments = {name: resolve(value, world) for name, value in self.arguments.items()}
        return HttpRequest("POST", f"/rpc/{self.target}", json=arguments)


@dataclass(frozen=True)
class Sql:
    """What only somebody with an SQL prompt could say; `{target}` stands for the object, `{mine}` and so on for ids."""

    target: str
    statement: LiteralString
    schema: str = "helpdesk"
    verb = "sql"

    def sql(self, world: dict[str, str]) -> tuple[sql.Composed, list[Any]]:
        """See Operation."""
        ids = {name: sql.Literal(id) for name, id in world.items()}
        return sql.SQL(self.statement).format(target=sql.Identifier(self.schema, self.target), **ids), []

    def http(self, world: dict[str, str]) -> None:
        """There is no way."""
        return None
