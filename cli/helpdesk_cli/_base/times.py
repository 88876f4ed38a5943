"""Times on the command line: ISO 8601, in local time unless they name a time zone."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

import typer

# Stricter than datetime.fromisoformat, which also reads 20260131: a number could be meant in another way.
_ISO = re.compile(
    r"\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d([.,]\d{1,6})?)?\s*(Z|[+-]\d\d:?\d\d)?)?", re.ASCII | re.IGNORECASE
)


def parse_time(text: str) -> datetime:
    """A time with a time zone.

    Raises:
        BadParameter: The text is not ISO 8601, or there is no such time.
    """
    given = text.strip()
    if not _ISO.fullmatch(given):
        raise typer.BadParameter(f"{text!r} is not a time: write 2026-01-31 or 2026-01-31T12:00:00")
    try:
        # Python reads the years 1 to 9999. A time zone can lead out of them.
        return datetime.fromisoformat(given.upper().replace(",", ".")).astimezone(UTC)
    except (ValueError, OverflowError, OSError):
        raise typer.BadParameter(f"There is no time {text!r}") from None


def time_option(help: str) -> Any:
    """An option with a time."""
    return typer.Option(
        metavar="TIME", parser=parse_time, help=f"{help}, like 2026-01-31 or 2026-01-31T12:00:00.", show_default=False
    )
