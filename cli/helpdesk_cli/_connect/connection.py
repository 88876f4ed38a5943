"""Which helpdesk a command talks to, and as whom; sessions are renewed by one command at a time and written back."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from .._base.errors import CliError, ExitCode
from .._base.files import locked
from .._base.output import show_warnings
from .._base.secrets import keep_secret
from .._base.settings import settings
from . import profiles
from .profiles import Profile

if TYPE_CHECKING:
    from helpdesk_sdk import Helpdesk, Session

# The SDK renews a session that has less than 30 seconds left. Ours goes a little earlier in that span, so that it does.
_MARGIN = timedelta(seconds=25)


@dataclass(frozen=True, slots=True, repr=False)
class Target:
    """Where to, and as whom.

    Attributes:
        source: Where that is written, for people.
        profile: The profile whose session is used, when one is.
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
        """Whether it speaks with the secret key, as nobody in particular."""
        return profiles.is_secret_key(self.key) and not self.has_session

    @property
    def has_session(self) -> bool:
        """Whether it speaks as a person."""
        return bool(self.access_token or self.password)

    @property
    def identity(self) -> str:
        """Something that differs between helpdesks and between people."""
        if self.is_system:
            return f"{self.url} system"
        return f"{self.url} {profiles.claims(self.access_token or '').get('sub') or self.email}"


def target() -> Target:
    """What the command line, the environment and the profiles say, in this order.

    Raises:
        CliError: They say too little, or what cannot be.
    """
    found = _target()
    for token in (found.access_token, found.refresh_token):
        if token is not None:
            checked_key(token)
    return replace(found, url=checked_url(found.url), key=checked_key(found.key))


def _target() -> Target:
    env = os.environ
    for variable in ("HELPDESK_ACCESS_TOKEN", "HELPDESK_PASSWORD", "HELPDESK_REFRESH_TOKEN"):
        keep_secret(env.get(variable))
    if env.get("HELPDESK_KEY") and profiles.is_secret_key(env["HELPDESK_KEY"]):
        keep_secret(env["HELPDESK_KEY"])
    named = settings().profile
    if named is not None:
        return of_profile(profiles.load().get(named))
    if env.get("HELPDESK_URL"):
        if not env.get("HELPDESK_KEY"):
            raise CliError("HELPDESK_URL is set, but HELPDESK_KEY is not", "Set both, or neither.", ExitCode.USAGE)
        # A profile's session is for the profile's helpdesk only.
        return _by_environment(Target("the environment", env["HELPDESK_URL"], env["HELPDESK_KEY"]))
    return _by_environment(of_profile(profiles.load().get(chosen_name())))


def checked_url(url: str) -> str:
    """A URL as it is used.

    Raises:
        CliError: It cannot be one.
    """
    hint = "As in https://abc.supabase.co"
    try:
        parts = urlsplit(url.strip())
        host = parts.hostname and parts.hostname.encode("idna").decode()
        # Read for its check alone.
        _ = parts.port
    except ValueError:
        host = None
    if not host or parts.scheme not in {"http", "https"} or any(char.isspace() for char in url.strip()):
        raise CliError("url must begin with https:// (or http://, for a local stack)", hint, ExitCode.USAGE)
    if parts.username or parts.password:
        raise CliError("url must not hold a user name or a password", hint, ExitCode.USAGE)
    return url.strip().rstrip("/")


def checked_key(key: str) -> str:
    """A key, or a token, as it is used.

    Raises:
        CliError: It cannot be one.
    """
    made = key.strip()
    if not made or not made.isascii() or not made.isprintable() or " " in made:
        raise CliError("The key or the token is malformed", "Copy it anew, on one line.", ExitCode.USAGE)
    return made


def chosen_name() -> str:
    """The name of the profile to use when the command line names none.

    Raises:
        CliError: None is chosen.
    """
    known = profiles.load()
    only = next(iter(known.all)) if len(known.all) == 1 else None
    name = os.environ.get("HELPDESK_PROFILE") or known.current or only
    if name is not None:
        return name
    if known.all:
        raise CliError(
            "No profile is chosen", f"Choose one: helpdesk profiles use {next(iter(known.all))}", ExitCode.USAGE
        )
    hint = (
        "Sign in: helpdesk login; with a local stack: helpdesk sign-up --local. Or set HELPDESK_URL and HELPDESK_KEY."
    )
    raise CliError("No helpdesk is configured", hint, ExitCode.FORBIDDEN)


