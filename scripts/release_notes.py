"""Print what the changelog says about a version: `python scripts/release_notes.py v0.2.0`.

It refuses a tag that is not the version in pyproject.toml, and a version that the changelog does not have.
"""

from __future__ import annotations

import re
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[1]


class ReleaseError(Exception):
    """The tag is no release of this source; the text is a sentence for the maintainer."""


def notes(tag: str, root: Path = ROOT) -> str:
    """The changelog's section for a tag.

    Args:
        tag: The tag, e.g. v0.2.0.
        root: The repository.

    Raises:
        ReleaseError: the tag, pyproject.toml and the changelog do not agree.
    """
    version = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    if tag != f"v{version}":
        raise ReleaseError(f"The tag is {tag}, and pyproject.toml has version {version}: the tag must be v{version}.")
    text = (root / "CHANGELOG.md").read_text(encoding="utf-8")
    found = re.search(rf"^## {re.escape(version)}\b[^\n]*\n(.*?)(?=^## |\Z)", text, re.M | re.S)
    if found is None or not found[1].strip():
        raise ReleaseError(f"CHANGELOG.md has no section '## {version}' with a text.")
    return found[1].strip() + "\n"


def main() -> int:
    if len(sys.argv) != 2:
        print("Name the tag: python scripts/release_notes.py v0.2.0", file=sys.stderr)
        return 2
    try:
        print(notes(sys.argv[1]), end="")
    except ReleaseError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
