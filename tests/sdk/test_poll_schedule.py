"""When the log is read: pure decisions, without a clock, a connection or a log."""

from __future__ import annotations

import pytest

from helpdesk_sdk._live.poll_schedule import NextStep, PollSchedule
from helpdesk_sdk.models.events import parse_cursor


class Reader:
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
            self.schedule.after_events(len(found), self.read_to, self.now)
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


@pytest.fixture
def reader() -> Reader:
    """A live reader that has read the whole log."""
    reader = Reader()
    reader.run()
    reader.requests.clear()
    return reader


def test_cursors_compare_as_numbers() -> None:
    assert parse_cursor("9.10") == (9, 10)
    rubbish: list[object] = [None, "", "7", "a.b", 7, "1.2.3", "-5.-5", " 1.2", "1_0.2", "\u0661.\u0662", {}, []]
    rubbish += ["9" * 19 + ".1", "1." + "9" * 9999]
    assert [cursor for cursor in rubbish if parse_cursor(cursor) is not None] == []
    assert sorted(["10.2", "9.10", "10.10"], key=lambda cursor: parse_cursor(cursor) or (0, 0)) == [
        "9.10",
        "10.2",
        "10.10",
    ]


@pytest.mark.parametrize(("live", "interval", "wait"), [(True, 1.0, 15.0), (True, 60.0, 60.0), (False, 0.05, 0.05)])
def test_a_quiet_log_is_read_at_intervals(live: bool, interval: float, wait: float) -> None:
    reader = Reader(interval, live=live)
    assert reader.run() == pytest.approx(wait)
    assert reader.requests == ["READ_EVENTS"]
    reader.now += wait
    reader.run()
    assert reader.requests == ["READ_EVENTS"] * 2


def test_losing_the_connection_shortens_the_current_wait(reader: Reader) -> None:
    reader.now += 0.4
    reader.live = False
    assert reader.run() == pytest.approx(0.6)


def test_an_announced_event_costs_one_read(reader: Reader) -> None:
    reader.readable = [(6, 1)]
    reader.announce((6, 1))
    assert reader.run() == 15
    assert reader.requests == ["READ_EVENTS"]


def test_a_thousand_announcements_cost_no_more_than_the_last(reader: Reader) -> None:
    reader.readable = [(6, number) for number in range(1000)]
    for event in reader.readable:
        reader.announce(event)
    reader.run()
    assert reader.requests == ["READ_EVENTS"]
    reader.announce((6, 3))
    assert reader.run() == 15
    assert reader.requests == ["READ_EVENTS"], "the event has been read already"


def test_an_announcement_during_a_read_causes_another_read(reader: Reader) -> None:
    reader.announce((6, 1))
    assert reader.schedule.next(reader.now, live=True) is NextStep.READ_EVENTS
    reader.announce((7, 2))
    reader.schedule.read_now()
    reader.read_to = (6, 1)
    reader.schedule.after_events(1, reader.read_to, reader.now)
    reader.readable = [(7, 2)]
    assert reader.run() == 15
    assert reader.requests == ["READ_EVENTS"]
    assert reader.read_to == (7, 2)


def test_a_join_during_a_read_causes_another_read(reader: Reader) -> None:
    reader.schedule.read_now()
    assert reader.schedule.next(reader.now, live=True) is NextStep.READ_EVENTS
    reader.schedule.read_now()
    reader.schedule.after_events(0, reader.read_to, reader.now)
    reader.run()
    assert reader.requests == ["READ_EVENTS"]


def test_an_event_after_a_slow_transaction_is_waited_for_with_growing_intervals(reader: Reader) -> None:
    reader.announce((9, 1))
    waits: list[float] = []
    reader.run()
    while len(waits) < 9:
        waits.append(reader.run())
        reader.now += waits[-1]
    assert waits == pytest.approx([0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1, 1, 1])
    # One read of the head an interval: events are not read while the head does not move.
    assert reader.requests[:4] == ["READ_EVENTS", "READ_HEAD", "READ_EVENTS", "READ_HEAD"]
    assert set(reader.requests[3:]) == {"READ_HEAD"}
    reader.requests.clear()
    reader.head, reader.readable = (10, 0), [(9, 1)]
    assert reader.run() == 15
    assert reader.requests == ["READ_HEAD", "READ_EVENTS"]
    assert reader.read_to == (9, 1)


def test_events_that_become_readable_during_the_wait_are_read(reader: Reader) -> None:
    reader.announce((90, 1))
    reader.run()
    reader.requests.clear()
    reader.head, reader.readable = (50, 0), [(40, 1)]
    reader.now += 0.02
    assert 0 < reader.run() <= 1
    assert reader.requests == ["READ_HEAD", "READ_EVENTS", "READ_EVENTS"]
    # Before the head, so it is readable: no wait.
    reader.readable.append((45, 1))
    reader.announce((45, 1))
    reader.requests.clear()
    reader.run()
    assert reader.requests[0] == "READ_EVENTS"
    assert reader.read_to == (45, 1)
    # After the head: it waits with the pending event, however many are announced.
    reader.requests.clear()
    for number in range(100):
        reader.announce((91, number))
    assert 0 < reader.run() <= 1
    assert reader.requests == []


