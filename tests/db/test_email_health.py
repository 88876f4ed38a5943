"""The health of mail: the last mail of each address, what waits, and to how many addresses nothing is sent."""

from __future__ import annotations

from tests.db.mailing import BILLING, FAIL, SUPPORT, add_channels, mail, receive
from tests.db.people import ADMIN, Db, be, one, value
from tests.db.world import World


def test_the_health_of_mail(db: Db, world: World) -> None:
    add_channels(db, world)
    db.execute("delete from helpdesk.inbound_emails")
    db.execute("delete from helpdesk.email_suppressions")
    with be(db, ADMIN):
        empty = value(db, "select helpdesk.email_health()")
        db.execute("insert into helpdesk.email_suppressions (address) values ('gone@customer.example')")
    assert {key: empty[key] for key in empty if key != "channels"} == {
        "unparsed": 0,
        "oldest_unparsed_at": None,
        "quarantined": 0,
        "oldest_quarantined_at": None,
        "failed": 0,
        "suppressed": 0,
    }
    assert {one["last_received_at"] for one in empty["channels"]} == {None}
    receive(db, mail())
    newest = receive(db, mail("evil@elsewhere.example", verdict=FAIL))
    value(db, "select helpdesk.receive_email('raw', %s, 1)", "a" * 64)
    with be(db, ADMIN):
        found = value(db, "select helpdesk.email_health()")
    assert (found["unparsed"], found["quarantined"], found["failed"], found["suppressed"]) == (1, 1, 0, 1)
    last = {channel["address"]: channel["last_received_at"] for channel in found["channels"]}
    received = one(
        db,
        "select to_jsonb(received_at) #>> '{}' as at from helpdesk.inbound_emails where inbound_id = %s",
        newest["inbound_id"],
    )
    assert last[SUPPORT] == received["at"] == found["oldest_quarantined_at"]
    assert last[BILLING] is None
    assert found["oldest_unparsed_at"] > received["at"]
