"""Reading text and secrets: from an argument, a file, standard input, an editor."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer

from .errors import CliError, ExitCode
from .files import config_dir, write_private_file
from .secrets import register_secret
from .settings import settings
from .text import printable

# The helpdesk accepts at most 100,000 characters, of up to 4 bytes each.
_BYTES_MAX = 500_000
_SCISSORS = "# ------------------------ >8 ------------------------"

FileOption = Annotated[
    Path | None,
    typer.Option(
        "--file", "-F", metavar="PATH", help="Read the text from a file; - is standard input.", show_default=False
    ),
]


def read_pairs(option: str, given: Iterable[str] | None) -> dict[str, str]:
    """The values of a repeated option of the form ``WORD=MEANING``, by their words.

    Args:
        option: The option's name, for errors.
        given: The option's values as they were typed.
    """
    pairs = {}
    for one in given or ():
        word, equals, meaning = one.partition("=")
        if not word or not equals or not meaning:
            raise CliError(f"{option} must be WORD=MEANING, got {one!r}", code=ExitCode.USAGE)
        pairs[word] = meaning
    return pairs


def read_text(field: str, given: str | None, file: Path | None, *, context: str = "", optional: bool = False) -> str:
    """Read a longer text from the argument, a file or standard input (``-``); else, on a terminal, from an editor.

    Args:
        field: The name of the text, for errors.
        given: The argument.
        file: The file; ``-`` is standard input.
        context: Shown in the editor below the text; not part of the result.
        optional: Whether a missing text is "", instead of opening an editor.

    Raises:
        CliError: The text is missing or cannot be read.
    """
    if given is not None and file is not None:
        raise CliError(f"{field} is given twice", "Give it as an argument or with --file.", ExitCode.USAGE)
    if given not in {None, "-"}:
        return str(given)
    if given == "-" or (file is not None and str(file) == "-"):
        return _decode(field, sys.stdin.buffer.read(_BYTES_MAX + 1), "standard input")
    if file is not None:
        return _read_file(field, file)
    if optional:
        return ""
    if not sys.stdin.isatty():
        raise CliError(
            f"{field} is missing", "Give it as an argument, with --file PATH, or - for standard input.", ExitCode.USAGE
        )
    return _read_from_editor(field, context)


def read_secret(name: str, *, twice: bool = False) -> str:
    """Read a secret: the first line of standard input, or a prompt without echo on a terminal.

    Args:
        name: The name of the secret, for the prompt and for errors.
        twice: Whether to ask twice, as for a new password.

    Raises:
        CliError: Standard input is empty.
    """
    return read_secrets(name, twice=twice)[0]


def read_secrets(name: str, *, twice: bool = False) -> list[str]:
    """Read several secrets, one on each line."""
    found = _lines(name, twice=twice)
    if not found:
        raise CliError(f"{name} is missing on standard input", "Pipe it in, on a line of its own.", ExitCode.USAGE)
    return found


def _lines(name: str, *, twice: bool = False) -> list[str]:
    if sys.stdin.isatty():
        lines = [typer.prompt(name, hide_input=True, confirmation_prompt=twice, type=str)]
    else:
        lines = _decode(name, sys.stdin.buffer.read(_BYTES_MAX + 1), "standard input").splitlines()
    found = [line.strip() for line in lines if line.strip()]
    for secret in found:
        register_secret(secret)
    return found


def ask_secrets(*names: str, instead: str = "") -> list[str]:
    """Read secrets of different names: each asked for on a terminal, else one on each line of standard input.

    Args:
        names: The names of the secrets, for the prompts and for errors.
        instead: Another way to give them, in a sentence for the error.

    Raises:
        CliError: There are fewer or more lines than names.
    """
    if not names or sys.stdin.isatty():
        return [read_secret(name) for name in names]
    wanted = " and ".join(names)
    found = _lines(wanted)
    if len(found) != len(names):
        hint = f"Pipe in {_count(len(names))}, in this order. {instead}".strip()
        raise CliError(f"{wanted}: standard input has {_count(len(found))}", hint, ExitCode.USAGE)
    return found


def _count(lines: int) -> str:
    return "1 line" if lines == 1 else f"{lines} lines"


def confirm(question: str, yes: bool, warning: str) -> None:
    """Ask before something cannot be taken back; a program must have said ``--yes``.

    Args:
        question: The question on a terminal.
        yes: Whether ``--yes`` was given: then nothing is asked.
        warning: What happens, as the error of a program that did not give it.

    Raises:
        CliError: The answer is no, or there is nobody to ask.
    """
    if yes:
        return
    if settings().json or not sys.stdin.isatty():
        raise CliError(warning, "Confirm it with --yes.", ExitCode.USAGE)
    if not typer.confirm(question, default=False):
        raise CliError("Nothing was changed")


def save_draft(text: str) -> Path:
    """Save a text that could not be sent; returns the file."""
    directory = config_dir() / "drafts"
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix="draft-", suffix=".txt", dir=directory)
    os.close(handle)
    write_private_file(Path(name), text)
    return Path(name)


def _read_file(field: str, file: Path) -> str:
    try:
        with file.open("rb") as stream:
            return _decode(field, stream.read(_BYTES_MAX + 1), str(file))
    except OSError as error:
        raise CliError(f"{field}: {file} cannot be read: {error.strerror}", None, ExitCode.USAGE) from None


def _decode(field: str, data: bytes, source: str) -> str:
    if len(data) > _BYTES_MAX:
        raise CliError(f"{field}: {source} holds more than {_BYTES_MAX:,} bytes", "Shorten it.", ExitCode.USAGE)
    try:
        return data.decode("utf-8-sig").rstrip("\r\n")
    except UnicodeDecodeError as error:
        message = f"{field}: {source} is not UTF-8: byte {error.start} is 0x{data[error.start]:02x}"
        raise CliError(message, "Convert it to UTF-8, e.g. with iconv.", ExitCode.USAGE) from None


def edit_text(field: str, text: str, hint: str = "") -> str:
    """Let the person edit a text in their editor.

    Args:
        field: The name of the text, for errors.
        text: The text to begin with. Control characters are taken out: an editor may run in a terminal.
        hint: Shown in the editor below the text; not part of the result.

    Raises:
        CliError: The editor failed, or the text is empty.
    """
    return _read_from_editor(field, printable(hint), printable(text))


def _read_from_editor(field: str, context: str, text: str = "") -> str:
    command = os.environ.get("VISUAL") or os.environ.get("EDITOR") or ("notepad" if os.name == "nt" else "vi")
    with tempfile.TemporaryDirectory(prefix="helpdesk-") as directory:
        path = Path(directory) / f"{field}.txt"
        rule = "# Write above. Nothing from the line above on is sent."
        path.write_text(f"{text}\n{_SCISSORS}\n{rule}\n{context}", encoding="utf-8")
        try:
            subprocess.run([*shlex.split(command), str(path)], check=True)
        except (OSError, subprocess.CalledProcessError, ValueError):
            hint = "Set EDITOR, or give the text with --file PATH."
            raise CliError(f"The editor ({command}) failed; nothing was sent", hint) from None
        text = path.read_text(encoding="utf-8", errors="replace").partition(_SCISSORS)[0].strip()
    if not text:
        raise CliError("The text is empty; nothing was sent")
    return text
