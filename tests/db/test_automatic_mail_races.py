"""Automatic mails, several writers and senders at once: limits hold, and no reply is missing from a notification."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.db.conftest import Server
from tests.db.mailing import STRANGER, add_channels, mail
from tests.db.mailing_out import leased, reply
from tests.db.people import ADMIN, CUSTOMER, SERVICE, Db, be, value
from tests.db.test_embedding_races import while_open
from tests.db.world import World

Two = tuple[Db, Db]


@pytest.fixture
def two(pg: Server, own: str, world: World) -> Any:
    """Two connections to a furnished helpdesk with addresses; the ticket "mine" has an assignee."""
    with pg.connect(own) as first, pg.connect(own) as second:
        add_channels(first, world)
        first.execute("delete from helpdesk.outbound_emails")
        first.execute("delete from helpdesk.automatic_emails")
        first.execute("update helpdesk.settings set email_batch_minutes = 0")
        with be(first, ADMIN):
            first.execute("select helpdesk.assign_ticket(%s, %s)", (world["mine"], world["admin"]))
        first.commit()
        yield first, second


def _receive(db: Db, raw: str) -> str:
    with be(db, SERVICE):
        made = value(db, "select helpdesk.receive_email('raw', %s, 100, '{}')", raw * 64)
        done = value(
            db, "select helpdesk.ingest_email(%s, %s)", made["inbound_id"], json.dumps(mail(STRANGER, subject=raw))
        )
    return str(done["ticket_id"])


def test_of_two_mails_of_one_address_at_once_the_second_counts_the_first(two: Two, world: World) -> None:
    first, second = two
    first.execute(
        "insert into helpdesk.automatic_emails (kind, ticket_id, recipient, state) "
        "select 'acknowledgement', %s, %s, 'queued' from generate_series(1, 4)",
        (world["lent"], STRANGER),
    )
    first.commit()
    tickets = [_receive(first, "a")]
    with while_open(first, second, lambda: _receive(second, "b")) as again:
        tickets.append(again())
    rows = first.execute(
        "select state, reason from helpdesk.automatic_emails where ticket_id = any(%s::uuid[]) order by state",
        (tickets,),
    ).fetchall()
    assert rows == [{"state": "queued", "reason": None}, {"state": "skipped", "reason": "address_per_hour"}]


def test_a_sender_does_not_take_a_notification_while_a_reply_joins_it(two: Two, world: World) -> None:
    first, second = two
    reply(first, world["mine"], "First words", CUSTOMER)
    first.commit()
    reply(first, world["mine"], "Second words", CUSTOMER)
    assert leased(second) == []
    second.commit()
    first.commit()
    (given,) = leased(second)
    assert "First words" in given["payload"]["text"]
    assert "Second words" in given["payload"]["text"]


def test_a_reply_does_not_wait_for_a_sender_that_takes_the_notification(two: Two, world: World) -> None:
    first, second = two
    reply(first, world["mine"], "First words", CUSTOMER)
    first.commit()
    (given,) = leased(second)
    # Not committed yet: the reply goes its own way, and is in a mail of its own.
    first.execute("set lock_timeout = '2s'")
    reply(first, world["mine"], "Second words", CUSTOMER)
    first.commit()
    second.commit()
    (after,) = leased(second)
    assert "Second words" not in given["payload"]["text"]
    assert "Second words" in after["payload"]["text"]
