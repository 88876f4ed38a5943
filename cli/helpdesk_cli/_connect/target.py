"""Which helpdesk a command connects to, and as whom: from the command line, the environment and the profiles."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from .._base.errors import CliError, ExitCode
from .._base.secrets import register_secret
from .._base.settings import settings
from . import profiles
from .profiles import Profile

SYSTEM_HINT = (
    "Set HELPDESK_URL and HELPDESK_KEY to the project's URL and secret key, or make a system profile: "
    "helpdesk login --secret-key-stdin; then repeat this with the --profile it prints."
)
"""What to do where a command needs the secret key."""


@dataclass(frozen=True, slots=True, repr=False)
class Target:
    """The helpdesk to connect to, and as whom.

    Attributes:
        source: Where the configuration comes from, for people: ``profile work`` or ``the environment``.
        url: The Supabase project's URL.
        key: The publishable key, or the secret key.
        profile: The profile whose session is used; None for a session from the environment.
    """

    source: str
    url: str
    key: str
    access_token: str | None = None
    refresh_token: str | None = None
    email: str | None = None
    password: str | None = None
    profile: Profile | None = None

    @property
    def is_system(self) -> bool:
        """Whether requests are made with the secret key, as no person."""
        return profiles.is_secret_key(self.key) and not self.has_session

    @property
    def has_session(self) -> bool:
        """Whether requests are made as a person."""
        return bool(self.access_token or self.password)

    @property
    def person(self) -> str:
        """Who makes the requests, and where that comes from, for people."""
        email = profiles.unverified_claims(self.access_token or "").get("email")
        who = "the system" if self.is_system else self.email or (email if isinstance(email, str) else "nobody")
        return f"{who} ({self.source})"

    @property
    def identity(self) -> str:
        """A string that differs between helpdesks and between people."""
        if self.is_system:
            return f"{self.url} system"
        return f"{self.url} {profiles.unverified_claims(self.access_token or '').get('sub') or self.email}"


def target() -> Target:
    """The target according to the command line, the environment and the profiles, in this order.

    Raises:
        CliError: The configuration is incomplete or not valid.
    """
    found = _find_target()
    return replace(
        found,
        url=validated_url(found.url),
        key=validated_key("key", found.key),
        access_token=_validated_token("access_token", found.access_token),
        refresh_token=_validated_token("refresh_token", found.refresh_token),
    )


def _find_target() -> Target:
    env = os.environ
    for variable in ("HELPDESK_ACCESS_TOKEN", "HELPDESK_PASSWORD", "HELPDESK_REFRESH_TOKEN"):
        register_secret(env.get(variable))
    if env.get("HELPDESK_KEY") and profiles.is_secret_key(env["HELPDESK_KEY"]):
        register_secret(env["HELPDESK_KEY"])
    named = settings().profile
    if named is not None:
        return target_of(profiles.load().get(named))
    if env.get("HELPDESK_URL"):
        if not env.get("HELPDESK_KEY"):
            raise CliError("HELPDESK_URL is set, but HELPDESK_KEY is not", "Set both, or neither.", ExitCode.USAGE)
        # No profile here: its session must not be sent to another URL.
        return _with_environment(Target("the environment", env["HELPDESK_URL"], env["HELPDESK_KEY"]))
    return _with_environment(target_of(profiles.load().get(current_profile_name())))


def validated_url(url: str) -> str:
    """The URL, normalized.

    Raises:
        CliError: It is not valid.
    """
    from helpdesk_sdk._credentials import clean_url

    with _as_usage_error():
        return clean_url(url)


def validated_key(name: str, key: str) -> str:
    """The key or token, without surrounding white space.

    Args:
        name: ``key``, ``access_token`` or ``refresh_token``, for the error.
        key: The key or token.

    Raises:
        CliError: It is not valid.
    """
    from helpdesk_sdk._credentials import clean_key

    with _as_usage_error():
        return clean_key(name, key)


def _validated_token(name: str, token: str | None) -> str | None:
    return None if token is None else validated_key(name, token)


@contextmanager
def _as_usage_error() -> Iterator[None]:
    from helpdesk_sdk.errors import ConfigurationError

    try:
        yield
    except ConfigurationError as error:
        raise CliError(error.message, error.hint, ExitCode.USAGE) from None


def current_profile_name() -> str:
    """The name of the profile to use when the command line names none.

    Raises:
        CliError: There is no profile, or none of several is in use.
    """
    known = profiles.load()
    only = next(iter(known.all)) if len(known.all) == 1 else None
    name = os.environ.get("HELPDESK_PROFILE") or known.current or only
    if name is not None:
        return name
    if known.all:
        raise CliError(
            "No profile is in use", f"Choose a profile: helpdesk profiles use {next(iter(known.all))}", ExitCode.USAGE
        )
    hint = (
        "Sign in: helpdesk login; with a local stack: helpdesk sign-up --local. Or set HELPDESK_URL and HELPDESK_KEY."
    )
    raise CliError("No helpdesk is configured", hint, ExitCode.FORBIDDEN)


def target_of(profile: Profile) -> Target:
    """The target of a profile."""
    return Target(
        f"profile {profile.name}", profile.url, profile.key, profile.access_token, profile.refresh_token, profile.email,
        profile=profile,
    )  # fmt: skip


def _with_environment(found: Target) -> Target:
    """The target with the environment's key and identity, which win over a profile's session."""
    env = os.environ
    if env.get("HELPDESK_KEY"):
        found = replace(found, key=env["HELPDESK_KEY"])
        if profiles.is_secret_key(found.key):
            found = replace(found, access_token=None, refresh_token=None, profile=None)
    token, email, password = (env.get(f"HELPDESK_{name}") for name in ("ACCESS_TOKEN", "EMAIL", "PASSWORD"))
    if token:
        return replace(
            found, access_token=token, refresh_token=env.get("HELPDESK_REFRESH_TOKEN"), email=email, profile=None
        )
    if email and password:
        return replace(found, access_token=None, refresh_token=None, email=email, password=password, profile=None)
    if email or password:
        missing = "HELPDESK_PASSWORD" if email else "HELPDESK_EMAIL"
        both = "HELPDESK_EMAIL and HELPDESK_PASSWORD"
        raise CliError(f"{missing} is not set", f"Set both {both}, or neither.", ExitCode.USAGE)
    return found
