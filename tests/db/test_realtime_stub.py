"""The schema `realtime` of a local database: what a hosted project's migrations and policies find there."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import psycopg
import pytest
from tests.db.conftest import Server
from tests.db.people import Db, value

from helpdesk_sdk.local import _sql

SEND = "select realtime.send(%s::jsonb, 'hello', %s)"
PARTITIONS = """
  select c.relname from pg_inherits as i join pg_class as c on c.oid = i.inhrelid
  where i.inhparent = 'realtime.messages'::regclass order by 1
"""


@pytest.fixture(scope="module")
def project(pg: Server) -> Iterator[str]:
    """The name of a bare project's database."""
    name = pg.copy("empty")
    yield name
    pg.drop(name)


@pytest.fixture
def db(pg: Server, project: str) -> Iterator[Db]:
    """That database, in a transaction that is rolled back."""
    with pg.connect(project) as connection:
        yield connection
        connection.rollback()


@pytest.fixture
def warnings(db: Db) -> list[str]:
    """What the database warns of."""
    heard: list[str] = []
    db.add_notice_handler(lambda notice: heard.append(f"{notice.severity}: {notice.message_primary}"))
    return heard


def messages(db: Db, topic: str) -> list[dict[str, Any]]:
    """What was sent to a topic."""
    return db.execute("select * from realtime.messages where topic = %s order by inserted_at", (topic,)).fetchall()


def test_the_table_is_as_on_hosted(db: Db) -> None:
    columns = db.execute(
        "select column_name, data_type, is_nullable, column_default from information_schema.columns "
        "where table_schema = 'realtime' and table_name = 'messages' order by ordinal_position"
    ).fetchall()
    assert [tuple(column.values()) for column in columns] == [
        ("topic", "text", "NO", None),
        ("extension", "text", "NO", None),
        ("payload", "jsonb", "YES", None),
        ("event", "text", "YES", None),
        ("private", "boolean", "YES", "false"),
        ("updated_at", "timestamp without time zone", "NO", "now()"),
        ("inserted_at", "timestamp without time zone", "NO", "now()"),
        ("id", "uuid", "NO", "gen_random_uuid()"),
        ("binary_payload", "bytea", "YES", None),
    ]
    owner = "select relowner::regrole::text from pg_class where oid = 'realtime.messages'::regclass"
    assert value(db, owner) == "supabase_realtime_admin"
    assert value(db, "select relrowsecurity from pg_class where oid = 'realtime.messages'::regclass") is True
    assert value(db, "select count(*) from pg_policies where schemaname = 'realtime'") == 0


@pytest.mark.parametrize("role", ["anon", "authenticated", "service_role"])
def test_who_may_do_what(db: Db, role: str) -> None:
    for privilege, expected in (("select", True), ("insert", True), ("update", True), ("delete", False)):
        assert value(db, "select has_table_privilege(%s, 'realtime.messages', %s)", role, privilege) is expected
    for (partition,) in [tuple(row.values()) for row in db.execute(PARTITIONS).fetchall()]:
        assert value(db, "select has_table_privilege(%s, %s, 'select, insert')", role, f"realtime.{partition}") is False
    for function in ("local_notify()", "local_partitions()", "local_forget()"):
        assert value(db, "select has_function_privilege(%s, %s, 'execute')", role, f"realtime.{function}") is False
    assert value(db, "select has_table_privilege(%s, 'realtime.local_feed', 'select, update')", role) is False


def test_a_message_gets_an_id(db: Db) -> None:
    db.execute(SEND, ('{"n": 1}', "a"))
    db.execute(SEND, ('{"id": "mine"}', "b"))
    (first,), (second,) = messages(db, "a"), messages(db, "b")
    assert first["payload"] == {"n": 1, "id": str(first["id"])}
    assert second["payload"] == {"id": "mine"}
    assert (first["event"], first["private"], first["extension"]) == ("hello", True, "broadcast")
    assert value(db, "select realtime.topic()") == "b"
    db.execute("select realtime.send_binary('\\x00ff', 'bytes', 'c', false)")
    (third,) = messages(db, "c")
    assert (third["binary_payload"], third["payload"], third["private"]) == (b"\x00\xff", None, False)


@pytest.mark.parametrize("payload", ["[1]", "1", '"x"'])
def test_what_cannot_be_sent_is_a_warning(db: Db, warnings: list[str], payload: str) -> None:
    db.execute(SEND, (payload, "a"))
    db.execute("select realtime.send('{}', 'e', null)")
    assert len(warnings) == 2
    assert all(warning.startswith("WARNING: WarnSendingBroadcastMessage: ") for warning in warnings)
    assert messages(db, "a") == []


def test_who_has_no_policy_sends_nothing_and_is_not_told(db: Db, warnings: list[str]) -> None:
    db.execute("set local role authenticated")
    db.execute(SEND, ("{}", "a"))
    db.execute("reset role")
    assert messages(db, "a") == []
    assert len(warnings) == 1
    assert "row-level security" in warnings[0]
    db.execute(
        "create policy speak on realtime.messages for insert to authenticated "
        "with check (realtime.topic() = 'a' and topic = 'a' and extension = 'broadcast')"
    )
    db.execute("set local role authenticated")
    db.execute(SEND, ("{}", "a"))
    db.execute(SEND, ("{}", "b"))
    db.execute("reset role")
    assert (len(messages(db, "a")), len(messages(db, "b")), len(warnings)) == (1, 0, 2)


