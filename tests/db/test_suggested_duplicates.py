"""Suggested duplicates: which tickets, in which order, and never what the person does not work."""

from __future__ import annotations

from typing import Any

import pytest
from tests.db.people import ADMIN, AGENT, CUSTOMER, OTHER, SERVICE, STRANGER, Db, Person, be, refused, value
from tests.db.test_merging import opened
from tests.db.world import World

ASK = "select * from helpdesk.suggest_duplicates(%s, %s)"
TITLE = "The invoice for order ORD-4471 shows the wrong tax"


def _asked(db: Db, person: Person, ticket_id: str, rows: int = 10) -> list[dict[str, Any]]:
    with be(db, person):
        return db.execute(ASK, (ticket_id, rows)).fetchall()


def _titles(db: Db, person: Person, ticket_id: str, rows: int = 10) -> list[str]:
    return [row["title"] for row in _asked(db, person, ticket_id, rows)]


def test_the_same_requester_comes_first_then_identifiers_then_words(db: Db, world: World) -> None:
    desk = world["desk"]
    # Whatever the order in which they came.
    words = opened(db, OTHER, "The invoice for my order shows the wrong tax", desk)
    opened(db, OTHER, "Where is ord 4471? ORD/4471", desk)
    opened(db, CUSTOMER, "Tax on my invoice", desk)
    opened(db, CUSTOMER, "Printer jam", desk)
    opened(db, OTHER, "Printer jam again", desk)
    asked = opened(db, CUSTOMER, TITLE, desk)
    found = _asked(db, AGENT, asked)
    assert [(row["title"], row["same_requester"], row["identifiers"]) for row in found] == [
        ("Tax on my invoice", True, []),
        ("Where is ord 4471? ORD/4471", False, ["ord4471"]),
        ("The invoice for my order shows the wrong tax", False, []),
    ]
    assert found[2]["similarity"] > found[0]["similarity"] > 0
    assert str(found[2]["ticket_id"]) == words
    assert _titles(db, AGENT, asked, 1) == ["Tax on my invoice"]
    assert [row["similarity"] for row in _asked(db, AGENT, words) if row["title"] == TITLE] == [found[2]["similarity"]]


def test_only_living_tickets_that_are_not_known_as_duplicates(db: Db, world: World) -> None:
    asked, merged, linked, closed, pending = (opened(db, CUSTOMER, TITLE, world["desk"]) for _ in range(5))
    db.execute("update helpdesk.tickets set status = 'closed' where ticket_id = %s", (closed,))
    db.execute("update helpdesk.tickets set status = 'pending' where ticket_id = %s", (pending,))
    with be(db, AGENT):
        db.execute("select helpdesk.link_tickets(%s, 'duplicate_of', %s)", (linked, asked))
        db.execute("select helpdesk.merge_tickets(%s, %s)", (merged, asked))
    assert [str(row["ticket_id"]) for row in _asked(db, AGENT, asked)] == [pending]
    assert [row["similarity"] for row in _asked(db, AGENT, asked)] == [1.0]


def test_nobody_learns_of_tickets_that_they_do_not_work(db: Db, world: World) -> None:
    asked = opened(db, CUSTOMER, TITLE, world["desk"])
    # Of the same requester, with the same identifier and the same words, in the queue of another team.
    away = [opened(db, person, TITLE, world["desk"]) for person in (CUSTOMER, OTHER, OTHER)]
    with be(db, ADMIN):
        for moved in away:
            db.execute("select helpdesk.transfer_ticket(%s, %s)", (moved, world["vault"]))
    lent = away[2]
    assert _titles(db, AGENT, asked) == []
    assert _titles(db, ADMIN, asked) == _titles(db, SERVICE, asked) == [TITLE] * 3
    db.execute("update helpdesk.tickets set assigned_to = %s where ticket_id = %s", (world["agent"], lent))
    assert [str(row["ticket_id"]) for row in _asked(db, AGENT, asked)] == [lent]
    # Nor of the ticket that is asked about.
    for person, reason in ((STRANGER, "ticket_not_found"), (OTHER, "ticket_not_found"), (CUSTOMER, "forbidden")):
        with refused(reason):
            _asked(db, person, asked)


def test_titles_of_any_kind_are_compared(db: Db, world: World) -> None:
    odd = ("it's a \\ 'quoted' title", "'''", "\\", "请问发票", "a@b.example wrote", "x" * 300, "!!!", "& | ! <->")
    for title in odd:
        first, second = (opened(db, CUSTOMER, title, world["desk"]) for _ in range(2))
        found = [str(row["ticket_id"]) for row in _asked(db, AGENT, second)]
        has_words = value(db, "select words <> '' from helpdesk_private.ticket_texts where ticket_id = %s", first)
        assert (first in found) == has_words, title


@pytest.mark.parametrize("rows", [0, 51, -1, None])
def test_the_number_of_rows_has_a_bound(db: Db, world: World, rows: int) -> None:
    with refused("invalid_value"):
        _asked(db, AGENT, world["mine"], rows)
