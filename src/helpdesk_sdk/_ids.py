"""Ids are made by the client, so that every create can be repeated.

UUID version 7 of RFC 9562: 48 bits of Unix milliseconds, then random bits. Python has it from 3.14 on; for older
versions this is section 6.2, method 2 ("monotonic random") of the RFC: within a millisecond the random part grows by
a random step.
"""

from __future__ import annotations

import os
import threading
import time
import uuid

_RANDOM_BITS = 74
_lock = threading.Lock()
_last = (0, 0)


def _uuid7() -> uuid.UUID:
    global _last
    with _lock:
        now, entropy = time.time_ns() // 1_000_000, int.from_bytes(os.urandom(10))
        millis, tail = _last
        if now > millis:
            # The highest bit stays free, so that there is room to count within the millisecond.
            millis, tail = now, entropy >> (80 - _RANDOM_BITS + 1)
        else:
            # Same millisecond, or the clock went back: keep the time and count on.
            tail += 1 + (entropy & 0xFFFFFFFF)
            if tail >> _RANDOM_BITS:
                millis, tail = millis + 1, entropy >> (80 - _RANDOM_BITS + 1)
        _last = (millis, tail)
    value = millis << 80 | 0x7 << 76 | (tail >> 62) << 64 | 0b10 << 62 | tail & ((1 << 62) - 1)
    return uuid.UUID(int=value)


def _forget() -> None:
    global _last, _lock
    _last, _lock = (0, 0), threading.Lock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget)


def new_id() -> uuid.UUID:
    """A new UUIDv7; within one process, later ids compare greater."""
    standard = getattr(uuid, "uuid7", None)
    return standard() if standard is not None else _uuid7()
