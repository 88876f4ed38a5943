"""The load scenario: its bounds, its clock and its report; and that k6 and Artillery ask for what there is."""

from __future__ import annotations

import json
import subprocess
from collections import Counter
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import psycopg
import pytest
import yaml
from benchmarks.load.model import SHARES, BoundsError, Load, next_start, percentile
from benchmarks.load.report import Run, Sample, as_text, saturation
from benchmarks.load.sql_side import run as run_sql

from helpdesk_sdk.local import _gateway
from helpdesk_sdk.testing import Project

LOAD = Path(__file__).parents[2] / "benchmarks" / "load"
STUBS = Path(__file__).with_name("load_stubs.ts")


def test_the_shares_are_percent() -> None:
    assert sum(SHARES.values()) == 100
    assert SHARES["my tickets"] + SHARES["team tickets"] + SHARES["timeline"] + SHARES["search"] == 70


@pytest.mark.parametrize(
    ("load", "url"),
    [
        (Load(), "https://abc.supabase.co"),
        (Load(), "http://localhost.example.com"),
        (Load(), "http://192.168.0.2"),
        (Load(people=201), "http://127.0.0.1:54321"),
        (Load(people=1), "http://127.0.0.1:54321"),
        (Load(seconds=61), "http://127.0.0.1:54321"),
        (Load(seconds=0), "http://127.0.0.1:54321"),
        (Load(rate=0), "http://127.0.0.1:54321"),
        (Load(rate=501), "http://127.0.0.1:54321"),
        (Load(rate=float("nan")), "http://127.0.0.1:54321"),
    ],
)
def test_what_is_out_of_bounds_is_refused(load: Load, url: str) -> None:
    with pytest.raises(BoundsError):
        load.check(url)


@pytest.mark.parametrize("url", ["http://127.0.0.1:54321", "http://localhost:1", "http://[::1]:54321"])
def test_this_machine_is_allowed(url: str) -> None:
    Load(people=200, seconds=60, rate=500).check(url)


def test_a_late_answer_does_not_move_the_schedule() -> None:
    assert next_start(10.0, 10.1, 1.0) == 11.0
    # Three requests were due meanwhile: each counts from when it was due.
    assert next_start(10.0, 13.5, 1.0) == 11.0
    assert next_start(10.0, 13.5, None) == 13.5


def test_percentiles() -> None:
    values = [float(number) for number in range(1, 101)]
    assert [percentile(values, share) for share in (0.5, 0.95, 0.99)] == [50, 95, 99]
    assert percentile([], 0.5) == 0
    assert percentile([7.0], 0.99) == 7


def _run(rate: float | None, milliseconds: float, errors: int = 0, done: float = 1.0) -> Run:
    made = Run(Load(people=10, seconds=10, rate=rate), 10.0)
    made.times["create"] = [milliseconds] * int((rate or 10) * 10 * done)
    if errors:
        made.errors["helpdesk.forbidden"] = errors
    return made


def test_where_a_ramp_saturates() -> None:
    steps = [_run(10, 20), _run(20, 30), _run(40, 41), _run(80, 300)]
    assert saturation(steps) is steps[2]
    assert saturation(steps[:2]) is None
    assert saturation([_run(10, 20), late := _run(20, 21, errors=1)]) is late
    assert saturation([_run(10, 20), short := _run(20, 21, done=0.5)]) is short
    assert saturation([]) is None


@pytest.mark.parametrize(
    ("sample", "said"),
    [
        (Sample(0.9, 0.2, 0.1, 10, 3, 0), "gateway"),
        (Sample(0.3, 0.2, 0.1, 10, 10, 0), "pool"),
        (Sample(0.3, 0.2, 0.1, 10, 3, 4), "locks"),
        (Sample(0.7, 0.8, 0.4, 10, 3, 0), "CPU"),
        (Sample(0.5, 0.5, 0.4, 10, 3, 0, machine=1.9), "CPU"),
        (Sample(0.3, 0.2, 0.1, 10, 3, 0), "nothing"),
    ],
)
def test_what_limits(sample: Sample, said: str) -> None:
    done = _run(10, 20)
    done.samples = [sample] * 5
    assert done.busiest(cores=2).startswith(said)
    assert f"limited by: {said}" in as_text(done, 2)


def test_errors_are_shown_by_reason() -> None:
    text = as_text(_run(10, 20, errors=3), 2)
    assert "errors: helpdesk.forbidden 3" in text
    assert "p50" in text


