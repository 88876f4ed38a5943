"""Throw-away people: only they are removed, with their tickets; whatever they left with others stays."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from psycopg.types.json import Jsonb
from tests.db.people import ADMIN, AGENT, CUSTOMER, SERVICE, Db, as_person, be, one, value
from tests.db.world import World, filed, said

DOMAIN = "throwaway.helpdesk.invalid"


def _person(db: Db, name: str, role: str = "customer") -> str:
    with be(db, SERVICE):
        made = one(db, "select * from helpdesk.create_customer(%s, %s)", f"{name}@{DOMAIN}", name)
        db.execute("select helpdesk.set_user_role(%s, %s)", (made["user_id"], role))
    return str(made["user_id"])


def _ticket(db: Db, requester: str, **more: Any) -> str:
    with be(db, SERVICE):
        return str(
            value(
                db,
                "select ticket_id from helpdesk.create_ticket('throw me away', 'words', requester_id => %s, "
                "tags => array['x'], custom_fields => %s)",
                *(requester, Jsonb({"plan": "pro", "risk": "high"} | more)),
            )
        )


def _remove(db: Db, *emails: str) -> dict[str, int]:
    with be(db, SERVICE):
        found: dict[str, int] = value(db, "select helpdesk.remove_throwaways(%s)", list(emails) or None)
    return found


def _everything(db: Db) -> dict[str, int]:
    # Deliveries outlive their ticket: one of a mail that is gone has nothing to send, and ends.
    tables = db.execute(
        "select schemaname || '.' || tablename as name from pg_tables "
        "where schemaname in ('helpdesk', 'helpdesk_private') "
        "and tablename not in ('events', 'ticket_counters', 'outbox')"
    ).fetchall()
    return {row["name"]: value(db, f"select count(*) from {row['name']}") for row in tables}


def test_nothing_of_them_is_left_but_events(db: Db, world: World) -> None:
    before, counts = _everything(db), value(db, "select sum(tickets) from helpdesk_private.ticket_counters")
    requester, agent = _person(db, "requester"), _person(db, "agent", "agent")
    tickets = [_ticket(db, requester) for _ in range(3)]
    db.execute("insert into helpdesk.team_members (team_id, user_id) values (%s, %s)", (world["desk"], agent))
    names = dict(zip(("first", "second", "third"), tickets, strict=True))
    with be(db, AGENT):
        said(db, "first", "Hello", world | names)
        db.execute("select helpdesk.add_note(%s, 'a note')", (tickets[0],))
        db.execute("select helpdesk.link_tickets(%s, 'blocks', %s)", (tickets[0], tickets[1]))
        db.execute("select helpdesk.merge_tickets(%s, %s)", (tickets[1], tickets[2]))
    filed(db, tickets[0], AGENT, "note", "clean")
    assert _remove(db) == {"people": 2, "tickets": 3, "people_left": 0}
    assert _everything(db) == before
    assert value(db, "select sum(tickets) from helpdesk_private.ticket_counters") == counts
    assert value(db, "select count(*) from helpdesk.events where ticket_id = any(%s::uuid[])", tickets) > 0
    assert _remove(db) == {"people": 0, "tickets": 0, "people_left": 0}


@pytest.mark.parametrize(
    "email",
    [
        "customer@example.com",
        f"x@{DOMAIN}.example.com",
        f"x@not{DOMAIN}",
        "x@helpdesk.invalid",
        "assistant@helpdesk.invalid",
    ],
)
def test_nobody_else_is_removed(db: Db, email: str) -> None:
    with be(db, SERVICE):
        person = one(db, "select * from helpdesk.create_customer(%s, 'Real')", email)["user_id"]
    ticket = _ticket(db, str(person))
    assert _remove(db) == _remove(db, email) == {"people": 0, "tickets": 0, "people_left": 0}
    assert value(db, "select created_by from helpdesk.tickets where ticket_id = %s", ticket) == person


def test_only_those_who_are_named(db: Db) -> None:
    _person(db, "one")
    two = _person(db, "two")
    assert _remove(db, f"one@{DOMAIN}", f"none@{DOMAIN}", "customer@example.com")["people"] == 1
    assert value(db, "select user_id::text from helpdesk.users where email like '%%@throwaway.%%'") == two


def test_what_they_wrote_on_a_real_ticket_stays_and_they_may_do_nothing_more(db: Db, world: World) -> None:
    agent = _person(db, "helper", "agent")
    login = uuid4()
    db.execute("insert into auth.users (id, email, email_confirmed_at) values (%s, 'x@example.org', now())", (login,))
    db.execute("delete from helpdesk.users where auth_user_id = %s", (login,))
    db.execute("update helpdesk.users set auth_user_id = %s where user_id = %s", (login, agent))
    db.execute("insert into helpdesk.team_members (team_id, user_id) values (%s, %s)", (world["desk"], agent))
    with be(db, AGENT, sub=str(login)):
        db.execute(
            "select set_config('request.jwt.claims', %s, true)", (f'{{"role": "authenticated", "sub": "{login}"}}',)
        )
        db.execute("select helpdesk.send_reply(%s, 'From a throw-away')", (world["mine"],))
    assert _remove(db) == {"people": 0, "tickets": 0, "people_left": 1}
    assert value(db, "select is_active from helpdesk.users where user_id = %s", agent) is False
    assert value(db, "select body from helpdesk.messages where author_id = %s", agent) == "From a throw-away"


def test_a_real_ticket_that_was_merged_into_theirs_is_kept(db: Db, world: World) -> None:
    requester = _person(db, "requester")
    target = _ticket(db, requester)
    with be(db, ADMIN):
        db.execute("select helpdesk.merge_tickets(%s, %s, other_requester => true)", (world["mine"], target))
    assert _remove(db) == {"people": 0, "tickets": 0, "people_left": 1}
    with as_person(db, CUSTOMER):
        assert value(db, "select count(*) from helpdesk.tickets where ticket_id = %s", world["mine"]) == 1
