"""Clients for the configured helpdesk. Only one command at a time renews a profile's session."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from .._base.errors import CliError, ExitCode, sign_in_hint
from .._base.files import locked
from .._base.output import show_warnings
from .._base.secrets import register_secret
from .._base.settings import remember_identity
from . import profiles
from .profiles import Profile
from .target import Target, target

if TYPE_CHECKING:
    from helpdesk_sdk import Helpdesk, Session

# The SDK renews a session that has less than 30 seconds left. Within that time our request makes it do so.
_RENEWAL_MARGIN = timedelta(seconds=25)


@contextmanager
def connect() -> Iterator[Helpdesk]:
    """A client for the configured helpdesk, with a valid session.

    Raises:
        CliError: No helpdesk is configured, or nobody is signed in.
    """
    with client(renewed(require_identity(target()))) as hd:
        yield hd


def require_identity(found: Target) -> Target:
    """The target, after a check that it has a session or is the system.

    Raises:
        CliError: Nobody is signed in.
    """
    if not found.has_session and not found.is_system:
        remember_identity("nobody", found.profile.name if found.profile else None)
        raise CliError(f"You are not signed in ({found.source})", sign_in_hint(), ExitCode.FORBIDDEN)
    return found


def client(
    found: Target, *, timeout: float = 30.0, on_session: Callable[[Session | None], None] | None = None
) -> Helpdesk:
    """A client with the target's identity. It does not renew a profile's session unless ``on_session`` is given.

    Without it, ``renewed`` does: a session that is renewed must be saved.
    """
    from helpdesk_sdk import Helpdesk

    show_warnings()
    remember_identity(found.person, found.profile.name if found.profile else None)
    identity_arguments = credentials(found, keeps_session=on_session is not None)
    return Helpdesk(found.url, found.key, timeout=timeout, on_session=on_session, **identity_arguments)


def credentials(found: Target, *, keeps_session: bool = False) -> dict[str, Any]:
    """The arguments of a client that give it the target's identity.

    Args:
        found: The target.
        keeps_session: Whether the client may renew a profile's session; the caller then saves it.
    """
    return {
        "access_token": found.access_token,
        "refresh_token": found.refresh_token if keeps_session or found.profile is None else None,
        "email": found.email if found.password else None,
        "password": found.password,
    }


def seconds_until_renewal(found: Target) -> float | None:
    """Seconds until the profile's session should be renewed; None when it cannot be renewed."""
    profile = found.profile
    if profile is None or profile.refresh_token is None or profile.expires_at is None:
        return None
    return (profile.expires_at - datetime.now(UTC) - _RENEWAL_MARGIN).total_seconds()


def _needs_renewal(found: Target) -> bool:
    seconds = seconds_until_renewal(found)
    return seconds is not None and seconds <= 0


def renewed(found: Target) -> Target:
    """The target, with its session renewed if it is about to expire.

    A refresh token can be used once: if two commands used the same token, Supabase would end the session. So one
    command renews the session, and the others wait and read the new session from the profile.
    """
    if not _needs_renewal(found):
        return found
    with locked(profiles.profiles_path().with_name("session")):
        assert found.profile is not None
        found = _with_tokens(found, profiles.load().get(found.profile.name))
        return _renew(found) if _needs_renewal(found) else found


def _renew(found: Target) -> Target:
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
            # Any request will do: the client renews an expiring session before it sends one.
            hd.users.me()
        except ForbiddenError:
            pass
        except AuthenticationError:
            hint = f"Sign in again: helpdesk login --profile {profile.name}"
            raise CliError(f"Your session has ended ({found.source})", hint, ExitCode.FORBIDDEN) from None
    return _with_tokens(found, profile)


def _with_tokens(found: Target, profile: Profile) -> Target:
    return replace(found, access_token=profile.access_token, refresh_token=profile.refresh_token, profile=profile)


def with_session(profile: Profile, session: Session | None) -> Profile:
    """The profile with this session; without a session when it is None."""
    if session is None:
        return profile.signed_out()
    refresh = session.refresh_token.get_secret_value() if session.refresh_token else None
    access = session.access_token.get_secret_value()
    for secret in (access, refresh):
        register_secret(secret)
    return replace(profile, access_token=access, refresh_token=refresh, expires_at=session.expires_at)
