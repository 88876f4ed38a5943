"""The log of one ticket or team: the same events in the same order, and a ticket's revision right after each change."""

from __future__ import annotations

from typing import Any

import pytest
from tests.db.conftest import Server
from tests.db.event_changes import CHANGES
from tests.db.people import ADMIN, AGENT, CUSTOMER, OTHER, SERVICE, STRANGER, Db, Person, as_person, be, value
from tests.db.test_announcements import MORE, say
from tests.db.test_events import newest, since
from tests.db.world import World

OF_A_TICKET = ["mine", "answered", "closed", "theirs", "lent", "gones", "agents"]


def only(
    db: Db, cursor: str | None = None, rows: int = 1000, ticket: str | None = None, team: str | None = None
) -> list[dict[str, Any]]:
    return db.execute("select * from helpdesk.events_since(%s, %s, %s, %s)", (cursor, rows, ticket, team)).fetchall()


def works(person: Person, ticket: str) -> bool:
    """Whether the ticket is one of those that the person works, not only opens."""
    desk, vault = {"mine", "answered", "closed"}, {"theirs", "lent", "gones", "agents"}
    queues = {AGENT: desk | {"lent"}, STRANGER: vault, ADMIN: desk | vault, SERVICE: desk | vault}
    return ticket in queues.get(person, set())


@pytest.mark.parametrize("person", [CUSTOMER, OTHER, AGENT, STRANGER, ADMIN, SERVICE], ids=str)
def test_of_one_ticket_somebody_reads_what_the_table_shows_them(db: Db, world: World, person: Person) -> None:
    requesters = {"mine": CUSTOMER, "answered": CUSTOMER, "closed": CUSTOMER, "theirs": OTHER, "lent": OTHER}
    for ticket in OF_A_TICKET:
        if not works(person, ticket) and {**requesters, "agents": AGENT}.get(ticket) != person:
            continue
        with as_person(db, person):
            table = db.execute(
                "select event_id from helpdesk.events where ticket_id = %s order by xid, event_id", (world[ticket],)
            )
            seen = [row["event_id"] for row in table]
            stream = only(db, ticket=world[ticket])
        assert seen
        assert [row["event_id"] for row in stream] == seen
        if not works(person, ticket):
            assert {row["audience"] for row in stream} == {"customer"}


@pytest.mark.parametrize(
    ("person", "team"), [(AGENT, "desk"), (STRANGER, "vault"), (ADMIN, "desk"), (SERVICE, "vault")]
)
def test_of_one_team_somebody_reads_what_the_whole_log_shows_them(
    db: Db, world: World, person: Person, team: str
) -> None:
    with as_person(db, person):
        whole = [row for row in since(db) if str(row["team_id"]) == world[team]]
        assert only(db, team=world[team]) == whole


def test_staff_read_all_of_a_ticket_of_their_own_that_they_work(db: Db, world: World) -> None:
    with be(db, ADMIN):
        db.execute("select helpdesk.transfer_ticket(%s, %s)", (world["agents"], world["desk"]))
    with as_person(db, AGENT):
        assert {row["audience"] for row in only(db, ticket=world["agents"])} == {"customer", "staff"}


def test_a_ticket_that_left_a_team_left_its_stream_but_for_who_sees_it_still(
    pg: Server, own: str, world: World
) -> None:
    with pg.connect(own) as db:
        with be(db, AGENT):
            db.execute("select helpdesk.transfer_ticket(%s, %s)", (world["answered"], world["vault"]))
        db.commit()
        for person, left in ((AGENT, False), (ADMIN, True)):
            with as_person(db, person):
                stream = {str(row["ticket_id"]) for row in only(db, team=world["desk"])}
            assert (world["answered"] in stream) is left
        with as_person(db, STRANGER):
            types = {row["type"] for row in only(db, team=world["vault"]) if str(row["ticket_id"]) == world["answered"]}
            before = only(db, ticket=world["answered"], team=world["desk"])
        # What happened in the queue; of the ticket itself they read everything.
        assert types == {"ticket.transferred", "ticket.unassigned"}
        assert {row["type"] for row in before} >= {"ticket.created", "note.created"}


@pytest.mark.parametrize("rows", [1, 3])
@pytest.mark.parametrize("person", [AGENT, ADMIN], ids=str)
@pytest.mark.parametrize("wanted", [("answered", None), (None, "desk"), ("answered", "desk")])
def test_pages_of_any_size_give_the_same_stream_of_one_ticket_or_team(
    db: Db, world: World, person: Person, rows: int, wanted: tuple[str | None, str | None]
) -> None:
    ticket, team = (world[name] if name else None for name in wanted)
    with as_person(db, person):
        whole = only(db, ticket=ticket, team=team)
        paged: list[dict[str, Any]] = []
        while page := only(db, paged[-1]["cursor"] if paged else None, rows, ticket, team):
            assert len(page) <= rows
            paged += page
    assert paged == whole
    assert len(whole) > 6


@pytest.mark.parametrize("wanted", [{"only_ticket": "mine"}, {"only_team": "desk"}], ids=str)
def test_an_event_of_one_ticket_or_team_waits_for_every_older_transaction(
    pg: Server, own: str, world: World, wanted: dict[str, str]
) -> None:
    ids = {name: world[thing] for name, thing in wanted.items()}
    with pg.connect(own) as slow, pg.connect(own) as quick, pg.connect(own) as reader:
        # Older, and of another ticket: it takes its place in the order all the same.
        with be(slow, AGENT):
            slow.execute("select helpdesk.add_note(%s, 'slow')", (world["answered"],))
        say(quick, world, "a tag")
        quick.commit()
        head = value(reader, "select helpdesk.events_head()")
        reader.commit()

        def read() -> list[tuple[str, str]]:
            with be(reader, AGENT):
                rows = only(reader, head, ticket=ids.get("only_ticket"), team=ids.get("only_team"))
            reader.commit()
            return [(row["type"], str(row["ticket_id"])) for row in rows]

        assert read() == []
        slow.commit()
        tagged, noted = ("ticket.tagged", world["mine"]), ("note.created", world["answered"])
        assert read() == ([tagged] if "only_ticket" in ids else [noted, tagged])


_CHANGE_THE_TICKET = (
    *("ticket.created", "ticket.updated", "ticket.status_changed", "ticket.assigned", "ticket.unassigned"),
    *("ticket.transferred", "ticket.imported", "message.created"),
)


# But for those that change a ticket twice, or two tickets.
@pytest.mark.parametrize(
    "what", sorted({*CHANGES, *MORE} - {"an answer to an agent who works their own", "a merge", "no merge"})
)
def test_an_event_says_which_revision_of_the_ticket_the_change_has_led_to(db: Db, world: World, what: str) -> None:
    before = newest(db)
    revisions = _revisions(db)
    say(db, world, what)
    after = _revisions(db)
    rows = db.execute("select * from helpdesk.events where event_id > %s order by event_id", (before,)).fetchall()
    # An accepted mail is told beside the message that it became.
    changed = {row["ticket_id"] for row in rows if row["type"] in _CHANGE_THE_TICKET}
    for row in rows:
        ticket = row["ticket_id"]
        if ticket is None:
            assert row["ticket_revision"] is None
        else:
            assert row["ticket_revision"] == after[ticket]
            assert after[ticket] == revisions.get(ticket, 0) + (ticket in changed)


def _revisions(db: Db) -> dict[Any, int]:
    rows = db.execute("select ticket_id, revision from helpdesk.tickets").fetchall()
    return {row["ticket_id"]: row["revision"] for row in rows}
