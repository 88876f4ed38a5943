"""Workers that send the outbox: several at once, killed at any moment, and targets that fail. Nothing is lost."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from tests.sdk.webhook_receiver import Received, Receiver, receiver

from helpdesk_sdk import ConnectionFailedError, ForbiddenError, Helpdesk, LeaseLostError
from helpdesk_sdk.delivery import DeliveryReport, send_waiting

if TYPE_CHECKING:
    from helpdesk_sdk import NewWebhook
    from helpdesk_sdk.testing import MakeClient, Project

# A worker that stops itself without any warning, at one of three moments.
KILLED = """
import os, signal, sys
from helpdesk_sdk import Helpdesk
from helpdesk_sdk.delivery import Sender, send_waiting

url, key, moment = sys.argv[1:]

def end():
    os.kill(os.getpid(), signal.SIGKILL)

class Killed(Sender):
    async def send(self, payload):
        if moment == "claimed":
            end()
        attempt = await super().send(payload)
        if moment == "sent":
            end()
        return attempt

with Helpdesk(url, key) as hd:
    if moment == "marked":
        settle = hd.outbox.settle
        hd.outbox.__dict__["settle"] = lambda *args, **options: (settle(*args, **options), end())
    send_waiting(hd, make_sender=Killed)
"""


@pytest.fixture
def target() -> Iterator[Receiver]:
    with receiver() as found:
        yield found


@pytest.fixture
def system(helpdesk_project: Project) -> Iterator[Helpdesk]:
    with client(helpdesk_project) as made:
        yield made


@pytest.fixture
def db(helpdesk_project: Project) -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(helpdesk_project.db_url, autocommit=True) as connection:
        yield connection


def client(project: Project) -> Helpdesk:
    return Helpdesk(project.url, project.secret_key)


def webhook(system: Helpdesk, target: Receiver, path: str = "/hooks") -> NewWebhook:
    return system.webhooks.create(f"http://127.0.0.1:{target.port}{path}", event_types=["team.updated"])


def happen(db: psycopg.Connection[Any], count: int, ticket: object = None) -> list[str]:
    """So many events; the ids that receivers see."""
    rows = db.execute(
        """
        select helpdesk_private.log_event('team.updated', 'staff', (
          select t from helpdesk.tickets as t where t.ticket_id = %s
        ), '{}')
        from generate_series(1, %s)
        """,
        (ticket, count),
    )
    assert rows.rowcount == count
    found = db.execute("select 'msg_' || event_id from helpdesk.events order by event_id desc limit %s", (count,))
    return [str(row[0]) for row in found][::-1]


def hurry(db: psycopg.Connection[Any]) -> None:
    """Time passes: what waits for another attempt or for the end of a lease is due."""
    db.execute(
        "update helpdesk.outbox set next_at = clock_timestamp(), leased_until = clock_timestamp() "
        "where next_at is not null"
    )


def states(db: psycopg.Connection[Any]) -> Counter[str]:
    return Counter(str(row[0]) for row in db.execute("select state from helpdesk.outbox"))


@pytest.mark.parametrize("moment", ["claimed", "sent", "marked"])
def test_a_worker_that_is_killed_loses_nothing(
    moment: str, helpdesk_project: Project, system: Helpdesk, db: psycopg.Connection[Any], target: Receiver
) -> None:
    webhook(system, target)
    ids = happen(db, 3)
    done = subprocess.run([sys.executable, "-c", KILLED, helpdesk_project.url, helpdesk_project.secret_key, moment])
    assert done.returncode == -signal.SIGKILL
    # While the lease of the dead worker lasts, nobody sends what it had. What it was settling may be settled.
    assert send_waiting(system).done == 0
    before = len(target.received)
    assert (before == 0) == (moment == "claimed")
    hurry(db)
    again = send_waiting(system).done
    assert again < 3 if moment == "marked" else again == 3
    assert states(db) == {"done": 3}
    # What was not marked is sent again, under the same id.
    assert set(target.ids) == set(ids)
    assert len(target.ids) == before + again
    outcomes = Counter(str(row[0]) for row in db.execute("select outcome from helpdesk.delivery_attempts"))
    assert (outcomes["done"], outcomes["lost"]) == (3, again)


def test_four_workers_send_each_delivery_once(
    helpdesk_project: Project, system: Helpdesk, db: psycopg.Connection[Any], target: Receiver
) -> None:
    webhook(system, target)
    ids = happen(db, 300)
    reports: list[DeliveryReport] = []

    def work() -> None:
        with client(helpdesk_project) as hd:
            reports.append(send_waiting(hd))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    send_waiting(system)
    assert sorted(target.ids) == sorted(ids)
    assert sum(report.lost for report in reports) == 0
    assert states(db) == {"done": 300}


def test_a_target_that_fails_half_the_time_receives_everything(
    system: Helpdesk, db: psycopg.Connection[Any], target: Receiver
) -> None:
    chance = random.Random(14)
    lock = threading.Lock()
    accepted: Counter[str] = Counter()

    def half(request: Received) -> tuple[int, dict[str, str], bytes]:
        with lock:
            if chance.random() < 0.5:
                return 500, {}, b"not now"
            accepted[request.headers["webhook-id"]] += 1
            return 200, {}, b""

    target.answer = half
    webhook(system, target)
    ids = happen(db, 200)
    for _ in range(25):
        send_waiting(system)
        if not states(db)["queued"]:
            break
        # Failing webhooks have fewer deliveries at once after a minute; this is about their ends.
        hurry(db)
    found = states(db)
    assert set(found) <= {"done", "dead"}
    assert found.total() == 200
    # A delivery has ten attempts; with half of them failing one in a thousand uses them all.
    assert found["dead"] <= 3
    assert len(accepted) == found["done"]
    assert set(accepted) <= set(ids)
    assert set(accepted.values()) == {1}


def test_the_events_of_a_ticket_arrive_in_their_order(
    helpdesk_project: Project,
    system: Helpdesk,
    db: psycopg.Connection[Any],
    as_customer: MakeClient,
    target: Receiver,
) -> None:
    tickets = [as_customer().tickets.create("A", "a").ticket_id for _ in range(2)]
    webhook(system, target)
    ids = {ticket: happen(db, 8, ticket) for ticket in tickets}
    deadline = time.monotonic() + 60
    while states(db) != {"done": 16}:
        send_waiting(system)
        assert time.monotonic() < deadline
        hurry(db)
    for of_ticket in ids.values():
        assert [one for one in target.ids if one in of_ticket] == of_ticket


def test_a_target_that_does_not_answer_keeps_nobody_waiting(
    system: Helpdesk, db: psycopg.Connection[Any], target: Receiver
) -> None:
    free = threading.Event()
    arrived: dict[str, float] = {}

    def answer(request: Received) -> tuple[int, dict[str, str], bytes]:
        if request.path == "/stuck":
            free.wait(20)
        else:
            arrived.setdefault(request.headers["webhook-id"], time.monotonic())
        return 200, {}, b""

    target.answer = answer
    webhook(system, target, "/stuck")
    webhook(system, target, "/well")
    ids = happen(db, 60)
    begun = time.monotonic()
    worker = threading.Thread(target=send_waiting, args=(system,))
    worker.start()
    try:
        while set(arrived) != set(ids):
            assert time.monotonic() - begun < 12
            time.sleep(0.05)
    finally:
        free.set()
        worker.join()
    assert states(db) == {"done": 120}


def test_a_worker_whose_lease_has_ended_changes_nothing(
    system: Helpdesk, db: psycopg.Connection[Any], target: Receiver
) -> None:
    webhook(system, target)
    happen(db, 1)
    (old,) = system.outbox.lease()
    hurry(db)
    assert send_waiting(system) == DeliveryReport(done=1)
    with pytest.raises(LeaseLostError):
        system.outbox.settle(old, "retry", problem="too late")
    assert states(db) == {"done": 1}
    assert [row[0] for row in db.execute("select outcome from helpdesk.delivery_attempts order by 1")] == [
        "done",
        "lost",
    ]


def test_what_was_begun_is_finished_when_it_is_to_stop(
    system: Helpdesk, db: psycopg.Connection[Any], target: Receiver
) -> None:
    webhook(system, target)
    happen(db, 5)
    assert send_waiting(system, is_stopping=lambda: True) == DeliveryReport()
    assert target.received == []
    begun = threading.Event()
    target.answer = lambda _: (begun.set(), time.sleep(0.3), (200, {}, b""))[2]  # type: ignore[func-returns-value]
    assert send_waiting(system, is_stopping=begun.is_set).done == 5
    # Interrupted, it leaves what it began: the leases end by themselves.
    happen(db, 1)
    begun.clear()
    target.answer = lambda _: (begun.set(), time.sleep(3), (200, {}, b""))[2]  # type: ignore[func-returns-value]
    assert send_waiting(system, is_interrupted=begun.is_set) == DeliveryReport()
    assert states(db)["leased"] == 1


def test_only_the_secret_key_sends(as_admin: MakeClient) -> None:
    with pytest.raises(ForbiddenError):
        send_waiting(as_admin())


def test_a_helpdesk_that_is_away_is_an_error() -> None:
    with (
        Helpdesk("http://127.0.0.1:9", "sb_secret_x", max_retries=0) as hd,
        pytest.raises(ConnectionFailedError),
    ):
        send_waiting(hd)


def test_no_secret_is_shown_by_what_a_worker_holds(
    system: Helpdesk, db: psycopg.Connection[Any], target: Receiver
) -> None:
    webhook(system, target)
    happen(db, 1)
    (leased,) = system.outbox.lease()
    assert "whsec_" not in repr(leased)
    assert "whsec_" in str(leased.payload)
