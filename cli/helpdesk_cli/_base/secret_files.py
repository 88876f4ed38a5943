"""Secrets from files, as containers mount them: HELPDESK_KEY_FILE names a file whose content is HELPDESK_KEY.

A variable of a container is shown to whoever may look at the container; a file is not.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .errors import CliError, ExitCode
from .secrets import register_secret

VARIABLES = (
    "HELPDESK_KEY",
    "HELPDESK_PASSWORD",
    "HELPDESK_ACCESS_TOKEN",
    "HELPDESK_REFRESH_TOKEN",
    "HELPDESK_DB_URL",
    "SUPABASE_ACCESS_TOKEN",
    "OPENAI_API_KEY",
    "EMBEDDINGS_API_KEY",
    "HELPDESK_MAIL_PASSWORD",
    "HELPDESK_SLACK_TOKEN",
    "HELPDESK_SLACK_SIGNING_SECRET",
)
# More is no secret but a wrong file.
_LONGEST = 65_536


@contextmanager
def secret_files() -> Iterator[None]:
    """Inside the block each variable whose ``_FILE`` is set has the content of that file.

    Raises:
        CliError: A file cannot be read or is empty, or a variable is set beside its file.
    """
    found = {name: _content(name, os.environ[f"{name}_FILE"]) for name in VARIABLES if os.environ.get(f"{name}_FILE")}
    os.environ.update(found)
    try:
        yield
    finally:
        for name in found:
            os.environ.pop(name, None)


def _content(name: str, path: str) -> str:
    if os.environ.get(name):
        raise CliError(f"{name} and {name}_FILE are both set", "Set one of them.", ExitCode.USAGE)
    try:
        with Path(path).open(encoding="utf-8") as file:
            text = file.read(_LONGEST + 1)
    except OSError as error:
        raise CliError(f"{name}_FILE: {path} cannot be read: {error.strerror}", code=ExitCode.USAGE) from None
    except UnicodeDecodeError:
        raise CliError(f"{name}_FILE: {path} is no text", code=ExitCode.USAGE) from None
    value = text.strip()
    if not value or len(text) > _LONGEST or "\n" in value or "\0" in value:
        what = "is empty" if not value else "has more than one line" if len(text) <= _LONGEST else "is too large"
        raise CliError(f"{name}_FILE: {path} {what}", "It must have the secret alone.", ExitCode.USAGE)
    register_secret(value)
    return value
