"""Try a case over HTTP: as each person, with their token, against a real gateway; what was written is put back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import httpx
from psycopg import sql
from tests.db.matrix.in_sql import fingerprint, judge_rows
from tests.db.people import ANONYMOUS, SERVICE, Db, Person
from tests.db.world import World

from helpdesk_sdk.verification.matrix.outcomes import Case, Outcome


@dataclass
class Api:
    """A furnished helpdesk behind a gateway.

    Attributes:
        db: the owner's connection to its database, to look behind the answers.
        http: a client of the Data API, without credentials.
        keys: the publishable and the secret key.
        tokens: everybody's access token.
        world: the ids of what is in it.
    """

    db: Db
    http: httpx.Client
    keys: tuple[str, str]
    tokens: dict[Person, str]
    world: World

    def headers(self, person: Person) -> dict[str, str]:
        """What the person's client sends with every request."""
        publishable, secret = self.keys
        if person == SERVICE:
            return {"apikey": secret, "Authorization": f"Bearer {secret}"}
        token = publishable if person == ANONYMOUS else self.tokens[person]
        return {"apikey": publishable, "Authorization": f"Bearer {token}"}

    def request(self, person: Person, method: str, path: str, **more: Any) -> httpx.Response:
        """Send one request to the Data API."""
        headers = self.headers(person) | more.pop("headers", {})
        return self.http.request(method, f"/rest/v1{path}", headers=headers, **more)

    def keep(self) -> None:
        """Remember every row of the helpdesk."""
        self.db.execute("create schema if not exists kept")
        for table in self._tables():
            self.db.execute(sql.SQL("create table {} as table {}").format(_kept(*table), sql.Identifier(*table)))
        self.db.commit()

    def put_back(self) -> None:
        """Make every row what it was."""
        self.db.execute("set local session_replication_role = replica")
        for table in self._changed():
            self.db.execute(sql.SQL("delete from {}").format(sql.Identifier(*table)))
            columns = sql.SQL(", ").join(map(sql.Identifier, self._columns(*table)))
            self.db.execute(
                sql.SQL("insert into {} ({columns}) overriding system value select {columns} from {}").format(
                    sql.Identifier(*table), _kept(*table), columns=columns
                )
            )
        self.db.commit()

    def _changed(self) -> list[tuple[str, str]]:
        """The tables that have other rows than those that were kept: few of the hundred."""
        rows_of = sql.SQL("(select string_agg(t::text, ';' order by t::text) from {} as t)")
        tables = self._tables()
        different = [
            sql.SQL("select {} as place where {} is distinct from {}").format(
                place, rows_of.format(sql.Identifier(*table)), rows_of.format(_kept(*table))
            )
            for place, table in enumerate(tables)
        ]
        return [tables[row["place"]] for row in self.db.execute(sql.SQL(" union all ").join(different)).fetchall()]

    def _columns(self, schema: str, table: str) -> list[str]:
        """The columns that can be written."""
        rows = self.db.execute(
            "select column_name from information_schema.columns "
            "where (table_schema, table_name, is_generated) = (%s, %s, 'NEVER') order by ordinal_position",
            (schema, table),
        ).fetchall()
        return [row["column_name"] for row in rows]

    def _tables(self) -> list[tuple[str, str]]:
        rows = self.db.execute(
            "select schemaname, tablename from pg_tables "
            "where schemaname in ('helpdesk', 'helpdesk_private') order by 1, 2"
        ).fetchall()
        return [(row["schemaname"], row["tablename"]) for row in rows]


def _kept(schema: str, table: str) -> sql.Identifier:
    return sql.Identifier("kept", f"{schema}.{table}")


def sample(cases: Sequence[Case]) -> list[Case]:
    """The rows that are the first of their target and verb with some kind of outcome."""
    chosen: list[Case] = []
    seen: set[tuple[str, str, str]] = set()
    for case in cases:
        kinds = {(case.tries.target, case.tries.verb, outcome.kind) for _, outcome in case.outcomes()}
        if not kinds <= seen:
            chosen.append(case)
            seen |= kinds
    return chosen


def failures(api: Api, case: Case, before: str) -> list[str]:
    """What did not come out as expected, one line a person; none is good. `before` is the untouched fingerprint."""
    found = []
    for person, outcome in case.outcomes():
        request = case.tries.http(api.world)
        if request is None or person.database_role is None:
            continue
        answer = api.request(
            person,
            request.method,
            request.path,
            params=request.params,
            headers=request.headers,
            **({} if request.json is None else {"json": request.json}),
        )
        got = _judge(api, case, person, outcome, answer)
        if got:
            found.append(f"{person}: expected {outcome.token}, got {got}")
        if case.tries.verb == "read":
            continue
        if fingerprint(api.db) != before:
            if outcome.refused:
                found.append(f"{person}: refused, yet something changed")
            api.put_back()
        api.db.rollback()
    return found


def _judge(api: Api, case: Case, person: Person, outcome: Outcome, answer: httpx.Response) -> str | None:
    body: Any = answer.json() if answer.content else None
    if answer.is_success:
        rows: list[dict[str, Any]] = body if isinstance(body, list) else [body]
        return judge_rows(case, outcome, rows, api.world)
    said = f"{answer.status_code} {answer.text}"
    if outcome.sqlstate is None:
        return said
    status, code = outcome.http_error(person == ANONYMOUS)
    if (answer.status_code, body["code"]) != (status, code):
        return said
    return said if outcome.reason and body["details"] != outcome.reason else None
