"""E-mail out: bounces, complaints and suppressions. Case numbers are those of test_email_cases.py."""

from __future__ import annotations

from typing import Any

import pytest
from tests.db.delivering import settle
from tests.db.mailing import CUSTOMER_ADDRESS, NONE, STRANGER, Json, add_channels, count, mail, receive, ticket
from tests.db.mailing_out import PART, leased, mails, reply, sent
from tests.db.people import ADMIN, AGENT, SERVICE, Db, be, one, value
from tests.db.world import World

DAEMON = "mailer-daemon@mail.example"


@pytest.fixture
def desk(db: Db, world: World) -> Db:
    """The furnished helpdesk, in which nobody else takes part in a ticket, and nothing was sent before."""
    add_channels(db, world)
    db.execute("delete from helpdesk.outbound_emails; delete from helpdesk.ticket_participants")
    return db


@pytest.fixture
def answered(desk: Db, world: World) -> Json:
    """The payload of a reply that was sent to the customer."""
    reply(desk, world["mine"])
    found: Json = sent(desk, result='{"stamped_id": "<stamped@ses.example>", "provider_id": "provider-9"}')["payload"]
    return found


def bounce(payload: Json | None = None, *, by: str = "token", **block: Any) -> Json:
    """A report of a server, about one recipient."""
    ids = {"minted": [payload["message_id"]], "stamped": ["<stamped@ses.example>"]} if payload else {}
    return mail(
        DAEMON,
        subject="Undelivered",
        headers={"return_path": "<>"},
        bounce={
            "ids": ids.get(by, []),
            "tokens": [payload["envelope_from"][7:33]] if payload and by == "token" else [],
            "recipients": [{"address": CUSTOMER_ADDRESS, "action": "failed", "status": "5.1.1"} | block]
            if block
            else [],
        },
    )


def suppressed(db: Db) -> list[tuple[str, str]]:
    """Which addresses receive nothing, and why; without the one of the world."""
    rows = db.execute("select * from helpdesk.email_suppressions where reason <> 'manual' order by address").fetchall()
    return [(row["address"], row["reason"]) for row in rows]


def report(db: Db, mail_id: str, outcome: str, detail: str | None = None) -> bool:
    """What a provider's webhook says."""
    with be(db, SERVICE):
        return bool(value(db, "select helpdesk.report_delivery(%s, %s, %s)", mail_id, outcome, detail))


def events(db: Db) -> list[tuple[str, str]]:
    """What staff were told."""
    types = ["email.failed", "email.bounced", "email.complained"]
    rows = db.execute("select * from helpdesk.events where type = any(%s) order by event_id", (types,)).fetchall()
    return [(row["type"], row["data"]["reason"]) for row in rows]


@pytest.mark.parametrize("by", ["token", "minted", "stamped"])
def test_35_a_hard_bounce_marks_the_mail_and_with_its_token_suppresses_the_address(
    desk: Db, world: World, answered: Json, by: str
) -> None:
    before = (count(desk, "tickets"), count(desk, "messages"), count(desk, "notes"))
    row = receive(desk, bounce(answered, by=by, diagnostic="550 no such user"))
    assert (row["outcome"], row["reason"], str(row["ticket_id"])) == ("bounce", "names_our_mail", world["mine"])
    (found,) = mails(desk)
    assert found["bounced_at"] is not None
    # Whoever knows the id can write a report: staff read its code, and not its words.
    assert found["bounce_reason"] == ("5.1.1 550 no such user" if by == "token" else "5.1.1 (not verified)")
    assert suppressed(desk) == ([(CUSTOMER_ADDRESS, "bounce")] if by == "token" else [])
    assert events(desk)[-1] == ("email.bounced", "hard")
    assert (count(desk, "tickets"), count(desk, "messages"), count(desk, "notes")) == before
    assert leased(desk) == [], "nothing is sent in answer to a report"


def test_33_a_report_that_names_nothing_of_ours_changes_nothing(desk: Db, answered: Json) -> None:
    row = receive(desk, bounce(None, diagnostic="x"))
    assert (row["outcome"], row["reason"]) == ("bounce", "names_no_mail_of_ours")
    assert suppressed(desk) == []
    assert mails(desk)[0]["bounced_at"] is None


@pytest.mark.parametrize(
    "block",
    [
        {"action": "delayed", "status": "4.4.1"},
        {"action": "delayed", "status": "5.1.1"},
        {"action": "", "status": "4.2.2"},
    ],
)
def test_a_delay_is_no_failure(desk: Db, answered: Json, block: Json) -> None:
    receive(desk, bounce(answered, **block))
    (found,) = mails(desk)
    assert (found["bounced_at"], found["state"]) == (None, "sent")
    assert found["problem"].startswith("Delayed: ")
    assert events(desk) == []


