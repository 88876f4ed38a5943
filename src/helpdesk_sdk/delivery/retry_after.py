"""How long somebody who does not take a delivery now wants to be left alone."""

from __future__ import annotations

import time
from datetime import UTC
from email.utils import parsedate_to_datetime

LONGEST = 86_400
"""Seconds that a delivery waits at most for a target, whatever the target says."""


def retry_after_seconds(header: str | None) -> int | None:
    """The header ``Retry-After``: seconds, or a date; a day at most. None when it says neither.

    Args:
        header: The value of the header.
    """
    value = (header or "").strip()
    if value.isascii() and value.isdigit():
        return min(int(value[:10]), LONGEST)
    try:
        moment = parsedate_to_datetime(value)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return min(max(0, int(moment.timestamp() - time.time())), LONGEST)
