"""A small helpdesk that the tests know by heart: who is in it, and which tickets they have."""

from __future__ import annotations

from typing import Any, TypeAlias
from uuid import uuid4

from tests.db.people import (
    ADMIN,
    AGENT,
    CUSTOMER,
    GONE,
    LEFT,
    MEMBERS,
    OTHER,
    SERVICE,
    STRANGER,
    WITH_LOGIN,
    Db,
    Person,
    be,
    one,
    value,
)

World: TypeAlias = dict[str, str]
"""Names of things to their ids: people's user_ids, teams, tickets, messages, notes, invitations."""

TICKETS: dict[str, tuple[Person, str]] = {
    "mine": (CUSTOMER, "desk"),
    "answered": (CUSTOMER, "desk"),
    "closed": (CUSTOMER, "desk"),
    "theirs": (OTHER, "vault"),
    "lent": (OTHER, "vault"),
    "gones": (GONE, "vault"),
    "agents": (AGENT, "vault"),
}
"""Each ticket with its requester and its team."""
TEAM_MEMBERS = (("desk", AGENT), ("desk", LEFT), ("vault", STRANGER))
"""Who is in which team."""
ASSIGNEES = {"answered": AGENT, "lent": AGENT}
"""The assignees of the tickets that have one."""
WITHOUT_MEMBERS = ("empty",)
"""Teams that nobody is in."""
MESSAGES_AND_NOTES = {
    "question": "answered",
    "answer": "answered",
    "note": "answered",
    "lent note": "lent",
    "their question": "theirs",
    "their note": "theirs",
    "agents note": "agents",
}
"""Each message and note with its ticket."""


def add_logins(db: Db) -> None:
    """The rows that an auth server would make, all verified but one; the sign-up trigger makes the profiles."""
    for person in WITH_LOGIN:
        db.execute(
            "insert into auth.users (id, aud, role, email, email_confirmed_at, raw_user_meta_data) "
            "values (%s, 'authenticated', 'authenticated', %s, case when %s then now() end, "
            "jsonb_build_object('name', %s::text))",
            (uuid4(), person.email, person.helpdesk_role is not None, person.name.title()),
        )


def furnish(db: Db) -> World:
    """People with their roles, two teams, and tickets in every state, through the functions that everybody uses."""
    world: World = {"nothing": str(uuid4())}
    for person in MEMBERS:
        world[person.name] = str(value(db, "select user_id from helpdesk.users where email = %s", person.email))
    _hire(db, world)
    _open_tickets(db, world)
    _talk(db, world)
    with be(db, ADMIN):
        for person in (GONE, LEFT):
            db.execute("select helpdesk.deactivate_user(%s)", (world[person.name],))
        invited = one(db, "select * from helpdesk.invite_user('newcomer@example.com', 'agent', 'Newcomer')")
    world |= {"invitation": str(invited["invitation_id"]), "newcomer": str(invited["user_id"])}
    with be(db, SERVICE):
        known = one(db, "select * from helpdesk.create_customer('caller@example.com', 'Caller')")
    world["caller"] = str(known["user_id"])
    return world


def _hire(db: Db, world: World) -> None:
    with be(db, SERVICE):
        for person in MEMBERS:
            db.execute("select helpdesk.set_user_role(%s, %s)", (world[person.name], person.helpdesk_role))
        world["desk"] = str(value(db, "select team_id from helpdesk.teams where is_default"))
        for name, public in (("vault", False), ("empty", True)):
            row = one(
                db,
                "insert into helpdesk.teams (name, is_public) values (%s, %s) returning team_id",
                name.title(),
                public,
            )
            world[name] = str(row["team_id"])
        for team, person in TEAM_MEMBERS:
            db.execute(
                "insert into helpdesk.team_members (team_id, user_id) values (%s, %s)",
                (world[team], world[person.name]),
            )


def _open_tickets(db: Db, world: World) -> None:
    for name, (requester, team) in TICKETS.items():
        with be(db, SERVICE):
            ticket = one(
                db,
                "select * from helpdesk.create_ticket("
                "title => %s, description => 'words', team_id => %s, requester_id => %s, tags => %s)",
                f"{name} ticket",
                world[team],
                world[requester.name],
                [f"tag-{name}"],
            )
        world[name] = str(ticket["ticket_id"])
        world[f"{name} number"] = str(ticket["number"])
    with be(db, ASSIGNEES["answered"]):
        db.execute("select helpdesk.claim_ticket(%s)", (world["answered"],))
    with be(db, ADMIN):
        db.execute("select helpdesk.assign_ticket(%s, %s)", (world["lent"], world[ASSIGNEES["lent"].name]))


def _talk(db: Db, world: World) -> None:
    with be(db, CUSTOMER):
        world["question"] = said(db, "answered", "Where is it?", world)
        db.execute("update helpdesk.tickets set status = 'closed' where ticket_id = %s", (world["closed"],))
    with be(db, AGENT):
        world["answer"] = said(db, "answered", "Here it is.", world, world["question"])
        world["note"] = noted(db, "answered", world)
        world["lent note"] = noted(db, "lent", world)
    with be(db, OTHER):
        world["their question"] = said(db, "theirs", "And mine?", world)
    with be(db, STRANGER):
        world["their note"] = noted(db, "theirs", world)
        world["agents note"] = noted(db, "agents", world)


def said(db: Db, ticket: str, body: str, world: World, after: str | None = None) -> str:
    """Reply to a ticket of the world; the message's id."""
    row = one(db, "select * from helpdesk.send_reply(%s, %s, %s)", world[ticket], body, after)
    return str(row["message_id"])


def noted(db: Db, ticket: str, world: World) -> str:
    """Leave a note on a ticket of the world; its id."""
    return str(one(db, "select * from helpdesk.add_note(%s, 'between us')", world[ticket])["note_id"])


def ticket(db: Db, world: World, name: str) -> dict[str, Any]:
    """A ticket of the world as it is now, seen by the owner."""
    return one(db, "select * from helpdesk.tickets where ticket_id = %s", world[name])
