"""E-mail out: which mails a reply queues, and what becomes of them."""

from __future__ import annotations

from typing import Any

import pytest
from tests.db.delivering import make_due, settle
from tests.db.mailing import CUSTOMER_ADDRESS, SUPPORT, add_channels, mail, receive, ticket
from tests.db.mailing_out import LINE, PART, leased, mails, reply
from tests.db.people import ADMIN, AGENT, CUSTOMER, SERVICE, Db, be, one, value
from tests.db.world import World


@pytest.fixture
def desk(db: Db, world: World) -> Db:
    """The furnished helpdesk with an address for each team, and nothing that was sent before."""
    add_channels(db, world)
    db.execute("delete from helpdesk.outbound_emails")
    return db


def test_a_reply_goes_to_the_requester_and_to_those_who_receive_copies(desk: Db, world: World) -> None:
    reply(desk, world["mine"])
    assert [row["recipient"] for row in mails(desk)] == [CUSTOMER_ADDRESS, PART]
    assert {row["state"] for row in mails(desk)} == {"queued"}
    with be(desk, AGENT):
        desk.execute("update helpdesk.ticket_participants set receives_copies = false")
    reply(desk, world["mine"], "Again.")
    assert [row["recipient"] for row in mails(desk)][2:] == [CUSTOMER_ADDRESS]


def test_a_reply_that_is_rolled_back_is_never_sent(desk: Db, world: World) -> None:
    with desk.transaction(force_rollback=True):
        reply(desk, world["mine"])
        assert len(mails(desk)) == 2
    assert mails(desk) == []
    assert value(desk, "select count(*) from helpdesk.outbox where kind = 'email'") == 0


def test_nothing_is_sent_of_notes_customers_and_imports(desk: Db, world: World) -> None:
    with be(desk, AGENT):
        desk.execute("select helpdesk.add_note(%s, 'Internal')", (world["mine"],))
    with be(desk, CUSTOMER):
        desk.execute("select helpdesk.send_reply(%s, 'Hello?')", (world["mine"],))
    desk.execute(
        "insert into helpdesk.messages (ticket_id, requester_id, author_kind, author_name, body, imported) "
        "select ticket_id, created_by, 'staff', 'Anna', 'Long ago', true from helpdesk.tickets where ticket_id = %s",
        (world["mine"],),
    )
    assert mails(desk) == []


def test_without_an_active_address_nothing_is_sent(desk: Db, world: World) -> None:
    desk.execute("update helpdesk.email_channels set is_active = false")
    reply(desk, world["mine"])
    assert mails(desk) == []


def test_mail_comes_from_where_the_customer_wrote_to_else_from_the_team(desk: Db, world: World) -> None:
    reply(desk, world["mine"])
    channels = {
        row["channel_id"]: row["address"] for row in desk.execute("select * from helpdesk.email_channels").fetchall()
    }
    assert channels[mails(desk)[0]["channel_id"]] == SUPPORT
    row = receive(desk, mail(to=["help@desk.example"]), "help@desk.example")
    reply(desk, row["ticket_id"], person=ADMIN)
    assert channels[mails(desk)[-1]["channel_id"]] == "help@desk.example"


def test_neither_the_author_nor_we_ourselves_receive_a_mail(desk: Db, world: World) -> None:
    with be(desk, AGENT):
        for address in (AGENT.email, "help@desk.example", "support+x@desk.example", f"reply+{'a' * 26}@desk.example"):
            desk.execute(
                "insert into helpdesk.ticket_participants (ticket_id, address) values (%s, %s)",
                (world["mine"], address),
            )
    reply(desk, world["mine"])
    assert [row["recipient"] for row in mails(desk)] == [CUSTOMER_ADDRESS, PART]


def test_a_person_who_was_deactivated_receives_nothing(desk: Db, world: World) -> None:
    with be(desk, ADMIN):
        desk.execute("select helpdesk.deactivate_user(%s)", (world["customer"],))
    reply(desk, world["mine"])
    assert [row["recipient"] for row in mails(desk)] == [PART]


def test_a_suppressed_address_receives_nothing_and_a_row_says_so(desk: Db, world: World) -> None:
    with be(desk, ADMIN):
        desk.execute("insert into helpdesk.email_suppressions (address) values (%s)", (CUSTOMER_ADDRESS,))
    reply(desk, world["mine"])
    assert [(row["recipient"], row["state"]) for row in mails(desk)] == [
        (CUSTOMER_ADDRESS, "suppressed"),
        (PART, "queued"),
    ]
    assert value(desk, "select count(*) from helpdesk.outbox where kind = 'email'") == 1
    assert [given["payload"]["to"][0]["address"] for given in leased(desk)] == [PART]