def test_an_event_that_this_reader_may_not_see_is_dropped_once_the_head_has_passed_it(reader: Reader) -> None:
    reader.announce((6, 1))
    reader.head = (7, 0)
    assert reader.run() == 15
    assert reader.requests == ["READ_EVENTS", "READ_HEAD", "READ_EVENTS"]


def test_a_page_with_events_is_followed_by_another_read_at_once(reader: Reader) -> None:
    reader.schedule.announce(None, reader.read_to)
    reader.readable = [(6, 1)]
    assert reader.run() == 15
    assert reader.requests == ["READ_EVENTS", "READ_EVENTS"], "the server may return fewer events than it has"


def test_a_pause_ends_early_only_by_read_now(reader: Reader) -> None:
    reader.announce((6, 1))
    assert reader.schedule.next(reader.now, live=True) is NextStep.READ_EVENTS
    reader.schedule.pause_until(reader.now + 8)
    reader.announce((6, 2))
    assert reader.run() == 8
    reader.schedule.read_now()
    reader.step()
    assert reader.requests == ["READ_EVENTS"]


ABSURD = (10**18, 1)


def test_an_announced_event_that_never_becomes_readable_is_dropped_after_a_minute(reader: Reader) -> None:
    reader.announce(ABSURD)
    reader.wait(59)
    assert 59 < len(reader.requests) < 70
    reader.wait(4)
    reader.requests.clear()
    reader.wait(60)
    assert reader.requests == ["READ_EVENTS"] * 4, "as without the announcement"


def test_it_does_not_delay_the_events_that_are_announced_after_it(reader: Reader) -> None:
    for seconds in (0.03, 0.4, 3.0, 20.0):
        reader.announce(ABSURD)
        reader.wait(seconds)
        for number in range(3):
            reader.requests.clear()
            reader.commit(max(reader.head[0], 6) + number)
            reader.wait(0.025)
            assert reader.read_to == reader.readable[-1]
            assert seconds == 0.03 or reader.requests[0] == "READ_EVENTS", "without reading the head first"
            reader.wait(0.37)


def test_an_old_transaction_costs_one_request_a_second_however_many_events_are_announced(reader: Reader) -> None:
    """Ten events a second after it, some of them of transactions older than the previous one."""
    events = [((10 + tenth) ^ 3, 1) for tenth in range(6_000)]
    for event in events:
        reader.announce(event)
        reader.wait(0.1)
    assert len(reader.requests) < 1.2 * 600
    assert reader.requests.count("READ_EVENTS") < 30
    reader.head, reader.readable = (10**4, 0), events
    reader.wait(1.1)
    assert reader.read_to == max(events)


def test_events_before_the_old_transaction_are_read_at_once(reader: Reader) -> None:
    """The head stays at 500."""
    reader.head = (500, 0)
    reader.announce((600, 1))
    reader.wait(5)
    reader.requests.clear()
    for number in range(5):
        reader.readable.append((400 + number, 1))
        reader.announce((400 + number, 1))
        reader.wait(0.01)
        assert reader.read_to == (400 + number, 1)


def test_a_reconnection_discards_the_known_head(reader: Reader) -> None:
    """The database may have been restored to an earlier state."""
    reader.head = (70, 0)
    reader.announce((60, 1))
    reader.wait(1)
    reader.head = (40, 0)
    reader.schedule.read_now()
    reader.wait(1)
    reader.requests.clear()
    reader.announce((45, 1))
    reader.wait(0.1)
    assert reader.requests[:2] == ["READ_EVENTS", "READ_HEAD"]


def test_the_number_of_pending_transactions_is_bounded(reader: Reader) -> None:
    for number in range(1_000):
        reader.announce((10 + number, 1))
    assert len(reader.schedule._pending) <= 64
    # The newest one is kept.
    reader.head, reader.readable = (500, 0), [(499, 1)]
    reader.wait(0.1)
    reader.head, reader.readable = (2_000, 0), [(499, 1), (1_009, 1)]
    reader.wait(0.2)
    assert reader.read_to == (1_009, 1)


@pytest.mark.parametrize("kind", ["unknown", "read", "descending"])
def test_a_flood_of_announcements_without_new_events_costs_ten_reads_a_second(reader: Reader, kind: str) -> None:
    reader.head = (50, 0)
    for number in range(1_000):
        reader.announce({"unknown": None, "read": (40, number), "descending": (10**9 - number, 1)}[kind])
        reader.wait(0.002)
    assert reader.requests.count("READ_EVENTS") <= 25
    assert reader.requests.count("READ_HEAD") <= 30
    # A readable event is still read promptly.
    reader.commit(60)
    reader.wait(0.15)
    assert reader.read_to == (60, 1)


def test_a_flood_of_events_is_read_as_it_arrives(reader: Reader) -> None:
    for number in range(100):
        reader.announce(None)
        reader.commit(10 + number)
        reader.wait(0.02)
        assert reader.read_to == (10 + number, 1)


def test_without_a_connection_a_pending_event_does_not_slow_polling(reader: Reader) -> None:
    reader.announce(ABSURD)
    reader.wait(5)
    reader.live = False
    reader.schedule._poll_interval = 0.05
    reader.requests.clear()
    reader.wait(1)
    assert reader.requests.count("READ_EVENTS") >= 15
