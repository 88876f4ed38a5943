"""Live streams and access: of one ticket, of one team, and when memberships change during the stream."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from tests.sdk.fake_realtime import until
from tests.sdk.stream_support import client, proxy, reading, topics_of
from tests.sdk.world import Staffed, email

from helpdesk_sdk import Announcement, AsyncStream, ForbiddenError, TicketNotFoundError


@pytest.fixture(scope="module")
def staffed(live_staffed: Staffed) -> Staffed:
    return live_staffed


@pytest.fixture(autouse=True)
async def nothing_is_left() -> AsyncIterator[None]:
    """No test leaves a task of the SDK behind."""
    before = asyncio.all_tasks()
    yield
    await until(lambda: not asyncio.all_tasks() - before - {asyncio.current_task()}, 3)


async def _read(stream: AsyncStream) -> None:
    async for _ in stream:
        pass


async def test_a_stream_of_one_ticket_and_a_stream_of_one_team(staffed: Staffed) -> None:
    async with (
        client(staffed) as agent,
        client(staffed, "customer") as customer,
        client(staffed, "system") as system,
    ):
        ticket = await customer.tickets.create("This one", team="Billing")
        other = await customer.tickets.create("Another", team="Billing")
        async with (
            reading(agent.events.stream(ticket=ticket.number, poll_interval=60)) as staff,
            reading(customer.events.stream(ticket=ticket, poll_interval=60)) as requester,
            reading(agent.events.stream(team="Billing", poll_interval=60)) as team,
            reading(system.events.stream(team="Tech", poll_interval=60)) as tech,
            reading(system.events.stream(poll_interval=60)) as everything,
        ):
            await agent.notes.add(ticket, "Only we read this.")
            await agent.notes.add(other, "Elsewhere.")
            await agent.messages.reply(ticket, "Hello.")
            await system.tickets.create("For others", team="Tech", requester=email("stranger"))
            await everything.has(4)
            await tech.has(1)
            await team.has(3)
            await staff.has(2)
            await requester.has(1)
            await asyncio.sleep(0.2)
            assert [str(event.type) for event in staff.events][:2] == ["note.created", "message.created"]
            assert {event.ticket_id for event in staff.events} == {ticket.ticket_id}
            assert "note.created" not in [event.type for event in requester.events]
            assert {event.ticket_id for event in team.events} == {ticket.ticket_id, other.ticket_id}
            assert {event.team_id for event in tech.events}.isdisjoint({event.team_id for event in team.events})
        page = await agent.events.since(ticket=other)
        assert [str(event.type) for event in page] == ["ticket.created", "note.created"]


async def test_a_ticket_or_team_that_one_may_not_see_is_refused(staffed: Staffed) -> None:
    async with client(staffed) as agent, client(staffed, "stranger") as stranger:
        ticket = await agent.tickets.create("Ours", team="Billing")
        with pytest.raises(TicketNotFoundError):
            await _read(stranger.events.stream(ticket=ticket.ticket_id))
        with pytest.raises(ForbiddenError):
            await agent.events.since(team="Tech")
        with pytest.raises(ForbiddenError):
            await _read(agent.events.stream(team="Tech"))


async def test_losing_access_to_a_ticket_ends_its_stream_and_is_announced_to_the_queue(staffed: Staffed) -> None:
    async with client(staffed) as agent, client(staffed, "admin") as admin:
        ticket = await admin.tickets.create("Moves on", team="Billing", requester=email("customer"))
        announcements: list[Announcement | None] = []
        stream = agent.events.stream(poll_interval=60)
        stream.on_wake(announcements.append)
        async with (
            reading(stream) as queue,
            reading(agent.events.stream(ticket=ticket, poll_interval=60)) as one,
        ):
            assert announcements[0] is None
            await admin.tickets.transfer(ticket, "Tech")
            await until(lambda: one.error is not None)
            assert isinstance(one.error, TicketNotFoundError)
            await until(lambda: [one.type for one in announcements if one] == ["ticket.transferred"])
            assert announcements[-1] is not None
            assert announcements[-1].ticket_number == ticket.number
            assert announcements[-1].ticket_revision == ticket.revision + 1
            await agent.tickets.create("Goes on", team="Billing")
            await queue.has(1)
            assert [str(event.type) for event in queue.events] == ["ticket.created"]


async def test_a_new_member_receives_the_events_of_the_team_at_once_and_a_former_member_none(staffed: Staffed) -> None:
    async with client(staffed, "admin") as admin, client(staffed, "outsider") as outsider:
        for _ in range(2):
            async with reading(outsider.events.stream(types={"ticket.created"}, poll_interval=60)) as reader:
                await admin.tickets.create("Before", team="Billing")
                await admin.teams.add_member("Billing", email("outsider"))
                await until(lambda: len(topics_of(outsider)) == 3)
                await reader.live()
                ticket = await admin.tickets.create("Within", team="Billing")
                await until(lambda: reader.events and reader.events[-1].ticket_id == ticket.ticket_id, 3)  # noqa: B023
                await admin.teams.remove_member("Billing", email("outsider"))
                await until(lambda: len(topics_of(outsider)) == 2)
                seen = len(reader.events)
                await admin.tickets.create("After", team="Billing")
                await asyncio.sleep(0.2)
                assert len(reader.events) == seen


async def test_a_team_joined_while_the_connection_is_down_is_streamed_afterwards(staffed: Staffed) -> None:
    async with (
        client(staffed, "admin") as admin,
        proxy(staffed.info.port) as net,
        client(staffed, "outsider", url=net.url) as outsider,
        reading(outsider.events.stream(types={"ticket.created"}, poll_interval=60)) as reader,
    ):
        announcements: list[Announcement | None] = []
        reader.stream.on_wake(announcements.append)
        net.cut(sockets_only=True)
        await until(lambda: announcements == [None])
        await admin.teams.add_member("Billing", email("outsider"))
        net.restore()
        await until(lambda: len(topics_of(outsider)) == 3)
        await reader.live()
        await admin.tickets.create("Heard of", team="Billing")
        await reader.has(1, 3)
        await admin.teams.remove_member("Billing", email("outsider"))
