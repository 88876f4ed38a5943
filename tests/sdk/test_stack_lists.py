"""Lists and the log on a real stack: nothing skipped, nothing twice, at any depth and while others write."""

from __future__ import annotations

import asyncio
import threading
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import psycopg
import pytest
from tests.sdk.support import Scenario, both
from tests.sdk.world import Staffed, World, email

from helpdesk_sdk import AsyncHelpdesk, CursorAheadError, Helpdesk, InvalidValueError, Priority, new_id
from helpdesk_sdk.models.events import parse_cursor

pytestmark = pytest.mark.sample(3)


@pytest.fixture(scope="module")
def backlog(staffed: Staffed) -> list[int]:
    """The numbers of 45 tickets of one requester, oldest first, in three statuses."""
    address = email(f"backlog-{new_id().hex}")
    with Helpdesk(staffed.info.api_url, staffed.info.secret_key) as system:
        person = system.users.create_customer(address)
        tickets = [system.tickets.create(f"Backlog {n}", requester=person, team="Billing") for n in range(45)]
        for ticket in tickets[::3]:
            system.tickets.resolve(ticket)
        for ticket in tickets[1::3]:
            system.tickets.update(ticket, priority="high", status="pending")
    staffed.backlog = address
    return [ticket.number for ticket in tickets]


@pytest.mark.parametrize("order", ["created_at", "-created_at", "number", "-number"])
@pytest.mark.parametrize("size", [1, 7, 45, 1000])
@both
def test_every_page_size_and_order_gives_all(
    world: World, staffed: Staffed, backlog: list[int], order: str, size: int
) -> Scenario:
    found = yield world.agent.tickets.list(requester=staffed.backlog, order=order, page_size=size)
    numbers = [ticket.number for ticket in found]
    assert numbers == (backlog[::-1] if order.startswith("-") else backlog)


@dataclass(frozen=True)
class Pile:
    """The tickets of one requester, most urgent first, then oldest first; many were opened at the same moment."""

    address: str
    sorted: list[int]


@pytest.fixture(scope="module", params=range(3))
def pile(request: pytest.FixtureRequest, staffed: Staffed) -> Pile:
    """Tickets of random priority, in a random one of few moments."""
    random = Random(request.param)
    address = email(f"pile-{new_id().hex}")
    priorities = random.choices(tuple(Priority), weights=[random.random() for _ in Priority], k=random.randint(25, 35))
    moments = [datetime(2026, 1, 1, 0, 0, 0, random.randint(0, 4), UTC) for _ in priorities]
    with Helpdesk(staffed.info.api_url, staffed.info.secret_key) as system:
        person = system.users.create_customer(address)
        made = [system.tickets.create(str(one), priority=one, requester=person, team="Billing") for one in priorities]
        for ticket in made:
            system.tickets.tag(ticket, address)
    with psycopg.connect(staffed.info.db_url) as db:
        for ticket, moment in zip(made, moments, strict=True):
            # Past the trigger that keeps it.
            db.execute("set local session_replication_role = replica")
            db.execute("update helpdesk.tickets set created_at = %s where ticket_id = %s", [moment, ticket.ticket_id])
            db.execute(
                "update helpdesk.ticket_tags set ticket_created_at = %s where ticket_id = %s",
                [moment, ticket.ticket_id],
            )
    ranks = {Priority.URGENT: 1, Priority.HIGH: 2, Priority.MEDIUM: 3, Priority.LOW: 4}
    assert all(ticket.priority_rank == ranks[ticket.priority] for ticket in made)
    places = sorted(
        (ranks[ticket.priority], moment, ticket.ticket_id, ticket.number)
        for ticket, moment in zip(made, moments, strict=True)
    )
    return Pile(address, [number for *_, number in places])


@pytest.mark.parametrize("size", [1, 2, 3, 7, 10, 1000])
@both
def test_by_priority_nothing_is_skipped_and_nothing_comes_twice(world: World, pile: Pile, size: int) -> Scenario:
    for options in ({"requester": pile.address}, {"tag": pile.address}, {"requester": pile.address, "status": "open"}):
        for order, expected in (("priority", pile.sorted), ("-priority", pile.sorted[::-1])):
            found = yield world.agent.tickets.list(**options, order=order, page_size=size)
            assert [ticket.number for ticket in found] == expected


