"""Counters of open and pending tickets: right after every kind of write, read by team, recounted and corrected."""

from __future__ import annotations

import random
from typing import Any
from uuid import uuid4

import pytest
from tests.db.people import ADMIN, AGENT, CUSTOMER, OWNER, SERVICE, STRANGER, Db, Person, as_person, be, refused, value
from tests.db.world import World

from helpdesk_sdk._limits import COUNT_MAX

COUNTED = "select team_id, status, priority, tickets from helpdesk.ticket_counts()"
ACTUAL = (
    "select team_id, status, priority, count(*) as tickets from helpdesk.tickets "
    "where status in ('open', 'pending') group by 1, 2, 3 order by 1, 2, 3"
)


def counts(db: Db, person: Person = SERVICE) -> list[dict[str, Any]]:
    """What the person reads."""
    with as_person(db, person):
        return db.execute(COUNTED).fetchall()


def assert_right(db: Db) -> None:
    """The counters are the tickets."""
    assert counts(db) == db.execute(ACTUAL).fetchall()


def test_the_counters_of_the_world_are_right(db: Db, world: World) -> None:
    assert_right(db)
    assert sum(row["tickets"] for row in counts(db)) == 6


WRITES = {
    "created by a customer": (CUSTOMER, "select helpdesk.create_ticket('One')"),
    "posted": (CUSTOMER, "insert into helpdesk.tickets (title) values ('One'), ('Two')"),
    "created by staff": (AGENT, "select helpdesk.create_ticket('One', priority => 'urgent')"),
    "edited": (AGENT, "update helpdesk.tickets set title = 'Other' where ticket_id = '{mine}'"),
    "raised": (AGENT, "update helpdesk.tickets set priority = 'urgent' where ticket_id = '{mine}'"),
    "put off": (AGENT, "update helpdesk.tickets set status = 'pending' where ticket_id = '{mine}'"),
    "both": (ADMIN, "update helpdesk.tickets set status = 'pending', priority = 'low' where ticket_id = '{theirs}'"),
    "resolved": (AGENT, "update helpdesk.tickets set status = 'resolved' where ticket_id = '{mine}'"),
    "closed by its requester": (CUSTOMER, "update helpdesk.tickets set status = 'closed' where ticket_id = '{mine}'"),
    "reopened": (CUSTOMER, "update helpdesk.tickets set status = 'open' where ticket_id = '{closed}'"),
    "answered": (AGENT, "select helpdesk.send_reply('{mine}', 'Here')"),
    "answered and resolved": (AGENT, "select helpdesk.send_reply('{mine}', 'Here', status => 'resolved')"),
    "transferred": (AGENT, "select helpdesk.transfer_ticket('{mine}', '{vault}')"),
    "claimed": (AGENT, "select helpdesk.claim_ticket('{mine}')"),
    "many at once": (
        ADMIN,
        "update helpdesk.tickets set priority = 'high', status = 'pending' where status <> 'closed'",
    ),
    "swapped": (
        ADMIN,
        "update helpdesk.tickets set priority = case when ticket_id = '{mine}' then 'low' else 'urgent' end "
        "where ticket_id in ('{mine}', '{theirs}')",
    ),
    "its assignee leaves": (ADMIN, "select helpdesk.deactivate_user('{agent}')"),
    "imported": (
        OWNER,
        "insert into helpdesk.tickets (title, priority, team_id, created_by, channel) "
        "select 'Old ' || n, (array['low', 'high', 'urgent'])[1 + n % 3], '{vault}', '{customer}', 'import' "
        "from generate_series(1, 3000) as n",
    ),
    "moved in SQL": (OWNER, "update helpdesk.tickets set team_id = '{empty}' where team_id = '{vault}'"),
    "deleted": (OWNER, "delete from helpdesk.events; delete from helpdesk.tickets where created_by = '{other}'"),
    "all deleted": (OWNER, "truncate helpdesk.tickets cascade"),
}


@pytest.mark.parametrize("name", WRITES)
def test_the_counters_follow(db: Db, world: World, name: str) -> None:
    person, statement = WRITES[name]
    before = db.execute("select ticket_id, status, priority, team_id from helpdesk.tickets order by 1").fetchall()
    if "delete from helpdesk.events" in statement:
        db.execute("alter table helpdesk.events disable trigger user")
    with be(db, person):
        db.execute(statement.format_map(world).encode())
    after = db.execute("select ticket_id, status, priority, team_id from helpdesk.tickets order by 1").fetchall()
    assert (before != after) is (name not in ("edited", "claimed", "its assignee leaves"))
    assert_right(db)


def test_a_write_that_is_undone_is_not_counted(db: Db, world: World) -> None:
    before = counts(db)
    with as_person(db, AGENT):
        db.execute("select helpdesk.create_ticket('One')")
    with refused("forbidden"), be(db, CUSTOMER):
        db.execute("update helpdesk.tickets set status = 'closed' where ticket_id = %s", (world["mine"],))
        db.execute("update helpdesk.tickets set priority = 'urgent' where ticket_id = %s", (world["answered"],))
    assert counts(db) == before
    assert_right(db)


