"""A stack as a whole: what it tells, what it survives, what it leaves."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import httpx
import psutil
import psycopg
import pytest
from tests.local.support import PROJECT, answers, each, eventually, get, gone, processes_of

import helpdesk_sdk
from helpdesk_sdk.local import AlreadyRunningError, MigrationError, NotRunningError, PortTakenError, Stack, StackInfo
from helpdesk_sdk.local.stack import _SUPERVISE

pytestmark = pytest.mark.sample(2)

_HOLD = """
import json, sys
from helpdesk_sdk.local import Stack
stack = Stack.start(sys.argv[1] or None, ephemeral=not sys.argv[1])
print(json.dumps(stack.info.as_dict()), flush=True)
sys.stdin.read()
"""


@pytest.fixture(scope="module")
def kept_directory(reachable: Path) -> Path:
    """A data directory for the tests that start a stack themselves: only the first start is a cold one."""
    return reachable / "kept"


@pytest.fixture(scope="module")
def running(reachable: Path) -> Iterator[Stack]:
    """A durable stack for the tests that do not end it; some break it, and it heals."""
    with Stack.start(reachable / "running") as stack:
        yield stack


@pytest.fixture
def stack(running: Stack) -> Stack:
    """That stack, as it is now: its processes may be others than at the start."""
    running.refresh()
    return running


def hold(directory: Path | str, **environment: str) -> tuple[subprocess.Popen[bytes], list[psutil.Process], StackInfo]:
    """Another program that runs a stack, and the processes of that stack."""
    program = subprocess.Popen(
        [sys.executable, "-c", _HOLD, str(directory)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=os.environ | environment,
    )
    assert program.stdout
    info = StackInfo(**json.loads(program.stdout.readline()))
    return program, processes_of(info), info


def reap(program: subprocess.Popen[bytes]) -> None:
    for pipe in (program.stdin, program.stdout):
        assert pipe
        pipe.close()
    program.wait(60)


def test_it_tells_where_everything_is(stack: Stack) -> None:
    info = stack.info
    assert info.api_url == f"http://127.0.0.1:{info.port}"
    assert info.publishable_key.startswith("sb_publishable_")
    assert info.secret_key.startswith("sb_secret_")
    assert info.schema_version == max(path.name.split("_")[0] for path in (PROJECT / "migrations").glob("*.sql"))
    with psycopg.connect(info.db_url) as db:
        assert db.execute("select helpdesk.schema_version()").fetchone() == (info.schema_version,)
    assert answers(info)
    assert Stack.find(info.data_dir).info == info


def test_it_is_small(stack: Stack) -> None:
    assert answers(stack.info)
    assert get(stack.info, "/functions/v1/health").status_code == 200
    used = sum(each(processes_of(stack.info), lambda process: int(process.memory_full_info().pss)))
    assert used < 350 * 1024 * 1024


def test_only_its_owner_can_read_its_keys(stack: Stack) -> None:
    home = Path(stack.info.data_dir)
    for name in ("secrets.json", "stack.json", "postgres.password"):
        assert (home / name).stat().st_mode & 0o077 == 0, name
    assert (home / ".gitignore").read_text() == "*\n"
    words = [word for line in each(processes_of(stack.info), lambda process: process.cmdline()) for word in line]
    assert not [word for word in words if stack.info.secret_key in word or stack.info.db_url in word]


def test_keys_and_data_survive_a_restart(kept_directory: Path) -> None:
    with Stack.start(kept_directory) as first, psycopg.connect(first.info.db_url) as db:
        db.execute("create table if not exists public.kept (answer int)")
        db.execute("insert into public.kept values (42)")
        processes = processes_of(first.info)
    eventually(lambda: gone(processes), "all processes of the first run end")
    with Stack.start(kept_directory) as second, psycopg.connect(second.info.db_url) as db:
        assert second.info.secret_key == first.info.secret_key
        row = db.execute("select max(answer) from public.kept").fetchone()
        assert row == (42,)


def test_two_stacks_live_side_by_side(stack: Stack) -> None:
    with Stack.start(ephemeral=True) as other:
        assert answers(stack.info)
        assert answers(other.info)
        assert get(other.info, "/rest/v1/tickets", apikey=stack.info.secret_key).status_code == 401


def test_a_directory_has_one_stack(stack: Stack) -> None:
    with pytest.raises(AlreadyRunningError, match=r"A stack runs on .*helpdesk down"):
        Stack.start(stack.info.data_dir)
    assert answers(stack.info)


def test_a_taken_port_is_named(stack: Stack, place: Path) -> None:
    with pytest.raises(PortTakenError, match=rf"Port {stack.info.port} is taken.*--port 0"):
        Stack.start(place, port=stack.info.port)
    with pytest.raises(NotRunningError, match="helpdesk up"):
        Stack.find(place)


def test_a_killed_gateway_comes_back_on_its_port(stack: Stack) -> None:
    get(stack.info, "/functions/v1/health").raise_for_status()
    gateway = psutil.Process(stack.info.pids["gateway"])
    functions = gateway.children()
    assert functions
    gateway.kill()
    eventually(lambda: answers(stack.info), "the gateway answers again")
    eventually(lambda: gone(functions), "the functions of the old gateway end")
    assert stack.refresh().pids["gateway"] != gateway.pid
    claims = {"sub": "00000000-0000-4000-8000-000000000000", "role": "anon"}
    with psycopg.connect(stack.info.db_url) as db:
        db.execute("select set_config('request.jwt.claims', %s, true)", (json.dumps(claims),))
        assert db.execute("select auth.uid()::text, auth.role()").fetchone() == (claims["sub"], claims["role"])


def test_a_killed_database_comes_back(stack: Stack) -> None:
    """Requests meanwhile are told to try again: 503, or the connection is refused, never 500."""
    gateway = stack.info.pids["gateway"]
    assert answers(stack.info)
    os.kill(stack.info.pids["postgres"], signal.SIGKILL)
    seen: set[int] = set()

    def well() -> bool:
        try:
            seen.add(get(stack.info, "/rest/v1/tickets?limit=1").status_code)
        except httpx.TransportError:
            return False
        return 200 in seen and bool(seen & {503})

    eventually(lambda: well() or answers(stack.info), "the database is back")
    eventually(lambda: answers(stack.info), "the Data API answers again")
    assert seen <= {200, 503}
    assert stack.refresh().pids["gateway"] == gateway


def test_a_stopped_database_is_503_everywhere(stack: Stack) -> None:
    """The supervisor is held still, so that the database stays away for as long as we look."""
    supervisor = psutil.Process(stack.info.pids["supervisor"])
    assert answers(stack.info)
    supervisor.suspend()
    try:
        os.kill(stack.info.pids["postgres"], signal.SIGINT)
        eventually(lambda: get(stack.info, "/rest/v1/tickets").status_code == 503, "the Data API says 503")
        sign_in = {"email": "a@example.com", "password": "long enough"}
        post = httpx.post(
            f"{stack.info.api_url}/auth/v1/token?grant_type=password",
            headers={"apikey": stack.info.publishable_key},
            json=sign_in,
            timeout=30,
        )
        assert post.status_code == 503
        assert post.headers["retry-after"] == "1"
        assert get(stack.info, "/auth/v1/admin/users").status_code == 503
        health = get(stack.info, "/functions/v1/health")
        assert (health.status_code, health.json()["database"]) == (503, "unreachable")
    finally:
        supervisor.resume()
    eventually(lambda: answers(stack.info), "the database is back")


@pytest.mark.skipif(sys.platform != "linux", reason="needs Linux, whose kernel ends a child together with its parent")
def test_a_killed_supervisor_leaves_nothing(kept_directory: Path) -> None:
    program, processes, info = hold(kept_directory)
    get(info, "/functions/v1/health").raise_for_status()
    processes += psutil.Process(info.pids["gateway"]).children()
    os.kill(info.pids["supervisor"], signal.SIGKILL)
    eventually(lambda: gone(processes), "all processes end")
    with pytest.raises(NotRunningError):
        Stack.find(kept_directory)
    reap(program)
    with Stack.start(kept_directory) as again:
        assert answers(again.info)


def test_a_killed_program_leaves_nothing(kept_directory: Path) -> None:
    program, processes, _ = hold(kept_directory)
    program.kill()
    eventually(lambda: gone(processes), "all processes end")
    reap(program)


def test_an_ephemeral_stack_leaves_nothing() -> None:
    with Stack.start(ephemeral=True) as stack:
        directory = Path(stack.info.data_dir)
        # Where there is much memory, it is there.
        database = (directory / "postgres").resolve()
        processes = processes_of(stack.info)
        assert directory.exists()
        assert (database / "data" / "PG_VERSION").exists()
    assert not directory.exists()
    assert not database.exists()
    assert gone(processes)


def test_what_a_killed_ephemeral_stack_left_is_removed_by_the_next(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A directory of its own: the stacks of other workers would remove it too.
    monkeypatch.setattr(tempfile, "tempdir", str(place))
    program, processes, info = hold("", TMPDIR=str(place))
    assert Path(info.data_dir).parent == place
    os.kill(info.pids["supervisor"], signal.SIGKILL)
    eventually(lambda: gone(processes), "all processes end")
    reap(program)
    assert Path(info.data_dir).exists()
    with Stack.start(ephemeral=True):
        assert not Path(info.data_dir).exists()


def test_a_migration_that_fails_stops_the_start(place: Path) -> None:
    project = place / "project"
    (project / "migrations").mkdir(parents=True)
    (project / "functions").mkdir()
    (project / "config.toml").write_text('project_id = "x"\n')
    (project / "migrations" / "20260101000000_bad.sql").write_text("create table public.x ();\nselect nonsense;\n")
    with pytest.raises(MigrationError) as caught:
        Stack.start(place / "data", project=project)
    assert (caught.value.file, caught.value.line) == ("20260101000000_bad.sql", 2)
    (project / "migrations" / "20260101000000_bad.sql").write_text("create table public.x ();\n")
    with Stack.start(place / "data", project=project) as stack:
        assert stack.info.schema_version == "20260101000000"


def test_the_supervisor_loads_its_own_modules_only() -> None:
    """It lives as long as the stack: what it imports costs memory all the time."""
    look = _SUPERVISE.replace("sys.exit(main())", "print(sorted({'pydantic', 'httpx', 'supabase'} & set(sys.modules)))")
    package = str(Path(helpdesk_sdk.__file__).parent)
    done = subprocess.run([sys.executable, "-c", look, package], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
