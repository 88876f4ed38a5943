"""When a webhook is switched off and on, and what that means for its deliveries."""

from __future__ import annotations

from typing import Any

from tests.db.delivering import add_webhook, change, deliveries, lease, make_due, settle
from tests.db.people import ADMIN, CUSTOMER, Db, be, one, value
from tests.db.world import World


def state(db: Db, webhook: str) -> dict[str, Any]:
    return one(db, "select * from helpdesk.webhooks where webhook_id = %s", webhook)


def switch(db: Db, webhook: str, on: bool) -> None:
    with be(db, ADMIN):
        db.execute("update helpdesk.webhooks set is_active = %s where webhook_id = %s", (on, webhook))


def test_a_target_that_is_gone_is_switched_off_at_once(db: Db, world: World) -> None:
    webhook = add_webhook(db, "ticket.*", "webhook.*")
    change(db, world)
    change(db, world, "answered")
    first, second = lease(db)
    settle(db, first, "gone", status=410)
    off = state(db, webhook)
    assert (off["is_active"], off["disabled_reason"]) == (False, "gone")
    event = one(db, "select * from helpdesk.events where type = 'webhook.disabled'")
    assert (event["data"], event["actor_kind"]) == ({"webhook_id": webhook, "reason": "gone"}, "system")
    # What was leased may end; nothing is added or sent any more.
    settle(db, second, "retry", status=500)
    change(db, world, title="Later")
    make_due(db)
    assert lease(db) == []
    assert value(db, "select count(*) from helpdesk.events where type = 'webhook.disabled'") == 1


def test_what_waits_goes_on_when_it_is_switched_on_again(db: Db, world: World) -> None:
    webhook = add_webhook(db, "ticket.*")
    change(db, world)
    switch(db, webhook, on=False)
    assert state(db, webhook)["disabled_reason"] == "switched_off"
    assert (deliveries(db, webhook)[0]["next_at"], lease(db)) == (None, [])
    began = value(db, "select clock_timestamp()")
    change(db, world, "answered", "Missed")
    switch(db, webhook, on=True)
    on = state(db, webhook)
    assert (on["disabled_reason"], on["disabled_at"], on["failing_since"]) == (None, None, None)
    assert len(lease(db)) == 1
    # What happened meanwhile comes by a replay of that time, each event once.
    for expected in (1, 0):
        with be(db, ADMIN):
            replayed = value(
                db,
                "select helpdesk.replay_deliveries(webhook_id => %s, since => %s)",
                webhook,
                began,
            )
        added = [row for row in deliveries(db, webhook) if row["state"] == "queued"]
        assert (replayed, len(added)) == (expected, 1)


def test_a_replay_while_it_is_off_waits(db: Db, world: World) -> None:
    webhook = add_webhook(db, "ticket.*")
    switch(db, webhook, on=False)
    began = value(db, "select clock_timestamp()")
    change(db, world)
    with be(db, ADMIN):
        value(db, "select helpdesk.replay_deliveries(webhook_id => %s, since => %s)", webhook, began)
    assert [row["next_at"] for row in deliveries(db, webhook)] == [None]
    assert lease(db) == []
    switch(db, webhook, on=True)
    assert len(lease(db)) == 1


def test_five_days_of_failures_switch_it_off_and_a_success_forgives(db: Db, world: World) -> None:
    webhook = add_webhook(db, "ticket.*")
    age = "update helpdesk.webhooks set failing_since = now() - make_interval(hours => %s) where webhook_id = %s"

    def attempt(outcome: str) -> dict[str, Any]:
        change(db, world, title=f"x{value(db, 'select clock_timestamp()')}")
        db.execute(
            "update helpdesk.outbox set state = 'dead', finished_at = now() where state in ('leased', 'queued') "
            "and sequence < (select max(sequence) from helpdesk.outbox)"
        )
        (leased,) = lease(db)
        settle(db, leased, outcome)
        return state(db, webhook)

    assert attempt("retry")["failing_since"] is not None
    assert attempt("done")["failing_since"] is None
    attempt("retry")
    db.execute(age, (119, webhook))
    assert attempt("retry")["is_active"] is True
    db.execute(age, (121, webhook))
    off = attempt("refused")
    assert (off["is_active"], off["disabled_reason"]) == (False, "failing")
    event = one(db, "select * from helpdesk.events where type = 'webhook.disabled'")
    assert event["data"]["reason"] == "failing"


def test_a_lost_sender_is_not_the_targets_failure(db: Db, world: World) -> None:
    webhook = add_webhook(db, "ticket.*")
    change(db, world)
    lease(db)
    make_due(db)
    lease(db)
    assert state(db, webhook)["failing_since"] is None


def test_a_failing_target_leaves_senders_to_others(db: Db, world: World) -> None:
    failing, fine = add_webhook(db, "ticket.*"), add_webhook(db, "ticket.*")
    run = 12
    for number in range(run):
        with be(db, CUSTOMER):
            db.execute("select helpdesk.create_ticket(%s)", (f"t{number}",))
    db.execute(
        "update helpdesk.webhooks set failing_since = now() - interval '2 minutes' where webhook_id = %s", (failing,)
    )
    targets = [str(row["target_id"]) for row in lease(db, rows=100)]
    assert (targets.count(failing), targets.count(fine)) == (5, run)
    assert lease(db) == []
