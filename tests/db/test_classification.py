"""Classification: what the examples say about a ticket, when they are sure, and who learns which."""

from __future__ import annotations

from typing import Any

from tests.db.people import ADMIN, AGENT, CUSTOMER, STRANGER, Db, as_person, be, refused, value
from tests.db.test_label_examples import change, opened
from tests.db.world import World

CLASSIFY = "select helpdesk.classify_ticket(%s)"
FIRE = "The server is down and burning {}"
LOGO = "Please change the colour of the logo {}"


def learnt(db: Db, world: World, priority: str, *titles: str, requester: str = "customer") -> list[str]:
    """Examples of a priority."""
    tickets = [opened(db, world, title, requester=world[requester], description="") for title in titles]
    for ticket in tickets:
        change(db, AGENT, ticket, "priority", "low" if priority != "low" else "high")
        change(db, AGENT, ticket, "priority", priority)
    return tickets


def taught(db: Db, world: World) -> list[str]:
    """Three examples of high, about fires, then three of low, about logos."""
    db.execute("delete from helpdesk.label_examples")
    people = ("customer", "other", "caller")
    return [
        learnt(db, world, priority, title.format(n), requester=person)[0]
        for priority, title in (("high", FIRE), ("low", LOGO))
        for n, person in enumerate(people)
    ]


def classified(db: Db, ticket: str) -> dict[str, Any]:
    with as_person(db, AGENT):
        return dict(value(db, CLASSIFY, ticket))


def best(found: dict[str, Any], kind: str = "priority") -> dict[str, Any]:
    """The best label of a kind."""
    return next(dict(label) for label in found["labels"] if label["kind"] == kind)


def fire(db: Db, world: World) -> str:
    """A new ticket about a fire."""
    return opened(db, world, "Our server is burning!", description="")


def test_the_nearest_examples_decide_and_it_says_by_what(db: Db, world: World) -> None:
    taught(db, world)
    found = classified(db, fire(db, world))
    label = best(found)
    assert (label["label"], label["is_sure"], label["examples"]) == ("high", True, 3)
    assert label["share"] > 0.9
    assert len(label["because"]) == 3
    assert found["changes"] == {"priority": "high"}
    assert found["doubtful"] == ["team"]
    assert (found["mode"], found["reason"], found["decided"]) == ("neighbours", "no_embedding", False)


def test_what_stands_already_is_no_change(db: Db, world: World) -> None:
    taught(db, world)
    ticket = fire(db, world)
    change(db, AGENT, ticket, "priority", "high")
    assert classified(db, ticket)["changes"] == {}


def test_a_ticket_about_something_else_is_not_sure(db: Db, world: World) -> None:
    taught(db, world)
    assert classified(db, opened(db, world, "Quarterly invoice missing", description=""))["changes"] == {}


def test_a_ticket_of_two_kinds_is_not_sure(db: Db, world: World) -> None:
    taught(db, world)
    found = classified(db, opened(db, world, "The server burning, the logo colour", description=""))
    assert found["changes"] == {}


def test_without_examples_it_says_so(db: Db, world: World) -> None:
    db.execute("delete from helpdesk.label_examples")
    found = classified(db, world["mine"])
    assert (found["labels"], found["reason"], found["changes"]) == ([], "no_examples", {})
    assert found["doubtful"] == ["team", "priority"]


def test_two_examples_are_not_enough(db: Db, world: World) -> None:
    first, *_ = taught(db, world)
    change(db, AGENT, first, "priority", "urgent")
    assert not best(classified(db, fire(db, world)))["is_sure"]


def test_one_known_label_is_not_enough(db: Db, world: World) -> None:
    taught(db, world)
    with be(db, ADMIN):
        db.execute("delete from helpdesk.label_examples where label = 'low'")
    label = best(classified(db, fire(db, world)))
    assert (label["share"], label["is_sure"]) == (1, False)


def test_both_thresholds_are_the_admins(db: Db, world: World) -> None:
    taught(db, world)
    ticket = fire(db, world)
    with be(db, ADMIN):
        db.execute("update helpdesk.ai_thresholds set suggest_share = 1 where kind = 'priority'")
    label = best(classified(db, ticket))
    assert (label["threshold"], label["is_sure"]) == (1, label["share"] >= 1)
    with be(db, AGENT):
        assert db.execute("update helpdesk.ai_thresholds set suggest_share = 0").rowcount == 0


def test_j28_a_requester_has_at_most_five_of_the_votes(db: Db, world: World) -> None:
    taught(db, world)
    for n in range(4):
        learnt(db, world, "high", FIRE.format(n + 3), requester="other" if n % 2 else "caller")
    for ticket in learnt(db, world, "low", *(FIRE.format(n) for n in range(30))):
        change(db, AGENT, ticket, "tag", "refund")
    found = classified(db, fire(db, world))
    assert best(found, "tag")["share"] < 0.5
    assert found["changes"] == {"priority": "high"}


def test_a_rare_label_is_not_outvoted(db: Db, world: World) -> None:
    taught(db, world)
    for n in range(8):
        learnt(db, world, "low", f"The server burning, logo {n}", requester="caller" if n % 2 else "other")
    assert best(classified(db, fire(db, world)))["label"] == "high"


def test_the_ticket_itself_has_no_vote(db: Db, world: World) -> None:
    first, *_ = taught(db, world)
    own = value(db, "select number from helpdesk.tickets where ticket_id = %s", first)
    numbers = best(classified(db, first))["because"]
    assert own not in numbers
    assert len(numbers) == 2


def test_tags_do_not_exclude_each_other_and_none_is_an_answer(db: Db, world: World) -> None:
    tickets = taught(db, world)
    for ticket in tickets[:3]:
        change(db, AGENT, ticket, "tag", "outage")
        change(db, AGENT, ticket, "tag", "hardware")
    assert sorted(classified(db, fire(db, world))["changes"]["add_tags"]) == ["hardware", "outage"]
    logo = opened(db, world, "The colour of your logo", description="")
    assert "add_tags" not in classified(db, logo)["changes"]


def test_a_viewer_sees_numbers_of_tickets_that_they_work(db: Db, world: World) -> None:
    hidden = taught(db, world)
    for ticket in hidden[:2]:
        change(db, ADMIN, ticket, "team", world["vault"])
    new = fire(db, world)
    assert len(best(classified(db, new))["because"]) == 1
    with as_person(db, ADMIN):
        assert len(best(dict(value(db, CLASSIFY, new)))["because"]) == 3


def test_who_does_not_work_the_ticket_learns_nothing(db: Db, world: World) -> None:
    with refused("ticket_not_found"), as_person(db, STRANGER):
        db.execute(CLASSIFY, (world["mine"],))
    with refused("forbidden"), as_person(db, CUSTOMER):
        db.execute(CLASSIFY, (world["mine"],))
