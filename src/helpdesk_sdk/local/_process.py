"""Child processes that end with their parent, and signals to processes that we started."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO, Any

_EXEC = Path(__file__).with_name("_exec.py")


def spawn(
    argv: Sequence[str | os.PathLike[str]],
    *,
    user: tuple[int, int] | None = None,
    on_parent_death: signal.Signals = signal.SIGTERM,
    cwd: str | os.PathLike[str] = "/",
    env: Mapping[str, str] | None = None,
    stdin: int | IO[Any] = subprocess.DEVNULL,
    stdout: int | IO[Any] = subprocess.DEVNULL,
    stderr: int | IO[Any] = subprocess.DEVNULL,
) -> subprocess.Popen[bytes]:
    """Start a program in its own session, as `user` (uid, gid). It receives `on_parent_death` when we die.

    On Linux the kernel sends the signal when the *thread* that called this ends, so call it from the main thread.
    """
    uid, gid = user or (-1, -1)
    numbers = (os.getpid(), uid, gid, int(on_parent_death))
    head: list[str | os.PathLike[str]] = [sys.executable, "-I", "-S", str(_EXEC), *map(str, numbers)]
    return subprocess.Popen(
        [*head, *argv],
        cwd=cwd,
        env=dict(env) if env is not None else None,
        stdin=stdin,
        stdout=stdout,
        stderr=stderr,
        start_new_session=True,
    )


def stop(process: subprocess.Popen[bytes], *signals: signal.Signals, patience: float = 10.0) -> None:
    """Send the signals one after the other, waiting `patience` seconds for the end after each; finally SIGKILL."""
    for number in (*signals, signal.SIGKILL):
        if process.poll() is not None:
            return
        process.send_signal(number)
        try:
            process.wait(patience)
        except subprocess.TimeoutExpired:
            continue
        return


def cannot_be_reached(path: Path) -> list[Path]:
    """The directories above `path` that an unprivileged user cannot traverse."""
    return [parent for parent in path.resolve().parents if not parent.stat().st_mode & 0o001]
