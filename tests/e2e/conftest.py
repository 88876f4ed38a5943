"""Fixtures of the end-to-end tests: a fresh helpdesk for each, on the stack that all tests share."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from helpdesk_sdk import Helpdesk

if TYPE_CHECKING:
    from helpdesk_sdk.local import Stack
    from helpdesk_sdk.testing import Project


@pytest.fixture(scope="session")
def helpdesk_stack(stack: Stack) -> Stack:
    """The plugin's helpdesks live on the one stack of the run."""
    return stack


@pytest.fixture
def system(helpdesk_project: Project) -> Iterator[Helpdesk]:
    """A client with the secret key."""
    with Helpdesk(helpdesk_project.url, helpdesk_project.secret_key) as client:
        yield client
