"""E-mail in: who vouches for the sender. What a sender can write into a header is no evidence."""

from __future__ import annotations

import json

import pytest
from tests.db.mailing import BILLING, SUPPORT, add_channels, mail, receive, ticket, token
from tests.db.people import ADMIN, SERVICE, Db, be, one, value
from tests.db.world import World

US = "mx.desk.example"
FORGED = f"{US}; dmarc=pass header.from=example.com"
"""What a sender writes below the header of our own server, in our server's name."""


@pytest.fixture
def desk(db: Db, world: World) -> Db:
    """The furnished helpdesk with two addresses, which trust our server."""
    add_channels(db, world)
    with be(db, ADMIN):
        db.execute("update helpdesk.email_channels set trusted_authserv_ids = %s", ([US],))
    return db


def _verdict(desk: Db, *headers: object) -> str:
    sent = mail(headers={"authentication_results": list(headers)}, verdict={"result": "pass", "source": "header"})
    return str(receive(desk, sent)["verdict"])


@pytest.mark.parametrize(
    ("line", "verdict"),
    [
        (f"{US}; dmarc=pass header.from=example.com", "pass"),
        (f"{US.upper()} 1;\r\n\tDKIM = pass (1024-bit key)\r\n\theader.d = Example.COM", "pass"),
        (f'"{US}"; dmarc="pass" (p=reject (sp=none)) header.from="example.com"', "pass"),
        (f"{US}; spf=softfail smtp.mailfrom=x; dkim=fail header.d=a.example; dkim=pass header.d=example.com", "pass"),
        (f"{US}; dmarc=pass", "pass"),
        (f"{US}; spf=pass smtp.mailfrom=dmarc=x; dmarc=pass header.from=example.com", "pass"),
        (f"{US}; none", "none"),
        (f"{US}; dkim=pass header.d=ample.com", "none"),
        (f"{US}; dkim=pass header.d=com", "none"),
        (f"{US}; dkim=pass header.d=evil.example", "none"),
        (f"{US}; dmarc=pass header.from=evil.example", "none"),
        (f"{US}; dmarc=fail (p=reject dis=none) header.from=example.com", "fail"),
        (f"{US}; dmarc=fail action=quarantine header.from=example.com", "fail"),
        (f"{US}; dmarc=fail (p=none) header.from=example.com", "none"),
        (f"{US}; dmarc=temperror; dkim=pass header.d=example.com", "pass"),
        ("mx.evil.example; dmarc=pass header.from=example.com", "none"),
    ],
)
def test_only_a_trusted_server_speaks_for_the_sender(desk: Db, line: str, verdict: str) -> None:
    assert _verdict(desk, "mx.evil.example; dmarc=pass header.from=example.com", line) == verdict


@pytest.mark.parametrize(
    "line",
    [
        f"{US}; spf=fail (dmarc=pass) smtp.mailfrom=x",
        f"{US}; spf=fail ((x) ; dmarc=pass ) smtp.mailfrom=x",
        f"{US}; spf=fail (x \\) ; dmarc=pass (y) smtp.mailfrom=z)",
        f'{US}; spf=fail smtp.mailfrom="x; dmarc=pass header.from=example.com"@evil.example',
        f'{US}; spf=fail reason="\\"; dmarc=pass header.from=example.com; x=\\""',
        f"{US}; spf=fail smtp.mailfrom=x dmarc=pass",
        f"{US}; dkim=fail header.d=evil.example header.i=x dkim=pass header.d=example.com",
        f"{US}; dkim=pass header.d=evil.example header.d=example.com",
        f"{US}; dkim=pass header.d=example.com@evil.example",
        f'{US}; dkim=pass header.i="a header.d=example.com b"@evil.example',
        f"{US}; dmarc=pass@evil.example",
        f"{US}; dmarc=pass header.from=example.com; dmarc=fail (p=none)",
        f"{US}; dmarc=pass header.from=example.com (never closed",
        f'{US}; dmarc=pass header.from=example.com; x="never closed',
        f"{US}; dmarc=pass header.from=example.com; spf=pass smtp.mailfrom={'x' * 9000}",
        f"{US}; x-dmarc=pass; xdkim=pass header.d=example.com",
        f"{US}; dmarc=fail (p=none); dmarc=pass header.from=example.com",
        # An id that only begins like ours, or is in a comment.
        f"{US}.evil.example; dmarc=pass",
        f"mx.evil.example ({US}); dmarc=pass",
    ],
)
def test_what_a_sender_chose_is_no_verdict(desk: Db, line: str) -> None:
    assert _verdict(desk, line) == "none"


@pytest.mark.parametrize(
    "topmost",
    [
        f"{US}; spf=fail smtp.mailfrom=x; dmarc=none",
        f"{US}; spf=fail smtp.mailfrom={'x' * 1000}; dmarc=none",
        f"{US}; spf=fail smtp.mailfrom={'x' * 9000}; dmarc=none",
        f"{US}; spf=fail (((never closed) smtp.mailfrom=x",
        f"{US}; spf=fail never opened) smtp.mailfrom=x",
        f'{US}; spf=fail smtp.mailfrom="never closed',
        f"{US}; spf=fail smtp.mailfrom=x\\",
        f"{US}; spf=fail \x07 smtp.mailfrom=x",
        "spf=fail smtp.mailfrom=x; dmarc=none",
        f'"{US}; spf=fail smtp.mailfrom=x',
        "",
        7,
        None,
        {},
    ],
)
def test_a_header_that_cannot_be_read_hides_no_forged_one_below(desk: Db, topmost: object) -> None:
    assert _verdict(desk, topmost, FORGED) == "none"
    assert _verdict(desk, "mx.evil.example; spf=pass", topmost, FORGED) == "none"


