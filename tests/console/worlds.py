"""What exists before a story. A story names its world: `story("…", { world: "plain" }, …)`."""

from __future__ import annotations

from typing import Any

from psycopg import connect
from tests.console.outside import add as add_outside

from helpdesk_sdk import Helpdesk
from helpdesk_sdk.scripted_provider import Behaviour
from helpdesk_sdk.testing import Person, Project

# Short names of people, which stories use: role, name, teams.
PEOPLE: dict[str, tuple[Any, str, tuple[str, ...]]] = {
    "ada": ("admin", "Ada Admin", ("Support",)),
    "ana": ("agent", "Ana Duarte", ("Support",)),
    "ben": ("agent", "Ben Okafor", ("Support",)),
    "carl": ("agent", "Carl Berg", ("Billing",)),
    "mei": ("customer", "Mei Tanaka", ()),
    "noa": ("customer", "Noa Levi", ()),
}
PASSWORD = "correct horse battery"


def make(name: str, project: Project) -> dict[str, Any]:
    """Make a world in a fresh helpdesk; what the story is given."""
    people = {
        short: project.add_person(role, name=full, email=f"{short}@example.com", password=PASSWORD, teams=teams)
        for short, (role, full, teams) in PEOPLE.items()
    }
    with Helpdesk(project.url, project.secret_key) as system:
        system.teams.update("Billing", is_public=True)
        teams = {team.name: str(team.team_id) for team in system.teams.list()}
        tickets = WORLDS[name](project, system, people)
    return {
        "url": project.url,
        "key": project.publishable_key,
        "secret_key": project.secret_key,
        "people": {short: _as_dict(person) for short, person in people.items()},
        "teams": teams,
        "tickets": tickets,
    }


def _as_dict(person: Person) -> dict[str, str]:
    return {
        "email": person.email,
        "password": person.password,
        "name": person.name,
        "role": person.role,
        "user_id": str(person.user_id),
    }


def empty(project: Project, system: Helpdesk, people: dict[str, Person]) -> dict[str, Any]:
    """People and teams, no ticket."""
    return {}


def plain(project: Project, system: Helpdesk, people: dict[str, Person]) -> dict[str, Any]:
    """printer: Mei's, in Support, unassigned · invoice: Noa's, in Billing · parcel: Mei's, Ana has answered it."""
    mei, noa, ana = (project.sign_in(people[short]) for short in ("mei", "noa", "ana"))
    printer = mei.tickets.create("The printer is on fire", "Smoke comes out of it.", team="Support")
    invoice = noa.tickets.create("Invoice 17 is wrong", "You charged me twice.", team="Billing")
    parcel = mei.tickets.create("Where is my parcel?", "It should have come on Monday.", team="Support")
    ana.tickets.assign(parcel, people["ana"].user_id)
    ana.messages.reply(parcel, "I have asked the carrier.")
    ana.notes.add(parcel, "The carrier says Wednesday.")
    made = {"printer": printer, "invoice": invoice, "parcel": parcel}
    return {
        name: {"ticket_id": str(ticket.ticket_id), "number": ticket.number, "title": ticket.title}
        for name, ticket in made.items()
    }


def many(project: Project, system: Helpdesk, people: dict[str, Person]) -> dict[str, Any]:
    """10,000 open tickets of Mei's in Support, "Parcel 1" the newest; written past the rules, as an import would."""
    with connect(project.db_url) as db:
        db.execute("set local session_replication_role = replica")
        db.execute(
            "insert into helpdesk.tickets (number, title, description, team_id, created_by, created_at, updated_at) "
            "select n, 'Parcel ' || n, 'It has not come.', t.team_id, %s, now() - n * interval '1 minute', "
            "now() - n * interval '1 minute' from generate_series(1, 10000) as n, helpdesk.teams as t "
            "where t.name = 'Support'",
            (people["mei"].user_id,),
        )
        db.execute("set local session_replication_role = origin")
        db.execute("analyze helpdesk.tickets")
    return {}


def long(project: Project, system: Helpdesk, people: dict[str, Person]) -> dict[str, Any]:
    """The plain world; the parcel's conversation has 2,000 further messages by Mei and Ana in turn, one a minute."""
    made = plain(project, system, people)
    mei, ana = people["mei"], people["ana"]
    with connect(project.db_url) as db:
        db.execute("set local session_replication_role = replica")
        db.execute(
            "insert into helpdesk.messages "
            "(ticket_id, requester_id, author_id, author_kind, author_name, body, created_at) "
            "select %(ticket)s, %(mei)s, case n %% 2 when 0 then %(mei)s::uuid else %(ana)s::uuid end, "
            "case n %% 2 when 0 then 'customer' else 'staff' end, case n %% 2 when 0 then 'Mei' else 'Ana' end, "
            "'Message ' || n || E' of many.\\n\\nWith a **second** line, a [link](https://example.com/' || n || E') "
            "and:\\n\\n- one\\n- two\\n\\n> a quote', now() - (2001 - n) * interval '1 minute' "
            "from generate_series(1, 2000) as n",
            {"ticket": made["parcel"]["ticket_id"], "mei": mei.user_id, "ana": ana.user_id},
        )
        db.execute("set local session_replication_role = origin")
        db.execute("analyze helpdesk.messages")
    return made


def outside(project: Project, system: Helpdesk, people: dict[str, Person]) -> dict[str, Any]:
    """The plain world, with a webhook and with mails: see outside.py."""
    return plain(project, system, people) | add_outside(project, system, people)


WORLDS = {
    "empty": empty,
    "long": long,
    "many": many,
    "outside": outside,
    "plain": plain,
    "failing_model": plain,
    "no_model": plain,
    "obedient_model": plain,
    "silent_model": plain,
}

# How the assistant's model behaves in a world; well in the others.
MODELS: dict[str, Behaviour] = {
    "failing_model": "server_error",
    "obedient_model": "obedient",
    "silent_model": "hang",
}
