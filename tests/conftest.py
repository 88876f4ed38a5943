"""What all tests share: a real local stack for each worker, and how the files are spread over the workers."""

from __future__ import annotations

import functools
import re
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from zlib import crc32

import httpx._transports.default as _transports
import pytest

if TYPE_CHECKING:
    from helpdesk_sdk.local import Stack


# A run in the background is started with SIGINT ignored, and so would be every program that the tests interrupt.
signal.signal(signal.SIGINT, signal.default_int_handler)

# httpx reads all authorities for each client, also for one on loopback: 40 ms each time.
_transports.create_ssl_context = functools.cache(_transports.create_ssl_context)  # type: ignore[attr-defined]

# The folders with the longest files first, so that the workers end at the same time.
_ORDER = ("benchmarks", "console", "functions", "e2e", "local", "sdk", "cli", "db")


def pytest_addoption(parser: pytest.Parser) -> None:
    """`make test-all` gives it."""
    parser.addoption("--all", action="store_true", help="the whole matrix over HTTP, not a sample; tests of the night")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave the tests of the night to --all; put the long files first when several workers share them."""
    if not config.getoption("--all"):
        config.hook.pytest_deselected(items=[item for item in items if _is_for_the_night(item)])
        items[:] = [item for item in items if not _is_for_the_night(item)]
    if hasattr(config, "workerinput"):
        items.sort(key=_rank)


def _is_for_the_night(item: pytest.Item) -> bool:
    """Those that are marked, and 19 of 20 that ask PostgreSQL 16 what PostgreSQL 18 is asked, too."""
    if item.get_closest_marker("night"):
        return True
    marker = item.get_closest_marker("sample")
    one_in = 20 if _version_of(item.nodeid) == "pg16" else marker.args[0] if marker else 1
    return crc32(item.nodeid.encode()) % one_in > 0


def _version_of(nodeid: str) -> str | None:
    found = re.search(r"\[(?:.+-)?(pg\d+)\b", nodeid)
    return found[1] if found else None


def _rank(item: pytest.Item) -> int:
    folder = item.path.relative_to(Path(__file__).parent).parts[0]
    return _ORDER.index(folder) if folder in _ORDER else len(_ORDER)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> object:
    """Keep a file's tests in one worker, as `--dist loadfile` does.

    Those for PostgreSQL 16 stay together in one worker, which alone starts that server; the stories of a file go by
    themselves.
    """
    if config.getoption("dist") not in ("load", "loadfile"):
        return None
    from xdist.scheduler import LoadScopeScheduling  # type: ignore[import-untyped]

    config.option.loadscopereorder = False
    scheduler = LoadScopeScheduling(config, log)
    scheduler._split_scope = _file_and_server
    return scheduler


def _file_and_server(nodeid: str) -> str:
    if _version_of(nodeid) == "pg16":
        return "pg16"
    stories = re.search(r"\[(\w+\.ts):", nodeid)
    return nodeid.partition("::")[0] + (stories[1] if stories else "")


@pytest.fixture(scope="session")
def stack() -> Iterator[Stack]:
    """An ephemeral stack with all migrations; tests share it, so each makes its own people and tickets."""
    from helpdesk_sdk.local import Stack

    with Stack.start(ephemeral=True) as running:
        yield running


@pytest.fixture(scope="session")
def helpdesk_stack(stack: Stack) -> Stack:
    """The plugin's helpdesks live on the same stack."""
    return stack


@pytest.fixture(scope="session")
def reachable() -> Iterator[Path]:
    """A directory that any user may pass through: pytest closes its own to others whenever a session begins."""
    with tempfile.TemporaryDirectory(prefix="helpdesk-tests-") as name:
        place = Path(name)
        place.chmod(0o711)
        yield place


@pytest.fixture
def place(reachable: Path) -> Iterator[Path]:
    """A fresh directory for one test, below `reachable`."""
    with tempfile.TemporaryDirectory(dir=reachable) as name:
        Path(name).chmod(0o711)
        yield Path(name)
