"""Times on the command line: ISO 8601 and nothing else."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
import typer
from tests.cli.support import Cli

from helpdesk_cli._base.output import local_time
from helpdesk_cli._base.times import parse_time


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("2026-01-31T12:00:00Z", datetime(2026, 1, 31, 12, tzinfo=UTC)),
        ("2026-01-31t12:00:00.5z", datetime(2026, 1, 31, 12, 0, 0, 500_000, tzinfo=UTC)),
        ("2026-01-31 12:00+02:00", datetime(2026, 1, 31, 10, tzinfo=UTC)),
        ("2026-01-31T12:00:00-0530", datetime(2026, 1, 31, 17, 30, tzinfo=UTC)),
        ("2026-01-31", datetime(2026, 1, 31).astimezone(UTC)),
    ],
)
def test_iso_times(text: str, time: datetime) -> None:
    assert parse_time(text) == time


@pytest.mark.parametrize(
    "text",
    [
        *("20260131", "1", "0", "-1", "1e9", "nan", "today", ""),
        *("2026", "2026-02-30", "2026-1-31", "31.01.2026", "10000-01-01", "\uff12026-01-31"),
        *("2026-01-31T24:30", "2026-01-31T12:00+99:00", "0001-01-01T00:00+14:00", "9999-12-31T23:59:59-01:00"),
    ],
)
def test_anything_else_is_refused_in_a_sentence(text: str, cli: Cli) -> None:
    with pytest.raises(typer.BadParameter, match=r"is not a time: write 2026-01-31|There is no time"):
        parse_time(text)
    done = cli("tickets", "list", f"--created-after={text}", "--json", code=2)
    assert "--created-after" in done.error["message"]


@pytest.fixture
def far_east(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A machine where it is fourteen hours later than in UTC."""
    monkeypatch.setenv("TZ", "XXX-14")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def test_the_ends_of_time_in_the_local_time_zone(far_east: None) -> None:
    assert local_time(datetime(2026, 1, 31, 12, tzinfo=UTC)) == "2026-02-01 02:00"
    assert local_time(datetime.max.replace(tzinfo=UTC)) == "9999-12-31 23:59"
    with pytest.raises(typer.BadParameter, match="There is no time"):
        parse_time("0001-01-01")
