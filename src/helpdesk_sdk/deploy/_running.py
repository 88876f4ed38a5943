"""Deploy: every step may be repeated, and a run that was interrupted is gone on with by the same command."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

from ..errors import HelpdeskError
from ..local import migrations
from ..local.errors import MigrationError
from ..local.migrations import Migration
from . import _database, _drift, _functions, _planning, _settings, _smoke, _state
from .errors import DeploymentFailedError, DeploymentRefusedError
from .model import Item, Plan, Step

if TYPE_CHECKING:
    from ._database import Db
    from ._planning import Inspection
    from .target import Target

_LOCKED = {"55P03", "40P01"}
"""Another session held a lock, or two waited for each other: worth another try."""
_TRIES = 4
_GO_ON = "After you have removed the cause, the same command goes on from here."


@dataclass(frozen=True)
class Result:
    """A deployment that came to its end."""

    deployment_id: UUID
    """Its row in `helpdesk_private.deployments`."""
    plan: Plan
    """How the project was before."""
    steps: tuple[Step, ...]
    """What was done."""
    by_hand: tuple[Item, ...]
    """What somebody has to do."""


class Steps(list[Step]):
    """The steps that have ended.

    Args:
        on_step: Called at the end of each step.
    """

    def __init__(self, on_step: Callable[[Step], object] | None) -> None:
        super().__init__()
        self._on_step = on_step

    def ended(self, name: str, message: str) -> None:
        """Add a step.

        Args:
            name: Its name.
            message: What it did.
        """
        self.append(Step(name, message))
        if self._on_step is not None:
            self._on_step(self[-1])


def run(
    target: Target,
    *,
    adopt: bool = False,
    accept_drift: bool = False,
    on_step: Callable[[Step], object] | None = None,
) -> Result:
    """Deploy. Everything is checked before anything is changed.

    Args:
        target: Where to.
        adopt: Whether to take over a helpdesk that was installed by hand.
        accept_drift: Whether to accept changes by hand of the helpdesk's own objects.
        on_step: Called at the end of each step.

    Raises:
        DeploymentRefusedError: Something speaks against it; nothing was changed.
        DeploymentRunningError: Another one deploys to this database; nothing was changed.
        DeploymentFailedError: A step failed; the steps before it are done, and a repetition goes on.
        ConfigurationError: The helpdesk is not in the host's directory, or the database refuses the password.
        ConnectionFailedError: The database or the platform cannot be reached; nothing was changed.
    """
    steps = Steps(on_step)
    with _database.connected(target) as db, _database.alone(db):
        found = _planning.inspect(db, target, adopt=adopt, accept_drift=accept_drift)
        if found.plan.problems:
            raise DeploymentRefusedError(found.plan.problems)
        steps.ended("checks", "Nothing speaks against it.")
        steps.ended("backup", found.plan.backup or "Whether there is a backup cannot be seen from here: make one.")
        deployment_id = _begin(db, target, found) if found.state.has_tables else None
        with failing_as("migrations"):
            steps.ended("migrations", _expand(target, found))
        if deployment_id is None:
            deployment_id = _begin(db, target, found)
        _after_expand(db, target, found, deployment_id, steps)
        with failing_as("contract"):
            steps.ended("contract", _contract(target, found))
        end(db, deployment_id)
    return Result(deployment_id, found.plan, tuple(steps), found.plan.by_hand)


def _after_expand(db: Db, target: Target, found: Inspection, deployment_id: UUID, steps: Steps) -> None:
    """The steps between the new schema and the removal of the old."""
    if found.archive is not None:
        with failing_as("functions"):
            steps.ended("functions", _deploy_functions(db, target, found, deployment_id))
    if target.environment.secrets_env:
        with failing_as("secrets"):
            sent = _settings.send_secrets(target)
            steps.ended("secrets", f"Sent: {', '.join(sent)}." if sent else "None was sent.")
    with failing_as("settings"):
        done = _settings.apply(target, list(found.settings))
        steps.ended("settings", f"Set: {', '.join(done)}." if done else "None to set.")
    with failing_as(_smoke.STEP):
        steps.ended(_smoke.STEP, smoke_test(db, target, found.archive if _can_deploy(target) else None))


@contextmanager
def failing_as(step: str) -> Iterator[None]:
    """Say which step an error belongs to.

    Args:
        step: The name of the step.
    """
    import psycopg

    try:
        yield
    except DeploymentFailedError:
        raise
    except MigrationError as error:
        raise DeploymentFailedError(step, error.message, hint=_migration_hint(error)) from error
    except HelpdeskError as error:
        raise DeploymentFailedError(step, error.message, hint=f"{error.hint or ''} {_GO_ON}".strip()) from error
    except psycopg.Error as error:
        raise DeploymentFailedError(step, str(error).strip(), hint=_GO_ON) from error


def smoke_test(db: Db, target: Target, archive: bytes | None) -> str:
    """Try a ticket, and the functions of an archive.

    Args:
        db: A connection.
        target: Where to.
        archive: The functions that run now; None when they are not known to run.

    Raises:
        DeploymentFailedError: Something does not work.
    """
    told = [_smoke.throw_away_ticket(db)]
    if archive is not None:
        row = db.execute("select helpdesk_private.schema_version() as version").fetchone()
        assert row is not None
        answer = _smoke.functions(target, _functions.names(archive), row["version"])
        told += [answer] if answer else []
    return " ".join(told)


def end(db: Db, deployment_id: UUID) -> None:
    """Record the end, with the catalogue as it is now.

    Args:
        db: A connection.
        deployment_id: The deployment.
    """
    versions = [row["version"] for row in db.execute("select version from helpdesk_private.concepts order by version")]
    _state.record(db, deployment_id, "versions", versions)
    _state.finish(db, deployment_id, _drift.catalog(db))


def commit_of(directory: Path) -> str | None:
    """The commit of the host's repository, if it is one.

    Args:
        directory: The host's directory.
    """
    try:
        done = subprocess.run(
            ["git", "rev-parse", "HEAD"], cwd=directory, capture_output=True, text=True, timeout=10, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return os.environ.get("GITHUB_SHA")
    return done.stdout.strip() or None


def _begin(db: Db, target: Target, found: Inspection) -> UUID:
    _state.mark(db, target.project_id, target.environment.name)
    unfinished = found.state.unfinished
    if unfinished is not None and (unfinished.kind, unfinished.checksum) == ("deploy", found.checksum):
        return unfinished.deployment_id
    return _state.begin(db, "deploy", found.plan.release, found.checksum, commit_of(target.host_dir))


def _expand(target: Target, found: Inspection) -> str:
    todo = [migration for migration in found.pending if not migration.is_contract]
    if not todo:
        return "None to run."

    def mark(connection: Any, migration: Migration) -> None:
        # With the migration or not at all: an interruption must not leave a helpdesk that belongs to nobody.
        if migration.version == _state.TABLES_SINCE:
            _state.mark(connection, target.project_id, target.environment.name)

    done = _apply(target, todo, mark)
    return f"{len(done)} run." if len(done) > 3 else f"Run: {', '.join(done)}."


def _contract(target: Target, found: Inspection) -> str:
    todo = [migration for migration in found.pending if migration.is_contract]
    verb = "waits" if len(found.later) == 1 else "wait"
    waiting = f" {len(found.later)} {verb} for the next deployment." if found.later else ""
    if not todo:
        return f"None to run.{waiting}"
    return f"Run: {', '.join(_apply(target, todo, None))}.{waiting}"


def _apply(target: Target, todo: list[Migration], after: Callable[[Any, Migration], None] | None) -> list[str]:
    """Run these migrations, and no others of the directory. A lock of somebody else is waited for."""
    directory = target.supabase_dir / "migrations"
    wanted = {migration.version for migration in todo}
    done: list[str] = []
    for number in range(1, _TRIES + 1):
        try:
            return done + migrations.apply(target.db_url, directory, guest=True, only=wanted, after=after)
        except MigrationError as error:
            done = [m.path.name for m in todo if m.path.name < error.file]
            if error.sqlstate not in _LOCKED or number == _TRIES:
                raise
            time.sleep(number)
    raise AssertionError


def _can_deploy(target: Target) -> bool:
    return target.platform is not None and target.cli is not None


def _deploy_functions(db: Db, target: Target, found: Inspection, deployment_id: UUID) -> str:
    items = [item for item in found.plan.items if item.part == "functions"]
    assert found.archive is not None
    todo = [item.name for item in items if item.action == "deploy"]
    if target.platform is None or target.cli is None:
        return f"To do by hand: {', '.join(item.name for item in items if item.action == 'by_hand')}."
    checksum = _functions.checksum(found.archive)
    if not todo:
        versions = {name: int(each.get("version", 0)) for name, each in _functions.present(target.platform).items()}
        versions = {item.name: versions[item.name] for item in items}
        _state.record_functions(db, deployment_id, found.archive, versions)
        _state.record(db, deployment_id, "functions", checksum)
        return "None to deploy."
    _state.record(db, deployment_id, "functions_begun")
    versions = _functions.deploy(found.archive, target.cli, target.platform)
    _state.record_functions(db, deployment_id, found.archive, versions)
    _state.record(db, deployment_id, "functions", checksum)
    return f"Deployed: {', '.join(sorted(versions))}."


def _migration_hint(error: MigrationError) -> str:
    if error.sqlstate == "42501":
        return f"The role may not do that: connect as the role postgres of the project. {_GO_ON}"
    return f"The file is rolled back, the migrations before it stay. {_GO_ON}"
