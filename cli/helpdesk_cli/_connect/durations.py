"""How long something waits, in a sentence of a check."""

from __future__ import annotations


def duration(seconds: float) -> str:
    """The time in the largest unit that fits, e.g. ``3 h``."""
    for size, unit in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if seconds >= size:
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds:.0f} s"
