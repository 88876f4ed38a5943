"""The watched queue: its tickets, their changes, and how they are drawn."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from rich.console import Console

from helpdesk_cli._show.name_cache import NameCache
from helpdesk_cli._watch.queue import Change, Queue
from helpdesk_cli._watch.view import View
from helpdesk_sdk import Ticket

_BEGAN = datetime(2026, 1, 1, tzinfo=UTC)


def ticket(number: int, **changed: Any) -> Ticket:
    """The ticket that was opened as the so manyeth."""
    at = _BEGAN + timedelta(minutes=number)
    values: dict[str, Any] = {
        "ticket_id": UUID(int=number), "number": number, "status": "open", "priority": "medium", "title": f"T{number}",
        "team_id": UUID(int=1), "created_by": UUID(int=2), "revision": 1, "created_at": at, "updated_at": at,
    }  # fmt: skip
    ranks = {"urgent": 1, "high": 2, "medium": 3, "low": 4}
    return Ticket.model_validate(values | {"priority_rank": ranks[changed.get("priority", "medium")]} | changed)


def told(changes: list[Change]) -> list[tuple[str, int]]:
    """The changes in short."""
    return [(change.kind.value, change.ticket.number) for change in changes]


def test_what_was_there_came_changed_and_left() -> None:
    queue = Queue("-created_at")
    assert told(queue.update([ticket(2), ticket(1)], more=False)) == [("there", 2), ("there", 1)]
    assert told(queue.update([ticket(2), ticket(1)], more=False)) == []
    assert told(queue.update([ticket(3), ticket(2, revision=2)], more=False)) == [
        ("left", 1),
        ("new", 3),
        ("changed", 2),
    ]
    answered = ticket(3, last_message_id=UUID(int=9))
    assert told(queue.update([answered], more=False)) == [("left", 2), ("changed", 3)]
    assert told(queue.update([answered], more=False, touched={UUID(int=3), UUID(int=7)})) == [("changed", 3)]


@pytest.mark.parametrize("newest_first", [True, False])
def test_beyond_the_end_of_what_is_looked_at_nothing_comes_or_leaves(newest_first: bool) -> None:
    def sorted_(*numbers: int) -> list[Ticket]:
        return [ticket(number) for number in sorted(numbers, reverse=newest_first)]

    queue = Queue("-created_at" if newest_first else "created_at")
    first, last = (9, 1) if newest_first else (1, 9)
    queue.update(sorted_(5, 4 if newest_first else 6), more=True)
    pushed_out = 4 if newest_first else 6
    assert told(queue.update(sorted_(first, 5), more=True)) == [("new", first)]
    # The first one leaves, so what was pushed out moves up again, and what was never seen as well.
    assert told(queue.update(sorted_(5, pushed_out, last), more=False)) == [("left", first)]


class Clock:
    """A clock that goes when it is told to."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


def drawn(view: View, width: int = 100, height: int = 20) -> list[str]:
    """The lines of the screen."""
    console = Console(width=width, height=height, color_system=None, force_terminal=True, markup=False)
    with console.capture() as capture:
        console.print(view.draw(width, height))
    return capture.get().splitlines()


def watching(queue: Queue, clock: Clock) -> View:
    """A view of the queue."""
    return View("Support · open", "Ana (agent)", queue, NameCache(), clock)


def signs(view: View) -> str:
    """What stands in front of the rows."""
    return "".join(line[0] for line in drawn(view) if " open " in line and "T" in line)


def test_marks_fade_and_what_is_new_stays_new_meanwhile() -> None:
    queue, clock = Queue("-created_at"), Clock()
    view = watching(queue, clock)
    view.queue_changed(queue.update([ticket(1)], more=False), ())
    assert signs(view) == " "
    view.queue_changed(queue.update([ticket(2), ticket(1, revision=2)], more=False), ())
    assert signs(view) == "+~"
    clock.now += 6
    view.queue_changed(queue.update([ticket(2, revision=2), ticket(1, revision=2)], more=False), ())
    clock.now += 6
    assert signs(view) == "+ "
    clock.now += 6
    assert signs(view) == "  "


