"""Verify a running project: furnish it with throw-away people, try every promise, and remove them again."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Literal, get_args
from urllib.parse import urlsplit

import httpx

from .._credentials import clean_key, clean_url, is_secret_key
from ..errors import ConfigurationError
from .cleaning import clean_up
from .data import try_matrix
from .files import try_files
from .functions import try_functions
from .furnishing import Furnisher
from .live import try_topics
from .project import Project
from .report import BrokenPromise, Cleaning, Verification, VerificationError

Area = Literal["data", "live", "files", "functions"]
AREAS: tuple[Area, ...] = get_args(Area)
_TIMEOUT = 60.0


def verify(
    url: str,
    publishable_key: str,
    secret_key: str,
    *,
    areas: Sequence[Area] = AREAS,
    sample: bool = False,
    may_write: bool = False,
    on_progress: Callable[[str], None] = lambda _: None,
) -> Verification:
    """Try the promises of the helpdesk against a running project, as throw-away people over its public interfaces.

    At the end, and after an error or Ctrl-C, everything is removed; after a killed process ``remove_leftovers`` does.

    Args:
        url: The project, e.g. ``https://abc.supabase.co``.
        publishable_key: Its publishable key.
        secret_key: Its secret key: it makes and removes the people.
        areas: What to try: ``data``, ``live``, ``files``, ``functions``.
        sample: For ``data``, only the first try of each target, verb, person and kind of outcome.
        may_write: That this project is not production, or that people there may see throw-away teams for some minutes.
            Without it, only projects on this machine are verified.
        on_progress: Receives a sentence at each step.

    Raises:
        VerificationError: Nobody has said that the project may be written to, or it refuses what must be possible.
        ConfigurationError: The URL or a key is not valid.
        ConnectionFailedError: The project does not answer.
    """
    with _project(url, publishable_key, secret_key, may_write) as project:
        furnisher, result = Furnisher(project), Verification(project.url)
        try:
            on_progress("Making throw-away people, teams and tickets")
            furnisher.furnish()
            for area in areas:
                on_progress(f"Trying: {area}")
                result.add(area, *_try_area(project, furnisher, area, sample))
        finally:
            on_progress("Removing the throw-away people")
            result.cleaning = clean_up(project, furnisher.emails, furnisher.run)
        return result


def _try_area(project: Project, furnisher: Furnisher, area: Area, sample: bool) -> tuple[int, list[BrokenPromise]]:
    if area == "data":
        return try_matrix(project, furnisher, sample=sample)
    return {"live": try_topics, "files": try_files, "functions": try_functions}[area](project, furnisher)


def remove_leftovers(url: str, secret_key: str, *, may_write: bool = False) -> Cleaning:
    """Remove all throw-away people, with what is theirs: after a verification that was killed.

    Args:
        url: The project.
        secret_key: Its secret key.
        may_write: As for ``verify``.

    Raises:
        VerificationError: Nobody has said that the project may be written to.
        ConfigurationError: The URL or the key is not valid.
        ConnectionFailedError: The project does not answer.
    """
    with _project(url, "unused", secret_key, may_write) as project:
        return clean_up(project)


def is_local(url: str) -> bool:
    """Whether a URL is of this machine.

    Args:
        url: The URL.
    """
    host = urlsplit(url).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


@contextmanager
def _project(url: str, publishable_key: str, secret_key: str, may_write: bool) -> Iterator[Project]:
    url = clean_url(url)
    if not may_write and not is_local(url):
        raise VerificationError(
            f"{url} may be production: verifying makes people, teams and tickets there, and removes them at the end",
            hint="Say that it is not: --staging. Or verify production all the same: --production.",
        )
    secret = clean_key("secret_key", secret_key)
    if not is_secret_key(secret):
        raise ConfigurationError("The secret key is none", hint="Project Settings → API Keys → Secret keys.")
    publishable = clean_key("publishable_key", publishable_key)
    if is_secret_key(publishable):
        raise ConfigurationError(
            "The publishable key is a secret key: every person would be the system",
            hint="Project Settings → API Keys → Publishable key.",
        )
    with httpx.Client(timeout=_TIMEOUT, follow_redirects=False) as http:
        yield Project(url, publishable, secret, http)
