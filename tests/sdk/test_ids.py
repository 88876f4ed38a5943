"""Ids are UUIDv7: ordered by time, never twice."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from uuid import RFC_4122, UUID

import pytest

from helpdesk_sdk import _ids, new_id


@pytest.fixture(autouse=True)
def fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_ids, "_last", (0, 0))


def millis(value: UUID) -> int:
    return value.int >> 80


@pytest.mark.parametrize("make", [new_id, _ids._uuid7])
def test_an_id_says_when_it_was_made(make: object) -> None:
    assert callable(make)
    before = time.time_ns() // 1_000_000
    made = make()
    assert before <= millis(made) <= time.time_ns() // 1_000_000 + 1
    assert (made.version, made.variant) == (7, RFC_4122)


def test_later_ids_are_greater_also_within_a_millisecond() -> None:
    made = [_ids._uuid7() for _ in range(20_000)]
    assert made == sorted(set(made))


def test_threads_never_get_the_same() -> None:
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda _: _ids._uuid7(), range(20_000)))
    assert len(set(made)) == len(made)


def test_a_clock_that_goes_back_does_not_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    first = _ids._uuid7()
    monkeypatch.setattr(_ids, "_last", (millis(first) + 60_000, 5))
    later = _ids._uuid7()
    assert millis(later) == millis(first) + 60_000
    assert later > first


def test_a_full_counter_moves_on_to_the_next_millisecond(monkeypatch: pytest.MonkeyPatch) -> None:
    ahead = time.time_ns() // 1_000_000 + 60_000
    monkeypatch.setattr(_ids, "_last", (ahead, 2**74 - 1))
    assert millis(_ids._uuid7()) == ahead + 1
