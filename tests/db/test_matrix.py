"""Who may do what: every row of the matrix in SQL, and that the matrix leaves nothing out."""

from __future__ import annotations

import pytest
from tests.db.matrix import ATTACKS, CASES, ELSEWHERE, Case
from tests.db.matrix.in_sql import attempt, failures
from tests.db.people import OTHER, STRANGER, Db
from tests.db.world import World


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_who_may_do_what(db: Db, world: World, case: Case) -> None:
    found = failures(db, world, case)
    assert not found, "\n".join(found)


def test_a_cc_and_a_part_in_a_conversation_give_nobody_a_right(db: Db, world: World) -> None:
    """All that the matrix says of people with nothing on the ticket holds when they take part in it by mail."""
    for person, name in ((OTHER, "other"), (STRANGER, "stranger")):
        db.execute(
            "insert into helpdesk.ticket_participants (ticket_id, address, source) values (%s, %s, 'copied')",
            (world["mine"], person.email),
        )
        db.execute("select helpdesk_private.reply_token(%s, %s)", (world["mine"], world[name]))
    found = []
    for case in CASES:
        for person, outcome in case.outcomes():
            if person in (OTHER, STRANGER) and (got := attempt(db, world, case, person, outcome)):
                found.append(f"{case.name} [{person}]: expected {outcome.token}, got {got}")
    assert not found, "\n".join(found)


def test_every_table_is_tried_with_every_verb(db: Db) -> None:
    tables = db.execute(
        "select relname from pg_class where relnamespace = 'helpdesk'::regnamespace and relkind in ('r', 'v')"
    ).fetchall()
    tried = {(case.tries.target, case.tries.verb) for case in CASES}
    wanted = {(table["relname"], verb) for table in tables for verb in ("read", "insert", "update", "delete")}
    assert wanted - tried == set()


def test_every_function_is_tried(db: Db) -> None:
    functions = db.execute("select proname from pg_proc where pronamespace = 'helpdesk'::regnamespace").fetchall()
    tried = {case.tries.target for case in CASES if case.tries.verb == "call"}
    assert {function["proname"] for function in functions} - tried == set()


def test_every_attack_is_explained_and_tried() -> None:
    named = {word for case in CASES for word in case.name.split() if word[0] == "A" and word[1:].isdigit()}
    assert named == set(ATTACKS)
    assert {f"A{number}" for number in (*range(1, 45), *range(50, 54), 55, 66)} == named | set(ELSEWHERE)
    assert not named & set(ELSEWHERE)
