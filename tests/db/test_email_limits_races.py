"""Limits of new tickets, two workers at once: neither opens one too many, and known people wait for nobody."""

from __future__ import annotations

from typing import Any

import pytest
from tests.db.conftest import Server
from tests.db.mailing import BILLING, CUSTOMER_ADDRESS, SUPPORT, add_channels, mail, receive
from tests.db.people import Db
from tests.db.test_embedding_races import while_open
from tests.db.world import World

Two = tuple[Db, Db]


@pytest.fixture
def two(pg: Server, own: str, world: World) -> Any:
    """Two connections to a furnished helpdesk with two addresses."""
    with pg.connect(own) as first, pg.connect(own) as second:
        add_channels(first, world)
        first.commit()
        yield first, second


@pytest.mark.parametrize(
    ("limit", "senders"),
    [
        ("sender", ("p@bomb.example", "p+1@bomb.example")),
        ("domain", ("p@bomb.example", "q@bomb.example")),
        ("channel", ("p@bomb.example", "p@other.example")),
    ],
)
def test_of_two_workers_the_second_counts_what_the_first_has_opened(
    two: Two, limit: str, senders: tuple[str, str]
) -> None:
    first, second = two
    first.execute(f"update helpdesk.settings set email_tickets_per_{limit} = 1".encode())
    first.commit()
    opened = receive(first, mail(senders[0]))
    with while_open(first, second, lambda: receive(second, mail(senders[1]))) as again:
        row = again()
    assert (opened["outcome"], row["outcome"], row["reason"]) == ("created", "quarantined", f"{limit}_per_hour")


def test_a_known_and_verified_sender_waits_for_no_stranger(two: Two) -> None:
    first, second = two
    receive(first, mail("p@bomb.example"))
    second.execute("set lock_timeout = '2s'")
    assert receive(second, mail(CUSTOMER_ADDRESS))["outcome"] == "created"
    second.rollback()


def test_of_two_mails_of_a_known_sender_the_second_counts_the_first(two: Two) -> None:
    first, second = two
    first.execute("update helpdesk.settings set email_tickets_per_known_sender = 1")
    first.commit()
    opened = receive(first, mail(CUSTOMER_ADDRESS))
    with while_open(first, second, lambda: receive(second, mail(CUSTOMER_ADDRESS))) as again:
        row = again()
    assert (opened["outcome"], row["outcome"], row["reason"]) == ("created", "quarantined", "sender_per_hour")


def test_a_mail_to_one_address_counts_what_a_mail_to_two_opens_there(two: Two) -> None:
    first, second = two
    first.execute("update helpdesk.settings set email_tickets_per_channel = 1")
    first.commit()
    opened = receive(first, mail("p@bomb.example", to=[SUPPORT, BILLING]))
    with while_open(first, second, lambda: receive(second, mail("p@other.example", to=[BILLING]))) as again:
        row = again()
    assert (opened["outcome"], row["outcome"], row["reason"]) == ("created", "quarantined", "channel_per_hour")


def test_two_that_write_to_two_addresses_wait_for_nobody_and_in_no_circle(two: Two) -> None:
    first, second = two
    receive(first, mail("p@bomb.example", to=[SUPPORT]))
    second.execute("set lock_timeout = '2s'")
    assert receive(second, mail("q@other.example", to=[BILLING]))["outcome"] == "created"
    second.rollback()
