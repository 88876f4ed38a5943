"""What has to stand in a host's `supabase/config.toml`, and does not yet."""

from __future__ import annotations

import json
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..errors import ConfigurationError
from .project import project_dir

_EXPOSED = "helpdesk"
_NEVER_EXPOSED = "helpdesk_private"
# What the Data API serves where config.toml does not say it.
_DEFAULT_SCHEMAS = ["public", "graphql_public"]


@dataclass(frozen=True)
class Setting:
    """Lines to paste into `config.toml`."""

    section: str
    """The table, e.g. ``functions.health``."""
    lines: tuple[str, ...]
    """The lines below its heading."""


def missing_settings(supabase_dir: Path, *, functions: bool = True) -> list[Setting]:
    """The settings that the helpdesk needs and `config.toml` lacks. Changes nothing.

    Args:
        supabase_dir: The project's supabase folder.
        functions: Whether the edge functions are installed.

    Raises:
        ConfigurationError: `config.toml` is not valid TOML.
    """
    present = _read(supabase_dir / "config.toml")
    found = []
    wanted = _table(_read(project_dir() / "config.toml"), "functions") if functions else {}
    for name, ours in wanted.items():
        # Without the line, the platform asks for a token.
        if _table(_table(present, "functions"), name).get("verify_jwt", True) is not ours["verify_jwt"]:
            found.append(Setting(f"functions.{name}", (f"verify_jwt = {json.dumps(ours['verify_jwt'])}",)))
    schemas = _table(present, "api").get("schemas", _DEFAULT_SCHEMAS)
    exposed = [schema for schema in schemas if schema not in (_EXPOSED, _NEVER_EXPOSED)] + [_EXPOSED]
    if set(exposed) != set(schemas):
        found.append(Setting("api", (f"schemas = {json.dumps(exposed, ensure_ascii=False)}",)))
    return found


def function_names() -> list[str]:
    """The names of our edge functions, as `supabase functions deploy` takes them."""
    return sorted(path.parent.name for path in project_dir().glob("functions/*/index.ts"))


def _table(parent: dict[str, Any], name: str) -> dict[str, Any]:
    found = parent.get(name)
    return found if isinstance(found, dict) else {}


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        # The Supabase CLI also takes config.json, which has the same settings.
        return {}
    except ValueError as error:
        raise ConfigurationError(f"{path} is not valid: {error}", hint="Correct it, then try again.") from None
