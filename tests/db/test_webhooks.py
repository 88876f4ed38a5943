"""Webhooks: which events they receive, what is sent, their secrets, and when they are switched off."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from psycopg import sql
from tests.db.conftest import Server
from tests.db.delivering import URL, add_webhook, change, deliveries, lease, settle, types
from tests.db.importing import comment, send, ticket, with_people
from tests.db.people import ADMIN, AGENT, CUSTOMER, SERVICE, Db, as_person, be, one, refused, value
from tests.db.world import World

from helpdesk_sdk import EventType


def note(db: Db, world: World, name: str = "mine") -> None:
    with be(db, AGENT):
        db.execute("select helpdesk.add_note(%s, 'secret words')", (world[name],))


def state(db: Db, webhook: str) -> dict[str, Any]:
    return one(db, "select * from helpdesk.webhooks where webhook_id = %s", webhook)


def switch(db: Db, webhook: str, on: bool) -> None:
    with be(db, ADMIN):
        db.execute("update helpdesk.webhooks set is_active = %s where webhook_id = %s", (on, webhook))


def test_the_types_that_can_be_asked_for_are_all_types(db: Db) -> None:
    known = {row["type"] for row in db.execute("select type from helpdesk_private.event_types").fetchall()}
    assert known == {str(each) for each in EventType} - {"ticket.imported", "webhook.test"}


@pytest.mark.parametrize(
    ("asked", "received"),
    [
        (["*"], ["ticket.updated", "note.created"]),
        (["ticket.*"], ["ticket.updated"]),
        (["note.created", "ticket.created"], ["note.created"]),
        (["team.*"], []),
    ],
)
def test_it_receives_the_types_that_it_asks_for(db: Db, world: World, asked: list[str], received: list[str]) -> None:
    webhook = add_webhook(db, *asked)
    change(db, world)
    note(db, world)
    assert types(db, webhook) == received


def test_what_is_about_a_webhook_goes_to_the_others(db: Db, world: World) -> None:
    first = add_webhook(db, "*")
    second = add_webhook(db, "webhook.*")
    with be(db, ADMIN):
        db.execute("update helpdesk.webhooks set description = 'x' where webhook_id = %s", (second,))
        db.execute("select helpdesk.rotate_webhook_secret(%s)", (first,))
    assert types(db, first) == ["webhook.created", "webhook.updated"]
    assert types(db, second) == ["webhook.secret_rotated"]


def test_for_customers_only_public_events(db: Db, world: World) -> None:
    webhook = add_webhook(db, "*", audience="customer")
    note(db, world)
    change(db, world)
    with be(db, ADMIN):
        db.execute("insert into helpdesk.teams (name) values ('x')")
    assert types(db, webhook) == ["ticket.updated"]


def test_of_a_team_also_what_leaves_it(db: Db, world: World) -> None:
    desk, vault = (add_webhook(db, "*", team_id=world[team]) for team in ("desk", "vault"))
    change(db, world)
    with be(db, ADMIN):
        db.execute("insert into helpdesk.teams (name) values ('x')")
        db.execute("select helpdesk.transfer_ticket(%s, %s)", (world["mine"], world["vault"]))
    change(db, world, title="Newer", person=CUSTOMER)
    assert types(db, desk) == ["ticket.updated", "ticket.transferred"]
    assert types(db, vault) == ["ticket.transferred", "ticket.updated"]


@pytest.mark.parametrize(
    ("column", "given"), [("event_types", ["team.created"]), ("audience", "customer"), ("team_id", "vault")]
)
def test_what_waits_or_is_replayed_is_not_for_a_webhook_that_was_narrowed(
    db: Db, world: World, column: str, given: Any
) -> None:
    webhook = add_webhook(db, "note.created")
    note(db, world)
    narrow = sql.SQL("update helpdesk.webhooks set {} = %s where webhook_id = %s").format(sql.Identifier(column))
    with be(db, ADMIN):
        db.execute(narrow, (world["vault"] if column == "team_id" else given, webhook))
    assert lease(db) == []
    (dropped,) = deliveries(db, webhook)
    assert (dropped["state"], dropped["attempts"]) == ("done", 0)
    assert "does not ask for this event" in dropped["last_problem"]
    with be(db, ADMIN):
        value(db, "select helpdesk.replay_deliveries(array[%s]::uuid[])", dropped["delivery_id"])
    assert lease(db) == []


def test_what_is_rolled_back_is_never_sent(db: Db, world: World) -> None:
    webhook = add_webhook(db)
    with db.transaction(force_rollback=True):
        change(db, world)
        assert len(deliveries(db, webhook)) == 1
    assert deliveries(db, webhook) == []


def test_imports_are_silent(db: Db, world: World) -> None:
    webhook = add_webhook(db, "ticket.*", "message.*", "note.*", "user.*", "attachment.*")
    run = with_people(db)
    send(db, run, "ticket", ticket("t1", comments=[comment("c1")]))
    assert value(db, "select count(*) from helpdesk.events where type = 'ticket.imported'") > 0
    assert deliveries(db, webhook) == []
    # Nor does a replay of that time bring it.
    with be(db, ADMIN):
        replayed = "select helpdesk.replay_deliveries(webhook_id => %s, since => now() - interval '1 hour')"
        value(db, replayed, webhook)
    assert "ticket.imported" not in types(db, webhook)


def test_the_body_is_the_row_of_the_log_and_has_no_message_text(db: Db, world: World) -> None:
    add_webhook(db, "note.created")
    note(db, world)
    (leased,) = lease(db)
    with as_person(db, ADMIN):
        row = db.execute(
            "select to_jsonb(e) as event from helpdesk.events as e where type = 'note.created' "
            "order by event_id desc limit 1"
        ).fetchone()
        columns = db.execute("select * from helpdesk.events_since(null, 1)").description or []
    assert row is not None
    sent, event = leased["payload"], row["event"]
    assert (sent["url"], sent["id"]) == (URL, f"msg_{event['event_id']}")
    assert set(sent["body"]) == {"type", "timestamp", "data"}
    assert (sent["body"]["type"], sent["body"]["timestamp"]) == ("note.created", event["created_at"])
    data = sent["body"]["data"]
    assert set(data) == {column.name for column in columns} | {"api"}
    assert data["api"] == f"/rest/v1/tickets?ticket_id=eq.{world['mine']}"
    assert data["cursor"] == f"{event['xid']}.{event['event_id']}"
    assert {name: data[name] for name in event if name != "xid"} == {
        name: told for name, told in event.items() if name != "xid"
    }
    assert "secret words" not in json.dumps(sent)


def test_a_body_is_less_than_twenty_kilobytes(db: Db, world: World) -> None:
    webhook = add_webhook(db, "ticket.updated")
    change(db, world)
    db.execute("alter table helpdesk.events disable trigger guard_events")
    db.execute(
        "update helpdesk.events set data = jsonb_build_object('changes', jsonb_build_object('title', "
        "jsonb_build_array('a', repeat('€', 9000)))) where event_id = %s",
        (deliveries(db, webhook)[0]["event_id"],),
    )
    (leased,) = lease(db)
    assert len(json.dumps(leased["payload"]["body"], ensure_ascii=False).encode()) < 20_000
    assert leased["payload"]["body"]["data"]["data"] == {}
    assert leased["payload"]["body"]["data"]["is_shortened"] is True


def test_a_secret_is_shown_once_and_only_a_lease_has_it_again(db: Db, world: World) -> None:
    with be(db, ADMIN):
        made = value(db, "select helpdesk.create_webhook(%s)", URL)
    assert made["secret"].startswith("whsec_")
    assert len(base64.b64decode(made["secret"].removeprefix("whsec_"), validate=True)) == 32
    for person in (ADMIN, SERVICE):
        with as_person(db, person):
            rows = db.execute("select to_jsonb(w) as row from helpdesk.webhooks as w").fetchall()
            rows += db.execute("select to_jsonb(o) as row from helpdesk.outbox as o").fetchall()
            rows += db.execute("select to_jsonb(e) as row from helpdesk.events as e").fetchall()
        assert "whsec_" not in json.dumps([row["row"] for row in rows])
    change(db, world)
    (leased,) = [row for row in lease(db) if str(row["target_id"]) == made["webhook_id"]]
    assert leased["payload"]["secrets"] == [made["secret"]]
    with be(db, ADMIN):
        other = value(db, "select helpdesk.create_webhook(%s)", URL)
    assert other["secret"] != made["secret"]


def _secrets(db: Db, world: World, webhook: str) -> list[str]:
    change(db, world, title=f"Signed {value(db, 'select clock_timestamp()')}")
    (leased,) = [row for row in lease(db) if str(row["target_id"]) == webhook]
    settle(db, leased)
    return list(leased["payload"]["secrets"])


def test_during_a_rotation_both_secrets_sign_the_new_one_first(db: Db, world: World) -> None:
    webhook = add_webhook(db, "ticket.*")
    (first,) = _secrets(db, world, webhook)
    with be(db, ADMIN):
        second = value(db, "select helpdesk.rotate_webhook_secret(%s)", webhook)["secret"]
    assert _secrets(db, world, webhook) == [second, first]
    # Two at most.
    with be(db, ADMIN):
        third = value(db, "select helpdesk.rotate_webhook_secret(%s, 3600)", webhook)["secret"]
    assert _secrets(db, world, webhook) == [third, second]
    db.execute(
        "update helpdesk_private.webhook_secrets set expires_at = now() - interval '1 second' where secret = %s",
        (second,),
    )
    assert _secrets(db, world, webhook) == [third]
    with be(db, ADMIN):
        fourth = value(db, "select helpdesk.rotate_webhook_secret(%s, 0)", webhook)["secret"]
    assert _secrets(db, world, webhook) == [fourth]


def test_a_test_goes_to_this_webhook_alone_whatever_it_asks_for(db: Db, world: World) -> None:
    webhook, other = add_webhook(db, "team.created", audience="customer"), add_webhook(db, "*")
    switch(db, webhook, on=False)
    db.execute("delete from helpdesk.outbox where target_id = %s", (other,))
    with be(db, ADMIN):
        tested = one(db, "select * from helpdesk.test_webhook(%s)", webhook)
    (leased,) = lease(db)
    assert leased["delivery_id"] == tested["delivery_id"]
    assert leased["payload"]["body"]["type"] == "webhook.test"
    assert deliveries(db, other) == []


def test_a_deleted_webhook_leaves_nothing(db: Db, world: World) -> None:
    webhook = add_webhook(db, "ticket.*")
    change(db, world)
    lease(db)
    with be(db, ADMIN):
        db.execute("delete from helpdesk.webhooks where webhook_id = %s", (webhook,))
    assert deliveries(db, webhook) == []
    left = "select count(*) from helpdesk_private.webhook_secrets where webhook_id = %s"
    assert value(db, left, webhook) == 0


def test_the_log_has_no_url(db: Db, world: World) -> None:
    webhook = add_webhook(db, "ticket.*")
    with be(db, ADMIN):
        db.execute(
            "update helpdesk.webhooks set url = 'https://example.com/token-1234' where webhook_id = %s", (webhook,)
        )
    told = db.execute("select data::text as data from helpdesk.events where type like 'webhook.%'").fetchall()
    assert told
    assert not any("example.com" in row["data"] for row in told)


def test_loopback_is_for_those_whose_owner_allows_it(db: Db, world: World) -> None:
    local = ("http://localhost:9000/x", "http://127.0.0.1:8000", "http://[::1]:8000/", "https://localhost:9/")
    with refused("invalid_value", "url must begin with https://"), db.transaction():
        add_webhook(db, url=local[0])
    db.execute("update helpdesk_private.delivery_settings set allow_loopback = true")
    for url in local:
        add_webhook(db, url=url)
    for url in ("http://example.com/", "http://10.0.0.1/", "http://localhost:0/", "http://127.0.0.2/"):
        with refused("invalid_value", "url "), db.transaction():
            add_webhook(db, url=url)


def test_there_are_a_hundred_at_most(db: Db, world: World) -> None:
    db.execute(
        "insert into helpdesk.webhooks (url) "
        "select %s from generate_series(1, 100 - (select count(*)::int from helpdesk.webhooks))",
        (URL,),
    )
    with refused("too_many"), db.transaction():
        add_webhook(db)


def test_a_write_that_waits_for_no_sender(pg: Server, own: str, world: World) -> None:
    """A sender's transaction that stays open holds up no write, and no other sender."""
    with pg.connect(own) as sender, pg.connect(own) as other:
        webhook = add_webhook(sender, "ticket.*")
        change(sender, world)
        sender.commit()
        (leased,) = lease(sender)
        settle(sender, leased, "retry")
        other.execute("set lock_timeout = '2s'")
        change(other, world, title="Meanwhile")
        assert len(deliveries(other, webhook)) == 2
        other.commit()
        sender.rollback()
