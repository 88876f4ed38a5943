"""The process that starts PostgreSQL and the gateway, restarts them after a crash, and stops them.

It receives its order as one line of JSON on standard input, and answers with lines of JSON: `progress`, then `ready` or
`failed`. Unless the stack is detached, it stops when standard input ends, so it never outlives the program that started
it.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import selectors
import signal
import sys
import time
import traceback
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from helpdesk_sdk import embedding_models
from helpdesk_sdk.local import _gateway, _sql, errors, migrations
from helpdesk_sdk.local._embeddings import Embeddings, ModelCheck
from helpdesk_sdk.local._home import Home
from helpdesk_sdk.local._project_settings import project_settings
from helpdesk_sdk.local._start import check_port, first_line, listen_to_signals, open_standard_streams
from helpdesk_sdk.local.postgres import Postgres

_SLOWEST_RESTART = 5.0


@dataclass(frozen=True)
class Order:
    """What to run.

    `project` is the directory with config.toml, migrations and functions; `port` 0 takes any free port; `durable`
    False gives up safety against power cuts for speed; `ephemeral` removes the data at the end; `tied` stops the stack
    when standard input ends; `embeddings` is the model for vectors, None for that of the last start.
    """

    directory: str
    project: str
    port: int
    durable: bool
    ephemeral: bool
    tied: bool
    embeddings: str | None = None


class Supervisor:
    """One running stack, in its supervisor."""

    def __init__(self, order: Order) -> None:
        self.order = order
        self.home = Home(Path(order.directory))
        self.project = Path(order.project)
        self.postgres = Postgres(self.home.directory, durable=order.durable)
        self.gateway: _gateway.Gateway | None = None
        self.embeddings: Embeddings | None = None
        self.port = order.port
        self.migrated: list[str] = []

    def start(self) -> dict[str, Any]:
        """Start everything and return the stack's info."""
        if self.order.port:
            check_port(self.order.port)
        home = _gateway.install(lambda text: send_event("progress", message=text), self.project)
        # Read before anything is made: a setting that is not valid leaves nothing behind.
        settings = project_settings(self.project)
        model = ModelCheck(self.order.embeddings or self.home.embeddings()[0] or embedding_models.MINILM)
        if self.order.embeddings == embedding_models.MULTILINGUAL and (problem := model.problem()):
            raise errors.StackError(problem[0], hint=problem[1])
        fresh = not (self.home.directory / "postgres" / "data").exists()
        if fresh:
            send_event("progress", message="Creating the database …")
        self.postgres.start()
        _sql.run(self.postgres.url(), _sql.BEFORE_GATEWAY)
        self.embeddings = self._embeddings(model)
        self.gateway = _gateway.Gateway(home, self._settings() | settings, self.home.gateway_log)
        self._prepare_gateway(self.gateway)
        self.migrated = migrations.apply(self.postgres.url(), self.project / "migrations")
        _sql.run(self.postgres.url(), _sql.AFTER_MIGRATIONS)
        self.port = self.gateway.listen()
        self.home.remember_port(self.port)
        info = self.info()
        self.home.write_info(info)
        return info

    def stop(self) -> None:
        """Stop everything in order; remove ephemeral data."""
        if self.gateway:
            self.gateway.stop()
        if self.embeddings:
            self.embeddings.stop()
        self.postgres.stop()
        self.home.forget_info()
        if self.order.ephemeral:
            self.home.remove()

    def info(self) -> dict[str, Any]:
        """The object that `helpdesk status --json` prints."""
        keys = self.home.secrets()
        versions = migrations.applied(self.postgres.url())
        assert self.gateway
        assert self.embeddings
        return {
            "api_url": f"http://127.0.0.1:{self.port}",
            "publishable_key": keys["publishable_key"],
            "secret_key": keys["secret_key"],
            "db_url": self.postgres.url(),
            "port": self.port,
            "data_dir": str(self.home.directory),
            "schema_version": versions[-1] if versions else None,
            "pids": self._pids(),
            "embeddings": asdict(self.embeddings.info),
            "mails": self._mails(keys["secret_key"]),
        }

    def _mails(self, secret_key: str) -> dict[str, str]:
        assert self.gateway
        # The page's key reads mails and nothing else; the gateway makes the same.
        key = hmac.new(secret_key.encode(), b"mails", hashlib.sha256).hexdigest()[:32]
        page = f"http://127.0.0.1:{self.port}/_stack/mails#{key}"
        return {"page": page, "smtp_url": f"smtp://127.0.0.1:{self.gateway.mail_port}"}

    def _pids(self) -> dict[str, int | None]:
        assert self.gateway
        assert self.embeddings
        found = {"supervisor": os.getpid(), "postgres": self.postgres.pid, "gateway": self.gateway.pid}
        return found | ({"embeddings": self.embeddings.pid} if self.embeddings.pid else {})

    def serve_embeddings(self) -> None:
        """Start the process that makes vectors."""
        assert self.embeddings
        self.embeddings.start()
        self.note_pids()

    def note_pids(self) -> None:
        """Write the process ids for other processes, if they have changed."""
        info = self.home.read_info()
        if info is not None and info["pids"] != self._pids():
            self.home.write_info(info | {"pids": self._pids()})

    def heal(self) -> None:
        """Restart the processes that died."""
        assert self.gateway
        if self.postgres.pid is None:
            self.postgres.start()
        if self.gateway.pid is None:
            self.gateway.stop()
            self._prepare_gateway(self.gateway)
            self.gateway.listen()
        self.home.write_info(self.info())

    def _prepare_gateway(self, gateway: _gateway.Gateway) -> None:
        gateway.prepare()
        # Lite's `auth.*` functions read fewer settings than hosted's, so ours replace them after each start of lite.
        _sql.run(self.postgres.url(), _sql.AFTER_GATEWAY)

    def is_well(self) -> bool:
        """Whether all processes run."""
        return self.postgres.pid is not None and self.gateway is not None and self.gateway.pid is not None

    def _embeddings(self, model: ModelCheck) -> Embeddings:
        problem = model.problem()
        if problem:
            send_event("progress", message=f"No embeddings, so articles are found by words alone: {problem[0]}.")
        text = f"{problem[0]}. {problem[1]}" if problem else None
        port = self.home.embeddings()[1]
        made = Embeddings(model.choice, self.home.supervisor_log, port=port, problem=text)
        self.home.remember_embeddings(model.choice, made.port or port)
        return made

    def _settings(self) -> dict[str, Any]:
        assert self.embeddings
        storage = self.home.directory / "storage"
        storage.mkdir(exist_ok=True)
        own = {
            "db_url": self.postgres.url(),
            "port": self.order.port,
            "mail_port": 0,
            "storage_dir": str(storage),
            "durable": self.order.durable,
            "embeddings": {"url": self.embeddings.info.url or "", "model": self.embeddings.info.model or ""},
        }
        return own | self.home.secrets()


