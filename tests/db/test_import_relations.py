"""Imports: links and merges, their silence, and those that are refused."""

from __future__ import annotations

from typing import Any

import pytest
from tests.db.importing import imported, outcomes, send, ticket, with_people
from tests.db.people import ADMIN, Db, be, value
from tests.db.world import World

LINK = {"source": "t1", "kind": "blocks", "target": "t2", "linked_at": "2020-01-02T00:00:00Z"}
MERGE = {
    "source": "t1",
    "target": "t2",
    "source_status": "open",
    "added_tags": ["smoke"],
    "merged_at": "2020-03-04T00:00:00Z",
}


def link(external_id: str = "l1", **values: Any) -> dict[str, Any]:
    return {"external_id": external_id, "hash": "1"} | LINK | values


def merge(external_id: str = "m1", **values: Any) -> dict[str, Any]:
    return {"external_id": external_id, "hash": "1"} | MERGE | values


def with_tickets(db: Db, count: int = 3) -> tuple[str, list[dict[str, Any]]]:
    """The run, and the results of its tickets t1, t2, …"""
    run = with_people(db)
    return run, send(db, run, "ticket", *(ticket(f"t{n + 1}", status="open") for n in range(count)))


def test_links_and_merges_are_silent(db: Db, world: World) -> None:
    run, made = with_tickets(db)
    last = value(db, "select max(event_id) from helpdesk.events")
    announced = value(db, "select count(*) from realtime.messages")
    assert outcomes(send(db, run, "link", link(linked_by="u2"))) == ["created"]
    assert outcomes(send(db, run, "merge", merge(merged_by="u2"))) == ["created"]
    events = db.execute(
        "select type, ticket_id::text as id from helpdesk.events where event_id > %s order by event_id", (last,)
    ).fetchall()
    assert [(one["type"], one["id"]) for one in events] == 2 * [
        ("ticket.imported", made[0]["id"]),
        ("ticket.imported", made[1]["id"]),
    ]
    assert value(db, "select count(*) from realtime.messages") == announced
    row = db.execute("select * from helpdesk.ticket_links").fetchone()
    assert row is not None
    assert (str(row["linked_by"]), row["linked_at"].year) == (world["agent"], 2020)


def test_an_undone_merge_of_an_import_finds_the_snapshot(db: Db, world: World) -> None:
    run, made = with_tickets(db)
    before = imported(db, made[0])
    target = imported(db, made[1])
    chain = merge("m2", source="t2", target="t3")
    # The later merge may come first.
    assert outcomes(send(db, run, "merge", chain, merge())) == ["created", "created"]
    merged = imported(db, made[0])
    assert (merged["status"], str(merged["merged_into"])) == ("closed", made[1]["id"])
    parts = "select conversation_id::text as id from helpdesk_private.merged_tickets where ticket_id = %s"
    found = db.execute(parts, (made[0]["id"],)).fetchall()
    assert {one["id"] for one in found} == {made[1]["id"], made[2]["id"]}
    text = "select status from helpdesk_private.ticket_texts where ticket_id = %s"
    assert value(db, text, made[0]["id"]) == "closed"
    with be(db, ADMIN):
        db.execute("select helpdesk.unmerge_ticket(%s)", (made[1]["id"],))
        db.execute("select helpdesk.unmerge_ticket(%s)", (made[0]["id"],))
    same = ("status", "resolved_at", "closed_at", "merged_into", "last_message_id")
    for old, result in ((before, made[0]), (target, made[1])):
        new = imported(db, result)
        assert [new[name] for name in same] == [old[name] for name in same]
    tags = db.execute("select tag from helpdesk.ticket_tags where ticket_id = %s", (made[1]["id"],)).fetchall()
    assert [one["tag"] for one in tags] == ["printer"]
    assert value(db, "select count(*) from helpdesk_private.merged_tickets") == 0


