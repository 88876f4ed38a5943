"""What a run of the program does not import: parts of libraries that it never uses."""

from __future__ import annotations

import os
import sys
from types import ModuleType


def skip_unused_libraries() -> None:
    """Keep httpx from importing its own command line and HTTP/2, and pydantic from looking for plugins.

    Together they take as long as everything else that a short command imports. httpx treats both as optional parts that
    are not installed. For programs only: a library must not do this to its host.
    """
    command_line = ModuleType("httpx._main")
    command_line.main = _not_here  # type: ignore[attr-defined]
    sys.modules.setdefault("httpx._main", command_line)
    sys.modules.setdefault("h2", None)  # type: ignore[arg-type]
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")


def _not_here() -> None:
    """Stands in for httpx's command line."""
