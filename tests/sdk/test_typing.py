"""Types as a caller's checker sees them; ``make check`` runs mypy over this file, and it is never executed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, assert_type
from uuid import UUID

from helpdesk_sdk import (
    AsyncHelpdesk,
    AsyncPager,
    AsyncStream,
    Change,
    Channel,
    Event,
    EventName,
    EventPage,
    EventType,
    Helpdesk,
    Invitation,
    Message,
    Note,
    Pager,
    Priority,
    Role,
    Session,
    Status,
    StatusName,
    Stream,
    Team,
    TeamMember,
    Ticket,
    TicketPresence,
    TimelineEntry,
    User,
    Viewer,
)

if TYPE_CHECKING:

    def plain(hd: Helpdesk) -> None:
        ticket = assert_type(hd.tickets.create("Title", "Text", priority="high"), Ticket)
        assert_type(hd.tickets.get(42), Ticket)
        assert_type(hd.tickets.claim_next(), Ticket | None)
        assert_type(hd.tickets.tags(ticket), tuple[str, ...])
        assert_type(hd.tickets.tag(ticket, "vip"), None)
        assert_type(hd.tickets.list(status="open", assigned_to="me"), Pager[Ticket])
        assert_type(hd.tickets.timeline(ticket), Pager[TimelineEntry])
        assert_type(hd.messages.list(ticket), Pager[Message])
        assert_type(hd.messages.reply(ticket, "Text"), Message)
        hd.messages.reply(ticket, "Text", status="resolved")
        hd.messages.reply(ticket, "Text", status="resolvd")  # type: ignore[arg-type]
        assert_type(hd.notes.add(ticket, "Text"), Note)
        assert_type(hd.users.me(), User)
        assert_type(hd.users.invite("ada@example.com", "agent"), Invitation)
        assert_type(hd.teams.get("Billing"), Team)
        assert_type(hd.teams.members("Billing"), Pager[TeamMember])
        assert_type(hd.events.since(), EventPage)
        assert_type(hd.events.stream(), Stream)
        assert_type(hd.auth.sign_in("ada@example.com", "horse"), Session)
        assert_type(hd.auth.session, Session | None)
        for one in hd.tickets.list():
            assert_type(one, Ticket)
        for event in hd.events.stream():
            assert_type(event, Event)
        assert_type(
            hd.events.stream(types={"ticket.created", EventType.NOTE_CREATED, EventType("sla.breached")}), Stream
        )
        names: list[EventName] = ["ticket.created"]
        for types in ("ticket.created", EventType.NOTE_CREATED, names, ("note.created",)):
            hd.events.stream(types=types)
        if event.message_id:
            assert_type(event.message_id, UUID)
            assert_type(hd.messages.get(event.message_id), Message)
        assert_type(event.changes, Mapping[str, Change])
        assert_type(event.status, Status | None)
        assert_type(event.role, Role | None)
        assert_type(event.tag, str | None)
        assert_type(hd.messages.list(ticket, order="-created_at"), Pager[Message])
        hd.messages.list(ticket, order="-number")  # type: ignore[arg-type]
        hd.events.stream(types="ticket.creatd")  # type: ignore[arg-type]
        hd.events.stream(types={"ticket.creatd"})  # type: ignore[arg-type]
        hd.events.stream(types=["ticket.creatd"])  # type: ignore[list-item]
        hd.presence.on(42)  # type: ignore[attr-defined]
        hd.tickets.get()  # type: ignore[call-arg]
        hd.tickets.create(title=1)  # type: ignore[arg-type]
        hd.tickets.list(order="priority").first()
        hd.tickets.list(order="title")  # type: ignore[arg-type]
        hd.tickets.list(status=["open", Status.PENDING], priority=("urgent", Priority("someday")))
        statuses: list[StatusName] = ["open", "pending"]
        hd.tickets.list(status=statuses, priority=Priority.HIGH)
        hd.tickets.list(status="opne")  # type: ignore[arg-type]
        hd.tickets.list(status=["opne"])  # type: ignore[list-item]
        hd.tickets.list(priority="hgih")  # type: ignore[arg-type]
        hd.tickets.list(priority=("low", "hgih"))  # type: ignore[arg-type]
        hd.tickets.create("Title", priority="hgih")  # type: ignore[arg-type]
        hd.tickets.create("Title", channel="mail")  # type: ignore[arg-type]
        hd.tickets.update(ticket, status="opne")  # type: ignore[arg-type]
        hd.tickets.update(ticket, priority="hgih")  # type: ignore[arg-type]
        hd.tickets.create("Title", channel=Channel.WEB)
        hd.users.list(role=["agent", Role.ADMIN])
        hd.users.list(role="agnet")  # type: ignore[arg-type]
        hd.users.list(role=["agnet"])  # type: ignore[list-item]
        hd.users.set_role("ada@example.com", "agnet")  # type: ignore[arg-type]
        hd.users.invite("ada@example.com", "assistant")  # type: ignore[arg-type]
        hd.tickets.create("Title", colour="red")  # type: ignore[call-arg]

    async def awaitable(hd: AsyncHelpdesk) -> None:
        ticket = assert_type(await hd.tickets.create("Title", "Text", priority="high"), Ticket)
        assert_type(await hd.tickets.claim_next(), Ticket | None)
        assert_type(hd.tickets.list(status="open"), AsyncPager[Ticket])
        assert_type(await hd.messages.reply(ticket, "Text"), Message)
        assert_type(await hd.notes.get("0199f1aa-6d0c-7c55-8f0e-2f8f1f1b7a01"), Note)
        assert_type(await hd.events.since(), EventPage)
        assert_type(hd.events.stream(), AsyncStream)
        async for one in hd.tickets.list():
            assert_type(one, Ticket)
        async for event in hd.events.stream():
            assert_type(event, Event)
        async with hd.events.stream(team="Billing") as stream:
            assert_type(stream, AsyncStream)
        async with hd.presence.on(42) as here:
            assert_type(here, TicketPresence)
            assert_type(here.viewers, tuple[Viewer, ...])
            await here.typing(True)
            async for viewers in here:
                assert_type(viewers, tuple[Viewer, ...])
        assert_type(ticket.title, str)
        print(hd.tickets.get(42).title)  # type: ignore[attr-defined]  # noqa: T201
