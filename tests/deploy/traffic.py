"""People who work all the time, while a release is deployed under them."""

from __future__ import annotations

import threading
import time

from helpdesk_sdk import Helpdesk
from helpdesk_sdk.testing import Project


class Traffic:
    """Three customers, each with the SDK, until the block ends."""

    def __init__(self, project: Project) -> None:
        self._ended = threading.Event()
        self.done = 0
        self.longest = 0.0
        self.failures: list[str] = []
        clients = [project.client("customer") for _ in range(3)]
        self._threads = [threading.Thread(target=self._work, args=(client,)) for client in clients]

    def __enter__(self) -> Traffic:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        for thread in self._threads:
            thread.join()

    def wait_for(self, requests: int) -> None:
        """Until so many more requests were answered."""
        aim = self.done + requests
        deadline = time.monotonic() + 60
        while self.done < aim and time.monotonic() < deadline:
            time.sleep(0.05)
        assert self.done >= aim, self.failures

    def _work(self, hd: Helpdesk) -> None:
        while not self._ended.is_set():
            begun = time.monotonic()
            try:
                ticket = hd.tickets.create("It broke", "Again.")
                hd.messages.reply(ticket.number, "Still broken.")
                assert hd.tickets.get(ticket.number).title == "It broke"
                list(hd.tickets.list().limit(5))
            except Exception as error:
                self.failures.append(f"{type(error).__name__}: {error}")
            self.done += 4
            self.longest = max(self.longest, time.monotonic() - begun)
