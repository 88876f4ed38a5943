"""The query of tickets: what a text means, which trees are queries, and what a refusal says."""

from __future__ import annotations

import json
from typing import Any

import psycopg
import pytest
from tests.db.people import Db, refused, value

Tree = dict[str, Any]


def scanned(db: Db, text: str) -> tuple[Tree, list[str]]:
    """The tree and the warnings of a query text."""
    answer = value(db, "select helpdesk_private.scan_query(%s)", text)
    tree: Tree = value(db, "select helpdesk_private.without_places(%s::jsonb)", json.dumps(answer["tree"]))
    return tree, answer["warnings"]


def checked(db: Db, tree: object) -> Tree:
    """The one form of a tree."""
    found: Tree = value(db, "select helpdesk_private.check_query(%s::jsonb)", json.dumps(tree))
    return found


def word(text: str, match: str = "word", **more: str) -> Tree:
    return {"text": text, "match": match, **more}


def where(field: str, value: object, op: str = "is") -> Tree:
    return {"field": field, "op": op, "value": value}


READS: dict[str, Tree] = {
    "refund": word("refund"),
    '"double charge"': word("double charge", "phrase"),
    "refun*": word("refun", "prefix"),
    "refund visa": {"all": [word("refund"), word("visa")]},
    "-refund": {"not": word("refund")},
    "refund OR visa late": {"all": [{"any": [word("refund"), word("visa")]}, word("late")]},
    "refund or visa": {"all": [word("refund"), word("or"), word("visa")]},
    "title:refund": word("refund", **{"in": "title"}),
    'subject:"double charge"': word("double charge", "phrase", **{"in": "title"}),
    "description:refun*": word("refun", "prefix", **{"in": "description"}),
    "status:open": where("status", "open"),
    "STATUS:Open": where("status", "open"),
    "status:open,pending": where("status", ["open", "pending"]),
    "status:open status:pending": where("status", ["open", "pending"]),
    "-status:closed": {"not": where("status", "closed")},
    "priority>=high": where("priority", "high", "ge"),
    "priority:>low": where("priority", "low", "gt"),
    "is:open": where("status", "open"),
    "is:urgent": where("priority", "urgent"),
    "is:unassigned": where("unassigned", True),
    "is:assigned": where("unassigned", False),
    "-is:snoozed": {"not": where("snoozed", True)},
    "assignee:me": where("assignee", "me"),
    "assignee:none": where("assignee", None),
    "assignee:*": where("assignee", None, "is_not"),
    "from:bob@example.com": where("requester", "bob@example.com"),
    "team:my_teams": where("team", "my_teams"),
    'team:"Tier 2"': where("team", "Tier 2"),
    "label:vip,gold": where("tag", ["vip", "gold"]),
    'tag:"none"': where("tag", "none"),
    "tag:none": where("tag", None),
    "via:email": where("channel", "email"),
    "external_id:A-1": where("external_id", "A-1"),
    "number:42": where("number", "42"),
    "has:attachment has:note": {"all": [where("has", "attachment"), where("has", "note")]},
    "created>7d": where("created", "7d", "gt"),
    "created:-4h": where("created", "-4h", "ge"),
    "before:2026-11-28": where("created", "2026-11-28", "lt"),
    "after:2026-11-28": where("created", "2026-11-28", "ge"),
    "created:2026-11-28": {"all": [where("created", "2026-11-28", "ge"), where("created", "2026-11-29", "lt")]},
    "updated>2026-11-28": where("updated", "2026-11-29", "ge"),
    "updated<=2026-11-28": where("updated", "2026-11-29", "lt"),
    "updated<2026-11-28T14:00Z": where("updated", "2026-11-28T14:00Z", "lt"),
    "resolved:none": where("resolved", None),
    "created>1d created<2h": {"all": [where("created", "1d", "gt"), where("created", "2h", "lt")]},
    "fields.plan:pro": where("fields.plan", "pro"),
    "fields.seats>=10": where("fields.seats", "10", "ge"),
    "": {"all": []},
    " \t\u00a0\u3000": {"all": []},
    # What looks like a pattern or like another program's language is text.
    "(((a+)+)+)+$": word("(((a+)+)+)+$"),
    "a'; drop table x;--": {"all": [word("a';"), word("drop"), word("table"), word("x;--")]},
    "https://example.com/a?b=c": word("https://example.com/a?b=c"),
    "a&b|c!d<->e": word("a&b|c!d<->e"),
}


