"""The people of the tests, and how to speak to the database as one of them, the way the Data API does."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, LiteralString, TypeAlias

import psycopg
import pytest
from psycopg import Connection, sql
from psycopg.pq import TransactionStatus

from helpdesk_sdk.verification.people import (
    ADMIN,
    AGENT,
    ANONYMOUS,
    CUSTOMER,
    GONE,
    LEFT,
    MEMBERS,
    NOBODY,
    OTHER,
    OWNER,
    SERVICE,
    STRANGER,
    WITH_LOGIN,
    Person,
)

Db: TypeAlias = Connection[dict[str, Any]]


__all__ = [
    "ADMIN",
    "AGENT",
    "ANONYMOUS",
    "CUSTOMER",
    "GONE",
    "LEFT",
    "MEMBERS",
    "NOBODY",
    "OTHER",
    "OWNER",
    "SERVICE",
    "STRANGER",
    "WITH_LOGIN",
    "Db",
    "Person",
    "as_person",
    "be",
    "denied",
    "login_of",
    "one",
    "refused",
    "value",
]


def login_of(db: Db, person: Person) -> str | None:
    """The id of the person's login, as their token's `sub` names it."""
    row = db.execute("select id::text from auth.users where email = %s", (person.email,)).fetchone()
    return row["id"] if row else None


@contextmanager
def be(db: Db, person: Person, **claims: object) -> Iterator[None]:
    """What follows is said by that person, and stays said: part of the transaction, which is whoever's it was."""
    if db.info.transaction_status == TransactionStatus.IDLE:
        # Or the block below would be a transaction of its own, and commit.
        db.execute("select")
    with db.transaction():
        _become(db, person, claims)
        yield
        # Only reached when nothing was refused: a refusal rolls back, and these settings with it.
        if person.database_role is not None:
            db.execute("reset session authorization; select set_config('request.jwt.claims', '', true)")


@contextmanager
def as_person(db: Db, person: Person, **claims: object) -> Iterator[None]:
    """What follows is said by that person, and is undone at the end."""
    with db.transaction(force_rollback=True):
        _become(db, person, claims)
        yield


def _become(db: Db, person: Person, claims: dict[str, object]) -> None:
    """Take on role and claims for the transaction exactly as PostgREST does: the session belongs to `authenticator`."""
    if person.database_role is None:
        return
    token = {"role": person.database_role, **claims}
    # One round trip: this runs thousands of times.
    db.execute(
        sql.SQL(
            "select set_config('request.jwt.claims', ({}::jsonb || coalesce("
            "(select jsonb_build_object('sub', id) from auth.users where email = {}), '{{}}'))::text, true); "
            "set local session authorization authenticator; set local role {}"
        ).format(json.dumps(token), person.email, sql.Identifier(person.database_role))
    )


@contextmanager
def refused(reason: str, message: str = "") -> Iterator[None]:
    """The database refuses by the rule of that name, and its sentence says so much."""
    with pytest.raises(psycopg.Error) as caught:
        yield
    assert caught.value.diag.message_detail == f"helpdesk.{reason}", str(caught.value)
    assert message in (caught.value.diag.message_primary or ""), str(caught.value)


@contextmanager
def denied() -> Iterator[None]:
    """PostgreSQL refuses for want of a privilege or by a policy."""
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        yield


def one(db: Db, query: LiteralString, *args: object) -> dict[str, Any]:
    """The one row that a query gives."""
    rows = db.execute(query, args).fetchall()
    assert len(rows) == 1, f"{len(rows)} rows instead of one: {query}"
    return rows[0]


def value(db: Db, query: LiteralString, *args: object) -> Any:
    """The one value that a query gives."""
    return next(iter(one(db, query, *args).values()))
