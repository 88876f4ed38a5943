"""Writes go on when Realtime cannot be told: no partition, a changed function, a lock; the host's settings stay."""

from __future__ import annotations

from typing import Any, LiteralString

import pytest
from tests.db.conftest import Server
from tests.db.people import Db, one, value
from tests.db.test_announcements import announced, say
from tests.db.test_events import newest
from tests.db.world import World

_SEND: LiteralString = (
    "create or replace function realtime.send(payload jsonb, event text, topic text, private boolean default true) "
    "returns void language plpgsql as "
)


# A sequence is not rolled back.
_COUNTED: LiteralString = f"create sequence public.sent; {_SEND} $$ begin perform nextval('public.sent'); "


UNABLE: dict[str, LiteralString] = {
    "there is no partition for today": "do $$ declare v_day regclass; begin for v_day in select inhrelid::regclass "
    "from pg_inherits where inhparent = 'realtime.messages'::regclass "
    "loop execute 'drop table ' || v_day; end loop; end $$",
    "sending fails": _SEND + "$$ begin perform set_config('realtime.topic', topic, true); raise 'no'; end $$",
    "sending fails slowly": _COUNTED + "perform pg_sleep(0.5); raise 'no'; end $$",
    "sending is slow": _COUNTED + "perform pg_sleep(0.5); end $$",
    "sending has other arguments": "drop function realtime.send(jsonb, text, text, boolean)",
    "there are no messages": "drop table realtime.messages cascade",
    "there is no schema": "drop schema realtime cascade",
}


@pytest.mark.parametrize("why", UNABLE)
def test_a_write_succeeds_though_nobody_can_be_told(db: Db, world: World, why: str) -> None:
    db.execute(UNABLE[why])
    db.execute("set local realtime.topic = 'room:7'; set local lock_timeout = '7s'")
    before = newest(db)
    _open_two_hundred(db, world)
    if "slow" in why:
        assert value(db, "select last_value from public.sent") == 1, "for one event of all, on one channel of several"
    assert value(db, "select count(*) from helpdesk.events where event_id > %s", before) == 200
    assert _settings(db) == {"topic": "room:7", "lock_timeout": "7s"}


def test_a_write_hardly_waits_for_messages_that_are_locked(pg: Server, own: str, world: World) -> None:
    with pg.connect(own) as busy, pg.connect(own) as db:
        busy.execute("lock table realtime.messages in access exclusive mode")
        before = newest(db)
        # Waiting a tenth of a second for each of them would take longer than the statement may.
        _open_two_hundred(db, world)
        db.commit()
        busy.rollback()
        assert [row["topics"] for row in announced(db, before)] == [[]] * 200
        # The next transaction tries again.
        before = newest(db)
        say(db, world, "a note")
        assert len(announced(db, before)[0]["topics"]) == 3


def _open_two_hundred(db: Db, world: World) -> None:
    """Two hundred events, within ten seconds."""
    db.execute("set local statement_timeout = '10s'")
    db.execute(
        "insert into helpdesk.tickets (title, created_by) select 'many', %s from generate_series(1, 200)",
        (world["customer"],),
    )


def _settings(db: Db) -> dict[str, Any]:
    return one(db, "select current_setting('realtime.topic') as topic, current_setting('lock_timeout') as lock_timeout")


@pytest.mark.parametrize("topic", ["room:7", ""])
def test_the_channel_that_the_hosts_transaction_speaks_of_stays_what_it_was(db: Db, world: World, topic: str) -> None:
    if topic:
        db.execute("select set_config('realtime.topic', %s, true)", (topic,))
    say(db, world, "a transfer")
    assert value(db, "select coalesce(realtime.topic(), '')") == topic
