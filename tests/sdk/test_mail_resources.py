"""hd.mail and the participants of a ticket: on a real helpdesk, what each role gets, and what goes over the wire."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest
from tests.sdk.arriving import EVIL, FAIL, SUPPORT
from tests.sdk.support import NOW, Scenario, Server, both, ok, refused
from tests.sdk.world import Staffed, World, email

from helpdesk_sdk import (
    BulkFailedError,
    EmailBlockNotFoundError,
    EmailChannelNotFoundError,
    EmailTakenError,
    IdConflictError,
    InboundEmail,
    InvalidValueError,
    NotQuarantinedError,
    UserEmailNotFoundError,
    UserNotFoundError,
    new_id,
)

_ID = "17d90e20-8e83-45da-913c-e0fad3bde6c6"


@both
def test_a_life_of_a_channel(world: World, staffed: Staffed) -> Scenario:
    channels, id = world.admin.mail.channels, new_id()
    made = yield channels.create(
        "Life@Desk.example",
        name="Life",
        team="Tech",
        provider="postmark",
        trusted_authserv_ids=["mx.desk.example"],
        id=id,
    )
    try:
        assert (made.channel_id, made.address, made.name) == (id, "life@desk.example", "Life")
        assert (made.provider, made.trusted_authserv_ids, made.is_active) == ("postmark", ("mx.desk.example",), True)
        # The same call again returns it, and another one does not take its id.
        assert (
            yield channels.create("life@desk.example", name="Life", team="Tech", provider="postmark", id=id)
        ) == made
        with pytest.raises(IdConflictError):
            yield channels.create("other@desk.example", id=id)
        with pytest.raises(EmailTakenError):
            yield channels.create("life@desk.example")
        assert made in (yield channels.list())
        changed = yield channels.update(
            "life@desk.example", team=None, reply_domain="in.desk.example", is_active=False, trusted_authserv_ids=[]
        )
        assert (changed.team_id, changed.reply_domain, changed.is_active) == (None, "in.desk.example", False)
        assert (yield channels.update(made, reply_domain=None)).reply_domain is None
        assert (yield channels.get(id)).trusted_authserv_ids == ()
    finally:
        yield channels.delete(made)
    for step in (channels.get, channels.delete):
        with pytest.raises(EmailChannelNotFoundError, match="no address of this helpdesk"):
            yield step("life@desk.example")
    with pytest.raises(EmailChannelNotFoundError):
        yield channels.update(made, name="x")


@both
def test_a_refused_channel_names_the_value(world: World, staffed: Staffed) -> Scenario:
    for values in ({"reply_domain": "not a domain"}, {"trusted_rewriters": ["*"]}, {"trusted_forms": ["nobody"]}):
        with pytest.raises(InvalidValueError, match=f"^{next(iter(values))} "):
            yield world.admin.mail.channels.create("refused@desk.example", **values)


@both
def test_mails_are_listed_read_and_explained(world: World, mail_desk: Callable[..., str]) -> Scenario:
    inbound, sender = world.agent.mail.inbound, f"new-{new_id().hex[:8]}@elsewhere.example"
    made = yield inbound.get(mail_desk(sender, subject="A question"))
    assert (made.outcome, made.verdict, made.from_address) == ("created", "pass", sender)
    assert made.body
    assert made.evidence["hits"] == []
    (listed,) = yield inbound.list(
        ticket=made.ticket_id, team="Billing", sender=sender, outcome=["created", "appended"]
    )
    assert (listed.inbound_id, listed.body, listed.evidence) == (made.inbound_id, None, {})
    assert (yield inbound.list(sender=sender, outcome="failed")) == []
    said = yield inbound.explain(made)
    assert said.startswith(f"The mail from {sender} opened ticket ")
    (followed,) = yield inbound.list(ticket=(yield world.agent.tickets.get(made.ticket_id)).number)
    assert followed == listed


@both
def test_a_mail_in_quarantine_is_accepted_once(world: World, mail_desk: Callable[..., str]) -> Scenario:
    quarantine, inbound = world.agent.mail.quarantine, world.agent.mail.inbound
    first = yield inbound.get(mail_desk(email("customer")))
    waiting = mail_desk(EVIL, verdict=FAIL, in_reply_to=[first.message_id])
    assert waiting in [str(one.inbound_id) for one in (yield quarantine.list(team="Billing"))]
    named = yield inbound.get(waiting)
    assert (named.outcome, named.reason) == ("quarantined", "sender_refused_by_its_domain")
    assert named.ticket == first.ticket
    assert named.ticket.title == "The printer"
    done = yield quarantine.accept(named)
    assert (done.outcome, done.reason, done.ticket_id) == ("appended", "accepted", first.ticket_id)
    assert (yield world.agent.messages.get(done.post_id)).body == named.body
    assert done.decided_by == (yield world.agent.users.me()).user_id
    assert "accepted it" in (yield inbound.explain(done))
    for step in (quarantine.accept, quarantine.to_ticket, quarantine.spam):
        with pytest.raises(NotQuarantinedError):
            yield step(waiting)
    assert waiting not in [str(one.inbound_id) for one in (yield quarantine.list())]


@both
def test_a_mail_in_quarantine_becomes_a_ticket_or_spam(world: World, mail_desk: Callable[..., str]) -> Scenario:
    quarantine = world.agent.mail.quarantine
    waiting = mail_desk(EVIL, verdict=FAIL)
    with pytest.raises(InvalidValueError, match="names no ticket"):
        yield quarantine.accept(waiting)
    with pytest.raises(UserNotFoundError):
        yield quarantine.to_ticket(waiting, requester=new_id())
    done = yield quarantine.to_ticket(waiting, requester=email("customer"))
    opened = yield world.customer.tickets.get(done.ticket_id)
    assert (opened.title, opened.channel) == ("The printer", "email")
    assert (yield quarantine.spam(mail_desk(EVIL, verdict=FAIL))).outcome == "spam"


@both
def test_many_mails_in_quarantine_are_decided_on_at_once(world: World, mail_desk: Callable[..., str]) -> Scenario:
    quarantine, seen = world.agent.mail.quarantine, []
    sender = f"x@d{new_id().hex[:8]}.example"
    waiting = [mail_desk(sender, verdict=FAIL) for _ in range(3)]
    why = "sender_refused_by_its_domain"
    listed = [one.inbound_id for one in (yield quarantine.list(reason=why)) if one.from_address == sender]
    assert sorted(map(str, listed)) == sorted(waiting)
    assert (yield quarantine.list(reason="channel_per_hour")) == []
    done = yield quarantine.decide_many(waiting[:2], "ticket", on_progress=lambda *pair: seen.append(pair))
    assert [one.value.outcome for one in done] == ["created", "created"]
    assert [str(one.id) for one in done] == waiting[:2]
    assert seen == [(2, 2)]
    with pytest.raises(BulkFailedError) as failed:
        yield quarantine.decide_many([waiting[0], waiting[2]], "spam")
    first, second = failed.value.results
    assert isinstance(first.error, NotQuarantinedError)
    assert isinstance(second.value, InboundEmail)
    assert second.value.outcome == "spam"
    assert len((yield quarantine.decide_many([], "spam"))) == 0
    with pytest.raises(InvalidValueError, match="decision must be one of accept, ticket, spam"):
        yield quarantine.decide_many(waiting, "drop")


@both
def test_a_blocked_sender_opens_nothing(world: World, mail_desk: Callable[..., str]) -> Scenario:
    blocks, domain = world.admin.mail.blocks, f"d{new_id().hex[:8]}.example"
    made = yield blocks.add(domain.upper(), "Advertising")
    assert (made.pattern, made.note) == (domain, "Advertising")
    assert (yield blocks.add(domain, "Again")) == made
    assert made in (yield world.agent.mail.blocks.list())
    mail = yield world.admin.mail.inbound.get(mail_desk(f"x@sub.{domain}"))
    assert (mail.outcome, mail.reason, mail.ticket_id) == ("blocked", "sender_blocked", None)
    yield blocks.remove(made)
    with pytest.raises(EmailBlockNotFoundError, match=f"{domain} is not blocked"):
        yield blocks.remove(domain)
    with pytest.raises(InvalidValueError, match=r"^pattern "):
        yield blocks.add("*")


@both
def test_a_further_address_makes_a_mail_that_persons(world: World, mail_desk: Callable[..., str]) -> Scenario:
    addresses, alias = world.admin.mail.addresses, f"alias-{new_id().hex[:8]}@elsewhere.example"
    made = yield addresses.add(email("customer"), alias.title())
    assert made.email == alias
    assert (yield addresses.add(email("customer"), alias)) == made
    with pytest.raises(EmailTakenError):
        yield addresses.add(email("stranger"), alias)
    mail = yield world.agent.mail.inbound.get(mail_desk(alias))
    assert mail.author_id == made.user_id
    assert made in (yield world.customer.mail.addresses.list("me"))
    assert made in (yield world.agent.mail.addresses.list(email("customer")))
    assert made in (yield addresses.list())
    yield addresses.remove(made)
    with pytest.raises(UserEmailNotFoundError):
        yield addresses.remove(alias)


@both
def test_arguments_are_checked_before_the_request(hd: Any, server: Server) -> Scenario:
    steps: list[Callable[[], Any]] = [
        lambda: hd.mail.channels.create("nobody"),
        lambda: hd.mail.channels.create(SUPPORT, provider="pigeon"),
        lambda: hd.mail.channels.create(SUPPORT, trusted_forms="a@b.example"),
        lambda: hd.mail.channels.create(SUPPORT, trusted_rewriters=["x.example"] * 51),
        lambda: hd.mail.channels.create(SUPPORT, is_active=1),
        lambda: hd.mail.channels.update(SUPPORT),
        lambda: hd.mail.channels.get("support"),
        lambda: hd.mail.inbound.list(outcome="lost"),
        lambda: hd.mail.inbound.list(outcome=[]),
        lambda: hd.mail.inbound.list(sender="nobody"),
        lambda: hd.mail.inbound.get("a mail"),
        lambda: hd.mail.quarantine.list(page_size=0),
        lambda: hd.mail.blocks.add(""),
        lambda: hd.mail.addresses.add(_ID, "nobody"),
        lambda: hd.tickets.add_participant(7, "nobody"),
        lambda: hd.tickets.update_participant(7, "a@b.example", receives_copies=1),
    ]
    for step in steps:
        with pytest.raises(InvalidValueError):
            yield step()
    assert server.requests == []


@both
def test_a_decision_whose_answer_was_lost_is_known_again(hd: Any, server: Server) -> Scenario:
    mail = {"inbound_id": _ID, "source": "raw", "raw_key": "k", "size": 1, "received_at": NOW, "outcome": "spam"}
    server.answers(httpx.ReadError("gone"), refused(409, "not_quarantined"), ok([mail]))
    assert (yield hd.mail.quarantine.spam(_ID)).outcome == "spam"
    # Somebody else's decision is an error.
    server.answers(refused(409, "not_quarantined"))
    with pytest.raises(NotQuarantinedError):
        yield hd.mail.quarantine.spam(_ID)
    server.answers(httpx.ReadError("gone"), refused(409, "not_quarantined"), ok([mail]))
    with pytest.raises(NotQuarantinedError):
        yield hd.mail.quarantine.accept(_ID)


@both
def test_a_word_that_a_newer_database_has_is_kept(hd: Any, server: Server) -> Scenario:
    mail = {"inbound_id": _ID, "source": "raw", "raw_key": "k", "size": 1, "received_at": NOW, "outcome": "pondered"}
    server.answers(ok([mail]))
    (found,) = yield hd.mail.inbound.list()
    assert found.outcome == "pondered"
