"""E-mail in and out: mails on which other helpdesks are known to fail, as their users tell it. The number in a test's
name is that of `CASES` in test_email_cases.py."""

from __future__ import annotations

from typing import Any

import pytest
from tests.db.mailing import (
    AGENT_ADDRESS,
    BILLING,
    CUSTOMER_ADDRESS,
    NONE,
    OTHER_ADDRESS,
    STRANGER,
    SUPPORT,
    Json,
    add_channels,
    count,
    mail,
    message,
    minted,
    receive,
    ticket,
    token,
)
from tests.db.mailing_out import leased, mails, reply, sent
from tests.db.people import ADMIN, AGENT, Db, be, one, value
from tests.db.world import World


@pytest.fixture
def desk(db: Db, world: World) -> Db:
    """The furnished helpdesk with two addresses, in which nothing was sent, and nothing is acknowledged."""
    add_channels(db, world)
    db.execute("delete from helpdesk.outbound_emails; delete from helpdesk.ticket_participants")
    db.execute("update helpdesk.settings set email_acknowledgements = 'none'")
    return db


@pytest.fixture
def first(desk: Db) -> Json:
    """The mail of the customer that opened a ticket."""
    return receive(desk, mail())


def _again(desk: Db, sender: str = CUSTOMER_ADDRESS, *envelope: str, **fields: Any) -> Json:
    return receive(desk, mail(sender, **({"subject": "Re: The printer"} | fields)), *envelope)


def test_01_the_customer_answers_what_staff_wrote_outside(desk: Db, first: Json) -> None:
    references = [first["message_id"], "outlook-1@office.example"]
    row = _again(desk, in_reply_to=[references[-1]], references=references)
    assert (row["outcome"], row["ticket_id"]) == ("appended", first["ticket_id"])
    # The mail of staff itself, when we are in its Cc: what it answers is the mail that the customer sent us.
    outside = {"to": [CUSTOMER_ADDRESS], "cc": [SUPPORT], "in_reply_to": [first["message_id"]]}
    row = _again(desk, AGENT_ADDRESS, **outside)
    assert (row["outcome"], row["reason"], row["ticket_id"]) == ("appended", "sent_outside", first["ticket_id"])
    assert mails(desk) == [], "nothing is sent again"
    # Nobody who only says that they are of staff.
    row = _again(desk, AGENT_ADDRESS, verdict=NONE, **outside)
    assert (row["outcome"], row["reason"]) == ("quarantined", "names_mail_of_others")


@pytest.mark.parametrize("by", ["reply address", "id"])
def test_02_the_answer_to_a_mail_that_staff_began(desk: Db, world: World, by: str) -> None:
    ask = "select * from helpdesk.create_ticket(title => 'Your contract', description => 'x', requester_id => %s)"
    with be(desk, AGENT):
        made = one(desk, ask, world["customer"])
    reply(desk, made["ticket_id"], "Please sign the contract.")
    payload = sent(desk)["payload"]
    fields: Json = {"in_reply_to": [payload["message_id"]]} if by == "id" else {}
    to = [payload["reply_to"]["address"]] if by == "reply address" else []
    row = _again(desk, CUSTOMER_ADDRESS, *to, subject="AW: Your contract", **fields)
    assert (row["outcome"], row["ticket_id"]) == ("appended", made["ticket_id"])


def test_03_another_subject_is_kept_for_the_answer_or_opens_a_ticket(desk: Db, first: Json) -> None:
    ours = minted(desk, str(first["ticket_id"]))
    row = _again(desk, subject="My invoice", in_reply_to=[ours])
    assert (row["outcome"], row["flags"]) == ("appended", ["subject_changed"])
    reply(desk, first["ticket_id"])
    assert sent(desk)["payload"]["subject"] == "Re: My invoice"
    desk.execute("update helpdesk.tickets set status = 'closed' where ticket_id = %s", (first["ticket_id"],))
    row = _again(desk, subject="Quite another thing", in_reply_to=[ours])
    assert (row["outcome"], row["reason"]) == ("created", "ticket_closed_before")
    assert count(desk, "links") == 1


@pytest.mark.parametrize("sender", [OTHER_ADDRESS, STRANGER])
def test_08_09_the_number_of_a_ticket_of_others_opens_nothing(desk: Db, first: Json, sender: str) -> None:
    number = ticket(desk, first["ticket_id"])["number"]
    for subject in (f"Re: The printer [Ticket#{number}]", f"[#{number}] The printer"):
        row = _again(desk, sender, subject=subject, verdict=NONE)
        assert (row["outcome"], row["ticket_id"] == first["ticket_id"]) == ("created", False)


