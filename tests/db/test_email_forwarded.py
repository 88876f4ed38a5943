"""E-mail in: mails that a mailbox forwards to a provider's address, and answers to reply addresses."""

from __future__ import annotations

import pytest
from tests.db.mailing import AGENT_ADDRESS, BILLING, SUPPORT, Json, add_channels, mail, receive, ticket, token
from tests.db.people import ADMIN, Db, be
from tests.db.world import World

PROVIDER = "0123456789abcdef@inbound.provider.example"
US = "mx.desk.example"
PASSED: Json = {
    "headers": {"authentication_results": [f"{US}; dmarc=pass header.from=example.com"]},
    "verdict": {"source": "header"},
}


@pytest.fixture
def desk(db: Db, world: World) -> Db:
    """The furnished helpdesk with two addresses, which trust our server."""
    add_channels(db, world)
    with be(db, ADMIN):
        db.execute("update helpdesk.email_channels set trusted_authserv_ids = %s", ([US],))
    return db


def _answer(desk: Db, world: World, *, by_provider: bool = False) -> Json:
    """A mail of the agent to their reply address, with a verdict of our server, and what became of it."""
    address = token(desk, world["mine"], world["agent"])
    return receive(desk, mail(AGENT_ADDRESS, to=[address], **PASSED), PROVIDER if by_provider else address)


def test_a_mail_that_a_mailbox_forwards_is_for_the_address_that_it_names(desk: Db, world: World) -> None:
    for to, team in (([SUPPORT], "mine"), ([BILLING], "theirs"), (["someone@else.example", BILLING], "theirs")):
        row = receive(desk, mail(to=to), PROVIDER)
        assert row["team_id"] == ticket(desk, world[team])["team_id"]
        assert row["channel_id"] is not None
    # A blind copy: what the mailbox's server noted.
    row = receive(desk, mail(to=["someone@else.example"], headers={"delivered_to": [BILLING]}), PROVIDER)
    assert row["team_id"] == ticket(desk, world["theirs"])["team_id"]


def test_an_envelope_that_names_an_address_of_ours_comes_before_what_the_mail_says(desk: Db, world: World) -> None:
    for named in ({"to": [BILLING]}, {"to": [], "headers": {"delivered_to": [BILLING]}}):
        row = receive(desk, mail(**named), SUPPORT, PROVIDER)
        assert row["team_id"] == ticket(desk, world["mine"])["team_id"]


def test_whoever_finds_the_provider_s_address_writes_no_verdict(desk: Db) -> None:
    # It did not come by our server, whatever the mail says.
    assert receive(desk, mail(**PASSED), PROVIDER)["verdict"] == "none"
    assert receive(desk, mail(**PASSED), SUPPORT)["verdict"] == "pass"
    assert receive(desk, mail(verdict={"result": "pass", "source": "ses"}), PROVIDER)["verdict"] == "pass"


def test_an_answer_to_a_reply_address_comes_by_the_server_of_its_domain(desk: Db, world: World) -> None:
    row = _answer(desk, world)
    assert (row["verdict"], row["outcome"], row["reason"]) == ("pass", "appended", "reply_of_staff")
    assert row["post_id"] is not None
    # The same, handed over by a way that our server does not write on.
    row = _answer(desk, world, by_provider=True)
    assert (row["verdict"], row["post_id"]) == ("none", None)


def test_a_domain_for_replies_may_have_another_server(desk: Db, world: World) -> None:
    with be(desk, ADMIN):
        desk.execute("update helpdesk.email_channels set reply_domain = 'in.desk.example'")
    address = token(desk, world["mine"], world["customer"]).replace("@desk.", "@in.desk.")
    row = receive(desk, mail(to=[address], **PASSED), address)
    assert (row["verdict"], str(row["ticket_id"])) == ("none", world["mine"])
    with be(desk, ADMIN):
        desk.execute(
            "insert into helpdesk.email_channels (address, trusted_authserv_ids) values (%s, %s)",
            ("support@in.desk.example", [US]),
        )
    assert receive(desk, mail(to=[address], **PASSED), address)["verdict"] == "pass"


def test_of_two_addresses_both_have_to_trust_the_server(desk: Db, world: World) -> None:
    address = token(desk, world["mine"], world["customer"])
    for trusted, verdict in ((["mx.other.example"], "none"), (["mx.other.example", US], "pass"), ([], "pass")):
        with be(desk, ADMIN):
            desk.execute(
                "update helpdesk.email_channels set trusted_authserv_ids = %s where address = %s", (trusted, BILLING)
            )
        assert receive(desk, mail(to=[address], **PASSED), address)["verdict"] == verdict
