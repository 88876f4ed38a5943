"""hd.mail and participants: what customers, agents and admins get of mail."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest
from tests.sdk.arriving import EVIL, FAIL, SUPPORT
from tests.sdk.support import Scenario, both
from tests.sdk.world import Staffed, World, email

from helpdesk_sdk import (
    EmailBlockNotFoundError,
    EmailChannelNotFoundError,
    EmailNotFoundError,
    ForbiddenError,
    InvalidValueError,
    ParticipantNotFoundError,
    SuppressionNotFoundError,
    TicketNotFoundError,
    new_id,
)


@both
def test_participants_of_a_ticket(world: World, staffed: Staffed) -> Scenario:
    tickets, ticket = world.agent.tickets, (yield world.customer.tickets.create("Broken", team="Billing"))
    assert (yield tickets.participants(ticket)) == []
    made = yield tickets.add_participant(ticket.number, "Boss@Customer.example", name="The boss")
    assert (made.address, made.name, made.source, made.receives_copies) == (
        *("boss@customer.example", "The boss", "staff"),
        True,
    )
    assert (yield tickets.add_participant(ticket, "boss@customer.example", receives_copies=False)) == made
    assert (yield tickets.participants(ticket)) == [made]
    changed = yield tickets.update_participant(ticket, "boss@customer.example", receives_copies=False)
    assert changed.receives_copies is False
    # They are no readers, and the requester does not see them.
    assert (yield world.customer.tickets.participants(ticket)) == []
    with pytest.raises(ForbiddenError):
        yield world.customer.tickets.add_participant(ticket, "x@customer.example")
    for person in (world.outsider, world.stranger):
        with pytest.raises(TicketNotFoundError):
            yield person.tickets.participants(ticket)
        with pytest.raises(TicketNotFoundError):
            yield person.tickets.add_participant(ticket.ticket_id, "x@customer.example")
    for person in (world.customer, world.outsider):
        with pytest.raises(ParticipantNotFoundError):
            yield person.tickets.update_participant(ticket.ticket_id, "boss@customer.example", receives_copies=True)
        with pytest.raises(ParticipantNotFoundError):
            yield person.tickets.remove_participant(ticket.ticket_id, "boss@customer.example")
    yield tickets.remove_participant(ticket, "boss@customer.example")
    with pytest.raises(ParticipantNotFoundError, match="takes no part"):
        yield tickets.remove_participant(ticket, "boss@customer.example")


@both
def test_what_each_role_gets(world: World, mail_desk: Callable[..., str]) -> Scenario:
    """Customers have nothing of mail, agents their teams' part, admins all. Only admins configure it."""
    waiting = mail_desk(EVIL, verdict=FAIL)
    block, channel = "role.example", (yield world.admin.mail.channels.get(SUPPORT))
    yield world.admin.mail.blocks.add(block)
    yield world.admin.mail.addresses.add(email("customer"), "role-alias@elsewhere.example")
    try:
        for person, sees in ((world.customer, 0), (world.outsider, 0), (world.agent, 1), (world.admin, 1)):
            mail = person.mail
            assert [str(one.inbound_id) for one in (yield mail.quarantine.list())].count(waiting) == sees
            assert [str(one.inbound_id) for one in (yield mail.inbound.list())].count(waiting) == sees
            if not sees:
                with pytest.raises(EmailNotFoundError):
                    yield mail.inbound.get(waiting)
                refusal = ForbiddenError if person is world.customer else EmailNotFoundError
                for step in (
                    mail.inbound.explain,
                    mail.quarantine.accept,
                    mail.quarantine.to_ticket,
                    mail.quarantine.spam,
                ):
                    with pytest.raises(refusal):
                        yield step(waiting)
        assert (yield world.customer.mail.channels.list()) == []
        assert (yield world.customer.mail.blocks.list()) == []
        assert (yield world.stranger.mail.addresses.list()) == []
        for person, unseen in ((world.customer, True), (world.agent, False)):
            mail = person.mail
            for step in (
                partial(mail.channels.create, "mine@desk.example"),
                partial(mail.blocks.add, "mine.example"),
                partial(mail.addresses.add, "me", "mine@elsewhere.example"),
            ):
                with pytest.raises(ForbiddenError):
                    yield step()
            for step, missing in (
                (partial(mail.channels.update, channel, is_active=False), EmailChannelNotFoundError),
                (partial(mail.channels.delete, channel), EmailChannelNotFoundError),
                (partial(mail.blocks.remove, block), EmailBlockNotFoundError),
            ):
                with pytest.raises(missing if unseen else ForbiddenError):
                    yield step()
            # Their own addresses they see.
            with pytest.raises(ForbiddenError):
                yield mail.addresses.remove("role-alias@elsewhere.example")
    finally:
        yield world.admin.mail.blocks.remove(block)
        yield world.admin.mail.addresses.remove("role-alias@elsewhere.example")


