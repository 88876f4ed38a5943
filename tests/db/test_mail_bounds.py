"""How much of everything about mail there may be, and how long it is kept."""

from __future__ import annotations

import pytest
from tests.db.delivering import lease
from tests.db.people import ADMIN, AGENT, Db, Person, as_person, be, refused, value
from tests.db.world import World

# A statement with a number from 1, who makes it, how many there may be, and which are there already.
ADDRESSES = "insert into helpdesk.user_emails (email, user_id) values ('c' || %s || '@customer.example', %s)"
PARTICIPANTS = "insert into helpdesk.ticket_participants (address, ticket_id) values ('p' || %s || '@x.example', %s)"


@pytest.mark.parametrize(
    ("insert", "of", "person", "most", "there"),
    [
        (ADDRESSES, "customer", ADMIN, 20, "select count(*) from helpdesk.user_emails where user_id = %s"),
        (PARTICIPANTS, "mine", AGENT, 50, "select count(*) from helpdesk.ticket_participants where ticket_id = %s"),
    ],
    ids=["addresses of a person", "participants of a ticket"],
)
def test_there_are_as_many_as_the_docs_say(
    db: Db, world: World, insert: str, of: str, person: Person, most: int, there: str
) -> None:
    with be(db, person):
        for number in range(most - value(db, there, world[of])):
            db.execute(insert.encode(), (number, world[of]))
    with refused("too_many", f"at most {most}"), as_person(db, person):
        db.execute(insert.encode(), ("more", world[of]))


def test_there_are_500_templates_and_those_can_be_changed(db: Db) -> None:
    write = "select helpdesk.set_email_template('assigned', %s, 'x', 'y')"
    db.execute(
        "insert into helpdesk_private.email_templates (kind, locale, subject, body) "
        "select 'assigned', chr(97 + n / 26) || chr(97 + n % 26), 'x', 'x' from generate_series(0, 499) as n"
    )
    with refused("too_many", "at most 500"), as_person(db, ADMIN):
        db.execute(write, ("zz",))
    with be(db, ADMIN):
        db.execute(write, ("aa",))


def test_automatic_mails_are_kept_for_30_days(db: Db, world: World) -> None:
    note = "select helpdesk_private.note_automatic_email('assigned', %s, 'x@customer.example', null, null, 'loop')"
    kept = "select array_agg(reason order by created_at) from helpdesk.automatic_emails"
    db.execute("delete from helpdesk.automatic_emails")
    db.execute(
        "insert into helpdesk.automatic_emails (kind, ticket_id, recipient, state, reason, created_at) "
        "select 'assigned', %s, 'x@customer.example', 'skipped', r, clock_timestamp() - a::interval "
        "from (values ('muted', '31 days'), ('blocked', '29 days')) as x (r, a)",
        (world["mine"],),
    )
    db.execute(note, (world["mine"],))
    assert value(db, kept) == ["muted", "blocked", "loop"], "whoever writes has nothing to clean up"
    lease(db, kind="email")
    assert value(db, kept) == ["blocked", "loop"]
