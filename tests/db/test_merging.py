"""Merging: what a merge changes, who sees what, where replies are stored, and chains."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from tests.db.people import ADMIN, AGENT, CUSTOMER, OTHER, SERVICE, STRANGER, Db, Person, be, one, refused, value
from tests.db.world import World, ticket

MERGE = "select * from helpdesk.merge_tickets(%s, %s, other_requester => %s)"
BODIES = "select body from helpdesk.conversation where conversation_id = %s order by sequence"


def opened(db: Db, person: Person, title: str, team: object = None) -> str:
    """A ticket of that person."""
    with be(db, person):
        return str(value(db, "select (helpdesk.create_ticket(title => %s, team_id => %s)).ticket_id", title, team))


def say(db: Db, person: Person, ticket_id: str, body: str) -> dict[str, Any]:
    """A reply, after the newest message of the ticket that it belongs to."""
    after = value(
        db,
        "select coalesce(l.last_message_id, t.last_message_id) "
        "from helpdesk.tickets as t left join helpdesk.tickets as l "
        "on l.ticket_id = helpdesk_private.living_ticket_id(t.ticket_id) and l.created_by = t.created_by "
        "where t.ticket_id = %s",
        ticket_id,
    )
    with be(db, person):
        return one(db, "select * from helpdesk.send_reply(%s, %s, %s)", ticket_id, body, after)


def conversation(db: Db, person: Person, ticket_id: str) -> list[str]:
    """The bodies of a conversation, as the person sees it."""
    with be(db, person):
        return [row["body"] for row in db.execute(BODIES, [ticket_id]).fetchall()]


def a_pair(db: Db, world: World) -> tuple[str, str]:
    """Two tickets of one customer, with a message each."""
    source, target = (opened(db, CUSTOMER, title, world["desk"]) for title in ("Second mail", "First mail"))
    say(db, CUSTOMER, target, "It is broken")
    say(db, CUSTOMER, source, "It is broken, as I said")
    return source, target


def test_a_merge_closes_the_source_and_the_conversation_has_both(db: Db, world: World) -> None:
    source, target = a_pair(db, world)
    with be(db, AGENT):
        merge = one(db, MERGE, source, target, False)
    assert (str(merge["source_id"]), str(merge["target_id"])) == (source, target)
    closed = one(db, "select * from helpdesk.tickets where ticket_id = %s", source)
    assert (closed["status"], str(closed["merged_into"])) == ("closed", target)
    for person in (AGENT, CUSTOMER, ADMIN):
        assert conversation(db, person, target) == ["It is broken", "It is broken, as I said"]
        assert conversation(db, person, source) == ["It is broken, as I said"]


def test_the_same_merge_again_is_the_same_merge(db: Db, world: World) -> None:
    source, target = a_pair(db, world)
    with be(db, AGENT):
        first = one(db, MERGE, source, target, False)
        assert one(db, MERGE, source, target, False) == first
    assert (
        value(db, "select count(*) from helpdesk.events where type = 'ticket.merged' and ticket_id = %s", source) == 1
    )


def test_both_sides_have_an_event(db: Db, world: World) -> None:
    pair = a_pair(db, world)
    with be(db, AGENT):
        one(db, MERGE, *pair, False)
        one(db, "select * from helpdesk.unmerge_ticket(%s)", pair[0])
    for ticket_id in pair:
        types = db.execute(
            "select type, audience from helpdesk.events where ticket_id = %s and type ~ 'merged$' order by event_id",
            [ticket_id],
        ).fetchall()
        assert [(row["type"], row["audience"]) for row in types] == [
            ("ticket.merged", "staff"),
            ("ticket.unmerged", "staff"),
        ]


def test_replies_to_the_source_are_stored_on_the_target(db: Db, world: World) -> None:
    source, target = a_pair(db, world)
    with be(db, AGENT):
        one(db, MERGE, source, target, False)
    for person in (CUSTOMER, AGENT):
        message = say(db, person, source, "Here")
        assert (str(message["ticket_id"]), str(message["via_ticket_id"])) == (target, source)
    with be(db, CUSTOMER):
        repeated = one(
            db,
            "select * from helpdesk.send_reply(ticket_id => %s, body => 'Again', message_id => %s)",
            source,
            key := uuid4(),
        )
        assert repeated == one(
            db, "select * from helpdesk.send_reply(ticket_id => %s, body => 'Again', message_id => %s)", source, key
        )
    assert value(db, "select status from helpdesk.tickets where ticket_id = %s", source) == "closed"
    assert value(db, "select status from helpdesk.tickets where ticket_id = %s", target) == "open"


def test_two_answers_at_once_are_noticed_across_a_merge(db: Db, world: World) -> None:
    source, target = a_pair(db, world)
    seen = value(db, "select last_message_id from helpdesk.tickets where ticket_id = %s", target)
    with be(db, AGENT):
        one(db, MERGE, source, target, False)
    with refused("conversation_moved"), be(db, AGENT):
        one(db, "select * from helpdesk.send_reply(%s, 'Late', %s)", target, seen)


def test_a_merged_ticket_stays_as_it_is(db: Db, world: World) -> None:
    source, target = a_pair(db, world)
    with be(db, AGENT):
        one(db, MERGE, source, target, False)
    for change in (
        "status = 'open'",
        "title = 'New'",
        "priority = 'high'",
        "description = 'New'",
        "snoozed_until = now()",
    ):
        for person in (AGENT, CUSTOMER, ADMIN, SERVICE):
            if person is CUSTOMER and change[0] in "ps":
                continue
            with refused("ticket_merged"), be(db, person):
                db.execute(f"update helpdesk.tickets set {change} where ticket_id = %s", [source])
    with refused("ticket_merged"), be(db, AGENT):
        one(db, MERGE, source, world["answered"], True)


def test_a_merge_into_a_merged_ticket_is_one_into_the_living_ticket(db: Db, world: World) -> None:
    middle, root = a_pair(db, world)
    third = opened(db, CUSTOMER, "Third mail", world["desk"])
    with be(db, AGENT):
        one(db, MERGE, middle, root, False)
        assert str(one(db, MERGE, third, middle, False)["target_id"]) == root
    with refused("invalid_value", "is itself merged into"), be(db, AGENT):
        one(db, MERGE, root, middle, False)
    with refused("invalid_value", "must be another ticket"), be(db, AGENT):
        one(db, MERGE, root, root, False)


def test_a_chain_ends_at_its_root(db: Db, world: World) -> None:
    first, second = a_pair(db, world)
    third = opened(db, CUSTOMER, "Third mail", world["desk"])
    say(db, CUSTOMER, third, "And this")
    with be(db, AGENT):
        one(db, MERGE, first, second, False)
        one(db, MERGE, second, third, False)
    both = ["It is broken", "It is broken, as I said"]
    assert conversation(db, AGENT, third) == [*both, "And this"]
    assert str(say(db, CUSTOMER, first, "Hello?")["ticket_id"]) == third
    with be(db, AGENT):
        one(db, "select * from helpdesk.unmerge_ticket(%s)", second)
    assert conversation(db, AGENT, second) == both
    assert conversation(db, AGENT, third) == ["And this", "Hello?"]
    assert str(say(db, CUSTOMER, first, "Back")["ticket_id"]) == second


def test_tickets_of_two_requesters_merge_only_on_purpose_and_show_neither_the_other(db: Db, world: World) -> None:
    source, target = opened(db, OTHER, "Same matter", world["desk"]), world["answered"]
    say(db, OTHER, source, "Secret of the other")
    with refused("other_requester"), be(db, AGENT):
        one(db, MERGE, source, target, False)
    with be(db, AGENT):
        one(db, MERGE, source, target, True)
    assert "Secret of the other" in conversation(db, AGENT, target)
    assert "Secret of the other" not in conversation(db, CUSTOMER, target)
    assert conversation(db, OTHER, target) == ["Secret of the other"]
    message = say(db, OTHER, source, "Any news?")
    assert str(message["ticket_id"]) == source
    assert ticket(db, world, "answered")["status"] == "open"
    answer = one_reply(db, source, message["message_id"])
    assert (str(answer["ticket_id"]), answer["author_kind"]) == (source, "staff")
    assert "Not for both" not in conversation(db, CUSTOMER, target)


def one_reply(db: Db, ticket_id: str, after: object) -> dict[str, Any]:
    """The agent's answer on a merged ticket of another requester."""
    with be(db, AGENT):
        return one(db, "select * from helpdesk.send_reply(%s, 'Not for both', %s)", ticket_id, after)


