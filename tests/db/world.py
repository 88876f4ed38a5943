"""A small helpdesk that the tests know by heart: who is in it, and which tickets they have."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from psycopg.types.json import Jsonb
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
    login_of,
    one,
    value,
)
from tests.db.world_outside import connect_outside

from helpdesk_sdk.verification.world import (
    ASSIGNEES,
    EXAMPLES,
    FIELDS,
    FILES,
    MESSAGES_AND_NOTES,
    TEAM_MEMBERS,
    TICKETS,
    WITH_VALUES,
    WITHOUT_MEMBERS,
    World,
)

__all__ = [
    "ASSIGNEES",
    "EXAMPLES",
    "FIELDS",
    "FILES",
    "MESSAGES_AND_NOTES",
    "TEAM_MEMBERS",
    "TICKETS",
    "WITHOUT_MEMBERS",
    "WITH_VALUES",
    "World",
    "add_logins",
    "arrived",
    "filed",
    "furnish",
    "furnish_first_release",
    "noted",
    "said",
    "ticket",
]


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
    world = furnish_first_release(db)
    connect_outside(db, world)
    return world


def furnish_first_release(db: Db) -> World:
    """What a helpdesk of release 0.2.0 can have of it."""
    world: World = {"nothing": str(uuid4())}
    for person in MEMBERS:
        world[person.name] = str(value(db, "select user_id from helpdesk.users where email = %s", person.email))
    _hire(db, world)
    _define_fields(db, world)
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
    _save_views(db, world)
    _give_examples(db, world)
    _find_gaps(db, world)
    with be(db, SERVICE):
        run = value(db, "select helpdesk.start_import(gen_random_uuid(), 'zendesk:world') ->> 'run_id'")
    world["import"] = str(run)
    return world


def _give_examples(db: Db, world: World) -> None:
    """As people's acts would have made them."""
    for ticket, kind, label in EXAMPLES:
        db.execute(
            "insert into helpdesk_private.example_texts (ticket_id, body, requester_id) "
            "select ticket_id, title, created_by from helpdesk.tickets where ticket_id = %s",
            (world[ticket],),
        )
        db.execute(
            "insert into helpdesk.label_examples (kind, label, ticket_id, source) values (%s, %s, %s, 'agent')",
            (kind, label, world[ticket]),
        )


def _find_gaps(db: Db, world: World) -> None:
    """Questions of two teams that no article answers."""
    for name in ("mine", "theirs"):
        gap = one(
            db,
            "insert into helpdesk.knowledge_gaps (team_id) select team_id from helpdesk.tickets where ticket_id = %s "
            "returning gap_id",
            world[name],
        )
        world[f"gap of {name}"] = str(gap["gap_id"])
        db.execute(
            "insert into helpdesk.gap_questions (gap_id, ticket_id, source) values (%s, %s, 'nothing_found')",
            (gap["gap_id"], world[name]),
        )


def _save_views(db: Db, world: World) -> None:
    """A view of each audience."""
    tree = Jsonb({"field": "status", "op": "is", "value": "open"})
    for name, person, audience, team in (
        ("agents", AGENT, "private", None),
        ("desk", AGENT, "team", world["desk"]),
        ("common", ADMIN, "all", None),
    ):
        with be(db, person):
            view = one(
                db,
                "insert into helpdesk.views (name, tree, audience, team_id) values (%s, %s, %s, %s) returning view_id",
                name.title(),
                tree,
                audience,
                team,
            )
        world[f"{name} view"] = str(view["view_id"])


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


def _define_fields(db: Db, world: World) -> None:
    """The custom fields."""
    with be(db, SERVICE):
        for key, (type, audience, options) in FIELDS.items():
            db.execute(
                "select helpdesk.create_field(%s, %s, %s, audience => %s, options => %s)",
                (key, type, key.title(), audience, Jsonb(options)),
            )
        db.execute("select helpdesk.set_field_teams('story', array[%s, %s]::uuid[])", (world["desk"], world["vault"]))
        db.execute("update helpdesk.field_options set retired_at = 'now' where value = 'old'")
        db.execute("update helpdesk.field_definitions set retired_at = 'now' where key = 'gone'")


def _open_tickets(db: Db, world: World) -> None:
    for name, (requester, team) in TICKETS.items():
        with be(db, SERVICE):
            ticket = one(
                db,
                "select * from helpdesk.create_ticket("
                "title => %s, description => 'words', team_id => %s, requester_id => %s, tags => %s, "
                "custom_fields => %s)",
                f"{name} ticket",
                world[team],
                world[requester.name],
                [f"tag-{name}"],
                Jsonb({"plan": "pro", "risk": "high"} if name in WITH_VALUES else {}),
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
    for name, (ticket, person, placement, state) in FILES.items():
        world[name] = filed(db, world[ticket], person, placement, state)
    with be(db, AGENT):
        world["answer"] = said(db, "answered", "Here it is.", world, world["question"], "answer file")
        world["note"] = noted(db, "answered", world, "note file")
        world["lent note"] = noted(db, "lent", world, "lent file")
    with be(db, OTHER):
        world["their question"] = said(db, "theirs", "And mine?", world, None, "their file")
    with be(db, STRANGER):
        world["their note"] = noted(db, "theirs", world)
        world["agents note"] = noted(db, "agents", world, "agents file")


def said(db: Db, ticket: str, body: str, world: World, after: str | None = None, *files: str) -> str:
    """Reply to a ticket of the world, with files of it; the message's id."""
    row = one(
        db,
        "select * from helpdesk.send_reply(%s, %s, %s, attachments => %s::uuid[])",
        *(world[ticket], body, after, [world[file] for file in files]),
    )
    return str(row["message_id"])


def noted(db: Db, ticket: str, world: World, *files: str) -> str:
    """Leave a note on a ticket of the world, with files of it; its id."""
    row = one(
        db,
        "select * from helpdesk.add_note(%s, 'between us', attachments => %s::uuid[])",
        *(world[ticket], [world[file] for file in files]),
    )
    return str(row["note_id"])


def filed(db: Db, ticket_id: str, person: Person, placement: str, state: str) -> str:
    """Upload a file of five bytes for a ticket, as far as that state; its id."""
    with be(db, person):
        row = one(
            db,
            "select * from helpdesk.reserve_attachment(%s, 'screen.png', 'image/png', 5, %s)",
            *(ticket_id, placement),
        )
    file = str(row["attachment_id"])
    if state == "reserved":
        return file
    arrived(db, row, person)
    with be(db, person):
        db.execute("select helpdesk.finish_attachment(%s)", (file,))
    if state != "uploaded":
        with be(db, SERVICE):
            db.execute("select helpdesk.settle_attachment(%s, %s, 'infected', %s, 5)", (file, state, "0" * 64))
    return file


def arrived(db: Db, attachment: dict[str, Any], person: Person, **metadata: object) -> str:
    """What Storage writes when the file is there: its row of the object; the object's id."""
    key = f"tickets/{attachment['ticket_id']}/{attachment['attachment_id']}"
    found = {"size": attachment["size"], "mimetype": attachment["content_type"], "eTag": '"e"'} | metadata
    row = one(
        db,
        "insert into storage.objects (bucket_id, name, owner_id, metadata) values ('helpdesk-attachments', %s, %s, %s) "
        "returning id",
        *(key, login_of(db, person), Jsonb(found)),
    )
    return str(row["id"])


def ticket(db: Db, world: World, name: str) -> dict[str, Any]:
    """A ticket of the world as it is now, seen by the owner."""
    return one(db, "select * from helpdesk.tickets where ticket_id = %s", world[name])
