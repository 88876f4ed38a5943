"""E-mail in: people whom nobody on the ticket named. They are heard, and bring nobody else."""

from __future__ import annotations

import pytest
from tests.db.mailing import (
    AGENT_ADDRESS,
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
from tests.db.people import AGENT, Db, be, value
from tests.db.world import World

SPY = "spy@evil.example"
_RE: Json = {"subject": "Re: The printer"}


@pytest.fixture
def desk(db: Db, world: World) -> Db:
    """The furnished helpdesk with two addresses."""
    add_channels(db, world)
    return db


@pytest.fixture
def first(desk: Db) -> Json:
    """The mail that opened a ticket; a colleague of the requester is in its Cc."""
    return receive(desk, mail(cc=[OTHER_ADDRESS]))


def _people(desk: Db, row: Json) -> dict[str, tuple[str, bool]]:
    rows = desk.execute(
        "select address, source, receives_copies from helpdesk.ticket_participants where ticket_id = %s",
        (row["ticket_id"],),
    ).fetchall()
    return {one["address"]: (one["source"], one["receives_copies"]) for one in rows}


def test_a_stranger_who_was_accepted_names_nobody_and_has_no_way_in(desk: Db, first: Json) -> None:
    waiting = receive(desk, mail(STRANGER, in_reply_to=[first["message_id"]], cc=[SPY], **_RE))
    assert waiting["reason"] == "names_mail_of_others"
    with be(desk, AGENT):
        desk.execute("select helpdesk.accept_quarantined(%s)", (waiting["inbound_id"],))
    people = {OTHER_ADDRESS: ("copied", True), STRANGER: ("wrote", False)}
    assert _people(desk, first) == people
    # One mail of theirs was accepted, and no other.
    for named in (first["message_id"], waiting["message_id"]):
        again = receive(desk, mail(STRANGER, in_reply_to=[named], cc=[SPY], **_RE))
        assert (again["outcome"], again["reason"]) == ("quarantined", "names_mail_of_others")
    # Whoever they named is no better off.
    spy = receive(desk, mail(SPY, in_reply_to=[waiting["message_id"]], **_RE))
    assert (spy["outcome"], spy["reason"]) == ("quarantined", "names_mail_of_others")
    assert _people(desk, first) == people


@pytest.mark.parametrize("via", ["our id", "reply address"])
def test_a_stranger_to_whom_a_mail_was_forwarded_names_nobody(desk: Db, first: Json, via: str) -> None:
    ticket_id = str(first["ticket_id"])
    ours = [minted(desk, ticket_id)] if via == "our id" else []
    made = [] if ours else [token(desk, ticket_id, str(first["author_id"]))]
    for _ in range(2):
        row = receive(desk, mail(STRANGER, in_reply_to=ours, cc=[SPY], **_RE), *made)
        assert (row["outcome"], "not_who_we_wrote_to" in row["flags"]) == ("appended", True)
        assert message(desk, row)["author_name"] == STRANGER
        assert _people(desk, first) == {OTHER_ADDRESS: ("copied", True), STRANGER: ("wrote", False)}
    spy = receive(desk, mail(SPY, in_reply_to=[row["message_id"]], **_RE))
    assert (spy["outcome"], spy["reason"]) == ("quarantined", "names_mail_of_others")


def test_a_copied_person_is_heard_and_names_nobody(desk: Db, first: Json) -> None:
    row = receive(desk, mail(OTHER_ADDRESS, in_reply_to=[first["message_id"]], cc=[SPY], **_RE))
    assert (row["outcome"], row["flags"]) == ("appended", [])
    assert _people(desk, first) == {OTHER_ADDRESS: ("copied", True)}
    spy = receive(desk, mail(SPY, in_reply_to=[row["message_id"]], **_RE))
    assert (spy["outcome"], spy["reason"]) == ("quarantined", "names_mail_of_others")


def test_who_was_only_in_the_to_of_a_verified_mail_receives_copies_when_they_answer(desk: Db, world: World) -> None:
    desk.execute("delete from helpdesk.ticket_participants where ticket_id = %s", (world["mine"],))
    sent: Json = {"references": [minted(desk, world["mine"])], "subject": ticket(desk, world["mine"])["title"]}
    outside = receive(desk, mail(AGENT_ADDRESS, to=[CUSTOMER_ADDRESS, STRANGER], cc=[SUPPORT], **sent))
    assert outside["reason"] == "sent_outside"
    row = receive(desk, mail(STRANGER, in_reply_to=[outside["message_id"]], subject=outside["subject"], cc=[SPY]))
    assert (row["outcome"], row["flags"]) == ("appended", [])
    assert _people(desk, row) == {STRANGER: ("wrote", True)}


def test_an_unverified_mail_gives_nobody_copies(desk: Db) -> None:
    first = receive(desk, mail(cc=[OTHER_ADDRESS], verdict=NONE))
    row = receive(desk, mail(OTHER_ADDRESS, in_reply_to=[first["message_id"]], cc=[SPY], **_RE))
    assert (row["outcome"], row["ticket_id"]) == ("appended", first["ticket_id"]), "they are in the conversation"
    assert _people(desk, first) == {OTHER_ADDRESS: ("wrote", False)}
    # A mail that only says that it is from the requester brings nobody into a ticket that is there.
    forged = receive(desk, mail(in_reply_to=[first["message_id"]], cc=[SPY], verdict=NONE, **_RE))
    assert (forged["outcome"], forged["flags"]) == ("appended", ["sender_not_verified"])
    spy = receive(desk, mail(SPY, in_reply_to=[forged["message_id"]], **_RE))
    assert (spy["outcome"], spy["reason"]) == ("quarantined", "names_mail_of_others")


def test_somebody_whom_staff_added_brings_others_and_whom_staff_allowed_is_heard(desk: Db, first: Json) -> None:
    added = "boss@acme.example"
    with be(desk, AGENT):
        desk.execute(
            "insert into helpdesk.ticket_participants (ticket_id, address) values (%s, %s)", (first["ticket_id"], added)
        )
    receive(desk, mail(added, in_reply_to=[first["message_id"]], cc=["clerk@acme.example"], **_RE))
    assert _people(desk, first)["clerk@acme.example"] == ("copied", True)
    receive(desk, mail(STRANGER, in_reply_to=[minted(desk, str(first["ticket_id"]))], **_RE))
    with be(desk, AGENT):
        desk.execute(
            "update helpdesk.ticket_participants set receives_copies = true where ticket_id = %s and address = %s",
            (first["ticket_id"], STRANGER),
        )
    row = receive(desk, mail(STRANGER, in_reply_to=[first["message_id"]], cc=[SPY], **_RE))
    assert (row["outcome"], row["flags"]) == ("appended", [])
    assert SPY not in _people(desk, first)


def _remove(desk: Db, row: Json) -> None:
    """Staff remove the colleague of the requester."""
    with be(desk, AGENT):
        gone = desk.execute(
            "delete from helpdesk.ticket_participants where ticket_id = %s and address = %s",
            (row["ticket_id"], OTHER_ADDRESS),
        )
    assert gone.rowcount == 1


def test_who_was_removed_by_staff_is_a_stranger(desk: Db, first: Json) -> None:
    _remove(desk, first)
    # They have the mail in whose Cc they were, and an answer of ours.
    waiting = receive(desk, mail(OTHER_ADDRESS, in_reply_to=[first["message_id"]], **_RE))
    assert (waiting["outcome"], waiting["reason"]) == ("quarantined", "names_mail_of_others")
    row = receive(desk, mail(OTHER_ADDRESS, in_reply_to=[minted(desk, str(first["ticket_id"]))], **_RE))
    assert (row["outcome"], row["flags"]) == ("appended", ["not_who_we_wrote_to"])
    assert _people(desk, first) == {OTHER_ADDRESS: ("wrote", False)}


def test_who_was_removed_by_staff_comes_back_by_staff_alone(desk: Db, first: Json) -> None:
    _remove(desk, first)
    # Their mail program still has everybody in the Cc.
    receive(desk, mail(in_reply_to=[first["message_id"]], cc=[OTHER_ADDRESS, STRANGER], **_RE))
    assert _people(desk, first) == {STRANGER: ("copied", True)}
    with be(desk, AGENT):
        desk.execute(
            "insert into helpdesk.ticket_participants (ticket_id, address) values (%s, %s)",
            (first["ticket_id"], OTHER_ADDRESS),
        )
    row = receive(desk, mail(OTHER_ADDRESS, in_reply_to=[first["message_id"]], **_RE))
    assert (row["outcome"], row["flags"]) == ("appended", [])
    assert not value(desk, "select helpdesk_private.was_removed(%s, null, %s)", first["ticket_id"], OTHER_ADDRESS)


def test_the_requesters_further_mail_copies_others(desk: Db, first: Json) -> None:
    before = count(desk, "participants")
    receive(desk, mail(in_reply_to=[first["message_id"]], cc=[STRANGER], **_RE))
    assert _people(desk, first)[STRANGER] == ("copied", True)
    assert count(desk, "participants") == before + 1
    assert value(desk, "select helpdesk_private.takes_part(%s, null, %s)", first["ticket_id"], STRANGER)


@pytest.mark.parametrize(
    "changes",
    [
        {"verdict": FAIL},
        {"bounce": {"ids": [], "tokens": [], "recipients": []}},
        {"report": "disposition"},
        {"headers": {"auto_submitted": "auto-replied"}},
    ],
)
def test_a_worse_copy_that_comes_first_does_not_keep_the_mail_out(desk: Db, changes: Json) -> None:
    # Who had the mail before us can send it on with other headers.
    true = mail(to=[SUPPORT])
    assert receive(desk, true | changes)["outcome"] in ("quarantined", "bounce", "receipt", "automatic")
    assert receive(desk, true)["outcome"] == "created"
    assert receive(desk, true)["outcome"] == "duplicate"
    assert receive(desk, true | {"verdict": FAIL})["outcome"] == "duplicate"
