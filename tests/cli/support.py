"""Runs the program as from a shell: in this process, or on a terminal of its own."""

from __future__ import annotations

import functools
import json
import os
import pty
import select
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import typer.testing
from typer.testing import CliRunner

from helpdesk_cli.main import app

# Typer makes the whole program anew for each run, which takes much longer than most commands: once is enough.
typer.testing._get_command = functools.cache(typer.testing._get_command)  # type: ignore[attr-defined]

_RUN = "from helpdesk_cli.main import run; run()"
_PYTHON = [sys.executable, "-W", "error", "-c"]
PROGRAM = [*_PYTHON, _RUN]
# What might be hidden in a name, a title or a message: colours, a title change, the clipboard, a link, cursor movement,
# 8-bit controls, reversed text, Rich's markup, a carriage return that overwrites the line.
HOSTILE = (
    "\x1b[31mred\x1b[0m \x1b]0;owned\x07 \x1b]52;c;ZXZpbA==\x1b\\ \x1b]8;;http://evil.example\x07link\x1b]8;;\x07"
    " \x1b[2J\x9b1A\x9d0;x\x9c \u202egnp.exe\u202c \u2066x\u2069 [bold red]markup[/] [link=http://evil.example]y[/link]"
    " :smile: over\rwritten \x08\x7f\x85"
)


@dataclass(frozen=True)
class Done:
    """How a run ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Standard output as JSON."""
        return json.loads(self.out)

    @property
    def error(self) -> Any:
        """The error on standard error, as JSON."""
        return json.loads(self.err)["error"]


@dataclass
class Cli:
    """A shell of its own: a directory for profiles, and an environment in which nothing of a helpdesk is set."""

    config: Path
    env: dict[str, str] = field(default_factory=dict)

    def __call__(self, *args: object, code: int = 0, input: str | bytes | None = None, **env: str) -> Done:
        """Run the program in this process; it must end with this exit code."""
        arguments = [str(arg) for arg in args]
        found = CliRunner().invoke(app, arguments, input=input, env=self._environment(env), prog_name="helpdesk")
        assert found.exception is None or isinstance(found.exception, SystemExit), found.exception
        assert found.exit_code == code, f"{arguments} ended with {found.exit_code}: {found.stderr}{found.stdout}"
        assert "Traceback" not in found.stderr
        return Done(found.exit_code, found.stdout, found.stderr)

    def _environment(self, more: Mapping[str, str]) -> dict[str, str | None]:
        unset = {name: None for name in os.environ if name.startswith("HELPDESK_")}
        return {**unset, "HELPDESK_CONFIG_DIR": str(self.config), "NO_COLOR": "1", **self.env, **more}

    def start(self, *args: object, **options: Any) -> subprocess.Popen[str]:
        """Run the program in a process of its own."""
        env = {**os.environ, **{name: value for name, value in self._environment({}).items() if value is not None}}
        return subprocess.Popen([*PROGRAM, *map(str, args)], env=env, text=True, **options)

    def on_terminal(
        self,
        *args: object,
        type_: Sequence[tuple[str, str]] = (),
        width: int = 100,
        program: str = _RUN,
        **env: str,
    ) -> Done:
        """Run the program on a terminal.

        Args:
            type_: What to wait for, and what to type then, in turn.
            width: Of the terminal.
            program: Other Python code to run there.
        """
        controller, terminal = pty.openpty()
        _resize(terminal, width)
        process = self.start_on(terminal, env, *args, program=program)
        os.close(terminal)
        try:
            text = _converse(controller, list(type_), process)
        finally:
            os.close(controller)
        return Done(process.wait(timeout=60), text, "")

    def start_on(
        self, terminal: int, env: Mapping[str, str], *args: object, program: str = _RUN
    ) -> subprocess.Popen[bytes]:
        """Run the program on a terminal that is open already, which also controls it."""
        given = {name: value for name, value in self._environment(env).items() if value is not None}
        base = {name: value for name, value in os.environ.items() if name not in {"COLUMNS", "LINES"}}
        return subprocess.Popen(
            # The terminal also controls the process, so that Ctrl-C is a signal and a password is read from it.
            [*_PYTHON, f"import os; os.login_tty(0); {program}", *map(str, args)],
            env={**base, "TERM": "xterm", **given},
            stdin=terminal,
            stdout=terminal,
            stderr=terminal,
        )


def _resize(terminal: int, width: int) -> None:
    import fcntl
    import struct
    import termios

    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 40, width, 0, 0))


def _converse(controller: int, steps: list[tuple[str, str]], process: subprocess.Popen[bytes]) -> str:
    seen, searched, deadline = "", 0, time.monotonic() + 60
    while time.monotonic() < deadline:
        if not select.select([controller], [], [], 0.1)[0]:
            if process.poll() is not None:
                return seen
            continue
        try:
            part = os.read(controller, 65536)
        except OSError:
            return seen
        if not part:
            return seen
        seen += part.decode(errors="replace")
        if steps and (found := seen.find(steps[0][0], searched)) >= 0:
            searched = found + len(steps[0][0])
            # Nobody answers within the moment between a question and the reading of its answer.
            time.sleep(0.5)
            os.write(controller, steps.pop(0)[1].encode())
    process.kill()
    process.wait()
    raise AssertionError(f"the program still waits after: {seen}")