@both
def test_filters_together(world: World, staffed: Staffed, backlog: list[int]) -> Scenario:
    def listed(**filters: Any) -> Any:
        return world.agent.tickets.list(requester=staffed.backlog, order="number", page_size=4, **filters)

    every = yield listed()
    assert [t.number for t in (yield listed(status="resolved"))] == backlog[::3]
    assert [t.number for t in (yield listed(status=["resolved", "pending"], priority="high"))] == backlog[1::3]
    assert [t.number for t in (yield listed(team="Billing", assigned_to="nobody"))] == backlog
    assert (yield listed(team="Tech")) == []
    tenth = every[10].created_at
    assert [t.number for t in (yield listed(created_after=tenth))] == backlog[10:]
    assert [t.number for t in (yield listed(created_before=tenth))] == backlog[:10]
    latest = max(ticket.updated_at for ticket in every)
    assert len((yield listed(updated_after=latest))) == 1
    assert (yield listed(updated_after=latest + timedelta(microseconds=1))) == []
    by_change = yield world.agent.tickets.list(requester=staffed.backlog, order="-updated_at", page_size=4)
    assert [t.updated_at for t in by_change] == sorted((t.updated_at for t in every), reverse=True)


@both
def test_the_log_is_read_in_pages_without_gaps(world: World) -> Scenario:
    begun = yield world.customer.events.head()
    tickets = []
    for number in range(5):
        tickets.append((yield world.customer.tickets.create(f"Logged {number}")))
    page = yield world.customer.events.since(begun, limit=2)
    seen: list[Any] = [*page.items]
    while page.more:
        page = yield world.customer.events.since(page.cursor, limit=2)
        seen += page.items
    assert (parse_cursor(page.cursor) or (0, 0)) > (parse_cursor(seen[-1].cursor) or (0, 0))
    assert [event.ticket_number for event in seen] == [ticket.number for ticket in tickets]
    assert {str(event.type) for event in seen} == {"ticket.created"}
    assert (yield world.stranger.events.since(begun)).items == ()
    with pytest.raises(InvalidValueError):
        yield world.customer.events.since("nonsense")
    with pytest.raises(CursorAheadError):
        yield world.customer.events.since("999999999999999999.1")


def test_a_stream_gives_every_event_once_while_many_write(staffed: Staffed) -> None:
    url, key = staffed.info.api_url, staffed.info.publishable_key
    writers, each = 4, 10
    with (
        Helpdesk(url, key, access_token=staffed.tokens["agent"][0]) as reader,
        Helpdesk(url, key, access_token=staffed.tokens["customer"][0]) as writer,
    ):
        stream = reader.events.stream(reader.events.head(), poll_interval=0.05, types={"ticket.created"})
        mark = f"Streamed {new_id()}"
        made: list[int] = []

        def write() -> None:
            for _ in range(each):
                made.append(writer.tickets.create(mark, team="Billing").number)

        threads = [threading.Thread(target=write) for _ in range(writers)]
        for thread in threads:
            thread.start()
        seen: list[int] = []
        for event in stream:
            if event.data["title"] == mark:
                seen.append(event.ticket_number or 0)
            if len(seen) == writers * each:
                stream.stop()
        for thread in threads:
            thread.join()
    assert sorted(seen) == sorted(made)
    assert len(set(seen)) == len(seen)


async def test_an_async_stream_resumes_where_another_stopped(staffed: Staffed) -> None:
    url, key = staffed.info.api_url, staffed.info.publishable_key
    async with AsyncHelpdesk(url, key, access_token=staffed.tokens["customer"][0]) as hd:
        cursor: str | None = await hd.events.head()
        tickets = [await hd.tickets.create(f"Resumed {number}") for number in range(6)]
        seen: list[int | None] = []
        while len(seen) < 6:
            stream = hd.events.stream(cursor, poll_interval=0.05)
            taken = 0
            async with asyncio.timeout(60):
                async for event in stream:
                    seen.append(event.ticket_number)
                    cursor = event.cursor
                    taken += 1
                    if taken == 2:
                        stream.stop()
        assert seen == [ticket.number for ticket in tickets]
