"""The assistant has no part in the outside: no mail, no webhook, no Slack, with a run and without one."""

from __future__ import annotations

import pytest
from psycopg import errors
from tests.db.assisting import add_robot, holding, start
from tests.db.matrix import Case
from tests.db.matrix.statements import statement
from tests.db.people import Db
from tests.db.world import World

from helpdesk_sdk.verification.matrix import automatic_mail, email, email_out, outbox, slack

OUTSIDE: list[Case] = [*outbox.CASES, *slack.CASES, *email.CASES, *email_out.CASES, *automatic_mail.CASES]


@pytest.mark.parametrize("has_run", [False, True], ids=["without a run", "with a run"])
def test_the_assistant_reads_nothing_and_does_nothing(db: Db, world: World, has_run: bool) -> None:
    add_robot(db)
    secret = start(db, world["mine"])[1] if has_run else None
    found = []
    with holding(db, secret):
        for case in OUTSIDE:
            said, parameters = statement(case.tries, world)
            try:
                with db.transaction(force_rollback=True):
                    cursor = db.execute(said, parameters)
                    if cursor.description and cursor.fetchall():
                        found.append(case.name)
            except errors.Error:
                continue
    assert found == []
