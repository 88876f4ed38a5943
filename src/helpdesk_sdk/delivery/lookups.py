"""Looking names up beside everything else: a name server that does not answer holds up nobody else."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence
from concurrent.futures import Future

from .targets import Resolve, Target, TargetError, addresses

_Key = tuple[str, int]


class Lookups:
    """The lookups that are under way: one for each name, in a thread of its own.

    The system's resolver cannot be interrupted. With a pool, a few names without an answer would take all its threads;
    here each name waits for itself alone, however often it is asked for.
    """

    def __init__(self, resolve: Resolve | None = None) -> None:
        self._resolve = resolve
        self._lock = threading.Lock()
        self._running: dict[_Key, Future[Sequence[str]]] = {}

    async def addresses(self, target: Target, seconds: float) -> Sequence[str]:
        """The addresses to connect to, after a look at each of them.

        Args:
            target: The target, as ``parse`` gave it.
            seconds: How long to wait for an answer.

        Raises:
            TargetError: The name has no address, or one that is not public, or nobody answered in time.
        """
        try:
            async with asyncio.timeout(seconds):
                return await asyncio.wrap_future(self._begun(target))
        except TimeoutError:
            raise TargetError(f"Nobody said in time which address the name {target.host} has") from None

    def _begun(self, target: Target) -> Future[Sequence[str]]:
        key = (target.host, target.port)
        with self._lock:
            found = self._running.get(key)
            if found is None:
                found = self._running[key] = Future()
                # From here on nobody can cancel it: who waits for the same name goes on waiting.
                found.set_running_or_notify_cancel()
                # A daemon: a program that ends does not wait for a name server.
                threading.Thread(
                    target=self._look, args=(key, target, found), name="helpdesk-lookup", daemon=True
                ).start()
            return found

    def _look(self, key: _Key, target: Target, found: Future[Sequence[str]]) -> None:
        result: Sequence[str] = ()
        problem: BaseException | None = None
        try:
            result = addresses(target, self._resolve)
        except BaseException as error:
            problem = error
        with self._lock:
            del self._running[key]
        if problem is None:
            found.set_result(result)
        else:
            found.set_exception(problem)


SYSTEM = Lookups()
"""What asks the system, for all senders of the process."""
