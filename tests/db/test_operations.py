"""What slows a helpdesk down from outside: admins see the time limits, and whose transaction holds streams back."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import psycopg
import pytest
from tests.db.conftest import MIGRATIONS, Server
from tests.db.people import ADMIN, AGENT, CUSTOMER, SERVICE, Db, Person, as_person, be, refused, value
from tests.db.world import World

from helpdesk_sdk.local import _sql, migrations
from helpdesk_sdk.local.postgres import Postgres


def _open(db: Db, min_seconds: int = 0) -> list[dict[str, Any]]:
    return db.execute("select * from helpdesk.open_transactions(%s)", (min_seconds,)).fetchall()


@pytest.mark.parametrize("who", [ADMIN, SERVICE], ids=str)
def test_the_transaction_that_holds_every_stream_back_is_named(pg: Server, own: str, world: World, who: Person) -> None:
    with pg.connect(own) as holding, pg.connect(own) as quick, pg.connect(own) as reader:
        holding.execute("set application_name = 'nightly report'")
        user = holding.info.user
        with be(holding, AGENT):
            holding.execute("update helpdesk.tickets set title = 'held' where ticket_id = %s", (world["mine"],))
        head = value(quick, "select helpdesk.events_head()")
        quick.execute("select helpdesk.create_ticket('quick', requester_id => %s)", (world["customer"],))
        quick.commit()
        with be(reader, who):
            assert reader.execute("select * from helpdesk.events_since(%s)", (head,)).fetchall() == []
            [row] = [row for row in _open(reader) if row["pid"] == holding.info.backend_pid]
            assert _open(reader, 3600) == []
        reader.commit()
        holding.commit()
        with be(reader, who):
            assert [row["type"] for row in reader.execute("select * from helpdesk.events_since(%s)", (head,))]
            assert not [row for row in _open(reader) if row["pid"] == holding.info.backend_pid]
    assert (row["database"], row["application"], row["state"]) == (own, "nightly report", "idle in transaction")
    assert row["role"] == user
    assert 0 <= row["seconds"] < 60


def test_a_transaction_that_only_reads_holds_nothing_back(pg: Server, own: str) -> None:
    with pg.connect(own) as holding, pg.connect(own) as reader:
        holding.execute("select count(*) from helpdesk.tickets")
        with be(reader, ADMIN):
            assert not [row for row in _open(reader) if row["pid"] == holding.info.backend_pid]


def test_a_prepared_transaction_is_named() -> None:
    with tempfile.TemporaryDirectory(prefix="helpdesk-tests-") as directory:
        with Postgres(Path(directory), durable=False) as server:
            url = server.url("postgres")
            _sql.run(url, _sql.WITHOUT_GATEWAY)
            migrations.apply(url, MIGRATIONS)
            with psycopg.connect(url, autocommit=True) as db:
                db.execute("alter system set max_prepared_transactions = 2")
        with Postgres(Path(directory), durable=False) as server, psycopg.connect(server.url("postgres")) as db:
            # Our stand-in for Realtime sends a NOTIFY, which cannot be prepared.
            db.execute("set local session_replication_role = replica")
            db.execute("insert into helpdesk.teams (name) values ('Held')")
            db.execute("prepare transaction 'forgotten'")
            db.commit()
            rows = db.execute("select pid, application, state from helpdesk.open_transactions(0)").fetchall()
            # The metric counts whole seconds.
            db.execute("select pg_sleep(0.6)")
            held = db.execute("select value from helpdesk.metrics() where name = 'event_hold_seconds'").fetchall()
            db.commit()
            db.autocommit = True
            db.execute("rollback prepared 'forgotten'")
    assert rows == [(None, "forgotten", "prepared")]
    assert held[0][0] > 0


@pytest.mark.parametrize(
    ("setting", "expected"),
    [("'8s'", 8000), ("'1min'", 60000), ("2500", 2500), ("0", 0), (None, 5000)],
)
def test_the_time_limit_of_people_is_that_of_their_role(db: Db, setting: str | None, expected: int) -> None:
    db.execute("alter role authenticator set statement_timeout = '5s'")
    change = f"set statement_timeout = {setting}" if setting else "reset statement_timeout"
    db.execute(f"alter role authenticated {change}".encode())
    with as_person(db, ADMIN):
        rows = {row["role"]: row["milliseconds"] for row in db.execute("select * from helpdesk.statement_timeouts()")}
    assert rows == {"authenticated": expected, "anon": 3000}


def test_without_any_setting_the_limit_is_the_servers(db: Db) -> None:
    for role in ("authenticated", "anon", "authenticator"):
        db.execute(f"alter role {role} reset statement_timeout".encode())
    with as_person(db, ADMIN):
        rows = [row["milliseconds"] for row in db.execute("select * from helpdesk.statement_timeouts()")]
    assert rows == [0, 0]


def test_an_expensive_regular_expression_of_a_customer_ends_at_the_limit(db: Db, world: World) -> None:
    """A back reference makes PostgreSQL try every length: half a minute and more on a description of full length."""
    text = "a" * 99_999 + "b"
    db.execute("update helpdesk.tickets set description = %s where ticket_id = %s", (text, world["mine"]))
    with as_person(db, CUSTOMER):
        db.execute("set local statement_timeout = '300ms'")
        with pytest.raises(psycopg.errors.QueryCanceled), db.transaction():
            db.execute(r"select from helpdesk.tickets where description ~ '^(a+)\1b$'")
        assert value(db, "select count(*) from helpdesk.my_tickets")


def test_who_is_no_admin_sees_neither(db: Db) -> None:
    for call in ("open_transactions", "statement_timeouts"):
        with refused("forbidden"), as_person(db, AGENT):
            db.execute(f"select * from helpdesk.{call}()".encode())
