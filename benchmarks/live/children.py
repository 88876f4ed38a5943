"""Processes of their own, for what would otherwise wait for the interpreter's lock."""

from __future__ import annotations

import asyncio
import traceback
from collections.abc import Awaitable, Callable
from multiprocessing import get_context
from multiprocessing.connection import Connection
from types import TracebackType
from typing import Any, Self


class Child:
    """A process that does what it is asked to, one thing after another. Ends with its parent, however that ends.

    Args:
        serve: a function of a module, called in the process with a pipe and `arguments`; it calls `answers` with what
            to do for each question.
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
        """Of the process."""
        assert self._process.pid
        return self._process.pid

    def send(self, question: str, *arguments: object) -> None:
        """Ask something, and do not wait for the answer."""
        self.pipe.send((question, arguments))

    def receive(self) -> Any:
        """Wait for the answer.

        Raises:
            RuntimeError: what was asked has failed, with the traceback there.
        """
        try:
            answer = self.pipe.recv()
        except EOFError:
            raise RuntimeError("a process of the benchmark has ended") from None
        if isinstance(answer, _Failure):
            raise RuntimeError(answer.told)
        return answer

    def ask(self, question: str, *arguments: object) -> Any:
        """Ask something, and wait for the answer."""
        self.send(question, *arguments)
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
        self.told = traceback.format_exc()


def answers(pipe: Connection, **questions: Callable[..., Any]) -> None:
    """In a child: answer questions until nobody is there to ask any."""
    pipe.send("ready")
    while True:
        try:
            question, arguments = pipe.recv()
        except (EOFError, KeyboardInterrupt):
            return
        try:
            answer = questions[question](*arguments)
        except Exception:
            answer = _Failure()
        pipe.send(answer)


async def async_answers(pipe: Connection, **questions: Callable[..., Awaitable[Any]]) -> None:
    """The same with functions that are awaited."""
    pipe.send("ready")
    while True:
        try:
            question, arguments = await asyncio.to_thread(pipe.recv)
        except (EOFError, asyncio.CancelledError):
            return
        try:
            answer = await questions[question](*arguments)
        except Exception:
            answer = _Failure()
        pipe.send(answer)
