"""Links between tickets: one of each, no circles, who makes and who sees them."""

from __future__ import annotations

import threading
from itertools import pairwise
from typing import Any

import psycopg
import pytest
from tests.db.conftest import Server
from tests.db.people import ADMIN, AGENT, CUSTOMER, OTHER, SERVICE, STRANGER, Db, Person, be, one, refused
from tests.db.test_merging import opened
from tests.db.test_races import call
from tests.db.world import World

LINK = "select * from helpdesk.link_tickets(%s, %s, %s)"
UNLINK = "select * from helpdesk.unlink_tickets(%s, %s, %s)"
KINDS = ("duplicate_of", "blocks", "child_of", "follow_up_of")


def _link(db: Db, person: Person, source: str, kind: str | None, target: str) -> dict[str, Any]:
    with be(db, person):
        return one(db, LINK, source, kind, target)


def _seen(db: Db, person: Person) -> set[tuple[str, str]]:
    with be(db, person):
        return {
            (row["kind"], str(row["target_id"])) for row in db.execute("select * from helpdesk.ticket_links").fetchall()
        }


def _events(db: Db) -> list[tuple[str, str, dict[str, Any]]]:
    rows = db.execute(
        "select type, audience, data from helpdesk.events where type in ('ticket.linked', 'ticket.unlinked') "
        "order by event_id"
    ).fetchall()
    return [(row["type"], row["audience"], row["data"]) for row in rows]


def test_a_link_is_made_and_removed_once_however_often_it_is_said(db: Db, world: World) -> None:
    made = _link(db, AGENT, world["mine"], "blocks", world["answered"])
    assert _link(db, ADMIN, world["mine"], "blocks", world["answered"]) == made
    assert (str(made["linked_by"]), str(made["requester_id"])) == (world["agent"], world["customer"])
    data = {"link_id": str(made["link_id"]), "kind": "blocks"}
    # The ids of the tickets are not in it: whoever works one of them need not see the other.
    assert _events(db) == [("ticket.linked", "staff", data)] * 2
    with be(db, ADMIN):
        gone = one(db, UNLINK, world["mine"], "blocks", world["answered"])
        assert one(db, UNLINK, world["mine"], "blocks", world["answered"]) == gone
        assert db.execute(UNLINK, (world["mine"], "child_of", world["answered"])).fetchall() == []
    assert (gone["link_id"], str(gone["unlinked_by"])) == (made["link_id"], world["admin"])
    assert _events(db)[2:] == [("ticket.unlinked", "staff", data)] * 2
    again = _link(db, AGENT, world["mine"], "blocks", world["answered"])
    assert again["link_id"] != made["link_id"]


def test_the_system_links_too(db: Db, world: World) -> None:
    made = _link(db, SERVICE, world["theirs"], "duplicate_of", world["mine"])
    assert (made["linked_by"], made["requester_id"]) == (None, None)


@pytest.mark.parametrize("kind", KINDS)
def test_no_kind_has_a_circle_and_the_other_way_round_is_one(db: Db, world: World, kind: str) -> None:
    chain = [opened(db, CUSTOMER, f"Ticket {n}", world["desk"]) for n in range(5)]
    for source, target in pairwise(chain):
        _link(db, AGENT, source, kind, target)
    for last, first in ((4, 0), (3, 0), (1, 0), (4, 3)):
        with refused("link_cycle"), be(db, AGENT):
            one(db, LINK, chain[last], kind, chain[first])
    _link(db, AGENT, chain[0], kind, chain[4])
    other = next(one for one in KINDS if one != kind)
    _link(db, AGENT, chain[4], other, chain[0])
    with be(db, AGENT):
        for target in (chain[1], chain[4]):
            one(db, UNLINK, chain[0], kind, target)
    _link(db, AGENT, chain[4], kind, chain[0])


def test_a_link_that_makes_no_sense_is_refused(db: Db, world: World) -> None:
    with refused("invalid_value", "target_id must be another ticket"):
        _link(db, AGENT, world["mine"], "blocks", world["mine"])
    for kind in ("parent_of", "", None):
        with refused("invalid_value", "kind must be one of"):
            _link(db, AGENT, world["mine"], kind, world["answered"])
    with be(db, AGENT):
        one(db, "select helpdesk.merge_tickets(%s, %s)", world["mine"], world["answered"])
    for source, target in (("mine", "closed"), ("closed", "mine")):
        with refused("ticket_merged"):
            _link(db, AGENT, world[source], "blocks", world[target])


