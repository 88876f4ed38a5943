"""E-mail in: programs that answer each other, and whom they may not silence."""

from __future__ import annotations

import pytest
from tests.db.mailing import (
    CUSTOMER_ADDRESS,
    FAIL,
    OTHER_ADDRESS,
    STRANGER,
    Json,
    add_channels,
    mail,
    receive,
    ticket,
    token,
)
from tests.db.people import Db, value
from tests.db.world import World


@pytest.fixture
def desk(db: Db, world: World) -> Db:
    """The furnished helpdesk with two addresses."""
    add_channels(db, world)
    return db


def _may(desk: Db, address: str) -> bool:
    return bool(value(desk, "select helpdesk_private.may_mail_automatically(%s)", address))


def _write(desk: Db, world: World, *senders: str, verdict: Json | None = None) -> list[Json]:
    """A mail of each to one ticket, at once."""
    made = token(desk, world["mine"], world["customer"])
    fields = {"subject": ticket(desk, world["mine"])["title"]} | ({"verdict": verdict} if verdict else {})
    return [receive(desk, mail(sender, **fields), made) for sender in senders]


def test_two_programs_that_answer_each_other_are_no_longer_answered(desk: Db, world: World) -> None:
    rows = []
    for number in range(8):
        assert _may(desk, "crm@crm.example") is (number < 7)
        rows += _write(desk, world, "crm@crm.example")
    assert [row["outcome"] for row in rows] == ["appended"] * 8, "nothing is lost"
    assert [("loop" in row["flags"]) for row in rows] == [False] * 6 + [True] * 2
    assert _may(desk, CUSTOMER_ADDRESS)
    assert _may(desk, "person@crm.example"), "one address is one address"


def test_a_tag_is_no_other_mailbox(desk: Db, world: World) -> None:
    _write(desk, world, *[f"crm+{number}@crm.example" for number in range(7)])
    assert not _may(desk, "crm+99@crm.example")
    assert not _may(desk, "crm@crm.example")
    assert _may(desk, "person@crm.example")
    # Nobody mutes a domain by an address that begins with its tag.
    _write(desk, world, *["+x@other-crm.example"] * 7)
    assert _may(desk, "person@other-crm.example")


def test_a_program_that_changes_its_address_is_known_by_its_domain(desk: Db, world: World) -> None:
    rows = _write(desk, world, *[f"crm{number}@crm.example" for number in range(7)])
    assert [("loop" in row["flags"]) for row in rows] == [False] * 6 + [True]
    assert not _may(desk, "crm99@crm.example")
    assert _may(desk, "person@mail.crm.example")


def test_two_addresses_are_no_domain(desk: Db, world: World) -> None:
    _write(desk, world, *["a@crm.example", "b@crm.example"] * 4)
    assert _may(desk, "c@crm.example")


@pytest.mark.parametrize("domain", ["gmail.com", "yahoo.co.uk", "gmx.de", "hotmail.fr", "outlook.com.br"])
def test_a_shared_provider_is_never_muted(desk: Db, world: World, domain: str) -> None:
    _write(desk, world, *[f"p{number}@{domain}" for number in range(7)])
    assert _may(desk, f"p1@{domain}")
    _write(desk, world, *[f"p1@{domain}"] * 6)
    assert not _may(desk, f"p1@{domain}")
    assert _may(desk, f"p2@{domain}")


def test_mails_in_quarantine_silence_nobody(desk: Db, world: World) -> None:
    rows = _write(desk, world, *[f"p{number % 3}@acme.example" for number in range(9)], verdict=FAIL)
    assert {row["outcome"] for row in rows} == {"quarantined"}
    assert _may(desk, "p1@acme.example")


def test_ten_minutes_begin_the_count_anew(desk: Db, world: World) -> None:
    _write(desk, world, *["crm@crm.example"] * 6)
    desk.execute("update helpdesk.inbound_emails set received_at = received_at - interval '11 minutes'")
    _write(desk, world, *["crm@crm.example"] * 6)
    assert _may(desk, "crm@crm.example")


def test_many_new_tickets_and_many_hops_end_automatic_mail(desk: Db) -> None:
    for number in range(21):
        assert _may(desk, STRANGER)
        receive(desk, mail(STRANGER, text=str(number)))
    assert not _may(desk, STRANGER)
    receive(desk, mail(OTHER_ADDRESS, headers={"received_count": 51}))
    assert not _may(desk, OTHER_ADDRESS)
    desk.execute("update helpdesk_private.email_mutes set muted_until = muted_until - interval '25 hours'")
    assert _may(desk, OTHER_ADDRESS)
    assert _may(desk, STRANGER)