def send_event(event: str, **content: Any) -> None:
    """Send one line to the program that started us; it may be gone."""
    try:
        os.write(1, json.dumps({"event": event, **content}).encode() + b"\n")
    except BrokenPipeError:
        return


def watch(supervisor: Supervisor, wake: int) -> None:
    """Keep the stack alive until a signal or the end of standard input."""
    pause = 0.2
    with selectors.DefaultSelector() as selector:
        selector.register(wake, selectors.EVENT_READ, "signal")
        if supervisor.order.tied:
            selector.register(0, selectors.EVENT_READ, "parent")
        while True:
            wait = _watch_embeddings(supervisor, selector)
            for key, _ in selector.select(wait if supervisor.is_well() else pause):
                if key.data == "embeddings":
                    supervisor.serve_embeddings()
                    continue
                received = os.read(key.fd, 64)
                if key.data == "parent" and not received:
                    return
                if key.data == "signal" and set(received) & {signal.SIGTERM, signal.SIGINT, signal.SIGHUP}:
                    return
            if supervisor.is_well():
                continue
            began = time.monotonic()
            try:
                supervisor.heal()
            except Exception as error:
                # Retry after every error: giving up would stop the database too.
                _log(f"restart failed, trying again in {pause:.1f} s: {error}")
                pause = min(pause * 2, _SLOWEST_RESTART)
            else:
                _log(f"restarted in {time.monotonic() - began:.2f} s")
                pause = 0.2


def _watch_embeddings(supervisor: Supervisor, selector: selectors.BaseSelector) -> float | None:
    """Wait for a connection while no process makes vectors; returns after how many seconds to look again."""
    assert supervisor.embeddings
    watched = next((key.fileobj for key in selector.get_map().values() if key.data == "embeddings"), None)
    found, wait = supervisor.embeddings.awaited()
    if watched is not None and found is None:
        selector.unregister(watched)
    elif watched is None and found is not None:
        selector.register(found, selectors.EVENT_READ, "embeddings")
        supervisor.note_pids()
    return wait


def _log(text: str) -> None:
    sys.stderr.write(f"{time.strftime('%Y-%m-%dT%H:%M:%S%z')} {text}\n")
    sys.stderr.flush()


def main() -> int:
    """Run a stack. The order arrives on standard input."""
    os.umask(0o077)
    open_standard_streams()
    order = Order(**json.loads(first_line()))
    supervisor = Supervisor(order)
    home = supervisor.home
    try:
        home.create()
        home.acquire()
    except errors.StackError as error:
        send_event("failed", kind=type(error).__name__, message=error.message, hint=error.hint)
        return 1
    try:
        # A killed stack leaves its own.
        home.forget_info()
        # From here on stderr is the log.
        os.dup2(os.open(home.supervisor_log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), 2)
        wake = listen_to_signals()
        send_event("ready", info=supervisor.start())
    except Exception as error:
        supervisor.stop()
        known = isinstance(error, errors.StackError)
        if not known:
            traceback.print_exc()
        content = {
            name: getattr(error, name, None) for name in ("message", "hint", "file", "line", "statement", "reason")
        }
        content["message"] = content["message"] or f"{type(error).__name__}: {error}"
        send_event("failed", kind=type(error).__name__ if known else "StackError", **content)
        return 1
    watch(supervisor, wake)
    supervisor.stop()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