def test_a_forged_header_far_below_is_not_looked_for(desk: Db) -> None:
    assert _verdict(desk, *["mx.evil.example; spf=pass"] * 10, FORGED) == "none"
    assert _verdict(desk, *["mx.evil.example; spf=pass"] * 9, FORGED) == "pass"


def test_headers_without_end_are_read_in_a_moment(desk: Db) -> None:
    for unit in ("(", '"', "\\", "=", ";", "; dkim=pass header.d=", "é", " "):
        for size in (8_000, 200_000):
            lines = [f"{US}; " + (unit * size)[: size - 20]] * 10
            asked = "select helpdesk_private.mail_verdict(%s::jsonb, %s, 'a@example.com')"
            # What grows with the square of the size takes minutes.
            desk.execute("set local statement_timeout = '20s'")
            made = {"verdict": {"source": "header"}, "headers": {"authentication_results": lines}}
            assert value(desk, asked, json.dumps(made), [US]) == "none"
    desk.execute("set local statement_timeout = 0")


def _without_envelope(desk: Db, to: str, line: str) -> str:
    sent = mail(to=[to], headers={"authentication_results": [line]}, verdict={"result": "pass", "source": "header"})
    with be(desk, SERVICE):
        receive_it = "select helpdesk.receive_email('imap', %s, 100, '{\"to\": []}') ->> 'inbound_id'"
        inbound_id = value(desk, receive_it, sent["content_sha256"])
        value(desk, "select helpdesk.ingest_email(%s, %s)", inbound_id, json.dumps(sent))
    return str(value(desk, "select verdict from helpdesk.inbound_emails where inbound_id = %s", inbound_id))


def test_without_an_envelope_the_sender_does_not_choose_whom_we_trust(desk: Db) -> None:
    other = "mx.elsewhere.example"
    assert [_without_envelope(desk, to, FORGED) for to in (SUPPORT, BILLING)] == ["pass", "pass"]
    with be(desk, ADMIN):
        desk.execute(
            "update helpdesk.email_channels set trusted_authserv_ids = %s where address = %s", ([other], BILLING)
        )
    # A mailbox behind our own server does not remove what claims to be of the other one.
    assert _without_envelope(desk, BILLING, FORGED.replace(US, other)) == "none"
    assert _without_envelope(desk, SUPPORT, FORGED) == "none"
    assert _verdict(desk, FORGED) == "pass", "the envelope says where it came"
    with be(desk, ADMIN):
        desk.execute(
            "update helpdesk.email_channels set trusted_authserv_ids = %s where address = %s", ([other, US], BILLING)
        )
    assert [_without_envelope(desk, to, FORGED) for to in (SUPPORT, BILLING)] == ["pass", "pass"]
    with be(desk, ADMIN):
        desk.execute("update helpdesk.email_channels set trusted_authserv_ids = '{}' where address = %s", (BILLING,))
    assert _without_envelope(desk, SUPPORT, FORGED) == "pass", "an address whose provider gives the verdict"


def test_a_forged_verdict_gives_a_forger_no_staffs_hand(desk: Db, world: World) -> None:
    own = token(desk, world["mine"], world["agent"])
    agent = str(value(desk, "select email from helpdesk.users where user_id = %s", world["agent"]))
    lines = [f"{US}; spf=fail ((a) dmarc=pass) smtp.mailfrom=x", FORGED]
    row = receive(desk, mail(agent, headers={"authentication_results": lines}, verdict={"source": "header"}), own)
    assert (row["verdict"], row["post_id"]) == ("none", None)
    assert "staff_not_verified" in row["flags"]
    assert ticket(desk, world["mine"])["status"] == "open"


@pytest.mark.parametrize(
    ("domain", "verdict"), [("example.com", "pass"), ("EXAMPLE.com", "pass"), ("evil.example", "none")]
)
def test_a_provider_speaks_for_the_author_whom_it_has_read(desk: Db, domain: str, verdict: str) -> None:
    said = {"result": "pass", "source": "sendgrid", "detail": "", "domain": domain}
    assert receive(desk, mail(verdict=said))["verdict"] == verdict


@pytest.mark.parametrize(("result", "outcome"), [("fail", "quarantined"), ("pass", "created"), ("none", "created")])
def test_what_the_provider_said_counts_whoever_parses_the_mail(desk: Db, result: str, outcome: str) -> None:
    # A mail that is too large for the function, or ends it, is parsed by a worker, which has the bytes alone.
    envelope = {"to": [SUPPORT], "verdict": {"result": result, "source": "ses", "detail": "dmarc"}}
    parsed = mail(verdict={"result": "none", "source": "headers", "detail": ""})
    with be(desk, SERVICE):
        receive_it = "select helpdesk.receive_email('ses', %s, 100, %s) ->> 'inbound_id'"
        inbound_id = value(desk, receive_it, parsed["content_sha256"], json.dumps(envelope))
        value(desk, "select helpdesk.ingest_email(%s, %s)", inbound_id, json.dumps(parsed))
    row = one(desk, "select * from helpdesk.inbound_emails where inbound_id = %s", inbound_id)
    assert (row["verdict"], row["outcome"]) == (result, outcome)
    assert row["evidence"]["verdict"]["source"] == "ses"
