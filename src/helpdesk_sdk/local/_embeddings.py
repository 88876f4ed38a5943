"""The endpoint for embeddings, as the supervisor sees it: a socket that listens, and a process while somebody asks."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from helpdesk_sdk.embedding_models import MODEL_NAMES, OFF, UnavailableError, check
from helpdesk_sdk.local import _process

_BACKLOG = 128
_IDLE_SECONDS = 600.0
_SHORT_LIFE = 5.0
_LONGEST_PAUSE = 60.0

# Only the modules of the process: the whole SDK would cost time and memory.
_SERVE = """
import sys, types
for name, path in (("helpdesk_sdk", ""), ("helpdesk_sdk.local", "/local")):
    package = types.ModuleType(name)
    package.__path__ = [sys.argv[1] + path]
    sys.modules[name] = package
from helpdesk_sdk.local._embedding_server import main
main(sys.argv[2], float(sys.argv[3]))
"""


@dataclass(frozen=True)
class Endpoint:
    """Where vectors are made, as `helpdesk status --json` prints it."""

    model: str | None
    """The name under which vectors are stored; None when there is no model."""
    url: str | None
    """The base URL of the endpoint in OpenAI's shape; None when there is no model."""
    problem: str | None
    """Why there is no model."""


class Embeddings:
    """The endpoint of one stack."""

    def __init__(self, choice: str, log: Path, *, port: int | None = None, problem: str | None = None) -> None:
        self._choice = choice
        self._log = log
        self._problem = problem if choice != OFF else "switched off (helpdesk up --embeddings minilm)"
        self._socket = None if self._problem else _listen(port)
        self._process: subprocess.Popen[bytes] | None = None
        self._started_at = 0.0
        self._pause = 0.0

    @property
    def port(self) -> int | None:
        """The port; None without a model."""
        return self._socket.getsockname()[1] if self._socket else None

    @property
    def info(self) -> Endpoint:
        """The endpoint."""
        if self._socket is None:
            return Endpoint(None, None, self._problem)
        return Endpoint(MODEL_NAMES[self._choice], f"http://127.0.0.1:{self.port}/v1", None)

    @property
    def pid(self) -> int | None:
        """The process that serves; None while nobody asks."""
        return self._process.pid if self._process else None

    def awaited(self) -> tuple[socket.socket | None, float | None]:
        """The socket whose next connection needs a process, and after how many seconds to ask again."""
        if self._process is not None and self._process.poll() is not None:
            lived = time.monotonic() - self._started_at
            # A process that cannot live is not started at once again.
            failed = self._process.returncode != 0 and lived < _SHORT_LIFE
            self._pause = min(max(self._pause * 2, 1.0), _LONGEST_PAUSE) if failed else 0.0
            self._process = None
        if self._socket is None or self._process is not None:
            return None, None
        left = self._started_at + self._pause - time.monotonic() if self._pause else 0.0
        return (None, left) if left > 0 else (self._socket, None)

    def start(self) -> None:
        """Start the process that serves; a connection waits. From the main thread, like every child process."""
        assert self._socket
        with self._log.open("ab") as log:
            self._process = _process.spawn(
                [sys.executable, "-c", _SERVE, Path(__file__).parent.parent, self._choice, str(_IDLE_SECONDS)],
                env=os.environ | {"TOKENIZERS_PARALLELISM": "false", "OMP_NUM_THREADS": "1"},
                stdin=self._socket.fileno(),
                stderr=log,
            )
        self._started_at = time.monotonic()

    def stop(self) -> None:
        """Stop listening and end the process."""
        if self._socket:
            self._socket.close()
            self._socket = None
        if self._process:
            _process.stop(self._process, signal.SIGTERM)
            self._process = None


class ModelCheck(threading.Thread):
    """Looks whether the model for vectors can be used, while the database starts."""

    def __init__(self, choice: str) -> None:
        super().__init__(daemon=True)
        self.choice = choice
        self._problem: tuple[str, str] | None = None
        self.start()

    def run(self) -> None:
        try:
            if self.choice != OFF:
                check(self.choice)
        except UnavailableError as error:
            self._problem = (str(error), error.hint)

    def problem(self) -> tuple[str, str] | None:
        """Why it cannot be used, and the way out; None when it can."""
        self.join()
        return self._problem


def _listen(port: int | None) -> socket.socket:
    """A socket on this port, or on any free port when another program has it."""
    found = socket.socket()
    found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        found.bind(("127.0.0.1", port or 0))
    except OSError:
        found.bind(("127.0.0.1", 0))
    found.listen(_BACKLOG)
    return found
