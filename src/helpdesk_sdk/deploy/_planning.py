"""Compare a project with the helpdesk in the host's directory."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from importlib.metadata import version as version_of
from typing import TYPE_CHECKING

from ..errors import ConfigurationError
from ..install import config, manifest
from ..install.package import NAME, pip_install
from ..install.releases import contract_after, version_key
from ..local import migrations
from ..local.migrations import Migration
from . import _database, _drift, _functions, _settings, _state
from ._state import State
from .errors import PlatformRefusedError, SupabaseCliError
from .model import Item, Plan, Problem

if TYPE_CHECKING:
    from ._database import Db
    from .target import Target

_OLDEST_POSTGRES = 16
_RIGHTS = """
select
  current_user as name,
  current_setting('server_version_num')::int / 10000 as postgres,
  pg_is_in_recovery() as replica,
  current_setting('default_transaction_read_only') = 'on' as read_only,
  has_database_privilege(current_database(), 'create') as may_create,
  ours.nspowner::regrole::text as owner,
  pg_has_role(ours.nspowner, 'usage') as owns,
  logins.oid as login_table,
  has_table_privilege(logins.oid, 'trigger') as may_hook,
  has_schema_privilege(history.relnamespace, 'usage') and has_table_privilege(history.oid, 'insert') as may_record
from (select 1) as one
left join pg_namespace as ours on ours.nspname = 'helpdesk_private'
left join pg_class as logins on logins.relname = 'users' and logins.relnamespace::regnamespace::text = 'auth'
left join pg_class as history
  on history.relname = 'schema_migrations' and history.relnamespace::regnamespace::text = 'supabase_migrations'
"""
_OURS = re.compile(r"migrations/(\d+)_\w+\.sql")


@dataclass(frozen=True)
class Inspection:
    """A plan, and what a deployment needs beside it."""

    plan: Plan
    state: State
    checksum: str
    """Of our files in the host's directory."""
    pending: tuple[Migration, ...]
    """The migrations to run, contract ones too, but without those whose turn has not come."""
    later: tuple[Migration, ...]
    """Contract migrations whose turn has not come."""
    archive: bytes | None = field(repr=False)
    """The functions; None when the environment has none."""
    settings: tuple[Item, ...] = ()
    """The settings among the items."""


def plan(target: Target, *, adopt: bool = False, accept_drift: bool = False) -> Plan:
    """The project as it is and as it should be. Changes nothing.

    Args:
        target: Where to.
        adopt: Whether to take over a helpdesk that was installed by hand.
        accept_drift: Whether to accept changes by hand of the helpdesk's own objects.

    Raises:
        ConfigurationError: The helpdesk is not in the host's directory, or the database refuses the password.
        ConnectionFailedError: The database or the platform cannot be reached.
    """
    with _database.connected(target) as db:
        return inspect(db, target, adopt=adopt, accept_drift=accept_drift).plan


def inspect(db: Db, target: Target, *, adopt: bool, accept_drift: bool) -> Inspection:
    """Like `plan`, with what a deployment needs beside it.

    Args:
        db: A connection.
        target: Where to.
        adopt: Whether to take over a helpdesk that was installed by hand.
        accept_drift: Whether to accept changes by hand of the helpdesk's own objects.

    Raises:
        ConfigurationError: The helpdesk is not in the host's directory.
        ConnectionFailedError: The platform cannot be reached.
    """
    written = manifest.read(target.supabase_dir)
    release = manifest.read_version(target.supabase_dir)
    if not written or release is None:
        raise ConfigurationError(
            f"The helpdesk's files are not in {target.supabase_dir}", hint="Put them there, and commit: helpdesk init"
        )
    contents, problems = _contents(target, written)
    available = migrations.available(target.supabase_dir / "migrations")
    names = {match[1] for path in written if (match := _OURS.fullmatch(path))}
    ours = [migration for migration in available if migration.version in names]
    missing = _rights(db)
    # Without the rights nothing else could be read.
    state = State(False, None, {}) if missing else _state.read(db)
    problems += [*_program(release), *_whose(target, state, adopt), *missing]
    drift = _drift.differences(db, state, ours)
    problems += [problem for problem in drift if not (accept_drift and problem.kind == "drift")]
    pending = [migration for migration in ours if migration.version not in state.history]
    later = [migration for migration in pending if migration.is_contract and not _has_come(migration, state)]
    functions = {path: content for path, content in contents.items() if path.startswith("functions/")}
    packed = _functions.archive(functions) if functions and target.environment.functions else None
    items = [_migration_item(migration, migration in later) for migration in pending]
    seen, settings, backup = _platform(target, state, packed, adopt, problems)
    items += [*seen, *([] if missing else _settings.buckets(db))]
    return Inspection(
        Plan(
            environment=target.environment.name,
            project_ref=target.environment.project_ref,
            database=target.database,
            release=release,
            from_release=state.last.release if state.last else None,
            items=tuple(items),
            problems=tuple(problems),
            notes=tuple(_notes(target, state, available, names, packed, release)),
            backup=backup,
        ),
        state,
        hashlib.sha256(repr(sorted(written.items())).encode()).hexdigest(),
        tuple(migration for migration in pending if migration not in later),
        tuple(later),
        packed,
        tuple(settings),
    )


def _contents(target: Target, written: dict[str, str]) -> tuple[dict[str, bytes], list[Problem]]:
    """Our files in the host's directory, and which are not as they were written."""
    contents, wrong = {}, []
    for path, checksum in written.items():
        file = target.supabase_dir / path
        content = file.read_bytes() if file.is_file() else None
        if content is None or manifest.checksum(content) != checksum:
            wrong.append(f"{path} {'is missing' if content is None else 'was changed'}")
        else:
            contents[path] = content
    if not wrong:
        return contents, []
    more = f" and {len(wrong) - 5} more" if len(wrong) > 5 else ""
    message = f"files of the helpdesk are not as they were written: {', '.join(wrong[:5])}{more}"
    way_out = "Restore them from version control, or: helpdesk upgrade --overwrite"
    return contents, [Problem("edited_files", message, way_out)]