def test_any_mix_of_writes_is_counted(db: Db, world: World) -> None:
    chance = random.Random(7)
    teams = [world[name] for name in ("desk", "vault", "empty")]
    for _ in range(150):
        ids = [row["ticket_id"] for row in db.execute("select ticket_id from helpdesk.tickets").fetchall()]
        chosen = chance.sample(ids, min(len(ids), chance.randint(1, 4)))
        become = as_person if chance.random() < 0.2 else be
        with become(db, SERVICE):
            match chance.randrange(4):
                case 0:
                    arguments = {"id": uuid4(), "team": chance.choice(teams), "who": world["customer"]}
                    db.execute(
                        "select helpdesk.create_ticket('New', ticket_id => %(id)s, team_id => %(team)s, "
                        "requester_id => %(who)s, priority => 'low')",
                        arguments,
                    )
                case 1:
                    status = chance.choice(["open", "pending", "resolved"])
                    query = "update helpdesk.tickets set status = %s where ticket_id = any(%s) and status <> 'closed'"
                    db.execute(query, (status, chosen))
                case 2:
                    priority = chance.choice(["low", "medium", "high", "urgent"])
                    db.execute(
                        "update helpdesk.tickets set priority = %s where ticket_id = any(%s)", (priority, chosen)
                    )
                case _:
                    query = (
                        "select helpdesk.transfer_ticket(ticket_id, %s) from helpdesk.tickets "
                        "where ticket_id = %s and status <> 'closed'"
                    )
                    db.execute(query, (chance.choice(teams), chosen[0]))
    assert_right(db)


def test_staff_read_the_counts_of_their_teams(db: Db, world: World) -> None:
    everything = counts(db)
    assert counts(db, ADMIN) == everything
    for agent, team in ((AGENT, "desk"), (STRANGER, "vault")):
        assert counts(db, agent) == [row for row in everything if str(row["team_id"]) == world[team]] != []
    with be(db, ADMIN):
        db.execute(
            "insert into helpdesk.team_members (team_id, user_id) values (%s, %s)", (world["vault"], world["agent"])
        )
    assert counts(db, AGENT) == everything
    with be(db, ADMIN):
        db.execute("delete from helpdesk.team_members where user_id = %s", (world["agent"],))
    assert counts(db, AGENT) == []


def test_a_planned_count_of_the_counts_tells_nothing(db: Db, world: World) -> None:
    def plan() -> list[dict[str, Any]]:
        with as_person(db, AGENT):
            return db.execute("explain " + COUNTED + " where priority = 'urgent'").fetchall()

    before = plan()
    with be(db, SERVICE):
        db.execute("update helpdesk.tickets set priority = 'urgent' where team_id = %s", (world["vault"],))
    db.execute("analyze helpdesk_private.ticket_counters")
    assert plan() == before


def _drift(db: Db, world: World) -> None:
    db.execute("alter table helpdesk.tickets disable trigger count_tickets_updated")
    with be(db, SERVICE):
        db.execute("update helpdesk.tickets set priority = 'urgent' where ticket_id = %s", (world["mine"],))
    db.execute("alter table helpdesk.tickets enable trigger count_tickets_updated")


def test_a_recount_reports_what_is_wrong_and_corrects_it(db: Db, world: World) -> None:
    recount = "select * from helpdesk.recount_tickets(%s)"
    with be(db, ADMIN):
        assert db.execute(recount, (True,)).fetchall() == []
    _drift(db, world)
    wrong = [(world["desk"], "open", "medium", 1, 0), (world["desk"], "open", "urgent", 0, 1)]
    for mend in (False, True):
        with be(db, ADMIN):
            found = [tuple(map(str, row.values())) for row in db.execute(recount, (mend,)).fetchall()]
        assert found == [tuple(map(str, row)) for row in wrong]
    assert_right(db)
    with be(db, SERVICE):
        assert db.execute(recount, (True,)).fetchall() == []


def test_a_recount_folds_and_tidies(db: Db, world: World) -> None:
    insert = "insert into helpdesk_private.ticket_counters values (%s, 'open', 'low', %s, %s)"
    for slot, tickets in ((17, 3), (18, -3), (19, 2), (2, -2)):
        db.execute(insert, (world["empty"], slot, tickets))
    db.execute(insert, (uuid4(), 1, 0))
    before = counts(db)
    with be(db, ADMIN):
        assert db.execute("select * from helpdesk.recount_tickets()").fetchall() == []
    assert value(db, "select count(distinct slot) from helpdesk_private.ticket_counters") == 1
    assert value(db, "select count(*) from helpdesk_private.ticket_counters where tickets = 0") == 0
    rows = db.execute("select distinct team_id from helpdesk_private.ticket_counters").fetchall()
    teams = db.execute("select team_id from helpdesk.teams").fetchall()
    assert {row["team_id"] for row in rows} <= {row["team_id"] for row in teams}
    assert counts(db) == before


def test_a_team_that_had_tickets_can_be_deleted(db: Db, world: World) -> None:
    with be(db, ADMIN):
        create = "select ticket_id from helpdesk.create_ticket('One', team_id => %s)"
        made = value(db, create, world["empty"])
        db.execute("select helpdesk.transfer_ticket(%s, %s)", (made, world["desk"]))
        db.execute("delete from helpdesk.teams where team_id = %s", (world["empty"],))
    assert_right(db)


def test_the_sdk_and_the_database_count_up_to_the_same_number(db: Db) -> None:
    source = value(db, "select prosrc from pg_proc where oid = 'helpdesk_private.count_tickets'::regproc")
    assert f"least(v_count, {COUNT_MAX})" in source