def test_what_was_removed_here_stays_so(db: Db, world: World) -> None:
    run, made = with_tickets(db)
    send(db, run, "link", link())
    send(db, run, "merge", merge())
    assert outcomes(send(db, run, "link", link())) == ["unchanged"]
    assert outcomes(send(db, run, "merge", merge())) == ["unchanged"]
    with be(db, ADMIN):
        db.execute("select helpdesk.unmerge_ticket(%s)", (made[0]["id"],))
        db.execute("select helpdesk.unlink_tickets(%s, 'blocks', %s)", (made[0]["id"], made[1]["id"]))
    changed = [ticket("t1", hash="2", title="New", status="open")]
    assert outcomes(send(db, run, "ticket", *changed)) == ["updated"]
    assert outcomes(send(db, run, "link", link())) == ["dead"]
    assert outcomes(send(db, run, "merge", merge())) == ["dead"]
    assert value(db, "select count(*) from helpdesk.ticket_links where unlinked_at is not null") == 1


def test_a_changed_ticket_loses_what_the_import_made_and_keeps_what_people_made(db: Db, world: World) -> None:
    run, made = with_tickets(db)
    send(db, run, "link", link())
    with be(db, ADMIN):
        db.execute("select helpdesk.link_tickets(%s, 'child_of', %s)", (made[0]["id"], made[2]["id"]))
    send(db, run, "merge", merge())
    # The target goes on: its newest message is its own again.
    assert outcomes(send(db, run, "ticket", ticket("t1", hash="2", status="open"))) == ["updated"]
    assert imported(db, made[0])["merged_into"] is None
    assert imported(db, made[0])["status"] == "open"
    own = "select message_id from helpdesk.messages where ticket_id = %s order by sequence desc limit 1"
    assert imported(db, made[1])["last_message_id"] == value(db, own, made[1]["id"])
    assert [one["kind"] for one in db.execute("select kind from helpdesk.ticket_links").fetchall()] == ["child_of"]
    assert value(db, "select count(*) from helpdesk.ticket_merges") == 0
    assert outcomes(send(db, run, "link", link())) == ["created"]
    assert outcomes(send(db, run, "merge", merge())) == ["created"]


REFUSED: dict[str, tuple[str, dict[str, Any], str]] = {
    "to nothing": ("link", link(target="t9"), "ticket_not_found"),
    "from nothing": ("link", link(source=None), "invalid_value"),
    "to itself": ("link", link(target="t1"), "invalid_value"),
    "of no kind": ("link", link(kind="likes"), "invalid_value"),
    "a circle": ("link", link("l2", source="t2", target="t1"), "link_cycle"),
    "without a time": ("link", link(linked_at=None), "invalid_value"),
    "in the future": ("link", link(linked_at="2999-01-01T00:00:00Z"), "invalid_value"),
    "by nobody": ("link", link("l3", target="t3", linked_by="u9"), "user_not_found"),
    "a merge into nothing": ("merge", merge(target="t9"), "ticket_not_found"),
    "a merge into itself": ("merge", merge(target="t1"), "invalid_value"),
    "a merge of no status": ("merge", merge(source_status="new"), "invalid_value"),
    "a merge in a circle": ("merge", merge("m2", source="t3", target="t2"), "invalid_value"),
    "a second merge": ("merge", merge("m3", source="t2", target="t1"), "ticket_merged"),
    "a merge without a time": ("merge", merge(merged_at=None), "invalid_value"),
    "a snooze of the year 1": ("merge", merge(source_snoozed_until="0001-01-01T00:00:00Z"), "invalid_value"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_one_bad_link_or_merge_among_others(db: Db, world: World, name: str) -> None:
    run, _ = with_tickets(db, 5)
    kind, bad, reason = REFUSED[name]
    assert outcomes(send(db, run, "link", link("l0"))) == ["created"]
    assert outcomes(send(db, run, "merge", merge("m0", source="t2", target="t3"))) == ["created"]
    good = link if kind == "link" else merge
    items = [good("g1", source="t4", target="t5"), bad]
    assert outcomes(send(db, run, kind, *items)) == ["created", f"helpdesk.{reason}"]


def test_totals_have_the_links_and_merges_that_stand(db: Db, world: World) -> None:
    run, made = with_tickets(db)
    send(db, run, "link", link())
    send(db, run, "merge", merge())
    with be(db, ADMIN):
        for kind in ("link", "merge"):
            count = "select helpdesk.import_totals('zendesk:acme', %s) #> array[%s, 'count']"
            assert value(db, count, kind, kind) == 1
        db.execute("select helpdesk.unmerge_ticket(%s)", (made[0]["id"],))
        assert value(db, "select helpdesk.import_totals('zendesk:acme', 'merge') #> '{merge,count}'") == 0
