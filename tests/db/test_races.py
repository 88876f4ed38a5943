"""Many at once: claims, creations, edits, answers, roles. Each thing happens once, and everybody else is told."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from tests.db.conftest import Server
from tests.db.people import ADMIN, AGENT, CUSTOMER, OTHER, SERVICE, STRANGER, Person, be, refused, value
from tests.db.test_routing import NEXT, queue
from tests.db.test_users import sign_up
from tests.db.world import World, ticket


def together(jobs: list[Callable[[], Any]]) -> list[Any]:
    """Do all of it at the same time; what came of each, errors included."""
    results: list[Any] = [None] * len(jobs)
    gate = threading.Barrier(len(jobs))

    def run(i: int) -> None:
        gate.wait(30)
        try:
            results[i] = jobs[i]()
        except psycopg.Error as error:
            results[i] = error

    threads = [threading.Thread(target=run, args=(i,), daemon=True) for i in range(len(jobs))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return results


def call(
    pg: Server, database: str, person: Person, query: str, *parameters: object
) -> Callable[[], list[dict[str, Any]]]:
    """Something to do in a connection and a transaction of its own."""

    def run() -> list[dict[str, Any]]:
        with pg.connect(database) as db, be(db, person):
            return db.execute(query.encode(), parameters).fetchall()

    return run


def test_f7_fifty_claims_at_once_never_give_a_ticket_twice(pg: Server, own: str, world: World) -> None:
    with pg.connect(own) as db:
        queue(db, world, *["medium"] * 196)
        db.execute(
            "update helpdesk.users set role = 'admin' where user_id in (%s, %s)", (world["agent"], world["stranger"])
        )
    claimed: list[UUID] = []
    # 196 and the four that were waiting already: four rounds of fifty take every one.
    for _ in range(4):
        jobs = [call(pg, own, (ADMIN, AGENT, STRANGER)[i % 3], NEXT, None, uuid4()) for i in range(50)]
        results = together(jobs)
        assert not [result for result in results if isinstance(result, psycopg.Error)]
        claimed += [row["ticket_id"] for rows in results for row in rows]
    with pg.connect(own) as db:
        left = value(db, "select count(*) from helpdesk.tickets where status = 'open' and assigned_to is null")
    assert (len(claimed), max(Counter(claimed).values()), left) == (200, 1, 0)


def test_repetitions_of_one_claim_at_once_give_one_ticket(pg: Server, own: str, world: World) -> None:
    claim = uuid4()
    with pg.connect(own) as db, be(db, ADMIN):
        assert db.execute(NEXT, (world["empty"], claim)).fetchall() == []
    with pg.connect(own) as db:
        queue(db, world, *["medium"] * 5)
    results = together([call(pg, own, ADMIN, NEXT, world["empty"], claim) for _ in range(8)])
    assert len({row["ticket_id"] for rows in results for row in rows}) == 1
    with pg.connect(own) as db:
        assert (
            value(
                db,
                "select count(*) from helpdesk.tickets where team_id = %s and assigned_to is not null",
                world["empty"],
            )
            == 1
        )


def test_f4_fifty_creations_with_one_id_are_one_ticket(pg: Server, own: str, world: World) -> None:
    create = "select * from helpdesk.create_ticket('Once', ticket_id => %s)"
    results = together([call(pg, own, CUSTOMER, create, world["nothing"]) for _ in range(50)])
    assert {row["number"] for rows in results for row in rows} == {results[0][0]["number"]}
    assert [len(rows) for rows in results] == [1] * 50
    with pg.connect(own) as db:
        assert value(db, "select count(*) from helpdesk.tickets where title = 'Once'") == 1
        assert value(db, "select count(*) from helpdesk.events where data ->> 'title' = 'Once'") == 1


def test_f6_of_edits_of_one_revision_at_once_one_counts(pg: Server, own: str, world: World) -> None:
    edit = "update helpdesk.tickets set title = %s where ticket_id = %s and revision = 1 returning title"
    results = together([call(pg, own, (AGENT, ADMIN)[i % 2], edit, f"Title {i}", world["mine"]) for i in range(10)])
    assert sorted(len(rows) for rows in results) == [0] * 9 + [1]
    with pg.connect(own) as db:
        assert ticket(db, world, "mine")["revision"] == 2


def test_of_agents_who_answer_at_once_one_does(pg: Server, own: str, world: World) -> None:
    reply = "select * from helpdesk.send_reply(%s, 'Hello')"
    results = together([call(pg, own, (AGENT, ADMIN)[i % 2], reply, world["mine"]) for i in range(6)])
    errors = [result.diag.message_detail for result in results if isinstance(result, psycopg.Error)]
    assert errors == ["helpdesk.conversation_moved"] * 5
    with pg.connect(own) as db:
        assert value(db, "select count(*) from helpdesk.messages where ticket_id = %s", world["mine"]) == 1


def test_two_admins_cannot_demote_each_other_at_once(pg: Server, own: str, world: World) -> None:
    with pg.connect(own) as db:
        db.execute("update helpdesk.users set role = 'admin' where user_id = %s", (world["agent"],))
    demote = "select helpdesk.set_user_role(%s, 'agent')"
    results = together([call(pg, own, ADMIN, demote, world["agent"]), call(pg, own, AGENT, demote, world["admin"])])
    assert len([result for result in results if isinstance(result, psycopg.Error)]) == 1
    with pg.connect(own) as db:
        assert value(db, "select count(*) from helpdesk.users where role = 'admin' and is_active") == 1


def test_of_first_admins_at_once_there_is_one(pg: Server, own: str, world: World) -> None:
    with pg.connect(own) as db:
        db.execute("update helpdesk.users set role = 'customer' where role = 'admin'")
    bootstrap = "select helpdesk.bootstrap_admin(%s)"
    results = together([call(pg, own, SERVICE, bootstrap, f"boss{i}@example.com") for i in range(8)])
    errors = [result.diag.message_detail for result in results if isinstance(result, psycopg.Error)]
    assert errors == ["helpdesk.admin_exists"] * 7
    with pg.connect(own) as db:
        assert value(db, "select count(*) from helpdesk.users where role = 'admin'") == 1


def test_who_is_deactivated_while_claiming_keeps_nothing(pg: Server, own: str, world: World) -> None:
    with pg.connect(own) as boss:
        with be(boss, ADMIN):
            boss.execute("select helpdesk.deactivate_user(%s)", (world["agent"],))
        claims = [
            call(pg, own, AGENT, NEXT, None, None),
            call(pg, own, AGENT, "select helpdesk.claim_ticket(%s)", world["mine"]),
        ]
        results: list[Any] = []
        threads = [threading.Thread(target=lambda: results.extend(together(claims)), daemon=True)]
        threads[0].start()
        threads[0].join(0.5)
        boss.commit()
        threads[0].join(30)
    assert [result.diag.message_detail for result in results] == ["helpdesk.inactive_user"] * 2
    with pg.connect(own) as db:
        assert value(db, "select count(*) from helpdesk.tickets where assigned_to = %s", world["agent"]) == 0


def test_who_cannot_see_a_ticket_is_told_so_without_waiting_for_whoever_works_it(
    pg: Server, own: str, world: World
) -> None:
    with pg.connect(own) as worker, pg.connect(own) as nosy:
        with be(worker, AGENT):
            worker.execute("select helpdesk.send_reply(%s, 'x')", (world["mine"],))
        nosy.execute("set lock_timeout = '1s'")
        nosy.commit()
        with refused("ticket_not_found"), be(nosy, OTHER):
            nosy.execute("select helpdesk.send_reply(%s, 'x')", (world["mine"],))
        worker.rollback()


def test_one_note_id_on_two_tickets_at_once_is_our_error(pg: Server, own: str, world: World) -> None:
    note = "select * from helpdesk.add_note(%s, 'Hm.', %s)"
    results = together(
        [call(pg, own, ADMIN, note, world[name], world["nothing"]) for name in ("mine", "theirs", "lent")]
    )
    errors = [result.diag.message_detail for result in results if isinstance(result, psycopg.Error)]
    assert errors == ["helpdesk.id_conflict"] * 2


def take_address(pg: Server, database: str, login: str, seconds: float) -> Callable[[], None]:
    """A login changes its address, in a transaction that lasts so long."""

    def run() -> None:
        with pg.connect(database) as db:
            db.execute("update auth.users set email = 'taken@example.com' where id = %s", (login,))
            db.execute("select pg_sleep(%s)", (seconds,))

    return run


@pytest.mark.parametrize("rival", ["another login", "staff"])
def test_a_login_that_loses_the_race_for_an_address_keeps_no_former_one(
    pg: Server, own: str, world: World, rival: str
) -> None:
    """Whoever owns the former address later must not find somebody else's rows under it."""
    with pg.connect(own) as db:
        moving, other = sign_up(db, "former@example.com"), sign_up(db, "second@example.com")
        # Two logins of single sign-on may have one address.
        db.execute("update auth.users set is_sso_user = true where id in (%s, %s)", (moving, other))
    create = call(pg, own, SERVICE, "select helpdesk.create_customer('taken@example.com'), pg_sleep(0.2)")
    rivals = {"another login": take_address(pg, own, other, 0.2), "staff": create}
    results = together([take_address(pg, own, moving, 0.2), rivals[rival]])
    assert not [result for result in results if isinstance(result, psycopg.Error)]
    with pg.connect(own) as db:
        assert value(db, "select count(*) from helpdesk.users where email = 'taken@example.com'") == 1
        assert value(db, "select count(*) from helpdesk.users where email = 'former@example.com'") == 0
        assert value(db, "select count(*) from helpdesk.users where auth_user_id = %s", moving) == 1


def test_an_address_that_could_not_be_freed_at_once_is_freed_by_the_next_request(
    pg: Server, own: str, world: World
) -> None:
    """A change of a login waits for us no longer than a second."""
    with pg.connect(own) as db:
        moving = sign_up(db, "former@example.com")
        email = "select email from helpdesk.users where auth_user_id = %s"
        with pg.connect(own) as rival:
            rival.execute("insert into helpdesk.users (email) values ('taken@example.com')")
            db.execute("update auth.users set email = 'taken@example.com' where id = %s", (moving,))
            assert value(db, email, moving) == "former@example.com"
            db.commit()
        for _ in range(2):
            with be(db, replace(CUSTOMER, name="taken")):
                assert value(db, "select email from helpdesk.whoami()") is None
        assert value(db, email, moving) is None
