"""Go back: the functions of the deployment before, on the newer schema. The database never goes back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..install.releases import contract_after, version_key
from ..local import migrations
from . import _database, _functions, _planning, _state
from ._running import Steps, commit_of, end, failing_as, smoke_test
from .errors import DeploymentRefusedError
from .model import Problem, Step

if TYPE_CHECKING:
    from ._planning import Inspection
    from .target import Target

_OF_RELEASE = ("drift", "dirty", "newer", "edited_files", "old_program", "name_clash")
"""Problems of a deployment forward: a way back must work all the same."""


@dataclass(frozen=True)
class Rollback:
    """What a rollback did, or would do."""

    release: str
    """The release whose functions run now."""
    from_release: str
    """The release whose functions ran before."""
    commit_id: str | None
    """The commit of the host's repository at that deployment: the front end to deploy again."""
    functions: tuple[str, ...]
    """The functions."""
    schema_version: str
    """The version of the schema, which stays."""
    steps: tuple[Step, ...]
    """What was done; empty for a dry run."""


def rollback(
    target: Target,
    *,
    release: str | None = None,
    dry_run: bool = False,
    on_step: Callable[[Step], object] | None = None,
) -> Rollback:
    """Deploy the functions of the deployment before again. Tables and data stay as they are.

    Args:
        target: Where to.
        release: The release to go back to; None takes the one before.
        dry_run: Whether to change nothing.
        on_step: Called at the end of each step.

    Raises:
        DeploymentRefusedError: There is no way back from here; nothing was changed.
        DeploymentRunningError: Another one deploys to this database; nothing was changed.
        DeploymentFailedError: A step failed.
        ConfigurationError: The helpdesk is not in the host's directory, or the database refuses the password.
        ConnectionFailedError: The database or the platform cannot be reached; nothing was changed.
    """
    steps = Steps(on_step)
    with _database.connected(target) as db, _database.alone(db):
        found = _planning.inspect(db, target, adopt=False, accept_drift=True)
        problems = [problem for problem in found.plan.problems if problem.kind not in _OF_RELEASE]
        before = _state.functions_before(db, release) if found.state.has_tables else None
        problems += _no_way_back(target, found, before, release)
        if problems or before is None or target.platform is None or target.cli is None:
            raise DeploymentRefusedError(problems)
        to_release, commit_id, packed = before
        names = tuple(sorted(_functions.names(packed)))
        row = db.execute("select helpdesk_private.schema_version() as version").fetchone()
        assert row is not None
        if not dry_run:
            deployment_id = _state.begin(
                db, "rollback", to_release, _functions.checksum(packed), commit_of(target.host_dir)
            )
            with failing_as("functions"):
                versions = _functions.deploy(packed, target.cli, target.platform)
                _state.record_functions(db, deployment_id, packed, versions)
                _state.record(db, deployment_id, "functions", _functions.checksum(packed))
            steps.ended("functions", f"Deployed as of release {to_release}: {', '.join(names)}.")
            with failing_as("smoke"):
                steps.ended("smoke", smoke_test(db, target, packed))
            end(db, deployment_id)
    from_release = found.state.last.release if found.state.last else found.plan.release
    return Rollback(to_release, from_release, commit_id, names, row["version"], tuple(steps))


def _no_way_back(
    target: Target, found: Inspection, before: tuple[str, str | None, bytes] | None, release: str | None
) -> list[Problem]:
    problems = []
    if before is None:
        which = f"of the release {release}" if release else "before those that run now"
        message = f"the database has no functions on record {which}"
        way_out = "Check out the commit of that release, and deploy its functions: supabase functions deploy --use-api"
        problems.append(Problem("no_record", message, way_out))
    else:
        problems += _removed(target, found, before[0])
    if target.platform is None:
        variable = target.environment.access_token_env
        message = f"{variable} is not set, or the environment has no project_ref: functions cannot be deployed"
        problems.append(Problem("no_token", message, f"Set {variable}, and project_ref in helpdesk.toml."))
    if target.cli is None:
        message = "the Supabase CLI is not installed: functions cannot be deployed"
        problems.append(Problem("no_cli", message, "Install it (supabase.com/docs/guides/cli)."))
    return problems


def _removed(target: Target, found: Inspection, release: str) -> list[Problem]:
    """Contract migrations that have removed what the release uses."""
    done = [
        migration
        for migration in migrations.available(target.supabase_dir / "migrations")
        if migration.is_contract and migration.version in (found.state.concepts or ())
    ]
    gone = [
        migration.path.name
        for migration in done
        if (after := contract_after(migration.path.read_text("utf-8"))) and version_key(release) < version_key(after)
    ]
    if not gone:
        return []
    message = f"what the release {release} uses was removed by {', '.join(gone)}"
    return [Problem("contracted", message, "Correct the fault in a new release instead.")]
