"""When the log is asked: pure decisions, played through without a clock, a socket or a log."""

from __future__ import annotations

import pytest

from helpdesk_sdk._live.poll_schedule import Ask, Pace
from helpdesk_sdk.models.events import parse_cursor


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

    def commit(self, transaction: int) -> None:
        """Have an event that can be read at once, since no older transaction is open."""
        self.readable.append((transaction, 1))
        self.head = (transaction + 1, 0)
        self.announce((transaction, 1))

    def wait(self, seconds: float) -> None:
        """Do whatever there is to do in that time; a question takes five milliseconds."""
        until = self.now + seconds
        while self.now < until:
            self.now += min(self.step() or 0.005, until - self.now)


@pytest.fixture
def reader() -> Reader:
    """A live reader that has read what there is."""
    made = Reader()
    made.run()
    made.asked.clear()
    return made


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


ABSURD = (10**18, 1)


def test_an_announced_event_that_never_can_be_read_is_forgotten_after_a_minute(reader: Reader) -> None:
    reader.announce(ABSURD)
    reader.wait(59)
    assert 59 < len(reader.asked) < 70
    reader.wait(4)
    reader.asked.clear()
    reader.wait(60)
    assert reader.asked == ["EVENTS"] * 4, "as if nothing had been announced"


def test_it_does_not_slow_the_events_that_are_announced_after_it(reader: Reader) -> None:
    for seconds in (0.03, 0.4, 3.0, 20.0):
        reader.announce(ABSURD)
        reader.wait(seconds)
        for number in range(3):
            reader.asked.clear()
            reader.commit(max(reader.head[0], 6) + number)
            reader.wait(0.025)
            assert reader.read_to == reader.readable[-1]
            assert seconds == 0.03 or reader.asked[0] == "EVENTS", "without a question before it"
            reader.wait(0.37)


def test_an_old_transaction_costs_one_question_a_second_however_much_is_announced(reader: Reader) -> None:
    """Ten events a second behind it, some of them by transactions that are older than the last."""
    events = [((10 + tenth) ^ 3, 1) for tenth in range(6_000)]
    for event in events:
        reader.announce(event)
        reader.wait(0.1)
    assert len(reader.asked) < 1.2 * 600
    assert reader.asked.count("EVENTS") < 30
    reader.head, reader.readable = (10**4, 0), events
    reader.wait(1.1)
    assert reader.read_to == max(events)


def test_what_is_older_than_the_old_transaction_is_read_at_once(reader: Reader) -> None:
    """The one of which the head tells stands still at 500."""
    reader.head = (500, 0)
    reader.announce((600, 1))
    reader.wait(5)
    reader.asked.clear()
    for number in range(5):
        reader.readable.append((400 + number, 1))
        reader.announce((400 + number, 1))
        reader.wait(0.01)
        assert reader.read_to == (400 + number, 1)


def test_after_a_reconnection_the_head_that_was_known_does_not_count(reader: Reader) -> None:
    """The database may be another one by then, and not as far."""
    reader.head = (70, 0)
    reader.announce((60, 1))
    reader.wait(1)
    reader.head = (40, 0)
    reader.pace.hurry()
    reader.wait(1)
    reader.asked.clear()
    reader.announce((45, 1))
    reader.wait(0.1)
    assert reader.asked[:2] == ["EVENTS", "HEAD"]


def test_a_thousand_transactions_cost_no_memory(reader: Reader) -> None:
    for number in range(1_000):
        reader.announce((10 + number, 1))
    assert len(reader.pace._waited) <= 64
    # The newest is among them, and is waited for.
    reader.head, reader.readable = (500, 0), [(499, 1)]
    reader.wait(0.1)
    reader.head, reader.readable = (2_000, 0), [(499, 1), (1_009, 1)]
    reader.wait(0.2)
    assert reader.read_to == (1_009, 1)


@pytest.mark.parametrize("kind", ["unknown", "read", "descending"])
def test_a_flood_of_announcements_that_say_nothing_costs_ten_questions_a_second(reader: Reader, kind: str) -> None:
    reader.head = (50, 0)
    for number in range(1_000):
        reader.announce({"unknown": None, "read": (40, number), "descending": (10**9 - number, 1)}[kind])
        reader.wait(0.002)
    assert reader.asked.count("EVENTS") <= 25
    assert reader.asked.count("HEAD") <= 30
    # And what can be read comes through all the same.
    reader.commit(60)
    reader.wait(0.15)
    assert reader.read_to == (60, 1)


def test_a_flood_of_events_is_read_as_it_comes(reader: Reader) -> None:
    for number in range(100):
        reader.announce(None)
        reader.commit(10 + number)
        reader.wait(0.02)
        assert reader.read_to == (10 + number, 1)


def test_without_a_socket_what_is_announced_does_not_slow_the_polls(reader: Reader) -> None:
    reader.announce(ABSURD)
    reader.wait(5)
    reader.live = False
    reader.pace._poll_interval = 0.05
    reader.asked.clear()
    reader.wait(1)
    assert reader.asked.count("EVENTS") >= 15