def of_profile(profile: Profile) -> Target:
    """The target that a profile describes."""
    return Target(
        f"profile {profile.name}", profile.url, profile.key, profile.access_token, profile.refresh_token, profile.email,
        profile=profile,
    )  # fmt: skip


def _by_environment(found: Target) -> Target:
    """The variables that say who one is win over a profile's session."""
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
        raise CliError(f"{missing} is not set, and its sibling is", "Set both, or neither.", ExitCode.USAGE)
    return found


@contextmanager
def connect() -> Iterator[Helpdesk]:
    """A client for the helpdesk that this command is about, signed in.

    Raises:
        CliError: It is not said which, or nobody is signed in.
    """
    with client(fresh(signed_in(target()))) as hd:
        yield hd


def signed_in(found: Target) -> Target:
    """The target, if it speaks as somebody.

    Raises:
        CliError: Nobody is signed in.
    """
    if not found.has_session and not found.is_system:
        raise CliError(f"You are not signed in ({found.source})", "Sign in: helpdesk login", ExitCode.FORBIDDEN)
    return found


def client(
    found: Target, *, timeout: float = 30.0, on_session: Callable[[Session | None], None] | None = None
) -> Helpdesk:
    """A client that speaks as the target does. A profile's session it only uses: renewing it is left to ``fresh``."""
    from helpdesk_sdk import Helpdesk

    show_warnings()
    who = credentials(found, keeps_session=on_session is not None)
    return Helpdesk(found.url, found.key, timeout=timeout, on_session=on_session, **who)


def credentials(found: Target, *, keeps_session: bool = False) -> dict[str, Any]:
    """What a client needs to speak as the target does.

    Args:
        found: The target.
        keeps_session: Whether the client is to renew a profile's session, and somebody writes it back.
    """
    return {
        "access_token": found.access_token,
        "refresh_token": found.refresh_token if keeps_session or found.profile is None else None,
        "email": found.email if found.password else None,
        "password": found.password,
    }


def seconds_until_due(found: Target) -> float | None:
    """When the profile's session wants renewing; None when it is not for us to renew."""
    profile = found.profile
    if profile is None or profile.refresh_token is None or profile.expires_at is None:
        return None
    return (profile.expires_at - datetime.now(UTC) - _MARGIN).total_seconds()


def _due(found: Target) -> bool:
    seconds = seconds_until_due(found)
    return seconds is not None and seconds <= 0


def fresh(found: Target) -> Target:
    """The target, its session renewed if it was about to end.

    A refresh token can be used once: if two commands used the same one, Supabase would end the session. So one renews,
    and the others wait and take what it wrote.
    """
    if not _due(found):
        return found
    with locked(profiles.profiles_path().with_name("session")):
        assert found.profile is not None
        found = _with_tokens(found, profiles.load().get(found.profile.name))
        return _renewed(found) if _due(found) else found


def _renewed(found: Target) -> Target:
    from helpdesk_sdk.errors import AuthenticationError, ForbiddenError

    profile = found.profile
    assert profile is not None

    def store(session: Session | None) -> None:
        nonlocal profile
        assert profile is not None
        profile = with_session(profile, session)
        profiles.save(profile)

    with client(found, on_session=store) as hd:
        try:
            # Any request will do: the client renews a session that is about to end before it asks.
            hd.auth.whoami()
        except ForbiddenError:
            pass
        except AuthenticationError:
            hint = f"Sign in again: helpdesk login --profile {profile.name}"
            raise CliError(f"Your session has ended ({found.source})", hint, ExitCode.FORBIDDEN) from None
    return _with_tokens(found, profile)


def _with_tokens(found: Target, profile: Profile) -> Target:
    return replace(found, access_token=profile.access_token, refresh_token=profile.refresh_token, profile=profile)


def with_session(profile: Profile, session: Session | None) -> Profile:
    """The profile with another session."""
    if session is None:
        return profile.signed_out()
    refresh = session.refresh_token.get_secret_value() if session.refresh_token else None
    access = session.access_token.get_secret_value()
    for secret in (access, refresh):
        keep_secret(secret)
    return replace(profile, access_token=access, refresh_token=refresh, expires_at=session.expires_at)
