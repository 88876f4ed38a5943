"""Which Supabase project each environment of a host is: `supabase/helpdesk.toml`.

The file says where `helpdesk deploy --env NAME` goes. Secrets never stand in it: it names the environment variables
that have them. Its `id` is also written into each database at the first deployment, so that a database of another
project, or of another environment, is refused.
"""

from __future__ import annotations

import os
import re
import tomllib
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from ..errors import ConfigurationError

FILE = "helpdesk.toml"
DATABASE_URL = "HELPDESK_DB_URL"
ACCESS_TOKEN = "SUPABASE_ACCESS_TOKEN"
_NAME = re.compile(r"[a-z][a-z0-9-]{0,31}")
_REF = re.compile(r"[a-z]{20}")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_URL = re.compile(r"https?://[^\s/@?#]+(/[^\s@?#]*)?")
_SECRET = re.compile(r"sb_secret_|sbp_|postgres(ql)?://|^eyJ[\w-]+\.")
_TEMPLATE = """\
# Where `helpdesk deploy --env NAME` goes. Keep this file in version control. No secret belongs in it: it names the
# environment variables that have them. These settings an environment may have besides those below:
#
# secrets_env = ["OPENAI_API_KEY"]      variables that become secrets of the functions, under the same names
# functions = false                     no functions of the helpdesk in this project
# project_settings = true               also set what your whole project shares: the confirmation of e-mail addresses
# url = "https://desk.example.com"      the address of the API, if it has a domain of your own

# Written into each database at its first deployment. A database that has another one is refused.
id = "{id}"

[environments.staging]
# The 20 letters in the project's URL.
# project_ref = "abcdefghijklmnopqrst"
database_url_env = "{database_url}"
access_token_env = "{access_token}"

[environments.production]
# project_ref = "abcdefghijklmnopqrst"
database_url_env = "{database_url}"
access_token_env = "{access_token}"
"""


@dataclass(frozen=True)
class Environment:
    """One environment: a Supabase project, and the names of the variables with its secrets."""

    name: str
    """The name after ``--env``."""
    project_ref: str | None = None
    """The project's reference; None for a database that is not a hosted project's."""
    url: str | None = None
    """The URL of the API; None makes it of the reference."""
    database_url_env: str = DATABASE_URL
    """The variable with the PostgreSQL URL."""
    access_token_env: str = ACCESS_TOKEN
    """The variable with the access token of the platform."""
    functions: bool = True
    """Whether the edge functions are deployed."""
    project_settings: bool = False
    """Whether settings may be changed that the host's whole project shares: the confirmation of e-mail addresses."""
    secrets_env: tuple[str, ...] = ()
    """Variables whose values become secrets of the functions, under the same names."""

    @property
    def api_url(self) -> str | None:
        """The URL of the project's API, if it is known."""
        return self.url or (f"https://{self.project_ref}.supabase.co" if self.project_ref else None)

    def variable(self, name: str, variables: Mapping[str, str] | None = None) -> str | None:
        """The value of an environment variable; None when it is not set or empty."""
        return ((os.environ if variables is None else variables).get(name) or "").strip() or None


@dataclass(frozen=True)
class Environments:
    """The content of `helpdesk.toml`."""

    path: Path
    """The file."""
    id: str
    """The identity of this directory in the databases that it deploys to."""
    environments: dict[str, Environment]
    """The environments by name."""

    def get(self, name: str) -> Environment:
        """An environment by its name.

        Raises:
            ConfigurationError: There is none of this name.
        """
        if (found := self.environments.get(name)) is None:
            known = ", ".join(sorted(self.environments)) or "none"
            raise ConfigurationError(
                f"{self.path} has no environment {name!r}; it has: {known}",
                hint=f"Add a table [environments.{name}], or name another one.",
            )
        return found


