"""When the log is asked: pure decisions, played through without a clock, a socket or a log."""

from __future__ import annotations

import pytest

from helpdesk_sdk._pace import Ask, Pace, position


class Reader:
    """Plays a log against a pace: which events can be read is the test's to say."""

    def __init__(self, poll_interval: float = 1.0, *, live: bool = True) -> None:
        self.pace = Pace(poll_interval)
        self.live = live
        self.now = 100.0
        self.read_to = (5, 0)
        self.readable: list[tuple[int, int]] = []
        self.head = (5, 0)
        self.asked: list[str] = []

    def step(self) -> float | None:
        """Do what is next; returns seconds when that is to wait."""
        ask = self.pace.next(self.now, live=self.live)
        if isinstance(ask, float):
            return ask
        self.asked.append(ask.name)
        if ask is Ask.HEAD:
            self.pace.after_head(self.head, self.now)
        else:
            found = [event for event in self.readable if event > self.read_to]
            self.read_to = max([self.read_to, *found])
            self.pace.after_events(len(found), self.read_to, self.now)
        return None

    def run(self) -> float:
        """Do what there is to do; returns the seconds to wait then."""
        for _ in range(20):
            wait = self.step()
            if wait is not None:
                return wait
        raise AssertionError(f"never waits: {self.asked}")

    def announce(self, cursor: tuple[int, int] | None) -> None:
        self.pace.announce(cursor, self.read_to)


@pytest.fixture
def reader() -> Reader:
    """A live reader that has read what there is."""
    made = Reader()
    made.run()
    made.asked.clear()
    return made


def test_cursors_compare_as_numbers() -> None:
    assert position("9.10") == (9, 10)
    assert [cursor for cursor in (None, "", "7", "a.b", 7) if position(cursor) is not None] == []
    assert sorted(["10.2", "9.10", "10.10"], key=lambda cursor: position(cursor) or (0, 0)) == ["9.10", "10.2", "10.10"]


@pytest.mark.parametrize(("live", "interval", "wait"), [(True, 1.0, 15.0), (True, 60.0, 60.0), (False, 0.05, 0.05)])
def test_a_quiet_log_is_asked_now_and_then(live: bool, interval: float, wait: float) -> None:
    reader = Reader(interval, live=live)
    assert reader.run() == pytest.approx(wait)
    assert reader.asked == ["EVENTS"]
    reader.now += wait
    reader.run()
    assert reader.asked == ["EVENTS"] * 2


def test_losing_the_socket_shortens_the_wait_that_is_on(reader: Reader) -> None:
    reader.now += 0.4
    reader.live = False
    assert reader.run() == pytest.approx(0.6)


def test_an_announced_event_costs_one_question(reader: Reader) -> None:
    reader.readable = [(6, 1)]
    reader.announce((6, 1))
    assert reader.run() == 15
    assert reader.asked == ["EVENTS"]


def test_a_thousand_announcements_cost_no_more_than_the_last(reader: Reader) -> None:
    reader.readable = [(6, number) for number in range(1000)]
    for event in reader.readable:
        reader.announce(event)
    reader.run()
    assert reader.asked == ["EVENTS"]
    reader.announce((6, 3))
    assert reader.run() == 15
    assert reader.asked == ["EVENTS"], "it has been read"


def test_what_is_announced_while_a_question_is_out_is_asked_for_again(reader: Reader) -> None:
    reader.announce((6, 1))
    assert reader.pace.next(reader.now, live=True) is Ask.EVENTS
    reader.announce((7, 2))
    reader.pace.hurry()
    reader.read_to = (6, 1)
    reader.pace.after_events(1, reader.read_to, reader.now)
    reader.readable = [(7, 2)]
    assert reader.run() == 15
    assert reader.asked == ["EVENTS"]
    assert reader.read_to == (7, 2)


def test_joining_while_a_question_is_out_asks_again(reader: Reader) -> None:
    reader.pace.hurry()
    assert reader.pace.next(reader.now, live=True) is Ask.EVENTS
    reader.pace.hurry()
    reader.pace.after_events(0, reader.read_to, reader.now)
    reader.run()
    assert reader.asked == ["EVENTS"]


def test_an_event_behind_a_slow_transaction_is_waited_for_with_growing_pauses(reader: Reader) -> None:
    reader.announce((9, 1))
    waits: list[float] = []
    reader.run()
    while len(waits) < 9:
        waits.append(reader.run())
        reader.now += waits[-1]
    assert waits == pytest.approx([0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1, 1, 1])
    # One small question a pause: the log itself is not asked while its head stands still.
    assert reader.asked[:4] == ["EVENTS", "HEAD", "EVENTS", "HEAD"]
    assert set(reader.asked[3:]) == {"HEAD"}
    reader.asked.clear()
    reader.head, reader.readable = (10, 0), [(9, 1)]
    assert reader.run() == 15
    assert reader.asked == ["HEAD", "EVENTS"]
    assert reader.read_to == (9, 1)


def test_what_becomes_readable_meanwhile_is_read_meanwhile(reader: Reader) -> None:
    reader.announce((90, 1))
    reader.run()
    reader.asked.clear()
    reader.head, reader.readable = (50, 0), [(40, 1)]
    reader.now += 0.02
    assert 0 < reader.run() <= 1
    assert reader.asked == ["HEAD", "EVENTS", "EVENTS"]
    # Before the head, so there already: no pause for this one.
    reader.readable.append((45, 1))
    reader.announce((45, 1))
    reader.asked.clear()
    reader.run()
    assert reader.asked[0] == "EVENTS"
    assert reader.read_to == (45, 1)
    # Behind it: waits with the other, however many come.
    reader.asked.clear()
    for number in range(100):
        reader.announce((91, number))
    assert 0 < reader.run() <= 1
    assert reader.asked == []


def test_an_event_that_is_not_ours_is_given_up_once_the_head_has_passed_it(reader: Reader) -> None:
    reader.announce((6, 1))
    reader.head = (7, 0)
    assert reader.run() == 15
    assert reader.asked == ["EVENTS", "HEAD", "EVENTS"]


def test_a_full_page_is_followed_by_another_question_at_once(reader: Reader) -> None:
    reader.pace.announce(None, reader.read_to)
    reader.readable = [(6, 1)]
    assert reader.run() == 15
    assert reader.asked == ["EVENTS", "EVENTS"], "the server may give less than it has"


def test_after_a_failure_nothing_is_asked_unless_there_is_a_reason_to_hurry(reader: Reader) -> None:
    reader.announce((6, 1))
    assert reader.pace.next(reader.now, live=True) is Ask.EVENTS
    reader.pace.hold(reader.now + 8)
    reader.announce((6, 2))
    assert reader.run() == 8
    reader.pace.hurry()
    reader.step()
    assert reader.asked == ["EVENTS"]