def test_a_ticket_links_to_at_most_fifty(db: Db, world: World) -> None:
    for n in range(50):
        _link(db, AGENT, world["mine"], "blocks", opened(db, CUSTOMER, f"Ticket {n}", world["desk"]))
    with refused("too_many"):
        _link(db, AGENT, world["mine"], "child_of", world["answered"])
    _link(db, AGENT, world["answered"], "child_of", world["mine"])


def test_a_circle_is_looked_for_among_a_thousand_tickets(db: Db, world: World) -> None:
    chain = db.execute(
        "insert into helpdesk.tickets (title, description, created_by, team_id) "
        "select 'Part ' || n, '', %s, %s from generate_series(0, 1000) as n returning ticket_id",
        (world["customer"], world["desk"]),
    ).fetchall()
    ids = [str(row["ticket_id"]) for row in chain]
    db.execute(
        "insert into helpdesk.ticket_links (source_id, kind, target_id, linked_at) select a, 'blocks', b, '2020-01-01' "
        "from unnest(%s::uuid[], %s::uuid[]) as i (a, b)",
        (ids[:-1], ids[1:]),
    )
    with refused("link_cycle"):
        _link(db, ADMIN, ids[-1], "blocks", ids[1])
    with refused("too_many", "more than 1000 tickets are connected"):
        _link(db, ADMIN, world["mine"], "blocks", ids[0])
    _link(db, ADMIN, world["mine"], "blocks", ids[1])


def test_only_those_who_work_both_tickets_link_them(db: Db, world: World) -> None:
    # The agent works "lent", which is assigned to them; the stranger works all of the vault, and none of the desk.
    _link(db, AGENT, world["mine"], "blocks", world["lent"])
    for person, source, target, reason in (
        (CUSTOMER, "mine", "answered", "forbidden"),
        (OTHER, "mine", "theirs", "forbidden"),
        (AGENT, "mine", "theirs", "ticket_not_found"),
        (AGENT, "theirs", "mine", "ticket_not_found"),
        # Its requester, who does not work it.
        (AGENT, "mine", "agents", "forbidden"),
        (STRANGER, "theirs", "mine", "ticket_not_found"),
    ):
        for query in (LINK, UNLINK):
            with refused(reason), be(db, person):
                one(db, query, world[source], "child_of", world[target])


def test_links_are_for_those_who_work_both_and_follow_ups_for_their_requester(db: Db, world: World) -> None:
    own = opened(db, CUSTOMER, "Again", world["desk"])
    for kind in KINDS:
        _link(db, ADMIN, own, kind, world["answered"])
    _link(db, ADMIN, own, "follow_up_of", world["theirs"])
    _link(db, ADMIN, world["lent"], "follow_up_of", world["theirs"])
    of_own = {(kind, world["answered"]) for kind in KINDS}
    assert _seen(db, ADMIN) == {*of_own, ("follow_up_of", world["theirs"])}
    assert _seen(db, AGENT) == of_own
    assert _seen(db, CUSTOMER) == {("follow_up_of", world["answered"])}
    assert _seen(db, OTHER) == _seen(db, STRANGER) == {("follow_up_of", world["theirs"])}
    with be(db, AGENT):
        one(db, UNLINK, own, "follow_up_of", world["answered"])
    assert _seen(db, CUSTOMER) == set()
    assert ("follow_up_of", world["answered"]) in _seen(db, AGENT)


@pytest.mark.parametrize("kind", KINDS)
def test_two_links_at_once_close_no_circle(pg: Server, own: str, world: World, kind: str) -> None:
    """They share no ticket: the locks of the tickets keep nobody waiting."""
    with pg.connect(own) as db:
        first, second, third, fourth = (opened(db, CUSTOMER, f"Ticket {n}", world["desk"]) for n in range(4))
        _link(db, AGENT, second, kind, third)
        _link(db, AGENT, fourth, kind, first)
    results: list[object] = []

    def link() -> None:
        try:
            results.append(call(pg, own, ADMIN, LINK, third, kind, fourth)())
        except psycopg.Error as error:
            results.append(error.diag.message_detail)

    rival = threading.Thread(target=link)
    with pg.connect(own) as db:
        with be(db, AGENT):
            one(db, LINK, first, kind, second)
        rival.start()
        rival.join(0.5)
        db.commit()
    rival.join(30)
    assert results == ["helpdesk.link_cycle"]
