"""The console knows the newest migration."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_the_console_was_built_for_the_newest_migration() -> None:
    newest = max(path.name.split("_")[0] for path in (ROOT / "supabase" / "migrations").glob("*.sql"))
    text = (ROOT / "examples" / "console" / "src" / "lib" / "versions.ts").read_text()
    assert re.search(r'SCHEMA = "(\d+)"', text)[1] == newest  # type: ignore[index]
