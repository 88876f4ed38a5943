"""The copies of vectors for the examples of a kind, and the vote by them where there are many examples."""

from __future__ import annotations

from typing import Any

import pytest
from tests.db.people import ADMIN, AGENT, Db, as_person, be, value
from tests.db.test_classification_vectors import MODEL, best, classified, embed, learnt, taught, use_model
from tests.db.test_label_examples import change, opened
from tests.db.world import World

__all__ = ["taught"]

_COPIES = "select kind, label, model from helpdesk_private.label_vectors where ticket_id = %s order by 1, 2, 3"


def copies(db: Db, ticket: str) -> list[tuple[Any, ...]]:
    """Kind, label and model of each copy."""
    return [tuple(row.values()) for row in db.execute(_COPIES, (ticket,)).fetchall()]


def many(db: Db, rows: int = 20001) -> None:
    """As if so many examples were counted."""
    db.execute("update pg_class set reltuples = %s where oid = 'helpdesk_private.example_texts'::regclass", (rows,))


def test_a_copy_comes_with_the_vector_or_the_label_and_goes_with_either(db: Db, world: World) -> None:
    use_model(db)
    ticket = learnt(db, world, "high")
    change(db, AGENT, ticket, "tag", "plumbing")
    assert copies(db, ticket) == []
    embed(db, ticket, 1.0)
    assert copies(db, ticket) == [("priority", "high", MODEL)]
    change(db, AGENT, ticket, "priority", "low")
    assert copies(db, ticket) == [("priority", "low", MODEL)]
    db.execute("insert into helpdesk_private.embedding_models (model, slot) values ('better', 1)")
    embed(db, ticket, 1.0, model="better")
    assert copies(db, ticket) == [("priority", "low", MODEL), ("priority", "low", "better")]
    slots = "select array_agg(slot order by slot) from helpdesk_private.label_vectors where ticket_id = %s"
    assert value(db, slots, ticket) == [0, 1]
    db.execute("delete from helpdesk_private.embedding_models where model = 'better'")
    assert copies(db, ticket) == [("priority", "low", MODEL)]
    with be(db, ADMIN):
        db.execute("delete from helpdesk.label_examples where kind = 'priority' and ticket_id = %s", (ticket,))
    assert copies(db, ticket) == []
    again = learnt(db, world, "high", 1.0)
    db.execute("update helpdesk_private.example_texts set body = 'Another' where ticket_id = %s", (again,))
    assert copies(db, again) == []


@pytest.fixture
def crowd(db: Db, world: World, taught: list[str]) -> list[str]:
    """Thirty more, of three requesters, most of them low."""
    people = (world["customer"], world["other"], world["caller"])
    return taught + [
        learnt(db, world, "low" if n % 3 else "high", n % 3, 1.0, n / 50, requester=people[n % 3]) for n in range(30)
    ]


def test_among_many_examples_the_vote_is_the_same(db: Db, world: World, crowd: list[str]) -> None:
    ticket = opened(db, world, "New")
    for places in ((1.0, 0.0), (0.0, 1.0), (1.0, 1.0), (0.0, 1.0, 0.5)):
        votes = []
        for rows in (0, 20001):
            many(db, rows)
            with as_person(db, AGENT):
                votes.append(classified(db, ticket, *places)["labels"])
        assert votes[0] == votes[1]
        assert votes[0]


def test_the_ticket_itself_has_no_vote_among_many_either(db: Db, world: World, crowd: list[str]) -> None:
    many(db)
    own = value(db, "select number from helpdesk.tickets where ticket_id = %s", crowd[0])
    with as_person(db, AGENT):
        assert own not in best(classified(db, crowd[0], 1.0))["because"]


def test_of_many_only_those_of_the_kind_and_of_these_people_are_near(db: Db, world: World, crowd: list[str]) -> None:
    many(db)
    numbers = [1.0, *[0.0] * 383]
    near = "select kind, ticket_id::text from helpdesk_private.nearest_by_vector(%s::real[], %s, null, %s)"
    found = db.execute(near, (numbers, MODEL, None)).fetchall()
    assert {row["ticket_id"] for row in found if row["kind"] == "priority"} == set(crowd)
    assert {row["kind"] for row in found} == {"priority", "tag"}
    agent, other = world["agent"], world["admin"]
    for place, ticket in enumerate(crowd):
        db.execute(
            "insert into helpdesk.label_examples (kind, label, ticket_id, source) values ('assignee', %s, %s, 'agent')",
            (agent if place % 4 else other, ticket),
        )
    found = db.execute(near, (numbers, MODEL, [agent])).fetchall()
    assert {row["ticket_id"] for row in found} == {ticket for place, ticket in enumerate(crowd) if place % 4}
    # Fewer than the voters: these are compared one by one.
    found = db.execute(near, (numbers, MODEL, [other])).fetchall()
    assert {row["ticket_id"] for row in found} == set(crowd[::4])


def test_behind_the_nearest_of_one_requester_others_vote_among_many_too(
    db: Db, world: World, taught: list[str]
) -> None:
    others = (world["other"], world["caller"])
    for n in range(30):
        learnt(db, world, "low", 1.0, n / 10000, requester=world["customer"])
    for n in range(20):
        learnt(db, world, "high", 1.0, 0.1 + n / 1000, requester=others[n % 2])
    ticket = opened(db, world, "New")
    votes = []
    for rows in (0, 20001):
        many(db, rows)
        with as_person(db, AGENT):
            votes.append(best(classified(db, ticket, 1.0)))
    # Five votes of the requester's, and the others'. The index may miss some of these, which makes the vote less sure.
    assert [(vote["label"], vote["because"]) for vote in votes[1:]] == [(votes[0]["label"], votes[0]["because"])]
    numbers = [1.0, *[0.0] * 383]
    near = "select count(*) from helpdesk_private.nearest_by_vector(%s::real[], %s, null, null) where kind = 'priority'"
    assert value(db, near, numbers, MODEL) > 21
    assert value(db, "select coalesce(current_setting('hnsw.ef_search', true), '') not in ('100', '200')") is True


def test_while_another_model_is_filled_its_examples_take_no_places(db: Db, world: World, crowd: list[str]) -> None:
    db.execute("insert into helpdesk_private.embedding_models (model, slot) values ('better', 1)")
    for ticket in crowd:
        embed(db, ticket, 1.0, model="better")
    ticket = opened(db, world, "New")
    votes = []
    for rows in (0, 20001):
        many(db, rows)
        with as_person(db, AGENT):
            votes.append(classified(db, ticket, 0.0, 1.0)["labels"])
    assert votes[0] == votes[1]
