"""Files on this machine: what is uploaded, and where a download goes."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from .. import _validation as check
from ..errors import LocalFileError
from ..models.attachments import FILE_TYPES

FileSource = str | os.PathLike[str] | BinaryIO
"""A file to upload: its path, or an open binary file."""

_NAME_BYTES_MAX = 200
# What some system refuses in a name, or reads as something else.
_UNSAFE = re.compile(r'[\x00-\x1f\x7f-\x9f<>:"/\\|?*\u200e\u200f\u202a-\u202e\u2066-\u2069]')
_RESERVED = re.compile(r"(?i)(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?")
_COPIES_MAX = 1000


@dataclass(frozen=True)
class OpenFile:
    """A file that is ready to be uploaded."""

    file: BinaryIO
    name: str
    content_type: str
    size: int


@contextmanager
def opened(source: FileSource, name: str | None, content_type: str | None) -> Iterator[OpenFile]:
    """Open what is to be uploaded. An open file is read from where it stands, and stays open."""
    if isinstance(source, str | os.PathLike):
        path = Path(source)
        try:
            if path.is_dir():
                raise LocalFileError(f"{path} is a directory", hint="Name a file.")
            with path.open("rb") as file:
                yield _described(file, path.name if name is None else name, content_type)
        except OSError as error:
            raise LocalFileError(f"{path} cannot be read: {error.strerror or error}") from None
    elif hasattr(source, "read"):
        given = getattr(source, "name", None)
        found = name or (os.path.basename(given) if isinstance(given, str) else "")
        if _can_seek(source):
            start = source.tell()
            try:
                yield _described(source, found, content_type)
            finally:
                # A call that is repeated finds it as it was.
                source.seek(start)
        else:
            # Its size must be known before the first byte is sent.
            with tempfile.TemporaryFile() as copy:
                while chunk := source.read(1024 * 1024):
                    copy.write(chunk)
                copy.seek(0)
                yield _described(copy, found, content_type)
    else:
        raise check.invalid("file", f"must be a path or an open binary file, got {type(source).__name__}")


def _can_seek(file: BinaryIO) -> bool:
    try:
        return file.seekable()
    except AttributeError:
        return False


def _described(file: BinaryIO, name: str, content_type: str | None) -> OpenFile:
    name = check.text("name", name, 1, 1000)
    start = file.tell()
    size = file.seek(0, os.SEEK_END) - start
    file.seek(start)
    if isinstance(file.read(0), str):
        raise check.invalid("file", 'must be open in binary mode: open(path, "rb")')
    if content_type is None:
        content_type = FILE_TYPES.get(name.rpartition(".")[2].lower())
        if content_type is None:
            raise check.invalid("content_type", f"cannot be told from the name {name!r}: pass it")
    if size < 1:
        raise check.invalid("size", "must be at least 1 byte: the file is empty")
    return OpenFile(file, name, check.text("content_type", content_type, 1, 100), size)


def local_name(name: str) -> str:
    """A name of an attachment as the name of a file on any system: no path, nothing hidden, nothing reserved."""
    safe = _UNSAFE.sub("_", name).strip(" .") or "file"
    if _RESERVED.fullmatch(safe):
        safe = f"_{safe}"
    stem, dot, extension = safe.rpartition(".")
    if not dot or len(extension) > 20:
        stem, dot, extension = safe, "", ""
    room = _NAME_BYTES_MAX - len(extension.encode())
    return stem.encode()[:room].decode(errors="ignore") + dot + extension


@contextmanager
def saved(to: str | os.PathLike[str], name: str) -> Iterator[tuple[BinaryIO, Path]]:
    """A file to write to, and the path where it is when all went well. Nothing is overwritten.

    The bytes go to a temporary file beside the target, which takes the target's name in the end.
    """
    try:
        target, file, temporary = _made(Path(to), name)
    except OSError as error:
        raise LocalFileError(f"{to} cannot be written: {error.strerror or error}") from None
    done = False
    try:
        with file:
            yield file, target
        os.replace(temporary, target)
        done = True
    except OSError as error:
        raise LocalFileError(f"{target} cannot be written: {error.strerror or error}") from None
    finally:
        if not done:
            for leftover in (temporary, target):
                with suppress(OSError):
                    leftover.unlink()


def _made(to: Path, name: str) -> tuple[Path, BinaryIO, Path]:
    """The target, reserved by an empty file, and a temporary file beside it."""
    target = _reserved_in(to, local_name(name)) if to.is_dir() else _reserved(to)
    try:
        handle, temporary = tempfile.mkstemp(prefix=".download-", dir=target.parent)
    except OSError:
        target.unlink()
        raise
    return target, os.fdopen(handle, "w+b"), Path(temporary)


def _reserved(target: Path) -> Path:
    try:
        target.open("xb").close()
    except FileExistsError:
        raise LocalFileError(f"{target} exists already", hint="Choose another name, or name a directory.") from None
    return target


def _reserved_in(directory: Path, name: str) -> Path:
    stem, dot, extension = name.rpartition(".")
    for copy in range(_COPIES_MAX):
        mark = f" ({copy})" if copy else ""
        target = directory / (f"{stem}{mark}.{extension}" if dot else f"{name}{mark}")
        with suppress(FileExistsError):
            target.open("xb").close()
            return target
    raise LocalFileError(f"There are {_COPIES_MAX} files called {name} in {directory}", hint="Name another directory.")