def _program(release: str) -> list[Problem]:
    program = version_of(NAME)
    if version_key(release) <= version_key(program):
        return []
    message = f"the files are of version {release}, but this program has version {program}"
    return [Problem("old_program", message, f"Update the program: {pip_install(upgrade=True)}")]


def _whose(target: Target, state: State, adopt: bool) -> list[Problem]:
    """Whether this directory and this environment deploy to this database."""
    if state.marker is None:
        if state.has_people and not adopt and state.unfinished is None:
            message = "the database has a helpdesk that helpdesk deploy did not install, and that is in use"
            return [Problem("not_ours", message, "Look whether it is the right one, then take it over: --adopt")]
        return []
    project_id, environment = state.marker
    if str(project_id) != target.project_id:
        message = f"the database belongs to another directory: its marker is {project_id}, {target.project_id} is ours"
        way_out = "Check the URL. After a move of the repository, keep its supabase/helpdesk.toml with the id."
        return [Problem("wrong_project", message, way_out)]
    if environment != target.environment.name:
        message = f"the database is the environment {environment}, not {target.environment.name}"
        return [Problem("wrong_environment", message, f"Set {target.environment.database_url_env} for it.")]
    return []


def _rights(db: Db) -> list[Problem]:
    """What the server, the database or the role lacks. Looked up in the catalogue, which every role may read."""
    row = db.execute(_RIGHTS.encode()).fetchone()
    assert row is not None
    if row["postgres"] < _OLDEST_POSTGRES:
        message = f"the database is PostgreSQL {row['postgres']}, but at least {_OLDEST_POSTGRES} is needed"
        return [Problem("old_postgres", message, "Upgrade it in the dashboard: Project Settings, Infrastructure.")]
    if row["replica"] or row["read_only"]:
        message = "the database takes no writes: it is a read replica, or its disk is full"
        return [Problem("read_only", message, "Take the URL of the primary, or look at the project in the dashboard.")]
    if row["login_table"] is None:
        message = "the database has no Supabase Auth (no table auth.users)"
        return [Problem("no_auth", message, "Check the URL: it must be the database of a Supabase project.")]
    missing = []
    if row["owner"] is None and not row["may_create"]:
        missing.append("create schemas")
    if row["owner"] is not None and not row["owns"]:
        missing.append(f"change what {row['owner']} owns")
    if not row["may_hook"]:
        missing.append("make a trigger on auth.users")
    if row["may_record"] is False:
        missing.append("write into supabase_migrations.schema_migrations")
    if not missing:
        return []
    message = f"the role {row['name']} may not {', nor '.join(missing)}"
    return [Problem("missing_rights", message, "Connect as the role postgres of the project.")]


def _has_come(migration: Migration, state: State) -> bool:
    """Whether what a contract migration removes is used by no release any more that can still run here."""
    if state.concepts is None:
        return True
    after = contract_after(migration.path.read_text("utf-8"))
    return after is None or any(version_key(release) >= version_key(after) for release in state.releases)


def _migration_item(migration: Migration, is_later: bool) -> Item:
    note = None
    if migration.is_contract:
        after = contract_after(migration.path.read_text("utf-8"))
        note = f"removes what releases before {after} use" if after else "removes what the release before uses"
        if is_later:
            note += "; it runs with the deployment after this one"
    return Item("migrations", migration.path.name, None, "applied", "later" if is_later else "run", note)


def _platform(
    target: Target, state: State, packed: bytes | None, adopt: bool, problems: list[Problem]
) -> tuple[list[Item], list[Item], str | None]:
    """The items that the platform tells, the settings among them, and the newest backup."""
    items: list[Item] = []
    settings: list[Item] = []
    backup = None
    try:
        if packed is not None:
            found = _functions.present(target.platform) if target.platform else None
            items += _functions.items(target, state, packed, found)
            problems += [] if adopt else _functions.clashes(state, packed, found)
            if target.platform and target.cli:
                target.cli.require_version()
        items += _settings.secrets(target)
        settings = _settings.settings(target)
        backup = _settings.backup(target.platform)
    except PlatformRefusedError as error:
        problems.append(Problem("platform", error.message, error.hint or "Try again later."))
    except SupabaseCliError as error:
        problems.append(Problem("supabase_cli", error.message, error.hint or "Install a newer one."))
    return [*items, *settings], settings, backup


def _notes(
    target: Target, state: State, available: list[Migration], ours: set[str], packed: bytes | None, release: str
) -> list[str]:
    notes = []
    if version_key(release) < version_key(program := version_of(NAME)):
        notes.append(f"The files are of version {release}; this program would write {program}: helpdesk upgrade")
    if state.marker is None:
        notes.append("This database has no marker yet: the deployment writes it, and later refuses other directories.")
    others = [m for m in available if m.version not in ours and m.version not in state.history]
    if others:
        plural = "migration of your own is" if len(others) == 1 else "migrations of your own are"
        notes.append(f"{len(others)} {plural} not in this database: supabase db push --remote runs them.")
    if packed is not None and any(
        setting.section.startswith("functions.") for setting in config.missing_settings(target.supabase_dir)
    ):
        notes.append(
            "supabase/config.toml lacks lines for our functions, which your own deployments need: helpdesk init"
        )
    if state.unfinished is not None:
        notes.append("The last deployment did not come to its end: this one goes on from there.")
    return notes
