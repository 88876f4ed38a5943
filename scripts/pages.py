"""Pages of docs/ whose reference part is made from what it describes."""

from __future__ import annotations

import argparse
from pathlib import Path

DOCS = Path(__file__).parents[1] / "docs"
START, END = "<!-- reference: generated -->", "<!-- end of reference -->"


def keep(name: str, reference: str, description: str | None) -> int:
    """Write the reference between the page's two marks; with ``--check`` on the command line, only compare.

    Returns:
        The exit code: 1 when the page and what it describes differ.
    """
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="only compare")
    path = DOCS / name
    old = path.read_text(encoding="utf-8")
    before, _, rest = old.partition(START)
    new = f"{before}{START}\n\n{reference.strip()}\n\n{END}{rest.partition(END)[2]}"
    if parser.parse_args().check:
        return int(new != old)
    path.write_text(new, encoding="utf-8")
    return 0
