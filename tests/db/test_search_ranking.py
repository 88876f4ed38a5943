"""Search: what comes first, as docs/search.md has it."""

from __future__ import annotations

import pytest
from tests.db.people import ADMIN, SERVICE, Db, as_person, be
from tests.db.searching import open_ticket, search
from tests.db.world import World


def test_the_title_counts_more_than_the_description_the_messages_and_the_notes(db: Db) -> None:
    note, message = open_ticket(db, "Parcel"), open_ticket(db, "Parcel")
    description, title = open_ticket(db, "Parcel", "marzipan"), open_ticket(db, "Marzipan", "parcel")
    with be(db, SERVICE):
        db.execute("select helpdesk.add_note(%s, 'marzipan')", (note,))
        db.execute("select helpdesk.send_reply(%s, 'marzipan')", (message,))
    with as_person(db, ADMIN):
        found = [hit["ticket"]["ticket_id"] for hit in search(db, "marzipan")["hits"]]
    assert found == [title, description, message, note]


@pytest.mark.parametrize(
    ("status", "age", "factor"),
    [("pending", "0 days", 1), ("pending", "90 days", 0.55), ("pending", "20 years", 0.1), ("resolved", "0 days", 0.8)],
)
def test_recent_tickets_and_living_ones_count_more(db: Db, world: World, status: str, age: str, factor: float) -> None:
    db.execute("set local session_replication_role = replica")
    db.execute(
        "insert into helpdesk.tickets (number, title, team_id, created_by, created_at, status, resolved_at) "
        "overriding system value select 1000000 + n, 'Marzipan', %(team)s, %(who)s, "
        "now() - case n when 2 then %(age)s::interval else '0' end, case n when 2 then %(status)s else 'open' end, "
        "case when n = 2 and %(status)s = 'resolved' then now() end from generate_series(1, 2) as n",
        {"team": world["desk"], "who": world["customer"], "age": age, "status": status},
    )
    db.execute("reset session_replication_role")
    db.execute("select helpdesk_private.index_ticket(t) from helpdesk.tickets as t where t.title = 'Marzipan'")
    with as_person(db, ADMIN):
        scores = {hit["ticket"]["number"]: hit["score"] for hit in search(db, "marzipan")["hits"]}
    assert scores[1000002] == pytest.approx(scores[1000001] * factor, rel=0.01)
