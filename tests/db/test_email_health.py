"""The health of mail: the last mail of each address, what waits, and to how many addresses nothing is sent."""

from __future__ import annotations

from typing import Any

import pytest
from tests.db.mailing import BILLING, FAIL, SUPPORT, add_channels, mail, receive
from tests.db.people import ADMIN, SERVICE, Db, be, one, refused, value
from tests.db.world import World


def test_the_health_of_mail(db: Db, world: World) -> None:
    add_channels(db, world)
    db.execute("delete from helpdesk.inbound_emails")
    db.execute("delete from helpdesk.email_suppressions")
    with be(db, ADMIN):
        empty = value(db, "select helpdesk.email_health()")
        db.execute("insert into helpdesk.email_suppressions (address) values ('gone@customer.example')")
    assert {key: empty[key] for key in empty if key != "channels"} == {
        "mailboxes": [],
        "unparsed": 0,
        "oldest_unparsed_at": None,
        "quarantined": 0,
        "over_limit": 0,
        "oldest_quarantined_at": None,
        "failed": 0,
        "suppressed": 0,
    }
    assert {one["last_received_at"] for one in empty["channels"]} == {None}
    receive(db, mail())
    oldest = receive(db, mail("evil@elsewhere.example", verdict=FAIL))
    db.execute("update helpdesk.settings set email_tickets_per_channel = 0")
    newest = receive(db, mail("new@elsewhere.example"))
    value(db, "select helpdesk.receive_email('raw', %s, 1)", "a" * 64)
    with be(db, ADMIN):
        found = value(db, "select helpdesk.email_health()")
    assert (found["unparsed"], found["quarantined"], found["failed"], found["suppressed"]) == (1, 2, 0, 1)
    counts = {channel["address"]: (channel["quarantined"], channel["failed"]) for channel in found["channels"]}
    assert (counts[SUPPORT], counts[BILLING]) == ((2, 0), (0, 0))
    assert found["over_limit"] == 1
    last = {channel["address"]: channel["last_received_at"] for channel in found["channels"]}
    received = [
        one(
            db,
            "select to_jsonb(received_at) #>> '{}' as at from helpdesk.inbound_emails where inbound_id = %s",
            row["inbound_id"],
        )["at"]
        for row in (oldest, newest)
    ]
    assert [found["oldest_quarantined_at"], last[SUPPORT]] == received
    assert last[BILLING] is None
    assert found["oldest_unparsed_at"] > received[1]


def test_the_health_of_a_mailbox(db: Db, world: World) -> None:
    def mailboxes() -> list[Any]:
        with be(db, ADMIN):
            found: list[Any] = value(db, "select helpdesk.email_health() -> 'mailboxes'")
        return found

    report = "select helpdesk.report_mailbox('a@b', 'INBOX', %s)"
    with be(db, SERVICE):
        db.execute(report, ("The server\nis away",))
    [found] = mailboxes()
    assert (found["mailbox"], found["folder"], found["problem"]) == ("a@b", "INBOX", "The server is away")
    assert (found["failed"], found["last_failure"]) == (0, None)
    with be(db, SERVICE):
        db.execute(report, (None,))
        db.execute("select helpdesk.advance_mailbox('a@b', 'INBOX', 7, 5, 'too large')")
    [found] = mailboxes()
    assert (found["problem"], found["failed"], found["last_failure"]) == (None, 1, "too large")
    # Nobody reads it any more.
    db.execute("update helpdesk_private.mailbox_checks set checked_at = checked_at - interval '8 days'")
    assert mailboxes() == []


@pytest.mark.parametrize(("mailbox", "folder"), [("", "INBOX"), ("a@b", ""), ("x" * 501, "INBOX")])
def test_a_report_names_a_mailbox_and_a_folder(db: Db, world: World, mailbox: str, folder: str) -> None:
    with refused("invalid_value"), be(db, SERVICE):
        db.execute("select helpdesk.report_mailbox(%s, %s)", (mailbox, folder))
