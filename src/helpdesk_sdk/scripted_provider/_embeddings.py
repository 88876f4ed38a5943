"""Vectors without a model: texts with the same words are near."""

from __future__ import annotations

import hashlib
import math
import re

DIMENSIONS = 384


def vector_of(text: str) -> list[float]:
    """A vector of 384 numbers and of length 1, the same for the same text: each word adds to three of the numbers."""
    vector = [0.0] * DIMENSIONS
    for word in re.findall(r"\w+", text.lower()) or [""]:
        digest = hashlib.sha256(word.encode()).digest()
        for at in (0, 4, 8):
            sign = 1.0 if digest[at + 3] & 1 else -1.0
            vector[int.from_bytes(digest[at : at + 3]) % DIMENSIONS] += sign
    length = math.sqrt(sum(number * number for number in vector)) or 1.0
    return [number / length for number in vector]
