"""Completion of the command line in a shell."""

from __future__ import annotations

import tomllib
from contextlib import suppress

from .files import config_dir


def profile_names(incomplete: str) -> list[str]:
    """The profiles whose names begin like this; none when they cannot be read: completion never prints an error."""
    with suppress(Exception):
        text = (config_dir() / "profiles.toml").read_text(encoding="utf-8")
        return [name for name in tomllib.loads(text).get("profiles", {}) if name.startswith(incomplete)]
    return []
