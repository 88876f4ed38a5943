"""Metrics: what they say is what is there; and no plan of theirs reads all tickets."""

from __future__ import annotations

from typing import Any

import pytest
from tests.db.conftest import Server
from tests.db.people import ADMIN, AGENT, CUSTOMER, SERVICE, Db, Person, as_person, be, one, refused, value
from tests.db.world import World, filed

from helpdesk_sdk.models.metrics import METRICS


def _metrics(db: Db, who: Person = SERVICE) -> dict[tuple[str, ...], float]:
    with as_person(db, who):
        rows = db.execute("select * from helpdesk.metrics()").fetchall()
    return {(row["name"], *(row["labels"][name] for name in sorted(row["labels"]))): row["value"] for row in rows}


@pytest.mark.parametrize("who", [CUSTOMER, AGENT], ids=str)
def test_only_admins(db: Db, world: World, who: Person) -> None:
    with as_person(db, who), refused("forbidden"):
        db.execute("select * from helpdesk.metrics()")
    assert _metrics(db, ADMIN).keys() == _metrics(db).keys()


def test_every_number_is_described_and_there(db: Db, world: World) -> None:
    db.execute("update helpdesk.ai_settings set daily_tokens_project = 1000")
    db.execute(
        "insert into helpdesk.ai_usage (day, scope, scope_id, used_tokens, reserved_tokens) values "
        "((now() at time zone 'utc')::date, 'project', '00000000-0000-0000-0000-000000000000', 700, 50)"
    )
    with be(db, AGENT):
        run = value(db, "select run_id from helpdesk.request_run(%s, 'reply')", world["mine"])
    found = _metrics(db)
    ended = "update helpdesk.ai_runs set state = 'failed', reason = 'x', finished_at = now() where run_id = %s"
    db.execute(ended, (run,))
    after = _metrics(db)
    assert {name for name, *_ in {**found, **after}} == set(METRICS)
    assert found["tokens_limit_day",] == 1000
    assert (found["tokens_day", "used"], found["tokens_day", "reserved"]) == (700, 50)
    assert (found["runs", "queued"], found["runs", "leased"], after["runs", "queued"]) == (1, 0, 0)
    assert after["runs_finished_hour", "x", "failed"] == 1
    assert after["run_oldest_seconds",] == 0
    assert found["run_oldest_seconds",] > 0


def test_queues_and_files(db: Db, world: World) -> None:
    tickets = db.execute(
        "select m.name, t.status, count(*)::float as n "
        "from helpdesk.tickets as t join helpdesk.teams as m using (team_id) "
        "where t.status in ('open', 'pending') group by 1, 2"
    ).fetchall()
    filed(db, world["mine"], CUSTOMER, "message", "uploaded")
    db.execute("set local session_replication_role = replica")
    db.execute(
        "update helpdesk.tickets set created_at = clock_timestamp() - interval '1 day' where ticket_id = %s",
        (world["theirs"],),
    )
    db.execute("set local session_replication_role = origin")
    found = _metrics(db)
    assert {key: n for key, n in found.items() if key[0] == "tickets" and n} == {
        ("tickets", row["status"], row["name"]): row["n"] for row in tickets
    }
    assert 86400 <= found["queue_oldest_seconds", "Vault"] < 86500
    waiting = value(db, "select count(*)::float from helpdesk.attachments where state = 'uploaded'")
    assert found["attachment_checks",] == waiting > 0
    assert found["attachment_check_oldest_seconds",] > 0


def test_a_claimed_or_snoozed_ticket_does_not_wait(db: Db, world: World) -> None:
    with be(db, ADMIN):
        for name in ("theirs", "gones", "agents"):
            db.execute("select helpdesk.claim_ticket(%s)", (world[name],))
    assert ("queue_oldest_seconds", "Vault") not in _metrics(db)


def test_an_open_transaction_holds_events_back(pg: Server, own: str, world: World) -> None:
    with pg.connect(own) as holding, pg.connect(own) as reader:
        with be(holding, AGENT):
            holding.execute("update helpdesk.tickets set title = 'held' where ticket_id = %s", (world["mine"],))
        # The metric counts whole seconds.
        holding.execute("select pg_sleep(0.6)")
        assert _metrics(reader)["event_hold_seconds",] > 0
        assert _metrics(reader)["lock_waits",] == 0
        holding.rollback()


def test_nobody_is_named(db: Db, world: World) -> None:
    with as_person(db, SERVICE):
        rows: list[Any] = db.execute("select labels::text as labels from helpdesk.metrics()").fetchall()
    text = " ".join(row["labels"] for row in rows)
    for row in db.execute("select email, name from helpdesk.users").fetchall():
        assert row["email"] not in text
    assert world["mine"] not in text


def test_no_table_that_grows_with_the_tickets_is_read_as_a_whole(db: Db, world: World) -> None:
    read = (
        "select sum(seq_scan)::int as scans, sum(idx_tup_fetch) filter (where relname = 'tickets')::int as tickets "
        "from pg_stat_xact_user_tables where schemaname = 'helpdesk' "
        "and relname in ('tickets', 'messages', 'notes', 'events', 'ai_runs', 'attachments', 'ai_usage')"
    )
    # With so few rows the planner would rather read them all, when it knows: what it does with many.
    db.execute(
        "update pg_class set relpages = 1, reltuples = 1000000 where oid = 'helpdesk.tickets'::regclass; "
        "discard plans; set local enable_seqscan = off"
    )
    before = one(db, read)
    _metrics(db)
    after = one(db, read)
    assert after["scans"] == before["scans"]
    # The first ticket of each queue and priority, at most.
    queues = value(db, "select count(distinct (team_id, priority)) from helpdesk.tickets where status = 'open'")
    assert 0 < after["tickets"] - before["tickets"] <= queues
