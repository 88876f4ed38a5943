"""Start, find and stop a local stack from Python."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

from helpdesk_sdk.embedding_models import CHOICES
from helpdesk_sdk.install.project import project_dir
from helpdesk_sdk.local import errors, migrations
from helpdesk_sdk.local._home import Home, ephemeral_home
from helpdesk_sdk.local._parts import require_parts
from helpdesk_sdk.local._supervisor import Order
from helpdesk_sdk.local.errors import NotRunningError, StackError

DEFAULT_PORT = 54321
DEFAULT_DIRECTORY = Path(".helpdesk")
_STOP_SECONDS = 30.0
_START_SECONDS = 120.0

# Import only the supervisor's own modules: the whole SDK would cost time and memory that it never uses.
_SUPERVISE = """
import sys, types
package = types.ModuleType("helpdesk_sdk")
package.__path__ = [sys.argv[1]]
sys.modules["helpdesk_sdk"] = package
local = types.ModuleType("helpdesk_sdk.local")
local.__path__ = [sys.argv[1] + "/local"]
sys.modules["helpdesk_sdk.local"] = local
from helpdesk_sdk.local._supervisor import main
sys.exit(main())
"""


@dataclass(frozen=True)
class StackInfo:
    """The addresses, keys and processes of a running stack."""

    api_url: str
    """The URL of the Data API, Auth, Storage and the functions."""
    publishable_key: str
    """The key for clients of people."""
    secret_key: str
    """The key for servers; it bypasses row-level security."""
    db_url: str
    """The URL of the PostgreSQL database, as superuser."""
    port: int
    """The port of `api_url`."""
    data_dir: str
    """The directory of the data, the keys and the logs."""
    schema_version: str | None
    """The version of the newest migration, None without migrations; from `Stack.find`, that of the last start."""
    pids: dict[str, int]
    """The process ids by name: supervisor, postgres, gateway; embeddings while vectors are made."""
    embeddings: dict[str, str | None] = field(default_factory=dict)
    """The model for vectors: `model` and `url`, the base URL of an endpoint in OpenAI's shape; or a `problem`."""

    mails: dict[str, str] = field(default_factory=dict)
    """The mails that would leave this machine: `page` shows them to a person, `smtp_url` receives them."""

    def as_dict(self) -> dict[str, Any]:
        """A JSON object with the same names."""
        return asdict(self)


