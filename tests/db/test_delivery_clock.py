"""The clock of deliveries: with stand-ins for pg_cron and pg_net, which the servers of the tests do not have."""

from __future__ import annotations

from typing import Any, LiteralString

import pytest
from tests.db.conftest import Server
from tests.db.delivering import add_webhook, change, lease
from tests.db.people import SERVICE, Db, be, refused, value
from tests.db.test_uninstall import without_files
from tests.db.world import World

from helpdesk_sdk.install import uninstall

URL = "https://abc.supabase.co"
_CRON: LiteralString = """
create schema cron;
create table cron.job (jobid bigint generated always as identity, jobname text unique, schedule text, command text);
create function cron.schedule(job_name text, schedule text, command text) returns bigint language sql
as 'insert into cron.job (jobname, schedule, command) values ($1, $2, $3) returning jobid';
create function cron.unschedule(job_name text) returns boolean language sql
as 'delete from cron.job where jobname = $1 returning true';
"""
_NET: LiteralString = """
create schema net;
create table net.requests (url text, body jsonb, headers jsonb);
create function net.http_post(
  url text, body jsonb default '{}', params jsonb default '{}',
  headers jsonb default '{"Content-Type": "application/json"}', timeout_milliseconds int default 2000
) returns bigint language sql as 'insert into net.requests values ($1, $2, $4) returning 1::bigint';
"""


def set_clock(db: Db, url: str | None) -> dict[str, Any]:
    with be(db, SERVICE):
        return dict(value(db, "select helpdesk.set_delivery_clock(%s)", url))


def requests(db: Db) -> list[dict[str, Any]]:
    return db.execute("select * from net.requests").fetchall()


@pytest.fixture
def clock(db: Db, world: World) -> Db:
    db.execute(_CRON)
    db.execute(_NET)
    assert set_clock(db, URL) == {"is_scheduled": True, "pg_cron": True, "pg_net": True}
    return db


@pytest.mark.parametrize(
    ("made", "has_cron", "has_net"), [("", False, False), (_CRON, True, False), (_NET, False, True)]
)
def test_without_the_extensions_nothing_is_scheduled(
    db: Db, world: World, made: LiteralString, has_cron: bool, has_net: bool
) -> None:
    if made:
        db.execute(made)
    assert set_clock(db, URL) == {"is_scheduled": False, "pg_cron": has_cron, "pg_net": has_net}
    assert value(db, "select helpdesk_private.wake_senders()") is False


def test_there_is_one_job_and_it_ends(clock: Db) -> None:
    set_clock(clock, URL)
    jobs = clock.execute("select jobname, schedule, command from cron.job").fetchall()
    assert [tuple(job.values()) for job in jobs] == [
        ("helpdesk-deliver", "10 seconds", "select helpdesk_private.wake_senders()")
    ]
    assert set_clock(clock, None)["is_scheduled"] is False
    assert clock.execute("select from cron.job").fetchall() == []


def test_senders_are_woken_while_something_waits_by_a_word_that_is_good_once(clock: Db, world: World) -> None:
    wake = "select helpdesk_private.wake_senders()"
    assert value(clock, wake) is False
    add_webhook(clock, "ticket.*")
    change(clock, world)
    assert value(clock, wake) is True
    (request,) = requests(clock)
    assert request["url"] == f"{URL}/functions/v1/deliver"
    assert set(request["body"]) == {"wake"}
    assert request["headers"] == {"Content-Type": "application/json"}
    word = request["body"]["wake"]
    assert len(word) == 64
    assert value(clock, "select count(*) from helpdesk_private.wake_words where word_hash = %s", word) == 0
    with be(clock, SERVICE):
        accepted = [value(clock, "select helpdesk.accept_wake(%s)", given) for given in ("x", None, word, word)]
    assert accepted == [False, False, True, False]
    lease(clock)
    assert value(clock, wake) is False


def test_a_word_ends_after_a_minute(clock: Db, world: World) -> None:
    add_webhook(clock, "ticket.*")
    change(clock, world)
    for _ in range(2):
        value(clock, "select helpdesk_private.wake_senders()")
        clock.execute("update helpdesk_private.wake_words set expires_at = clock_timestamp()")
    word = requests(clock)[-1]["body"]["wake"]
    with be(clock, SERVICE):
        assert value(clock, "select helpdesk.accept_wake(%s)", word) is False
    assert value(clock, "select count(*) from helpdesk_private.wake_words") == 1


@pytest.mark.parametrize(
    "url", ["abc.supabase.co", "ftp://x", "https://u@x", "https://x/path", "https://" + "x" * 300, ""]
)
def test_the_url_is_the_projects(clock: Db, url: str) -> None:
    with refused("invalid_value", "project_url "), clock.transaction():
        set_clock(clock, url)


def test_an_uninstall_removes_the_job_and_no_other(pg: Server, own: str) -> None:
    with pg.connect(own) as db:
        db.execute(_CRON)
        db.execute(_NET)
        set_clock(db, URL)
        db.execute("select cron.schedule('own', '1 minute', 'select 1')")
        db.commit()
        uninstall.run(without_files(pg.url(own)))
        assert [row["jobname"] for row in db.execute("select jobname from cron.job").fetchall()] == ["own"]
