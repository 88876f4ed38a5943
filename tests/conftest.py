"""What all tests share: one real local stack for the whole run, started when the first test asks for it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from helpdesk_sdk.local import Stack


@pytest.fixture(scope="session")
def stack() -> Iterator[Stack]:
    """An ephemeral stack with all migrations; tests share it, so each makes its own people and tickets."""
    from helpdesk_sdk.local import Stack

    with Stack.start(ephemeral=True) as running:
        yield running
