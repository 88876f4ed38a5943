"""E-mail in: which ticket, and which author. Case numbers are those of `CASES` in test_email_cases.py."""

from __future__ import annotations

from typing import Any

import pytest
from tests.db.mailing import (
    AGENT_ADDRESS,
    BILLING,
    CUSTOMER_ADDRESS,
    FAIL,
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
from tests.db.people import ADMIN, AGENT, CUSTOMER, OTHER, SERVICE, Db, be, one, value
from tests.db.world import World

STRANGE_AGENT = "stranger@example.com"
"""The agent of another team."""


@pytest.fixture
def desk(db: Db, world: World) -> Db:
    """The furnished helpdesk with two addresses."""
    add_channels(db, world)
    return db


def _reply(desk: Db, ticket_id: str, sender: str = CUSTOMER_ADDRESS, *envelope: str, **fields: Any) -> Json:
    """A mail under the ticket's title."""
    title = ticket(desk, ticket_id)["title"]
    given: Json = {"subject": f"Re: {title}"} | fields
    return receive(desk, mail(sender, **given), *envelope)


def _note(desk: Db, row: Json) -> Json:
    return one(desk, "select * from helpdesk.notes where note_id = %s", row["note_id"])


def test_a_first_mail_opens_a_ticket_of_its_sender(desk: Db, world: World) -> None:
    row = receive(desk, mail())
    made = ticket(desk, row["ticket_id"])
    assert (row["outcome"], row["reason"]) == ("created", "names_no_ticket")
    assert (made["channel"], str(made["created_by"]), made["title"]) == ("email", world["customer"], "The printer")
    assert row["answer"]["ticket_number"] == made["number"]
    assert row["explained"].startswith(f"The mail from {CUSTOMER_ADDRESS} opened ticket {made['number']} because")


def test_an_unknown_sender_becomes_a_customer_without_a_login(desk: Db) -> None:
    row = receive(desk, mail(verdict=NONE, authors=[{"name": "Zoë", "address": STRANGER.upper()}]))
    person = one(desk, "select * from helpdesk.users where email = %s", STRANGER)
    assert (person["name"], person["role"], person["auth_user_id"]) == ("Zoë", "customer", None)
    assert row["outcome"] == "created"
    assert "sender_not_verified" in row["flags"]


def test_a_name_like_that_of_staff_or_an_address_is_not_taken(desk: Db) -> None:
    for name in ("aGENT", "support@bank.example"):
        row = receive(desk, mail(authors=[{"name": name, "address": f"{len(name)}@elsewhere.example"}]))
        assert "suspicious_name" in row["flags"]
        assert one(desk, "select name from helpdesk.users where user_id = %s", row["author_id"])["name"] == ""


@pytest.mark.parametrize("via", ["token", "note", "in_reply_to", "references", "stamped", "body"])
def test_the_requesters_mail_finds_its_ticket_by_what_we_made(desk: Db, world: World, via: str) -> None:
    made = token(desk, world["mine"], world["customer"], "note" if via == "note" else "reply")
    cases: dict[str, Json] = {
        "in_reply_to": {"in_reply_to": [f"<{minted(desk, world['mine'])}>"]},
        "references": {"references": ["<x@y>", minted(desk, world["mine"])]},
        "stamped": {"in_reply_to": [minted(desk, world["mine"], "stamped")]},
        "body": {"text": f"> old\n[ref:{made[6:32]}]"},
    }
    row = _reply(
        desk, world["mine"], CUSTOMER_ADDRESS, *([made] if via in ("token", "note") else []), **cases.get(via, {})
    )
    assert (row["outcome"], str(row["ticket_id"])) == ("appended", world["mine"])
    said = message(desk, row)
    assert (str(said["author_id"]), said["author_kind"]) == (world["customer"], "customer")
    assert row["flags"] == []
    assert ticket(desk, world["mine"])["last_message_id"] == row["post_id"]


@pytest.mark.parametrize(
    "fields",
    [
        {"subject": "Ticket {number} [#{number}] Re: {title}"},
        {"text": "{title} {number} {ticket_id}"},
        {"in_reply_to": ["", " ", "<>"], "references": []},
        {"in_reply_to": ["reply-{number}-abc@other-desk.example"]},
        {"message_id": None},
    ],
    ids=["8 9 66 number", "text", "4 empty id", "18 ids of others", "no id"],
)
def test_a_number_a_subject_and_the_sender_are_no_evidence(desk: Db, world: World, fields: Json) -> None:
    minted(desk, world["mine"])
    known = ticket(desk, world["mine"])
    filled: Json = {
        key: [text.format(**known) for text in item] if isinstance(item, list) else item and item.format(**known)
        for key, item in fields.items()
    }
    row = _reply(desk, world["mine"], OTHER_ADDRESS, **filled)
    assert row["outcome"] == "created"
    assert str(ticket(desk, row["ticket_id"])["created_by"]) == world["other"]


def test_a_stranger_with_our_id_writes_under_their_own_name_and_reads_nothing(desk: Db, world: World) -> None:
    row = _reply(desk, world["mine"], OTHER_ADDRESS, in_reply_to=[minted(desk, world["mine"])], cc=["x@evil.example"])
    said = message(desk, row)
    assert (row["outcome"], str(said["author_id"]), said["author_name"]) == ("appended", world["other"], "Other")
    assert "not_who_we_wrote_to" in row["flags"]
    copies = desk.execute(
        "select address, receives_copies from helpdesk.ticket_participants where source <> 'staff'"
    ).fetchall()
    assert copies == [{"address": OTHER_ADDRESS, "receives_copies": False}]
    with be(desk, OTHER):
        for query in ("tickets", "messages", "ticket_participants", "inbound_emails"):
            seen = desk.execute(f"select from helpdesk.{query} where ticket_id = '{world['mine']}'").fetchall()
            assert seen == [], query


def test_a_copied_person_answers_under_their_own_name_and_never_reads(desk: Db, world: World) -> None:
    first = receive(desk, mail(cc=[OTHER_ADDRESS]))
    row = receive(desk, mail(OTHER_ADDRESS, subject="AW: The printer", in_reply_to=[first["message_id"]]))
    assert (row["outcome"], row["ticket_id"]) == ("appended", first["ticket_id"])
    assert str(message(desk, row)["author_id"]) == world["other"]
    assert str(ticket(desk, row["ticket_id"])["created_by"]) == world["customer"]
    assert "not_who_we_wrote_to" not in row["flags"]
    with be(desk, OTHER):
        assert desk.execute("select from helpdesk.tickets where ticket_id = %s", (row["ticket_id"],)).fetchall() == []


def test_an_unverified_mail_copies_nobody(desk: Db) -> None:
    before = count(desk, "participants")
    receive(desk, mail(cc=["x@elsewhere.example"], verdict=NONE))
    assert count(desk, "participants") == before


def test_ids_of_mails_that_others_sent_are_no_way_into_their_ticket(desk: Db, world: World) -> None:
    first = receive(desk, mail())
    before = (count(desk, "messages"), count(desk, "tickets"), count(desk, "participants"))
    row = receive(
        desk, mail(STRANGER, subject="Re: The printer", references=[first["message_id"]], cc=["x@evil.example"])
    )
    assert (row["outcome"], row["reason"]) == ("quarantined", "names_mail_of_others")
    assert (row["post_id"], row["note_id"]) == (None, None)
    assert (count(desk, "messages"), count(desk, "tickets"), count(desk, "participants")) == before
    assert ticket(desk, first["ticket_id"])["revision"] == 1


def test_two_answers_to_a_mail_that_never_came_here_meet(desk: Db) -> None:
    first = receive(desk, mail(references=["never@seen.example"], cc=[OTHER_ADDRESS]))
    row = receive(desk, mail(OTHER_ADDRESS, subject="Re: The printer", references=["never@seen.example"]))
    assert (row["outcome"], row["ticket_id"]) == ("appended", first["ticket_id"])
    # Somebody who has no part in it opens a ticket of their own.
    other = receive(desk, mail(STRANGER, subject="Re: The printer", references=["never@seen.example"]))
    assert other["outcome"] == "created"


def test_a_refused_sender_waits_beside_the_ticket(desk: Db, world: World) -> None:
    made = token(desk, world["mine"], world["customer"])
    before = ticket(desk, world["mine"])
    row = _reply(desk, world["mine"], CUSTOMER_ADDRESS, made, verdict=FAIL)
    assert (row["outcome"], row["reason"]) == ("quarantined", "sender_refused_by_its_domain")
    assert str(row["ticket_id"]) == world["mine"]
    assert ticket(desk, world["mine"]) == before


def test_without_a_verdict_the_requester_is_heard_with_a_badge(desk: Db, world: World) -> None:
    row = _reply(desk, world["mine"], CUSTOMER_ADDRESS, token(desk, world["mine"], world["customer"]), verdict=NONE)
    assert (row["outcome"], row["flags"]) == ("appended", ["sender_not_verified"])


@pytest.mark.parametrize("kind", ["reply", "note"])
def test_staff_act_with_their_own_reply_address_and_a_verified_sender(desk: Db, world: World, kind: str) -> None:
    made = token(desk, world["mine"], world["agent"], kind)
    row = _reply(desk, world["mine"], AGENT_ADDRESS, made)
    assert (row["outcome"], row["reason"]) == ("appended", f"{kind}_of_staff")
    posted = message(desk, row) if kind == "reply" else _note(desk, row)
    assert str(posted["author_id"]) == world["agent"]
    assert ticket(desk, world["mine"])["status"] == ("pending" if kind == "reply" else "open")


@pytest.mark.parametrize("how", ["none", "customers token", "our id", "no longer works it", "private address"])
def test_forged_staff_mail_never_acts(desk: Db, world: World, how: str) -> None:
    before = ticket(desk, world["mine"])
    messages = count(desk, "messages")
    own = token(desk, world["mine"], world["agent"])
    theirs = token(desk, world["mine"], world["customer"])
    if how == "none":
        row = _reply(desk, world["mine"], AGENT_ADDRESS, own, verdict=NONE)
    elif how == "customers token":
        row = _reply(desk, world["mine"], AGENT_ADDRESS, theirs)
    elif how == "our id":
        row = _reply(desk, world["mine"], AGENT_ADDRESS, in_reply_to=[minted(desk, world["mine"])])
    elif how == "no longer works it":
        row = _reply(desk, world["mine"], STRANGE_AGENT, token(desk, world["mine"], world["stranger"]))
    else:
        row = _reply(desk, world["mine"], STRANGER, own)
    assert (row["outcome"], row["post_id"]) == ("appended", None)
    assert "staff_not_verified" in row["flags"]
    assert _note(desk, row)["author_id"] is None
    assert ticket(desk, world["mine"]) == before
    assert count(desk, "messages") == messages


def test_staff_who_write_to_the_requester_outside_are_recorded(desk: Db, world: World) -> None:
    first = receive(desk, mail())
    row = receive(
        desk,
        mail(AGENT_ADDRESS, to=[CUSTOMER_ADDRESS], cc=[SUPPORT], subject="Re: The printer", in_reply_to=["a@b"]),
    )
    assert row["outcome"] == "created", "it names nothing of ours"
    desk.execute("delete from helpdesk.tickets where ticket_id = %s", (row["ticket_id"],))
    row = receive(
        desk,
        mail(
            AGENT_ADDRESS,
            to=[CUSTOMER_ADDRESS],
            cc=[SUPPORT],
            subject="Re: The printer",
            references=[minted(desk, str(first["ticket_id"]))],
        ),
    )
    assert (row["outcome"], row["reason"]) == ("appended", "sent_outside")
    assert message(desk, row)["author_kind"] == "staff"
    assert "sent_outside" in row["flags"]
    # The mail of the customer, which both have, is enough; without a proof of the sender it is not.
    known: Json = {"to": [CUSTOMER_ADDRESS], "cc": [SUPPORT], "in_reply_to": [first["message_id"]]}
    assert _reply(desk, str(first["ticket_id"]), AGENT_ADDRESS, **known)["reason"] == "sent_outside"
    assert _reply(desk, str(first["ticket_id"]), AGENT_ADDRESS, verdict=NONE, **known)["outcome"] == "quarantined"


def test_staff_forward_a_customers_mail_and_only_staff_may(desk: Db, world: World) -> None:
    forwarded = {"from": {"name": "Other", "address": OTHER_ADDRESS}}
    row = receive(desk, mail(AGENT_ADDRESS, subject="Fwd: Help", forwarded=forwarded))
    assert (row["outcome"], row["reason"]) == ("created", "forwarded_by_staff")
    assert str(ticket(desk, row["ticket_id"])["created_by"]) == world["other"]
    assert str(row["author_id"]) == world["agent"]
    row = receive(desk, mail(AGENT_ADDRESS, subject="Fwd: Help", forwarded=forwarded, verdict=NONE))
    assert (row["outcome"], row["reason"]) == ("quarantined", "staff_not_verified")
    row = receive(desk, mail(STRANGER, subject="Fwd: Help", forwarded=forwarded))
    made = one(
        desk, "select email from helpdesk.users where user_id = %s", ticket(desk, row["ticket_id"])["created_by"]
    )
    assert made["email"] == STRANGER


def test_an_alias_is_the_person_and_an_inactive_person_waits(desk: Db, world: World) -> None:
    with be(desk, ADMIN):
        desk.execute(
            "insert into helpdesk.user_emails (email, user_id) values (%s, %s)", ("Old@Mail.example", world["customer"])
        )
    row = _reply(desk, world["mine"], "old@mail.example", token(desk, world["mine"], world["customer"]))
    assert str(message(desk, row)["author_id"]) == world["customer"]
    assert row["flags"] == []
    gone = receive(desk, mail("gone@example.com"))
    assert (gone["outcome"], gone["reason"]) == ("quarantined", "inactive_person")


def test_another_teams_address_opens_a_ticket_there(desk: Db, world: World) -> None:
    row = _reply(desk, world["mine"], CUSTOMER_ADDRESS, to=[BILLING], in_reply_to=[minted(desk, world["mine"])])
    assert (row["outcome"], row["evidence"]["hits"][0]["refused"]) == ("created", "other_mailbox")
    assert ticket(desk, row["ticket_id"])["team_id"] != ticket(desk, world["mine"])["team_id"]


def test_the_reply_address_leads_to_a_ticket_that_has_moved(desk: Db, world: World) -> None:
    made = token(desk, world["mine"], world["customer"])
    with be(desk, ADMIN):
        desk.execute("select helpdesk.transfer_ticket(%s, %s)", (world["mine"], world["empty"]))
    assert str(_reply(desk, world["mine"], CUSTOMER_ADDRESS, made)["ticket_id"]) == world["mine"]


def test_who_asks_for_the_function_is_only_the_secret_key(desk: Db) -> None:
    for person in (CUSTOMER, AGENT, ADMIN):
        with be(desk, person):
            allowed = value(desk, "select has_function_privilege('helpdesk.ingest_email(uuid, jsonb)', 'execute')")
        assert not allowed, person
    with be(desk, SERVICE):
        assert value(desk, "select has_function_privilege('helpdesk.ingest_email(uuid, jsonb)', 'execute')")
