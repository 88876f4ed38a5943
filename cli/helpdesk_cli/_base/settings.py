"""The values of the options that every command has."""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextvars import ContextVar
from dataclasses import dataclass, replace

from .secrets import register_secret


@dataclass(frozen=True, slots=True)
class Settings:
    """The common options of one run.

    Attributes:
        json: Whether output and errors are JSON.
        profile: The profile named on the command line.
        identity: Who makes the requests, for errors: an address and where it comes from; None before the first request.
        used_profile: The profile whose session makes the requests.
    """

    json: bool = False
    profile: str | None = None
    identity: str | None = None
    used_profile: str | None = None


_SECRET = re.compile(r"sb_secret_[\w-]+|eyJ[\w-]+\.[\w-]+\.[\w-]*")
_DEFAULT = Settings()
_current: ContextVar[Settings] = ContextVar("helpdesk_settings", default=_DEFAULT)


def settings() -> Settings:
    """The settings of this run."""
    return _current.get()


def start_run(args: Sequence[str]) -> None:
    """Start a run.

    Looks for ``--json`` before the command line is parsed: an error of the command line itself must be JSON too.
    """
    for secret in _SECRET.findall("\n".join(args)):
        # Secrets do not belong on the command line. If one is there all the same, no error message repeats it.
        register_secret(secret)
    given = args[: args.index("--")] if "--" in args else args
    _current.set(Settings(json="--json" in given))


def apply_options(*, json: bool = False, profile: str | None = None) -> None:
    """Apply parsed options. Options that were not given keep their value."""
    now = _current.get()
    _current.set(replace(now, json=json or now.json, profile=profile or now.profile))


def remember_identity(identity: str, used_profile: str | None) -> None:
    """Remember who makes the requests, so that an error can name them."""
    _current.set(replace(_current.get(), identity=identity, used_profile=used_profile))
