"""Write the console's types of the database anew, from the migrations: `python scripts/console_types.py`.

The file is the Supabase CLI's, formatted: examples/console/src/lib/database.types.ts.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from deno import find_deno_bin  # type: ignore[import-untyped]

from helpdesk_sdk.local import Stack

ROOT = Path(__file__).parents[1]
TYPES = ROOT / "examples" / "console" / "src" / "lib" / "database.types.ts"


def generate(db_url: str) -> str:
    """The types of the schema `helpdesk` in a database.

    Args:
        db_url: The database, as superuser.
    """
    cli = [sys.executable, str(ROOT / "scripts" / "supabase_cli.py")]
    words = ["gen", "types", "--lang", "typescript", "--schema", "helpdesk", f"--remote={db_url}?sslmode=disable"]
    made = subprocess.run([*cli, *words], cwd=ROOT, check=True, capture_output=True, text=True)
    style = [find_deno_bin(), "fmt", "--quiet", "--ext", "ts", "--line-width", "120", "-"]
    return subprocess.run(style, input=made.stdout, check=True, capture_output=True, text=True).stdout


def main() -> int:
    with Stack.start(ephemeral=True) as stack:
        TYPES.write_text(generate(stack.info.db_url), encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
