"""Where a deployment goes: the directory, the environment, and the secrets from environment variables."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ..errors import ConfigurationError
from ..install import environments, files
from ..install.environments import Environment
from ..install.package import pip_install
from ._cli import SupabaseCli
from ._platform import Platform

_POOLER_OF_TRANSACTIONS = "6543"
_REF_IN_HOST = re.compile(r"(?:db\.)?([a-z]{20})\.supabase\.(?:co|com)")
_REF_IN_USER = re.compile(r"[^.]+\.([a-z]{20})")


@dataclass(frozen=True)
class Target:
    """A host's directory, and the project that one of its environments is."""

    supabase_dir: Path
    """The host's supabase folder."""
    project_id: str
    """The id in `helpdesk.toml`."""
    environment: Environment
    """The environment."""
    db_url: str = field(repr=False)
    """The PostgreSQL URL."""
    database: str
    """The host and the name of the database."""
    platform: Platform | None
    """The management API; None without an access token or a project reference."""
    cli: SupabaseCli | None
    """The Supabase CLI; None when it is not installed."""
    secrets: dict[str, str] = field(default_factory=dict, repr=False)
    """The secrets of the functions that are set here."""

    @classmethod
    def find(
        cls,
        environment: str,
        directory: Path | None = None,
        *,
        db_url: str | None = None,
        variables: Mapping[str, str] | None = None,
    ) -> Target:
        """Read `helpdesk.toml` and the variables that it names. Asks nobody.

        Args:
            environment: The name of the environment.
            directory: The project's directory; None searches upward from the current one.
            db_url: The PostgreSQL URL instead of that in the environment's variable.
            variables: The environment variables; None takes those of the process.

        Raises:
            ConfigurationError: A setting or a variable is missing or wrong, or the directory is linked to another
                project.
        """
        variables = os.environ if variables is None else variables
        supabase_dir = files.find_supabase_dir(directory)
        config = environments.read(supabase_dir)
        found = config.get(environment)
        url = db_url or found.variable(found.database_url_env, variables)
        if url is None:
            raise ConfigurationError(
                f"{found.database_url_env} is not set: there is no database for the environment {environment}",
                hint="Set it to the project's PostgreSQL URL (in the dashboard: Connect, Session pooler).",
            )
        database = _check_url(url, found)
        _check_link(supabase_dir, config, found)
        token = found.variable(found.access_token_env, variables)
        platform = None
        if token and found.project_ref:
            platform = Platform.make(found.project_ref, token, variables)
        cli = SupabaseCli.find(variables)
        values = {name: found.variable(name, variables) for name in found.secrets_env}
        secrets = {name: value for name, value in values.items() if value is not None}
        return cls(supabase_dir, config.id, found, url, database, platform, cli, secrets)

    @property
    def host_dir(self) -> Path:
        """The host's directory."""
        return self.supabase_dir.parent


def _check_url(url: str, environment: Environment) -> str:
    """The host and name of the database; an error for a URL that cannot be right. No message repeats the URL."""
    try:
        import pglast  # noqa: F401
        from psycopg import Error
        from psycopg.conninfo import conninfo_to_dict
    except ImportError as error:
        raise ConfigurationError(
            f"A deployment needs {error.name}, which is not installed", hint=f"Install it: {pip_install('deploy')}"
        ) from None
    where = environment.database_url_env
    if not url.startswith(("postgresql://", "postgres://")):
        raise ConfigurationError(
            f"{where} is not a PostgreSQL URL", hint="It begins with postgresql:// (in the dashboard: Connect)."
        )
    try:
        parts = {name: str(value) for name, value in conninfo_to_dict(url).items() if value is not None}
        # An @ in the password makes its end a part of the host.
        if "@" in parts.get("host", "") or not parts.get("port", "5432").replace(",", "").isdigit():
            raise ValueError
    except (Error, ValueError):
        raise ConfigurationError(
            f"{where} is not a valid PostgreSQL URL",
            hint="Special characters in the password must be percent-encoded, e.g. @ as %40.",
        ) from None
    if "[YOUR-PASSWORD]" in url:
        raise ConfigurationError(f"{where} has no password", hint="Put the password in place of [YOUR-PASSWORD].")
    host = parts.get("host", "")
    match = _REF_IN_HOST.fullmatch(host) or _REF_IN_USER.fullmatch(parts.get("user", ""))
    ref = match[1] if match else None
    if ref and environment.project_ref and ref != environment.project_ref:
        raise ConfigurationError(
            f"{where} is the database of the project {ref}, but the environment {environment.name} is the project "
            f"{environment.project_ref}",
            hint="Set the variable for this environment, or correct supabase/helpdesk.toml.",
        )
    if parts.get("port") == _POOLER_OF_TRANSACTIONS and ".supabase." in host:
        raise ConfigurationError(
            f"{where} is the transaction pooler (port 6543), which keeps no lock between two statements",
            hint="Take the URL of the session pooler (port 5432), or the direct connection.",
        )
    return f"{host or 'localhost'}/{parts.get('dbname', parts.get('user', 'postgres'))}"


def _check_link(supabase_dir: Path, config: environments.Environments, environment: Environment) -> None:
    """Refuse a directory that the Supabase CLI has linked to a project that `helpdesk.toml` does not know."""
    path = supabase_dir / ".temp" / "project-ref"
    try:
        linked = path.read_text("utf-8").strip()
    except (OSError, ValueError):
        return
    known = {found.project_ref for found in config.environments.values()}
    if linked and environment.project_ref and linked not in known:
        raise ConfigurationError(
            f"This directory is linked to the project {linked}, which is no environment in {config.path}",
            hint=f"Link it to the right one: supabase link --project-ref {environment.project_ref}",
        )