def test_the_heading_shows_the_connection() -> None:
    clock = Clock()
    view = watching(Queue("-created_at"), clock)
    assert drawn(view)[0].endswith("… connecting")
    clock.now += 11
    assert drawn(view)[0].endswith("○ polling")
    view.live = True
    assert drawn(view)[0].endswith("● live")
    view.live = False
    assert drawn(view)[0].endswith("… connecting")
    view.reason = "The server refused the channel"
    assert drawn(view)[0].endswith("○ polling")
    assert "The server refused the channel" in drawn(view)
    view.problem = "The helpdesk cannot be reached"
    assert drawn(view)[0].endswith("! not connected")
    assert "The helpdesk cannot be reached" in drawn(view)
    view.problem, view.live = "", True
    assert "The server refused the channel" not in drawn(view)


def test_a_long_explanation_has_lines_of_its_own_where_there_is_room() -> None:
    view = watching(Queue("-created_at"), Clock())
    view.problem = "Trying again since 14:02:11. " + "Cannot reach the helpdesk. " * 6 + "The end."
    tall, low = drawn(view, 80, 20), drawn(view, 80, 10)
    assert (tall[2][:12], tall[4].endswith("The end.")) == ("Trying again", True)
    assert (low[1][:12], low[1][-1], low[2].strip()) == ("Trying again", "…", "No tickets.")
    assert (len(tall), len(low)) == (20, 10)


def test_what_is_new_out_of_sight_is_counted_and_moves_nothing() -> None:
    queue, clock = Queue("-created_at"), Clock()
    view = watching(queue, clock)
    queue.update([ticket(number) for number in range(30, 0, -1)], more=False)
    drawn(view)
    view.scroll(5)
    before = drawn(view)
    assert "↑ 5 more above, ↓ " in before[-2]
    view.queue_changed(queue.update([ticket(number) for number in range(32, 0, -1)], more=False), ())
    after = drawn(view)
    assert "↑ 7 more above (2 new), ↓ " in after[-2]
    assert after[2:-2] == before[2:-2]
    clock.now += 60
    view.scroll_to(end=False)
    assert signs(view)[:3] == "++ "
    assert "new" not in drawn(view)[-2]


@pytest.mark.parametrize(("width", "shown"), [(100, "urgent"), (50, "urgent"), (40, " !! "), (24, " !! ")])
def test_what_is_urgent_looks_so_at_every_width(width: int, shown: str) -> None:
    queue = Queue("-created_at")
    queue.update([ticket(1, priority="urgent"), ticket(2, priority="low")], more=False)
    urgent, low = [line for line in drawn(watching(queue, Clock()), width) if "T1" in line or "T2" in line]
    assert shown in urgent
    assert "!" not in low


def test_by_priority_the_end_of_the_list_is_found_by_priority() -> None:
    queue = Queue("priority")
    urgent, high = ticket(9, priority="urgent"), ticket(8, priority="high")
    queue.update([urgent, high], more=True)
    # A low one that moves up was behind the end; an urgent one that is there was not.
    assert told(queue.update([urgent, high, ticket(1, priority="low")], more=False)) == []
    came = ticket(10, priority="urgent")
    assert told(queue.update([urgent, came], more=True)) == [("new", 10)]


@pytest.mark.parametrize("width", [8, 20, 50, 80, 200])
@pytest.mark.parametrize("height", [1, 3, 8, 16, 60])
def test_it_fits_whatever_there_is_to_show(width: int, height: int) -> None:
    queue = Queue("-created_at")
    view = watching(queue, Clock())
    queue.update([ticket(number, title="東京" * 40) for number in range(40, 0, -1)], more=True)
    view.live = True
    for _ in range(4):
        lines = drawn(view, width, height)
        assert len(lines) <= max(height, 4)
        view.scroll_page(1)
    assert drawn(view, 80, height)[-1 if height < 8 else -2].endswith("more below")
