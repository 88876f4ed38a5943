"""What all tests share: one real local stack for the whole run, started when the first test asks for it."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from helpdesk_sdk.local import Stack


# A run in the background is started with SIGINT ignored, and so would be every program that the tests interrupt.
signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def stack() -> Iterator[Stack]:
    """An ephemeral stack with all migrations; tests share it, so each makes its own people and tickets."""
    from helpdesk_sdk.local import Stack

    with Stack.start(ephemeral=True) as running:
        yield running
