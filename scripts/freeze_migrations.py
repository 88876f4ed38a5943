"""Freeze the migrations of this version: `python scripts/freeze_migrations.py`, once, when a version is released.

It adds every migration that no release has yet to supabase/released.sha256, under the version in pyproject.toml. From
then on tests/test_released.py fails when one of them is changed.
"""

from __future__ import annotations

import sys
import tomllib
from pathlib import Path

from helpdesk_sdk.install import releases

ROOT = Path(__file__).parents[1]


def main() -> int:
    """Freeze, and say what was frozen."""
    version = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    try:
        frozen = releases.freeze(version, ROOT / "supabase")
    except releases.FrozenMigrationError as error:
        print(error, file=sys.stderr)
        return 1
    print(f"{len(frozen)} migrations are now those of {version}: supabase/{releases.FILE}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
