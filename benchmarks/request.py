"""A request as the database sees it: the transaction that PostgREST makes of it."""

from __future__ import annotations

import contextlib
import json
import os
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import pq

Params = Sequence[object]

_SETTINGS = ("search_path", "role", "request.jwt.claims", "request.method", "request.path", "request.headers")
_SET = "select " + ", ".join(f"set_config('{name}', ${n}, true)" for n, name in enumerate(_SETTINGS, 1))
# The database makes the body of the response.
_ANSWER = (
    "with source as ({statement}) select pg_catalog.count(answer) as total, coalesce(json_agg(answer), '[]') as body, "
    "nullif(current_setting('response.headers', true), '') as headers, "
    "nullif(current_setting('response.status', true), '') as status from (select * from source) as answer"
)


@dataclass(frozen=True)
class Person:
    """Somebody with a login."""

    user_id: str
    login: str


def person(connection: psycopg.Connection, email: str) -> Person:
    """The person with that e-mail address."""
    row = connection.execute(
        "select user_id::text, auth_user_id::text from helpdesk.users where email = %s", (email,)
    ).fetchone()
    assert row, email
    return Person(*row)


class Requests:
    """One statement, run repeatedly by one person on one connection. None is the system, which no policy limits.

    All statements are prepared and run through libpq itself, so that no time is spent on Python objects.
    """

    def __init__(self, url: str, who: Person | None, statement: str, *, read_only: bool = True) -> None:
        self._connection = psycopg.connect(url, autocommit=True)
        self._pq = self._connection.pgconn
        began = time.perf_counter_ns()
        share_our_processor(self._pq.backend_pid)
        role = "authenticated" if who else "service_role"
        settings = ('"helpdesk"', role, claims_of(who, role), "GET", "/", '{"accept": "application/json"}')
        self._settings = [setting.encode() for setting in settings]
        for name, sql in (
            ("begin", "begin isolation level read committed read " + ("only" if read_only else "write")),
            ("set", _SET),
            ("commit", "commit"),
        ):
            self._checked(self._pq.prepare(name.encode(), sql.encode()))
        self._begin()
        self._checked(self._pq.prepare(b"main", _ANSWER.format(statement=statement).encode()))
        self._checked(self._pq.exec_prepared(b"commit", []))
        self.prepared_in = (time.perf_counter_ns() - began) / 1e6
        """The milliseconds that a new connection took to prepare the statements."""

    def run(self, params: Params) -> float:
        """Run the statement once and return the milliseconds that the transaction took."""
        values = [str(value).encode() for value in params]
        began = time.perf_counter_ns()
        self._begin()
        answer = self._checked(self._pq.exec_prepared(b"main", values))
        self._checked(self._pq.exec_prepared(b"commit", []))
        took = (time.perf_counter_ns() - began) / 1e6
        self._answer = answer
        return took

    @property
    def processor_ms(self) -> float | None:
        """The milliseconds that the server process has had a processor so far; None where the system does not say."""
        return processor_ms(self._pq.backend_pid)

    @property
    def rows(self) -> int:
        """How many rows the last response had."""
        return int(self._answer.get_value(0, 0) or 0)

    @property
    def body(self) -> bytes:
        """The last response's rows, as JSON."""
        return self._answer.get_value(0, 1) or b""

    def __enter__(self) -> Requests:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def _begin(self) -> None:
        self._checked(self._pq.exec_prepared(b"begin", []))
        self._checked(self._pq.exec_prepared(b"set", self._settings))

    def _checked(self, result: pq.abc.PGresult) -> pq.abc.PGresult:
        if result.status not in (pq.ExecStatus.COMMAND_OK, pq.ExecStatus.TUPLES_OK):
            raise RuntimeError(result.error_message.decode())
        return result


@contextlib.contextmanager
def one_processor() -> Iterator[None]:
    """Keep this program, and its database server processes, on one processor.

    Otherwise a client and a server that take turns are sometimes on the same processor and sometimes on two, and
    waking the other processor takes longer than our shortest queries. Where the system cannot do this, the numbers are
    noisier.
    """
    before = os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else None
    if before:
        os.sched_setaffinity(0, {max(before)})
    try:
        yield
    finally:
        if before:
            os.sched_setaffinity(0, before)


def share_our_processor(pid: int) -> None:
    """Move a server process to the processor of this program."""
    if hasattr(os, "sched_setaffinity"):
        with contextlib.suppress(OSError):
            os.sched_setaffinity(pid, os.sched_getaffinity(0))


def processor_ms(pid: int) -> float | None:
    """The milliseconds that a process has had a processor so far; None where the system does not say."""
    try:
        return int(Path(f"/proc/{pid}/schedstat").read_text(encoding="ascii").split()[0]) / 1e6
    except OSError:
        return None


def claims_of(who: Person | None, role: str) -> str:
    """A person's claims, as long as those of a real token: each helper that asks who the caller is parses them."""
    return json.dumps(
        {
            "iss": "http://127.0.0.1:54321/auth/v1",
            "sub": who.login if who else None,
            "aud": role,
            "exp": 1900000000,
            "iat": 1800000000,
            "email": "somebody@example.com",
            "phone": "",
            "app_metadata": {"provider": "email", "providers": ["email"]},
            "user_metadata": {"name": "Somebody", "email_verified": True},
            "role": role,
            "aal": "aal1",
            "amr": [{"method": "password", "timestamp": 1800000000}],
            "session_id": "5b3c8a0e-6f0b-4d0c-9d5e-0a5f5f1c2d3e",
            "is_anonymous": False,
        }
    )
