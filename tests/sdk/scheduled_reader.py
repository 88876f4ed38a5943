"""A reader that runs a PollSchedule against a simulated log."""

from __future__ import annotations

from helpdesk_sdk._live.poll_schedule import NextStep, PollSchedule


class ScheduledReader:
    """Runs a schedule against a simulated log; the test says which events are readable."""

    def __init__(self, poll_interval: float = 1.0, *, live: bool = True) -> None:
        self.schedule = PollSchedule(poll_interval)
        self.live = live
        self.now = 100.0
        self.read_to = (5, 0)
        self.readable: list[tuple[int, int]] = []
        self.head = (5, 0)
        self.requests: list[str] = []

    def step(self) -> float | None:
        """Do the next step; returns seconds if that is a wait."""
        step = self.schedule.next(self.now, live=self.live)
        if isinstance(step, float):
            return step
        self.requests.append(step.name)
        if step is NextStep.READ_HEAD:
            self.schedule.after_head(self.head, self.now)
        else:
            found = [event for event in self.readable if event > self.read_to]
            self.read_to = max([self.read_to, *found])
            self.schedule.after_events(len(found), self.read_to, self.now, more=False)
        return None

    def run(self) -> float:
        """Do all steps up to a wait; returns its seconds."""
        for _ in range(20):
            wait = self.step()
            if wait is not None:
                return wait
        raise AssertionError(f"never waits: {self.requests}")

    def announce(self, cursor: tuple[int, int] | None) -> None:
        self.schedule.announce(cursor, self.read_to)

    def commit(self, transaction: int) -> None:
        """Add an event that is readable at once, since no older transaction is open."""
        self.readable.append((transaction, 1))
        self.head = (transaction + 1, 0)
        self.announce((transaction, 1))

    def wait(self, seconds: float) -> None:
        """Do all steps for so many seconds; a request takes five milliseconds."""
        until = self.now + seconds
        while self.now < until:
            self.now += min(self.step() or 0.005, until - self.now)


def live_reader() -> ScheduledReader:
    """A live reader that has read the whole log."""
    reader = ScheduledReader()
    reader.run()
    reader.requests.clear()
    return reader
