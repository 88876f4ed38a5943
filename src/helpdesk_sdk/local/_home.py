"""A stack's data directory: its keys, the lock of its running process, and the info of the running stack."""

from __future__ import annotations

import fcntl
import json
import os
import secrets
import shutil
import tempfile
import time
from pathlib import Path
from typing import Any

from helpdesk_sdk.embedding_models import CHOICES
from helpdesk_sdk.local.errors import AlreadyRunningError, StackError

_EPHEMERAL = "helpdesk-ephemeral-"
_DATABASE = "postgres"
_SHARED_MEMORY = Path("/dev/shm")
# Bytes.
_ROOM = 2 << 30
# `is_running` holds the lock for an instant, which is no stack.
_LOOK_SECONDS = 0.5


class Home:
    """The data directory of one stack."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory.absolute()
        self._lock: int | None = None

    @property
    def gateway_log(self) -> Path:
        """The log of the gateway and the functions."""
        return self.directory / "gateway.log"

    @property
    def supervisor_log(self) -> Path:
        """The log of the supervisor."""
        return self.directory / "supervisor.log"

    def create(self) -> None:
        """Create the directory, private and ignored by git.

        Raises:
            StackError: the directory cannot be created or written.
        """
        try:
            self.directory.mkdir(parents=True, exist_ok=True)
            # When we are root, PostgreSQL runs as another user, who needs to pass through.
            self.directory.chmod(0o711 if os.geteuid() == 0 else 0o700)
            ignore = self.directory / ".gitignore"
            if not ignore.exists():
                ignore.write_text("*\n")
        except OSError as error:
            raise StackError(
                f"{self.directory} cannot be the data directory: {error.strerror}", hint="Choose another with --data."
            ) from None

    def acquire(self) -> None:
        """Hold the lock until this process ends; the kernel frees it after a crash too.

        Raises:
            AlreadyRunningError: a living process holds the lock.
        """
        self._lock = self._new_lock()
        if self._lock is None:
            self._lock = self._old_lock()
        os.ftruncate(self._lock, 0)
        os.pwrite(self._lock, b"%d\n" % os.getpid(), 0)

    def _old_lock(self) -> int:
        """Lock the file that an earlier run left.

        Raises:
            AlreadyRunningError: a living process holds the lock.
        """
        descriptor = os.open(self.directory / "lock", os.O_RDWR)
        deadline = time.monotonic() + _LOOK_SECONDS
        while not _locks(descriptor):
            if time.monotonic() > deadline:
                os.close(descriptor)
                raise AlreadyRunningError(
                    f"A stack runs on {self.directory}",
                    hint="Use it (helpdesk status), stop it (helpdesk down) or give --data.",
                )
            time.sleep(0.01)
        return descriptor

    def _new_lock(self) -> int | None:
        """Create the lock file already locked; None when it exists.

        An unlocked file would look like the leftover of a killed stack, whose directory others remove.
        """
        draft = self.directory / f"lock.{os.getpid()}"
        descriptor = os.open(draft, os.O_RDWR | os.O_CREAT, 0o600)
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        try:
            os.link(draft, self.directory / "lock")
        except FileExistsError:
            os.close(descriptor)
            return None
        finally:
            draft.unlink()
        return descriptor

    def is_running(self) -> bool:
        """Whether a living process holds the lock."""
        # flock and not filelock, which has exclusive locks only: two programs that ask at once would see each other.
        try:
            descriptor = os.open(self.directory / "lock", os.O_RDWR)
        except OSError:
            return False
        try:
            fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        finally:
            os.close(descriptor)
        return False

    def secrets(self) -> dict[str, str]:
        """The stack's keys, generated on the first call."""
        path = self.directory / "secrets.json"
        if not path.exists():
            made = {
                "publishable_key": f"sb_publishable_{secrets.token_urlsafe(24)}",
                "secret_key": f"sb_secret_{secrets.token_urlsafe(24)}",
                "jwt_secret": secrets.token_urlsafe(48),
            }
            self._write(path, made)
        keys = _read_object(path)
        if keys is None:
            raise StackError(
                f"{path} cannot be read",
                hint="Restore it, or delete it: the stack then makes new keys, and everybody signs in again.",
            )
        return keys

    def write_info(self, info: dict[str, Any]) -> None:
        """Write the info of the running stack for other processes."""
        self._write(self.directory / "stack.json", info)

    def read_info(self) -> dict[str, Any] | None:
        """The info of the running stack; None when no stack runs or it is still starting.

        Raises:
            StackError: a stack runs, but its state file is damaged.
        """
        path = self.directory / "stack.json"
        if not self.is_running() or not path.exists():
            return None
        info = _read_object(path)
        if info is None:
            raise StackError(
                f"The stack on {self.directory} runs, but {path.name} cannot be read",
                hint="Stop it (helpdesk down), then start it again: helpdesk up",
            )
        return info

    def holder(self) -> int | None:
        """The process id of the stack that holds the lock; None when no stack runs.

        Raises:
            StackError: a stack runs, but the lock file does not say which process it is.
        """
        if not self.is_running():
            return None
        try:
            return int((self.directory / "lock").read_text())
        except (OSError, ValueError):
            raise StackError(
                f"A stack runs on {self.directory}, but its lock file does not name its process",
                hint="Find the process in the list of processes (helpdesk_sdk.local._supervisor), and end it.",
            ) from None

    def forget_info(self) -> None:
        """Remove the info of a stopped stack."""
        (self.directory / "stack.json").unlink(missing_ok=True)

    def remember_port(self, port: int) -> None:
        """Remember the port, so that the next start serves at the same address."""
        self._write(self.directory / "port.json", {"port": port})

    def port(self) -> int | None:
        """The port of the last start; None before the first, and when the file is damaged."""
        port = (_read_object(self.directory / "port.json") or {}).get("port")
        return port if isinstance(port, int) and 0 < port < 65536 else None

    def remember_embeddings(self, choice: str, port: int | None) -> None:
        """Remember the model for vectors and its port, for the next start."""
        self._write(self.directory / "embeddings.json", {"choice": choice, "port": port})

    def embeddings(self) -> tuple[str | None, int | None]:
        """The model for vectors of the last start and its port; None before the first, and when the file is damaged."""
        found = _read_object(self.directory / "embeddings.json") or {}
        choice, port = found.get("choice"), found.get("port")
        return (
            choice if isinstance(choice, str) and choice in CHOICES else None,
            port if isinstance(port, int) and 0 < port < 65536 else None,
        )

    def remove(self) -> None:
        """Delete the directory and everything in it, and what it has in memory."""
        if (self.directory / _DATABASE).is_symlink():
            shutil.rmtree((self.directory / _DATABASE).resolve(), ignore_errors=True)
        shutil.rmtree(self.directory, ignore_errors=True)

    def _write(self, path: Path, content: dict[str, Any]) -> None:
        draft = path.with_suffix(".new")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as file:
            json.dump(content, file, indent=2)
        draft.replace(path)


