"""The check of mail that arrives, and the line about mails on a ticket: by the numbers alone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, cast
from uuid import uuid4

import pytest

from helpdesk_cli._connect.mail_check import check_replies
from helpdesk_cli._connect.mail_health import mail_findings
from helpdesk_cli._connect.mail_verdicts import check_verdicts
from helpdesk_cli._show.sent_mails import summary
from helpdesk_sdk import (
    ChannelHealth,
    EmailChannel,
    Helpdesk,
    InboundEmail,
    MailboxHealth,
    MailHealth,
    OutboundEmail,
)
from helpdesk_sdk.delivery.mail.dns import Kind

NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)


def _health(hours: int | None = None, unparsed: int | None = None, quarantined: int | None = None) -> MailHealth:
    """An address whose last mail came so many hours ago, and mails that wait for so many minutes."""
    channels = []
    if hours is not None:
        at = NOW - timedelta(hours=hours)
        channels = [
            ChannelHealth(channel_id=uuid4(), address="support@acme.example", is_active=True, last_received_at=at)
        ]
    return MailHealth(
        channels=tuple(channels),
        unparsed=int(unparsed is not None),
        oldest_unparsed_at=None if unparsed is None else NOW - timedelta(minutes=unparsed),
        quarantined=int(quarantined is not None),
        oldest_quarantined_at=None if quarantined is None else NOW - timedelta(minutes=quarantined),
        failed=0,
        suppressed=2,
    )


def test_a_helpdesk_without_mail_is_not_told_about_it() -> None:
    assert list(mail_findings(_health(), NOW)) == []


def test_mail_that_waits_too_long_is_a_warning_with_a_fix() -> None:
    said = "support@acme.example: last mail 3 h ago; 2 addresses suppressed"
    assert list(mail_findings(_health(3), NOW)) == [("mail in", True, said, None)]
    [(_, ok, message, fix)] = mail_findings(_health(3, unparsed=5), NOW)
    assert (ok, fix) == (True, None)
    assert "1 not parsed" in message
    [(_, ok, message, fix)] = mail_findings(_health(3, unparsed=20), NOW)
    assert (ok, fix) == (None, "Deploy the function email-in, or start helpdesk worker.")
    assert message.startswith("mails wait to be parsed, the oldest for 20 min; ")
    [(_, ok, message, fix)] = mail_findings(_health(3, quarantined=3000), NOW)
    assert (ok, fix) == (None, "Decide: helpdesk mail quarantine list")
    assert message.startswith("quarantine waits for 2 d; ")
    held = _health(3, quarantined=5).model_copy(update={"quarantined": 30, "over_limit": 20})
    assert [found[1] for found in mail_findings(held, NOW)] == [True]
    [(_, ok, message, fix)] = mail_findings(held.model_copy(update={"over_limit": 21}), NOW)
    assert ok is None
    assert fix is not None
    assert fix.endswith("helpdesk mail quarantine all")
    assert message.startswith("21 mails were too many within an hour and wait; ")


def test_a_mailbox_that_fails_is_a_warning() -> None:
    def mailbox(**more: object) -> MailHealth:
        row = {"mailbox": "a@imap.example:993", "folder": "INBOX", "checked_at": NOW} | more
        return _health().model_copy(update={"mailboxes": (MailboxHealth.model_validate(row),)})

    assert list(mail_findings(mailbox(), NOW)) == [("mailbox", True, "1 read", None)]
    [(_, ok, message, fix)] = mail_findings(mailbox(problem="no connection"), NOW)
    assert (ok, message) == (None, "cannot be read: a@imap.example:993, INBOX: no connection")
    assert fix == "Try it where it is read: helpdesk mail fetch --once"
    [(_, ok, message, _)] = mail_findings(mailbox(failed=1, last_failure="too large"), NOW)
    assert (ok, message) == (None, "mails could not be received: a@imap.example:993, INBOX: too large")


class _Dns:
    """One domain receives mail, one says that it does not."""

    def records(self, name: str, kind: Kind) -> list[str]:
        assert kind == "MX"
        return {"acme.example": ["10 mx.acme.example."], "null.example": ["0 ."]}.get(name, [])


def _channel(address: str, **more: object) -> EmailChannel:
    row = {"channel_id": uuid4(), "address": address, "team_id": uuid4(), "name": "", "provider": "postmark"}
    times = {"created_at": NOW, "updated_at": NOW}
    return EmailChannel.model_validate(row | times | {"is_active": True} | more)


def test_07_a_domain_that_receives_no_answers_is_a_problem(monkeypatch: pytest.MonkeyPatch) -> None:
    channels = [
        *(_channel("support@acme.example"), _channel("sales@acme.example"), _channel("help@other.example")),
        *(_channel("x@null.example"), _channel("y@elsewhere.example", reply_domain="acme.example")),
        # Fetched: its answers come to its own address. Switched off: nothing comes.
        *(_channel("z@fetched.example", provider="imap"), _channel("off@off.example", is_active=False)),
    ]
    monkeypatch.setenv("HELPDESK_MAIL_FROM", "support@acme.example")
    found = [
        (ok, message.split()[-1] if ok else message.split()[0]) for _, ok, message, _ in check_replies(channels, _Dns())
    ]
    assert found == [(True, "mx.acme.example"), (False, "null.example"), (False, "other.example")]
    monkeypatch.delenv("HELPDESK_MAIL_FROM")
    assert list(check_replies(channels, _Dns())) == []


def _mail(recipient: str, state: str = "sent", **more: object) -> OutboundEmail:
    row = {"email_id": uuid4(), "kind": "reply", "recipient": recipient, "subject": "Re: x", "state": state}
    return OutboundEmail.model_validate(row | {"minted_id": "m", "created_at": NOW} | more)


def test_a_ticket_says_who_was_mailed_and_what_did_not_arrive() -> None:
    assert summary([]) is None
    assert (
        summary([_mail("a@x.example"), _mail("a@x.example"), _mail("b@x.example")]) == "3 to a@x.example, b@x.example"
    )
    bounced = _mail("a@x.example", bounced_at=NOW, bounce_reason="5.1.1 no such user")
    assert summary([bounced, _mail("b@x.example", "queued")]) == (
        "2 to a@x.example, b@x.example; 1 bounced: a@x.example (5.1.1 no such user); 1 not sent yet"
    )
    many = summary([_mail(f"{name}@x.example") for name in "abcde"])
    assert many == "5 to a@x.example, b@x.example, c@x.example and 2 more"
    assert summary([_mail("a@x.example", "suppressed")]) == "1 to a@x.example; 1 suppressed: a@x.example"


class _Desk:
    """A helpdesk whose newest mails came in these ways, each to these addresses of an envelope."""

    def __init__(self, *mails: tuple[str, list[str]]) -> None:
        self.mail = self.inbound = self
        self._mails = [
            InboundEmail.model_validate(
                {"inbound_id": uuid4(), "source": source, "raw_key": "x", "size": 1, "received_at": NOW}
                | {"evidence": {"envelope": {"to": to}}}
            )
            for source, to in mails
        ]

    def list(self, page_size: int) -> list[InboundEmail]:
        return [mail.model_copy(update={"evidence": {}}) for mail in self._mails]

    def get(self, mail: InboundEmail) -> InboundEmail:
        return next(one for one in self._mails if one.inbound_id == mail.inbound_id)


def _verdicts(desk: _Desk, *lists: tuple[str, ...]) -> list[Any]:
    channels = [_channel(f"{place}@acme.example", trusted_authserv_ids=one) for place, one in enumerate(lists)]
    return list(check_verdicts(cast("Helpdesk", desk), channels))


def test_without_an_envelope_addresses_that_trust_different_servers_are_a_warning(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("HELPDESK_IMAP_URL", raising=False)
    monkeypatch.delenv("HELPDESK_IMAP_ADDRESS", raising=False)
    without = _Desk(("postmark", ["0@acme.example"]), ("imap", []), ("imap", ["0@acme.example"]))
    [(name, ok, message, fix)] = _verdicts(without, ("a.example", "all.example"), ("all.example",), ())
    assert (name, ok) == ("mail senders", None)
    assert message.endswith("no sender is verified by the servers of 0@acme.example")
    assert "HELPDESK_IMAP_ADDRESS" in fix
    # The same servers, one address, or none that trusts anybody.
    for lists in ((("a.example",),) * 2, (("a.example",),), ((), ()), ()):
        assert _verdicts(without, *lists) == []
    # The newest mail of the mailbox had one.
    assert _verdicts(_Desk(("imap", ["0@acme.example"]), ("imap", [])), ("a.example",), ("b.example",)) == []


def test_before_the_first_mail_of_a_mailbox_the_environment_says_whether_there_is_an_envelope(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("HELPDESK_IMAP_ADDRESS", raising=False)
    monkeypatch.delenv("HELPDESK_IMAP_URL", raising=False)
    two = (("a.example",), ("b.example",))
    assert _verdicts(_Desk(("raw", [])), *two) == []
    monkeypatch.setenv("HELPDESK_IMAP_URL", "imaps://imap.example/INBOX")
    assert [found[1] for found in _verdicts(_Desk(), *two)] == [None]
    monkeypatch.setenv("HELPDESK_IMAP_ADDRESS", "0@acme.example")
    assert _verdicts(_Desk(), *two) == []