def test_what_is_suppressed_after_it_was_queued_is_not_sent(desk: Db, world: World) -> None:
    reply(desk, world["mine"])
    with be(desk, ADMIN):
        desk.execute("insert into helpdesk.email_suppressions (address) values (%s)", (CUSTOMER_ADDRESS,))
    assert [given["payload"]["to"][0]["address"] for given in leased(desk)] == [PART]
    first = mails(desk)[0]
    assert (first["state"], first["problem"]) == ("failed", "Nothing is sent to this address: it is suppressed.")


def test_what_is_redacted_before_it_is_sent_is_not_sent(desk: Db, world: World) -> None:
    said = reply(desk, world["mine"], "Your password is hunter2.")
    with be(desk, AGENT):
        desk.execute("select helpdesk.redact_message(%s)", (said["message_id"],))
    assert {row["state"] for row in mails(desk)} == {"cancelled"}
    assert leased(desk) == []


def test_what_is_redacted_between_two_attempts_is_not_sent(desk: Db, world: World) -> None:
    said = reply(desk, world["mine"], "Your password is hunter2.")
    given = leased(desk)
    with be(desk, AGENT):
        desk.execute("select helpdesk.redact_message(%s)", (said["message_id"],))
    for delivery in given:
        settle(desk, delivery, "retry", status=451)
    make_due(desk)
    assert leased(desk) == []
    assert {row["state"] for row in mails(desk)} == {"cancelled"}


@pytest.mark.parametrize(
    "change",
    [
        "delete from helpdesk.ticket_participants where address = %s",
        "update helpdesk.ticket_participants set receives_copies = false where address = %s",
    ],
)
def test_who_is_removed_before_a_mail_is_sent_receives_nothing(desk: Db, world: World, change: Any) -> None:
    reply(desk, world["mine"])
    with be(desk, AGENT):
        assert desk.execute(change, (PART,)).rowcount == 1
    assert [given["payload"]["to"][0]["address"] for given in leased(desk)] == [CUSTOMER_ADDRESS]
    states = {row["recipient"]: (row["state"], row["problem"]) for row in mails(desk)}
    assert states[PART] == ("cancelled", "The recipient was removed from the ticket before it was sent.")


def test_a_reply_by_mail_goes_out_and_what_was_sent_outside_does_not(desk: Db, world: World) -> None:
    title = ticket(desk, world["mine"])["title"]
    made = value(desk, "select helpdesk_private.reply_token(%s, %s)", world["mine"], world["agent"])
    row = receive(desk, mail(AGENT.email, to=[f"reply+{made}@desk.example"], subject=f"Re: {title}"))
    assert row["reason"] == "reply_of_staff"
    assert [row["recipient"] for row in mails(desk)] == [CUSTOMER_ADDRESS, PART]
    answer = leased(desk)[0]["payload"]["message_id"]
    row = receive(desk, mail(AGENT.email, to=[CUSTOMER_ADDRESS, SUPPORT], in_reply_to=[answer], subject=f"Re: {title}"))
    assert row["reason"] == "sent_outside"
    assert len(mails(desk)) == 2


def test_mails_to_one_person_are_in_order_and_nobody_waits_for_somebody_else(desk: Db, world: World) -> None:
    reply(desk, world["mine"], "One")
    reply(desk, world["mine"], "Two")
    first = leased(desk)
    assert [given["payload"]["text"] for given in first] == [LINE + "One"] * 2
    settle(desk, first[0])
    (second,) = leased(desk)
    assert (second["payload"]["text"], second["payload"]["to"]) == (LINE + "Two", first[0]["payload"]["to"])


def test_a_sender_that_died_after_it_began_leaves_the_mail_unknown(desk: Db, world: World) -> None:
    reply(desk, world["mine"])
    given = leased(desk)
    with be(desk, SERVICE):
        desk.execute("select helpdesk.begin_sending(%s, %s)", (given[0]["delivery_id"], given[0]["lease"]))
    make_due(desk)
    again = leased(desk)
    assert [one["payload"]["to"] for one in again] == [given[1]["payload"]["to"]]
    assert again[0]["payload"]["message_id"] == given[1]["payload"]["message_id"]
    states = {row["recipient"]: row["state"] for row in mails(desk)}
    assert states == {CUSTOMER_ADDRESS: "unknown", PART: "queued"}
    event = one(desk, "select * from helpdesk.events where type = 'email.failed'")
    assert (event["data"]["reason"], event["audience"]) == ("unknown", "staff")
    with be(desk, ADMIN):
        assert value(desk, "select helpdesk.replay_deliveries(array[%s::uuid])", given[0]["delivery_id"]) == 1
    assert {row["state"] for row in mails(desk)} == {"queued"}


def test_no_mail_makes_two_of_one(desk: Db, world: World) -> None:
    said = reply(desk, world["mine"])
    queue = "select helpdesk_private.enqueue_email(%s, 'reply', %s, %s)"
    assert value(desk, queue, world["mine"], said["message_id"], CUSTOMER_ADDRESS) is None
    assert len(mails(desk)) == 2
