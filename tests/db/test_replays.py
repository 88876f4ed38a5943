"""Replays of deliveries, what is removed with time, and what admins see of the outbox."""

from __future__ import annotations

from typing import Any

import pytest
from tests.db.delivering import add_webhook, change, deliveries, lease, settle
from tests.db.people import ADMIN, Db, as_person, be, one, value
from tests.db.world import World


@pytest.fixture
def webhook(db: Db, world: World) -> str:
    return add_webhook(db, "ticket.*")


def test_a_replay_keeps_the_id_and_begins_the_schedule_anew(db: Db, world: World, webhook: str) -> None:
    change(db, world)
    (leased,) = lease(db)
    settle(db, leased, "refused")
    with be(db, ADMIN):
        assert value(db, "select helpdesk.replay_deliveries(array[%s::uuid])", leased["delivery_id"]) == 1
    (again,) = lease(db)
    assert (again["delivery_id"], again["attempts"]) == (leased["delivery_id"], 1)
    assert again["payload"] == leased["payload"]
    # What is being sent is left to its sender.
    with be(db, ADMIN):
        assert value(db, "select helpdesk.replay_deliveries(array[%s::uuid])", leased["delivery_id"]) == 0
    # What waits for its next attempt goes now.
    settle(db, again, "retry")
    with be(db, ADMIN):
        assert value(db, "select helpdesk.replay_deliveries(array[%s::uuid])", leased["delivery_id"]) == 1
    assert len(lease(db)) == 1


def test_all_dead_of_one_target_or_of_all(db: Db, world: World, webhook: str) -> None:
    other = add_webhook(db, "ticket.*")
    change(db, world)
    db.execute(
        "update helpdesk.outbox set state = 'dead', finished_at = now(), next_at = null where state = 'queued' "
        "and target_id in (%s, %s)",
        (webhook, other),
    )
    with as_person(db, ADMIN):
        assert value(db, "select helpdesk.replay_deliveries(webhook_id => %s, dead => true)", webhook) == 1
    with be(db, ADMIN):
        assert value(db, "select helpdesk.replay_deliveries(dead => true)") == 2
        assert value(db, "select helpdesk.replay_deliveries(dead => true)") == 0
    assert {str(row["target_id"]) for row in lease(db)} == {webhook, other}


def test_old_rows_go(db: Db, world: World, webhook: str) -> None:
    for number in range(4):
        change(db, world, "mine", f"t{number}")
    ids = [row["delivery_id"] for row in deliveries(db, webhook)]
    for one_id, state, days in zip(ids, ("done", "done", "dead", "dead"), (29, 31, 89, 91), strict=True):
        db.execute(
            "update helpdesk.outbox set state = %s, finished_at = now() - make_interval(days => %s) "
            "where delivery_id = %s",
            (state, days, one_id),
        )
        db.execute(
            "insert into helpdesk.delivery_attempts (delivery_id, attempt, outcome, created_at) "
            "values (%s, 1, 'retry', now() - make_interval(days => %s))",
            (one_id, days),
        )
    lease(db)
    assert [row["delivery_id"] for row in deliveries(db, webhook)] == [ids[0], ids[2]]
    kept = db.execute(
        "select delivery_id from helpdesk.delivery_attempts where delivery_id = any(%s)", (ids,)
    ).fetchall()
    assert [row["delivery_id"] for row in kept] == [ids[0]]


def test_health_counts_what_waits_and_what_ended_badly(db: Db, world: World, webhook: str) -> None:
    def health() -> dict[str, Any]:
        with as_person(db, ADMIN):
            return dict(value(db, "select helpdesk.outbox_health()"))

    before = health()
    assert (before["waiting"], before["oldest_seconds"], before["held"]) == (0, None, 1)
    change(db, world)
    db.execute(
        "update helpdesk.outbox set next_at = clock_timestamp() - interval '2 minutes' where target_id = %s", (webhook,)
    )
    after = health()
    assert (after["waiting"], after["dead"]) == (1, 0)
    assert 119 <= after["oldest_seconds"] <= 130
    assert after["by_kind"]["webhook"]["waiting"] == 1
    (leased,) = lease(db)
    settle(db, leased, "retry")
    # It waits between two attempts: nothing is late.
    waiting = health()
    assert (waiting["waiting"], waiting["oldest_seconds"], waiting["webhooks_failing"]) == (1, None, 1)
    assert waiting["last_settled_at"] > before["last_settled_at"]
    db.execute("update helpdesk.outbox set state = 'dead', finished_at = now() where target_id = %s", (webhook,))
    assert (health()["dead"], health()["waiting"]) == (1, 0)
    assert one(db, "select * from helpdesk_private.metrics() where name = 'database_bytes'")["value"] > 0


def _at(db: Db, event_id: int, moment: str) -> None:
    """The event happened then; its delivery was made just now."""
    db.execute("alter table helpdesk.events disable trigger user")
    db.execute("update helpdesk.events set created_at = %s where event_id = %s", (moment, event_id))
    db.execute("alter table helpdesk.events enable trigger user")


def test_a_replay_goes_by_the_time_at_which_it_happened(db: Db, world: World, webhook: str) -> None:
    times = ("2026-05-01T10:00:00Z", "2026-05-02T10:00:00Z", "2026-05-03T10:00:00Z")
    for number in range(3):
        change(db, world, "mine", f"t{number}")
    rows = deliveries(db, webhook)
    for row, moment in zip(rows, times, strict=True):
        _at(db, row["event_id"], moment)

    def replay(state: str, asked: str) -> list[int]:
        db.execute(
            "update helpdesk.outbox set state = %s, finished_at = now(), next_at = null where target_id = %s",
            (state, webhook),
        )
        with be(db, ADMIN):
            count = value(db, f"select helpdesk.replay_deliveries(webhook_id => '{webhook}', {asked})")
        queued = [number for number, row in enumerate(deliveries(db, webhook)) if row["state"] == "queued"]
        assert count == len(queued)
        return queued

    from_first, until_third = f"since => '{times[0]}'", f"until => '{times[2]}'"
    assert replay("done", f"since => '{times[1]}', {until_third}") == [1]
    assert replay("done", f"{from_first}, until => '2026-06-01'") == [0, 1, 2]
    # Not by the time at which the deliveries were made.
    assert replay("done", "since => '2026-05-04', until => '2026-06-01'") == []
    assert replay("dead", f"dead => true, {until_third}") == [0, 1]
    assert replay("dead", f"dead => true, since => '{times[1]}'") == [1, 2]
    assert replay("dead", f"dead => true, since => '{times[1]}', {until_third}") == [1]
    assert replay("done", f"dead => true, {from_first}") == []
    assert replay("dead", "dead => true") == [0, 1, 2]
    db.execute("update helpdesk.outbox set state = 'dead', next_at = null where target_id = %s", (webhook,))
    with be(db, ADMIN):
        assert value(db, f"select helpdesk.replay_deliveries(dead => true, {until_third})") == 2, "of all targets"
