"""Runs that classify: past labels decide without a model, and what they do not decide stays open."""

from __future__ import annotations

from tests.db.assisting import ROBOT, add_robot, holding
from tests.db.people import ADMIN, AGENT, Db, Person, be, one, value
from tests.db.people import refused as refused_by
from tests.db.test_assistant_runs import leased
from tests.db.test_classification import fire, taught
from tests.db.test_label_examples import change, examples, opened
from tests.db.world import World


def new_robot(db: Db) -> Person:
    """The assistant's login."""
    add_robot(db, ROBOT)
    return ROBOT


def classify(db: Db, secret: str) -> dict[str, object]:
    with holding(db, secret):
        return dict(value(db, "select helpdesk.classify_run()"))


def state(db: Db, run_id: str) -> tuple[str, str | None, object]:
    row = one(db, "select state, mode, answer from helpdesk.ai_runs where run_id = %s", run_id)
    return row["state"], row["mode"], row["answer"]


def test_a_decided_run_is_done_without_a_model(db: Db, world: World) -> None:
    new_robot(db)
    tickets = taught(db, world)
    with be(db, ADMIN):
        for ticket in tickets:
            team = world["desk"] if ticket in tickets[:3] else world["empty"]
            db.execute("select helpdesk.transfer_ticket(%s, %s)", (ticket, world["vault"]))
            db.execute("select helpdesk.transfer_ticket(%s, %s)", (ticket, team))
    new = fire(db, world)
    run_id, secret = leased(db, new, "classification")
    found = classify(db, secret)
    assert (found["decided"], found["doubtful"], found["changes"]) == (True, [], {"priority": "high"})
    assert state(db, run_id)[:2] == ("done", "neighbours")
    assert "nearest" not in str(state(db, run_id)[2])
    assert value(db, "select priority from helpdesk.tickets where ticket_id = %s", new) == "medium"
    assert examples(db, new) == []


def test_a_doubtful_run_goes_on(db: Db, world: World) -> None:
    new_robot(db)
    taught(db, world)
    run_id, secret = leased(db, fire(db, world), "classification")
    found = classify(db, secret)
    assert (found["decided"], found["doubtful"]) == (False, ["team"])
    assert state(db, run_id)[0] == "leased"


def test_it_takes_a_lease_of_a_run_that_classifies(db: Db, world: World) -> None:
    new_robot(db)
    _, secret = leased(db, opened(db, world), "reply")
    with refused_by("invalid_value"):
        classify(db, secret)
    with refused_by("lease_lost"):
        classify(db, "nonsense")


def test_what_the_assistant_may_not_read_is_no_example(db: Db, world: World) -> None:
    ticket = opened(db, world)
    with be(db, AGENT):
        db.execute("insert into helpdesk.ai_exclusions (scope, target_id) values ('ticket', %s)", (ticket,))
    change(db, AGENT, ticket, "priority", "high")
    assert examples(db, ticket) == []
