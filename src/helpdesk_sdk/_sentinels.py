"""Values that say something no ordinary value can."""

from __future__ import annotations

from enum import Enum
from typing import Literal


class Sentinel(Enum):
    """UNSET: leave it as it is. LATEST: whatever it is now."""

    UNSET = "UNSET"
    LATEST = "LATEST"

    def __repr__(self) -> str:
        return self.value


Unset = Literal[Sentinel.UNSET]
Latest = Literal[Sentinel.LATEST]
UNSET: Unset = Sentinel.UNSET
LATEST: Latest = Sentinel.LATEST
