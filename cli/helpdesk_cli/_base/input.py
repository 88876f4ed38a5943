"""Text and secrets that people give: from an argument, a file, standard input, an editor."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Annotated

import typer

from .errors import CliError, ExitCode
from .files import config_dir, write_privately
from .secrets import keep_secret

# More than any text of a helpdesk can have: 100,000 characters of up to 4 bytes.
_BYTES_MAX = 500_000
_SCISSORS = "# ------------------------ >8 ------------------------"

FileOption = Annotated[
    Path | None,
    typer.Option(
        "--file", "-F", metavar="PATH", help="Read the text from a file; - is standard input.", show_default=False
    ),
]


def read_text(field: str, given: str | None, file: Path | None, *, context: str = "", optional: bool = False) -> str:
    """A longer text: the argument, a file, standard input (``-``), or, on a terminal and when none is given, an editor.

    Args:
        field: What the text is, for errors.
        context: Shown in the editor, below the text, for reading only.
        optional: Whether nothing given means empty, instead of an editor.

    Raises:
        CliError: There is none, or it cannot be read.
    """
    if given is not None and file is not None:
        raise CliError(f"{field} is given twice", "Give it as an argument or with --file.", ExitCode.USAGE)
    if given not in {None, "-"}:
        return str(given)
    if given == "-" or (file is not None and str(file) == "-"):
        return _decoded(field, sys.stdin.buffer.read(_BYTES_MAX + 1), "standard input")
    if file is not None:
        return _read_file(field, file)
    if optional:
        return ""
    if not sys.stdin.isatty():
        raise CliError(
            f"{field} is missing", "Give it as an argument, with --file PATH, or - for standard input.", ExitCode.USAGE
        )
    return _edited(field, context)


def read_secret(name: str, *, twice: bool = False) -> str:
    """A secret: the first line of standard input, or asked for without echo on a terminal.

    Args:
        twice: Whether to ask again, for one that is new.

    Raises:
        CliError: There is none.
    """
    return read_secrets(name, twice=twice)[0]


def read_secrets(name: str, *, twice: bool = False) -> list[str]:
    """The same for several, one a line."""
    if sys.stdin.isatty():
        lines = [typer.prompt(name, hide_input=True, confirmation_prompt=twice, type=str)]
    else:
        lines = _decoded(name, sys.stdin.buffer.read(_BYTES_MAX + 1), "standard input").splitlines()
    found = [line.strip() for line in lines if line.strip()]
    if not found:
        raise CliError(f"{name} is missing on standard input", "Pipe it in, on a line of its own.", ExitCode.USAGE)
    for secret in found:
        keep_secret(secret)
    return found


def keep_draft(text: str) -> Path:
    """Save what somebody has written when it could not be sent."""
    directory = config_dir() / "drafts"
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix="draft-", suffix=".txt", dir=directory)
    os.close(handle)
    write_privately(Path(name), text)
    return Path(name)


def _read_file(field: str, file: Path) -> str:
    try:
        with file.open("rb") as stream:
            return _decoded(field, stream.read(_BYTES_MAX + 1), str(file))
    except OSError as error:
        raise CliError(f"{field}: {file} cannot be read: {error.strerror}", None, ExitCode.USAGE) from None


def _decoded(field: str, data: bytes, source: str) -> str:
    if len(data) > _BYTES_MAX:
        raise CliError(f"{field}: {source} holds more than {_BYTES_MAX:,} bytes", "Shorten it.", ExitCode.USAGE)
    try:
        return data.decode("utf-8-sig").rstrip("\r\n")
    except UnicodeDecodeError as error:
        message = f"{field}: {source} is not UTF-8: byte {error.start} is 0x{data[error.start]:02x}"
        raise CliError(message, "Convert it, e.g. with iconv.", ExitCode.USAGE) from None


def _edited(field: str, context: str) -> str:
    command = os.environ.get("VISUAL") or os.environ.get("EDITOR") or ("notepad" if os.name == "nt" else "vi")
    with tempfile.TemporaryDirectory(prefix="helpdesk-") as directory:
        path = Path(directory) / f"{field}.txt"
        path.write_text(
            f"\n{_SCISSORS}\n# Write above; this line and all below is left out.\n{context}", encoding="utf-8"
        )
        try:
            subprocess.run([*shlex.split(command), str(path)], check=True)
        except (OSError, subprocess.CalledProcessError, ValueError):
            hint = "Set EDITOR, or give the text with --file PATH."
            raise CliError(f"The editor ({command}) did not end well; nothing was sent", hint) from None
        text = path.read_text(encoding="utf-8", errors="replace").partition(_SCISSORS)[0].strip()
    if not text:
        raise CliError("Nothing was written, so nothing was sent")
    return text
