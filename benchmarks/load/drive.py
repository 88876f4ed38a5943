"""Runs Locust against a stack, with people who are signed in, and watches what is busy meanwhile."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil
import psycopg

from benchmarks.load.model import TEAMS, Load
from benchmarks.load.report import Run, Sample
from benchmarks.load.subscribers import Subscribers
from helpdesk_sdk import Helpdesk
from helpdesk_sdk.local import Stack
from helpdesk_sdk.scripted_provider import ScriptedProvider

_ROOT = Path(__file__).parents[2]
_PASSWORD = secrets.token_urlsafe(12)
_ACTIVITY = """
select count(*), count(*) filter (where state <> 'idle'), count(*) filter (where wait_event_type = 'Lock')
from pg_stat_activity where backend_type = 'client backend' and pid <> pg_backend_pid()
"""


@dataclass(frozen=True)
class SignedIn:
    """One person's token."""

    token: str
    email: str
    is_agent: bool
    seed: int


@contextmanager
def stack_with_model() -> Iterator[Stack]:
    """A stack of its own, whose functions ask a scripted model that answers at once."""
    with ScriptedProvider() as provider, tempfile.TemporaryDirectory(prefix="helpdesk-load-") as name:
        project = Path(name)
        # PostgreSQL may run as another user.
        project.chmod(0o711)
        for part in ("migrations", "functions"):
            shutil.copytree(_ROOT / "supabase" / part, project / part)
        shutil.copy(_ROOT / "supabase" / "config.toml", project)
        lines = [f"{key}={value}\n" for key, value in provider.environment.items()]
        (project / "functions" / ".env").write_text("".join(lines), encoding="utf-8")
        with Stack.start(project=project, ephemeral=True) as stack:
            yield stack


def sign_in(stack: Stack, people: int) -> list[SignedIn]:
    """Make people and sign them in: one in five is an agent, in one of five teams; each customer has two tickets."""
    info = stack.info
    with Helpdesk(info.api_url, info.secret_key) as system:
        known = {team.name for team in system.teams.list()}
        for number in range(TEAMS):
            if f"Load {number}" not in known:
                system.teams.create(f"Load {number}", is_public=True)

        def one(number: int) -> SignedIn:
            email, is_agent = f"load-{secrets.token_hex(6)}@example.com", number % 5 == 0
            with Helpdesk(info.api_url, info.publishable_key) as hd:
                hd.auth.sign_up(email, _PASSWORD, name=f"Load {number}")
                session = hd.auth.sign_in(email, _PASSWORD)
                team = f"Load {number % TEAMS}"
                if is_agent:
                    system.users.set_role(email, "agent")
                    system.teams.add_member(f"Load {number // 5 % TEAMS}", email)
                else:
                    for _ in range(2):
                        hd.tickets.create("About a delivery", "Before the load.", team=team)
            return SignedIn(session.access_token.get_secret_value(), email, is_agent, number)

        with ThreadPoolExecutor(4) as pool:
            return list(pool.map(one, range(people)))


def run(stack: Stack, load: Load, people: list[SignedIn]) -> Run:
    """Run Locust once, and read what it has measured.

    Raises:
        BoundsError: The load is out of bounds.
        RuntimeError: Locust failed.
    """
    info = stack.info
    load.check(info.api_url)
    with tempfile.TemporaryDirectory() as directory:
        results = Path(directory) / "results"
        plan = {
            "url": info.api_url,
            "key": info.publishable_key,
            "load": asdict(load),
            "password": _PASSWORD,
            "people": [asdict(one) for one in people[: load.people]],
            "results": str(results),
        }
        env = {**os.environ, "HELPDESK_LOAD_PLAN": json.dumps(plan), "PYTHONPATH": str(_ROOT)}
        command = [sys.executable, "-m", "locust", "--headless", "--only-summary", "--skip-log", "-f"]
        command += [str(Path(__file__).with_name("locustfile.py")), "--users", str(load.people)]
        command += ["--spawn-rate", str(load.people), "--run-time", f"{load.seconds}s", "--exit-code-on-error", "0"]
        began = time.monotonic()
        tokens = [one.token for one in people[: load.subscribers]]
        following = Subscribers(info.api_url, info.publishable_key, tokens)
        with (
            following,
            subprocess.Popen(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process,
        ):
            samples = list(_watch(stack, process))
            output = process.communicate()[0]
        seconds = time.monotonic() - began
        if process.returncode != 0 or not results.exists():
            raise RuntimeError(f"Locust failed: {output[-2000:]}")
        done = Run(load, min(seconds, float(load.seconds)), samples=samples)
        done.deliveries = following.deliveries if tokens else None
        for line in results.read_text("utf-8").splitlines():
            name, took, reason = json.loads(line)
            done.times.setdefault(name, []).append(took)
            if reason is not None:
                done.errors[f"{name}: {reason}"] += 1
        return done


def _watch(stack: Stack, generator: subprocess.Popen[str]) -> list[Sample]:
    """What is busy, once a second until the generator ends."""
    found: list[Sample] = []
    groups = {"database": _parts(stack, "postgres"), "gateway": _parts(stack, "deno"), "generator": {generator.pid}}
    with psycopg.connect(stack.info.db_url, autocommit=True) as db:
        before, at = _cpu(groups), time.monotonic()
        psutil.cpu_percent(percpu=True)
        while generator.poll() is None:
            time.sleep(1)
            # A connection is a process of the database.
            groups["database"] |= _parts(stack, "postgres")
            after, now = _cpu(groups), time.monotonic()
            used = {name: (after[name] - before[name]) / (now - at) for name in after}
            row = db.execute(_ACTIVITY).fetchone()
            assert row is not None
            connections, active, lock_waits = row
            machine = sum(psutil.cpu_percent(percpu=True)) / 100
            found.append(
                Sample(used["gateway"], used["database"], used["generator"], connections, active, lock_waits, machine)
            )
            before, at = after, now
    return found[1:-1] or found


def _parts(stack: Stack, name: str) -> set[int]:
    """The processes of this stack with that name: others may run on this machine."""
    found: set[int] = set()
    for process in psutil.process_iter(["name", "cmdline"]):
        words = " ".join(process.info["cmdline"] or ())
        if process.info["name"] == name and stack.info.data_dir in words:
            found |= {process.pid, *(child.pid for child in process.children(recursive=True))}
    return found


def _cpu(groups: dict[str, set[int]]) -> dict[str, float]:
    """Processor seconds so far, of each group of processes."""
    total = dict.fromkeys(groups, 0.0)
    for name, processes in groups.items():
        for pid in processes:
            with suppress(psutil.Error):
                times = psutil.Process(pid).cpu_times()
                total[name] += times.user + times.system
    return total
