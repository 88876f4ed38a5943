"""Write the generated part of docs/cli.md from the program: the help of every command.

python scripts/cli_docs.py           # writes
python scripts/cli_docs.py --check   # exits 1 when the page and the program differ
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer

from helpdesk_cli.main import app

PAGE = Path(__file__).parents[1] / "docs" / "cli.md"
START, END = "<!-- reference: generated -->", "<!-- end of reference -->"
WIDTH = 100


def commands(group: Any = None, path: str = "helpdesk", parent: Any = None) -> Iterator[tuple[str, Any, str]]:
    """Every command with its full name and its help; a group comes before its commands."""
    found: Any = typer.main.get_command(app) if group is None else group
    with found.make_context(path.split()[-1], [], parent, resilient_parsing=True, terminal_width=WIDTH) as context:
        context.info_name = path.split()[-1]
        yield path, found, found.get_help(context)
        for name in found.list_commands(context) if hasattr(found, "commands") else ():
            yield from commands(found.commands[name], f"{path} {name}", context)


def reference() -> str:
    """The generated part of the page."""
    parts = []
    for path, command, text in commands():
        level = "###" if hasattr(command, "commands") else "####"
        parts.append(f"{level} `{path}`\n\n```text\n{text.strip()}\n```\n")
    return "\n".join(parts)


def page() -> str:
    """The whole page, with the generated part brought up to date."""
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(START)
    return f"{before}{START}\n\n{reference()}\n{END}{rest.partition(END)[2]}"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="only compare")
    made = page()
    if parser.parse_args().check:
        return int(made != PAGE.read_text(encoding="utf-8"))
    PAGE.write_text(made, encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
