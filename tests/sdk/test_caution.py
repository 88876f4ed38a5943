"""Which topics are joined with presences after a break: pure decisions, played through without a clock or a socket."""

from __future__ import annotations

import math
from typing import Any, cast

from helpdesk_sdk._live.presence_quarantine import Caution
from helpdesk_sdk._live.subscriptions import Kind, Room, State, Topic


class Socket:
    """Joins rooms as the hub does, and breaks."""

    def __init__(self, *topics: str) -> None:
        self.caution = Caution()
        self.now = 1_000.0
        self.rooms = [Room(Topic(name, "ada" if name.endswith(":staff") else None)) for name in topics]

    def room(self, name: str) -> Room:
        return next(room for room in self.rooms if room.topic.name == name)

    def join(self) -> list[str]:
        """Begin to join what may be joined."""
        begun = []
        for room in self.rooms:
            if room.channel is None and self.caution.join_at(room, self.rooms, self.now) <= self.now:
                room.channel = cast(Any, object())
                room.presences = self.caution.invites(room, self.now)
                begun.append(room.topic.name)
        return begun

    def joined(self, *names: str) -> None:
        for name in names:
            self.room(name).joined_at = self.now
            self.room(name).change(State.JOINED, Kind.JOINED)

    def all_join(self, seconds: float = 60.0) -> list[list[str]]:
        """Join all there is, one round after the other; then time goes by."""
        rounds = []
        for _ in range(100):
            if begun := self.join():
                self.joined(*begun)
                rounds.append(begun)
            self.now += 0.5
        self.now += seconds
        return rounds

    def breaks(self, *, too_big: bool = False) -> str | None:
        barred = self.caution.note_break(self.rooms, self.now, too_big=too_big)
        for room in self.rooms:
            room.channel = None
            room.change(State.WAITING, Kind.LOST)
        self.now += 1
        return barred.topic.name if barred else None


def test_all_topics_are_joined_at_once_until_something_breaks() -> None:
    socket = Socket("a:staff", "queue", "b:staff")
    assert socket.join() == ["a:staff", "queue", "b:staff"]


def test_a_message_that_is_too_big_bars_the_only_presences_there_are_and_those_only() -> None:
    socket = Socket("queue", "a:staff")
    socket.all_join()
    assert socket.breaks(too_big=True) == "a:staff"
    assert socket.join() == ["queue", "a:staff"]
    assert [room.presences for room in socket.rooms] == [False, False]
    assert not socket.caution.bars("b:staff", socket.now)
    socket.now += 299
    assert not socket.caution.bars("a:staff", socket.now)


def test_of_many_the_one_that_is_too_big_is_found_by_joining_them_one_by_one() -> None:
    socket = Socket("a:staff", "b:staff", "c:staff", "queue")
    socket.all_join()
    assert socket.breaks(too_big=True) is None
    assert socket.join() == ["queue"]
    assert socket.caution.join_at(socket.room("a:staff"), socket.rooms, socket.now) == math.inf
    socket.joined("queue")
    assert socket.caution.join_at(socket.room("a:staff"), socket.rooms, socket.now) == socket.now + 2
    socket.now += 2
    assert socket.join() == ["a:staff"]
    socket.joined("a:staff")
    socket.now += 2
    assert socket.join() == ["b:staff"]
    socket.joined("b:staff")
    socket.now += 0.1
    assert socket.breaks(too_big=True) == "b:staff"
    assert socket.all_join() == [["b:staff", "queue"], ["a:staff"], ["c:staff"]]
    assert [room.presences for room in socket.rooms] == [True, False, True, False]


def test_breaks_for_other_reasons_bar_after_two_right_after_the_same_join() -> None:
    socket = Socket("queue", "a:staff")
    for _ in range(2):
        socket.all_join(-49.5)
        assert socket.breaks() is None
    assert socket.join() == ["queue"], "from here on with care"
    for expected in (None, "a:staff"):
        socket.joined(*socket.join(), "queue")
        socket.now += 2
        assert socket.join() == ["a:staff"]
        assert socket.breaks() == expected
        socket.join()
    assert socket.room("a:staff").channel is not None
    assert not socket.room("a:staff").presences


def test_a_connection_that_breaks_now_and_then_bars_nobody() -> None:
    socket = Socket("queue", "a:staff")
    for _ in range(2):
        socket.all_join(-49.5)
        assert socket.breaks() is None
    for _ in range(10):
        assert socket.join() == ["queue"]
        socket.joined("queue")
        assert socket.breaks() is None, "before the presences were joined"
        socket.joined(*socket.join())
        socket.now += 2
        assert socket.join() == ["a:staff"]
        assert socket.breaks() is None, "right after, once"
        socket.all_join()
        assert socket.breaks() is None, "and long after, so that it was not they"


def test_what_was_barred_is_tried_alone_when_that_is_over() -> None:
    socket = Socket("a:staff", "queue")
    socket.all_join()
    assert socket.breaks(too_big=True) == "a:staff"
    socket.all_join()
    socket.now += 300
    room = socket.room("a:staff")
    assert socket.caution.invites(room, socket.now)
    room.channel = None
    room.change(State.WAITING, Kind.LOST)
    assert socket.join() == ["a:staff"]
    assert room.presences
    assert socket.breaks(too_big=True) == "a:staff"
    for number in range(1_000):
        socket.rooms = [Room(Topic(f"{number}:staff", "ada"))]
        socket.all_join(400)
        assert socket.breaks(too_big=True) == f"{number}:staff"
    assert len(socket.caution._barred) <= 2
