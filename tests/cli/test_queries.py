"""A saved query is shown as the text that people type, and means the same when it is read again."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from helpdesk_cli._show.queries import shown_query
from helpdesk_sdk import Helpdesk

TEXTS = [
    'status:open assignee:me "double charge" -refund',
    "refund visa refun* ERR-1234",
    "-refund -status:closed -status:open,pending",
    "refund OR chargeback status:open",
    'status:open OR "double charge" OR -visa',
    'team:"Tier 2" queue:my_teams',
    "status:open,pending status:open",
    "assignee:none assignee:* -assignee:none",
    "priority>=high created<2026-11-01 created>2026-11-01 created<=2026-11-01 created:2026-11-28 created:7d",
    "updated<4h resolved:none -resolved:none closed:*",
    'title:refund description:"double charge" title:refun*',
    "is:open is:urgent is:unassigned is:snoozed -is:snoozed",
    "is:assigned snoozed:no",
    "requester:ann+1@example.co.uk from:me tag:vip,churn tag:none",
    "number>=1000 number:7 external_id:ORD-77 has:attachment -has:note",
    'fields.plan:pro fields.seats>=10 fields.plan:"very big" fields.vip:yes',
    "请问发票 müller",
]


def terms(tree: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """What must hold, whatever stands in an "all" of its own: a day is two conditions in one."""
    for node in tree.get("all", [tree]):
        yield from terms(node) if "all" in node else [node]


@pytest.mark.parametrize("text", TEXTS)
def test_a_query_is_shown_as_text_with_the_same_meaning(colleague: Helpdesk, text: str) -> None:
    tree = colleague.search.parse(text).tree
    shown = shown_query(tree)
    assert not shown.startswith("{")
    assert list(terms(colleague.search.parse(shown).tree)) == list(terms(tree))


@pytest.mark.parametrize(
    "tree",
    [
        {"any": [{"all": [{"text": "a"}, {"text": "b"}]}, {"text": "c"}]},
        {"not": {"any": [{"text": "a"}, {"text": "b"}]}},
        {"text": "two words"},
        {"text": 'a "quote"', "match": "phrase"},
        {"field": "created", "op": "gt", "value": "2026-11-01"},
        {"field": "created", "op": "is", "value": "2026-11-01"},
    ],
)
def test_a_tree_that_the_grammar_cannot_say_is_shown_as_json(tree: dict[str, Any]) -> None:
    assert shown_query(tree).startswith("{")