def test_only_those_who_work_both_tickets_merge_and_undo(db: Db, world: World) -> None:
    source, target = a_pair(db, world)
    with refused("forbidden"), be(db, CUSTOMER):
        one(db, MERGE, source, target, False)
    for ids in ((source, world["theirs"]), (world["theirs"], source), (source, str(uuid4()))):
        with refused("ticket_not_found"), be(db, AGENT):
            one(db, MERGE, *ids, True)
    with refused("ticket_not_found"), be(db, STRANGER):
        one(db, MERGE, source, target, False)
    with be(db, AGENT):
        one(db, MERGE, source, target, False)
    with refused("forbidden"), be(db, CUSTOMER):
        one(db, "select * from helpdesk.unmerge_ticket(%s)", source)
    with refused("not_merged"), be(db, AGENT):
        one(db, "select * from helpdesk.unmerge_ticket(%s)", target)
    for person, count in ((AGENT, 1), (ADMIN, 1), (CUSTOMER, 0), (STRANGER, 0)):
        with be(db, person):
            assert value(db, "select count(*) from helpdesk.ticket_merges where source_id = %s", source) == count


def test_the_conversation_keeps_the_rights_of_each_ticket(db: Db, world: World) -> None:
    """A ticket in another team: its messages and notes are for those who work that ticket."""
    with be(db, ADMIN):
        one(db, MERGE, world["theirs"], world["answered"], True)
    theirs = db.execute("select body from helpdesk.messages where ticket_id = %s", [world["theirs"]]).fetchall()
    assert theirs
    for body in theirs:
        assert body["body"] not in conversation(db, AGENT, world["answered"])
        assert body["body"] in conversation(db, ADMIN, world["answered"])
    notes = "select count(*) from helpdesk.conversation_notes where conversation_id = %s"
    for person, count in ((ADMIN, 2), (AGENT, 1), (STRANGER, 1), (CUSTOMER, 0), (OTHER, 0)):
        with be(db, person):
            assert value(db, notes, world["answered"]) == count, person


