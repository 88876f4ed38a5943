"""`helpdesk codegen`: typed modules for the custom fields of this helpdesk."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ._base.app import Commands
from ._base.errors import CliError, ExitCode
from ._base.output import print_result
from ._connect.connection import connect


def register(app: Commands) -> None:
    """Add the command."""
    app.command(profile=True)(codegen)


def codegen(
    out: Annotated[
        Path | None, typer.Option("--out", metavar="PATH", help="The Python module to write.", show_default=False)
    ] = None,
    typescript: Annotated[
        Path | None, typer.Option(metavar="PATH", help="The TypeScript module to write.", show_default=False)
    ] = None,
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing; exit code 1 if a module is not up to date.")
    ] = False,
) -> None:
    """Write typed modules for the custom fields.

    A wrong option is then an error in your editor. A file that helpdesk codegen has not written is never replaced.
    """
    from ._codegen.python import python_module
    from ._codegen.typescript import typescript_module

    if out is None and typescript is None:
        raise CliError(
            "Name a module to write", "Give --out fields.py, --typescript fields.ts or both.", ExitCode.USAGE
        )
    for path in (out, typescript):
        if path is not None:
            _require_ours(path)
    with connect() as hd:
        fields = hd.fields.list(include_retired=True).all()
    wanted = [(out, python_module(fields)), (typescript, typescript_module(fields))]
    stale = [path for path, text in wanted if path is not None and _present(path) != text]
    if check and stale:
        named = ", ".join(map(str, stale))
        raise CliError(f"Not up to date: {named}", "Run helpdesk codegen without --check.")
    for path, text in wanted:
        if path in stale and path is not None:
            _write(path, text)
    written = {"fields": len(fields), "written": [str(path) for path in stale]}
    names = ", ".join(map(str, stale)) or "nothing: all is up to date"
    print_result(f"{len(fields)} fields. Written: {names}.", json=written)


def _present(path: Path) -> str | None:
    try:
        return path.read_text("utf-8")
    except FileNotFoundError:
        return None
    except (OSError, UnicodeError) as error:
        raise CliError(f"{path} cannot be read: {error}", None, ExitCode.USAGE) from None


def _require_ours(path: Path) -> None:
    from ._codegen.names import MARK

    text = _present(path)
    if text and MARK not in text.partition("\n")[0]:
        raise CliError(
            f"{path} was not written by helpdesk codegen", "Choose another path, or remove it.", ExitCode.USAGE
        )


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, "utf-8")
    except OSError as error:
        raise CliError(f"{path} cannot be written: {error.strerror}", None, ExitCode.USAGE) from None
