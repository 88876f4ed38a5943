"""What a database says of its helpdesk: the migrations, whose it is, and the deployments."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

if TYPE_CHECKING:
    from ._database import Db

TABLES_SINCE = "20261122002610"
"""The migration that makes the tables of deployments."""


@dataclass(frozen=True)
class Deployment:
    """A row of `helpdesk_private.deployments`."""

    deployment_id: UUID
    kind: str
    release: str
    checksum: str
    commit_id: str | None
    steps: dict[str, Any]
    function_versions: dict[str, int]
    catalog: dict[str, Any] | None


@dataclass(frozen=True)
class State:
    """A database as a deployment finds it."""

    has_schema: bool
    """Whether there is a schema `helpdesk` or `helpdesk_private`."""
    concepts: tuple[str, ...] | None
    """The migrations that the helpdesk itself has on record; None without a helpdesk."""
    history: dict[str, list[str] | None]
    """The statements by version, as the Supabase CLI has them on record."""
    marker: tuple[UUID, str] | None = None
    """The project and the environment that deploys here."""
    has_people: bool = False
    """Whether the helpdesk is in use."""
    last: Deployment | None = None
    """The newest deployment that has ended, whether forward or back."""
    unfinished: Deployment | None = None
    """The newest one, if it has not ended."""
    releases: tuple[str, ...] = field(default=())
    """The releases that were deployed to the end."""

    @property
    def has_tables(self) -> bool:
        """Whether deployments can be recorded."""
        return TABLES_SINCE in (self.concepts or ())


_COLUMNS = "deployment_id, kind, release, checksum, commit_id, steps, function_versions, catalog"


def read(db: Db) -> State:
    """The state of a database. Changes nothing.

    Args:
        db: A connection.
    """
    row = db.execute(
        "select to_regclass('helpdesk_private.concepts') is not null as concepts, "
        "exists (select from pg_namespace where nspname in ('helpdesk', 'helpdesk_private')) as schema, "
        "to_regclass('supabase_migrations.schema_migrations') is not null as history, "
        "exists (select from pg_attribute where attrelid = to_regclass('supabase_migrations.schema_migrations') "
        "and attname = 'statements') as statements"
    ).fetchone()
    assert row is not None
    history: dict[str, list[str] | None] = {}
    if row["history"]:
        column = "statements" if row["statements"] else "null"
        rows = db.execute(
            f"select version, {column} as statements from supabase_migrations.schema_migrations order by 1".encode()
        )
        history = {found["version"]: found["statements"] for found in rows}
    if not row["concepts"]:
        return State(row["schema"], None, history)
    concepts = tuple(found["version"] for found in db.execute("select version from helpdesk_private.concepts"))
    state = State(True, concepts, history)
    if not state.has_tables:
        return State(True, concepts, history, has_people=_has_people(db))
    marker = db.execute("select project_id, environment from helpdesk_private.installation").fetchone()
    newest = _one(
        db, f"select {_COLUMNS}, finished_at from helpdesk_private.deployments order by started_at desc limit 1"
    )
    last = _one(
        db,
        f"select {_COLUMNS}, finished_at from helpdesk_private.deployments where finished_at is not null "
        "order by finished_at desc limit 1",
    )
    releases = db.execute(
        "select distinct release from helpdesk_private.deployments where kind = 'deploy' and finished_at is not null"
    )
    return State(
        True,
        concepts,
        history,
        marker=(marker["project_id"], marker["environment"]) if marker else None,
        has_people=_has_people(db),
        last=_deployment(last),
        unfinished=_deployment(newest) if newest and newest["finished_at"] is None else None,
        releases=tuple(found["release"] for found in releases),
    )


def mark(db: Any, project_id: str, environment: str) -> None:
    """Write whose database this is; the one that is there stays.

    Args:
        db: A connection.
        project_id: The id in `helpdesk.toml`.
        environment: The name of the environment.
    """
    db.execute(
        "insert into helpdesk_private.installation (project_id, environment) values (%s, %s) on conflict do nothing",
        [project_id, environment],
    )


def begin(db: Db, kind: str, release: str, checksum: str, commit_id: str | None) -> UUID:
    """Record the start of a deployment.

    Args:
        db: A connection.
        kind: ``deploy`` or ``rollback``.
        release: The version of the files.
        checksum: The checksum of the files.
        commit_id: The commit of the host's repository, if it is known.
    """
    deployment_id = uuid4()
    db.execute(
        "insert into helpdesk_private.deployments (deployment_id, kind, release, checksum, commit_id) "
        "values (%s, %s, %s, %s, %s)",
        [deployment_id, kind, release, checksum, commit_id],
    )
    return deployment_id


def record(db: Db, deployment_id: UUID, step: str, value: Any = True) -> None:
    """Record that a step has begun or ended.

    Args:
        db: A connection.
        deployment_id: The deployment.
        step: The name of the step.
        value: What to remember of it.
    """
    from psycopg.types.json import Jsonb

    db.execute(
        "update helpdesk_private.deployments set steps = steps || jsonb_build_object(%s::text, %s::jsonb) "
        "where deployment_id = %s",
        [step, Jsonb(value), deployment_id],
    )


def record_functions(db: Db, deployment_id: UUID, archive: bytes | None, versions: dict[str, int]) -> None:
    """Record the functions that were deployed.

    Args:
        db: A connection.
        deployment_id: The deployment.
        archive: The functions, for a rollback; None keeps what is there.
        versions: The platform's version of each.
    """
    from psycopg.types.json import Jsonb

    db.execute(
        "update helpdesk_private.deployments set functions = coalesce(%s, functions), function_versions = %s "
        "where deployment_id = %s",
        [archive, Jsonb(versions), deployment_id],
    )


def finish(db: Db, deployment_id: UUID, catalog: dict[str, Any]) -> None:
    """Record the end of a deployment.

    Args:
        db: A connection.
        deployment_id: The deployment.
        catalog: The checksums of our objects.
    """
    from psycopg.types.json import Jsonb

    db.execute(
        "update helpdesk_private.deployments set finished_at = clock_timestamp(), catalog = %s "
        "where deployment_id = %s",
        [Jsonb(catalog), deployment_id],
    )
    # Old archives are of no use: a rollback goes back one release.
    db.execute(
        "update helpdesk_private.deployments set functions = null where functions is not null and deployment_id not in "
        "(select deployment_id from helpdesk_private.deployments where functions is not null "
        "order by started_at desc limit 10)"
    )


def functions_before(db: Db, release: str | None) -> tuple[str, str | None, bytes] | None:
    """Release, commit and archive of the functions to go back to; None when there are none on record.

    Args:
        db: A connection.
        release: The release to go back to; None takes the newest one before those that run now.
    """
    rows = db.execute(
        "select deployment_id, kind, release, commit_id, encode(sha256(functions), 'hex') as checksum "
        "from helpdesk_private.deployments where finished_at is not null and functions is not null "
        "order by started_at desc"
    ).fetchall()
    if not rows:
        return None
    now = rows[0]["checksum"]
    deployed = [row for row in rows if row["kind"] == "deploy"]
    # After a rollback the newest deployments have functions that do not run any more.
    while deployed and deployed[0]["checksum"] != now:
        deployed.pop(0)
    for row in deployed:
        if row["checksum"] != now and release in (None, row["release"]):
            found = db.execute(
                "select functions from helpdesk_private.deployments where deployment_id = %s", [row["deployment_id"]]
            ).fetchone()
            assert found is not None
            return row["release"], row["commit_id"], bytes(found["functions"])
    return None


def _has_people(db: Db) -> bool:
    row = db.execute("select exists (select from helpdesk.users) as people").fetchone()
    return bool(row and row["people"])


def _one(db: Db, query: str) -> dict[str, Any] | None:
    return db.execute(query.encode()).fetchone()


def _deployment(row: dict[str, Any] | None) -> Deployment | None:
    if row is None:
        return None
    return Deployment(**{name: value for name, value in row.items() if name != "finished_at"})
