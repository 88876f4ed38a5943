"""The gateway: installation of its sources, and its process."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any

from filelock import FileLock

from helpdesk_sdk.local import _process
from helpdesk_sdk.local.errors import MissingPartError, PortTakenError, StackError

SOURCES = Path(__file__).with_name("gateway")
_SUFFIXES = {".ts", ".json", ".lock"}


def deno_program() -> Path:
    """The `deno` program of the wheel.

    Raises:
        MissingPartError: the extra `[local]` is not installed.
    """
    try:
        from deno import find_deno_bin  # type: ignore[import-untyped]

        return Path(os.fsdecode(find_deno_bin()))
    except (ImportError, FileNotFoundError):
        raise MissingPartError("Deno") from None


def cache_dir() -> Path:
    """The directory of downloaded and generated files, shared by all stacks of this user."""
    import platformdirs

    chosen = os.environ.get("HELPDESK_CACHE_DIR")
    if chosen:
        return Path(chosen).absolute()
    found = Path(platformdirs.user_cache_dir("helpdesk"))
    if not found.is_absolute():
        # Without HOME and without an account entry `~` stays as it is.
        raise StackError("There is no home directory", hint="Set HOME, or HELPDESK_CACHE_DIR to a writable directory.")
    return found


def install(report: Callable[[str], None], project: Path) -> Path:
    """Copy the gateway to the cache and fetch its packages, once, and return the directory.

    Two programs may call this at once. An interrupted installation is repeated.
    """
    deno = deno_program()
    files = _sources()
    digest = hashlib.sha256(str(deno.stat().st_size).encode())
    for file in files:
        digest.update(file.as_posix().encode() + (SOURCES / file).read_bytes())
    functions = project / "functions"
    for path in sorted([*functions.glob("deno.*"), *functions.glob("[!.]*/deno.*")]):
        digest.update(path.relative_to(functions).as_posix().encode() + path.read_bytes())
    target = cache_dir() / f"gateway-{digest.hexdigest()[:16]}"
    ready = target / ".ready"
    if ready.exists():
        return target
    with _locked(target.with_suffix(".lock")):
        if not ready.exists():
            report("Installing the gateway's packages (once) …")
            shutil.rmtree(target, ignore_errors=True)
            target.mkdir(parents=True)
            for file in files:
                (target / file).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(SOURCES / file, target / file)
            _deno(deno, ["install", "--quiet", "--frozen"], target)
            for entry in sorted(functions.glob("[A-Za-z]*/index.ts")):
                with suppress(StackError):
                    # A function that cannot be loaded answers BOOT_ERROR when called. The stack starts all the same.
                    _deno(deno, ["cache", "--quiet", *_config_arguments(entry.parent), entry], target)
            ready.touch()
    return target


def _config_arguments(function: Path) -> list[str]:
    """Deno's arguments for a function's configuration; `functions/process.ts` has the same rule."""
    for folder in (function, function.parent):
        for config in (folder / "deno.json", folder / "deno.jsonc"):
            if config.is_file():
                return [f"--config={config}", "--frozen" if (folder / "deno.lock").is_file() else "--no-lock"]
    return ["--no-config", "--no-lock"]


def _sources() -> list[Path]:
    """The gateway's files, relative to SOURCES, without its tests."""
    found: list[Path] = []
    for folder, folders, names in os.walk(SOURCES):
        folders[:] = [name for name in folders if name != "node_modules"]
        found += [Path(folder, name).relative_to(SOURCES) for name in names]
    return sorted(path for path in found if path.suffix in _SUFFIXES and not path.name.endswith("_test.ts"))


