"""Who may make others wait: an open transaction of one person keeps nobody from changing the roles of other people."""

from __future__ import annotations

import psycopg
import pytest
from tests.db.conftest import Server
from tests.db.people import ADMIN, AGENT, CUSTOMER, SERVICE, Db, Person, be, value
from tests.db.test_attacks_races import meanwhile, speak
from tests.db.test_races import call, together
from tests.db.world import World

ADMINISTRATION = (
    "deactivate_user('{other}')",
    "set_user_role('{other}', 'agent')",
    "invite_user('somebody@example.com')",
    "set_default_team('{empty}')",
)


def test_no_function_of_ours_takes_a_lock_that_people_can_take(db: Db) -> None:
    rows = db.execute(
        "select proname from pg_proc where pronamespace::regnamespace::text in ('helpdesk', 'helpdesk_private') "
        "and prosrc like '%advisory%'"
    )
    assert rows.fetchall() == []


@pytest.mark.parametrize("locked", ADMINISTRATION)
@pytest.mark.parametrize(
    ("who", "held"),
    [
        (AGENT, "select helpdesk.claim_ticket('{mine}')"),
        (AGENT, "update helpdesk.users set name = 'Ada' where user_id = '{agent}'"),
        (AGENT, "select from helpdesk.users where user_id = '{agent}' for update"),
        (CUSTOMER, "select helpdesk.create_ticket('Open', team_id => '{desk}')"),
        (CUSTOMER, "update helpdesk.tickets set title = 'Open' where ticket_id = '{mine}'"),
        (
            CUSTOMER,
            "select pg_advisory_lock(hashtextextended(k, 0)) "
            "from unnest(array['helpdesk.roles', 'helpdesk.default_team']) as k",
        ),
    ],
)
def test_an_open_transaction_of_a_person_does_not_hold_up_administration(
    pg: Server, own: str, world: World, who: Person, held: str, locked: str
) -> None:
    with pg.connect(own) as holding, pg.connect(own) as admin:
        speak(holding, who)
        holding.execute(held.format(**world).encode())
        admin.execute("set lock_timeout = '2s'")
        speak(admin, ADMIN)
        admin.execute(f"select helpdesk.{locked}".format(**world).encode())
        holding.rollback()


def test_a_deactivation_that_waits_for_the_persons_own_rows_holds_up_no_other(
    pg: Server, own: str, world: World
) -> None:
    with pg.connect(own) as holding, pg.connect(own) as waiting, pg.connect(own) as admin:
        speak(holding, AGENT)
        holding.execute("update helpdesk.users set name = 'Ada' where user_id = %s", (world["agent"],))
        speak(waiting, ADMIN)
        thread, outcome = meanwhile(
            lambda: waiting.execute("select helpdesk.deactivate_user(%s)", (world["agent"],)).fetchall()
        )
        admin.execute("set lock_timeout = '2s'")
        for done in ADMINISTRATION:
            speak(admin, ADMIN)
            admin.execute(f"select helpdesk.{done}".format(**world).encode())
            admin.rollback()
        assert outcome == []
        holding.commit()
        thread.join()
        assert not isinstance(outcome[0], psycopg.Error), outcome


def test_changes_of_roles_at_once_never_wait_for_each_other_in_a_circle(pg: Server, own: str, world: World) -> None:
    with pg.connect(own) as db, be(db, SERVICE):
        db.execute("select helpdesk.set_user_role(%s, 'admin')", (world["stranger"],))
        db.execute("select helpdesk.assign_ticket(%s, %s)", (world["mine"], world["agent"]))
    jobs = [
        call(pg, own, who, f"select helpdesk.{change}".format(**world))
        for who, change in [
            (ADMIN, "set_user_role('{agent}', 'customer')"),
            (ADMIN, "deactivate_user('{other}')"),
            (SERVICE, "reactivate_user('{gone}')"),
            (SERVICE, "invite_user('agent@example.com')"),
            (ADMIN, "invite_user('other@example.com')"),
            (SERVICE, "bootstrap_admin('agent@example.com')"),
            (SERVICE, "set_user_role('{agent}', 'agent')"),
            (AGENT, "claim_ticket('{mine}')"),
            (SERVICE, "assign_ticket('{answered}', '{agent}')"),
            (ADMIN, "set_default_team('{empty}')"),
            (SERVICE, "set_default_team('{desk}')"),
        ]
        * 2
    ]
    for outcome in together(jobs):
        assert not isinstance(outcome, psycopg.errors.DeadlockDetected), outcome
    with pg.connect(own) as db:
        assert value(db, "select count(*) from helpdesk.teams where is_default") == 1
