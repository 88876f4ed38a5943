"""A deadlock that PostgreSQL breaks: the SDK sends the request again, on a real stack."""

from __future__ import annotations

import threading
import time

import psycopg
from tests.sdk.support import Scenario, both
from tests.sdk.world import World

_TAG = "insert into helpdesk.ticket_tags (ticket_id, tag) values (%s, %s) on conflict do nothing"
_DEADLOCKS = "select sum(deadlocks) from pg_stat_database"


@both
def test_a_request_that_a_deadlock_rolled_back_is_sent_again(world: World) -> Scenario:
    ticket = yield world.customer.tickets.create("Tagged by two", team="Billing")
    outcome: list[BaseException | None] = []
    with psycopg.connect(world.info.db_url) as other, psycopg.connect(world.info.db_url, autocommit=True) as db:
        [before] = db.execute(_DEADLOCKS).fetchone() or [0]
        # So that PostgreSQL ends the other one: our request.
        other.execute("set deadlock_timeout = '60s'")
        other.execute(_TAG, (ticket.ticket_id, "b"))

        def close_the_circle() -> None:
            time.sleep(0.5)
            try:
                other.execute(_TAG, (ticket.ticket_id, "a"))
                other.commit()
                outcome.append(None)
            except psycopg.Error as error:
                outcome.append(error)

        thread = threading.Thread(target=close_the_circle)
        thread.start()
        yield world.agent.tickets.tag(ticket, "b", "a")
        thread.join()
        deadline = time.monotonic() + 30
        # The counters are written a little later.
        while (db.execute(_DEADLOCKS).fetchone() or [0])[0] == before and time.monotonic() < deadline:
            time.sleep(0.1)
        [after] = db.execute(_DEADLOCKS).fetchone() or [0]
    assert outcome == [None]
    assert after > before
    assert (yield world.agent.tickets.tags(ticket)) == ("a", "b")
