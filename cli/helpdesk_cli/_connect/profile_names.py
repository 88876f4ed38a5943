"""The names of new profiles: no profile takes the place of another person's, another helpdesk's or the system's."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import count
from urllib.parse import urlsplit

from .profiles import Profile, Profiles

LOOPBACK = {"127.0.0.1", "::1", "localhost"}
# A name has at most 64 characters; this leaves room for a number.
_LENGTH = 56


def belongs_to(profile: Profile, url: str, person: str | None, *, system: bool) -> bool:
    """Whether a profile is this person's, or the system's, in this helpdesk; or nobody is signed in there."""
    if profile.is_system != system or not _is_same_helpdesk(profile.url, url):
        return False
    return system or profile.email is None or _is_same_address(profile.email, person)


def name_for(known: Profiles, url: str, person: str | None, *, system: bool, local: bool) -> str:
    """The name of the person's profile, or of the system's; of a new one when there is none.

    Args:
        known: All profiles.
        url: The helpdesk.
        person: The e-mail address of the person who signs in; None for the system.
        system: Whether the profile is the system's.
        local: Whether the helpdesk is the local stack.
    """
    own = [one for one in known.all.values() if belongs_to(one, url, person, system=system)]
    # Among several, the one in use, then one where this person is signed in, before one where nobody is.
    own.sort(key=lambda one: (one.name != known.current, one.email is None))
    if own:
        return own[0].name
    return next(name for name in _candidates(url, person, system=system, local=local) if name not in known.all)


def _candidates(url: str, person: str | None, *, system: bool, local: bool) -> Iterator[str]:
    host = "local" if local else _words((urlsplit(url).hostname or "").partition(".")[0]) or "project"
    yield "system" if system else "local" if local else "default"
    yield f"{host}-system" if system else host
    longest = f"{host}-{'system' if system else _words((person or '').partition('@')[0]) or 'person'}"[:_LENGTH]
    yield longest
    yield from (f"{longest}-{number}" for number in count(2))


def _words(text: str) -> str:
    """The text as a part of a name."""
    return re.sub(r"[^A-Za-z0-9]+", "-", text).strip("-")


def _is_same_helpdesk(one: str, other: str) -> bool:
    # A local stack may restart on another port.
    return one == other or {urlsplit(one).hostname, urlsplit(other).hostname} <= LOOPBACK


def _is_same_address(one: str, other: str | None) -> bool:
    return other is not None and one.strip().casefold() == other.strip().casefold()
