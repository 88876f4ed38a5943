"""What would go wrong if somebody took a guard away: each guard in turn, and the rows of the matrix that must then fail.

A mutation runs inside a transaction that is rolled back, so hundreds take seconds. Where two guards hold the same door
(a missing privilege on a table in a schema that one may not enter), `given` takes the other one away first: the rows
must pass then, and fail once the mutation is there too.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from psycopg import sql
from tests.db.matrix import CASES, Case
from tests.db.matrix.in_sql import attempt
from tests.db.people import ANONYMOUS, CUSTOMER, SERVICE, Db
from tests.db.world import World

ALLOWED = frozenset((Path(__file__).parent / "privileges.txt").read_text().splitlines())
ROLES = {"anon": ANONYMOUS, "authenticated": CUSTOMER, "service_role": SERVICE}


@dataclass(frozen=True)
class Mutation:
    """One guard taken away.

    Attributes:
        name: what is done, in words.
        statement: how it is done.
        cases: the rows that watch this guard, the likeliest first.
        given: what else is taken away before, because it would hold the door too.
    """

    name: str
    statement: sql.Composable
    cases: tuple[Case, ...]
    given: sql.Composable | None = None


def survivors(db: Db, world: World, mutation: Mutation) -> str | None:
    """The name of the first row that notices, and for whom; None when nobody does."""
    with_tries = [(case, *pair) for case in mutation.cases for pair in case.outcomes()]
    try:
        if mutation.given is not None:
            db.execute(mutation.given)
            with_tries = [t for t in with_tries if attempt(db, world, *t) is None]
        db.execute(mutation.statement)
        for case, person, outcome in with_tries:
            got = attempt(db, world, case, person, outcome)
            if got is not None:
                return f"{case.name} [{person}: {got.splitlines()[0][:60]}]"
        return None
    finally:
        db.rollback()


def _about(*targets: str) -> tuple[Case, ...]:
    """The rows about these tables first, then those that go through functions."""
    own = [case for case in CASES if case.tries.target in targets]
    rest = [case for case in CASES if case.tries.verb == "call"]
    return (*own, *rest)
