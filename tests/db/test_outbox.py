"""The outbox: leases, what follows each end of an attempt, order, replays, and what admins see of it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from tests.db.delivering import add_webhook, change, deliveries, lease, make_due, settle
from tests.db.people import SERVICE, Db, be, refused, value
from tests.db.world import World

SCHEDULE = [5, 300, 1800, 7200, 18000, 36000, 50400, 72000, 86400]


@pytest.fixture
def webhook(db: Db, world: World) -> str:
    return add_webhook(db, "ticket.*")


def only(db: Db, webhook: str) -> dict[str, Any]:
    (found,) = deliveries(db, webhook)
    return found


def now(db: Db) -> Any:
    return value(db, "select clock_timestamp()")


def test_a_delivery_is_leased_once_and_settled_with_its_token(db: Db, world: World, webhook: str) -> None:
    change(db, world)
    assert only(db, webhook)["state"] == "queued"
    (leased,) = lease(db)
    assert (leased["kind"], leased["attempts"], str(leased["target_id"])) == ("webhook", 1, webhook)
    assert lease(db) == []
    taken = only(db, webhook)
    assert (taken["state"], taken["attempts"]) == ("leased", 1)
    assert timedelta(seconds=50) < taken["leased_until"] - now(db) < timedelta(seconds=61)
    done = settle(db, leased)
    assert (done["state"], done["last_status"], done["last_answer"], done["last_ms"]) == ("done", 200, "ok", 7)
    assert done["next_at"] is None
    assert done["finished_at"] is not None
    with refused("lease_lost"), db.transaction():
        settle(db, leased)


@pytest.mark.parametrize("seconds", [0, -5, 100_000])
def test_a_lease_has_bounds(db: Db, world: World, webhook: str, seconds: int) -> None:
    change(db, world)
    lease(db, seconds=seconds)
    left = only(db, webhook)["leased_until"] - now(db)
    assert timedelta(seconds=-1) < left < timedelta(seconds=3601)


@pytest.mark.parametrize("rows", [0, -1])
def test_nothing_is_leased_for_no_rows(db: Db, world: World, webhook: str, rows: int) -> None:
    change(db, world)
    assert lease(db, rows=rows) == []


def test_failures_follow_the_schedule_and_end_in_death(db: Db, world: World, webhook: str) -> None:
    change(db, world)
    for attempt, seconds in enumerate(SCHEDULE, 1):
        (leased,) = lease(db)
        assert leased["attempts"] == attempt
        failed = settle(db, leased, "retry", status=503, problem="not today")
        assert failed["state"] == "queued"
        wait = (failed["next_at"] - now(db)).total_seconds()
        assert seconds * 0.9 - 1 < wait <= seconds * 1.1
        assert lease(db) == []
        make_due(db)
    (leased,) = lease(db)
    dead = settle(db, leased, "retry", status=None, problem="never")
    assert (dead["state"], dead["attempts"], dead["last_problem"]) == ("dead", 10, "never")
    make_due(db)
    assert lease(db) == []
    tries = db.execute("select outcome, attempt from helpdesk.delivery_attempts order by attempt_id").fetchall()[1:]
    assert [(row["outcome"], row["attempt"]) for row in tries] == [("retry", number) for number in range(1, 11)]


def test_waits_differ(db: Db, world: World, webhook: str) -> None:
    for number in range(8):
        change(db, world, "answered" if number % 2 else "mine", f"t{number}")
    waits = set()
    for _ in range(4):
        for leased in lease(db):
            failed = settle(db, leased, "retry")
            waits.add(round((failed["next_at"] - failed["created_at"]).total_seconds(), 3))
    assert len(waits) > 1


@pytest.mark.parametrize(("asked", "least", "most"), [(1, 4, 6), (600, 590, 601), (10**9, 86399, 86401), (-5, 4, 6)])
def test_a_target_may_ask_for_a_longer_wait(
    db: Db, world: World, webhook: str, asked: int, least: int, most: int
) -> None:
    change(db, world)
    (leased,) = lease(db)
    failed = settle(db, leased, "retry", status=429, retry_after=asked)
    assert least < (failed["next_at"] - now(db)).total_seconds() <= most


@pytest.mark.parametrize(("outcome", "state"), [("refused", "failed"), ("gone", "failed"), ("unknown", "unknown")])
def test_other_ends_are_final(db: Db, world: World, webhook: str, outcome: str, state: str) -> None:
    change(db, world)
    (leased,) = lease(db)
    assert settle(db, leased, outcome)["state"] == state
    make_due(db)
    assert lease(db) == []


def test_what_a_target_answers_is_one_short_printable_line(db: Db, world: World, webhook: str) -> None:
    change(db, world)
    (leased,) = lease(db)
    ended = settle(db, leased, "retry", status=99, answer="a\r\n\x1b[31mb" + "c" * 5000, problem="p\n" * 900, ms=-4)
    assert len(ended["last_answer"]) == 1000
    assert len(ended["last_problem"]) == 500
    assert not any(ord(letter) < 32 for letter in ended["last_answer"] + ended["last_problem"])
    assert (ended["last_status"], ended["last_ms"]) == (None, 0)


def test_an_expired_lease_is_leased_again_and_its_token_is_void(db: Db, world: World, webhook: str) -> None:
    change(db, world)
    (lost,) = lease(db)
    make_due(db)
    (leased,) = lease(db)
    assert (leased["delivery_id"], leased["attempts"]) == (lost["delivery_id"], 2)
    assert leased["payload"]["id"] == lost["payload"]["id"]
    with refused("lease_lost"), db.transaction():
        settle(db, lost)
    assert settle(db, leased)["state"] == "done"
    tries = db.execute("select outcome from helpdesk.delivery_attempts order by attempt_id").fetchall()
    assert [row["outcome"] for row in tries][1:] == ["lost", "done"]


def test_a_late_sender_may_settle_while_nobody_else_has_it(db: Db, world: World, webhook: str) -> None:
    change(db, world)
    (leased,) = lease(db)
    make_due(db)
    assert settle(db, leased)["state"] == "done"


def test_what_ends_every_sender_dies_at_last(db: Db, world: World, webhook: str) -> None:
    change(db, world)
    leases = 0
    while found := lease(db):
        leases += len(found)
        make_due(db)
        if only(db, webhook)["state"] == "queued":
            make_due(db)
    for _ in range(20):
        make_due(db)
        leases += len(lease(db))
    assert leases == 10
    assert only(db, webhook)["state"] == "dead"


def test_a_payload_that_cannot_be_made_is_dead_and_holds_up_nobody(db: Db, world: World, webhook: str) -> None:
    change(db, world)
    change(db, world, "answered")
    db.execute(
        "update helpdesk.outbox set event_id = -7 where delivery_id = %s", (deliveries(db, webhook)[0]["delivery_id"],)
    )
    assert len(lease(db)) == 1
    gone, sent = sorted(deliveries(db, webhook), key=lambda row: row["state"])
    assert (gone["state"], sent["state"]) == ("dead", "leased")
    assert gone["last_problem"] == "There is nothing to send any more."


def test_a_mail_whose_sender_was_lost_in_the_middle_is_unknown(db: Db, world: World) -> None:
    change_payload = (
        "create or replace function helpdesk_private.delivery_payload(p_delivery helpdesk.outbox) returns jsonb "
        'language sql as $$ select \'{"to": "x"}\'::jsonb $$'
    )
    db.execute(change_payload)
    for begins in (False, True):
        db.execute("select helpdesk_private.enqueue('email', gen_random_uuid(), null, null)")
        (leased,) = lease(db, kind="email")
        if begins:
            with be(db, SERVICE):
                db.execute("select helpdesk.begin_sending(%s, %s)", (leased["delivery_id"], leased["lease"]))
        make_due(db)
        again = lease(db, kind="email")
        state = value(db, "select state from helpdesk.outbox where delivery_id = %s", leased["delivery_id"])
        assert (len(again), state) == ((0, "unknown") if begins else (1, "leased"))
        for found in again:
            settle(db, found)


def test_events_of_a_ticket_go_one_after_the_other_and_tickets_side_by_side(db: Db, world: World, webhook: str) -> None:
    for number in range(3):
        change(db, world, "mine", f"mine {number}")
        change(db, world, "answered", f"answered {number}")
    for number in range(3):
        found = lease(db)
        titles = {row["payload"]["body"]["data"]["data"]["changes"]["title"][1] for row in found}
        assert titles == {f"mine {number}", f"answered {number}"}
        for row in found:
            settle(db, row)
    assert not any(row["out_of_order"] for row in deliveries(db, webhook))


def test_three_failures_let_the_next_ones_pass(db: Db, world: World, webhook: str) -> None:
    for number in range(2):
        change(db, world, "mine", f"t{number}")
    first, second = (row["delivery_id"] for row in deliveries(db, webhook))
    for _ in range(3):
        (leased,) = lease(db)
        assert leased["delivery_id"] == first
        make_due(db)
        # Its sender is lost, or it fails: the next one waits all the same.
        settle(db, leased, "retry")
        due = "update helpdesk.outbox set next_at = clock_timestamp() where delivery_id = %s"
        if value(db, "select attempts from helpdesk.outbox where delivery_id = %s", first) < 3:
            db.execute(due, (second,))
            assert lease(db) == []
            db.execute(due, (first,))
    (leased,) = lease(db)
    assert leased["delivery_id"] == second
    settle(db, leased)
    db.execute(due, (first,))
    (leased,) = lease(db)
    assert leased["delivery_id"] == first
    assert [row["out_of_order"] for row in deliveries(db, webhook)] == [True, False]


@pytest.mark.parametrize("outcome", ["done", "refused", "unknown"])
def test_who_waited_goes_as_soon_as_the_earlier_one_has_ended(db: Db, world: World, webhook: str, outcome: str) -> None:
    for number in range(3):
        change(db, world, "mine", f"t{number}")
    ids = [row["delivery_id"] for row in deliveries(db, webhook)]
    (leased,) = lease(db)
    # Looked at while the first is being sent, and put off.
    assert lease(db) == []
    settle(db, leased, outcome)
    (leased,) = lease(db)
    assert leased["delivery_id"] == ids[1]


def test_thousands_that_wait_for_their_turn_are_not_looked_at_again_and_again(
    db: Db, world: World, webhook: str
) -> None:
    for number in range(40):
        change(db, world, "mine", f"t{number}")
    (leased,) = lease(db)
    settle(db, leased, "retry")
    assert lease(db) == []
    due = "select count(*) from helpdesk.outbox where target_id = %s and next_at <= clock_timestamp()"
    assert value(db, due, webhook) == 0
    make_due(db)
    (again,) = lease(db)
    assert again["delivery_id"] == leased["delivery_id"]


def test_the_same_event_is_one_delivery_for_a_target(db: Db, world: World, webhook: str) -> None:
    change(db, world)
    event = only(db, webhook)["event_id"]
    assert value(db, "select helpdesk_private.enqueue('webhook', %s, %s, null)", webhook, event) is None
    assert value(db, "select helpdesk_private.enqueue('webhook', %s, %s, null)", str(uuid4()), event) is not None
    mail = str(uuid4())
    queued = [value(db, "select helpdesk_private.enqueue('email', %s, null, null)", mail) for _ in range(2)]
    assert [one is None for one in queued] == [False, True]
