"""Pages of docs/ with a generated part: it is made from the code, the migrations or the matrix."""

from __future__ import annotations

import argparse
from pathlib import Path

DOCS = Path(__file__).parents[1] / "docs"
START, END = "<!-- reference: generated -->", "<!-- end of reference -->"


def write_or_check(name: str, reference: str, description: str | None) -> int:
    """Write the generated part between the two marks of a page; with ``--check`` on the command line, only compare.

    Args:
        name: The page, a file in docs/.
        reference: The generated part.
        description: The help text of the command line.

    Returns:
        The exit code: 1 when the page is not up to date.
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
