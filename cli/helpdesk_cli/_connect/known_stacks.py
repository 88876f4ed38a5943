"""The local stacks that `helpdesk up` started on this machine, so that errors can name them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from .._base.errors import CliError
from .._base.files import config_dir, locked, write_private_file

if TYPE_CHECKING:
    from helpdesk_sdk.local import Stack, StackInfo

_MAX_STACKS = 50


def record(directory: str) -> None:
    """Remember a stack's data directory. When that cannot be written, errors name fewer stacks."""
    with suppress(CliError, OSError):
        path = _path()
        with locked(path):
            known = [one for one in _directories() if one != directory]
            write_private_file(path, json.dumps([*known, directory][-_MAX_STACKS:]))


def running() -> Iterator[StackInfo]:
    """The recorded stacks that run now."""
    from helpdesk_sdk.local import NotRunningError, Stack

    for directory in reversed(_directories()):
        with suppress(NotRunningError, OSError):
            yield Stack.find(directory).info


def running_here() -> Iterator[StackInfo]:
    """The stack of this directory, and then the recorded ones. None without the extra ``[local]``."""
    with suppress(ImportError):
        from helpdesk_sdk.local import Stack, StackError

        with suppress(StackError, OSError):
            yield Stack.find(None).info
        with suppress(StackError, OSError):
            yield from running()


def find_stack(data: Path | None) -> Stack:
    """The stack that runs on a data directory.

    Raises:
        NotRunningError: No stack runs there; the hint names one that runs elsewhere.
    """
    from helpdesk_sdk.local import NotRunningError, Stack

    try:
        return Stack.find(data)
    except NotRunningError as error:
        elsewhere = next(running(), None)
        if elsewhere is not None:
            error.hint = f"A stack runs on {elsewhere.data_dir}: give --data {elsewhere.data_dir}"
        raise


def _path() -> Path:
    return config_dir() / "stacks.json"


def _directories() -> list[str]:
    """The recorded directories, the latest last; none when the file cannot be read."""
    try:
        found = json.loads(_path().read_text(encoding="utf-8"))
    except (CliError, OSError, ValueError):
        return []
    return [one for one in found if isinstance(one, str)] if isinstance(found, list) else []