@pytest.mark.parametrize("text", READS, ids=repr)
def test_a_text_is_read_as(db: Db, text: str) -> None:
    assert scanned(db, text) == (READS[text], [])


@pytest.mark.parametrize(
    ("text", "tree", "warning"),
    [
        ("colour:red", word("colour:red"), "colour at position 1 is no field: it is searched as text."),
        ("a* top*", {"all": [word("a"), word("top", "prefix")]}, "The word at position 1 is too short for *"),
        ("refund :-)", word("refund"), "The word at position 8 has no letter and no digit"),
        (
            'refund "visa',
            {"all": [word("refund"), word("visa", "phrase")]},
            "The quotation mark at position 8 has no end",
        ),
    ],
    ids=lambda value: str(value)[:20],
)
def test_what_is_read_in_another_way_than_typed_is_said(db: Db, text: str, tree: Tree, warning: str) -> None:
    found, warnings = scanned(db, text)
    assert found == tree
    assert len(warnings) == 1
    assert warnings[0].startswith(warning)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("status:opne", 'query: status at position 1: must be one of open, pending, resolved, closed, got "opne"'),
        ("refund priority:9", "query: priority at position 8: must be one of low, medium, high, urgent"),
        ("refund created>2026-13-40", "query: created at position 8: must be a time such as 2026-11-28"),
        ("created>soon", "query: created at position 1: must be a time such as"),
        ("created:99999y", "query: created at position 1: must be a time such as"),
        ("assignee:bob", "query: assignee at position 1: must be an e-mail address, an id, me or none"),
        ("number:x", "query: number at position 1: must be a whole number from 1"),
        ("has:virus", "query: has at position 1: must be one of attachment, note"),
        ("is:quick", "query: is at position 1: must be a status, a priority, unassigned, assigned or snoozed"),
        ("status:", "query: status at position 1: value is missing"),
        ("status>open", "query: status at position 1: op must be one of is, is_not"),
        ("team:none", "query: team at position 1: must be a team's name or id, or my_teams"),
        ("priority>none", "query: priority at position 1: must be one of"),
        ("snoozed:perhaps", "query: snoozed at position 1: must be true or false"),
        ("x" * 513, "query: must be at most 512 characters"),
        ("a " * 10_000, "query: must be at most 512 characters"),
        ("a " * 33, "query: must be at most 32 words and conditions"),
        ("x" * 201, "query: text at position 1: must be 1 to 200 characters"),
    ],
    ids=lambda value: str(value)[:20],
)
def test_a_text_is_refused_with_field_place_and_reason(db: Db, text: str, message: str) -> None:
    with refused("invalid_value", message):
        scanned(db, text)


def test_a_refusal_shows_no_control_characters(db: Db) -> None:
    for text in ('status:"a\x1b]0;x\x07b"', 'status:"a\r\nb"', '"a" created:"\u202e"'):
        with pytest.raises(psycopg.Error) as caught, db.transaction():
            scanned(db, text)
        shown = caught.value.diag.message_primary or ""
        assert shown.isprintable(), shown


def test_conditions_of_both_kinds_are_written_in_one_form(db: Db) -> None:
    assert checked(db, {"field": "status", "value": ["open"]}) == where("status", "open")
    assert checked(db, {"text": "a", "at": 7}) == {**word("a"), "at": 7}
    odd = {"all": [{**word('x", "at": 5, '), "at": 7}, {**where("tag", '"at": 5, '), "at": 9}]}
    places = "select helpdesk_private.without_places(%s::jsonb)"
    assert value(db, places, json.dumps(odd)) == {"all": [word('x", "at": 5, '), where("tag", '"at": 5, ')]}
    assert checked(db, {"field": "assignee", "value": "none"}) == where("assignee", None)
    assert checked(db, {"any": [{"not": {"text": "a"}}, {"all": []}]}) == {"any": [{"not": word("a")}, {"all": []}]}


NESTED: Tree = {"all": []}
for _ in range(8):
    NESTED = {"not": NESTED}