@pytest.mark.parametrize("call", ["'TRUNCATE', 't', 's', null, null", "'INSERT', 't', 's', null, null, 'STATEMENT'"])
def test_changes_that_are_none_fail(db: Db, call: str) -> None:
    with pytest.raises(psycopg.errors.RaiseException, match=r"^Failed to process the row: "):
        db.execute(f"select realtime.broadcast_changes('a', 'e', {call})".encode())


def test_what_is_sent_is_notified_on_commit(pg: Server, project: str) -> None:
    with pg.connect(project) as listener, pg.connect(project) as db:
        channel = value(db, "select channel from realtime.local_feed")
        listener.execute(f"listen {channel}".encode())
        listener.commit()
        db.execute(SEND, ('{"n": "rolled back"}', "a"))
        db.rollback()
        for size in (10, 7_000, 9_000, 2_000_000):
            db.execute(SEND, (json.dumps({"text": "ü" * (size // 2)}), "a"))
        db.execute("select realtime.send_binary('\\x00', 'e', 'a')")
        # Probes of rights, and a topic that nobody can join.
        db.execute("insert into realtime.messages (topic, extension) values ('a', 'broadcast')")
        db.execute("insert into realtime.messages (topic, extension, payload) values ('a', 'presence', '{}')")
        db.execute("insert into realtime.messages (topic, extension, event) values ('a', 'broadcast', 'e')")
        db.execute(SEND, ("{}", "x" * 9_000))
        db.commit()
        notices = [json.loads(notify.payload) for notify in listener.notifies(timeout=5, stop_after=5)]
        assert list(listener.notifies(timeout=0.2)) == []
        stored = {str(message["id"]): message for message in messages(db, "a")}
        assert [("fetch" in notice, len(notice.get("payload", {}).get("text", ""))) for notice in notices] == [
            (False, 5),
            (False, 3_500),
            (True, 0),
            (True, 0),
            (True, 0),
        ]
        for notice in notices:
            row = stored[notice["id"]]
            assert (notice["topic"], notice["event"], notice["private"]) == ("a", row["event"], True)
            assert datetime.fromisoformat(notice["inserted_at"]) == row["inserted_at"]


def test_there_are_partitions_for_days_and_old_ones_go(db: Db) -> None:
    partitions = [row["relname"] for row in db.execute(PARTITIONS).fetchall()]
    days = db.execute(
        "select to_char(now() at time zone 'UTC' + n * interval '1 day', '\"messages_\"YYYY_MM_DD') as name "
        "from generate_series(-1, 3) as n"
    ).fetchall()
    assert partitions == [day["name"] for day in days]
    db.execute(
        "create table realtime.messages_2020_02_29 partition of realtime.messages "
        "for values from ('2020-02-29') to ('2020-03-01')"
    )
    db.execute(
        "create table realtime.kept partition of realtime.messages for values from ('2020-03-01') to ('2020-03-02')"
    )
    db.execute(f'drop table realtime."{partitions[-1]}"'.encode())
    db.execute("set local timezone = 'Pacific/Kiritimati'")
    db.execute("select realtime.local_partitions()")
    assert [row["relname"] for row in db.execute(PARTITIONS).fetchall()] == ["kept", *partitions]


def test_partitions_are_made_beside_whoever_sends(pg: Server) -> None:
    """A transaction that has sent something, however long it lasts, holds up no new day; an old one waits for it."""
    name = pg.copy("empty")
    with pg.connect(name) as busy, pg.connect(name) as db:
        last = [row["relname"] for row in db.execute(PARTITIONS).fetchall()][-1]
        db.execute(f'drop table realtime."{last}"'.encode())
        db.execute(
            "create table realtime.messages_2020_02_29 partition of realtime.messages "
            "for values from ('2020-02-29') to ('2020-03-01')"
        )
        db.commit()
        busy.execute(SEND, ("{}", "a"))
        heard: list[str] = []
        db.add_notice_handler(lambda notice: heard.append(notice.message_primary or ""))
        db.execute("select realtime.local_partitions()")
        there = [row["relname"] for row in db.execute(PARTITIONS).fetchall()]
        assert (there[0], there[-1]) == ("messages_2020_02_29", last)
        assert len(heard) == 1
        assert heard[0].startswith("The messages of past days stay")
        db.rollback()
    pg.drop(name)


def test_it_may_be_run_again(pg: Server, project: str) -> None:
    with pg.connect(project) as db:
        db.execute("create policy mine on realtime.messages for select to authenticated using (true)")
        db.execute(SEND, ("{}", "kept"))
        db.commit()
        _sql.run(pg.url(project), _sql.WITHOUT_GATEWAY)
        assert len(messages(db, "kept")) == 1
        assert value(db, "select count(*) from pg_policies where policyname = 'mine'") == 1
        db.execute("drop policy mine on realtime.messages")
        db.commit()
