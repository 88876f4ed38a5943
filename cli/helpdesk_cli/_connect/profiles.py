"""Profiles: helpdesks, with the user's session there. They are kept in one TOML file that people may edit."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from .._base.errors import CliError, ExitCode
from .._base.files import config_dir, locked, write_private_file
from .._base.secrets import masked, register_secret

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


@dataclass(frozen=True, slots=True, repr=False)
class Profile:
    """A helpdesk, and the user's session there.

    Attributes:
        url: The Supabase project's URL.
        key: Its publishable key; for a system profile, its secret key.
        email: The address of the person who is signed in, if known.
        expires_at: When the access token expires.
        role: The person's role when a command last read it.
    """

    name: str
    url: str
    key: str
    email: str | None = None
    access_token: str | None = None
    refresh_token: str | None = None
    expires_at: datetime | None = None
    role: str | None = None

    @property
    def is_system(self) -> bool:
        """Whether requests are made with the secret key, as no person."""
        return is_secret_key(self.key) and not self.access_token

    def signed_out(self) -> Profile:
        """The profile without its session."""
        return replace(self, email=None, access_token=None, refresh_token=None, expires_at=None, role=None)

    def masked(self) -> dict[str, Any]:
        """The fields to show, secrets masked."""
        return {
            "name": self.name,
            "url": self.url,
            "key": masked(self.key),
            "kind": "system" if self.is_system else "person",
            "email": self.email,
            "role": self.role,
            "signed_in": bool(self.access_token),
            "expires_at": self.expires_at.isoformat() if self.expires_at else None,
        }

    def __repr__(self) -> str:
        return f"Profile({self.name!r}, {self.url!r})"


@dataclass(frozen=True, slots=True, repr=False)
class Profiles:
    """All profiles, and the name of the profile in use."""

    current: str | None
    all: Mapping[str, Profile]

    def get(self, name: str) -> Profile:
        """The profile of this name.

        Raises:
            CliError: There is no such profile.
        """
        if name not in self.all:
            known = (
                f"Known profiles: {', '.join(self.all)}." if self.all else "There are no profiles yet: helpdesk login"
            )
            raise CliError(f"There is no profile {name}", known, ExitCode.NOT_FOUND)
        return self.all[name]


def is_secret_key(key: str) -> bool:
    """Whether a key bypasses all policies: a secret key, or a legacy service_role JWT."""
    from helpdesk_sdk import _credentials

    return _credentials.is_secret_key(key)


def unverified_claims(token: str) -> dict[str, Any]:
    """The claims of a JWT, without verification; empty for anything else."""
    from helpdesk_sdk import _credentials

    return _credentials.claims(token)


def expiry(token: str) -> datetime | None:
    """When a JWT expires, without verification; None when that is not known."""
    from helpdesk_sdk import _credentials

    return _credentials.expiry(token)


def validated_name(name: str) -> str:
    """The name, after a check.

    Raises:
        CliError: It is not a valid profile name.
    """
    if not _NAME.fullmatch(name):
        hint = "Use up to 64 letters, digits, dots, dashes and underscores."
        raise CliError(f"{name!r} is not a valid profile name", hint, ExitCode.USAGE)
    return name


def profiles_path() -> Path:
    """The file with all profiles."""
    return config_dir() / "profiles.toml"


def load() -> Profiles:
    """Read all profiles.

    Raises:
        CliError: The file cannot be read, or is not valid.
    """
    path = profiles_path()
    try:
        text = path.read_text(encoding="utf-8")
        if os.name == "posix" and path.stat().st_mode & 0o077:
            path.chmod(0o600)
    except FileNotFoundError:
        return Profiles(None, {})
    except (OSError, UnicodeDecodeError) as error:
        raise _unreadable(path, getattr(error, "strerror", None) or "it is not UTF-8") from None
    try:
        return _parsed(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise _unreadable(path, str(error)) from None
    except (TypeError, KeyError, AttributeError) as error:
        raise _unreadable(path, f"a profile is incomplete ({error})") from None


def save(profile: Profile, *, make_current: bool = False) -> None:
    """Add or replace a profile."""

    def change(document: Any) -> None:
        rows = document.setdefault("profiles", {})
        row = rows.setdefault(profile.name, {})
        for field in fields(profile)[1:]:
            value = getattr(profile, field.name)
            if value is None:
                row.pop(field.name, None)
            else:
                row[field.name] = value
        if make_current or "current" not in document:
            document["current"] = profile.name

    _edit(change)


def remember_role(name: str, role: str) -> None:
    """Keep the person's role in a profile. Nothing else in it changes: another command may be renewing its session."""

    def change(document: Any) -> None:
        if name in document.get("profiles", {}):
            document["profiles"][name]["role"] = role

    _edit(change)


def remove(name: str) -> None:
    """Remove a profile.

    Raises:
        CliError: There is no such profile.
    """
    load().get(name)

    def change(document: Any) -> None:
        document["profiles"].pop(name, None)
        if document.get("current") == name:
            del document["current"]

    _edit(change)


def use(name: str) -> None:
    """Make a profile the one in use: commands take it when none is named.

    Raises:
        CliError: There is no such profile.
    """
    load().get(name)

    def change(document: Any) -> None:
        document["current"] = name

    _edit(change)


def _edit(change: Callable[[Any], None]) -> None:
    """Change the file. Comments and unknown settings in it are kept."""
    import tomlkit
    from tomlkit.exceptions import TOMLKitError

    path = profiles_path()
    with locked(path):
        try:
            document = tomlkit.parse(path.read_text(encoding="utf-8")) if path.exists() else tomlkit.document()
        except TOMLKitError as error:
            raise _unreadable(path, str(error)) from None
        change(document)
        # In TOML, a key below a table belongs to that table: ``current`` must stand above all of them.
        current = document.pop("current", None)
        text = tomlkit.dumps(document)
        write_private_file(path, f"{tomlkit.dumps({'current': str(current)})}{text}" if current else text)


def _parsed(found: dict[str, Any]) -> Profiles:
    names = {field.name for field in fields(Profile)}
    rows = found.get("profiles", {})
    profiles = {
        name: Profile(name=name, **{key: value for key, value in row.items() if key in names - {"name"}})
        for name, row in rows.items()
    }
    for profile in profiles.values():
        if not isinstance(profile.expires_at, datetime | None):
            raise TypeError(f"{profile.name}: expires_at is not a date")
        for secret in (profile.access_token, profile.refresh_token, profile.key if profile.is_system else None):
            register_secret(secret)
    current = found.get("current")
    return Profiles(current if current in profiles else None, profiles)


def _unreadable(path: Path, why: str) -> CliError:
    return CliError(
        f"{path} cannot be read: {why}", "Repair or delete the file, then sign in again: helpdesk login", ExitCode.USAGE
    )
