"""Odd surroundings of the stack: state files, closed streams, no home, two starts at once. Each has a way out."""

from __future__ import annotations

import fcntl
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import platformdirs
import pytest
from tests.local.support import helpdesk

from helpdesk_sdk.local import NotRunningError, Stack, StackError, _gateway
from helpdesk_sdk.local._home import Home
from helpdesk_sdk.local.postgres import Postgres

ODD_FILES = [b"", b"[", b"[]", b"null", b"\xff\xfe", b"[" * 100_000]


@pytest.fixture
def home(tmp_path: Path) -> Home:
    made = Home(tmp_path / "data")
    made.create()
    return made


@pytest.fixture(scope="module")
def directory(reachable: Path) -> Iterator[Path]:
    """A data directory in which the tests start stacks; stopped at the end."""
    yield reachable / "odd"
    helpdesk("down", "--data", str(reachable / "odd"))


def test_a_second_up_waits_for_the_first(directory: Path) -> None:
    words = ("up", "--detach", "--json", "--port", "0", "--data", str(directory))
    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(lambda _: helpdesk(*words), range(2))
    assert (first.returncode, second.returncode) == (0, 0), first.stderr + second.stderr
    assert json.loads(first.stdout)["api_url"] == json.loads(second.stdout)["api_url"]


def test_closed_streams_change_nothing(directory: Path) -> None:
    helpdesk("down", "--data", str(directory))
    script = '"$0" -c "$1" up --detach --port 0 --data "$2" <&- >&- 2>&-'
    program = "from helpdesk_cli.main import run; run()"
    done = subprocess.run(["sh", "-c", script, sys.executable, program, str(directory)], timeout=120)
    assert done.returncode == 0
    # The lock is still held: another file did not take its place.
    assert Stack.find(directory).is_running


@pytest.mark.parametrize("content", ODD_FILES)
def test_an_odd_state_file_of_a_running_stack_says_how_to_stop_it(home: Home, content: bytes) -> None:
    (home.directory / "stack.json").write_bytes(content)
    with pytest.raises(NotRunningError):
        Stack.find(home.directory)
    home.acquire()
    with pytest.raises(StackError, match=r"stack\.json cannot be read.*helpdesk down"):
        Stack.find(home.directory)


def test_a_stack_of_another_version_is_named(home: Home) -> None:
    home.acquire()
    home.write_info({"api_url": "http://127.0.0.1:1"})
    with pytest.raises(StackError, match="another version"):
        Stack.find(home.directory)


@pytest.mark.parametrize("content", [*ODD_FILES, b'{"port": "x"}', b'{"port": 70000}'])
def test_an_odd_port_file_is_as_good_as_none(home: Home, content: bytes) -> None:
    (home.directory / "port.json").write_bytes(content)
    assert home.port() is None


@pytest.mark.parametrize("content", ODD_FILES)
def test_odd_keys_are_not_replaced_unasked(home: Home, content: bytes) -> None:
    (home.directory / "secrets.json").write_bytes(content)
    with pytest.raises(StackError, match="Restore it, or delete it"):
        home.secrets()
    assert (home.directory / "secrets.json").read_bytes() == content


def test_a_data_directory_that_cannot_be_one(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StackError, match=r"cannot be the data directory: Not a directory.*--data"):
        Stack.start(tmp_path / "file" / "data")


def test_a_lost_password_is_named(tmp_path: Path) -> None:
    with pytest.raises(StackError, match=r"postgres\.password is missing.*Restore it"):
        Postgres(tmp_path).url()


def test_no_home_and_no_account(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HELPDESK_CACHE_DIR", raising=False)
    monkeypatch.setattr(platformdirs, "user_cache_dir", lambda _: "~/.cache/helpdesk")
    with pytest.raises(StackError, match=r"no home directory.*HELPDESK_CACHE_DIR"):
        _gateway.cache_dir()
    error = Postgres(tmp_path)._initdb_error("initdb: error: could not look up effective user ID 54321: no such user")
    assert "account entry" in error.message
    assert error.hint is not None


def test_looking_at_the_lock_is_not_holding_it(home: Home) -> None:
    (home.directory / "lock").touch()
    descriptor = os.open(home.directory / "lock", os.O_RDWR)
    fcntl.flock(descriptor, fcntl.LOCK_SH)
    threading.Timer(0.1, os.close, (descriptor,)).start()
    home.acquire()
    assert home.is_running()
