"""Where a stack writes what nobody keeps: the database in memory where there is plenty, all else in temporary files."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import psutil
import pytest

from helpdesk_sdk.local import _home


@pytest.fixture
def memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A directory that stands for shared memory, on a machine with 64 GB."""
    monkeypatch.delenv("TMPDIR", raising=False)
    made = tmp_path / "shm"
    made.mkdir()
    monkeypatch.setattr(_home, "_SHARED_MEMORY", made)
    monkeypatch.setattr(_home, "_ROOM", 1)
    return made


def test_the_database_of_an_ephemeral_stack_is_in_memory(memory: Path) -> None:
    home = _home.ephemeral_home()
    assert home.directory.parent != memory
    (inside,) = memory.iterdir()
    assert (home.directory / "postgres").resolve() == inside
    home.remove()
    assert not home.directory.exists()
    assert list(memory.iterdir()) == []


def test_memory_is_left_alone_where_it_is_scarce(memory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert _home.scratch_dir() == memory
    with monkeypatch.context() as patch:
        patch.setenv("TMPDIR", str(memory.parent))
        assert _home.scratch_dir() != memory
    with monkeypatch.context() as patch:
        patch.setattr(_home, "_SHARED_MEMORY", memory / "absent")
        assert _home.scratch_dir() != memory
    with monkeypatch.context() as patch:
        patch.setattr(psutil, "virtual_memory", lambda: SimpleNamespace(available=1))
        assert _home.scratch_dir() != memory
