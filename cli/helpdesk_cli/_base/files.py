"""Files of the CLI: where they are, written whole or not at all, readable by nobody else."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from .errors import CliError

_LOCK_SECONDS = 15.0


def config_dir() -> Path:
    """Where profiles live: HELPDESK_CONFIG_DIR, or the platform's place for configuration."""
    chosen = os.environ.get("HELPDESK_CONFIG_DIR")
    if chosen:
        return Path(chosen)
    import platformdirs

    return Path(platformdirs.user_config_dir("helpdesk", appauthor=False))


def write_privately(path: Path, text: str) -> None:
    """Write a file of mode 0600 in one step: a reader sees the old text or the new, never half of one.

    Raises:
        CliError: It cannot be written.
    """
    # What a link points to is replaced, not the link.
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
    """Be the only helpdesk command that changes this file.

    Raises:
        CliError: Another one does not let go of it.
    """
    from filelock import FileLock, Timeout

    held = FileLock(path.with_name(path.name + ".lock"), timeout=_LOCK_SECONDS, mode=0o600)
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        held.acquire()
    except Timeout:
        raise CliError(f"Another helpdesk command holds {held.lock_file}", "Wait for it to end, or end it.") from None
    except OSError as error:
        raise _unwritable(path, error) from None
    try:
        yield
    finally:
        held.release()


def _unwritable(path: Path, error: OSError) -> CliError:
    return CliError(f"{path} cannot be written: {error.strerror}", "Mend it, or set HELPDESK_CONFIG_DIR.")