@pytest.mark.parametrize(
    ("tree", "message"),
    [
        ([], "query: condition at tree: must be a JSON object"),
        ("refund", "query: condition at tree: must be a JSON object"),
        ({}, "query: condition at tree: must have all, any, not, field or text"),
        ({"all": {}}, "query: condition at tree: must have all, any, not, field or text"),
        ({"all": [], "any": []}, "query: condition at tree: must have all, any, not, field or text"),
        ({"all": [{"text": "a"}, 1]}, "query: condition at tree.all[1]: must be a JSON object"),
        ({"not": {"any": [{"field": "x", "value": 1}]}}, "query: x at tree.not.any[0]: there is no such field"),
        ({"field": "status", "op": "like", "value": "o%"}, "query: status at tree: op must be one of is, is_not"),
        ({"field": "status"}, "query: status at tree: value is missing"),
        ({"field": "status", "value": None}, "query: status at tree: must be one of open"),
        ({"field": "status", "value": []}, "query: status at tree: a list has 1 to 50 values"),
        ({"field": "status", "value": ["open"] * 51}, "query: status at tree: a list has 1 to 50 values"),
        ({"field": "status", "value": {"a": 1}}, "query: status at tree: must be one of open"),
        ({"field": "number", "op": "lt", "value": [1]}, "query: number at tree: must be a whole number"),
        ({"field": "number", "value": 1.5}, "query: number at tree: must be a whole number"),
        ({"field": "number", "op": "lt", "value": -1}, "query: number at tree: must be a whole number"),
        ({"field": "created", "value": "2026-11-28"}, "query: created at tree: a time goes with lt, le, gt and ge"),
        ({"field": "created", "op": "lt", "value": "infinity"}, "query: created at tree: must be a time"),
        ({"field": "created", "op": "lt", "value": None}, "query: created at tree: none goes with is and is_not"),
        ({"field": "tag", "value": ""}, "query: tag at tree: must be a text of 1 to 200 characters"),
        ({"field": "fields.Plan", "value": "a"}, "query: fields.Plan at tree: there is no such field"),
        ({"field": 1, "value": "a"}, "query: 1 at tree: a condition has field, op and value"),
        (
            {"field": "status", "value": "open", "sql": "1"},
            "query: status at tree: a condition has field, op and value",
        ),
        ({"text": ""}, "query: text at tree: must be 1 to 200 characters"),
        ({"text": 5}, "query: text at tree: must be 1 to 200 characters"),
        ({"text": "a", "match": "regex"}, "query: text at tree: has match"),
        ({"text": "a", "in": "notes"}, "query: text at tree: has match"),
        ({"all": [{"text": "a"}] * 33}, "query: condition at tree: a query has at most 32 conditions"),
        ({"text": "a" * 16_400}, "query: condition at tree: a query is at most 16384 bytes of JSON"),
        (NESTED, "at most 8 levels deep"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_a_tree_that_is_no_query_is_refused(db: Db, tree: object, message: str) -> None:
    with refused("invalid_value", message):
        checked(db, tree)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-11-28", "2026-11-28 00:00+00"),
        ("2026-11-28T14:30Z", "2026-11-28 14:30+00"),
        ("2026-11-28 14:30:05.5+02:00", "2026-11-28 12:30:05.5+00"),
        ("7d", "2026-11-21 12:00+00"),
        ("-4 hours", "2026-11-28 08:00+00"),
        ("+2w", "2026-12-12 12:00+00"),
        ("90min", "2026-11-28 10:30+00"),
        ("2mo", "2026-09-28 12:00+00"),
        ("1y", "2025-11-28 12:00+00"),
        ("today", "2026-11-28 00:00+00"),
        ("yesterday", "2026-11-27 00:00+00"),
        ("now", "2026-11-28 12:00+00"),
        *(
            (bad, None)
            for bad in ("soon", "infinity", "epoch", "7x", "d7", "2026-02-30", "9999y", "2026-11-28T25:00", "")
        ),
    ],
)
def test_times(db: Db, text: str, expected: str | None) -> None:
    # Whatever the session's settings are.
    db.execute("set local timezone = 'Asia/Tokyo'; set local datestyle = 'German, DMY'")
    same = "select helpdesk_private.query_moment(%s, '2026-11-28 12:00+00') is not distinct from %s::timestamptz"
    assert value(db, same, text, None if expected is None else expected.replace(" ", "T"))
