"""Classification by vectors: the nearest examples, similarity, and vectors that are none."""

from __future__ import annotations

from typing import Any

import pytest
from tests.db.people import ADMIN, AGENT, SERVICE, Db, as_person, be, refused, value
from tests.db.test_label_examples import change, opened
from tests.db.world import World

MODEL = "a-model"
CLASSIFY = "select helpdesk.classify_ticket(%s, %s::real[], %s)"


def vector(*places: float) -> list[float]:
    """A vector of 384 numbers that begins with these."""
    return [*places, *([0.0] * (384 - len(places)))]


def use_model(db: Db, model: str = MODEL) -> None:
    db.execute("insert into helpdesk_private.embedding_models (model, slot, is_active) values (%s, 0, true)", (model,))


def embed(db: Db, ticket: str, *places: float, model: str = MODEL) -> None:
    """Store a vector of length 1 for an example."""
    norm = sum(place**2 for place in places) ** 0.5
    db.execute(
        "insert into helpdesk_private.example_embeddings (ticket_id, model, embedding) "
        "values (%s, %s, %s::real[]) on conflict (ticket_id, model) do update set embedding = excluded.embedding",
        (ticket, model, vector(*(place / norm for place in places))),
    )


def learnt(db: Db, world: World, priority: str, *places: float, requester: str | None = None, title: str = "") -> str:
    """An example of a priority, with its vector."""
    ticket = opened(db, world, title or f"Example {priority}", requester=requester or world["customer"], description="")
    change(db, AGENT, ticket, "priority", "low" if priority != "low" else "high")
    change(db, AGENT, ticket, "priority", priority)
    if places:
        embed(db, ticket, *places)
    return ticket


@pytest.fixture
def taught(db: Db, world: World) -> list[str]:
    """Three examples each of high and low, of different requesters, in two directions."""
    db.execute("delete from helpdesk.label_examples")
    use_model(db)
    people = (world["customer"], world["other"], world["caller"])
    return [
        learnt(db, world, priority, first, second + n / 100, requester=person)
        for priority, first, second in (("high", 1.0, 0.0), ("low", 0.0, 1.0))
        for n, person in enumerate(people)
    ]


def classified(db: Db, ticket: str, *places: float) -> dict[str, Any]:
    return dict(value(db, CLASSIFY, ticket, vector(*places), MODEL))


def best(found: dict[str, Any], kind: str = "priority") -> dict[str, Any]:
    return next(dict(label) for label in found["labels"] if label["kind"] == kind)


def test_the_nearest_examples_decide(db: Db, world: World, taught: list[str]) -> None:
    ticket = opened(db, world, "New")
    with as_person(db, AGENT):
        found = classified(db, ticket, 2.0, 0.1)
    label = best(found)
    assert (label["label"], label["is_sure"], label["examples"]) == ("high", True, 3)
    assert label["share"] > 0.99
    assert len(label["because"]) == 3
    assert found["changes"] == {"priority": "high"}
    assert found["doubtful"] == ["team"]
    assert (found["mode"], found["reason"], found["decided"]) == ("neighbours", None, False)


def test_what_stands_already_is_no_change(db: Db, world: World, taught: list[str]) -> None:
    ticket = opened(db, world, "New")
    change(db, SERVICE, ticket, "priority", "high")
    with as_person(db, AGENT):
        assert classified(db, ticket, 1.0)["changes"] == {}


def test_between_two_labels_and_far_from_all_it_is_not_sure(db: Db, world: World, taught: list[str]) -> None:
    ticket = opened(db, world, "New")
    with as_person(db, AGENT):
        between = classified(db, ticket, 1.0, 1.02)
        far = classified(db, ticket, 0.5, 0.0, 1.0)
    assert not best(between)["is_sure"]
    assert best(between)["share"] < 0.7
    assert best(far)["share"] > 0.9
    assert best(far)["similarity"] < 0.6
    assert not best(far)["is_sure"]


def test_two_examples_are_not_enough(db: Db, world: World, taught: list[str]) -> None:
    ticket = opened(db, world, "New")
    change(db, AGENT, taught[0], "priority", "urgent")
    with as_person(db, AGENT):
        assert not best(classified(db, ticket, 1.0))["is_sure"]