@pytest.mark.parametrize(
    "block", [{"status": "5.2.2"}, {"status": "4.4.7"}, {"action": "", "status": "5.7.1"}, {"status": None}]
)
def test_three_soft_bounces_in_a_week_suppress(desk: Db, world: World, block: Json) -> None:
    for number in (1, 2, 3):
        assert suppressed(desk) == []
        reply(desk, world["mine"], f"Try {number}")
        receive(desk, bounce(sent(desk)["payload"], **block))
    assert suppressed(desk) == [(CUSTOMER_ADDRESS, "bounce")]
    assert [reason for _, reason in events(desk)] == ["soft", "soft", "soft"]


def test_the_same_report_twice_counts_once(desk: Db, answered: Json) -> None:
    for _ in range(4):
        receive(desk, bounce(answered, status="5.2.2"))
    assert len(events(desk)) == 1
    assert suppressed(desk) == []


def test_the_block_about_our_recipient_counts(desk: Db, answered: Json) -> None:
    made = bounce(answered, status="5.2.2", diagnostic="full")
    other = {"address": "x@elsewhere.example", "action": "failed", "status": "5.1.1", "diagnostic": "other"}
    made["bounce"]["recipients"].insert(0, other)
    receive(desk, made)
    assert (mails(desk)[0]["bounce_reason"], suppressed(desk)) == ("5.2.2 full", [])


@pytest.mark.parametrize(("status", "after"), [("resolved", "pending"), ("closed", "open")])
def test_34_a_ticket_that_is_over_is_opened_again(
    desk: Db, world: World, answered: Json, status: str, after: str
) -> None:
    with be(desk, AGENT):
        desk.execute("update helpdesk.tickets set status = %s where ticket_id = %s", (status, world["mine"]))
    receive(desk, bounce(answered, status="5.3.4", diagnostic="552 too large"))
    assert ticket(desk, world["mine"])["status"] == after


def test_a_refusal_by_our_server_tells_staff_and_suppresses(desk: Db, world: World) -> None:
    reply(desk, world["mine"])
    (given,) = leased(desk)
    settle(
        desk, given, "refused", status=550, answer="5.1.1 no such user", problem="The server refuses every recipient"
    )
    (found,) = mails(desk)
    assert (found["state"], found["problem"]) == ("failed", "The server refuses every recipient")
    assert suppressed(desk) == [(CUSTOMER_ADDRESS, "bounce")]
    assert events(desk) == [("email.failed", "failed")]


def test_a_refusal_for_another_reason_suppresses_nothing(desk: Db, world: World) -> None:
    reply(desk, world["mine"])
    (given,) = leased(desk)
    settle(desk, given, "refused", status=554, answer="5.7.1 spam")
    assert suppressed(desk) == []


def test_who_was_copied_on_an_answer_can_forge_no_report(desk: Db, world: World, answered: Json) -> None:
    with be(desk, AGENT):
        desk.execute("update helpdesk.tickets set status = 'closed' where ticket_id = %s", (world["mine"],))
    # An answer names our mail in its header: whoever receives it knows that id, and what can be made of it.
    known = answered["message_id"]
    receive(desk, mail(STRANGER, report="complaint", in_reply_to=[known]))
    guessed = value(desk, "select helpdesk_private.base32(decode(%s, 'hex'))", known[3:35])
    for tokens in ([], [guessed]):
        forged = bounce(answered, by="minted", diagnostic="550 no such user")
        forged["bounce"]["tokens"] = tokens
        assert receive(desk, forged)["reason"] == "names_our_mail"
    assert suppressed(desk) == []
    assert ticket(desk, world["mine"])["status"] == "closed"
    assert events(desk) == [("email.complained", "complaint"), ("email.bounced", "hard")], "staff see it all the same"


def test_what_staff_and_webhooks_read_of_a_mail_makes_no_report(desk: Db, world: World, answered: Json) -> None:
    (found,) = mails(desk)
    guessed = value(desk, "select helpdesk_private.base32(uuid_send(%s))", found["email_id"])
    forged = bounce(answered, by="nothing", diagnostic="550 no such user")
    forged["bounce"]["tokens"] = [guessed]
    assert receive(desk, forged)["reason"] == "names_no_mail_of_ours"
    assert (suppressed(desk), events(desk)) == ([], [])
    # It is the same in each attempt, and of this mail alone.
    made = "select helpdesk_private.bounce_token(%s)"
    assert value(desk, made, found["email_id"]) == answered["envelope_from"][7:33] != guessed


