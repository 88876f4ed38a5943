"""Bulk: each item has its own result and the caller's own rights; what is refused changes nothing; repetitions."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from psycopg.types.json import Jsonb
from tests.db.people import AGENT, CUSTOMER, GONE, OTHER, SERVICE, Db, Person, be, refused, value
from tests.db.world import World, ticket


def bulk(db: Db, person: Person, *items: dict[str, Any]) -> list[dict[str, Any]]:
    """The results."""
    with be(db, person):
        found: list[dict[str, Any]] = value(db, "select helpdesk.bulk_tickets(%s)", Jsonb(list(items)))
    return found


def reasons(results: list[dict[str, Any]]) -> list[str]:
    """ok, or the reason of the refusal."""
    return ["ok" if one["ok"] else str(one["error"]["details"] or one["error"]["code"]) for one in results]


def test_each_item_has_its_own_result(db: Db, world: World) -> None:
    mine, theirs = world["mine"], world["theirs"]
    results = bulk(
        db,
        AGENT,
        {"action": "update", "ticket_id": mine, "changes": {"priority": "high"}},
        {"action": "update", "ticket_id": theirs, "changes": {"priority": "high"}},
        {"action": "reply", "ticket_id": mine, "body": "Hello"},
        {"action": "reply", "ticket_id": theirs, "body": "Hello"},
        {"action": "tag", "ticket_id": mine, "tags": ["b", "a"]},
        {"action": "tag", "ticket_id": theirs, "tags": ["a"]},
        {"action": "assign", "ticket_id": mine, "assignee_id": world["agent"]},
        {"action": "update", "ticket_id": mine, "changes": {"priority": "highest"}},
        {"action": "update", "ticket_id": mine, "changes": {"team_id": theirs}},
        {"action": "update", "ticket_id": "x", "changes": {"priority": "low"}},
        {"action": "fly", "ticket_id": mine},
        {"action": "tag", "ticket_id": mine, "tags": "x"},
        {"ticket_id": mine},
        {},
    )
    none, bad = "helpdesk.ticket_not_found", "helpdesk.invalid_value"
    assert reasons(results) == ["ok", none, "ok", none, "ok", none, "ok", bad, bad, "22P02", bad, bad, bad, bad]
    changed = ticket(db, world, "mine")
    assert (changed["priority"], changed["status"], str(changed["assigned_to"])) == ("high", "pending", world["agent"])
    assert ticket(db, world, "theirs")["priority"] == "medium"


def test_an_item_has_the_rights_of_a_single_request(db: Db, world: World) -> None:
    results = bulk(
        db,
        CUSTOMER,
        {"action": "create", "title": "Mine"},
        {"action": "create", "title": "Urgent", "priority": "urgent"},
        {"action": "create", "title": "Theirs", "requester_id": world["other"]},
        {"action": "update", "ticket_id": world["mine"], "changes": {"priority": "urgent"}},
        {"action": "update", "ticket_id": world["mine"], "changes": {"title": "Better"}},
        {"action": "tag", "ticket_id": world["mine"], "tags": ["x"]},
        {"action": "assign", "ticket_id": world["mine"], "assignee_id": world["agent"]},
        {"action": "reply", "ticket_id": world["theirs"], "body": "Hello"},
    )
    no = "helpdesk.forbidden"
    assert reasons(results) == ["ok", no, no, no, "ok", "42501", no, "helpdesk.ticket_not_found"]
    assert reasons(bulk(db, GONE, {"action": "create", "title": "x"})) == ["helpdesk.inactive_user"]


def test_a_refusal_repeats_no_row_of_somebody_else(db: Db, world: World) -> None:
    key = str(uuid4())
    bulk(db, OTHER, {"action": "create", "ticket_id": key, "title": "Secret title"})
    (result,) = bulk(db, CUSTOMER, {"action": "create", "ticket_id": key, "title": "Mine"})
    assert result["error"]["details"] == "helpdesk.id_conflict"
    assert "Secret" not in str(result)


def test_the_whole_request_can_be_repeated(db: Db, world: World) -> None:
    created, said = str(uuid4()), str(uuid4())
    revision = ticket(db, world, "mine")["revision"]
    items = (
        {"action": "create", "ticket_id": created, "title": "Once", "team_id": world["desk"]},
        {"action": "update", "ticket_id": world["mine"], "changes": {"priority": "low"}, "revision": revision},
        {"action": "reply", "ticket_id": created, "body": "Once", "message_id": said, "expected_last_message": None},
        {"action": "tag", "ticket_id": created, "tags": ["once"]},
    )
    first, again = bulk(db, AGENT, *items), bulk(db, AGENT, *items)
    assert reasons(first) == reasons(again) == ["ok"] * 4
    assert again[1] == first[1]
    assert value(db, "select count(*) from helpdesk.messages where ticket_id = %s", created) == 1


def test_somebody_elses_change_is_not_overwritten(db: Db, world: World) -> None:
    stale = ticket(db, world, "mine")["revision"]
    bulk(db, CUSTOMER, {"action": "update", "ticket_id": world["mine"], "changes": {"title": "Newer"}})
    change = {"action": "update", "ticket_id": world["mine"], "changes": {"title": "Older"}, "revision": stale}
    assert reasons(bulk(db, AGENT, change)) == ["helpdesk.stale_revision"]


def test_a_request_has_a_limit_and_a_form(db: Db, world: World) -> None:
    with refused("too_many", "500"):
        bulk(db, AGENT, *({} for _ in range(501)))
    odd: list[Any] = [{}, "x", None, 1]
    for wrong in odd:
        with refused("invalid_value", "items"), be(db, AGENT):
            db.execute("select helpdesk.bulk_tickets(%s)", [Jsonb(wrong)])


def test_a_reply_without_a_last_message_follows_the_newest_of_the_living_ticket(db: Db, world: World) -> None:
    first, second, third = (
        bulk(db, CUSTOMER, {"action": "create", "title": title, "team_id": world["desk"]})[0]["value"]["ticket_id"]
        for title in ("First", "Second", "Third")
    )
    bulk(db, CUSTOMER, {"action": "reply", "ticket_id": third, "body": "Newest"})
    for source, target in ((first, second), (second, third)):
        with be(db, AGENT):
            db.execute("select helpdesk.merge_tickets(%s, %s)", [source, target])
    (result,) = bulk(db, AGENT, {"action": "reply", "ticket_id": first, "body": "Here"})
    assert (result["value"]["ticket_id"], result["value"]["via_ticket_id"]) == (third, first)


def test_a_reply_without_a_last_message_follows_no_message_of_another_requester(db: Db, world: World) -> None:
    for name in ("answered", "mine"):
        bulk(db, AGENT, {"action": "reply", "ticket_id": world[name], "body": "An answer"})
    with be(db, SERVICE):
        other = value(
            db,
            "select (helpdesk.create_ticket('Other', requester_id => %s, team_id => %s)).ticket_id::text",
            *(world["other"], world["desk"]),
        )
        db.execute("select helpdesk.merge_tickets(%s, %s, other_requester => true)", (other, world["answered"]))
    for body in ("First", "Second"):
        (result,) = bulk(db, AGENT, {"action": "reply", "ticket_id": other, "body": body})
        assert result["ok"], result
        assert result["value"]["ticket_id"] == other


def test_the_system_sends_many_changes_too(db: Db, world: World) -> None:
    results = bulk(
        db,
        SERVICE,
        {"action": "create", "title": "Imported", "requester_id": world["other"]},
        {"action": "reply", "number": ticket(db, world, "mine")["number"], "body": "Hello"},
        {"action": "untag", "ticket_id": world["mine"], "tags": ["none"]},
        {"action": "transfer", "ticket_id": world["mine"], "team_id": world["vault"]},
    )
    assert reasons(results) == ["ok"] * 4
    assert str(ticket(db, world, "mine")["team_id"]) == world["vault"]


@pytest.mark.parametrize(
    ("item", "problem"),
    [
        (5, "items must be JSON objects"),
        (None, "items must be JSON objects"),
        (["tag"], "items must be JSON objects"),
        ({}, "action must be one of"),
        ({"action": "delete"}, "action must be one of"),
        ({"action": "tag", "tags": "vip"}, "tags must be a JSON array"),
    ],
)
def test_an_item_has_a_form(db: Db, world: World, item: Any, problem: str) -> None:
    if isinstance(item, dict):
        item = {"ticket_id": world["mine"]} | item
    (result,) = bulk(db, AGENT, item)
    assert (result["ok"], result["error"]["details"]) == (False, "helpdesk.invalid_value")
    assert problem in result["error"]["message"]


@pytest.mark.parametrize("action", ["update", "reply", "tag", "untag", "assign", "transfer"])
@pytest.mark.parametrize("number", [None, 10**9])
def test_an_item_names_a_ticket_that_is_there(db: Db, world: World, action: str, number: int | None) -> None:
    item = {"action": action, "number": number, "changes": {"title": "x"}, "body": "x", "tags": ["x"]}
    if number is None:
        del item["number"]
    more = {"user_id": world["agent"], "team_id": world["vault"]}
    assert reasons(bulk(db, AGENT, item | more)) == ["helpdesk.ticket_not_found"]
