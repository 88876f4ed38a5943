"""Markers for arguments: UNSET (not given) and LATEST (the current revision, or the newest message)."""

from __future__ import annotations

from enum import Enum


# An enum of one member each: a type checker narrows ``value is Unset.UNSET``, and a signature reads ``str | Unset``.
class Unset(Enum):
    """The argument was not given: the value stays as it is."""

    UNSET = "UNSET"

    def __repr__(self) -> str:
        return self.name


class Latest(Enum):
    """Whatever is current: overwrite the ticket at any revision, or answer whatever was said last."""

    LATEST = "LATEST"

    def __repr__(self) -> str:
        return self.name


UNSET = Unset.UNSET
LATEST = Latest.LATEST
