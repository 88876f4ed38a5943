"""The PostgreSQL server: starts, stops, keeps its data, and does not outlive its program."""

from __future__ import annotations

import importlib.util
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
import pytest
from tests.local.support import eventually, gone, is_root

from helpdesk_sdk.local.errors import AlreadyRunningError
from helpdesk_sdk.local.postgres import Postgres

_SERVE = """
import sys, pathlib
from helpdesk_sdk.local.postgres import Postgres
server = Postgres(pathlib.Path(sys.argv[1]), durable=False)
server.start()
print(server.pid, flush=True)
sys.stdin.read()
"""


def _older() -> Path:
    spec = importlib.util.find_spec("pgserver")
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent / "pginstall" / "bin"


@pytest.fixture
def server(place: Path) -> Iterator[Postgres]:
    with Postgres(place / "server", durable=False) as server:
        yield server


@pytest.mark.parametrize(("bin_dir", "major"), [(None, 18), (_older(), 16)])
def test_it_serves_utf8_with_vectors(place: Path, bin_dir: Path | None, major: int) -> None:
    with Postgres(place, bin_dir=bin_dir, durable=False) as server, psycopg.connect(server.url()) as db:
        assert server.major == major
        db.execute("create extension vector")
        row = db.execute("select current_setting('server_encoding'), lower('ÄÉ'), '[1,2]'::vector::text").fetchone()
        assert row == ("UTF8", "äé", "[1,2]")


def test_data_and_password_survive_a_restart(place: Path) -> None:
    with Postgres(place) as server, psycopg.connect(server.url()) as db:
        db.execute("create table kept as select 42 as answer")
    with Postgres(place) as server, psycopg.connect(server.url()) as db:
        assert db.execute("select answer from kept").fetchone() == (42,)


def test_a_wrong_password_is_refused(server: Postgres) -> None:
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(server.url().replace(server.password, "guessed"))


def test_it_listens_on_loopback_only(server: Postgres) -> None:
    assert server.pid
    sockets = [c.laddr for c in psutil.Process(server.pid).net_connections() if c.status == psutil.CONN_LISTEN]
    assert {address.ip for address in sockets} == {"127.0.0.1"}


def test_the_password_is_nobody_elses_business(server: Postgres) -> None:
    assert (server.directory / "postgres.password").stat().st_mode & 0o077 == 0
    assert server.pid
    assert not [word for word in psutil.Process(server.pid).cmdline() if server.password in word]


def test_two_servers_cannot_share_a_directory(server: Postgres) -> None:
    with pytest.raises(AlreadyRunningError, match=str(server.pid)):
        Postgres(server.directory).start()


@pytest.mark.skipif(sys.platform != "linux", reason="needs Linux, whose kernel ends a child together with its parent")
def test_it_dies_with_its_program(place: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", _SERVE, place], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as program:
        assert program.stdout
        server = psutil.Process(int(program.stdout.readline()))
        family = [server, *server.children(recursive=True)]
        program.kill()
    eventually(lambda: gone(family), "the server's processes end")
    with Postgres(place, durable=False) as again, psycopg.connect(again.url()) as db:
        assert db.execute("select 1").fetchone() == (1,)


def test_an_interrupted_initdb_is_done_again(place: Path) -> None:
    half = place / "postgres" / "new"
    half.mkdir(parents=True)
    (half / "PG_VERSION").write_text("18\n")
    with Postgres(place, durable=False) as server, psycopg.connect(server.url()) as db:
        assert db.execute("select 1").fetchone() == (1,)


def test_a_killed_server_comes_back_with_what_was_committed(place: Path) -> None:
    with Postgres(place) as server:
        with psycopg.connect(server.url()) as db:
            db.execute("create table kept as select 42 as answer")
        assert server.pid
        family = psutil.Process(server.pid).children(recursive=True)
        os.kill(server.pid, signal.SIGKILL)
        eventually(lambda: gone(family), "its children end")
        server.start()
        with psycopg.connect(server.url()) as db:
            assert db.execute("select answer from kept").fetchone() == (42,)


@pytest.mark.skipif(not is_root(), reason="needs root: PostgreSQL refuses to run as root, so another user runs it")
def test_as_root_it_runs_as_somebody_else(server: Postgres) -> None:
    assert server.pid
    assert psutil.Process(server.pid).uids().effective != 0
