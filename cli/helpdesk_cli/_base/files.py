"""The CLI's own files: their directory, atomic writes with mode 0600, locks."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from .errors import CliError, ExitCode

_LOCK_SECONDS = 15.0


def config_dir() -> Path:
    """The directory of profiles and drafts: HELPDESK_CONFIG_DIR, or the platform's configuration directory."""
    chosen = os.environ.get("HELPDESK_CONFIG_DIR")
    if chosen:
        return Path(chosen)
    import platformdirs

    try:
        return Path(platformdirs.user_config_dir("helpdesk", appauthor=False))
    except (RuntimeError, KeyError):
        # HOME is not set, and the user has no entry among the accounts, as in some containers.
        hint = "Set HELPDESK_CONFIG_DIR to a directory for profiles, or HOME."
        raise CliError("You have no home directory", hint, ExitCode.USAGE) from None


def write_private_file(path: Path, text: str) -> None:
    """Replace a file with mode 0600 atomically: a reader sees the old text or the new text.

    Raises:
        CliError: The file cannot be written.
    """
    # Of a symbolic link, the target is replaced.
    target = Path(os.path.realpath(path))
    try:
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            Path(name).replace(target)
        except BaseException:
            with suppress(OSError):
                os.unlink(name)
            raise
    except OSError as error:
        raise _unwritable(path, error) from None


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Lock a file against other helpdesk commands.

    Raises:
        CliError: Another command holds the lock for too long.
    """
    from filelock import FileLock, Timeout

    held = FileLock(path.with_name(path.name + ".lock"), timeout=_LOCK_SECONDS, mode=0o600)
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        held.acquire()
    except Timeout:
        hint = "Wait for that command to end, or end it."
        raise CliError(f"Another helpdesk command holds {held.lock_file}", hint) from None
    except OSError as error:
        raise _unwritable(path, error) from None
    try:
        yield
    finally:
        held.release()


def _unwritable(path: Path, error: OSError) -> CliError:
    return CliError(f"{path} cannot be written: {error.strerror}", "Check its permissions, or set HELPDESK_CONFIG_DIR.")