@both
def test_who_was_mailed_and_who_is_not(world: World, mail_desk: Callable[..., str]) -> Scenario:
    """A reply to a ticket that came by mail is queued to its requester, unless nothing is sent there."""
    sender, mail = f"anna-{new_id().hex[-8:]}@customer.example", world.agent.mail
    opened = yield mail.inbound.get(mail_desk(sender))
    ticket = yield world.agent.tickets.get(opened.ticket_id)
    (written,) = yield mail.automatic.list(ticket=ticket, recipient=sender.upper())
    assert (written.kind, written.recipient, written.reason) == ("acknowledgement", sender, None)
    assert (yield mail.outbound.get(written.email_id)).kind == "acknowledgement"
    assert (yield mail.automatic.list(ticket=ticket.number, recipient=sender, state="skipped")) == []
    no_reply = f"no-reply@{new_id().hex[-8:]}.example"
    silent = yield mail.inbound.get(mail_desk(no_reply))
    (skipped,) = yield mail.automatic.list(recipient=no_reply, state="skipped")
    assert (skipped.ticket_id, skipped.reason, skipped.email_id) == (silent.ticket_id, "automatic_mail", None)
    for person in (world.customer, world.outsider):
        assert (yield person.mail.automatic.list(ticket=ticket.ticket_id)) == []
    yield world.agent.messages.reply(ticket, "It is on its way.")
    queued = [one for one in (yield mail.outbound.list(ticket=ticket)) if one.kind == "reply"]
    assert [(one.recipient, one.bounced_at) for one in queued] == [(sender, None)]
    assert (yield mail.outbound.get(queued[0])).subject == queued[0].subject != ""
    report = partial(world.system.mail.outbound.report, f"<{queued[0].minted_id}>")
    assert (yield world.system.mail.outbound.report("nobodys@mail.example", "bounced")) is False
    assert (yield report("soft_bounced", "552 full")) is True
    assert (yield mail.outbound.get(queued[0])).bounce_reason == "552 full"
    with pytest.raises(InvalidValueError, match="outcome"):
        yield report("lost")
    with pytest.raises(ForbiddenError):
        yield world.admin.mail.outbound.report(queued[0].minted_id, "bounced")
    made = yield world.admin.mail.suppressions.add(sender.upper(), "They asked for it")
    assert (made.address, made.reason, made.detail) == (sender, "manual", "They asked for it")
    assert (yield world.admin.mail.suppressions.add(sender)) == made
    assert made in (yield mail.suppressions.list())
    assert (yield mail.suppressions.get(sender)) == made
    yield world.agent.messages.reply((yield world.agent.tickets.get(ticket)), "It is there.")
    kept = yield mail.outbound.list(ticket=ticket.number, recipient=sender, state=["suppressed", "failed"])
    assert kept[0].state == "suppressed"
    for person, unseen in ((world.customer, True), (world.agent, False)):
        with pytest.raises(ForbiddenError):
            yield person.mail.suppressions.add("x@customer.example")
        with pytest.raises(SuppressionNotFoundError if unseen else ForbiddenError):
            yield person.mail.suppressions.remove(made)
        with pytest.raises(ForbiddenError):
            yield person.mail.health()
    for person in (world.customer, world.outsider):
        assert (yield person.mail.outbound.list(recipient=sender)) == []
        with pytest.raises(EmailNotFoundError):
            yield person.mail.outbound.get(queued[0])
    assert (yield world.customer.mail.suppressions.list()) == []
    health = yield world.admin.mail.health()
    assert health.suppressed >= 1
    assert [one.last_received_at for one in health.channels if one.address == SUPPORT] != [None]
    yield world.admin.mail.suppressions.remove(made)
    assert (yield mail.suppressions.get(sender)) is None
    with pytest.raises(SuppressionNotFoundError, match="not suppressed"):
        yield world.admin.mail.suppressions.remove(sender)
