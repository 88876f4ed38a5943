"""The manifest `supabase/.helpdesk.json`: each file that `helpdesk init` wrote, with its checksum, and the version."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from ..errors import ConfigurationError
from .package import NAME

FILE = ".helpdesk.json"
_ABOUT = "Written by `helpdesk init`, with the checksum of each file. Keep it in version control."


def checksum(content: bytes) -> str:
    """The checksum of a file, whatever Git made of its line ends.

    Args:
        content: The content of the file.
    """
    return hashlib.sha256(content.replace(b"\r\n", b"\n")).hexdigest()


def content(checksums: dict[str, str]) -> bytes:
    """The manifest of these files.

    Args:
        checksums: The checksums by path, relative to the supabase folder.
    """
    from importlib.metadata import version

    value = {"about": _ABOUT, "version": version(NAME), "files": dict(sorted(checksums.items()))}
    return (json.dumps(value, indent=2) + "\n").encode()


def read(supabase_dir: Path) -> dict[str, str]:
    """The checksums by path; empty without a manifest.

    Args:
        supabase_dir: The project's supabase folder.

    Raises:
        ConfigurationError: The manifest is not readable.
    """
    return _read(supabase_dir)[0]


def read_version(supabase_dir: Path) -> str | None:
    """The version of this package that wrote the files; None when it did not write any.

    Args:
        supabase_dir: The project's supabase folder.

    Raises:
        ConfigurationError: The manifest is not readable.
    """
    return _read(supabase_dir)[1]


def has_functions(supabase_dir: Path) -> bool:
    """Whether the edge functions are among the files that were written there.

    Args:
        supabase_dir: The project's supabase folder.

    Raises:
        ConfigurationError: The manifest is not readable.
    """
    return any(path.startswith("functions/") for path in read(supabase_dir))


def _read(supabase_dir: Path) -> tuple[dict[str, str], str | None]:
    path = supabase_dir / FILE
    if not path.exists():
        return {}, None
    try:
        value: Any = json.loads(path.read_bytes())
        files = value["files"]
        if not all(isinstance(name, str) and isinstance(text, str) for name, text in files.items()):
            raise TypeError
        return dict(files), str(value.get("version"))
    except (ValueError, KeyError, TypeError, AttributeError):
        raise ConfigurationError(
            f"{path} is not readable",
            hint="Restore it from version control, or delete it: files that are as we write them are recognised.",
        ) from None
