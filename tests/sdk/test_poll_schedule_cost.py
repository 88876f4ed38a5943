"""What announcements cost at most: events that never become readable, old transactions, floods."""

from __future__ import annotations

import pytest
from tests.sdk.scheduled_reader import ScheduledReader, live_reader


@pytest.fixture
def reader() -> ScheduledReader:
    return live_reader()


ABSURD = (10**18, 1)


def test_an_announced_event_that_never_becomes_readable_is_dropped_after_a_minute(reader: ScheduledReader) -> None:
    reader.announce(ABSURD)
    reader.wait(59)
    assert 59 < len(reader.requests) < 70
    reader.wait(4)
    reader.requests.clear()
    reader.wait(60)
    assert reader.requests == ["READ_EVENTS"] * 4, "as without the announcement"


def test_it_does_not_delay_the_events_that_are_announced_after_it(reader: ScheduledReader) -> None:
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


def test_an_old_transaction_costs_one_request_a_second_however_many_events_are_announced(
    reader: ScheduledReader,
) -> None:
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


def test_events_before_the_old_transaction_are_read_at_once(reader: ScheduledReader) -> None:
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


def test_a_reconnection_discards_the_known_head(reader: ScheduledReader) -> None:
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


def test_the_number_of_pending_transactions_is_bounded(reader: ScheduledReader) -> None:
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
def test_a_flood_of_announcements_without_new_events_costs_ten_reads_a_second(
    reader: ScheduledReader, kind: str
) -> None:
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


def test_a_flood_of_events_is_read_as_it_arrives(reader: ScheduledReader) -> None:
    for number in range(100):
        reader.announce(None)
        reader.commit(10 + number)
        reader.wait(0.02)
        assert reader.read_to == (10 + number, 1)


def test_without_a_connection_a_pending_event_does_not_slow_polling(reader: ScheduledReader) -> None:
    reader.announce(ABSURD)
    reader.wait(5)
    reader.live = False
    reader.schedule._poll_interval = 0.05
    reader.requests.clear()
    reader.wait(1)
    assert reader.requests.count("READ_EVENTS") >= 15
