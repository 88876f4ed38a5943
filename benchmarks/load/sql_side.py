"""The SQL side alone: the same acts as transactions on many connections, so that the gateway's limit is told apart."""

from __future__ import annotations

import json
import random
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import psycopg

from benchmarks.load.model import RULES, Load, act_of, next_start
from benchmarks.load.report import Run

_STATEMENTS = {
    "my tickets": "select * from helpdesk.my_tickets where status = 'open' "
    "order by created_at desc, ticket_id limit 25",
    "team tickets": "select * from helpdesk.team_tickets where status = 'open' "
    "order by created_at desc, ticket_id limit 25",
    "timeline": "select * from helpdesk.ticket_timeline(%(ticket)s)",
    "search": "select helpdesk.search_tickets(query => 'delivery', max_rows => 25)",
    "reply": "select * from helpdesk.send_reply(%(ticket)s, 'Under load.', expected_last_message => %(last)s)",
    "create": "select * from helpdesk.create_ticket('About a delivery', 'Under load.')",
    "claim": "select * from helpdesk.claim_next_ticket()",
}

_BECOME = "select set_config('request.jwt.claims', %s, true), set_config('role', 'authenticated', true)"
_LAST = "select last_message_id from helpdesk.tickets where ticket_id = %s"


def people_of(db_url: str, number: int) -> list[tuple[str, bool]]:
    """Logins, and whether each is an agent's: one in five."""
    query = (
        "select auth_user_id::text from helpdesk.users "
        "where role = %s and is_active and auth_user_id is not null limit %s"
    )
    with psycopg.connect(db_url) as db:
        agents = [(row[0], True) for row in db.execute(query, ("agent", max(1, number // 5))).fetchall()]
        customers = [(row[0], False) for row in db.execute(query, ("customer", number - len(agents))).fetchall()]
    return [*agents, *customers]


def run(db_url: str, load: Load, connections: int) -> Run:
    """Run the load on so many connections.

    Raises:
        BoundsError: The load is out of bounds.
    """
    load.check("http://127.0.0.1")
    people = people_of(db_url, load.people)
    done, lock = Run(load, float(load.seconds)), threading.Lock()
    interval = None if load.rate is None else connections / load.rate
    end = time.perf_counter() + load.seconds

    def work(number: int) -> None:
        chance, seen = random.Random(number), dict[str, UUID]()
        scheduled = time.perf_counter() + chance.random() * (interval or 0.0)
        with psycopg.connect(db_url, autocommit=True, prepare_threshold=2) as db:
            while scheduled < end:
                time.sleep(max(0.0, scheduled - time.perf_counter()))
                login, is_agent = people[chance.randrange(len(people))]
                act, reason = act_of(is_agent, chance), None
                try:
                    act = _do(db, login, act, seen)
                except psycopg.Error as error:
                    reason = error.diag.message_detail or error.sqlstate or type(error).__name__
                now = time.perf_counter()
                with lock:
                    done.times.setdefault(act, []).append((now - scheduled) * 1000)
                    if reason is not None and reason not in RULES:
                        done.errors[reason] += 1
                scheduled = next_start(scheduled, now, interval)

    with ThreadPoolExecutor(connections) as pool:
        for future in [pool.submit(work, number) for number in range(connections)]:
            future.result()
    return done


def _do(db: psycopg.Connection, login: str, act: str, seen: dict[str, UUID]) -> str:
    """One transaction, as PostgREST makes it; the act that was done."""
    with db.transaction():
        claims = json.dumps({"role": "authenticated", "sub": login})
        db.execute(_BECOME, (claims,))
        if act in ("timeline", "reply") and login not in seen:
            row = db.execute(
                "select ticket_id from helpdesk.tickets order by created_at desc, ticket_id limit 1"
            ).fetchone()
            if row is None:
                act = "my tickets"
            else:
                seen[login] = row[0]
        last = None
        if act == "reply":
            row = db.execute(_LAST, (seen[login],)).fetchone()
            last = row[0] if row else None
        db.execute(_STATEMENTS[act], {"ticket": seen.get(login), "last": last}).fetchall()
    return act
