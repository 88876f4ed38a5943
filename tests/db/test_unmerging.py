"""The undo of merges: it restores what the merge changed, and leaves what people have done since."""

from __future__ import annotations

import random
from typing import Any
from uuid import uuid4

import pytest
from tests.db.people import ADMIN, AGENT, CUSTOMER, OTHER, Db, be, one, refused, value
from tests.db.test_merging import MERGE, a_pair, conversation, opened, say
from tests.db.world import World


def test_a_tag_set_anew_after_the_merge_stays(db: Db, world: World) -> None:
    source, target = a_pair(db, world)
    with be(db, AGENT):
        for tag in ("vip", "loud"):
            db.execute("insert into helpdesk.ticket_tags (ticket_id, tag) values (%s, %s)", [source, tag])
        assert one(db, MERGE, source, target, False)["added_tags"] == ["loud", "vip"]
        db.execute("delete from helpdesk.ticket_tags where ticket_id = %s and tag = 'vip'", [target])
        db.execute("insert into helpdesk.ticket_tags (ticket_id, tag) values (%s, 'vip')", [target])
        one(db, "select * from helpdesk.unmerge_ticket(%s)", source)
    assert tags(db, target) == ["vip"]
    assert tags(db, source) == ["loud", "vip"]


def test_a_merge_into_a_ticket_full_of_tags_adds_as_many_as_fit(db: Db, world: World) -> None:
    source, target = a_pair(db, world)
    with be(db, AGENT):
        for at, ticket_id in ((0, target), (100, source)):
            db.execute(
                "insert into helpdesk.ticket_tags (ticket_id, tag) "
                "select %s, 't' || n from generate_series(%s::int, %s::int) as n",
                [ticket_id, at, at + (48 if at == 0 else 9)],
            )
        assert one(db, MERGE, source, target, False)["added_tags"] == ["t100"]


def tags(db: Db, ticket_id: str) -> list[str]:
    """The tags of a ticket."""
    rows = db.execute("select tag from helpdesk.ticket_tags where ticket_id = %s order by tag", [ticket_id]).fetchall()
    return [row["tag"] for row in rows]


def everything(db: Db, ids: list[str]) -> list[Any]:
    """All that a merge may touch: tickets but for the counters of changes, tags, conversations."""
    rows = db.execute(
        "select to_jsonb(t) - 'revision' - 'updated_at' as row from helpdesk.tickets as t "
        "where ticket_id = any(%s) order by ticket_id",
        [ids],
    ).fetchall()
    below = db.execute("select * from helpdesk_private.merged_tickets order by 1, 2").fetchall()
    return [[row["row"] for row in rows], [tags(db, i) for i in ids], [conversation(db, ADMIN, i) for i in ids], below]


@pytest.mark.parametrize("seed", range(12))
def test_merging_and_undoing_in_any_history_changes_nothing(db: Db, world: World, seed: int) -> None:
    """Random histories: messages, tags, statuses, merges in any order; then the undo of each, the newest first."""
    choice = random.Random(seed)
    ids = [opened(db, choice.choice((CUSTOMER, OTHER)), f"Ticket {n}", world["desk"]) for n in range(6)]

    def live() -> None:
        for _ in range(10):
            at = choice.choice(ids)
            requester = value(db, "select created_by from helpdesk.tickets where ticket_id = %s", at)
            author = CUSTOMER if str(requester) == world["customer"] else OTHER
            what = choice.choice(("customer", "staff", "tag", "status"))
            if what == "customer":
                say(db, author, at, f"Words {choice.random()}")
            elif what == "staff":
                say(db, AGENT, at, f"Answer {choice.random()}") if is_open(db, at) else None
            with be(db, AGENT):
                if what == "tag":
                    db.execute(
                        "insert into helpdesk.ticket_tags (ticket_id, tag) values (%s, %s) on conflict do nothing",
                        [at, choice.choice("abcd")],
                    )
                elif what == "status" and is_open(db, at):
                    status = choice.choice(("pending", "resolved", "closed"))
                    db.execute(
                        "update helpdesk.tickets set status = %s where ticket_id = %s and status = 'open'", [status, at]
                    )

    live()
    states, merged = [], []
    for _ in range(4):
        source, target = choice.sample(ids, 2)
        if source in merged or str(value(db, "select helpdesk_private.living_ticket_id(%s)", target)) == source:
            continue
        states.append(everything(db, ids))
        with be(db, AGENT):
            one(db, MERGE, source, target, True)
        merged.append(source)
    assert merged
    for source in reversed(merged):
        with be(db, AGENT):
            one(db, "select * from helpdesk.unmerge_ticket(%s)", source)
        assert everything(db, ids) == states.pop()


def is_open(db: Db, ticket_id: str) -> bool:
    """Whether staff may answer it."""
    return bool(value(db, "select status <> 'closed' from helpdesk.tickets where ticket_id = %s", ticket_id))


def test_an_undone_merge_is_not_made_again_by_its_repetition(db: Db, world: World) -> None:
    source, target = a_pair(db, world)
    with be(db, AGENT):
        merge = one(db, "select * from helpdesk.merge_tickets(%s, %s, %s)", source, target, uuid4())
        one(db, "select * from helpdesk.unmerge_ticket(%s)", source)
    with refused("id_conflict"), be(db, AGENT):
        one(db, "select * from helpdesk.merge_tickets(%s, %s, %s)", source, target, merge["merge_id"])