def create(supabase_dir: Path, *, dry_run: bool = False) -> bool:
    """Write `helpdesk.toml` unless it is there; return whether it was missing.

    Args:
        supabase_dir: The project's supabase folder.
        dry_run: Whether to write nothing.
    """
    path = supabase_dir / FILE
    if os.path.lexists(path):
        return False
    if not dry_run:
        text = _TEMPLATE.format(id=uuid.uuid4(), database_url=DATABASE_URL, access_token=ACCESS_TOKEN)
        temporary = path.with_name(f".{FILE}.helpdesk-new")
        try:
            temporary.write_text(text, "utf-8")
            os.replace(temporary, path)
        finally:
            temporary.unlink(missing_ok=True)
    return True


def read(supabase_dir: Path) -> Environments:
    """The environments of a project.

    Args:
        supabase_dir: The project's supabase folder.

    Raises:
        ConfigurationError: The file is missing or not valid; the message names the place.
    """
    path = supabase_dir / FILE
    try:
        content = tomllib.loads(path.read_text("utf-8-sig"))
    except FileNotFoundError:
        raise ConfigurationError(f"There is no {path}", hint="Write it: helpdesk init") from None
    except (ValueError, OSError) as error:
        raise ConfigurationError(
            f"{path} is not readable: {error}", hint="Correct it, or restore it from version control."
        ) from None
    unknown = sorted(set(content) - {"id", "environments"})
    if unknown:
        raise _wrong(path, unknown[0], "is not a setting of this file")
    try:
        identity = str(uuid.UUID(content["id"]))
    except (KeyError, ValueError, AttributeError, TypeError):
        raise _wrong(path, "id", "must be the UUID that `helpdesk init` wrote") from None
    tables = content.get("environments", {})
    if not isinstance(tables, dict):
        raise _wrong(path, "environments", "must have one table for each environment")
    return Environments(path, identity, {name: _environment(path, name, table) for name, table in tables.items()})


def _environment(path: Path, name: str, table: Any) -> Environment:
    where = f"environments.{name}"
    if not _NAME.fullmatch(name):
        raise _wrong(path, where, "must be named by lower-case letters, digits and hyphens")
    if not isinstance(table, dict):
        raise _wrong(path, where, "must be a table")
    known = {field.name for field in fields(Environment)} - {"name"}
    for key, value in table.items():
        if key not in known:
            raise _wrong(path, f"{where}.{key}", f"is not a setting; there are {', '.join(sorted(known))}")
        texts = value if isinstance(value, list) else [value]
        if any(isinstance(text, str) and _SECRET.search(text) for text in texts):
            raise _wrong(path, f"{where}.{key}", "looks like a secret: put it into an environment variable")
        if message := _problem(key, value):
            raise _wrong(path, f"{where}.{key}", message)
    values: dict[str, Any] = {key: tuple(value) if isinstance(value, list) else value for key, value in table.items()}
    if "url" in values:
        values["url"] = values["url"].rstrip("/")
    return Environment(name, **values)


def _problem(key: str, value: Any) -> str | None:
    """What is wrong with the value of a setting, as the predicate of a sentence."""
    good: object
    if key in ("functions", "project_settings"):
        return None if isinstance(value, bool) else "must be true or false"
    if key == "secrets_env":
        good = isinstance(value, list) and all(isinstance(text, str) and _VARIABLE.fullmatch(text) for text in value)
        return None if good else "must be a list of names of environment variables"
    if key == "project_ref":
        good = isinstance(value, str) and _REF.fullmatch(value)
        return None if good else "must be the 20 lower-case letters in the project's URL"
    if key == "url":
        good = isinstance(value, str) and _URL.fullmatch(value)
        return None if good else "must be a URL without user, query and fragment"
    return None if isinstance(value, str) and _VARIABLE.fullmatch(value) else "must be the name of a variable"


def _wrong(path: Path, where: str, message: str) -> ConfigurationError:
    return ConfigurationError(f"{path}: {where} {message}", hint="Correct it, or restore it from version control.")
