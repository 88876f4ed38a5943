"""Attacks that once worked: what two requests at the same moment must never achieve."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from tests.db.conftest import Server
from tests.db.people import (
    ADMIN,
    AGENT,
    CUSTOMER,
    NOBODY,
    OTHER,
    SERVICE,
    STRANGER,
    Db,
    Person,
    as_person,
    be,
    login_of,
    one,
    refused,
    value,
)
from tests.db.world import World


def speak(db: Db, person: Person) -> None:
    """Be that person for the rest of the transaction."""
    claims = json.dumps({"role": "authenticated", "sub": login_of(db, person)})
    db.execute(
        "select set_config('role', 'authenticated', true), set_config('request.jwt.claims', %s, true)", (claims,)
    )


def meanwhile(action: Callable[[], Any]) -> tuple[threading.Thread, list[Any]]:
    """Run something that has to wait for us; its result, or its error, ends up in the list."""
    outcome: list[Any] = []

    def run() -> None:
        try:
            outcome.append(action())
        except psycopg.Error as error:
            outcome.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    time.sleep(0.3)
    return thread, outcome


def test_a_team_that_is_gone_cannot_become_the_default(pg: Server, own: str) -> None:
    with pg.connect(own) as deleting, pg.connect(own) as choosing, pg.connect(own) as db:
        speak(deleting, ADMIN)
        doomed = value(deleting, "insert into helpdesk.teams (name) values ('Doomed') returning team_id")
        deleting.commit()
        speak(deleting, ADMIN)
        deleting.execute("delete from helpdesk.teams where team_id = %s", (doomed,))
        speak(choosing, ADMIN)
        thread, outcome = meanwhile(lambda: choosing.execute("select helpdesk.set_default_team(%s)", (doomed,)))
        deleting.commit()
        thread.join()
        choosing.rollback() if isinstance(outcome[0], psycopg.Error) else choosing.commit()
        assert value(db, "select count(*) from helpdesk.teams where is_default") == 1
        assert outcome[0].diag.message_detail == "helpdesk.team_not_found"


def test_a_deactivation_and_a_reply_do_not_deadlock(pg: Server, own: str, world: World) -> None:
    with pg.connect(own) as holding, pg.connect(own) as agent, pg.connect(own) as admin:
        speak(agent, AGENT)
        agent.execute("select helpdesk.claim_ticket(%s)", (world["mine"],))
        agent.commit()
        # Holds the reply up where it has the ticket and not yet written the message.
        holding.execute("lock table helpdesk.messages in share mode")
        speak(agent, AGENT)
        replying, reply = meanwhile(lambda: agent.execute("select helpdesk.send_reply(%s, 'hi')", (world["mine"],)))
        speak(admin, ADMIN)
        leaving, left = meanwhile(lambda: admin.execute("select helpdesk.deactivate_user(%s)", (world["agent"],)))
        holding.commit()
        replying.join()
        agent.rollback() if isinstance(reply[0], psycopg.Error) else agent.commit()
        leaving.join()
    assert not isinstance(left[0], psycopg.errors.DeadlockDetected), left
    assert not isinstance(reply[0], psycopg.errors.DeadlockDetected), reply


def test_an_admin_who_was_demoted_meanwhile_demotes_nobody(pg: Server, own: str, world: World) -> None:
    with pg.connect(own) as first, pg.connect(own) as second, pg.connect(own) as db:
        with be(db, SERVICE):
            db.execute("select helpdesk.set_user_role(%s, 'admin')", (world["stranger"],))
        db.commit()
        speak(first, ADMIN)
        first.execute("select helpdesk.set_user_role(%s, 'agent')", (world["stranger"],))
        speak(second, STRANGER)
        # Somebody who stays: so that the rule of the last admin is not what refuses.
        thread, outcome = meanwhile(
            lambda: second.execute("select helpdesk.set_user_role(%s, 'admin')", (world["other"],))
        )
        first.commit()
        thread.join()
        second.rollback()
    assert isinstance(outcome[0], psycopg.Error), "an ex-admin gave out a role"
    assert outcome[0].diag.message_detail == "helpdesk.forbidden"


def test_who_loses_a_ticket_while_they_wait_for_it_writes_nothing_on_it(pg: Server, own: str, world: World) -> None:
    with pg.connect(own) as admin, pg.connect(own) as agent, pg.connect(own) as db:
        speak(admin, ADMIN)
        admin.execute("select helpdesk.transfer_ticket(%s, %s)", (world["mine"], world["vault"]))
        speak(agent, AGENT)
        thread, outcome = meanwhile(lambda: agent.execute("select helpdesk.add_note(%s, 'Mine')", (world["mine"],)))
        admin.commit()
        thread.join()
        agent.rollback() if isinstance(outcome[0], psycopg.Error) else agent.commit()
        assert value(db, "select count(*) from helpdesk.notes where ticket_id = %s", world["mine"]) == 0
    assert outcome[0].diag.message_detail == "helpdesk.ticket_not_found"


def test_two_taggers_at_once_do_not_pass_fifty(pg: Server, own: str, world: World) -> None:
    many = "insert into helpdesk.ticket_tags (ticket_id, tag) select %s, %s || g from generate_series(1, 30) as g"
    with pg.connect(own) as first, pg.connect(own) as second, pg.connect(own) as db:
        speak(first, AGENT)
        first.execute(many, (world["mine"], "a"))
        speak(second, ADMIN)
        thread, outcome = meanwhile(lambda: second.execute(many, (world["mine"], "b")))
        first.commit()
        thread.join()
        second.rollback() if isinstance(outcome[0], psycopg.Error) else second.commit()
        assert value(db, "select count(*) from helpdesk.ticket_tags where ticket_id = %s", world["mine"]) <= 50


def test_two_first_requests_at_once_both_get_the_profile(pg: Server, own: str) -> None:
    with pg.connect(own) as first, pg.connect(own) as second, pg.connect(own) as db:
        db.execute("alter table auth.users disable trigger user")
        db.execute("update auth.users set email_confirmed_at = now() where email = %s", (NOBODY.email,))
        db.execute("alter table auth.users enable trigger user")
        db.commit()
        speak(first, NOBODY)
        first.execute("select helpdesk.whoami()")
        speak(second, NOBODY)
        thread, outcome = meanwhile(lambda: value(second, "select (helpdesk.whoami()).email"))
        first.commit()
        thread.join()
        second.rollback()
    assert outcome == [NOBODY.email]


def test_one_message_id_on_two_tickets_at_once_is_our_error(pg: Server, own: str, world: World) -> None:
    with pg.connect(own) as first, pg.connect(own) as second:
        send = "select helpdesk.send_reply(%s, 'hi', null, %s)"
        speak(first, CUSTOMER)
        first.execute(send, (world["mine"], world["nothing"]))
        speak(second, OTHER)
        thread, outcome = meanwhile(lambda: second.execute(send, (world["theirs"], world["nothing"])))
        first.commit()
        thread.join()
        second.rollback()
    assert outcome[0].diag.message_detail == "helpdesk.id_conflict"


def test_a_message_of_others_is_refused_without_waiting_for_it(pg: Server, own: str, world: World) -> None:
    with pg.connect(own) as holding, pg.connect(own) as db:
        holding.execute("select from helpdesk.messages where message_id = %s for update", (world["their question"],))
        db.execute("set lock_timeout = '300ms'")
        with refused("message_not_found"), as_person(db, AGENT):
            db.execute("select helpdesk.redact_message(%s)", (world["their question"],))


@pytest.mark.parametrize(
    "change", ["priority = 'urgent'", "external_id = 'EXT'", "custom_fields = '{\"seats\": 3}'", "title = 'late'"]
)
def test_an_edit_that_waited_through_the_deactivation_of_its_author_changes_nothing(
    pg: Server, own: str, world: World, change: str
) -> None:
    with pg.connect(own) as holding, pg.connect(own) as customer, pg.connect(own) as db:
        before = one(db, "select * from helpdesk.tickets where ticket_id = %s", world["mine"])
        db.commit()
        holding.execute("select from helpdesk.tickets where ticket_id = %s for update", (world["mine"],))
        speak(customer, CUSTOMER)
        edit = f"update helpdesk.tickets set {change} where ticket_id = %s"
        thread, outcome = meanwhile(lambda: customer.execute(edit, (world["mine"],)))
        with be(db, ADMIN):
            db.execute("select helpdesk.deactivate_user(%s)", (world["customer"],))
        db.commit()
        holding.rollback()
        thread.join()
        customer.rollback() if isinstance(outcome[0], psycopg.Error) else customer.commit()
        assert one(db, "select * from helpdesk.tickets where ticket_id = %s", world["mine"]) == before


@pytest.mark.parametrize(
    ("who", "statement"),
    [
        (AGENT, "select helpdesk.create_ticket('x', team_id => '{team}')"),
        (AGENT, "insert into helpdesk.tickets (title, team_id) values ('x', '{team}')"),
        (AGENT, "select helpdesk.transfer_ticket('{mine}', '{team}')"),
        (ADMIN, "insert into helpdesk.team_members (team_id, user_id) values ('{team}', '{agent}')"),
    ],
)
def test_a_team_that_is_deleted_meanwhile_is_not_found(
    pg: Server, own: str, world: World, who: Person, statement: str
) -> None:
    with pg.connect(own) as deleting, pg.connect(own) as writing:
        speak(deleting, ADMIN)
        deleting.execute("delete from helpdesk.teams where team_id = %s", (world["empty"],))
        speak(writing, who)
        said = statement.format(team=world["empty"], **{name: world[name] for name in ("mine", "agent")})
        thread, outcome = meanwhile(lambda: writing.execute(said.encode()))
        deleting.commit()
        thread.join()
        writing.rollback()
    assert outcome[0].diag.message_detail == "helpdesk.team_not_found", outcome


@pytest.mark.parametrize("lost", ["transfer_ticket('{lent}', '{empty}')", "deactivate_user('{agent}')"])
@pytest.mark.parametrize(
    "write",
    [
        "insert into helpdesk.ticket_tags (ticket_id, tag) values ('{lent}', 'late')",
        "delete from helpdesk.ticket_tags where ticket_id = '{lent}'",
    ],
)
def test_a_tag_that_waited_until_the_right_was_lost_stays_as_it_was(
    pg: Server, own: str, world: World, write: str, lost: str
) -> None:
    tags = "select array(select tag from helpdesk.ticket_tags where ticket_id = %s)"
    with pg.connect(own) as admin, pg.connect(own) as agent, pg.connect(own) as db:
        before = value(db, tags, world["lent"])
        speak(admin, ADMIN)
        admin.execute(f"select helpdesk.{lost}".format(**world).encode())
        speak(agent, AGENT)
        thread, outcome = meanwhile(lambda: agent.execute(write.format(**world).encode()))
        admin.commit()
        thread.join()
        agent.rollback() if isinstance(outcome[0], psycopg.Error) else agent.commit()
        assert value(db, tags, world["lent"]) == before
    assert outcome[0].diag.message_detail == "helpdesk.ticket_not_found"