def test_a_mailbox_without_addresses_for_bounces_believes_the_id(desk: Db, world: World) -> None:
    with be(desk, ADMIN):
        desk.execute("update helpdesk.email_channels set provider = 'imap', reply_domain = null")
    reply(desk, world["mine"])
    payload = sent(desk)["payload"]
    assert payload["envelope_from"] is None
    receive(desk, mail(STRANGER, report="complaint", in_reply_to=[payload["message_id"]]))
    assert suppressed(desk) == [], "a complaint is for good: that takes more"
    receive(desk, bounce(payload, by="minted", status="5.1.1", diagnostic="Sign in at https://evil.example"))
    assert suppressed(desk) == [(CUSTOMER_ADDRESS, "bounce")]
    assert mails(desk)[0]["bounce_reason"] == "5.1.1 (not verified)"


@pytest.mark.parametrize(
    ("action", "status"), [("failed", "5.1.1 evil"), ("delayed", "4.4.1 evil"), ("failed", "evil"), ("failed", None)]
)
def test_no_word_of_a_report_without_proof_reaches_staff(
    desk: Db, world: World, answered: Json, action: str, status: str | None
) -> None:
    forged = bounce(answered, by="minted", action=action, status=status, diagnostic="evil " * 100)
    receive(desk, forged)
    (found,) = (row for row in mails(desk) if row["kind"] == "reply")
    assert "evil" not in f"{found['bounce_reason']} {found['problem']}"
    assert "(not verified)" in f"{found['bounce_reason']} {found['problem']}"


def test_a_complaint_suppresses_for_good(desk: Db, answered: Json) -> None:
    assert report(desk, "provider-9", "complained")
    assert mails(desk)[0]["complained_at"] is not None
    assert suppressed(desk) == [(CUSTOMER_ADDRESS, "complaint")]
    receive(desk, mail())
    assert suppressed(desk) == [(CUSTOMER_ADDRESS, "complaint")], "a mail from them does not lift a complaint"
    with be(desk, ADMIN):
        desk.execute("delete from helpdesk.email_suppressions where reason = 'complaint'")
    assert suppressed(desk) == []


def test_a_complaint_after_a_bounce_is_for_good(desk: Db, answered: Json) -> None:
    receive(desk, bounce(answered, status="5.1.1"))
    assert report(desk, "provider-9", "complained")
    assert suppressed(desk) == [(CUSTOMER_ADDRESS, "complaint")]


def test_a_verified_mail_from_the_address_lifts_a_bounce(desk: Db, answered: Json) -> None:
    receive(desk, bounce(answered, status="5.1.1"))
    receive(desk, mail(verdict=NONE))
    assert suppressed(desk) == [(CUSTOMER_ADDRESS, "bounce")], "anybody can write this address into a mail"
    receive(desk, mail())
    assert suppressed(desk) == []


@pytest.mark.parametrize("mail_id", ["provider-9", "<stamped@ses.example>", "stamped@ses.example", "minted"])
def test_63_64_68_a_provider_may_name_the_mail_by_any_of_its_ids(desk: Db, answered: Json, mail_id: str) -> None:
    assert report(desk, answered["message_id"] if mail_id == "minted" else mail_id, "delivered")
    assert mails(desk)[0]["delivered_at"] is not None
    for nothing in ("", "other", "<>", "m.%@desk.example"):
        assert not report(desk, nothing, "bounced")
    assert suppressed(desk) == []


def test_a_delivery_after_a_bounce_is_no_delivery(desk: Db, answered: Json) -> None:
    assert report(desk, "provider-9", "bounced", "550\r\nno\x1bsuch user")
    assert report(desk, "provider-9", "delivered")
    (found,) = mails(desk)
    assert (found["delivered_at"], found["bounce_reason"]) == (None, "550 no such user")


def test_33_a_notification_that_bounces_is_a_failure_at_that_person(desk: Db, world: World) -> None:
    agent = one(desk, "select email from helpdesk.users where user_id = %s", world["agent"])["email"]
    made = value(
        desk,
        "select helpdesk_private.enqueue_email(%s, 'notification', null, %s, %s)",
        world["mine"],
        agent,
        world["agent"],
    )
    token = value(
        desk,
        "select helpdesk_private.bounce_token(email_id) from helpdesk.outbound_emails where email_id = %s",
        made,
    )
    messages, status = count(desk, "messages"), ticket(desk, world["mine"])["status"]
    row = receive(desk, mail(DAEMON, bounce={"ids": [], "tokens": [token], "recipients": []}))
    assert (row["outcome"], count(desk, "messages")) == ("bounce", messages)
    assert (events(desk), ticket(desk, world["mine"])["status"]) == ([("email.bounced", "soft")], status)
    assert PART not in [found["recipient"] for found in mails(desk)]
