"""When the log is read: pure decisions, without a clock, a connection or a log."""

from __future__ import annotations

import pytest
from tests.sdk.scheduled_reader import ScheduledReader, live_reader

from helpdesk_sdk._live.poll_schedule import NextStep
from helpdesk_sdk.models.events import parse_cursor


@pytest.fixture
def reader() -> ScheduledReader:
    return live_reader()


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
    reader = ScheduledReader(interval, live=live)
    assert reader.run() == pytest.approx(wait)
    assert reader.requests == ["READ_EVENTS"]
    reader.now += wait
    reader.run()
    assert reader.requests == ["READ_EVENTS"] * 2


def test_losing_the_connection_shortens_the_current_wait(reader: ScheduledReader) -> None:
    reader.now += 0.4
    reader.live = False
    assert reader.run() == pytest.approx(0.6)


def test_an_announced_event_costs_one_read(reader: ScheduledReader) -> None:
    reader.readable = [(6, 1)]
    reader.announce((6, 1))
    assert reader.run() == 15
    assert reader.requests == ["READ_EVENTS"]


def test_a_thousand_announcements_cost_no_more_than_the_last(reader: ScheduledReader) -> None:
    reader.readable = [(6, number) for number in range(1000)]
    for event in reader.readable:
        reader.announce(event)
    reader.run()
    assert reader.requests == ["READ_EVENTS"]
    reader.announce((6, 3))
    assert reader.run() == 15
    assert reader.requests == ["READ_EVENTS"], "the event has been read already"


def test_an_announcement_during_a_read_causes_another_read(reader: ScheduledReader) -> None:
    reader.announce((6, 1))
    assert reader.schedule.next(reader.now, live=True) is NextStep.READ_EVENTS
    reader.announce((7, 2))
    reader.schedule.read_now()
    reader.read_to = (6, 1)
    reader.schedule.after_events(1, reader.read_to, reader.now, more=False)
    reader.readable = [(7, 2)]
    assert reader.run() == 15
    assert reader.requests == ["READ_EVENTS"]
    assert reader.read_to == (7, 2)


def test_a_join_during_a_read_causes_another_read(reader: ScheduledReader) -> None:
    reader.schedule.read_now()
    assert reader.schedule.next(reader.now, live=True) is NextStep.READ_EVENTS
    reader.schedule.read_now()
    reader.schedule.after_events(0, reader.read_to, reader.now, more=False)
    reader.run()
    assert reader.requests == ["READ_EVENTS"]


def test_an_event_after_a_slow_transaction_is_waited_for_with_growing_intervals(reader: ScheduledReader) -> None:
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


def test_events_that_become_readable_during_the_wait_are_read(reader: ScheduledReader) -> None:
    reader.announce((90, 1))
    reader.run()
    reader.requests.clear()
    reader.head, reader.readable = (50, 0), [(40, 1)]
    reader.now += 0.02
    assert 0 < reader.run() <= 1
    assert reader.requests == ["READ_HEAD", "READ_EVENTS"]
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


def test_an_event_that_this_reader_may_not_see_is_dropped_once_the_head_has_passed_it(reader: ScheduledReader) -> None:
    reader.announce((6, 1))
    reader.head = (7, 0)
    assert reader.run() == 15
    assert reader.requests == ["READ_EVENTS", "READ_HEAD", "READ_EVENTS"]


@pytest.mark.parametrize("count", [0, 1, 500])
def test_only_a_page_that_says_so_is_followed_by_another_read_at_once(reader: ScheduledReader, count: int) -> None:
    for more, step in ((True, NextStep.READ_EVENTS), (False, 15.0)):
        reader.schedule.read_now()
        assert reader.schedule.next(reader.now, live=True) is NextStep.READ_EVENTS
        reader.schedule.after_events(count, (6, count), reader.now, more=more)
        assert reader.schedule.next(reader.now, live=True) == step
        reader.schedule.after_events(0, (6, count), reader.now, more=False)


@pytest.mark.parametrize("more", [True, False])
def test_a_pending_event_that_a_page_has_passed_is_dropped_though_it_was_not_in_it(
    reader: ScheduledReader, more: bool
) -> None:
    reader.announce((9, 1))
    assert reader.schedule.next(reader.now, live=True) is NextStep.READ_EVENTS
    reader.schedule.after_events(0, (10, 0), reader.now, more=more)
    reader.read_to = (10, 0)
    assert reader.run() == 15
    assert reader.requests == ["READ_EVENTS"] * more


def test_a_pause_ends_early_only_by_read_now(reader: ScheduledReader) -> None:
    reader.announce((6, 1))
    assert reader.schedule.next(reader.now, live=True) is NextStep.READ_EVENTS
    reader.schedule.pause_until(reader.now + 8)
    reader.announce((6, 2))
    assert reader.run() == 8
    reader.schedule.read_now()
    reader.step()
    assert reader.requests == ["READ_EVENTS"]