def _deno(deno: Path, arguments: list[str | Path], directory: Path) -> None:
    done = subprocess.run([deno, *arguments], cwd=directory, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    if done.returncode:
        lines = [line.strip() for line in done.stderr.splitlines() if line.strip()]
        relevant = [line for line in lines if "error" in line.lower()] or lines or ["deno failed"]
        raise StackError(
            f"The gateway's packages could not be installed: {relevant[0]}",
            hint="The first start needs the npm registry, later starts do not.",
        )


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    lock = FileLock(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lock.acquire()
    except OSError as error:
        raise StackError(
            f"{path.parent} cannot be written: {error.strerror}", hint="Set HELPDESK_CACHE_DIR to a writable directory."
        ) from None
    try:
        yield
    finally:
        lock.release()


class Gateway:
    """The gateway's process. It ends when its standard input ends, so it cannot outlive the supervisor."""

    def __init__(self, home: Path, settings: dict[str, Any], log: Path) -> None:
        self._home = home
        self._settings = settings
        self._log = log
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int | None:
        """The process id, while the process runs."""
        return self._process.pid if self._process and self._process.poll() is None else None

    def prepare(self) -> None:
        """Start the process and wait until Auth's schema is in the database."""
        with self._log.open("ab") as log:
            self._process = _process.spawn(
                [deno_program(), "run", *self._permissions(), "main.ts"],
                cwd=self._home,
                env=self._environment(),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
            )
        self._send(json.dumps(self._settings))
        self._expect("prepared")

    @property
    def mail_port(self) -> int:
        """The port where mails are received by SMTP; 0 before it serves."""
        return int(self._settings["mail_port"])

    def listen(self) -> int:
        """Start to serve; returns the port.

        Raises:
            PortTakenError: another program took the port.
        """
        self._send("listen")
        found = self._expect("listening")
        # After a crash the gateway uses the same ports, where its clients reconnect.
        self._settings["port"] = int(found["port"])
        self._settings["mail_port"] = int(found["mail_port"])
        return int(found["port"])

    def stop(self) -> None:
        """Stop the process after it has answered the requests in flight."""
        if self._process is None:
            return
        _pipe(self._process.stdin).close()
        _process.stop(self._process, signal.SIGTERM)
        _pipe(self._process.stdout).close()
        self._process = None

    def _send(self, line: str) -> None:
        assert self._process
        try:
            pipe = _pipe(self._process.stdin)
            pipe.write(line.encode() + b"\n")
            pipe.flush()
        except BrokenPipeError:
            raise StackError(f"The gateway stopped at once (log: {self._log})") from None

    def _expect(self, event: str) -> dict[str, Any]:
        assert self._process
        line = _pipe(self._process.stdout).readline()
        message: dict[str, Any] = json.loads(line) if line else {"event": "failed", "reason": "it stopped"}
        if message["event"] == event:
            return message
        if message.get("reason") == "port":
            raise PortTakenError(self._settings["port"])
        raise StackError(f"The gateway did not start: {message.get('reason')} (log: {self._log})")

    def _permissions(self) -> list[str]:
        storage, functions = self._settings["storage_dir"], self._settings["functions_dir"]
        return [
            "--quiet",
            "--no-prompt",
            "--cached-only",
            "--frozen",
            "--unstable-no-legacy-abort",
            "--allow-net=127.0.0.1",
            f"--allow-read={self._home},{storage},{functions}",
            f"--allow-write={storage}",
            # The environment contains only the variables set below.
            "--allow-env",
            f"--allow-run={deno_program()}",
        ]

    def _environment(self) -> dict[str, str]:
        kept = {name: os.environ[name] for name in ("HOME", "PATH", "DENO_DIR", "XDG_CACHE_HOME") if name in os.environ}
        return kept | {
            "LITE_TELEMETRY": "0",
            "DO_NOT_TRACK": "1",
            "DENO_NO_UPDATE_CHECK": "1",
            "EXPERIMENTAL_STORAGE": "1",
            "LITE_AUTH_BCRYPT_COST": "10" if self._settings["durable"] else "4",
            "NO_COLOR": "1",
        }


def _pipe(pipe: IO[bytes] | None) -> IO[bytes]:
    assert pipe is not None
    return pipe
