"""Child processes, for work that would otherwise wait for the interpreter's lock."""

from __future__ import annotations

import asyncio
import traceback
from collections.abc import Awaitable, Callable
from multiprocessing import get_context
from multiprocessing.connection import Connection
from types import TracebackType
from typing import Any, Self


class Child:
    """A process that carries out commands, one after another. It ends when its parent ends, however that happens.

    Args:
        serve: A function of a module, called in the process with a pipe and `arguments`. It calls `answers` with a
            function for each command.
        arguments: Further arguments of that function.
    """

    def __init__(self, serve: Callable[..., None], *arguments: object) -> None:
        context = get_context("spawn")
        self.pipe, theirs = context.Pipe()
        self._process = context.Process(target=serve, args=(theirs, *arguments), daemon=True)
        self._process.start()
        theirs.close()
        self.receive()

    @property
    def pid(self) -> int:
        """The id of the process."""
        assert self._process.pid
        return self._process.pid

    def send(self, command: str, *arguments: object) -> None:
        """Send a command, and do not wait for its result."""
        self.pipe.send((command, arguments))

    def receive(self) -> Any:
        """Wait for the result of a command.

        Raises:
            RuntimeError: The command failed; the message is its traceback in the child.
        """
        try:
            answer = self.pipe.recv()
        except EOFError:
            raise RuntimeError("a process of the benchmark has ended") from None
        if isinstance(answer, _Failure):
            raise RuntimeError(answer.traceback)
        return answer

    def ask(self, command: str, *arguments: object) -> Any:
        """Send a command, and wait for its result."""
        self.send(command, *arguments)
        return self.receive()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.pipe.close()
        self._process.join(10)
        if self._process.is_alive():
            self._process.kill()
            self._process.join()
        self._process.close()


class _Failure:
    def __init__(self) -> None:
        self.traceback = traceback.format_exc()


def answers(pipe: Connection, **commands: Callable[..., Any]) -> None:
    """In a child: carry out commands until the parent is gone."""
    pipe.send("ready")
    while True:
        try:
            command, arguments = pipe.recv()
        except (EOFError, KeyboardInterrupt):
            return
        try:
            answer = commands[command](*arguments)
        except Exception:
            answer = _Failure()
        pipe.send(answer)


async def async_answers(pipe: Connection, **commands: Callable[..., Awaitable[Any]]) -> None:
    """Like `answers`, with functions that are awaited."""
    pipe.send("ready")
    while True:
        try:
            command, arguments = await asyncio.to_thread(pipe.recv)
        except (EOFError, asyncio.CancelledError):
            return
        try:
            answer = await commands[command](*arguments)
        except Exception:
            answer = _Failure()
        pipe.send(answer)
