"""Both programs as an agent's client sees them: HTTP requests in turns, one at a time."""

from __future__ import annotations

import base64
import json
import socket
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import psycopg

from benchmarks import data
from benchmarks.measure import Effort, Result, Section, percentile
from benchmarks.peer.site_process import environment, prepare, serving, settings
from helpdesk_sdk.local import Stack, migrations

TICKETS = 200_000
_TEXT = "The tray is full and it says that it is empty. " * 6
_PASSWORD = "only for a benchmark"
# A request that takes longer than this, in seconds, is measured twice and no more.
_SLOW = 2.0


@dataclass(frozen=True)
class _Pair:
    """What both programs do, each in its own words."""

    name: str
    ours: Callable[[], httpx.Response]
    theirs: Callable[[], httpx.Response]


def run(directory: Path, tickets: int, effort: Effort) -> Section:
    """Measure every request against the peer as shipped, then as patched."""
    section = Section(
        "Beside django-helpdesk 2.6.1",
        f"{tickets:,} tickets in each, one PostgreSQL server, one client, requests in turns. Ours goes through the "
        "local stack's gateway, the peer through gunicorn (three workers, four threads). Patched: without the loop "
        "over all tickets in its API, newest first, follow-ups in one query (benchmarks/peer/site/patches.py).",
    )
    programs = environment(directory)
    with Stack.start(ephemeral=True) as stack:
        info = stack.info
        print(f"Loading {tickets:,} tickets into both …", flush=True)
        data.load(info.db_url, tickets, tickets // 200)
        variables = settings(_database(info.db_url), Path(info.data_dir) / "peer", patched=False)
        session = prepare(programs, variables)
        _load_peer(_database(info.db_url, exists=True), tickets)
        with httpx.Client(base_url=info.api_url, timeout=600) as ours:
            _sign_in(ours, info.publishable_key, info.secret_key, info.db_url)
            for patched in (False, True):
                variables["PEER_PATCHED"] = str(int(patched))
                with serving(programs, variables, session, _free_port()) as theirs:
                    for pair in _pairs(ours, theirs, info.db_url):
                        section.results.append(_compare(pair, effort, "patched" if patched else "shipped"))
    return section


def _compare(pair: _Pair, effort: Effort, variant: str) -> Result:
    """The requests in turns; of a very slow one only two."""
    ours: list[float] = []
    theirs: list[float] = []
    pair.ours().raise_for_status()
    wanted = effort.calls
    while len(theirs) < wanted:
        ours.append(_timed(pair.ours))
        theirs.append(_timed(pair.theirs))
        if theirs[-1] > _SLOW * 1000:
            wanted = min(wanted, 2)
    # The first is the peer's warm-up.
    if len(theirs) > 2:
        ours, theirs = ours[1:], theirs[1:]
    ms, peer_ms = percentile(ours, 0.5), percentile(theirs, 0.5)
    numbers: dict[str, float | str] = {
        "ours p50, ms": ms,
        "p95, ms": percentile(ours, 0.95),
        "peer p50, ms": peer_ms,
        "peer p95, ms": percentile(theirs, 0.95) if len(theirs) > 2 else "",
        "times": peer_ms / ms,
        "requests": str(len(theirs)),
    }
    return Result(f"{pair.name}, {variant}", numbers)


def _timed(request: Callable[[], httpx.Response]) -> float:
    began = time.perf_counter()
    response = request()
    took = (time.perf_counter() - began) * 1000
    if response.is_error:
        raise RuntimeError(f"{response.request.url}: {response.status_code} {response.text[:300]}")
    return took


def _pairs(ours: httpx.Client, theirs: httpx.Client, db_url: str) -> list[_Pair]:
    with psycopg.connect(db_url) as connection:
        team = _one(connection, "select team_id::text from helpdesk.teams where is_default")
        ticket = _one(
            connection,
            f"select ticket_id::text from helpdesk.tickets where team_id = '{team}' and last_message_id is not null "
            "order by number desc limit 1",
        )
        silent = iter(
            connection.execute(
                f"select ticket_id::text from helpdesk.tickets where team_id = '{team}' and status = 'open' "
                "and last_message_id is null order by random()"
            ).fetchall()
        )
    newest = "order=created_at.desc,ticket_id.desc&limit=50"
    filters = {"filtering": {"queue__id__in": [1], "status__in": [1]}, "sorting": "created", "sortreverse": True}
    query = base64.b64encode(json.dumps(filters).encode()).decode()
    table = {"draw": "1", "start": "0", "length": "50", "order[0][column]": "5", "order[0][dir]": "desc"}
    some = 20 * (_count_of(theirs) // 40)
    answered = iter(range(1, 10_000))

    def reply() -> httpx.Response:
        body = {"ticket_id": next(silent)[0], "body": _TEXT, "message_id": str(uuid.uuid4())}
        return ours.post("/rest/v1/rpc/send_reply", json=body)

    def follow_up() -> httpx.Response:
        body = {"ticket": next(answered), "title": "Comment", "comment": _TEXT, "public": True, "user": 1}
        return theirs.post("/api/followups/", json=body)

    def create() -> httpx.Response:
        body = {"ticket_id": str(uuid.uuid4()), "title": "No paper", "description": _TEXT, "team_id": team}
        return ours.post("/rest/v1/rpc/create_ticket", json=body)

    def submit() -> httpx.Response:
        body = {"queue": 1, "title": "No paper", "description": _TEXT, "submitter_email": "x@example.com"}
        body |= {"priority": 3}
        return theirs.post("/api/tickets/", json=body)

    embedded = "select=*,tags:ticket_tags(tag),messages(*)"
    return [
        _Pair(
            "a queue's open tickets, 50",
            lambda: ours.get(f"/rest/v1/team_tickets?team_id=eq.{team}&status=eq.open&{newest}"),
            lambda: theirs.get(f"/datatables_ticket_list/{query}", params=table),
        ),
        _Pair(
            "all open tickets, 50",
            lambda: ours.get(f"/rest/v1/team_tickets?status=eq.open&{newest}"),
            lambda: theirs.get("/api/tickets/", params={"status": "1", "page_size": "50"}),
        ),
        _Pair(
            "a ticket with its conversation",
            lambda: ours.get(f"/rest/v1/tickets?ticket_id=eq.{ticket}&{embedded}"),
            lambda: theirs.get(f"/api/tickets/{some}/"),
        ),
        _Pair("opening a ticket", create, submit),
        _Pair("a reply", reply, follow_up),
    ]


def _count_of(client: httpx.Client) -> int:
    """How many tickets the peer has."""
    filters = base64.b64encode(json.dumps({"filtering": {"queue__id__in": list(range(1, 11))}}).encode()).decode()
    params = {"draw": "1", "start": "0", "length": "1", "order[0][column]": "0", "order[0][dir]": "asc"}
    answer: dict[str, Any] = client.get(f"/datatables_ticket_list/{filters}", params=params).raise_for_status().json()
    return int(answer["recordsFiltered"])


def _sign_in(client: httpx.Client, publishable_key: str, secret_key: str, db_url: str) -> None:
    """Give an agent of two big teams a password, and sign in as them."""
    with psycopg.connect(db_url) as connection:
        login = _one(connection, "select auth_user_id::text from helpdesk.users where email = 'agent1@example.com'")
    admin = {"apikey": secret_key, "Authorization": f"Bearer {secret_key}"}
    client.put(f"/auth/v1/admin/users/{login}", json={"password": _PASSWORD}, headers=admin).raise_for_status()
    given = {"email": "agent1@example.com", "password": _PASSWORD}
    key = {"apikey": publishable_key}
    token = client.post("/auth/v1/token?grant_type=password", json=given, headers=key).raise_for_status().json()
    client.headers.update(
        {
            "apikey": publishable_key,
            "Authorization": f"Bearer {token['access_token']}",
            "Accept-Profile": "helpdesk",
            "Content-Profile": "helpdesk",
        }
    )


def _database(db_url: str, *, exists: bool = False) -> str:
    """The URL of the peer's database on the same server."""
    if not exists:
        with psycopg.connect(db_url, autocommit=True) as connection:
            connection.execute("create database peer")
    return db_url.rsplit("/", 1)[0] + "/peer"


def _load_peer(url: str, tickets: int) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("select set_config('bench.tickets', %s, false)", (str(tickets),))
        for statement in migrations.split((Path(__file__).parent / "load.sql").read_text(), "load.sql"):
            connection.execute(statement.text.encode())
        connection.execute("vacuum (analyze)")


def _one(connection: psycopg.Connection, query: str) -> str:
    row = connection.execute(query.encode()).fetchone()
    assert row, query
    return str(row[0])


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])