@dataclass
class Stack:
    """A running local stack.

    As a context manager it stops at the end of the block. When this program ends or crashes, the stack stops too,
    unless it was started with `detach=True`.
    """

    info: StackInfo
    """The stack's addresses, keys and processes."""
    _process: subprocess.Popen[bytes] | None = None

    @classmethod
    def start(
        cls,
        directory: Path | str | None = None,
        *,
        project: Path | str | None = None,
        port: int | None = 0,
        ephemeral: bool = False,
        detach: bool = False,
        embeddings: str | None = None,
        report: Callable[[str], None] | None = None,
    ) -> Self:
        """Start PostgreSQL and the gateway, apply pending migrations, and wait until requests are answered.

        Args:
            directory: the data directory, created when absent; `.helpdesk` by default. Not with `ephemeral`.
            project: a Supabase project's directory (config.toml, migrations, functions); the helpdesk's own by default.
            port: where to serve on 127.0.0.1; 0 takes any free port, None the port of this data directory's last start,
                at first 54321.
            ephemeral: keep the data in a temporary directory, unsafe against power cuts, and remove it at the end.
            detach: keep the stack running when this program ends.
            embeddings: the model for vectors: `minilm` (English), `multilingual` or `off`; None for that of this data
                directory's last start, at first `minilm`. Without its packages the stack starts without a model.
            report: receives a sentence about each step that takes long.

        Raises:
            PortTakenError: another program listens on the port.
            AlreadyRunningError: a stack uses this data directory.
            MissingPartError: the extra `[local]` is not installed.
            MigrationError: a migration was refused or failed.
            StackError: the stack did not start for another reason.
        """
        require_parts()
        home = ephemeral_home() if ephemeral else Home(Path(directory or DEFAULT_DIRECTORY))
        if port is None:
            port = home.port() or DEFAULT_PORT
        source = str(Path(project or project_dir()).absolute())
        if embeddings not in (None, *CHOICES):
            raise StackError(f"There is no model {embeddings}", hint=f"Choose one of {', '.join(CHOICES)}.")
        order = Order(str(home.directory), source, port, not ephemeral, ephemeral, not detach, embeddings)
        process = subprocess.Popen(
            [sys.executable, "-c", _SUPERVISE, str(Path(__file__).parent.parent)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=True,
        )
        try:
            event = _converse(process, order, report or (lambda _: None))
        except BaseException:
            process.terminate()
            process.wait()
            _close(process)
            raise
        if event["event"] != "ready":
            process.wait()
            _close(process)
            if ephemeral:
                home.remove()
            raise _error(event)
        if detach:
            _close(process)
            # A detached supervisor keeps running; without this Python warns of a child process that was not waited for.
            process.returncode = 0
        return cls(StackInfo(**event["info"]), None if detach else process)

    @classmethod
    def find(cls, directory: Path | str | None = None) -> Self:
        """The stack that runs on a data directory. Waits for a stack that is starting.

        Args:
            directory: the data directory; `.helpdesk` by default.

        Raises:
            NotRunningError: no stack runs on it.
            StackError: the stack's state file is damaged.
        """
        home = Home(Path(directory or DEFAULT_DIRECTORY))
        deadline = time.monotonic() + _START_SECONDS
        while (info := home.read_info()) is None:
            if not home.is_running():
                raise NotRunningError(f"No stack runs on {home.directory}", hint="Start it: helpdesk up")
            if time.monotonic() > deadline:
                hint = f"Wait, or see {home.supervisor_log}."
                raise NotRunningError(f"The stack on {home.directory} is still starting", hint=hint)
            time.sleep(0.05)
        return cls(_stack_info(info, home))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def is_running(self) -> bool:
        """Whether the stack's supervisor runs."""
        return Home(Path(self.info.data_dir)).is_running()

    def refresh(self) -> StackInfo:
        """Read the stack's info again, and the migrations of its database.

        Process ids change after a restart; migrations may change at any time.

        Raises:
            NotRunningError: the stack no longer runs.
            StackError: the database does not respond.
        """
        info = type(self).find(self.info.data_dir).info
        self.info = replace(info, schema_version=_schema_version(info))
        return self.info

    @staticmethod
    def stop_on(directory: Path | str | None = None) -> bool:
        """Stop the stack that runs on a data directory, whatever state its files are in. Returns whether one ran.

        Args:
            directory: the data directory; `.helpdesk` by default.

        Raises:
            StackError: the stack does not stop, or its process is not known.
        """
        home = Home(Path(directory or DEFAULT_DIRECTORY))
        holder = home.holder()
        if holder is not None:
            _end(home, holder)
        return holder is not None

    def stop(self) -> None:
        """Stop all processes of the stack and wait until they have ended. No-op when it does not run."""
        if self._process is not None:
            self._process.send_signal(signal.SIGTERM)
            self._process.wait(_STOP_SECONDS)
            _close(self._process)
            return
        self.stop_on(self.info.data_dir)


def _end(home: Home, holder: int) -> None:
    # The lock is held, so the process id belongs to the supervisor.
    with contextlib.suppress(ProcessLookupError):
        os.kill(holder, signal.SIGTERM)
    deadline = time.monotonic() + _STOP_SECONDS
    while home.is_running():
        if time.monotonic() > deadline:
            raise StackError(f"The stack on {home.directory} does not stop", hint=f"See {home.supervisor_log}.")
        time.sleep(0.05)


def _schema_version(info: StackInfo) -> str | None:
    """The newest migration of the database. The gateway knows it: to load a driver takes longer than all the rest."""
    try:
        with _open_directly(f"{info.api_url}/_stack/schema-version", info.secret_key) as response:
            found: str | None = json.load(response)["schema_version"]
            return found
    except (OSError, ValueError, KeyError) as error:
        # It restarts at this moment, or is of another version. An error of HTTP is a response, which must be closed.
        with contextlib.suppress(AttributeError):
            error.close()  # type: ignore[union-attr]
        versions = migrations.applied(info.db_url)
        return versions[-1] if versions else None


def _open_directly(url: str, key: str) -> Any:
    from urllib.request import ProxyHandler, Request, build_opener

    # Without the proxies of the environment.
    return build_opener(ProxyHandler({})).open(Request(url, headers={"apikey": key}), timeout=5)


def _converse(process: subprocess.Popen[bytes], order: Order, report: Callable[[str], None]) -> dict[str, Any]:
    """Send the order and report the progress until the stack is ready or has failed."""
    stdin, stdout = _pipes(process)
    stdin.write(json.dumps(asdict(order)).encode() + b"\n")
    stdin.flush()
    for line in stdout:
        event: dict[str, Any] = json.loads(line)
        if event["event"] != "progress":
            return event
        report(event["message"])
    return {"event": "failed", "kind": "StackError", "message": "The supervisor ended before the stack was up"}


def _stack_info(info: dict[str, Any], home: Home) -> StackInfo:
    """The info of a state file. A stack of another version may have more, or less."""
    try:
        return StackInfo(**{each.name: info[each.name] for each in fields(StackInfo)})
    except KeyError:
        raise StackError(
            f"The stack on {home.directory} was started by another version of helpdesk-sdk",
            hint="Stop it with that version, then start it: helpdesk up",
        ) from None


def _error(event: dict[str, Any]) -> StackError:
    """The supervisor's error, as an exception of the same class."""
    kind = getattr(errors, str(event["kind"]), StackError)
    error: StackError = kind.__new__(kind)
    StackError.__init__(error, event["message"], hint=event.get("hint"))
    for name in ("file", "line", "statement", "reason"):
        if event.get(name) is not None:
            setattr(error, name, event[name])
    return error


def _pipes(process: subprocess.Popen[bytes]) -> tuple[IO[bytes], IO[bytes]]:
    assert process.stdin
    assert process.stdout
    return process.stdin, process.stdout


def _close(process: subprocess.Popen[bytes]) -> None:
    for pipe in _pipes(process):
        pipe.close()