@pytest.mark.parametrize(
    ("to", "envelope"), [(["colleague@customer.example"], SUPPORT), ([SUPPORT], SUPPORT)], ids=["10 Bcc", "37 Sent"]
)
def test_10_37_the_customer_goes_on_from_their_own_mail(desk: Db, to: list[str], envelope: str) -> None:
    first = receive(desk, mail(to=to), envelope)
    row = _again(desk, in_reply_to=[first["message_id"]], references=[first["message_id"]])
    assert (row["outcome"], row["ticket_id"]) == ("appended", first["ticket_id"])


@pytest.mark.parametrize("subject", ["WG: The printer", "The printer"])
def test_12_what_is_forwarded_to_another_team_is_a_ticket_there(desk: Db, first: Json, subject: str) -> None:
    ours = minted(desk, str(first["ticket_id"]))
    row = _again(desk, to=[BILLING], subject=subject, in_reply_to=[ours], references=[first["message_id"], ours])
    assert (row["outcome"], row["ticket_id"] == first["ticket_id"]) == ("created", False)
    assert row["evidence"]["hits"][0]["refused"] == "other_mailbox"
    # And to the same address, when it is a forwarded mail and no answer.
    forwarded = {"from": {"name": "", "address": STRANGER}, "subject": "x"}
    row = _again(desk, subject=subject, references=[ours], forwarded=forwarded)
    assert (row["outcome"], row["evidence"]["hits"][0]["refused"]) == ("created", "forwarded")


@pytest.mark.parametrize("prefix", ["Fwd: ", "WG: ", "TR: "])
def test_13_a_prefix_alone_forwards_nothing(desk: Db, first: Json, prefix: str) -> None:
    row = _again(desk, subject=f"{prefix}The printer", references=[first["message_id"]])
    assert (row["outcome"], row["ticket_id"], row["flags"]) == ("appended", first["ticket_id"], [])


def test_19_in_reply_to_was_rewritten_and_only_references_know_us(desk: Db, first: Json) -> None:
    ours = minted(desk, str(first["ticket_id"]))
    row = _again(desk, in_reply_to=["crm-77@crm.example"], references=["a@crm.example", ours, "crm-77@crm.example"])
    assert (row["outcome"], row["ticket_id"], row["reason"]) == ("appended", first["ticket_id"], "references")


def test_20_all_who_were_copied_answer_before_we_do(desk: Db) -> None:
    people = [OTHER_ADDRESS, "b@customer.example", "c@customer.example"]
    first = receive(desk, mail(cc=people, verdict=NONE))
    for person in people:
        row = _again(desk, person, in_reply_to=[first["message_id"]], cc=[CUSTOMER_ADDRESS], verdict=NONE)
        assert (row["outcome"], row["ticket_id"]) == ("appended", first["ticket_id"])
        known = one(desk, "select email from helpdesk.users where user_id = %s", message(desk, row)["author_id"])
        assert known["email"] == person


def test_21_answers_to_a_mail_to_two_teams_do_not_fork(desk: Db) -> None:
    tickets = count(desk, "tickets")
    first = receive(desk, mail(to=[SUPPORT], cc=[BILLING]), SUPPORT, BILLING)
    assert count(desk, "tickets") == tickets + 2
    for address in (SUPPORT, BILLING, SUPPORT, BILLING):
        row = _again(desk, to=[address], in_reply_to=[first["message_id"]])
        assert row["outcome"] == "appended"
        assert (row["ticket_id"] == first["ticket_id"]) is (address == SUPPORT)
    assert count(desk, "tickets") == tickets + 2


def test_22_a_ticket_that_has_moved_hears_its_old_mailbox(desk: Db, world: World, first: Json) -> None:
    with be(desk, ADMIN):
        desk.execute("select helpdesk.transfer_ticket(%s, %s)", (first["ticket_id"], world["empty"]))
    for known in (first["message_id"], minted(desk, str(first["ticket_id"]))):
        row = _again(desk, in_reply_to=[known])
        assert (row["outcome"], row["ticket_id"]) == ("appended", first["ticket_id"])


def test_23_who_had_a_blind_copy_does_not_become_the_customer(desk: Db, world: World, first: Json) -> None:
    row = _again(desk, "blind@customer.example", in_reply_to=[minted(desk, str(first["ticket_id"]))])
    assert (row["outcome"], row["flags"]) == ("appended", ["not_who_we_wrote_to"])
    assert message(desk, row)["author_id"] != first["author_id"]
    assert str(ticket(desk, first["ticket_id"])["created_by"]) == world["customer"]