def _locks(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _read_object(path: Path) -> dict[str, Any] | None:
    """The JSON object of a file; None when there is none."""
    try:
        content = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError, RecursionError):
        return None
    return content if isinstance(content, dict) else None


def scratch_dir() -> Path:
    """Where data that nobody keeps is written: in memory where a machine has plenty of it, else with temporary files.

    New databases are made of hundreds of small files. In memory that takes a tenth of the time.
    """
    if "TMPDIR" in os.environ or not _has_room_in_memory():
        return Path(tempfile.gettempdir())
    return _SHARED_MEMORY


def _has_room_in_memory() -> bool:
    import psutil

    try:
        free = shutil.disk_usage(_SHARED_MEMORY).free
    except OSError:
        return False
    return os.access(_SHARED_MEMORY, os.W_OK) and free >= _ROOM and psutil.virtual_memory().available >= 2 * _ROOM


def ephemeral_home() -> Home:
    """A new temporary directory for a stack; removes the directories of killed stacks.

    Only the database is in memory: Deno, which writes the files of Storage, may write nothing below /dev.
    """
    for left in Path(tempfile.gettempdir()).glob(f"{_EPHEMERAL}*"):
        stale = Home(left)
        if left.stat().st_uid == os.geteuid() and (left / "lock").exists() and not stale.is_running():
            stale.remove()
    home = Home(Path(tempfile.mkdtemp(prefix=_EPHEMERAL)))
    if scratch_dir() == _SHARED_MEMORY:
        (home.directory / _DATABASE).symlink_to(tempfile.mkdtemp(prefix=_EPHEMERAL, dir=_SHARED_MEMORY))
    return home
