"""The people of the tests, and how to speak to the database as one of them, the way the Data API does."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, LiteralString, TypeAlias

import psycopg
import pytest
from psycopg import Connection, sql
from psycopg.pq import TransactionStatus

Db: TypeAlias = Connection[dict[str, Any]]


@dataclass(frozen=True)
class Person:
    """Somebody who asks.

    Attributes:
        name: how the tests call them; also the local part of their e-mail address.
        database_role: what PostgREST switches to; None is a direct connection by the schema's owner.
        helpdesk_role: their row in users, if they have one.
        is_active: whether they still may come in.
    """

    name: str
    database_role: str | None = "authenticated"
    helpdesk_role: str | None = "customer"
    is_active: bool = True

    @property
    def email(self) -> str:
        """Their login's verified address."""
        return f"{self.name.replace(' ', '-')}@example.com"

    def __str__(self) -> str:
        return self.name


CUSTOMER = Person("customer")
OTHER = Person("other")
GONE = Person("gone", is_active=False)
AGENT = Person("agent", helpdesk_role="agent")
STRANGER = Person("stranger", helpdesk_role="agent")
LEFT = Person("left", helpdesk_role="agent", is_active=False)
ADMIN = Person("admin", helpdesk_role="admin")
NOBODY = Person("nobody", helpdesk_role=None)
ANONYMOUS = Person("anonymous", "anon", None)
SERVICE = Person("service", "service_role", None)
OWNER = Person("owner", None, None)

MEMBERS = (ADMIN, CUSTOMER, OTHER, GONE, AGENT, STRANGER, LEFT)
"""Those with a row in users: STRANGER is the agent of another team, GONE and LEFT are deactivated."""

WITH_LOGIN = (*MEMBERS, NOBODY)
"""NOBODY has a login whose address nobody has verified, and so no profile."""


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