@pytest.mark.night
def test_the_sql_side_runs(helpdesk_project: Project) -> None:
    helpdesk_project.add_person("agent")
    for number in range(3):
        helpdesk_project.add_person("customer", name=f"C{number}")
    done = run_sql(helpdesk_project.db_url, Load(people=4, seconds=2), connections=2)
    assert not done.errors
    assert set(done.times) <= set(SHARES)
    assert len(done.all_times) > 20
    assert min(done.all_times) > 0


@pytest.fixture(scope="module")
def k6() -> dict[str, Any]:
    """What the script asks for, when k6 is played by stubs."""
    imports = dict.fromkeys(("k6", "k6/http", "k6/ws", "k6/data", "k6/execution"), STUBS.as_uri())
    imports["k6-script"] = (LOAD / "k6.js").as_uri()
    given = json.dumps({"imports": imports})
    command = [str(_gateway.deno_program()), "run", "--no-check", "--no-lock", "--no-config", "--allow-read"]
    command += [f"--import-map=data:application/json,{given}", str(STUBS.with_name("load_driver.ts"))]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_k6_has_the_same_shares_and_thresholds(k6: dict[str, Any]) -> None:
    assert k6["shares"] == SHARES
    assert k6["options"]["scenarios"]["requests"]["executor"] == "constant-arrival-rate"
    assert {"http_req_failed", "http_req_duration"} <= set(k6["options"]["thresholds"])


def _api(project: Project) -> tuple[set[str], dict[str, set[str]]]:
    """The tables and views, and each function with its arguments."""
    with psycopg.connect(project.db_url) as db:
        tables = db.execute(
            "select relname from pg_class where relnamespace = 'helpdesk'::regnamespace and relkind in ('r', 'v')"
        ).fetchall()
        functions = db.execute(
            "select proname, coalesce(proargnames, '{}') from pg_proc where pronamespace = 'helpdesk'::regnamespace"
        ).fetchall()
    return {row[0] for row in tables}, {row[0]: set(row[1]) for row in functions}


def _assert_exists(method: str, path: str, body: Any, project: Project) -> None:
    tables, functions = _api(project)
    parts = urlsplit(path)
    place = parts.path.removeprefix("/rest/v1/")
    if place.startswith("rpc/"):
        assert method == "POST"
        assert set(body) <= functions[place.removeprefix("rpc/")], path
        return
    assert method == "GET"
    assert place in tables
    with psycopg.connect(project.db_url) as db:
        columns = parse_qs(parts.query)["select"][0]
        db.execute(f"select {columns} from helpdesk.{place} limit 0")


def test_k6_asks_for_what_there_is(k6: dict[str, Any], helpdesk_project_module: Project) -> None:
    seen: Counter[str] = Counter()
    for one in k6["asked"]:
        parts = urlsplit(one["url"])
        seen[parts.path] += 1
        assert parts.hostname == "abc.supabase.co"
        if seen[parts.path] > 1 and one["method"] != "WS":
            continue
        if one["method"] == "WS":
            assert parts.path == "/realtime/v1/websocket"
            topic = one["body"][2]
            assert topic.startswith("realtime:helpdesk:user:")
            assert one["body"][4] == {"config": {"private": True}, "access_token": "token"}
        elif parts.path == "/auth/v1/token":
            assert set(one["body"]) == {"email", "password"}
        else:
            assert one["headers"]["Content-Profile"] == one["headers"]["Accept-Profile"] == "helpdesk"
            _assert_exists(one["method"], f"{parts.path}?{parts.query}", one["body"], helpdesk_project_module)
    names = {path.rpartition("/")[2] for path in seen}
    assert {"my_tickets", "team_tickets", "ticket_timeline", "search_tickets", "send_reply", "create_ticket"} <= names
    assert "claim_next_ticket" in names


def test_artillery_asks_for_what_there_is(helpdesk_project_module: Project) -> None:
    script = yaml.safe_load((LOAD / "artillery.yml").read_text("utf-8"))
    assert {one["name"]: one["weight"] for one in script["scenarios"]} == SHARES
    fields = {field for part in script["config"]["payload"] for field in part["fields"]}
    assert script["config"]["defaults"]["headers"]["Content-Profile"] == "helpdesk"
    for scenario in script["scenarios"]:
        [(method, request)] = scenario["flow"][0].items()
        token = request["headers"]["Authorization"].removeprefix("Bearer {{ ").removesuffix(" }}")
        assert token in fields
        _assert_exists(method.upper(), request["url"], request.get("json"), helpdesk_project_module)
