"""What somebody may try, and how it is said over HTTP; tests/db/matrix/statements.py says the same in SQL."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, LiteralString, Protocol
from uuid import uuid4


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


def _query(where: dict[str, Any], world: dict[str, str]) -> dict[str, str]:
    return {name: "is.null" if value is None else f"eq.{resolve(value, world)}" for name, value in where.items()}


@dataclass(frozen=True)
class Read:
    """Rows of a table or view."""

    target: str
    where: dict[str, Any] = field(default_factory=dict)
    verb = "read"

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

    def http(self, world: dict[str, str]) -> None:  # noqa: ARG002
        """There is no way."""
        return None