def test_one_known_label_is_not_enough(db: Db, world: World, taught: list[str]) -> None:
    ticket = opened(db, world, "New")
    with be(db, ADMIN):
        db.execute("delete from helpdesk.label_examples where label = 'low'")
    with as_person(db, AGENT):
        label = best(classified(db, ticket, 1.0))
    assert (label["share"], label["is_sure"]) == (1, False)


def test_a_rare_label_is_not_outvoted(db: Db, world: World, taught: list[str]) -> None:
    for n in range(8):
        learnt(db, world, "low", 0.9, 0.5 + n / 100, requester=world["caller" if n % 2 else "other"])
    ticket = opened(db, world, "New")
    with as_person(db, AGENT):
        assert best(classified(db, ticket, 1.0, 0.3))["label"] == "high"


def test_j28_a_requester_has_at_most_five_of_the_votes(db: Db, world: World, taught: list[str]) -> None:
    for n in range(4):
        learnt(db, world, "high", 1.0, n / 100, requester=world["other" if n % 2 else "caller"])
    for n in range(30):
        change(db, AGENT, learnt(db, world, "low", 1.0, n / 1000, requester=world["customer"]), "tag", "refund")
    ticket = opened(db, world, "New")
    with as_person(db, AGENT):
        found = classified(db, ticket, 1.0)
    assert best(found, "tag")["share"] < 0.5
    assert found["changes"] == {"priority": "high"}


def test_j28_behind_the_sixty_nearest_of_a_requester_others_vote(db: Db, world: World, taught: list[str]) -> None:
    flood = [str(value(db, "select gen_random_uuid()")) for _ in range(70)]
    db.execute("set session_replication_role = replica")
    for place, ticket in enumerate(flood):
        db.execute(
            "insert into helpdesk_private.example_texts (ticket_id, body, requester_id) values (%s, 'Flood', %s)",
            (ticket, world["customer"]),
        )
        db.execute(
            "insert into helpdesk.label_examples (kind, label, ticket_id, source) "
            "values ('priority', 'low', %s, 'agent')",
            (ticket,),
        )
        embed(db, ticket, 1.0, 0.0, 0.0001 * place)
    db.execute("set session_replication_role = origin")
    ticket = opened(db, world, "New")
    with as_person(db, AGENT):
        label = best(classified(db, ticket, 1.0, 0.0))
    # Five votes are the requester's: four low ones of 73, one high one of three. The other two high ones are others'.
    assert (label["label"], label["share"] > 0.9) == ("high", True)


def test_the_ticket_itself_has_no_vote(db: Db, world: World, taught: list[str]) -> None:
    with as_person(db, AGENT):
        numbers = best(classified(db, taught[0], 1.0))["because"]
    own = value(db, "select number from helpdesk.tickets where ticket_id = %s", taught[0])
    assert own not in numbers
    assert len(numbers) == 2


def test_tags_do_not_exclude_each_other_and_none_is_an_answer(db: Db, world: World, taught: list[str]) -> None:
    for ticket in taught[:3]:
        change(db, AGENT, ticket, "tag", "plumbing")
        change(db, AGENT, ticket, "tag", "kitchen")
    ticket = opened(db, world, "New")
    with as_person(db, AGENT):
        assert sorted(classified(db, ticket, 1.0)["changes"]["add_tags"]) == ["kitchen", "plumbing"]
        assert "add_tags" not in classified(db, ticket, 0.0, 1.0)["changes"]


def test_a_viewer_sees_numbers_of_tickets_that_they_work(db: Db, world: World, taught: list[str]) -> None:
    for hidden in taught[:2]:
        change(db, ADMIN, hidden, "team", world["vault"])
    ticket = opened(db, world, "New")
    with as_person(db, AGENT):
        assert len(best(classified(db, ticket, 1.0))["because"]) == 1
    with as_person(db, ADMIN):
        assert len(best(classified(db, ticket, 1.0))["because"]) == 3


@pytest.mark.parametrize("bad", [[1.0], [float("nan")] * 384, [0.0] * 384, [float("inf")] * 384])
def test_what_is_no_vector_is_refused(db: Db, world: World, bad: list[float]) -> None:
    use_model(db)
    with refused("invalid_value", "embedding"), as_person(db, AGENT):
        db.execute(CLASSIFY, (world["mine"], bad, MODEL))


def test_a_vector_of_another_model_is_refused(db: Db, world: World, taught: list[str]) -> None:
    with refused("embedding_model_mismatch"), as_person(db, AGENT):
        db.execute(CLASSIFY, (world["mine"], vector(1.0), "another-model"))