def test_28_a_shop_that_answers_our_acknowledgement_is_one_ticket(desk: Db) -> None:
    desk.execute("update helpdesk.settings set email_acknowledgements = 'email'")
    opened = receive(desk, mail(sender="orders@shop.example"))
    tickets = count(desk, "tickets")
    (acknowledgement,) = leased(desk)
    for _ in range(3):
        answer = mail("noreply@shop.example", in_reply_to=[acknowledgement["payload"]["message_id"]])
        assert receive(desk, answer)["ticket_id"] == opened["ticket_id"]
    assert (count(desk, "tickets"), len(mails(desk))) == (tickets, 1)


def test_42_a_mail_from_our_address_to_itself_is_kept_once(desk: Db) -> None:
    made = mail(SUPPORT, to=[SUPPORT])
    row = receive(desk, made)
    assert (row["outcome"], row["reason"]) == ("quarantined", "our_own_address")
    assert receive(desk, made, "support+sent@desk.example")["outcome"] == "duplicate"
    # Somebody who writes to us and to themselves is one requester, and nobody's copy.
    row = receive(desk, mail(to=[SUPPORT, CUSTOMER_ADDRESS]))
    assert row["outcome"] == "created"
    assert count(desk, "participants") == 0


def test_43_the_reply_address_decides_and_not_the_mailbox(desk: Db, world: World) -> None:
    made = token(desk, world["mine"], world["customer"])
    title = ticket(desk, world["mine"])["title"]
    row = receive(desk, mail(to=[BILLING], subject=f"Re: {title} [billing-24]"), BILLING, made)
    assert (row["outcome"], str(row["ticket_id"])) == ("appended", world["mine"])


def test_44_a_signed_reply_finds_its_ticket_and_prefixes_do_not_pile_up(desk: Db, first: Json) -> None:
    subject = "Re: AW: Re: The printer"
    file = {"name": "smime.p7s", "type": "application/pkcs7-signature", "size": 3, "flags": []}
    row = _again(desk, subject=subject, references=[first["message_id"]], attachments=[file])
    assert (row["outcome"], row["ticket_id"]) == ("appended", first["ticket_id"])
    reply(desk, first["ticket_id"])
    assert sent(desk)["payload"]["subject"] == "Re: The printer"


def test_45_one_bad_mail_stops_no_other(desk: Db) -> None:
    desk.execute(
        "alter table helpdesk.tickets add constraint no_bad_title check (title <> 'Bad'); set constraints all immediate"
    )
    assert receive(desk, mail(subject="Bad"))["outcome"] == "failed"
    assert receive(desk, mail(subject="Good", references=["ticket-999999@desk.example"]))["outcome"] == "created"


def test_48_without_an_envelope_what_the_server_stamped_names_the_mailbox(desk: Db, world: World) -> None:
    for addressed, team in (([], "theirs"), ([SUPPORT], "mine")):
        headers = {"delivered_to": ["x@desk.example", BILLING]}
        row = receive(desk, mail(to=[*addressed, "someone@else.example"], headers=headers), "")
        assert row["team_id"] == ticket(desk, world[team])["team_id"], "To and Cc come before it"
    # An envelope comes before everything.
    row = receive(desk, mail(to=["someone@else.example"], headers={"delivered_to": [BILLING]}), SUPPORT)
    assert row["team_id"] == ticket(desk, world["mine"])["team_id"]


def test_49_what_a_supplier_answers_is_theirs_and_goes_to_nobody(desk: Db, first: Json) -> None:
    """There is no side conversation: docs/decisions/0046 says why. The supplier is marked, and receives nothing."""
    reply(desk, first["ticket_id"])
    ours = sent(desk)["payload"]["message_id"]
    row = _again(desk, "sales@supplier.example", in_reply_to=[ours], cc=[CUSTOMER_ADDRESS])
    assert (row["outcome"], row["flags"]) == ("appended", ["not_who_we_wrote_to"])
    assert leased(desk) == [], "nobody is mailed what they wrote"
    reply(desk, first["ticket_id"], "Here it is.")
    assert [given["payload"]["to"][0]["address"] for given in leased(desk)] == [CUSTOMER_ADDRESS]


def test_70_an_answer_never_goes_to_ourselves_and_always_to_the_customer(desk: Db, first: Json) -> None:
    reply(desk, first["ticket_id"])
    address = sent(desk)["payload"]["reply_to"]["address"]
    # Reply all: to us, by both addresses, and to somebody else.
    everybody: Json = {"to": [address, SUPPORT], "cc": ["support+x@desk.example", "boss@customer.example"]}
    assert _again(desk, CUSTOMER_ADDRESS, address, **everybody)["outcome"] == "appended"
    reply(desk, first["ticket_id"], "And now?")
    written = sorted(given["payload"]["to"][0]["address"] for given in leased(desk))
    assert written == sorted([CUSTOMER_ADDRESS, "boss@customer.example"])
    assert value(desk, "select count(*) from helpdesk.ticket_participants where address like '%%@desk.example'") == 0
