"""Several senders at once: nothing is leased twice, and what a sender takes with it into death comes back."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from threading import Barrier
from typing import Any

import psycopg
from tests.db.conftest import Server
from tests.db.delivering import add_webhook, deliveries, lease, make_due, settle
from tests.db.people import ADMIN, CUSTOMER, Db, be, refused, value
from tests.db.test_embedding_races import await_waiting
from tests.db.world import World

_SENDERS = 4


def tickets(db: Db, count: int) -> None:
    """Events of that many tickets."""
    with be(db, CUSTOMER):
        for number in range(count):
            db.execute("select helpdesk.create_ticket(%s)", (f"t{number}",))
    db.commit()


def test_senders_at_once_lease_each_delivery_once(pg: Server, own: str, world: World) -> None:
    with pg.connect(own) as db:
        webhook = add_webhook(db, "ticket.created")
        tickets(db, 120)
    start = Barrier(_SENDERS)

    def send(_: int) -> list[Any]:
        sent = []
        with pg.connect(own) as mine:
            start.wait()
            for _ in range(60):
                found = lease(mine, rows=7)
                mine.commit()
                for one in found:
                    sent.append(one["delivery_id"])
                    settle(mine, one)
                    mine.commit()
        return sent

    with ThreadPoolExecutor(_SENDERS) as threads:
        parts = list(threads.map(send, range(_SENDERS)))
    sent = [one for part in parts for one in part]
    assert len(sent) == len(set(sent)) == 120
    with pg.connect(own) as db:
        assert {(row["state"], row["attempts"]) for row in deliveries(db, webhook)} == {("done", 1)}


def test_a_sender_that_is_killed_between_lease_and_settlement_loses_nothing(pg: Server, own: str, world: World) -> None:
    with pg.connect(own) as db:
        add_webhook(db, "ticket.created")
        tickets(db, 1)
        killed = pg.connect(own)
        (lost,) = lease(killed)
        killed.commit()
        db.execute("select pg_terminate_backend(%s)", (killed.info.backend_pid,))
        with suppress(psycopg.Error):
            killed.close()
        assert lease(db) == []
        make_due(db)
        (again,) = lease(db)
        assert (again["payload"]["id"], again["attempts"]) == (lost["payload"]["id"], 2)
        with refused("lease_lost"), db.transaction():
            settle(db, lost)
        assert settle(db, again)["state"] == "done"


def test_a_sender_that_dies_before_its_lease_is_committed_has_leased_nothing(
    pg: Server, own: str, world: World
) -> None:
    with pg.connect(own) as db:
        webhook = add_webhook(db, "ticket.created")
        tickets(db, 1)
        with pg.connect(own) as other:
            assert len(lease(other)) == 1
            # The lock is held: nobody else waits for it.
            assert lease(db) == []
            db.commit()
            other.rollback()
        assert [(row["state"], row["attempts"]) for row in deliveries(db, webhook)] == [("queued", 0)]
        assert len(lease(db)) == 1


def test_a_settlement_that_waited_for_another_lease_is_refused(pg: Server, own: str, world: World) -> None:
    with pg.connect(own) as db, pg.connect(own) as late:
        webhook = add_webhook(db, "ticket.created")
        tickets(db, 1)
        (lost,) = lease(db)
        make_due(db)
        db.commit()
        (again,) = lease(db)
        with ThreadPoolExecutor() as threads:
            waiting = threads.submit(_refused_settlement, late, lost)
            while not value(db, "select pg_blocking_pids(%s) <> '{}'", late.info.backend_pid):
                pass
            db.commit()
            assert waiting.result(10) == "helpdesk.lease_lost"
        settle(db, again)
        assert deliveries(db, webhook)[0]["state"] == "done"


def _refused_settlement(db: Db, leased: dict[str, Any]) -> str | None:
    try:
        settle(db, leased)
    except psycopg.Error as error:
        return error.diag.message_detail
    return None


def test_a_webhook_is_deleted_while_a_delivery_of_it_is_settled(pg: Server, own: str, world: World) -> None:
    with pg.connect(own) as first, pg.connect(own) as second:
        webhook = add_webhook(first, "ticket.created")
        tickets(first, 1)
        (given,) = lease(first)
        first.commit()

        def delete() -> None:
            with be(second, ADMIN):
                second.execute("delete from helpdesk.webhooks where webhook_id = %s", (webhook,))
            second.commit()

        # Whoever settles a delivery has locked it, and then switches its webhook off.
        first.execute("select from helpdesk.outbox where delivery_id = %s for update", (given["delivery_id"],))
        with ThreadPoolExecutor() as threads:
            gone = threads.submit(delete)
            await_waiting(first, second)
            settle(first, given, "gone", status=410)
            first.commit()
            gone.result()
        assert deliveries(first, webhook) == []
