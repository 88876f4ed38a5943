"""Secrets of the environment: a variable, or a file that the variable with ``_FILE`` behind its name names."""

from __future__ import annotations

from collections.abc import Mapping

from ...errors import ConfigurationError


def secret_of(env: Mapping[str, str], name: str) -> str:
    """A secret; empty if there is none.

    Args:
        env: The environment.
        name: The variable, e.g. ``HELPDESK_MAIL_PASSWORD``.

    Raises:
        ConfigurationError: The file cannot be read.
    """
    path = env.get(f"{name}_FILE", "").strip()
    return content(f"{name}_FILE", path) if path else env.get(name, "").strip()


def content(what: str, path: str) -> str:
    """The text of a file, without blanks around it.

    Args:
        what: What the file has, for the error.
        path: The file.

    Raises:
        ConfigurationError: It cannot be read.
    """
    try:
        with open(path, encoding="utf-8") as file:
            return file.read().strip()
    except (OSError, UnicodeError):
        raise ConfigurationError(f"The file of {what} cannot be read") from None
