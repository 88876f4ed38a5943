"""What the options that every command has were set to."""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextvars import ContextVar
from dataclasses import dataclass, replace

from .secrets import keep_secret


@dataclass(frozen=True, slots=True)
class Settings:
    """How one run of the program was asked to behave.

    Attributes:
        json: Whether output and errors are for programs.
        profile: The profile named on the command line.
    """

    json: bool = False
    profile: str | None = None


_SECRET = re.compile(r"sb_secret_[\w-]+|eyJ[\w-]+\.[\w-]+\.[\w-]*")
_DEFAULT = Settings()
_current: ContextVar[Settings] = ContextVar("helpdesk_settings", default=_DEFAULT)


def settings() -> Settings:
    """The settings of this run."""
    return _current.get()


def begin(args: Sequence[str]) -> None:
    """Start a run.

    Whether errors are to be JSON must be known before the command line is parsed: it may be what is wrong.
    """
    for secret in _SECRET.findall("\n".join(args)):
        # It should not be there; but if it is, no error repeats it.
        keep_secret(secret)
    given = args[: args.index("--")] if "--" in args else args
    _current.set(Settings(json="--json" in given))


def choose(*, json: bool = False, profile: str | None = None) -> None:
    """Take over options as they are parsed; what is not given stays."""
    now = _current.get()
    _current.set(replace(now, json=json or now.json, profile=profile or now.profile))
