"""The gateway's files on disk: the functions' `.env`, and the lock of the installation."""

from __future__ import annotations

import select
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import pytest

from helpdesk_sdk.local import _gateway, _project_settings
from helpdesk_sdk.local.errors import StackError

_ENV = """\
# a comment
  # X=1
PLAIN=value
export EXPORTED=1
SPACED = around
NOTED=x # note
HASH=a#b
SINGLE='it # stays'
DOUBLE="two words"
LINES="first\\nsecond"
EMPTY=
EQUALS=a=b==
LITERAL=${HOME}
NAME_ONLY
"""


def test_the_env_file_is_read_as_supabase_reads_it(tmp_path: Path) -> None:
    path = tmp_path / ".env"
    path.write_text(_ENV, "utf-8")
    assert _project_settings._read_env(path) == {
        "PLAIN": "value",
        "EXPORTED": "1",
        "SPACED": "around",
        "NOTED": "x",
        "HASH": "a#b",
        "SINGLE": "it # stays",
        "DOUBLE": "two words",
        "LINES": "first\nsecond",
        "EMPTY": "",
        "EQUALS": "a=b==",
        "LITERAL": "${HOME}",
    }


def test_a_project_without_an_env_file_has_no_variables(tmp_path: Path) -> None:
    assert _project_settings._read_env(tmp_path / ".env") == {}


_HOLD = """
import sys
from pathlib import Path
from helpdesk_sdk.local import _gateway
with _gateway._locked(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


@contextmanager
def _holder(path: Path) -> Iterator[tuple[subprocess.Popen[str], IO[str]]]:
    """A process that prints `held` when it has the lock, and keeps it."""
    command = [sys.executable, "-c", _HOLD, str(path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        try:
            yield process, process.stdout
        finally:
            process.kill()


def test_the_lock_excludes_other_processes_and_a_killed_holder_frees_it(tmp_path: Path) -> None:
    path = tmp_path / "new" / "gateway.lock"
    with _holder(path) as (first, first_output):
        assert first_output.readline() == "held\n"
        with _holder(path) as (_, second_output):
            assert not select.select([second_output], [], [], 0.5)[0]
            first.kill()
            assert second_output.readline() == "held\n"
    with _gateway._locked(path):
        assert path.stat().st_mode & 0o022 == 0


def test_a_cache_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StackError, match="cannot be written") as caught, _gateway._locked(tmp_path / "file" / "lock"):
        pass
    assert caught.value.hint == "Set HELPDESK_CACHE_DIR to a writable directory."
