"""Who should have a ticket: people who had tickets like it, who are active, and who are in its team."""

from __future__ import annotations

from typing import Any

import pytest
from tests.db.assisting import ROBOT, accept, add_robot, undo
from tests.db.people import ADMIN, AGENT, CUSTOMER, SERVICE, Db, as_person, be, value
from tests.db.test_assistant_runs import leased
from tests.db.test_classification import best, classified, fire, taught
from tests.db.test_classification_runs import classify
from tests.db.test_classification_vectors import embed, use_model, vector
from tests.db.test_label_examples import change, examples, opened
from tests.db.test_labels_applied import allow, classify_anew
from tests.db.world import World

SEEN = "select count(*) from helpdesk.proposals where run_id = %s and kind = 'assignment'"
ASSIGNEE = "select assigned_to::text as who from helpdesk.tickets where ticket_id = %s"


def assign(db: Db, ticket: str, who: str) -> None:
    with be(db, SERVICE):
        db.execute("select helpdesk.assign_ticket(%s, %s)", (ticket, who))


def solve(db: Db, world: World) -> list[str]:
    """Three tickets about fires that the agent had, and three about logos that the admin had, all resolved."""
    tickets = taught(db, world)
    for n, ticket in enumerate(tickets):
        assign(db, ticket, world["agent"] if n < 3 else world["admin"])
        change(db, ADMIN, ticket, "status", "resolved")
    return tickets


def assignee(found: dict[str, Any]) -> dict[str, Any] | None:
    """The best assignee."""
    return best(found, "assignee") if any(label["kind"] == "assignee" for label in found["labels"]) else None


def of_kind(proposals: list[dict[str, Any]], kind: str = "assignment") -> list[dict[str, Any]]:
    return [row for row in proposals if row["kind"] == kind]


def test_resolving_remembers_who_had_the_ticket(db: Db, world: World) -> None:
    had, free = opened(db, world), opened(db, world)
    assign(db, had, world["agent"])
    assert examples(db, had) == []
    for ticket in (had, free):
        change(db, AGENT, ticket, "status", "resolved")
    assert ("assignee", world["agent"], "agent") in examples(db, had)
    assert [kind for kind, _, _ in examples(db, free)] == ["priority", "team"]


def test_who_had_tickets_like_it_is_proposed_and_assigned_by_acceptance(db: Db, world: World) -> None:
    solve(db, world)
    new = fire(db, world)
    found = classified(db, new)
    label = assignee(found)
    assert label is not None
    assert (label["label"], label["is_sure"], label["examples"]) == (world["agent"], True, 3)
    assert (found["changes"]["assigned_to"], len(label["because"])) == (world["agent"], 3)
    (proposal,) = of_kind(classify_anew(db, new))
    assert (proposal["state"], proposal["mode"]) == ("open", "neighbours")
    assert proposal["payload"] == {"assigned_to": world["agent"], "previous": {"assigned_to": None}}
    assert value(db, ASSIGNEE, new) is None
    assert accept(db, AGENT, proposal)["state"] == "accepted"
    assert value(db, ASSIGNEE, new) == world["agent"]
    assert examples(db, new) == []


def test_it_is_assigned_in_the_assistants_name_where_an_admin_allows_it(db: Db, world: World) -> None:
    solve(db, world)
    new = fire(db, world)
    allow(db, "assignee")
    (proposal,) = of_kind(classify_anew(db, new))
    assert (proposal["state"], value(db, ASSIGNEE, new)) == ("accepted", world["agent"])
    by = "select actor_kind from helpdesk.events where ticket_id = %s and type = 'ticket.assigned'"
    assert value(db, by, new) == "assistant"
    assert undo(db, AGENT, proposal)["state"] == "undone"
    assert value(db, ASSIGNEE, new) is None
    with be(db, AGENT):
        db.execute("update helpdesk.tickets set title = 'Our server is burning!!' where ticket_id = %s", (new,))
    assert [row["state"] for row in of_kind(classify_anew(db, new))] == ["undone", "open"]
    assert value(db, ASSIGNEE, new) is None


@pytest.mark.parametrize("because", ["left", "not in the team", "assigned", "never", "share", "hidden"])
def test_otherwise_nobody_is_assigned(db: Db, world: World, because: str) -> None:
    solve(db, world)
    text = "Now." + "\u200b" * 8 if because == "hidden" else ""
    new = opened(db, world, "Our server is burning!", description=text)
    allow(db, "assignee", {"never": None}.get(because, 0.7))
    if because == "left":
        db.execute("update helpdesk.users set is_active = false where user_id = %s", (world["agent"],))
    elif because == "not in the team":
        db.execute("delete from helpdesk.team_members where user_id = %s", (world["agent"],))
    elif because == "assigned":
        assign(db, new, world["admin"])
    elif because == "share":
        db.execute("update helpdesk.ai_thresholds set suggest_share = 1, apply_share = 1 where kind = 'assignee'")
        new = opened(db, world, "Our server is burning, change the logo", description="")
    with as_person(db, ADMIN):
        label = assignee(dict(value(db, "select helpdesk.classify_ticket(%s)", new)))
    proposals = of_kind(classify_anew(db, new, person=ADMIN))
    if because in ("never", "hidden"):
        assert [row["state"] for row in proposals] == ["open"]
    else:
        assert proposals == []
    if because in ("left", "not in the team"):
        # The admin is left, who had other tickets only.
        assert label is None or (label["label"], label["is_sure"]) == (world["admin"], False)
    elif because == "assigned":
        assert label is None
    assert value(db, ASSIGNEE, new) == (world["admin"] if because == "assigned" else None)


def test_nobody_is_proposed_while_the_team_is_to_be_decided(db: Db, world: World) -> None:
    solved = solve(db, world)
    with be(db, ADMIN):
        for n, ticket in enumerate(solved):
            db.execute("select helpdesk.transfer_ticket(%s, %s)", (ticket, world["vault"] if n < 3 else world["empty"]))
    new = fire(db, world)
    proposals = classify_anew(db, new)
    assert world["vault"] in [row["payload"].get("team_id") for row in of_kind(proposals, "classification")]
    assert of_kind(proposals) == []
    allow(db, "team")
    other = fire(db, world)
    # The agent is not in the team that the ticket goes to.
    assert of_kind(classify_anew(db, other)) == []
    with be(db, ADMIN):
        db.execute("insert into helpdesk.team_members values (%s, %s)", (world["vault"], world["agent"]))
    third = fire(db, world)
    (proposal,) = of_kind(classify_anew(db, third))
    assert (proposal["state"], proposal["payload"]["assigned_to"]) == ("open", world["agent"])


def test_vectors_find_them_too(db: Db, world: World) -> None:
    solved = solve(db, world)
    use_model(db)
    for n, ticket in enumerate(solved):
        embed(db, ticket, *((1.0, n / 100) if n < 3 else (n / 100, 1.0)))
    new = fire(db, world)
    with as_person(db, AGENT):
        query = "select helpdesk.classify_ticket(%s, %s::real[], 'a-model')"
        label = assignee(dict(value(db, query, new, vector(0.0, 1.0))))
    assert label is not None
    assert (label["label"], label["is_sure"]) == (world["admin"], True)


def test_the_assistants_login_gets_no_people(db: Db, world: World) -> None:
    solve(db, world)
    add_robot(db, ROBOT)
    run_id, secret = leased(db, fire(db, world), "classification")
    assert world["agent"] not in str(classify(db, secret))
    for person, seen in ((AGENT, 1), (CUSTOMER, 0)):
        with as_person(db, person):
            assert value(db, SEEN, run_id) == seen
