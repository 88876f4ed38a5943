"""Files of replies to a merged ticket: they belong to the ticket on which the reply is stored, and have its rights."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from tests.db.people import ADMIN, AGENT, CUSTOMER, OTHER, STRANGER, Db, Person, be, one, refused, value
from tests.db.test_merging import MERGE, a_pair, opened
from tests.db.world import World, filed


def _reply(db: Db, person: Person, ticket: str, *files: str) -> dict[str, Any]:
    with be(db, person):
        after = value(db, "select helpdesk_private.last_message_to(%s)", ticket)
        return one(
            db,
            "select * from helpdesk.send_reply(%s, 'See the picture', %s, attachments => %s::uuid[])",
            *(ticket, after, list(files)),
        )


def _seen(db: Db, person: Person, message: object) -> list[str]:
    with be(db, person):
        rows = db.execute(
            "select attachment_id from helpdesk.attachments where message_id = %s order by sequence", (message,)
        ).fetchall()
    return [str(row["attachment_id"]) for row in rows]


def _merged_into_the_vault(db: Db, world: World) -> tuple[str, str]:
    """A merged ticket of the desk, and the ticket it is merged into, which has moved to another team."""
    source, target = a_pair(db, world)
    with be(db, ADMIN):
        one(db, MERGE, source, target, False)
        one(db, "select helpdesk.transfer_ticket(%s, %s)", target, world["vault"])
    return source, target


def test_the_file_of_a_reply_to_a_merged_ticket_is_seen_with_the_reply(db: Db, world: World) -> None:
    source, target = _merged_into_the_vault(db, world)
    file = filed(db, source, CUSTOMER, "message", "clean")
    message = _reply(db, CUSTOMER, source, file)
    assert (str(message["ticket_id"]), str(message["via_ticket_id"])) == (target, source)
    # Whoever sees the message sees its file: the stranger works the vault, and the agent only the desk.
    for person in (CUSTOMER, STRANGER, ADMIN):
        assert _seen(db, person, message["message_id"]) == [file], person.name
    for person in (AGENT, OTHER):
        assert _seen(db, person, message["message_id"]) == [], person.name
    again = one(db, "select ticket_id from helpdesk.attachments where attachment_id = %s", file)
    assert str(again["ticket_id"]) == target


def test_the_reservation_and_the_reply_can_be_repeated(db: Db, world: World) -> None:
    source, target = _merged_into_the_vault(db, world)
    key = uuid4()
    reserve = "select * from helpdesk.reserve_attachment(%s, 'a.png', 'image/png', 5, 'message', %s)"
    with be(db, CUSTOMER):
        first = one(db, reserve, source, key)
        assert one(db, reserve, source, key) == first
        assert one(db, reserve, target, key) == first
    with refused("id_conflict"), be(db, CUSTOMER):
        one(db, reserve, world["mine"], key)


def test_a_file_that_was_uploaded_before_the_merge_is_sent_after_it(db: Db, world: World) -> None:
    source, target = a_pair(db, world)
    file = filed(db, source, CUSTOMER, "message", "clean")
    with be(db, AGENT):
        one(db, MERGE, source, target, False)
    after = value(db, "select last_message_id from helpdesk.tickets where ticket_id = %s", target)
    with be(db, CUSTOMER):
        message = one(
            db,
            "select * from helpdesk.send_reply(%s, 'See', %s, attachments => %s::uuid[])",
            *(source, after, [file]),
        )
    assert str(message["ticket_id"]) == target
    for person in (CUSTOMER, AGENT):
        assert _seen(db, person, message["message_id"]) == [file], person.name


def test_a_file_for_a_merged_ticket_of_another_requester_stays_there(db: Db, world: World) -> None:
    target = opened(db, OTHER, "Theirs", world["desk"])
    source = opened(db, CUSTOMER, "Mine", world["desk"])
    with be(db, AGENT):
        one(db, MERGE, source, target, True)
    file = filed(db, source, CUSTOMER, "message", "clean")
    message = _reply(db, CUSTOMER, source, file)
    assert str(message["ticket_id"]) == source
    assert _seen(db, CUSTOMER, message["message_id"]) == _seen(db, AGENT, message["message_id"]) == [file]
    assert _seen(db, OTHER, message["message_id"]) == []