def test_the_requester_goes_on_replying_whatever_another_one_writes(db: Db, world: World) -> None:
    source, target = opened(db, OTHER, "Same matter", world["desk"]), world["answered"]
    say(db, OTHER, source, "Newer than everything")
    before = ticket(db, world, "answered")["last_message_id"]
    with be(db, AGENT):
        one(db, MERGE, source, target, True)
    assert ticket(db, world, "answered")["last_message_id"] == before


def test_staff_who_do_not_work_the_living_ticket_are_told_so(db: Db, world: World) -> None:
    first = opened(db, OTHER, "Same matter", world["desk"])
    with be(db, ADMIN):
        one(db, MERGE, first, world["theirs"], False)
    with refused("ticket_merged"), be(db, AGENT):
        one(db, "select * from helpdesk.send_reply(%s, 'Hello', null)", first)


def test_a_reply_to_a_merged_ticket_of_another_requester_has_no_status(db: Db, world: World) -> None:
    source = opened(db, OTHER, "Same matter", world["desk"])
    with be(db, AGENT):
        one(db, MERGE, source, world["mine"], True)
    with refused("ticket_merged"), be(db, OTHER):
        one(db, "select * from helpdesk.send_reply(ticket_id => %s, body => 'Hi', status => 'open')", source)


def test_the_timeline_has_what_the_reader_sees_of_merged_tickets(db: Db, world: World) -> None:
    with be(db, ADMIN):
        one(db, MERGE, world["theirs"], world["answered"], True)
    bodies = "select coalesce(string_agg(body, ' '), '') from helpdesk.ticket_timeline(%s)"
    theirs = value(db, "select body from helpdesk.messages where ticket_id = %s limit 1", world["theirs"])
    for person, sees in ((ADMIN, True), (AGENT, False), (CUSTOMER, False)):
        with be(db, person):
            assert (theirs in value(db, bodies, world["answered"])) is sees, person
