"""Notifications of assignments: many in one request are one mail to each person, as things are when it is sent."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.db.conftest import Server
from tests.db.mailing import Json, add_channels, ticket
from tests.db.mailing_out import leased, mails
from tests.db.people import ADMIN, AGENT, SERVICE, Db, be, value
from tests.db.world import World


@pytest.fixture
def desk(db: Db, world: World) -> Db:
    """The furnished helpdesk with an address for each team, and nothing sent before."""
    _furnish(db, world)
    return db


def _furnish(db: Db, world: World) -> None:
    add_channels(db, world)
    db.execute("delete from helpdesk.outbound_emails; delete from helpdesk.automatic_emails")


def _opened(db: Db, world: World, *titles: str) -> list[str]:
    team = ticket(db, world["mine"])["team_id"]
    query = "select (helpdesk.create_ticket(%s, team_id => %s, requester_id => %s)).ticket_id"
    with be(db, SERVICE):
        return [str(value(db, query, title, team, world["customer"])) for title in titles]


def _assign(db: Db, user_id: str, *tickets: str) -> None:
    items = [{"action": "assign", "ticket_id": one, "assignee_id": user_id} for one in tickets]
    with be(db, ADMIN):
        done = value(db, "select helpdesk.bulk_tickets(%s)", json.dumps(items))
    assert [one["ok"] for one in done] == [True] * len(tickets)


def _told(db: Db) -> list[Json]:
    return [row for row in mails(db) if row["kind"] == "notification"]


def _number(db: Db, ticket_id: str) -> int:
    return int(ticket(db, ticket_id)["number"])


def test_many_assignments_at_once_are_one_mail_that_names_them_all(desk: Db, world: World) -> None:
    tickets = _opened(desk, world, "One", "<b>Two</b>", "Three")
    _assign(desk, world["agent"], *tickets)
    assert [(row["recipient"], str(row["ticket_id"])) for row in _told(desk)] == [(AGENT.email, tickets[0])]
    assert value(desk, "select count(*) from helpdesk.automatic_emails") == 1, "limits count one mail"
    (given,) = leased(desk)
    numbers = [_number(desk, one) for one in tickets]
    assert given["payload"]["subject"] == f"Assigned to you: #{numbers[0]} One (+2)"
    assert f"Also assigned to you:\n#{numbers[1]} <b>Two</b>\n#{numbers[2]} Three" in given["payload"]["text"]
    assert "&lt;b&gt;Two&lt;/b&gt;" in given["payload"]["html"]
    assert "<b>" not in given["payload"]["html"]


def test_each_person_has_a_mail_and_one_ticket_is_named_once(desk: Db, world: World) -> None:
    first, second = _opened(desk, world, "One", "Two")
    _assign(desk, world["agent"], first)
    _assign(desk, world["agent"], second)
    with be(desk, AGENT):
        for user_id in (world["admin"], world["agent"]):
            desk.execute("select helpdesk.assign_ticket(%s, %s)", (second, user_id))
    _assign(desk, world["admin"], second)
    _assign(desk, world["agent"], second)
    named = {row["recipient"]: (str(row["ticket_id"]), row["details"].get("tickets")) for row in _told(desk)}
    assert named == {AGENT.email: (first, [second]), ADMIN.email: (second, None)}


def test_what_was_taken_away_until_then_is_not_named(desk: Db, world: World) -> None:
    tickets = _opened(desk, world, "One", "Two", "Three")
    _assign(desk, world["agent"], *tickets)
    with be(desk, ADMIN):
        desk.execute("select helpdesk.unassign_ticket(%s)", (tickets[1],))
    (given,) = leased(desk)
    assert given["payload"]["subject"].endswith(" One (+1)")
    assert "Two" not in given["payload"]["text"]
    assert "Three" in given["payload"]["text"]


def test_without_the_first_ticket_the_mail_is_about_the_next_and_answers_go_there(desk: Db, world: World) -> None:
    tickets = _opened(desk, world, "One", "Two", "Three")
    _assign(desk, world["agent"], *tickets)
    with be(desk, ADMIN):
        desk.execute("select helpdesk.unassign_ticket(%s)", (tickets[0],))
    (given,) = leased(desk)
    assert given["payload"]["subject"] == f"Assigned to you: #{_number(desk, tickets[1])} Two (+1)"
    token = value(desk, "select helpdesk_private.reply_token(%s, %s)", tickets[1], world["agent"])
    assert given["payload"]["reply_to"]["address"].startswith(f"reply+{token}@")
    (row,) = _told(desk)
    assert (str(row["ticket_id"]), row["details"]["tickets"]) == (tickets[1], [tickets[2]])


def test_without_any_of_them_nothing_is_sent(desk: Db, world: World) -> None:
    tickets = _opened(desk, world, "One", "Two")
    _assign(desk, world["agent"], *tickets)
    with be(desk, ADMIN):
        for one in tickets:
            desk.execute("select helpdesk.unassign_ticket(%s)", (one,))
    assert leased(desk) == []
    assert [(row["state"], row["problem"]) for row in _told(desk)] == [("cancelled", "not_assigned_any_more")]


def test_more_than_fifty_are_cut_and_the_language_is_the_persons(desk: Db, world: World) -> None:
    with be(desk, AGENT):
        desk.execute("""select helpdesk.set_notification_preferences('{"locale": "de"}')""")
    tickets = _opened(desk, world, *[f"Nummer {number}" for number in range(53)])
    _assign(desk, world["agent"], *tickets)
    text = leased(desk)[0]["payload"]["text"]
    assert "Außerdem wurden Ihnen zugewiesen:" in text
    assert "Nummer 50" in text
    assert "Nummer 51" not in text
    assert text.endswith("\n…")


def test_two_requests_are_two_mails(pg: Server, own: str, world: World) -> Any:
    with pg.connect(own) as db:
        _furnish(db, world)
        tickets = _opened(db, world, "One", "Two")
        db.commit()
        for one in tickets:
            _assign(db, world["agent"], one)
            db.commit()
        assert len(_told(db)) == 2
