"""The helpdesk that somebody signs in to, and the profile that the session is saved in."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import typer

from .._base.errors import CliError, ExitCode
from .._base.output import print_note
from .._base.secrets import register_secret
from .._base.settings import settings
from . import profiles
from .known_stacks import find_stack
from .profile_names import LOOPBACK, belongs_to, name_for
from .profiles import Profile
from .target import validated_key, validated_url

# Variables that win over a profile, besides HELPDESK_PROFILE.
_WINNING = ("HELPDESK_URL", "HELPDESK_KEY", "HELPDESK_ACCESS_TOKEN", "HELPDESK_EMAIL", "HELPDESK_PASSWORD")


@dataclass(frozen=True, slots=True)
class HelpdeskChoice:
    """The helpdesk to sign in to."""

    url: str
    key: str
    local: bool


def choose_helpdesk(url: str | None, key: str | None, local: bool, data: Path | None) -> HelpdeskChoice:
    """The helpdesk, from options, the environment, profiles and questions."""
    if named := _requested_name():
        profiles.validated_name(named)
    found_url, found_key = local_stack(data)[:2] if local else (given_url(url), None)
    return HelpdeskChoice(found_url, found_key or _key(key, found_url), local)


def profile_for(helpdesk: HelpdeskChoice, person: str | None, *, system: bool = False) -> Profile:
    """A profile for this person, or for the system, without a session yet.

    With a name that belongs to somebody else, a person is asked; a program is refused.
    """
    known, named = profiles.load(), _requested_name()
    if named is None:
        name = name_for(known, helpdesk.url, person, system=system, local=helpdesk.local)
        return Profile(name, helpdesk.url, helpdesk.key)
    taken = known.all.get(profiles.validated_name(named))
    if taken is not None and not belongs_to(taken, helpdesk.url, person, system=system):
        owner = "the system" if taken.is_system else taken.email or "nobody"
        message = f"Profile {named} belongs to {owner} at {taken.url}"
        hint = f"Choose another --profile NAME, or remove it first: helpdesk profiles remove {named}"
        if settings().json or not sys.stdin.isatty():
            raise CliError(message, hint, ExitCode.USAGE)
        if not typer.confirm(f"{message}. Replace it?", default=False):
            raise CliError("Nothing was changed", hint)
    return Profile(named, helpdesk.url, helpdesk.key)


def note_variables_that_win(profile: Profile) -> None:
    """Say so when commands will not use the profile that was just saved, because of the environment."""
    env = os.environ
    names = [name for name in _WINNING if env.get(name)]
    if env.get("HELPDESK_PROFILE") not in {None, "", profile.name}:
        names.append("HELPDESK_PROFILE")
    halves = [name for name in ("HELPDESK_EMAIL", "HELPDESK_PASSWORD") if env.get(name)]
    if len(halves) == 1 and not env.get("HELPDESK_ACCESS_TOKEN"):
        # With one of the two, the next command uses neither the variables nor the profile.
        print_note(
            f"Note: {halves[0]} is set alone: commands refuse that. "
            f"Set both HELPDESK_EMAIL and HELPDESK_PASSWORD, or unset it, or name the profile: --profile {profile.name}"
        )
    elif names:
        verb = "is" if len(names) == 1 else "are"
        print_note(
            f"Note: {', '.join(names)} {verb} set and {'wins' if len(names) == 1 else 'win'} over the profile."
            f" To use it, unset them, or name it: --profile {profile.name}"
        )


def _requested_name() -> str | None:
    return settings().profile or os.environ.get("HELPDESK_PROFILE") or None


def local_stack(data: Path | None) -> tuple[str, str, str]:
    """The URL, the publishable key and the secret key of the running local stack."""
    info = find_stack(data).info
    register_secret(info.secret_key)
    return info.api_url, info.publishable_key, info.secret_key


def given_url(given: str | None) -> str:
    """The helpdesk's URL, validated."""
    found = given or os.environ.get("HELPDESK_URL")
    if not found:
        known = profiles.load()
        used = known.all.get(_requested_name() or known.current or "")
        found = used.url if used else prompt("URL of the Supabase project")
    made = validated_url(found)
    host = urlsplit(made).hostname
    if made.startswith("http://") and host not in LOOPBACK:
        print_note(f"Warning: the connection to {host} is not encrypted: others can read your password")
    return made


def _key(given: str | None, url: str) -> str:
    if given and profiles.is_secret_key(given):
        register_secret(given)
        hint = "Use --secret-key-stdin. Replace this key: other users of this machine may have seen it."
        raise CliError("A secret key is not accepted on the command line", hint, ExitCode.USAGE)
    known = profiles.load()
    ranked = sorted(known.all.values(), key=lambda one: one.name != (_requested_name() or known.current))
    kept = next((one.key for one in ranked if one.url == url and not profiles.is_secret_key(one.key)), None)
    key = given or os.environ.get("HELPDESK_KEY") or kept or prompt("Publishable key")
    if profiles.is_secret_key(key):
        raise CliError(
            "To sign in as a person, use the publishable key",
            "For a system profile: --secret-key-stdin",
            ExitCode.USAGE,
        )
    return validated_key("key", key)


def prompt(what: str) -> str:
    """Ask for a value.

    Raises:
        CliError: There is nobody to ask.
    """
    if not sys.stdin.isatty():
        raise CliError(f"{what} is missing", "See: helpdesk login --help", ExitCode.USAGE)
    return str(typer.prompt(what))
